"""A seller with a copy of the board, in a rehearsal that is over (specs/delivery.md, 4.1)."""

from dataclasses import dataclass, field
from pathlib import Path

from command import Ran, fairlot
from fairlot.board.keeper import Board
from fairlot.board.storage import MemoryStorage
from fairlot.cli.beacon.files import decode_entry, key_file
from fairlot.entry import EntryType
from kit.delivered import more_steps, released_at, sold, unlock_claim
from kit.sales import play
from kit.stage import Stage


@dataclass
class SellerDesk:
    """The folder of the seller; the board is behind RESULT."""

    folder: Path
    on: Stage = field(default_factory=sold)
    storage: MemoryStorage = field(default_factory=MemoryStorage)
    board: Board = field(init=False)

    def __post_init__(self) -> None:
        """Play the sale."""
        (self.folder / "key").write_bytes(key_file(self.on.parts.seller))
        self.board = play(self.on.board(self.storage), self.on)

    @property
    def log(self) -> Path:
        path = self.folder / f"log-{len(self.storage.data)}"
        path.write_bytes(self.storage.data)
        return path

    def words(self, step: str, *words: str | Path) -> tuple[str | Path, ...]:
        own = ("--sale-id", self.on.terms.sale_id.hex(), "--key", self.folder / "key")
        return ("seller", step, self.log, *words, *own)

    def vouchers(self, *words: str | Path, out: str = "shop") -> Ran:
        return fairlot(*self.words("vouchers"), *words, "--out", self.folder / out)

    def deliver(
        self, *words: str | Path, out: str = "entries", items: Path | None = None
    ) -> Ran:
        listed = items or self.folder / "shop" / "items.txt"
        given = ("--out", self.folder / out, "--json", *words)
        return fairlot(*self.words("deliver", listed), *given)

    def later(self) -> tuple[str, ...]:
        """Return the option of a clock at which everything is released."""
        return ("--time", str(released_at(self.on)))

    def post(self, out: str = "entries", *, at: int | None = None) -> list[str]:
        """Post what was made, and return the codes of what was refused."""
        paths = sorted((self.folder / out).glob("*.entry"))
        entries = [decode_entry(path.read_bytes()) for path in paths]
        receipts = self.board.append(entries, at or self.board.state.clock + 10)
        return [each.refusal.code for each in receipts if each.refusal is not None]

    def unlock(self) -> None:
        """Unlock, and let everybody claim."""
        unlock, claims = more_steps(self.on)[1:3]
        self.board.append([self.on.sign(EntryType.UNLOCK)], unlock.time)
        made = [unlock_claim(self.on, i).entry for i in range(len(self.on.members))]
        self.board.append(made, claims.time)
