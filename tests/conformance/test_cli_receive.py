"""``fairlot receive``: winners open what was delivered, and convict a seller who lies."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_IMODE
from typing import TypeAlias

import pytest

from code_sale import PEOPLE, TERMS
from command import FAIRLOT, SEED, Ran, fairlot, run_program, write_inputs
from fairlot.audit.evidence import WrongDelivery, encode_evidence
from fairlot.board.replay import Replay, replay
from fairlot.board.storage import MemoryStorage
from fairlot.claim.claim import read_claim
from fairlot.delivery.entries import Recipient, make_delivery, read_delivery
from fairlot.delivery.items import ItemBook
from fairlot.entry import Entry, EntryHash, EntryType, sign_entry
from fairlot.errors import InputError, Rejection
from fairlot.inputs.people_file import read_people
from fairlot.inputs.terms_file import read_terms_file
from fairlot.rehearsal import handing
from fairlot.rehearsal.draw import NobodyWatches
from fairlot.rehearsal.kept import LOG, SECRET, Earlier, read_kept
from fairlot.rehearsal.play import rehearse
from fairlot.rehearsal.wallet import claim_key
from fairlot.workers import InProcess
from fairlot_crypto.keys import OpeningKey, SigningKey
from fairlot_crypto.randomness import Randomness, SeededRandomness
from kit.sales import GROUP, source, stage

CODES = ("AB-1", "AB-2", "AB-3", "AB-4")
OWNERS = ("Ann", "Bob", "Cleo")

Sent: TypeAlias = tuple[EntryHash, int, Recipient, SigningKey, Randomness]
"""What ``make_delivery`` takes besides the book: the hash of ITEMS, the unit, to whom."""
Make: TypeAlias = Callable[[ItemBook, *Sent], Entry]
"""As ``make_delivery``."""


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale with items, and the folder of its people's secrets."""

    folder: Path

    @property
    def transcript(self) -> Path:
        return self.folder / "out" / "transcript.fairlot"

    @property
    def kept(self) -> Path:
        return self.folder / "kept"

    def receive(self, person: str, *words: str | Path, of: Path | None = None) -> Ran:
        """Open what a person got, from another transcript if one is given."""
        who = ("--registry", self.kept, "--person", person)
        transcript = ("--transcript", of or self.transcript)
        return fairlot("receive", *who, *transcript, *words)

    def earlier(self) -> Earlier:
        files = {name: (self.kept / name).read_bytes() for name in (LOG, SECRET)}
        return read_kept(files, GROUP)

    def lied(self, make: Make, path: Path, *, seen: bool = False) -> Path:
        """Return the transcript of the same sale, with a seller who delivers otherwise.

        Args:
            make: how the seller makes a delivery.
            path: where the transcript is written.
            seen: whether the winners of the rehearsal look into their boxes.
        """
        file = read_terms_file(self.folder / "terms.toml")
        people, storage = read_people(self.folder / "people.csv"), MemoryStorage()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(handing, "make_delivery", make)
            if not seen:
                patch.setattr(handing, "open_item", unseen)
            rehearse(
                GROUP,
                file,
                people,
                storage,
                SeededRandomness(bytes.fromhex(SEED)),
                InProcess(),
                NobodyWatches(),
                items=[code.encode() for code in CODES],
            )
        path.write_bytes(storage.data)
        return path


def unseen(*_: object) -> bytes:
    """Stand in for winners who do not look into their boxes."""
    return b"whatever"


def play(folder: Path, events: str | None = None, *, items: bool = True) -> Sold:
    inputs, codes = write_inputs(folder, TERMS, PEOPLE), folder / "codes.txt"
    codes.write_text("\n".join(CODES))
    words: list[str | Path] = ["--seed", SEED, "--jobs", "1"]
    if items:
        words += ["--items", codes]
    if events is not None:
        path = folder / "events.csv"
        path.write_text(f"when,person,event\n{events}")
        words += ["--events", path]
    words += ["--out", folder / "out", "--keep-registry", folder / "kept"]
    files = inputs.terms, inputs.people
    ran = fairlot("run", *files, *words)
    assert ran.code == 0
    return Sold(folder)


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Sold:
    return play(tmp_path_factory.mktemp("sold"))


def another_item(book: ItemBook, *sent: *Sent) -> Entry:
    """Send a code that the seller has made up, and never promised."""
    invented = tuple(item + b"?" for item in book.items)
    own = ItemBook(book.sale_id, invented, book.salts)
    return make_delivery(own, *sent)


def another_unit(book: ItemBook, *sent: *Sent) -> Entry:
    """Send what was promised for another unit."""
    items, unit, to, seller, randomness = sent
    other = make_delivery(book, items, 3 - unit, to, seller, randomness)
    return sign_entry(other.type, other.scope, {**other.body, "unit": unit}, seller)


