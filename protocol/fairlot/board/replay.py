"""Reads a transcript back into the state of its sale (specs/board.md, section 6).

Nothing is taken on trust: every item is decoded strictly, every entry goes through the fold,
every checkpoint is recomputed. Whatever does not hold becomes a finding, and reading goes on.
"""

from collections import Counter
from dataclasses import dataclass, field

from fairlot.board.sale import SaleState
from fairlot.board.transcript import Record, Stop, Unreadable, read_records
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.terms.terms import BoardIdentity
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import SIGNATURE_LENGTH
from fairlot_crypto.log.checkpoint import (
    SignedCheckpoint,
    unknown_lines,
    verify_checkpoint,
    verify_cosignature,
)
from fairlot_crypto.log.note import KeyKind, NoteKey
from fairlot_crypto.progress import Progress, silent

_TIME_LENGTH = 8


KEPT = 1_000
"""Findings of one code that are kept; the others are counted."""
GIVEN_UP = 100_000
"""Findings after which a file is not read any further."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a transcript that breaks a rule."""

    code: str
    """The code of the rule, which is stable."""
    message: str
    offset: int | None
    """The place in the file; ``None`` for the transcript as a whole."""
    entry: int | None
    """The index of the leaf in the tree; ``None`` if there is none."""


@dataclass(frozen=True, slots=True)
class TimedEntry:
    """An entry that was read, with the time of the checkpoint that covers it."""

    entry: Entry
    index: int
    time: int
    refusal: str | None
    """The code with which the fold refused it."""
    checkpoint: int
    """The place in the file of the checkpoint that covers it."""


@dataclass(slots=True)
class Replay:
    """The result of reading a transcript."""

    state: SaleState
    findings: list[Finding] = field(default_factory=list[Finding])
    """The first ``KEPT`` of each code."""
    counts: Counter[str] = field(default_factory=Counter[str])
    """How many of each code were found."""
    entries: list[TimedEntry] = field(default_factory=list[TimedEntry])
    time: int = 0
    """The time of the last checkpoint."""
    acknowledged: int = 0
    """Bytes up to the last checkpoint."""
    length: int = 0
    """Bytes of the whole file."""
    stopped: bool = False
    """Whether the terms were refused, so that nothing after them can be judged."""
    _waiting: list[Record] = field(default_factory=list[Record])

    @property
    def unacknowledged(self) -> int:
        """The number of bytes after the last checkpoint, on which no reader may rely."""
        return self.length - self.acknowledged

    def check(self) -> None:
        """Refuse a transcript with findings.

        Raises:
            Rejection: the first of them.
        """
        if self.findings:
            found = self.findings[0]
            raise Rejection(found.code, f"at byte {found.offset}: {found.message}")

    def give_up(self, offset: int) -> None:
        """Say that what follows ``offset`` was not read."""
        why = f"{GIVEN_UP} findings so far: what follows was not read"
        self._find("file.given-up", why, offset, None)

    def take(self, record: Record | Stop) -> None:
        """Take the next item of the sequence in (steps 1 to 4)."""
        # Step 1.
        if isinstance(record, Stop):
            if record.code != "cbor.truncated":
                self._find(record.code, record.message, record.offset, None)
        elif isinstance(record.item, SignedCheckpoint):
            # Step 4.
            self._checkpoint(record, record.item)
        elif isinstance(record.item, Unreadable) and not record.item.is_leaf:
            # Step 2.
            self._find(record.item.code, record.item.message, record.offset, None)
        else:
            # Step 3.
            self._waiting.append(record)

    def _checkpoint(self, record: Record, signed: SignedCheckpoint) -> None:
        time = _claimed_time(signed)
        if time is None:
            self._find(
                "checkpoint.board-lines",
                "a checkpoint must begin with the board's two signature lines",
                record.offset,
            )
            return
        if time < self.time:
            self._find(
                "checkpoint.time",
                "this checkpoint is older than the one before: the clock ran back",
                record.offset,
            )
        self.time = max(time, self.time)
        if not self._waiting:
            self._find(
                "checkpoint.empty", "this checkpoint covers no new entry", record.offset
            )
        for waiting in self._waiting:
            self._entry(waiting, record.offset)
        self._waiting.clear()
        self.acknowledged = record.offset + len(record.encoded)
        tree = self.state.tree
        claimed = signed.checkpoint.size, signed.checkpoint.root
        if claimed != (tree.size, tree.root()):
            why = "size or root of this checkpoint is not that of the entries before it"
            self._find("checkpoint.tree", why, record.offset)
        if self.state.has_terms:
            self._check_signatures(record, signed, self.state.terms.board)

    def _entry(self, record: Record, checkpoint: int) -> None:
        index = self.state.tree.size
        if isinstance(record.item, Unreadable):
            self._find(record.item.code, record.item.message, record.offset, index)
        elif isinstance(record.item, Entry) and not self.stopped:
            self._apply(record, record.item, index, checkpoint)
        self.state.tree.append(record.encoded)
        self.stopped = not self.state.has_terms

    def _apply(self, record: Record, entry: Entry, index: int, checkpoint: int) -> None:
        refusal: str | None = None
        try:
            self.state.apply(entry, self.time)
        except Rejection as error:
            refusal = error.code
            self._find(error.code, error.message, record.offset, index)
        timed = TimedEntry(entry, index, self.time, refusal, checkpoint)
        self.entries.append(timed)

    def _check_signatures(
        self, record: Record, signed: SignedCheckpoint, board: BoardIdentity
    ) -> None:
        if signed.checkpoint.origin != board.name:
            self._find(
                "checkpoint.board-name",
                "this checkpoint is another log's: its origin is not the board's name",
                record.offset,
            )
        kinds = KeyKind.ED25519, KeyKind.COSIGNATURE_V1
        keys = [NoteKey(board.name, kind, board.key) for kind in kinds]
        for line in unknown_lines(signed, keys):
            why = f"{line.name!r} signed this checkpoint, whom the terms do not name"
            self._find("checkpoint.unknown-line", why, record.offset)
        parts = (record.encoded, board.name.encode(), board.key)
        try:
            self.state.statements.check(
                "checkpoint", parts, lambda: _verify_lines(signed, board)
            )
        except CryptoError as error:
            self._find("checkpoint.signature", str(error), record.offset)

    def _find(
        self, code: str, message: str, offset: int, entry: int | None = None
    ) -> None:
        self.counts[code] += 1
        if self.counts[code] <= KEPT:
            self.findings.append(Finding(code, message, offset, entry))


def replay(data: bytes, state: SaleState, progress: Progress = silent) -> Replay:
    """Read a whole transcript into a fresh ``state``.

    Args:
        data: the bytes of the file.
        state: a newly constructed state.
        progress: called with the bytes read and the bytes in all.
    """
    result = Replay(state, length=len(data))
    for record in read_records(data):
        progress(record.offset, len(data))
        result.take(record)
        if result.counts.total() >= GIVEN_UP:
            result.give_up(record.offset)
            break
    return result


def _verify_lines(signed: SignedCheckpoint, board: BoardIdentity) -> None:
    verify_checkpoint(signed, board.name, board.key)
    verify_cosignature(signed, board.name, board.key)


def _claimed_time(signed: SignedCheckpoint) -> int | None:
    """Return the time in the second line, before its signature is checked."""
    if len(signed.lines) < 2:
        return None
    signature = signed.lines[1].signature
    if len(signature) != _TIME_LENGTH + SIGNATURE_LENGTH:
        return None
    return int.from_bytes(signature[:_TIME_LENGTH], "big")
