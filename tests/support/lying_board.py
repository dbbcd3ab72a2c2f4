"""A board that appends whatever it likes, and signs it as if nothing were wrong.

Its tree and its checkpoints are right unless a test says otherwise, so that one lie is all
there is to find.
"""

from collections.abc import Callable, Mapping, Sequence

from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot_crypto import cbor
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from sales import Stage, steps

Leaf = Entry | bytes
"""What a leaf of the tree may be made of: an entry, or any map that is none."""


class LyingBoard:
    """A board without scruples."""

    def __init__(self, on: Stage) -> None:
        """Start with nothing on it."""
        self.on = on
        self.state = on.state()
        self._data = bytearray()

    @property
    def data(self) -> bytes:
        """The transcript so far."""
        return bytes(self._data)

    def put(self, time: int, *leaves: Leaf) -> None:
        """Append leaves, whether or not they fit; the fold takes those that do."""
        for leaf in leaves:
            encoded = leaf if isinstance(leaf, bytes) else leaf.encoded
            if isinstance(leaf, Entry):
                self._apply(leaf, time)
            self.state.tree.append(encoded)
            self._data += encoded

    def batch(self, time: int, *leaves: Leaf) -> None:
        """Append leaves and an honest checkpoint over them."""
        self.put(time, *leaves)
        self.raw(self.checkpoint(time))

    def raw(self, data: bytes) -> None:
        """Append bytes that are no leaf."""
        self._data += data

    def checkpoint(self, time: int) -> bytes:
        """Return an honest checkpoint, encoded."""
        return encoded(self.signed(self.head(), time))

    def head(self) -> Checkpoint:
        """Return size and root as they are."""
        tree = self.state.tree
        return Checkpoint(self.on.terms.board.name, tree.size, tree.root())

    def signed(
        self, head: Checkpoint, time: int, key: SigningKey | None = None
    ) -> SignedCheckpoint:
        """Sign and cosign a head, by default with the board's key."""
        signer = self.on.parts.board if key is None else key
        name = self.on.terms.board.name
        lines = (
            sign_checkpoint(head, name, signer),
            cosign_checkpoint(head, name, signer, time),
        )
        return SignedCheckpoint(head, lines)

    def _apply(self, entry: Entry, time: int) -> None:
        try:
            self.state.apply(entry, time)
        except Rejection:
            return


def encoded(signed: SignedCheckpoint) -> bytes:
    """Return the record that a checkpoint is."""
    return cbor.encode(signed.to_text())


Lie = Callable[[LyingBoard, int], None]
"""Does something to the board at the time of the step at hand."""
NO_LIES: Mapping[str, Lie] = {}


def play_with(
    on: Stage,
    before: Mapping[str, Lie] = NO_LIES,
    instead: Mapping[str, Lie] = NO_LIES,
    until: str = "result",
    deposits: Sequence[Entry] | None = None,
) -> bytes:
    """Play a sale with lies in it, and return its transcript.

    Args:
        on: the stage.
        before: step to what comes before it, at its time.
        instead: step to what replaces it.
        until: the last step that is played.
        deposits: DEPOSIT, CANCEL and PAID entries; by default as in ``steps``.
    """
    board = LyingBoard(on)
    for step in steps(on, deposits):
        if step.name in before:
            before[step.name](board, step.time)
        if step.name in instead:
            instead[step.name](board, step.time)
        else:
            board.batch(step.time, *step.make(board.state))
        if step.name == until:
            break
    return board.data
