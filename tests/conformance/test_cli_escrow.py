"""fairlot escrow: each payment is booked once, and refunds are listed when they are due."""

import csv
import stat
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from command import Killed, Ran, fairlot, in_process
from fairlot.board.replay import replay
from fairlot.board.storage import MemoryStorage
from fairlot.cli.beacon.files import decode_entry, key_file
from fairlot.deposit.escrow_book import EscrowBook, Paid, read_escrow_book
from fairlot.deposit.payment import read_payment
from fairlot.entry import EntryType
from fairlot.errors import InputError
from fairlot.names import Nym, SaleId
from kit.sales import PRICE, deposit, nym_of, play, stage
from refusal import refusal

ON = stage()
ANN = nym_of(deposit(ON, 0))


@dataclass(frozen=True, slots=True)
class Counter:
    """The folder of an escrow, with a copy of the board."""

    folder: Path

    def see(self, until: str | None) -> None:
        """Take a copy of the board as it was after a step; ``None`` for the end."""
        storage = MemoryStorage()
        board = ON.board(storage)
        play(board, ON) if until is None else play(board, ON, until=until)
        (self.folder / "board").write_bytes(storage.read())

    def run(self, step: str, *words: str | Path, sale: str = "") -> Ran:
        told = ("--sale-id", sale or ON.terms.sale_id.hex())
        key = ("--key", self.folder / "escrow.key")
        return fairlot("escrow", step, self.folder / "board", *told, *key, *words)

    def paid(
        self, amount: int, reference: str, out: str = "paid", nym: Nym = ANN
    ) -> Ran:
        words = ("--nym", nym.hex(), "--amount", str(amount), "--reference", reference)
        return self.run("paid", *words, "--out", self.folder / out)

    @property
    def book(self) -> EscrowBook:
        return read_escrow_book((self.folder / "escrow.key.book").read_bytes())


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    (tmp_path / "escrow.key").write_bytes(key_file(ON.parts.escrow))
    made = Counter(tmp_path)
    made.see("deposits")
    return made


def test_a_payment_is_signed_and_booked_once(counter: Counter) -> None:
    assert counter.paid(PRICE, "bank 17").code == 0
    first = (counter.folder / "paid").read_bytes()
    entry = decode_entry(first)
    assert entry.type is EntryType.PAID
    assert read_payment(entry)[:2] == (ANN, PRICE)
    book = counter.folder / "escrow.key.book"
    assert stat.S_IMODE(book.stat().st_mode) == 0o600
    # After a kill between the book and the entry, or a letter that got lost.
    assert counter.paid(PRICE, "bank 17", "again").code == 0
    assert (counter.folder / "again").read_bytes() == first
    assert counter.paid(PRICE, "bank 18", "other").code == 0
    assert (counter.folder / "other").read_bytes() != first
    assert set(counter.book.paid.values()) == {Paid(ANN, PRICE)}
    assert len(counter.book.paid) == 2
    # Nobody reads the bank's words from the board.
    assert b"bank" not in first


def test_a_payment_that_is_on_the_board_gives_the_same_entry(counter: Counter) -> None:
    counter.paid(PRICE, "bank 17")
    entry = decode_entry((counter.folder / "paid").read_bytes())
    storage = MemoryStorage()
    board = ON.board(storage)
    play(board, ON, until="deposits")
    (receipt,) = board.append([entry], board.state.clock)
    assert receipt.refusal is None
    (counter.folder / "board").write_bytes(storage.read())
    assert counter.paid(PRICE, "bank 17", "again").code == 0
    assert (counter.folder / "again").read_bytes() == entry.encoded


@pytest.mark.parametrize(("amount", "nym"), [(PRICE + 1, ANN), (PRICE, b"\1" * 48)])
def test_a_payment_is_booked_for_nobody_else(
    counter: Counter, amount: int, nym: bytes
) -> None:
    assert counter.paid(PRICE, "bank 17").code == 0
    before = (counter.folder / "escrow.key.book").read_bytes()
    ran = counter.paid(amount, "bank 17", "more", Nym(nym))
    assert (ran.code, "escrow.reference" in ran.err) == (2, True)
    assert (counter.folder / "escrow.key.book").read_bytes() == before
    assert not (counter.folder / "more").exists()