def another_key(book: ItemBook, *sent: *Sent) -> Entry:
    """Send it to the winner's claim, sealed to a friend of the seller."""
    items, unit, to, seller, randomness = sent
    friend = OpeningKey.generate(source("friend")).public
    crooked = replace(to, enc_pk=friend)
    return make_delivery(book, items, unit, crooked, seller, randomness)


def only_to_unit_0(book: ItemBook, *sent: *Sent) -> Entry:
    """Cheat one winner, and nobody else."""
    make = another_item if sent[1] == 0 else make_delivery
    return make(book, *sent)


LIES = (
    (another_item, "delivery.item"),
    (another_unit, "delivery.item"),
    (another_key, "delivery.box"),
)


def read(path: Path) -> Replay:
    found = replay(path.read_bytes(), stage().state())
    found.check()
    return found


def seller_of(path: Path) -> str:
    return read(path).state.terms.seller.hex()


@pytest.mark.thorough
def test_winners_open_what_was_promised(sold: Sold) -> None:
    got: list[str] = []
    for person in OWNERS:
        ran = sold.receive(person, "--json")
        units = json.loads(ran.out)["units"]
        assert (ran.code, ran.err) == (0, "")
        got += [bytes.fromhex(each["item"]).decode() for each in units]
    assert sorted(got) == [*CODES]
    assert "'AB-" in sold.receive("ann").out


@pytest.mark.thorough
def test_whoever_has_won_nothing_gets_nothing(sold: Sold) -> None:
    ran = sold.receive("Poor")
    assert (ran.code, ran.out) == (0, "'Poor' has won 0 units in this sale.\n")


@pytest.mark.thorough
def test_no_evidence_is_made_against_an_honest_seller(
    sold: Sold, tmp_path: Path
) -> None:
    for person in OWNERS:
        assert sold.receive(person, "--evidence", tmp_path / "wrong").code == 0
    assert not (tmp_path / "wrong").exists()


@pytest.mark.thorough
def test_evidence_that_is_forged_against_an_honest_seller_proves_nothing(
    sold: Sold, tmp_path: Path
) -> None:
    """Of the same entries, with the claim's true key: the box holds what was promised."""
    entries = [timed.entry for timed in read(sold.transcript).entries]
    sent = next(each for each in entries if each.type is EntryType.DELIVERY)
    named = read_delivery(sent)
    by_hash = {each.hash: each for each in entries}
    claim = by_hash[named.claim]
    owner = next(p for p in OWNERS if f"unit {named.unit} " in sold.receive(p).out)
    key = claim_key(sold.earlier(), owner, read_claim(claim))
    terms = next(each for each in entries if each.type is EntryType.TERMS)
    shown = WrongDelivery(terms, by_hash[named.items], claim, sent, key.secret)
    path = tmp_path / "forged"
    path.write_bytes(encode_evidence(shown))
    ran = fairlot("compare", "--evidence", path)
    assert (ran.code, ran.out) == (2, "")
    assert "evidence.consistent" in ran.err


@pytest.mark.slow
@pytest.mark.parametrize(("lie", "code"), LIES, ids=("item", "unit", "key"))
def test_a_lying_seller_is_convicted_by_every_winner(
    sold: Sold, tmp_path: Path, lie: Make, code: str
) -> None:
    """The log takes the boxes, and its audit holds: only the winner sees what is in them."""
    transcript = sold.lied(lie, tmp_path / "lied.fairlot")
    assert fairlot("audit", transcript, "--rehearsal").code == 0
    for person in OWNERS:
        evidence = tmp_path / f"{person}.evidence"
        ran = sold.receive(person, "--evidence", evidence, "--json", of=transcript)
        assert ran.code == 1
        said = json.loads(ran.out)
        assert {each["code"] for each in said["units"]} == {code}
        assert {each["item"] for each in said["units"]} == {None}
        assert S_IMODE(evidence.stat().st_mode) == 0o600
        verified = fairlot("compare", "--evidence", evidence)
        assert (verified.code, verified.err) == (1, "")
        assert verified.out == f"EVIDENCE: {said['evidence']}.\n"
        assert seller_of(transcript) in verified.out


def test_a_rehearsal_opens_boxes_and_copies_no_list(sold: Sold, tmp_path: Path) -> None:
    with pytest.raises(Rejection) as caught:
        sold.lied(another_unit, tmp_path / "lied.fairlot", seen=True)
    assert caught.value.code == "delivery.item"


