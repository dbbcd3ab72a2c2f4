"""kill -9 at random moments of every role of a sale; then it goes on, and the sale ends.

What was shown once never changes: no second seal, no second entry of a person, no second
booking. Boards and witnesses that serve are killed in ``test_kill_served.py``; those who do
not come back are in ``test_vanished_contributors.py``.
"""

import csv
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from buyer import Buyer
from command import code_of, fairlot
from fairlot.board.keeper import Board
from fairlot.board.phase import Phase
from fairlot.board.storage import MemoryStorage
from fairlot.cli.beacon.files import decode_entry, key_file
from fairlot.deposit.escrow_book import Paid, read_escrow_book
from fairlot.deposit.payment import read_payment
from fairlot.entry import Entry, EntryType
from fairlot.identity.committee import Holder
from fairlot.wallet.content import Content
from fairlot_crypto import cbor
from fairlot_crypto.randomness import SystemRandomness
from kit.audited import judged
from kit.recovering import delayed
from kit.sales import PRICE, deposit, nym_of, play, post, stage, steps
from kit.stage import Stage
from mortal import MOMENTS, Reaper, Shown, shared
from place import closed_place
from registry_office import ATTESTER, Office, office_of
from wallets import Person

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

ON = stage()


def finish(board: Board, on: Stage, after: str) -> None:
    """Let everybody else end a sale that has come to a step."""
    names = [step.name for step in steps(on, ())]
    for step in steps(on, ())[names.index(after) + 1 :]:
        for receipt in post(board, on, step):
            if receipt.refusal is not None:
                raise receipt.refusal


def posted_twice(board: Board, entry: Entry) -> list[str]:
    """Post an entry two times, and return with which codes it is refused."""
    receipts = board.append([entry, entry], board.state.clock)
    return [receipt.refusal.code if receipt.refusal else "" for receipt in receipts]


def check_result(data: bytes) -> None:
    """Check that a sale has ended with its RESULT, and breaks no rule."""
    report = judged(data)
    assert (report.findings, report.phase) == ((), Phase.LOCKED)


@pytest.mark.parametrize("times", MOMENTS)
def test_a_contributor_seals_once_and_the_sale_has_its_result(
    tmp_path: Path, times: int
) -> None:
    place = closed_place(tmp_path, delayed(2))
    reaper, shown = Reaper(tmp_path, "contributor"), Shown()
    own = ("--key", tmp_path / "one.key", "--secret", tmp_path / "one.secret")
    marks = (EntryType.COMMIT_END, EntryType.SEALED, EntryType.REVEAL_END)
    turns = zip(("commit", "seal", "reveal"), marks, shared(times, 3), strict=True)
    for number, (step, mark, kills) in enumerate(turns):
        assert place.own(step, "two").code == 0
        out = tmp_path / f"one.{step}"
        words = ("contributor", step, place.transcript, *own, "--out", out)
        # The record of the seal, and what others may have seen, never change.
        seen = partial(shown.look, (out, tmp_path / "one.secret.seal"))
        ran = reaper.step(*words, times=kills, look=seen)
        assert (ran.code, ran.err) == (0, "")
        posted = place.post(f"one.{step}", f"two.{step}", after=10 + 60 * number)
        assert (posted.code, posted.err) == (0, "")
        assert place.mark(mark).code == 0
    assert (tmp_path / "one.secret.seal").read_bytes() == place.bytes_of("one.seal")
    assert place.mark(EntryType.RESULT).code == 0
    check_result(place.transcript.read_bytes())
    assert reaper.kills == times


def sent(content: Content) -> list[Entry]:
    return [each.entry for taking in content.takings for each in taking.sent]


@pytest.mark.parametrize("times", MOMENTS)
def test_a_person_enters_once_and_the_sale_has_its_result(
    tmp_path: Path, times: int
) -> None:
    buyer = Buyer(ON, tmp_path)
    reaper, shown = Reaper(tmp_path, "wallet"), Shown()
    out = tmp_path / "entry"
    price = ("--amount", str(PRICE), "--max-price", str(PRICE))
    first, second = shared(times, 2)
    words = buyer.words("deposit", *price, "--out", out)
    ran = reaper.step(*words, times=first, look=partial(shown.look, (out,)))
    assert ran.code == 0, ran.err
    assert [each.encoded for each in sent(buyer.content)] == [out.read_bytes()]
    proof = buyer.post(buyer.entry())
    words = buyer.words("receipt", "--receipt", proof)
    ran = reaper.step(*words, times=second)
    assert ran.code == 0, ran.err
    (taking,) = buyer.content.takings
    assert taking.receipts == (proof.read_bytes(),)
    ((nym, position),) = buyer.board.state.positions.by_nym.items()
    assert position.final.entry_hash == buyer.entry().hash
    buyer.board.append([ON.payment(nym, PRICE)], buyer.board.state.clock)
    finish(buyer.board, ON, "deposits")
    assert [line.units for line in buyer.board.state.ledger] == [1]
    check_result(buyer.storage.data)
    assert reaper.kills == times


