"""Keeps a log of either kind: appends entries in batches, each under a signed checkpoint.

specs/board.md, section 5. The board applies the fold before it appends, so the sender of an
entry that does not fit gets a refusal with a reason, and the entry leaves no trace.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from fairlot.board.ahead import Ahead
from fairlot.board.head import check_head
from fairlot.board.log_state import LogState, is_marker
from fairlot.board.recalling import States
from fairlot.board.replay import replay_files
from fairlot.board.sale import SaleState
from fairlot.board.storage import OneWriter, Storage
from fairlot.board.torn import check_torn
from fairlot.entry import Entry, EntryHash, EntryType, sign_entry
from fairlot.errors import Rejection
from fairlot.logs import BOARD_NAME, BoardIdentity
from fairlot.names import check_time
from fairlot_crypto import cbor
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.proof import LogProof, make_proof

S = TypeVar("S", bound=LogState)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The board's answer to one entry, given when the entry is durable."""

    entry_hash: EntryHash
    index: int | None
    """The index of its leaf in the tree; ``None`` if it was refused."""
    refusal: Rejection | None
    checkpoint: SignedCheckpoint | None
    """The checkpoint that covers the batch; ``None`` if no entry of it was accepted."""


class LogKeeper(Generic[S]):
    """An append-only log, which ``key`` signs."""

    def __init__(self, storage: Storage, name: str, key: SigningKey, state: S) -> None:
        """Start to keep a log.

        Args:
            storage: where the bytes go; it holds nothing of this log if ``state`` is
                empty. Two keepers that append to one share a ``OneWriter``.
            name: with which the origin of its logs begins.
            key: signs checkpoints and markers.
            state: the fold over what ``storage`` holds of this log.

        Raises:
            CallerError: ``board.name`` for a name that no map can give a board.
        """
        if not BOARD_NAME.fullmatch(name):
            problem = (
                f"{name!r} is not 1 to 200 printable ASCII characters, no blank, no +"
            )
            raise CallerError("board.name", problem)
        self.storage = OneWriter.of(storage)
        """Where the bytes go; keepers of other logs in the same file share it."""
        self._key = key
        self.identity = BoardIdentity(name, key.public)
        self.state = state
        self.cut = 0
        """How many bytes of a torn end were cut when the log was resumed."""

    def append(self, entries: Iterable[Entry], time: int) -> tuple[Receipt, ...]:
        """Append a batch; it is durable when this returns.

        A marker ends its batch: what comes after it is another one.

        Args:
            entries: the entries in order; each that does not fit is refused by itself.
            time: the board's clock, Unix seconds; it never runs back. Where it has gone
                on, the batch begins with a TIME entry.

        Raises:
            Rejection: ``time.back`` where it does.
            CallerError: ``names.time``; ``board.entry`` for what is no entry;
                ``board.ahead`` where an earlier batch could not be written: resume from
                what stands.
        """
        check_time(time)
        entries = tuple(entries)
        for entry in entries:
            _check_entry(entry)
        return tuple(
            receipt
            for batch in _ending_at_markers(entries)
            for receipt in self._append(batch, time)
        )

    def _append(self, entries: Iterable[Entry], time: int) -> tuple[Receipt, ...]:
        # Step 1.
        clock = self.state.clock
        if time < clock:
            problem = f"the clock must not run back: the last batch is of {clock}"
            raise Rejection("time.back", problem)
        self.storage.check()
        # Step 2.
        taken: list[Entry] = []
        answers: list[tuple[EntryHash, int | None, Rejection | None]] = []
        for entry in entries:
            self._stamp(taken, time)
            try:
                self.state.append(entry, time)
            except Rejection as refusal:
                answers.append((entry.hash, None, refusal))
            else:
                answers.append((entry.hash, self.state.tree.size - 1, None))
                taken.append(entry)
        self._stamp(taken, time)
        # Steps 3 and 4.
        checkpoint = self._write(taken, time) if self._holds(taken, clock) else None
        # Step 5.
        return tuple(Receipt(*answer, checkpoint) for answer in answers)

    def proof_of(self, receipt: Receipt) -> LogProof:
        """Return the receipt that its holder can show to anybody (step 5).

        Args:
            receipt: this board's answer to an entry that it accepted.

        Raises:
            CallerError: ``board.receipt`` for one that it refused; ``proof.tree``,
                ``merkle.range`` for one of another board.
        """
        if receipt.index is None or receipt.checkpoint is None:
            problem = "a refused entry has no leaf: there is nothing to prove"
            raise CallerError("board.receipt", problem)
        return make_proof(self.state.tree, receipt.index, receipt.checkpoint)

    def attach(self, head: SignedCheckpoint) -> None:
        """Attach what witnesses have co-signed: one of this log's heads (step 6).

        Raises:
            Rejection: ``checkpoint.tree`` where it is no head of this log,
                ``checkpoint.board-lines``, ``checkpoint.unknown-line``,
                ``checkpoint.signature``.
            CallerError: ``board.ahead``.
        """
        self.storage.check()
        check_head(head, self.state)
        self.storage.append(cbor.encode(head.to_text()))

    def _tree_after_time(self, time: int) -> tuple[int, bytes]:
        """Return size and root of the tree before an entry of ``time``, its TIME included."""
        tree = self.state.tree
        if not self.state.begun or time <= self.state.clock:
            return tree.size, tree.root()
        return tree.size + 1, tree.root_after(self._time_entry(time).encoded)

    def _append_own(
        self, kind: EntryType, body: Mapping[str, cbor.Value], time: int
    ) -> Receipt:
        """Append an entry of the board's own, which must fit."""
        log = self.state.identity
        entry = sign_entry(kind, log.scope, body, self._key, log.kind)
        receipt = self.append([entry], time)[0]
        if receipt.refusal is not None:
            raise receipt.refusal
        return receipt

    def _stamp(self, taken: list[Entry], time: int) -> None:
        """Append TIME where it is legal, unless the clock stands at ``time``."""
        if self.state.takes_time and self.state.clock < time:
            stamp = self._time_entry(time)
            self.state.append(stamp, time)
            taken.append(stamp)

    def _holds(self, taken: list[Entry], clock: int) -> bool:
        """Tell whether a batch holds more than a TIME, which is taken back otherwise."""
        if len(taken) == 1 and taken[0].type is EntryType.TIME:
            self.state.take_back_time(clock)
            return False
        return bool(taken)

    def _write(self, taken: list[Entry], time: int) -> SignedCheckpoint:
        checkpoint = self._sign(time)
        entries = b"".join(entry.encoded for entry in taken)
        self.storage.append(entries + cbor.encode(checkpoint.to_text()))
        return checkpoint

    def _time_entry(self, time: int) -> Entry:
        body: dict[str, cbor.Value] = {"time": time}
        log = self.state.identity
        return sign_entry(EntryType.TIME, log.scope, body, self._key, log.kind)

    def _sign(self, time: int) -> SignedCheckpoint:
        log, tree = self.state.identity, self.state.tree
        checkpoint = Checkpoint(log.origin, tree.size, tree.root())
        line = sign_checkpoint(checkpoint, log.origin, self._key)
        if log.witnesses.named:
            return SignedCheckpoint(checkpoint, (line,))
        # Nobody else watches: the board itself dates its heads.
        dated = cosign_checkpoint(checkpoint, log.origin, self._key, time)
        return SignedCheckpoint(checkpoint, (line, dated))


