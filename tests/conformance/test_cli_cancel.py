"""``fairlot seller cancel``: a sale ends before CLOSE, and everybody gets everything back."""

import csv
import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from command import Ran, code_of, fairlot
from fairlot.board.storage import create_transcript
from fairlot.cli.beacon.files import decode_entry, key_file
from fairlot.entry import EntryType, Role
from kit.sales import PRICE, play, stage

ON = stage()
SALE = ON.terms.sale_id.hex()


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with a copy of the board, and keys."""

    folder: Path

    @property
    def board(self) -> Path:
        return self.folder / "board"

    def see(self, until: str) -> None:
        """Take a copy of the board as it was after a step."""
        self.board.unlink(missing_ok=True)
        with closing(create_transcript(self.board)) as storage:
            play(ON.board(storage), ON, until=until)

    def cancel(
        self,
        *more: str | Path,
        key: str = "seller",
        out: str = "void",
        sale: str = SALE,
    ) -> Ran:
        files = ("--key", self.folder / f"{key}.key", "--out", self.folder / out)
        words = ("seller", "cancel", self.board, "--sale-id", sale)
        return fairlot(*words, *files, *more)

    def post(self) -> Ran:
        by = ("--key", self.folder / "keeper.key")
        return fairlot("beacon", "post", self.board, self.folder / "void", *by)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    parts = ON.parts
    keys = {"seller": parts.seller, "escrow": parts.escrow, "keeper": parts.board}
    for name, key in keys.items():
        (tmp_path / f"{name}.key").write_bytes(key_file(key))
    made = Desk(tmp_path)
    made.see("deposits")
    return made


@pytest.mark.thorough
def test_it_ends_the_sale_and_everybody_reads_who_did_it(desk: Desk) -> None:
    ran = desk.cancel("--json")
    assert (ran.code, ran.err) == (0, "")
    said, entry = json.loads(ran.out), decode_entry((desk.folder / "void").read_bytes())
    assert (entry.type, entry.role) == (EntryType.VOID, Role.SELLER)
    assert said["entry"] == entry.hash.hex()
    assert (said["again"], said["sent"]) == (False, None)
    assert (said["nyms"], said["refunds"]) == (2, 2 * PRICE)
    assert desk.post().code == 0
    # After a kill, or a letter that got lost, it is the same entry.
    again = desk.cancel("--json", out="again")
    assert (again.code, json.loads(again.out)["again"]) == (0, True)
    assert (desk.folder / "again").read_bytes() == entry.encoded
    report = json.loads(fairlot("audit", desk.board, "--rehearsal", "--json").out)
    assert (report["holds"], report["phase"]) == (True, "void")
    assert report["facts"]["refunds"] == report["facts"]["money_in"] == 2 * PRICE
    shown = json.loads(fairlot("settle", desk.board, "--json").out)
    assert (shown["result"], shown["reason"]) == ("void", "cancelled")
    assert "the seller cancelled it before CLOSE" in fairlot("settle", desk.board).out
    assert "The seller cancels the sale" in fairlot("inspect", desk.board).out


@pytest.mark.thorough
def test_the_escrow_pays_everything_back_and_the_report_says_why(desk: Desk) -> None:
    assert desk.cancel().code == 0
    out = desk.folder / "refunds.csv"
    told = ("--sale-id", SALE, "--key", desk.folder / "escrow.key", "--out", out)
    early = fairlot("escrow", "refunds", desk.board, *told)
    assert (early.code, out.exists()) == (1, False)
    assert desk.post().code == 0
    assert fairlot("escrow", "refunds", desk.board, *told).code == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [int(row["refund"]) for row in rows] == [PRICE, PRICE]
    page = desk.folder / "page.html"
    ran = fairlot("report", desk.board, "--out", page, "--rehearsal")
    assert ran.code == 0
    assert "the seller cancelled it before CLOSE" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("close", "cancelled.late"),
        pytest.param("result", "phase.wrong", marks=pytest.mark.thorough),
    ],
)
def test_after_close_nothing_is_made(desk: Desk, until: str, code: str) -> None:
    desk.see(until)
    assert code_of(desk.cancel()) == (1, code)
    assert not (desk.folder / "void").exists()


def test_no_other_sale_is_cancelled_and_nobody_elses(desk: Desk) -> None:
    assert code_of(desk.cancel(sale=64 * "1")) == (2, "seller.sale")
    assert code_of(desk.cancel(key="escrow")) == (2, "seller.key")
    assert not (desk.folder / "void").exists()
