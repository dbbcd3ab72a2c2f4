"""Money from a deposit to its booking, by files (specs/money.md, sections 1 to 4)."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer
from command import Ran, code_of, fairlot
from fairlot.cli.beacon.files import decode_entry, key_file
from fairlot.deposit.destination import Account, account_of
from fairlot.deposit.escrow_book import read_escrow_book
from fairlot.entry import Entry
from fairlot.escrow.notice import open_notice
from fairlot.names import Nym
from kit.sales import PRICE
from kit.stage import Stage

ANN = account_of("AT61 1904 3002 3457 3201", "Ann Lee")


@dataclass
class Bank:
    """A buyer, the escrow's folder, and what its bank says."""

    buyer: Buyer
    folder: Path
    rows: list[tuple[str, str, str, str]] = field(
        default_factory=list[tuple[str, str, str, str]]
    )

    def __post_init__(self) -> None:
        """Write the escrow's key, and the account of the buyer."""
        key = self.folder / "escrow.key"
        key.write_bytes(key_file(self.buyer.on.parts.escrow))
        (self.folder / "notices").mkdir()
        self.account(ANN)

    def account(self, account: Account) -> Path:
        path = self.folder / "account"
        path.write_text(f"{account.number}\n{account.name}\n", encoding="utf-8")
        return path

    def pay(self, *words: str | Path, out: str = "ann") -> Ran:
        notice = self.folder / "notices" / f"{out}.notice"
        return self.buyer.run("pay", "--out", notice, *words)

    def says(self, number: str, amount: int, reference: str) -> None:
        self.rows.append((reference, str(amount), "2030-05-02", number))

    def statement(self, rows: Sequence[Sequence[str]] | None = None) -> Path:
        path = self.folder / "payments.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            written = csv.writer(file)
            written.writerow(("reference", "amount", "date", "id"))
            written.writerows(self.rows if rows is None else rows)
        return path

    def book(self, *more: str | Path) -> Ran:
        sale = ("--sale-id", self.buyer.on.terms.sale_id.hex())
        own = ("--key", self.folder / "escrow.key", "--out", self.folder / "paid")
        notices = ("--notices", self.folder / "notices")
        words = ("escrow", "import", self.buyer.log, self.statement())
        return fairlot(*words, *more, *sale, *own, *notices, "--json")

    def entries(self) -> list[Entry]:
        return [
            decode_entry(each.read_bytes())
            for each in sorted((self.folder / "paid").glob("*.paid"))
        ]


@pytest.fixture
def bank(concert: Stage, tmp_path: Path) -> Bank:
    return Bank(Buyer(concert, tmp_path), tmp_path)


def said(ran: Ran) -> Mapping[str, Any]:
    assert ran.code == 0, ran.err
    return dict(json.loads(ran.out))


def deposited(bank: Bank) -> Mapping[str, Any]:
    """Deposit with an account, post the entry, and tell the escrow."""
    account = ("--account-file", bank.folder / "account")
    assert bank.buyer.deposit(*account).code == 0
    bank.buyer.post(bank.buyer.entry())
    return said(bank.pay(*account))


@pytest.mark.thorough
def test_a_payment_reaches_the_deposit_that_it_is_for(bank: Bank) -> None:
    told = deposited(bank)
    assert (told["due"], told["paid"], told["left"]) == (PRICE, 0, PRICE)
    spaced = told["reference"].lower()
    bank.says("bank 2030/17", PRICE - 1, f"{spaced[:4]} {spaced[4:]}")
    bank.says("t9", 7, "for the concert")
    found = said(bank.book())
    assert [each["came"] for each in found["payments"]] == ["booked", "foreign"]
    ((nym, stands),) = [(each["nym"], each["stands"]) for each in found["deposits"]]
    assert (nym, stands) == (told["nym"], "partial")
    assert found["received"] == PRICE + 6 == sum(found["totals"].values())
    # The rest comes, and the old rows are in the new list too.
    bank.says("t2", 1, told["reference"])
    found = said(bank.book())
    assert found["deposits"][0]["stands"] == "paid"
    for entry in bank.entries():
        bank.buyer.post(entry)
    position = bank.buyer.board.state.positions.by_nym[Nym(bytes.fromhex(nym))]
    assert position.funded
    assert said(bank.book())["entries"] == []
    # What the log has says nothing of the bank's words, nor of the account.
    log = bank.buyer.storage.data
    for secret in (
        b"bank 2030/17",
        told["reference"].encode(),
        ANN.number.encode(),
        b"Ann Lee",
    ):
        assert secret not in log
    # And the bank is told nothing that is on the log.
    assert told["nym"] not in told["reference"]