def mend(
    storage: Storage,
    key: SigningKey,
    sale: SaleState,
    state: LogState,
    name: str | None,
    ahead: Ahead | None = None,
    states: States | None = None,
) -> tuple[str, int]:
    """Read what stands of a file after a restart, and cut what a crash can have left.

    Everything is verified before anything is changed: only a torn end that no checkpoint
    covers is cut, and kept.

    Args:
        storage: where the bytes lie.
        key: of the board.
        sale: as constructed; what stands is folded into it and its registry.
        state: that of the log to be continued, one of the two.
        name: of the board; ``None`` takes the log's word.
        ahead: verifies presentations together before the fold comes to them; ``None``
            verifies each where it stands, with the same result.
        states: from which the fold may go on; ``None`` for none.

    Returns:
        The board's name, and how many bytes were cut.

    Raises:
        Rejection: the first rule that the bytes break; ``entry.key`` where the log names
            another board; ``board.damaged``; ``phase.no-terms``, ``phase.no-registry``
            where nothing of the log is there and no name was given.
    """
    data = storage.read()
    read = replay_files((data,), sale, ahead=ahead, states=states)
    read.check()
    if name is None or state.begun:
        board = state.identity.board
        if board != BoardIdentity(name or board.name, key.public):
            problem = "this log names another board: resume with its key and name"
            raise Rejection("entry.key", problem)
        name = board.name
    if read.unacknowledged:
        check_torn(data, read, BoardIdentity(name, key.public))
        storage.cut(read.covered)
    return name, read.length - read.covered


def _ending_at_markers(entries: tuple[Entry, ...]) -> Iterator[tuple[Entry, ...]]:
    """Yield entries in batches of which each ends at a marker, or with the last entry.

    Of no entries that is one batch: a board that cannot write refuses this one too.
    """
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if is_marker(entry.type):
            yield tuple(batch)
            batch = []
    if batch or not entries:
        yield tuple(batch)


def _check_entry(entry: object) -> None:
    if not isinstance(entry, Entry):
        raise CallerError("board.entry", f"{type(entry).__name__} is not an Entry")
