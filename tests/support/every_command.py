"""Every command that answers for machines, with files on which it has something to do.

Each group has a folder of its own, in which its commands are given one after the other.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

from buyer import Buyer
from command import SEED, fairlot, write_inputs
from fairlot.board.storage import create_transcript
from fairlot.cli.beacon.files import key_file
from fairlot.identity.attestation import Purpose
from fairlot.identity.committee import Holder
from fairlot.rehearsal.kept import LOG
from fairlot.rehearsal.parts import START
from fairlot_crypto.randomness import SystemRandomness
from issuers import Issuers
from kit.sales import PRICE, play, stage
from refund_desk import Desk, on_stage
from registry_office import Office
from seller_desk import SellerDesk

Words = tuple[str | Path, ...]
Group = Callable[[Path], tuple[Words, ...]]


@dataclass(frozen=True, slots=True)
class Given:
    """A command, and the folder of all that it reads and writes."""

    root: Path
    words: Words


def every_command(
    folder: Path, groups: Sequence[Group] | None = None
) -> Iterator[Given]:
    """Yield commands; whoever takes one gives it before they take the next.

    Args:
        folder: an empty one.
        groups: some of ``GROUPS``; ``None`` for all.
    """
    for number, group in enumerate(GROUPS if groups is None else groups):
        root = folder / str(number)
        root.mkdir()
        for words in group(root):
            yield Given(root, words)


def _of_a_rehearsal(folder: Path) -> tuple[Words, ...]:
    """Return the commands on a sale that was rehearsed."""
    inputs, out = write_inputs(folder), folder / "out"
    words = (inputs.terms, inputs.people, "--out", out, "--seed", SEED)
    kept = folder / "kept"
    assert fairlot("run", *words, "--keep-registry", kept).code == 0
    board, nym = out / "transcript.fairlot", _nym(out)
    return (
        ("check", inputs.terms, inputs.people),
        ("odds", inputs.terms, inputs.people),
        ("audit", board),
        ("inspect", board),
        ("inspect", board, "--nym", nym),
        ("inspect", board, "--odds"),
        ("inspect", board, "--policy"),
        ("settle", board, "--out", folder / "settled"),
        ("compare", board, board),
        ("export", board, "--out", folder / "public"),
        ("simulate", inputs.terms, "--runs", "2", "--size", "8", "--out", folder / "s"),
        ("attack", "splitting", "--runs", "4"),
        ("witness", "key", "--out", folder / "key", "--name", "w"),
        ("bench", "draw", "--people", "2", "--rounds", "1"),
        ("board", "page", "--out", folder / "page.html"),
        ("beacon", "calibrate", "--seal-end", "1900000000", "--slack", "60"),
        *_at_the_door(folder, board, kept),
        *_of_seller(folder, inputs.terms, kept),
    )


def _of_seller(folder: Path, terms: Path, kept: Path) -> tuple[Words, ...]:
    """Return the commands that make keys and terms, of a rehearsal."""
    for role in ("escrow", "contributor"):
        assert fairlot(role, "key", "--out", folder / role).code == 0
    board = ("board", "key", "--out", folder / "keeper", "--name", "board.example")
    assert fairlot(*board).code == 0
    public = (
        *("--board", folder / "keeper.pub", "--escrow", folder / "escrow.pub"),
        *("--contributor", folder / "contributor.pub", "--out", folder / "sale"),
    )
    when = ("--open", "in 1 hour", "--close", "1 hour", "--time", str(START + 86_400))
    log = ("--registry", kept / LOG, "--key", folder / "seller")
    return (
        ("seller", "key", "--out", folder / "seller"),
        ("seller", "terms", terms, *log, *public, *when),
    )


def _of_who_cancels(folder: Path) -> tuple[Words, ...]:
    """Return the command with which a seller cancels."""
    on, board, key = stage(), folder / "announced", folder / "cancels.key"
    key.write_bytes(key_file(on.parts.seller))
    with closing(create_transcript(board)) as storage:
        play(on.board(storage), on, until="terms")
    sale = ("--sale-id", on.terms.sale_id.hex(), "--key", key)
    return (("seller", "cancel", board, *sale, "--out", folder / "void"),)


def _at_the_door(folder: Path, board: Path, kept: Path) -> tuple[Words, ...]:
    """Return the commands of a gate and of somebody who has won."""
    sale_id = json.loads(fairlot("inspect", board, "--json").out)["sale_id"]
    gate, question, answer = (folder / name for name in ("gate", "question", "answer"))
    person = ("--registry", kept, "--person", "Ann", "--transcript", board)
    return (
        ("doors", "open", board, "--sale-id", sale_id, "--out", gate),
        ("doors", "ask", gate, "--gate", "North", "--out", question),
        ("prove", question, "--gate", "North", *person, "--out", answer),
        ("doors", "admit", gate, question, answer, "--used", folder / "used"),
        ("receive", *person),
        *_to_an_auditor(folder, board, sale_id, person),
    )


def _of_issuers(below: Path) -> tuple[Words, ...]:
    """Return the commands of an issuer who is a committee alone."""
    alone = Issuers(below, 1, 0)
    card, evidence = alone.folder(1) / "card", below / "two.evidence"
    evidence.write_bytes(alone.evidence_of_two(1).to_bytes())
    own = ("--plan", alone.plan_file, "--season", "1")
    said = ("--threshold", "0", "--season", "2", "--out", below / "plan-2")
    return (
        ("issuer", "init", below / "new"),
        ("issuer", "plan", card, *said),
        alone.words(1),
        *_served(alone),
        ("issuer", "erase", alone.folder(1), *own),
        ("issuer", "convict", evidence),
    )


def _of_a_wallet(folder: Path) -> tuple[Words, ...]:
    """Return the commands of a person with a wallet."""
    password, mine = folder / "password", folder / "mine.wallet"
    password.write_text("a lake in May")
    own = (mine, "--password-file", password)
    return (
        ("wallet", "new", *own, "--cost", "14"),
        ("wallet", "status", *own),
        ("wallet", "move", *own, folder / "new", "--new-password-file", password),
    )


def _of_a_buyer(folder: Path) -> tuple[Words, ...]:
    """Return the commands of a person with a wallet in a sale."""
    buyer = Buyer(stage(), folder)
    price = ("--amount", str(PRICE), "--max-price", str(PRICE))
    return (
        buyer.words("deposit", *price, "--out", folder / "entry"),
        buyer.words("group"),
        buyer.words("receipt"),
    )


def _of_money(folder: Path) -> tuple[Words, ...]:
    """Return the commands by which somebody pays, and an escrow books it."""
    (folder / "notices").mkdir()
    buyer = Buyer(stage(), folder)
    assert buyer.deposit().code == 0
    buyer.post(buyer.entry())
    (folder / "key").write_bytes(key_file(buyer.on.parts.escrow))
    payments = folder / "payments.csv"
    payments.write_text("reference,amount,date,id\nhello,5,2030-05-02,17\n")
    own = ("--sale-id", buyer.on.terms.sale_id.hex(), "--key", folder / "key")
    notices = ("--notices", folder / "notices", "--out", folder / "paid")
    return (
        buyer.words("pay", "--out", folder / "notices" / "ann.notice"),
        ("escrow", "import", buyer.log, payments, *own, *notices),
    )


def _of_items(folder: Path) -> tuple[Words, ...]:
    """Return the command with which a seller promises items."""
    desk, items = SellerDesk(folder), folder / "items.txt"
    items.write_text("A\nB\n")
    return (desk.words("deliver", items, "--out", folder / "entries"),)


def _of_refunds(folder: Path) -> tuple[Words, ...]:
    """Return the command with which an escrow asks its bank for refunds."""
    desk = Desk(folder, on_stage(None))
    desk.notice(0, 1, 2)
    return (desk.words(),)


def _served(alone: Issuers) -> tuple[Words, ...]:
    """Return the commands of an issuer who serves a registry."""
    assert alone.deal(1).code == 0
    office, ann = Office(alone), Holder.generate(SystemRandomness())
    identity = office.enrol("Ann", ann)
    office.follow_all()
    office.post_roll()
    office.follow_all()
    me, plan, path = alone.folder(1), ("--plan", alone.plan_file), alone.path
    leaf = office.request_leaf("Ben", ann, 1)
    # A request sorts before the answers to it, whose names begin with its own.
    tags, *_ = sorted(path.glob("tags-*"))
    _, asked = office.request_credentials(identity, ann)
    change = office.request_change("Ann", ann, Purpose.CLOSE)
    _, roll = office.roll_request()
    for name in ("requests", "answers"):
        (path / name).mkdir()
    for each in (tags, asked):
        copy(each, path / "requests")
    clock = ("--time", str(office.now))
    made = (*plan[1:], "--committee", alone.kept(1) / "committee")
    said = ("--threshold", "0", "--season", "3", "--out", path / "plan-3")
    return (
        _founding(alone),
        ("issuer", "registry", me, path / "registry.cbor", *plan, "--out", path / "r"),
        ("issuer", "follow", me, office.log, *plan),
        ("issuer", "tag", me, tags, *clock, "--out", path / "t"),
        ("issuer", "roll", me, roll, *clock, "--out", path / "o"),
        ("issuer", "enrol", me, leaf, *clock, "--mail", office.mail(leaf)),
        ("issuer", "issue", me, asked, *clock, "--out", path / "i"),
        ("issuer", "recover", me, change, *clock, "--mail", office.mail(change)),
        ("issuer", "answer", me, path / "requests", *clock, "--out", path / "answers"),
        ("issuer", "reshare", me / "card", "--former", *made, *said),
    )


def _founding(alone: Issuers) -> Words:
    """Return the command that defines a registry."""
    public: list[str | Path] = []
    for role in ("board", "arbiter", "attester"):
        key = alone.path / f"{role}.of-a-new-one"
        named = ("--name", "new.example") if role == "board" else ()
        assert fairlot(role, "key", "--out", key, *named).code == 0
        public += [f"--{role}", key.with_name(f"{key.name}.pub")]
    made = ("--plan", alone.plan_file, "--committee", alone.kept(1) / "committee")
    season = ("--starts", "in 0 seconds", "--ends", "30 days", "--rehearsal")
    out = ("--out", alone.path / "new.registry")
    return ("registry", "new", *made, *public, *season, *out)


def _to_an_auditor(
    folder: Path, board: Path, sale_id: str, person: Words
) -> tuple[Words, ...]:
    """Return the commands of an auditor and of somebody who answers them."""
    key, shown = folder / "auditor.key", folder / "auditor.cert"
    drawn = fairlot("winner-audit", "key", "--out", key, "--certificate", shown)
    again = ("--out", folder / "again.key", "--certificate", folder / "again.cert")
    named, answer = ("--auditor", drawn.out.strip()), folder / "ann.answer"
    own = ("--key", key, "--sale-id", sale_id)
    return (
        ("winner-audit", "key", *again),
        ("winner-audit", "answer", shown, *named, *person, "--out", answer),
        ("winner-audit", "check", board, answer, *own, "--nym", "00" * 48),
    )


def _nym(out: Path) -> str:
    return (out / "allocation.csv").read_text(encoding="utf-8").splitlines()[1][:96]


GROUPS = (
    _of_a_rehearsal,
    _of_issuers,
    _of_a_wallet,
    _of_a_buyer,
    _of_money,
    _of_refunds,
    _of_items,
    _of_who_cancels,
)