@pytest.mark.parametrize("times", MOMENTS)
def test_an_escrow_books_each_payment_once_and_refunds_each_once(
    tmp_path: Path, times: int
) -> None:
    storage = MemoryStorage()
    entries = [deposit(ON, 0), deposit(ON, 1)]
    board = play(ON.board(storage), ON, "deposits", entries)
    copy, key = tmp_path / "board", tmp_path / "escrow.key"
    key.write_bytes(key_file(ON.parts.escrow))
    told = (copy, "--sale-id", ON.terms.sale_id.hex(), "--key", key)
    reaper, shown = Reaper(tmp_path, "escrow"), Shown()
    *booking, listing = shared(times, 3)
    for number, kills in enumerate(booking):
        copy.write_bytes(storage.data)
        nym, out = nym_of(entries[number]), tmp_path / f"paid-{number}"
        money = ("--nym", nym.hex(), "--amount", str(PRICE), "--reference", f"{number}")
        paid = ("escrow", "paid", *told, *money, "--out", out)
        ran = reaper.step(*paid, times=kills, look=partial(shown.look, (out,)))
        assert ran.code == 0, ran.err
        made = decode_entry(out.read_bytes())
        assert read_payment(made)[:2] == (nym, PRICE)
        assert posted_twice(board, made) == ["", "entry.duplicate"]
    book = read_escrow_book(key.with_name("escrow.key.book").read_bytes())
    assert list(book.paid.values()) == [Paid(nym_of(each), PRICE) for each in entries]
    assert [each.paid for each in board.state.positions.by_nym.values()] == 2 * [PRICE]
    finish(board, ON, "deposits")
    copy.write_bytes(storage.data)
    check_result(storage.data)
    out = tmp_path / "refunds.csv"
    listed = ("escrow", "refunds", *told, "--out", out)
    ran = reaper.step(*listed, times=listing, look=partial(shown.look, (out,)))
    assert ran.code == 0, ran.err
    rows = csv.DictReader(out.read_text().splitlines())
    assert [int(row["refund"]) for row in rows] == [PRICE]
    assert reaper.kills == times


@pytest.mark.parametrize("times", MOMENTS)
def test_a_witness_co_signs_one_head_of_each_size(tmp_path: Path, times: int) -> None:
    place = closed_place(tmp_path, delayed(2).watched())
    key, state = tmp_path / "w0.key", tmp_path / "w0.state"
    for number in range(2):
        seed = key_file(place.on.witness_key(number))
        (tmp_path / f"w{number}.key").write_bytes(seed)
    board, reaper = ("--key", tmp_path / "board.key"), Reaper(tmp_path, "witness")
    for number, kills in enumerate(shared(times, 2)):
        out, shown = tmp_path / f"head-{number}", Shown()
        words = ("witness", "cosign", place.transcript, "--key", key, "--state", state)
        # The rehearsal's clock stands still: whatever is shown of this head is the same.
        look = partial(shown.look, (out,))
        ran = reaper.step(*words, "--out", out, times=kills, look=look)
        assert ran.code == 0, ran.err
        assert state.read_bytes() == out.read_bytes()
        second = ("--key", tmp_path / "w1.key", "--state", tmp_path / "w1.state")
        other = tmp_path / "other"
        again = ("witness", "cosign", place.transcript, *second, "--out", other)
        assert fairlot(*again).code == 0
        attached = place.beacon("attach", out, other, *board)
        assert attached.code == 0, attached.err
        assert place.commit("one" if number else "two").code == 0
        name = "one.commit" if number else "two.commit"
        assert place.post(name, after=10 + number).code == 0
    assert place.view().findings == []
    assert reaper.kills == times