@pytest.mark.thorough
def test_the_same_step_gives_the_same_notice_and_the_escrow_alone_opens_it(
    bank: Bank,
) -> None:
    told = deposited(bank)
    path = bank.folder / "notices" / "ann.notice"
    first = path.read_bytes()
    account = ("--account-file", bank.folder / "account")
    assert said(bank.pay(*account)) == told
    assert path.read_bytes() == first
    # Without the account it is another notice, under another ephemeral key.
    assert said(bank.pay(out="bare"))["reference"] == told["reference"]
    bare = (bank.folder / "notices" / "bare.notice").read_bytes()
    assert (len(bare), bare[:32] == first[:32]) == (len(first), False)
    notice = open_notice(first, bank.buyer.on.parts.escrow)
    assert notice.refund is not None
    assert notice.refund.account == ANN
    nym = notice.nym
    position = bank.buyer.board.state.positions.by_nym[nym]
    assert notice.refund.destination == position.refund_to
    bank.account(account_of("DE89 3704 0044 0532 0130 00", "Ann Lee"))
    assert code_of(bank.pay(*account, out="other")) == (2, "wallet.account")


@pytest.mark.thorough
def test_nobody_pays_before_their_own_entry_is_the_first_on_the_log(
    bank: Bank,
) -> None:
    assert code_of(bank.pay()) == (2, "wallet.not-posted")
    older = bank.buyer.path.read_bytes()
    assert bank.buyer.deposit().code == 0
    assert code_of(bank.pay()) == (2, "wallet.not-posted")
    bank.buyer.post(bank.buyer.entry())
    bank.buyer.path.write_bytes(older)
    assert code_of(bank.pay()) == (2, "wallet.elsewhere")


@pytest.mark.thorough
def test_an_account_file_has_two_lines(bank: Bank) -> None:
    account = ("--account-file", bank.folder / "account")
    for text, code in (
        ("AT611904300234573201\n", "wallet.account"),
        ("AT611904300234573202\nAnn\n", "account.number"),
        ("AT611904300234573201\n\n", "account.name"),
    ):
        (bank.folder / "account").write_text(text)
        assert code_of(bank.buyer.deposit(*account)) == (2, code)


@pytest.mark.thorough
def test_a_deposit_to_another_account_is_another_order(bank: Bank) -> None:
    account = ("--account-file", bank.account(ANN))
    made = said(bank.buyer.deposit(*account))
    assert said(bank.buyer.deposit(*account))["entry"] == made["entry"]
    bank.account(account_of("DE89370400440532013000", "Ann Lee"))
    assert code_of(bank.buyer.deposit(*account, out="other")) == (2, "wallet.entered")


@pytest.mark.thorough
def test_a_list_that_is_wrong_books_nothing(bank: Bank) -> None:
    told = deposited(bank)
    bank.says("t1", PRICE, told["reference"])
    bank.says("", 5, told["reference"])
    bank.says("t3", 0, "")
    ran = bank.book()
    assert (ran.code, "line 3" in ran.err, "line 4" in ran.err) == (2, True, True)
    assert "payments-file.id" in ran.err
    assert "payments-file.amount" in ran.err
    assert not (bank.folder / "escrow.key.book").exists()
    assert not (bank.folder / "paid").exists()


@pytest.mark.thorough
def test_what_is_no_notice_is_named_and_the_others_count(bank: Bank) -> None:
    told = deposited(bank)
    (bank.folder / "notices" / "a.notice").write_bytes(b"nothing")
    bank.says("t1", PRICE, told["reference"])
    ran = bank.book()
    assert "a.notice is passed over: notice.box" in ran.err
    assert said(ran)["totals"]["booked"] == PRICE
    for each in (bank.folder / "notices").iterdir():
        each.unlink()
    (bank.folder / "notices").rmdir()
    assert code_of(bank.book()) == (2, "escrow.notices")


@pytest.mark.thorough
def test_late_money_is_named_and_signed_for_nobody(bank: Bank) -> None:
    told = deposited(bank)
    buyer = bank.buyer
    buyer.board.append([buyer.on.close(buyer.board.state)], buyer.on.terms.times.close)
    bank.says("t1", PRICE, told["reference"])
    found = said(bank.book())
    assert found["totals"] == {
        "booked": 0,
        "late": PRICE,
        "no-notice": 0,
        "foreign": 0,
    }
    assert found["entries"] == []
    assert found["deposits"][0]["stands"] == "unpaid"
    assert not (bank.folder / "escrow.key.book").exists()


@pytest.mark.thorough
def test_a_payment_of_which_the_book_knows_nothing_is_named(bank: Bank) -> None:
    told = deposited(bank)
    bank.says("t1", PRICE, told["reference"])
    said(bank.book())
    for entry in bank.entries():
        bank.buyer.post(entry)
    book = bank.folder / "escrow.key.book"
    assert len(read_escrow_book(book.read_bytes()).paid) == 1
    book.unlink()
    bank.rows.clear()
    ran = bank.book()
    assert said(ran)["unbooked"] == [bank.entries()[0].hash.hex()]
    assert "take back the copy of the book" in ran.err
