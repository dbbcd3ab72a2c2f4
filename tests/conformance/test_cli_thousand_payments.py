"""A bank's list of a thousand payments, by the command line (specs/money.md, section 4)."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from command import fairlot
from fairlot.board.storage import MemoryStorage
from fairlot.cli.beacon.files import decode_entry, key_file
from fairlot.deposit.make import MadeDeposit, make_entry
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryType
from fairlot.escrow.notice import notice_of, seal_notice
from fairlot.escrow.reference import in_blocks
from kit.sales import DEPOSIT_TIME, PRICE, play, source, stage
from kit.stage import EPOCH, Stage

pytestmark = pytest.mark.slow

NAMES = tuple("abcdefgh")
Rows = Sequence[tuple[str, str, str, str]]


def made(on: Stage, number: int) -> MadeDeposit:
    member = on.members[number]
    held = (on.credentials, member.credential, on.terms, on.roll_id)
    drawn = source(f"thousand/{number}")
    return make_entry(*held, EntryType.DEPOSIT, EPOCH, Wish(0, 1, PRICE), drawn)


@dataclass
class Office:
    """The folder of an escrow; eight people have deposited."""

    folder: Path

    def __post_init__(self) -> None:
        """Put the board there, and the notices of seven of them."""
        self.on = stage(NAMES)
        self.storage = MemoryStorage()
        people = [made(self.on, number) for number in range(len(NAMES))]
        entries = [each.entry for each in people]
        board = self.on.board(self.storage)
        self.board = play(board, self.on, until="deposits", deposits=entries)
        self.nyms = [each.nym.hex() for each in people]
        (self.folder / "notices").mkdir(parents=True)
        (self.folder / "key").write_bytes(key_file(self.on.parts.escrow))
        self.references: list[str] = []
        for number, each in enumerate(people):
            settle = each.keys.settle
            notice = notice_of(self.on.terms.sale_id, each.nym, settle)
            self.references.append(notice.reference)
            sealed = seal_notice(notice, settle, self.on.terms.escrow)
            if number != 7:
                path = self.folder / "notices" / f"{number}.notice"
                path.write_bytes(sealed)

    def book(self, rows: Rows) -> Mapping[str, Any]:
        """Import a list, and return what is said of it."""
        log, payments = self.folder / "log", self.folder / "payments.csv"
        log.write_bytes(self.storage.data)
        with payments.open("w", encoding="utf-8", newline="") as file:
            written = csv.writer(file, delimiter=";")
            written.writerow(("date", "ID", "Amount", "Reference"))
            written.writerows((d, n, a, r) for r, a, d, n in rows)
        sale = ("--sale-id", self.on.terms.sale_id.hex())
        own = ("--key", self.folder / "key", "--out", self.folder / "paid")
        notices = ("--notices", self.folder / "notices", "--json")
        ran = fairlot("escrow", "import", log, payments, *sale, *own, *notices)
        assert ran.code == 0, ran.err
        return dict(json.loads(ran.out))

    def post(self) -> None:
        """Post all entries that were made."""
        paths = sorted((self.folder / "paid").iterdir())
        entries = [decode_entry(path.read_bytes()) for path in paths]
        receipts = self.board.append(entries, DEPOSIT_TIME + 60)
        assert [each.refusal for each in receipts if each.refusal] == []

    @property
    def kept(self) -> Mapping[str, bytes]:
        """The book and all entries."""
        paid = {e.name: e.read_bytes() for e in (self.folder / "paid").iterdir()}
        return {**paid, "book": (self.folder / "key.book").read_bytes()}


def listed(references: Sequence[str]) -> Rows:
    """Return a thousand rows: parts, over, foreign, without a notice, repeated."""
    rows: list[tuple[str, str, str, str]] = []

    def comes(amount: int, text: str) -> None:
        rows.append((text, str(amount), "2030-05-02", f"bank/{len(rows)}"))

    for number in range(5):
        # Exact, in a hundred parts.
        for _ in range(100):
            comes(PRICE // 100, in_blocks(references[number]))
    for _ in range(200):
        comes(20, references[5])
    for _ in range(100):
        comes(PRICE // 50, f"concert {references[6].lower()}")
    for amount in range(1, 51):
        comes(amount, references[7])
        comes(amount, "thank you")
    return (*rows, *rows[5::9][:100])


def _no_sync(descriptor: int) -> None:
    del descriptor


def test_a_thousand_payments_reconcile_to_the_unit_twice_and_in_two_orders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Eight hundred files: what a disk takes for them is not what is tried here.
    monkeypatch.setattr("os.fsync", _no_sync)
    one, other = Office(tmp_path / "one"), Office(tmp_path / "other")
    rows = listed(one.references)
    assert len(rows) == 1_000
    found = one.book(rows)
    assert found["repeated"] == 100
    assert found["totals"] == {
        "booked": 5 * PRICE + 4_000 + 2 * PRICE,
        "late": 0,
        "no-notice": 1_275,
        "foreign": 1_275,
    }
    assert found["received"] == sum(found["totals"].values())
    stands = {each["nym"]: each["stands"] for each in found["deposits"]}
    expected = [*["paid"] * 5, "partial", "over", "unpaid"]
    assert [stands[nym] for nym in one.nyms] == expected
    first = one.kept
    assert one.book(rows) == found
    assert other.book(rows[::-1]) == found
    assert one.kept == other.kept == first
    # On the board, and imported once more: nothing is left to do.
    one.post()
    again = one.book(rows[500:])
    assert (again["entries"], again["unbooked"]) == ([], [])
    positions = one.board.state.positions.by_nym
    paid = {nym.hex(): each.paid for nym, each in positions.items()}
    assert paid == {each["nym"]: each["paid"] for each in found["deposits"]}
    assert sum(paid.values()) == found["totals"]["booked"]
