"""Reads one log back into its state (specs/board.md, section 6).

Nothing is taken on trust: every item is decoded strictly, every entry goes through the fold,
every checkpoint is recomputed. Whatever does not hold becomes a finding, and reading goes on.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from fairlot.board.head import line_problems, merge_heads, named_lines, verify_lines
from fairlot.board.log_entries import NOT_JUDGED, Entries, Judged
from fairlot.board.log_items import LogItems, Span
from fairlot.board.log_state import LogState
from fairlot.board.standing import Cosigned, Watch
from fairlot.board.transcript import Record, Unreadable
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.logs import LogIdentity, LogKind
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.statements import Asked

KEPT = 1_000
"""Findings of one code that are kept; the others are counted."""

S = TypeVar("S", bound=LogState)

Look: TypeAlias = Callable[[int], None]
GiveUp: TypeAlias = Callable[[int], bool]


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


_Counted: TypeAlias = tuple[SignedCheckpoint, Iterable[Cosigned]]


@dataclass(slots=True)
class Tally:
    """The heads of a log, and who has co-signed them."""

    heads: dict[int, SignedCheckpoint] = field(
        default_factory=dict[int, SignedCheckpoint]
    )
    watch: Watch = field(default_factory=Watch)

    def count(self, head: SignedCheckpoint, seen: Iterable[Cosigned]) -> None:
        """Let the co-signatures of a head count."""
        size = head.checkpoint.size
        self.heads[size], *_ = merge_heads([self.heads.get(size, head), head])
        self.watch.seen.update(seen)


@dataclass(slots=True)
class LogReplay(Generic[S]):
    """The result of reading one log."""

    kind: LogKind
    state: S
    found: Findings
    """Of the whole file."""
    items: LogItems | None = None
    """Of the log; ``None`` where it is not there."""
    judged: Judged = field(default_factory=Judged)
    """What became of its leaves."""
    acknowledged: int = 0
    """Bytes of the file up to the last checkpoint of this log."""
    stopped: bool = False
    """Whether the first entry was refused, so that nothing after it can be judged."""
    taken: int = 0
    """How many leaves were read, under a checkpoint or not."""
    heads_read: int = 0
    """How many heads were read."""
    name: str = ""
    """What findings call the log, where its kind does not tell it from others."""
    _repeats: bool = False
    """Whether no leaf stands between the last two heads."""
    _sizes: set[int] = field(default_factory=set[int])
    """Of the heads that state the tree as it was, however they are signed."""
    _tally: Tally = field(default_factory=Tally)
    _owed: int = 0
    """How many heads were recalled whose lines are not in the tally yet."""
    _later: list[_Counted] = field(default_factory=list[_Counted])
    """What comes into the tally behind them."""
    _given_up: bool = False

    @property
    def heads(self) -> dict[int, SignedCheckpoint]:
        """Size to head: those that state the tree as it was and verify, their lines in one."""
        self._settle()
        return self._tally.heads

    @property
    def watch(self) -> Watch:
        """What the witnesses have co-signed."""
        self._settle()
        return self._tally.watch

    @property
    def time(self) -> int:
        """The time of the log: what its last TIME entry says."""
        return self.state.clock

    @property
    def entries(self) -> Entries:
        """The entries that the fold has judged, in their order."""
        return Entries(self.items, self.judged)

    @property
    def waiting(self) -> tuple[Span, ...]:
        """Where the leaves under no checkpoint lie."""
        if self.items is None:
            return ()
        places = range(self.state.tree.size, self.taken)
        return tuple(self.items.leaves[index] for index in places)

    def recall(self, items: LogItems, times: "array[int]", heads: int) -> None:
        """Begin with items that were read before, and of which nothing was found.

        Args:
            items: of this log, those among them; its state is what they have led to.
            times: of each leaf that was read.
            heads: how many heads were read; the last one covers these leaves.
        """
        self.items = items
        self.judged.times.extend(times)
        self.taken, self.heads_read, self._owed = len(times), heads, heads
        # No leaf stood under a head that said something else.
        self._sizes.update(items.over[:heads])
        offset, length = items.heads[heads - 1]
        self.acknowledged = offset + length

    def read(
        self,
        items: LogItems,
        look: Look,
        give_up: GiveUp,
        behind: int | None = None,
    ) -> None:
        """Read the items of the log in (steps 3 and 4).

        Args:
            items: of this log; those that were read before are not read again.
            look: told before each leaf, with its index.
            give_up: told the place after each head; it says whether that was enough.
            behind: only heads before this place are read, and what they cover; ``None``
                for all.
        """
        self.items = items
        for number in range(self.heads_read, len(items.over)):
            if self._given_up or (
                behind is not None and items.heads.offsets[number] >= behind
            ):
                return
            # Step 3.
            self.taken, self.heads_read = items.over[number], number + 1
            # Step 4.
            head = items.head(number)
            self._leaves(items, look)
            self._head(head)
            self._given_up = give_up(head.offset)
        if behind is None and not self._given_up:
            self.taken = len(items.leaves)

    def _leaves(self, items: LogItems, look: Look) -> None:
        # Step 4.1.
        self._repeats = self.state.tree.size == self.taken
        first = self.state.tree.size
        for index in range(first, self.taken):
            look(index)
            record = items.leaf(index)
            if index > first:
                self._check_ended(record.offset)
            self._leaf(record, index)

    def _head(self, record: Record) -> None:
        if not isinstance(record.item, SignedCheckpoint):
            return
        signed = record.item
        self.acknowledged = record.offset + len(record.encoded)
        # Step 4.2.
        said, tree = signed.checkpoint, self.state.tree
        repeats = self._repeats and said.size in self._sizes
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
        head = named_lines(signed, self.state.identity)
        if self._owed:
            self._later.append((head, seen))
        else:
            self._tally.count(head, seen)

    def _settle(self) -> None:
        """Let the heads count that were recalled, whose signatures have verified."""
        owed, self._owed = self._owed, 0
        if not owed or self.items is None:
            return
        log, known = self.state.identity, Asked(frozenset())
        for number in range(owed):
            signed = self.items.head(number).item
            if isinstance(signed, SignedCheckpoint):
                seen = verify_lines(signed, log, known)
                self._tally.count(named_lines(signed, log), seen)
        for each in self._later:
            self._tally.count(*each)
        self._later.clear()

    def _check_ended(self, offset: int) -> None:
        """Check that the leaf before is no marker: a checkpoint must follow it."""
        last = self.state.tree.size - 1
        for kind, index in self.state.markers.items():
            if index == last:
                why = f"no checkpoint separates {kind} from what comes after it"
                self._find("checkpoint.missing", why, offset, last)

    def _leaf(self, record: Record, index: int) -> None:
        time = NOT_JUDGED
        if isinstance(record.item, Unreadable):
            self.judged.codes[index] = record.item.code
            self._find(record.item.code, record.item.message, record.offset, index)
        elif isinstance(record.item, Entry) and not self.stopped:
            self._apply(record, record.item, index)
            time = self.time
        self.judged.times.append(time)
        self.state.add_leaf(record.encoded)
        self.stopped = not self.state.begun

    def _apply(self, record: Record, entry: Entry, index: int) -> None:
        try:
            self.state.apply(entry, self.time)
        except Rejection as error:
            self.judged.codes[index] = error.code
            self._find(error.code, error.message, record.offset, index)

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