@pytest.mark.slow
def test_who_was_served_has_no_evidence_against_a_seller_who_cheats_others(
    sold: Sold, tmp_path: Path
) -> None:
    transcript = sold.lied(only_to_unit_0, tmp_path / "lied.fairlot")
    codes: list[int] = []
    for person in OWNERS:
        evidence = tmp_path / person
        codes.append(sold.receive(person, "--evidence", evidence, of=transcript).code)
        assert evidence.exists() == (codes[-1] == 1)
    assert sorted(codes) == [0, 0, 1]


@pytest.mark.thorough
def test_people_are_told_what_is_wrong_and_how_to_show_it(
    sold: Sold, tmp_path: Path
) -> None:
    transcript = sold.lied(another_item, tmp_path / "lied.fairlot")
    ran = sold.receive("Ann", "--evidence", tmp_path / "wrong", of=transcript)
    assert "WRONG (delivery.item)" in ran.out
    assert f"fairlot compare --evidence {tmp_path / 'wrong'} verifies it" in ran.out
    assert ran.err.startswith(f"fairlot: EVIDENCE: the seller {seller_of(transcript)}")


@pytest.mark.thorough
def test_evidence_replaces_no_file(sold: Sold, tmp_path: Path) -> None:
    transcript = sold.lied(another_item, tmp_path / "lied.fairlot")
    mine = tmp_path / "mine"
    mine.write_text("mine")
    ran = sold.receive("Ann", "--evidence", mine, of=transcript)
    assert (ran.code, mine.read_text()) == (2, "mine")
    assert ran.err.startswith("fairlot: door.exists: ")


@pytest.mark.thorough
def test_what_was_not_delivered_is_said_and_accuses_nobody(tmp_path: Path) -> None:
    sold = play(tmp_path, "commit,Cleo,lose-device\n")
    ran = sold.receive("Cleo", "--evidence", tmp_path / "wrong")
    assert (ran.code, "not delivered" in ran.out) == (1, True)
    assert not (tmp_path / "wrong").exists()


def test_where_no_items_were_promised_it_says_so(tmp_path: Path) -> None:
    ran = play(tmp_path, items=False).receive("Ann")
    assert (ran.code, "not delivered" in ran.out) == (1, True)
    said = "The seller has promised no items on this log; ask them how they deliver.\n"
    assert ran.out.endswith(said)


@pytest.mark.thorough
def test_who_was_recovered_opens_it_with_the_new_keys(tmp_path: Path) -> None:
    """The buyer of the identity claimed too, and was never delivered anything."""
    events = "announced,Ann,sell-identity\nlocked,Ann,renew\n2,Ann,re-verify\n"
    sold = play(tmp_path, events)
    ran = sold.receive("Ann", "--json")
    (unit,) = json.loads(ran.out)["units"]
    assert (ran.code, bytes.fromhex(unit["item"]).decode() in CODES) == (0, True)


def test_a_claim_of_other_keys_is_not_the_persons(sold: Sold) -> None:
    entries = [timed.entry for timed in read(sold.transcript).entries]
    claim = read_claim(next(e for e in entries if e.type is EntryType.CLAIM))
    foreign = OpeningKey.generate(source("foreign")).public
    other = replace(claim, binding=replace(claim.binding, enc_pk=foreign))
    with pytest.raises(InputError) as caught:
        claim_key(sold.earlier(), "Ann", other)
    assert caught.value.code == "registry-dir.claim"


def test_nobody_opens_anything_before_the_result(sold: Sold, tmp_path: Path) -> None:
    files = (sold.folder / "terms.toml", sold.folder / "people.csv")
    words = ("--out", tmp_path / "out", "--seed", SEED, "--until", "CLOSE")
    assert fairlot("run", *files, *words).code == 0
    ran = sold.receive("Ann", of=tmp_path / "out" / "transcript.fairlot")
    assert (ran.code, ran.out) == (1, "")
    assert "phase.wrong" in ran.err or "nothing is drawn yet" in ran.err


def test_who_is_not_in_the_registry_is_refused(sold: Sold) -> None:
    ran = sold.receive("Anne")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("fairlot: registry-dir.person: ")
    assert ran.err.endswith("did you mean 'Ann'?\n")
    nobody = sold.receive("Xaver")
    assert nobody.err.endswith("give a name of the list with which it was kept\n")


def test_the_log_of_a_registry_is_no_file_of_a_sale(sold: Sold) -> None:
    ran = sold.receive("Ann", of=sold.kept / LOG)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        "fairlot: registry-dir.other: the transcript holds no sale"
    )


@pytest.mark.slow
def test_the_command_as_a_program(sold: Sold) -> None:
    who = ("--registry", sold.kept, "--person", "Ann")
    ran = run_program(FAIRLOT, "receive", *who, "--transcript", sold.transcript)
    assert (ran.code, ran.err) == (0, "")
