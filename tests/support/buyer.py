"""A person of a stage who has a wallet (specs/wallet.md)."""

from dataclasses import replace
from pathlib import Path

from command import Ran, fairlot
from fairlot.board.keeper import Board
from fairlot.board.storage import MemoryStorage
from fairlot.entry import Entry, read_entry
from fairlot.wallet.content import Content, HeldCredential, Membership
from fairlot.wallet.sealed import COST_MIN
from fairlot.wallet.store import create_wallet, look_into, open_wallet
from fairlot_crypto import cbor
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.randomness import SystemRandomness
from kit.sales import DEPOSIT_TIME, PRICE, play, renewed
from kit.stage import EPOCH, Stage

PASSWORD = "a lake in May"  # noqa: S105


class Buyer:
    """A person of a stage, with a wallet that has a leaf and a credential."""

    def __init__(self, on: Stage, folder: Path, number: int = 0) -> None:
        """Write the wallet of a member, and open the sale."""
        self.on = on
        self.folder = folder
        self.number = number
        self.path, self.password = folder / "mine", folder / "password"
        self.password.write_text(PASSWORD)
        member, source = on.members[number], SystemRandomness()
        own = member.credential
        held = HeldCredential(
            EPOCH, on.roll_id, own.signature.to_bytes(), scalar_to_bytes(own.blind)
        )
        of = on.registry.registry_id
        membership = Membership(of, None, member.identity, None, (held,))
        content = Content.draw(source).with_membership(membership)
        create_wallet(self.path, content, PASSWORD, source, COST_MIN)
        self.storage = MemoryStorage()
        self.board: Board = play(on.board(self.storage), on, "open")

    def renewed(self, epoch: int) -> None:
        """Put a credential of another epoch into the wallet."""
        own = renewed(self.on, self.number, epoch)
        held = HeldCredential(
            epoch,
            self.on.roll_id,
            own.signature.to_bytes(),
            scalar_to_bytes(own.blind),
        )
        known = self.content.membership(self.on.registry.registry_id)
        more = replace(known, credentials=(*known.credentials, held))
        with open_wallet(self.path, PASSWORD, SystemRandomness()) as wallet:
            wallet.keep(wallet.content.with_membership(more))

    @property
    def content(self) -> Content:
        return look_into(self.path, PASSWORD)

    @property
    def log(self) -> Path:
        path = self.folder / f"log-{len(self.storage.data)}"
        path.write_bytes(self.storage.data)
        return path

    def run(self, step: str, *words: str | Path, log: Path | str | None = None) -> Ran:
        """Take a step with the log as it is now."""
        return fairlot(*self.words(step, log=log), "--json", *words)

    def words(
        self, step: str, *words: str | Path, log: Path | str | None = None
    ) -> tuple[str | Path, ...]:
        """Return the words of a step."""
        told = ("--expect-sale", self.on.terms.sale_id.hex())
        own = ("--password-file", self.password)
        clock = ("--time", str(DEPOSIT_TIME))
        return ("wallet", step, self.path, log or self.log, *told, *clock, *own, *words)

    def deposit(self, *words: str | Path, out: str = "entry") -> Ran:
        order = ("--amount", str(PRICE), "--max-price", str(PRICE))
        return self.run("deposit", *order, "--out", self.folder / out, *words)

    def entry(self, out: str = "entry") -> Entry:
        data = (self.folder / out).read_bytes()
        return read_entry(cbor.decode(data), data)

    def post(self, entry: Entry) -> Path:
        """Post an entry, and return its receipt."""
        (receipt,) = self.board.append([entry], DEPOSIT_TIME)
        path = self.folder / f"proof-{receipt.index}"
        path.write_bytes(self.board.proof_of(receipt).to_bytes())
        return path
