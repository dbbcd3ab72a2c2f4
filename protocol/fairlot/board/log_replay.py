"""Reads one log back into its state (specs/board.md, section 6).

Nothing is taken on trust: every item is decoded strictly, every entry goes through the fold,
every checkpoint is recomputed. Whatever does not hold becomes a finding, and reading goes on.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from fairlot.board.head import line_problems, merge_heads, named_lines, verify_lines
from fairlot.board.log_state import LogState
from fairlot.board.standing import Cosigned, Watch
from fairlot.board.transcript import Record, Unreadable
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.logs import LogIdentity, LogKind
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.log.checkpoint import SignedCheckpoint

KEPT = 1_000
"""Findings of one code that are kept; the others are counted."""

S = TypeVar("S", bound=LogState)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a transcript that breaks a rule."""

    code: str
    """The code of the rule, which is stable."""
    message: str
    offset: int | None
    """The place in the file; ``None`` for the transcript as a whole."""
    entry: int | None
    """The index of the leaf in the tree of its log; ``None`` if there is none."""
    log: LogKind | None = None
    """The log in which it lies; ``None`` where it lies in none."""


@dataclass(slots=True)
class Findings:
    """What reading a file has found."""

    kept: list[Finding] = field(default_factory=list[Finding])
    """The first ``KEPT`` of each code."""
    counts: Counter[str] = field(default_factory=Counter[str])
    """How many of each code were found."""

    def add(self, finding: Finding) -> None:
        """Keep a finding, or at least count it."""
        self.counts[finding.code] += 1
        if self.counts[finding.code] <= KEPT:
            self.kept.append(finding)


@dataclass(frozen=True, slots=True)
class TimedEntry:
    """An entry that was read, with its time: that of the last TIME before it."""

    entry: Entry
    index: int
    time: int
    refusal: str | None
    """The code with which the fold refused it."""


@dataclass(slots=True)
class LogReplay(Generic[S]):
    """The result of reading one log."""

    kind: LogKind
    state: S
    found: Findings
    """Of the whole file."""
    entries: list[TimedEntry] = field(default_factory=list[TimedEntry])
    heads: dict[int, SignedCheckpoint] = field(
        default_factory=dict[int, SignedCheckpoint]
    )
    """Size to head: those that state the tree as it was and verify, their lines in one."""
    watch: Watch = field(default_factory=Watch)
    """What the witnesses have co-signed."""
    acknowledged: int = 0
    """Bytes of the file up to the last checkpoint of this log."""
    stopped: bool = False
    """Whether the first entry was refused, so that nothing after it can be judged."""
    waiting: list[Record] = field(default_factory=list[Record])
    """Leaves under no checkpoint yet."""
    unreadable: dict[int, str] = field(default_factory=dict[int, str])
    """Index to code of the leaves that are no entries."""
    name: str = ""
    """What findings call the log, where its kind does not tell it from others."""
    _sizes: set[int] = field(default_factory=set[int])
    """Of the heads that state the tree as it was, however they are signed."""

    @property
    def time(self) -> int:
        """The time of the log: what its last TIME entry says."""
        return self.state.clock

    def take(self, record: Record) -> None:
        """Take the next record of the log in (steps 3 and 4)."""
        if isinstance(record.item, SignedCheckpoint):
            # Step 4.
            self._checkpoint(record, record.item)
        else:
            # Step 3.
            self.waiting.append(record)

    def _checkpoint(self, record: Record, signed: SignedCheckpoint) -> None:
        # Step 4.1.
        repeats = not self.waiting and signed.checkpoint.size in self._sizes
        for place, waiting in enumerate(self.waiting):
            if place > 0:
                self._check_ended(waiting.offset)
            self._entry(waiting)
        self.waiting.clear()
        self.acknowledged = record.offset + len(record.encoded)
        # Step 4.2.
        said, tree = signed.checkpoint, self.state.tree
        known = repeats or 0 < said.size == tree.size
        agrees = known and said.root == tree.root(said.size)
        if agrees:
            self._sizes.add(said.size)
        else:
            why = "size or root of this checkpoint is not that of the entries before it"
            self._find("checkpoint.tree", why, record.offset)
        # Step 4.3.
        if self.state.begun:
            seen = self._check_signatures(record, signed, self.state.identity)
            if agrees and seen is not None:
                self._count(signed, seen)

    def _count(self, signed: SignedCheckpoint, seen: Iterable[Cosigned]) -> None:
        """Let the co-signatures of a head count."""
        size, head = signed.checkpoint.size, named_lines(signed, self.state.identity)
        self.heads[size], *_ = merge_heads([self.heads.get(size, head), head])
        self.watch.seen.update(seen)

    def _check_ended(self, offset: int) -> None:
        """Check that the leaf before is no marker: a checkpoint must follow it."""
        last = self.entries[-1] if self.entries else None
        if last is None or last.index != self.state.tree.size - 1:
            return
        if (
            last.refusal is None
            and self.state.markers.get(last.entry.type) == last.index
        ):
            why = f"no checkpoint separates {last.entry.type} from what comes after it"
            self._find("checkpoint.missing", why, offset, last.index)

    def _entry(self, record: Record) -> None:
        index = self.state.tree.size
        if isinstance(record.item, Unreadable):
            self.unreadable[index] = record.item.code
            self._find(record.item.code, record.item.message, record.offset, index)
        elif isinstance(record.item, Entry) and not self.stopped:
            self._apply(record, record.item, index)
        self.state.tree.append(record.encoded)
        self.stopped = not self.state.begun

    def _apply(self, record: Record, entry: Entry, index: int) -> None:
        refusal: str | None = None
        try:
            self.state.apply(entry, self.time)
        except Rejection as error:
            refusal = error.code
            self._find(error.code, error.message, record.offset, index)
        timed = TimedEntry(entry, index, self.time, refusal)
        self.entries.append(timed)

    def _check_signatures(
        self, record: Record, signed: SignedCheckpoint, log: LogIdentity
    ) -> tuple[Cosigned, ...] | None:
        """Return who co-signed a head; ``None`` where a signature does not verify."""
        for problem in line_problems(signed, log):
            self._find(problem.code, problem.message, record.offset)
        try:
            return verify_lines(signed, log, self.state.statements)
        except CryptoError as error:
            self._find("checkpoint.signature", str(error), record.offset)
            return None

    def _find(
        self, code: str, message: str, offset: int, entry: int | None = None
    ) -> None:
        told = f"{self.name}: {message}" if self.name else message
        self.found.add(Finding(code, told, offset, entry, self.kind))
