"""A board that appends whatever it likes, and signs it as if nothing were wrong.

Its tree and its checkpoints are right unless a test says otherwise, so that one lie is all
there is to find.
"""

from collections.abc import Callable, Mapping, Sequence

from fairlot.entry import Entry
from fairlot.logs import LogKind, log_origin
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import Checkpoint, SignedCheckpoint
from kit.board import as_record, by_log, fold_of, head, signed, stamped, take
from kit.sales import Step, steps
from kit.stage import Stage

Leaf = Entry | bytes
"""What a leaf of the tree may be made of: an entry, or any map that is none."""


class LyingBoard:
    """A board without scruples."""

    def __init__(self, on: Stage) -> None:
        """Start with nothing on it."""
        self.on = on
        self.state = on.state()
        self._data = bytearray()
        self._scopes: dict[LogKind, bytes] = {}
        """What the first entry of each log names."""

    @property
    def data(self) -> bytes:
        """The transcript so far."""
        return bytes(self._data)

    def put(self, time: int, *leaves: Leaf) -> None:
        """Append leaves, whether or not they fit; the fold takes those that do."""
        for kind, some in by_log(leaves):
            clock = fold_of(self.state, kind).clock
            for leaf in stamped(self.on, clock, time, some, kind):
                if isinstance(leaf, Entry):
                    self._scopes.setdefault(kind, leaf.scope)
                    take(self.state, leaf, time)
                    self._data += leaf.encoded
                else:
                    self.state.tree.append(leaf)
                    self._data += leaf

    def batch(self, time: int, *leaves: Leaf) -> None:
        """Append leaves, and an honest checkpoint over those of each log."""
        for kind, some in by_log(leaves):
            self.put(time, *some)
            self.raw(self.checkpoint(time, kind))

    def raw(self, data: bytes) -> None:
        """Append bytes that are no leaf."""
        self._data += data

    def checkpoint(self, time: int, log: LogKind = LogKind.SALE) -> bytes:
        """Return an honest checkpoint of one of the logs, encoded."""
        return as_record(self.signed(self.head(log), time, log=log))

    def head(self, log: LogKind = LogKind.SALE) -> Checkpoint:
        """Return size and root of one of the logs as they are."""
        named = self.on.log(log)
        scope = self._scopes.get(log, named.scope)
        name = log_origin(named.board.name, scope)
        return head(self.on, fold_of(self.state, log).tree, name, log)

    def signed(
        self,
        said: Checkpoint,
        time: int,
        key: SigningKey | None = None,
        log: LogKind = LogKind.SALE,
    ) -> SignedCheckpoint:
        """Sign and cosign a head, by default with the board's key."""
        return signed(self.on, said, time, key, log=log)


def played(
    on: Stage, until: str, deposits: Sequence[Entry] | None = None
) -> LyingBoard:
    """Play a sale honestly up to and with a step, on a board that may lie then."""
    board = LyingBoard(on)
    for step in steps(on, deposits):
        board.batch(step.time, *step.make(board.state))
        if step.name == until:
            break
    return board


Lie = Callable[[LyingBoard, int], None]
"""Does something to the board at the time of the step at hand."""
NO_LIES: Mapping[str, Lie] = {}


def play_with(
    on: Stage,
    before: Mapping[str, Lie] = NO_LIES,
    instead: Mapping[str, Lie] = NO_LIES,
    until: str = "result",
    deposits: Sequence[Entry] | None = None,
    more: Sequence[Step] = (),
) -> bytes:
    """Play a sale with lies in it, and return its transcript.

    Args:
        on: the stage.
        before: step to what comes before it, at its time.
        instead: step to what replaces it.
        until: the last step that is played.
        deposits: DEPOSIT, CANCEL and PAID entries; by default as in ``steps``.
        more: what comes behind RESULT.
    """
    board = LyingBoard(on)
    for step in (*steps(on, deposits), *more):
        if step.name in before:
            before[step.name](board, step.time)
        if step.name in instead:
            instead[step.name](board, step.time)
        else:
            board.batch(step.time, *step.make(board.state))
        if step.name == until:
            break
    return board.data
