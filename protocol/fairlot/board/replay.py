"""Reads a transcript back into the state of its sale (specs/board.md, section 6).

Nothing is taken on trust: every item is decoded strictly, every entry goes through the fold,
every checkpoint is recomputed. Whatever does not hold becomes a finding, and reading goes on.
"""

from collections import Counter
from dataclasses import dataclass, field

from fairlot.board.head import line_problems, verify_lines
from fairlot.board.sale import SaleState
from fairlot.board.standing import Cosigned, Watch
from fairlot.board.transcript import Record, Stop, Unreadable, read_records
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.terms.terms import Terms
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.progress import Progress, silent

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
    """An entry that was read, with its time: that of the last TIME before it."""

    entry: Entry
    index: int
    time: int
    refusal: str | None
    """The code with which the fold refused it."""


@dataclass(slots=True)
class Replay:
    """The result of reading a transcript."""

    state: SaleState
    findings: list[Finding] = field(default_factory=list[Finding])
    """The first ``KEPT`` of each code."""
    counts: Counter[str] = field(default_factory=Counter[str])
    """How many of each code were found."""
    entries: list[TimedEntry] = field(default_factory=list[TimedEntry])
    heads: dict[int, SignedCheckpoint] = field(
        default_factory=dict[int, SignedCheckpoint]
    )
    """The last head of each size that states the tree as it was."""
    watch: Watch = field(default_factory=Watch)
    """What the witnesses have co-signed."""
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

    @property
    def time(self) -> int:
        """The time of the log: what its last TIME entry says."""
        return self.state.clock

    def _checkpoint(self, record: Record, signed: SignedCheckpoint) -> None:
        # Step 4.1.
        repeats = not self._waiting and signed.checkpoint.size in self.heads
        for place, waiting in enumerate(self._waiting):
            if place > 0:
                self._check_ended(waiting.offset)
            self._entry(waiting)
        self._waiting.clear()
        self.acknowledged = record.offset + len(record.encoded)
        # Step 4.2.
        said, tree = signed.checkpoint, self.state.tree
        known = repeats or 0 < said.size == tree.size
        agrees = known and said.root == tree.root(said.size)
        if agrees:
            self.heads[said.size] = signed
        else:
            why = "size or root of this checkpoint is not that of the entries before it"
            self._find("checkpoint.tree", why, record.offset)
        # Step 4.3.
        if self.state.has_terms:
            found = self._check_signatures(record, signed, self.state.terms)
            if agrees:
                self.watch.seen.update(found)

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
            self._find(record.item.code, record.item.message, record.offset, index)
        elif isinstance(record.item, Entry) and not self.stopped:
            self._apply(record, record.item, index)
        self.state.tree.append(record.encoded)
        self.stopped = not self.state.has_terms

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
        self, record: Record, signed: SignedCheckpoint, terms: Terms
    ) -> tuple[Cosigned, ...]:
        for problem in line_problems(signed, terms):
            self._find(problem.code, problem.message, record.offset)
        try:
            return verify_lines(signed, terms, self.state.statements)
        except CryptoError as error:
            self._find("checkpoint.signature", str(error), record.offset)
            return ()

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
