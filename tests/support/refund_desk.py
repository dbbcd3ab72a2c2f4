"""An escrow whose sale is over, with what people have told it (specs/money.md, section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from command import Ran, fairlot
from fairlot.board.replay import replay
from fairlot.board.storage import MemoryStorage
from fairlot.cli.beacon.files import key_file
from fairlot.deposit.destination import Account, account_of
from fairlot.deposit.make import MadeDeposit, make_entry
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryType
from fairlot.escrow.notice import notice_of, seal_notice
from fairlot.money import Currency
from kit.sales import PRICE, play, source, stage
from kit.stage import EPOCH, Stage

NAMES = ("ann", "bob", "cid", "dan")
OVER = (0, 11, 250, 7)
"""What each person pays beyond the price; nothing comes of dan, who names no account."""
NUMBERS = (
    "AT611904300234573201",
    "DE89370400440532013000",
    "GB29NWBK60161331926819",
)
CALLED = ("Ann O’Née & Sons", "鈴木 花子", "😀")


def on_stage(currency: Currency | None) -> Stage:
    on = stage(NAMES)
    return on.with_terms(replace(on.terms, currency=currency))


def made(on: Stage, number: int) -> MadeDeposit:
    member = on.members[number]
    held = (on.credentials, member.credential, on.terms, on.roll_id)
    wish, drawn = Wish(0, 1, PRICE), source(f"refunds/{number}")
    return make_entry(*held, EntryType.DEPOSIT, EPOCH, wish, drawn, account(number))


def account(number: int) -> Account | None:
    if number >= len(NUMBERS):
        return None
    return account_of(NUMBERS[number], CALLED[number])


@dataclass
class Desk:
    """The folder of an escrow, behind a sale whose money came and goes."""

    folder: Path
    on: Stage

    def __post_init__(self) -> None:
        """Play the sale."""
        (self.folder / "notices").mkdir()
        (self.folder / "key").write_bytes(key_file(self.on.parts.escrow))
        (self.folder / "account").write_text("BE68539007547034\nEscrow Ltd\n")
        deposits = [made(self.on, number) for number in range(len(NAMES))]
        paid = [
            self.on.payment(each.nym, PRICE + over)
            for each, over in zip(deposits, OVER, strict=True)
        ]
        storage = MemoryStorage()
        entries = [each.entry for each in deposits]
        play(self.on.board(storage), self.on, deposits=[*entries, *paid])
        self.board = self.folder / "board"
        self.board.write_bytes(storage.data)
        self.deposits = deposits

    def notice(self, *numbers: int) -> None:
        """Bring the notices of some people."""
        for number in numbers:
            settle = self.deposits[number].keys.settle
            nym, sale_id = self.deposits[number].nym, self.on.terms.sale_id
            notice = notice_of(sale_id, nym, settle, account(number))
            sealed = seal_notice(notice, settle, self.on.terms.escrow)
            (self.folder / "notices" / f"{number}.notice").write_bytes(sealed)

    def export(self, date: str = "2030-06-03") -> Ran:
        return fairlot(*self.words(date), "--json")

    def words(self, date: str = "2030-06-03") -> tuple[str | Path, ...]:
        return (
            *("escrow", "export", self.board, "--key", self.folder / "key"),
            *("--sale-id", self.on.terms.sale_id.hex()),
            *("--notices", self.folder / "notices", "--out", self.folder / "out"),
            *("--account-file", self.folder / "account", "--date", date),
        )

    def files(self) -> Mapping[str, bytes]:
        return {e.name: e.read_bytes() for e in sorted((self.folder / "out").iterdir())}

    @property
    def refunds(self) -> Mapping[str, int]:
        """What the log says goes back to whom."""
        state = replay(self.board.read_bytes(), self.on.state()).state
        return {line.nym.hex(): line.refund for line in state.ledger if line.refund}