def test_what_the_board_would_refuse_is_not_booked(counter: Counter) -> None:
    stranger = Nym(b"\1" * 48)
    ran = counter.paid(PRICE, "bank 17", nym=stranger)
    assert (ran.code, "paid.unknown-nym" in ran.err) == (1, True)
    assert not (counter.folder / "escrow.key.book").exists()
    counter.see("close")
    ran = counter.paid(PRICE, "bank 17")
    assert (ran.code, "phase.wrong" in ran.err) == (1, True)


def test_an_escrow_signs_for_its_own_sale_alone(counter: Counter) -> None:
    words = ("--nym", ANN.hex(), "--amount", "1", "--reference", "x")
    out = ("--out", counter.folder / "paid")
    ran = counter.run("paid", *words, *out, sale="1" * 64)
    assert (ran.code, "escrow.sale" in ran.err) == (2, True)
    (counter.folder / "escrow.key").write_bytes(key_file(ON.parts.seller))
    ran = counter.run("paid", *words, *out)
    assert (ran.code, "escrow.key" in ran.err) == (2, True)


@pytest.mark.parametrize("reference", ["", " x", "a\nb", "x" * 300])
def test_a_reference_is_a_text(counter: Counter, reference: str) -> None:
    ran = counter.paid(PRICE, reference)
    assert (ran.code, "escrow.reference" in ran.err) == (2, True)


def test_refunds_are_listed_once_the_sale_is_settled(counter: Counter) -> None:
    out = counter.folder / "refunds.csv"
    early = counter.run("refunds", "--out", out)
    assert (early.code, out.exists()) == (1, False)
    counter.see(None)
    assert counter.run("refunds", "--out", out).code == 0
    first = out.read_bytes()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rows = list(csv.DictReader(first.decode().splitlines()))
    state = replay((counter.folder / "board").read_bytes(), ON.state()).state
    due = {line.nym: line for line in state.ledger if line.refund}
    assert {row["nym"]: int(row["refund"]) for row in rows} == {
        nym.hex(): line.refund for nym, line in due.items()
    }
    assert len({row["transfer"] for row in rows}) == len(rows) > 0
    # The same transfers by the same names, however often it is asked.
    assert counter.run("refunds", "--out", out).code == 0
    assert out.read_bytes() == first


def test_a_book_has_one_form() -> None:
    sale, paid = SaleId(b"\2" * 32), Paid(ANN, 5)
    book = EscrowBook({}).booked(sale, "b", paid).booked(sale, "a", paid)
    data = book.to_bytes()
    assert read_escrow_book(data) == book
    assert refusal(read_escrow_book, data + b"\0") == "escrow.book"
    assert (
        refusal(read_escrow_book, data.replace(b"ESCROW", b"ESCREW")) == "escrow.book"
    )
    # Rows in another order.
    other = data.replace(b"referenceaa", b"referenceac")
    assert other != data
    assert refusal(read_escrow_book, other) == "escrow.book"
    with pytest.raises(InputError):
        read_escrow_book(b"")


@pytest.mark.parametrize("where", ["write_file", "write_entry"])
def test_a_kill_at_any_moment_books_no_payment_twice(
    counter: Counter, where: str
) -> None:
    """Before the book is written nothing is shown; after it, the same entry comes again."""
    killed = patch(f"fairlot.cli.escrow.{where}", side_effect=Killed)
    with in_process(), killed, pytest.raises(Killed):
        counter.paid(PRICE, "bank 17")
    assert not (counter.folder / "paid").exists()
    booked = where == "write_entry"
    assert (counter.folder / "escrow.key.book").exists() is booked
    if booked:
        # Whoever types another amount the second time is stopped.
        ran = counter.paid(PRICE - 1, "bank 17")
        assert (ran.code, "escrow.reference" in ran.err) == (2, True)
    assert counter.paid(PRICE, "bank 17").code == 0
    assert list(counter.book.paid.values()) == [Paid(ANN, PRICE)]
