"""A small log that is sent to a witness, and a witness that it is sent to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fairlot.logs import BoardIdentity, Witness
from fairlot.service.witnessing import Watched, Witnessing
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.merkle import Tree, consistency_proof
from fairlot_crypto.log.submission import Submission
from kit.sales import source

NAME = "board.example"
SCOPE = "ab" * 32
ORIGIN = f"{NAME}/{SCOPE}"
NOW = 1_900_000_000


def key_of(label: str) -> SigningKey:
    return SigningKey.generate(source(f"heads/{label}"))


BOARD = key_of("board")
WITNESS = Witness("witness.example/0", key_of("witness").public)


@dataclass(frozen=True, slots=True)
class Log:
    """A log whose board lies wherever a test lets it."""

    leaves: tuple[bytes, ...]
    origin: str = ORIGIN
    key: SigningKey = BOARD

    @classmethod
    def of(cls, size: int, mark: str = "", origin: str = ORIGIN) -> "Log":
        """Return a log of numbered leaves; from the fifth on they are marked."""
        numbers = range(size)
        return cls(
            tuple(f"{n}{mark if n > 4 else ''}".encode() for n in numbers), origin
        )

    @property
    def tree(self) -> Tree:
        tree = Tree()
        for leaf in self.leaves:
            tree.append(leaf)
        return tree

    def head(self) -> SignedCheckpoint:
        tree = self.tree
        said = Checkpoint(self.origin, tree.size, tree.root())
        return SignedCheckpoint(said, (sign_checkpoint(said, self.origin, self.key),))

    def since(self, old: int) -> Submission:
        """Return what this log honestly sends to who has seen ``old`` entries."""
        tree = self.tree
        proof = consistency_proof(tree, old) if 0 < old <= tree.size else ()
        return Submission(old, proof, self.head())

    def to(self, witness: Witnessing, old: int) -> object:
        """Send it."""
        return witness.add(self.since(old).to_bytes())


def witnessing(
    folder: Path,
    clock: Callable[[], int] = lambda: NOW,
    complain: Callable[[str], None] = lambda _: None,
) -> Witnessing:
    """Return a witness of all logs of one board, that starts, or starts again."""
    watched = Watched((BoardIdentity(NAME, key_of("board").public),))
    key = key_of("witness")
    return Witnessing(WITNESS, key, folder, watched, clock, complain)