@pytest.mark.parametrize("times", MOMENTS)
def test_a_seller_cancels_once_and_everything_goes_back(
    tmp_path: Path, times: int
) -> None:
    storage = MemoryStorage()
    board = play(ON.board(storage), ON, "deposits")
    copy, key, out = (tmp_path / name for name in ("board", "seller.key", "void"))
    copy.write_bytes(storage.data)
    key.write_bytes(key_file(ON.parts.seller))
    told = ("--sale-id", ON.terms.sale_id.hex(), "--key", key, "--out", out)
    reaper, shown = Reaper(tmp_path, "seller"), Shown()
    words = ("seller", "cancel", copy, *told)
    ran = reaper.step(*words, times=times, look=partial(shown.look, (out,)))
    assert ran.code == 0, ran.err
    made = decode_entry(out.read_bytes())
    assert posted_twice(board, made) == ["", "entry.duplicate"]
    assert board.state.phase is Phase.VOID
    assert [line.refund for line in board.state.ledger] == 2 * [PRICE]
    assert judged(storage.data).findings == ()
    # Whoever was killed before they heard of it makes the same entry once more.
    copy.write_bytes(storage.data)
    again = reaper.whole(*words)
    assert (again.code, out.read_bytes()) == (0, made.encoded)
    assert reaper.kills == times


def files(folder: Path) -> Iterable[Path]:
    """Return what lies in a folder that others read."""
    return [each for each in folder.iterdir() if not each.name.startswith(".")]


@pytest.mark.parametrize("times", MOMENTS)
def test_an_issuer_gives_a_person_one_leaf_and_the_same_credential(
    tmp_path: Path, times: int
) -> None:
    office = office_of(tmp_path, 1, 0)
    office.follow_all()
    reaper, shown = Reaper(tmp_path, "issuer"), Shown()
    holder = Holder.generate(SystemRandomness())
    request, first = office.request_leaf("Ann", holder), times - times // 2
    mail, clock = office.mail(request), ("--time", str(office.now))
    me = office.issuers.folder(1)

    def look() -> None:
        shown.look(files(mail))

    words = ("issuer", "enrol", me, request, "--mail", mail, *clock)
    assert reaper.step(*words, times=first, look=look).code == 0
    office.go_on("enrol", request)
    look()
    office.post(office.entry(request, "leaf"))
    identity = office.receive(request, holder)
    office.follow_all()
    check_known(office)
    office.post_roll()
    office.follow_all()
    _, asked = office.request_credentials(identity, holder)
    answer, clock = tmp_path / "answer", ("--time", str(office.now))
    issue = ("issuer", "issue", me, asked, *clock, "--out", answer)
    ran = reaper.step(*issue, times=times // 2, look=partial(shown.look, (answer,)))
    assert ran.code == 0, ran.err
    assert len(office.credentials_of(identity, holder)) == 1
    assert reaper.kills == times


@pytest.mark.parametrize("times", MOMENTS)
def test_an_attester_attests_a_person_who_gets_one_leaf(
    tmp_path: Path, times: int
) -> None:
    office = office_of(tmp_path, 1, 0)
    office.follow_all()
    ann, registry, key = Person(office, "Ann"), tmp_path / "registry", tmp_path / "key"
    registry.write_bytes(cbor.encode(office.registry.to_value()))
    key.write_bytes(key_file(ATTESTER))
    request, asked, answer, out = (ann.file(name) for name in ("attest", *"abc"))
    assert ann.with_log("enrol", "--out", request).code == 0
    own = ("--registry", registry, "--key", key, "--person", "Ann")
    clock = ("--time", str(office.now))
    reaper, shown = Reaper(tmp_path, "attester"), Shown()
    words = ("attester", "ask", request, *own, *clock, "--out", asked)
    look = partial(shown.look, (asked,))
    ran = reaper.step(*words, times=times - times // 2, look=look)
    # A question that was written before a kill is whole, and is not replaced.
    assert ran.code == 0 or code_of(ran) == (2, "issuer.exists")
    me = office.issuers.folder(1)
    assert fairlot("issuer", "tag", me, asked, *clock, "--out", answer).code == 0
    more = ("--asked", asked, "--answer", answer, "--attribute", "assurance=listed")
    attest = ("attester", "attest", request, *own, *clock, *more, "--out", out)
    ran = reaper.step(*attest, times=times // 2)
    assert ran.code == 0, ran.err
    wanted = ann.ask_for_leaf(out)
    office.go_on("enrol", wanted)
    office.post(office.entry(wanted, "leaf"))
    assert ann.with_log("enrol", "--mail", office.mail(wanted)).code == 0
    assert reaper.kills == times
    check_known(office)


def check_known(office: Office) -> None:
    """Check that Ann becomes nobody else by coming again with another device."""
    office.follow_all()
    again = office.request_leaf("Ann", Holder.generate(SystemRandomness()), 1)
    assert office.step(1, "enrol", again).code == 1
    assert len(office.board.state.leaves) == 1
