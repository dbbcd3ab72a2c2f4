"""Reads a file of logs back into the state of a sale (specs/board.md, section 6).

The file is taken apart; the logs of registries are folded first, season by season, then that
of the sale.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from fairlot.board.ahead import Ahead
from fairlot.board.files import GIVEN_UP, Given, read_files
from fairlot.board.log_items import LogItems
from fairlot.board.log_replay import Finding, Findings, LogReplay
from fairlot.board.recalling import (
    Begun,
    Keeping,
    States,
    begin,
    keeping,
    recall_registry,
    recall_sale,
)
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.source import Source, source_of
from fairlot.board.transcript import Record, Stop, Unreadable
from fairlot.errors import Rejection
from fairlot.logs import LogKind
from fairlot_crypto.curve import Backend
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.progress import Progress, silent
from fairlot_crypto.statements import Statements

_WEIGHT = 4
"""How much longer the second pass over the file takes than the first, roughly."""
_OFTEN = 64
"""Leaves after which progress is told."""


@dataclass(slots=True)
class Replay(LogReplay[SaleState]):
    """The result of reading a file: the log of a sale, after those of registries."""

    registry: LogReplay[RegistryState] = field(kw_only=True)
    """Of the registry that the terms name, or of the one that is alone."""
    earlier: Sequence[LogReplay[RegistryState]] = field(default=(), kw_only=True)
    """Of the registries before it, as far as they are given, oldest first."""
    length: int = field(default=0, kw_only=True)
    """Bytes of all files."""
    sold: bool = field(default=True, kw_only=True)
    """Whether there is a log of a sale, or nothing at all: else a registry is alone."""
    torn: int = field(default=0, kw_only=True)
    """Bytes at the end of files but the last that no item is made of."""
    others: Sequence[LogItems] = field(default=(), kw_only=True)
    """Logs that nobody looks into: foreign ones, and copies of what an earlier file holds."""

    @property
    def registries(self) -> tuple[LogReplay[RegistryState], ...]:
        """All logs of registries, oldest first."""
        return (*self.earlier, self.registry)

    @property
    def logs(self) -> tuple[LogReplay[RegistryState] | LogReplay[SaleState], ...]:
        """All logs, in the order in which they were folded."""
        return (*self.registries, self)

    @property
    def findings(self) -> list[Finding]:
        """What was found in all logs and between them, the first ``KEPT`` of each code."""
        return self.found.kept

    @property
    def counts(self) -> Counter[str]:
        """How many findings of each code there are."""
        return self.found.counts

    @property
    def covered(self) -> int:
        """Bytes of the file up to the last checkpoint of any log."""
        return max(log.acknowledged for log in self.logs)

    @property
    def unacknowledged(self) -> int:
        """The number of bytes under no checkpoint, on which no reader may rely."""
        between = (span for log in self.logs for span in log.waiting)
        early = (s.length for s in between if s.offset < self.covered)
        beside = (span for log in self.others for span in log.spans())
        foreign = (s.length for s in beside if s.offset >= self.covered)
        behind = self.length - self.covered - sum(foreign)
        return behind + self.torn + sum(early)

    def check(self) -> None:
        """Refuse a transcript with findings.

        Raises:
            Rejection: the first of them.
        """
        if self.findings:
            found = self.findings[0]
            raise Rejection(found.code, f"at byte {found.offset}: {found.message}")


def replay(data: bytes, state: SaleState, progress: Progress = silent) -> Replay:
    """Read a whole file into a fresh ``state``, and into that of its registry.

    Args:
        data: the bytes of the file.
        state: a newly constructed state.
        progress: called with the bytes read and the bytes in all.
    """
    return replay_files((data,), state, progress)


def replay_files(
    files: Sequence[bytes | Source],
    state: SaleState,
    progress: Progress = silent,
    ahead: Ahead | None = None,
    states: States | None = None,
) -> Replay:
    """Read files that hold the logs of a sale and its registry, each log in one of them.

    Args:
        files: the bytes of each; places are counted as if they were one file.
        state: a newly constructed state. What its registry continues is what the files
            hold of it, if they do.
        progress: called with the bytes that are done and the bytes in all; both passes
            over the files count, each as it takes time.
        ahead: tries what can be tried before the fold comes to it; ``None`` tries all
            where it stands, with the same result.
        states: from which the fold goes on, where one is of the beginning of the file,
            with the same result; of several files none counts.
    """
    if len(files) != 1:
        states = None
    begun, given = _given(files, progress, ahead, states)
    kept, found = keeping(states, given, begun), Findings()
    *before, last = given.registries or (None,)
    earlier: list[LogReplay[RegistryState]] = []
    read = _Reader(found, progress, given.length, ahead, kept)
    for log in before:
        known = earlier[-1].state if earlier else None
        fold = RegistryState(state.curve, state.statements, known)
        name = f"the earlier registry {log.name.scope.hex()}"
        earlier.append(LogReplay(LogKind.REGISTRY, fold, found, name=name))
        read.log(log, earlier[-1])
    if earlier:
        state.registry.before = earlier[-1].state
    registry = LogReplay(LogKind.REGISTRY, state.registry, found)
    result = Replay(
        LogKind.SALE,
        state,
        found,
        registry=registry,
        earlier=tuple(earlier),
        length=given.length,
        sold=given.sale is not None or last is None,
        torn=given.torn,
        others=(*given.foreign, *given.again),
    )
    if begun is not None:
        recall_registry(begun, registry)
        recall_sale(begun, result)
        read.folded = begun.state.length
    if last is not None:
        read.log(last, registry)
        # Without its registry nothing of the sale can be judged.
        result.stopped = registry.stopped
    if given.sale is not None:
        read.log(given.sale, result)
    if states is not None and kept is not None:
        states.made = kept.state(source_of(files[0]))
    _judge_rest(given, found)
    progress(given.length, given.length)
    return result


def _given(
    files: Sequence[bytes | Source],
    progress: Progress,
    ahead: Ahead | None,
    states: States | None,
) -> tuple[Begun | None, Given]:
    """Take files apart, from a kept state on where one counts."""
    workers, width = (None, 1) if ahead is None else (ahead.workers, ahead.jobs)
    begun = begin(states, source_of(files[0])) if files else None
    told = partial(_first_pass, progress)
    if begun is not None:
        given = read_files(files, told, workers, width, begun.known)
        if begun.fits(given):
            return begun, given
    if states is not None:
        states.known = None
    return None, read_files(files, told, workers, width)


def replay_file(
    data: bytes | Source,
    curve: Backend,
    statements: Statements,
    progress: Progress = silent,
    ahead: Ahead | None = None,
    states: States | None = None,
) -> Replay:
    """Read a whole file into fresh states.

    Args:
        data: the bytes of the file.
        curve: the back-end.
        statements: what this process has verified before.
        progress: called with the bytes read and the bytes in all.
        ahead: as ``replay_files`` takes it.
        states: as ``replay_files`` takes them.
    """
    state = SaleState(RegistryState(curve, statements))
    return replay_files((data,), state, progress, ahead, states)


def _first_pass(progress: Progress, done: int, total: int) -> None:
    progress(done // (1 + _WEIGHT), total)


@dataclass(slots=True)
class _Reader:
    """Reads log after log, until there are too many findings."""

    found: Findings
    progress: Progress
    length: int
    ahead: Ahead | None
    kept: Keeping | None
    """Makes a state on the way."""
    folded: int = 0
    """Bytes of leaves that the fold has come to."""

    def log(
        self,
        items: LogItems,
        into: LogReplay[SaleState] | LogReplay[RegistryState],
    ) -> None:
        """Read the items of a log."""
        look = None if self.ahead is None else self.ahead.of(into.state, items)

        def before(index: int) -> None:
            if index % _OFTEN == 0:
                done = self.length + _WEIGHT * self.folded
                self.progress(done // (1 + _WEIGHT), self.length)
            self.folded += items.leaves.lengths[index]
            if look is not None:
                look(index)

        def enough(offset: int) -> bool:
            if self.found.counts.total() < GIVEN_UP:
                return False
            _give_up(self.found, offset)
            return True

        if self.kept is not None:
            into.read(items, before, enough, self.kept.cut)
            self.kept.take(into)
        into.read(items, before, enough)


def _judge_rest(given: Given, found: Findings) -> None:
    """Find what is of no log that was folded (steps 1 and 2)."""
    for item in chain.from_iterable(given.loose):
        _judge_loose(item, found)
    for log in given.foreign:
        found.add(_foreign(log))
    for log in given.again:
        found.add(_twice(log))
    for offset in given.unread:
        _give_up(found, offset)


def _give_up(found: Findings, offset: int) -> None:
    if not found.counts["file.given-up"]:
        why = f"{GIVEN_UP} findings so far: what follows was not read"
        found.add(Finding("file.given-up", why, offset, None))


def _judge_loose(item: Record | Stop, found: Findings) -> None:
    """Find what belongs to no log (steps 1 and 2)."""
    # Step 1.
    if isinstance(item, Stop):
        if item.code != "cbor.truncated":
            found.add(Finding(item.code, item.message, item.offset, None))
    elif isinstance(item.item, SignedCheckpoint):
        why = f"no log of this file has the origin {item.item.checkpoint.origin}"
        found.add(Finding("checkpoint.board-name", why, item.offset, None))
    elif isinstance(item.item, Unreadable) and not item.item.is_leaf:
        # Step 2.
        found.add(Finding(item.item.code, item.item.message, item.offset, None))


def _foreign(log: LogItems) -> Finding:
    why = f"the log of another {log.name.kind}, {log.name.scope.hex()}, is in this file"
    return Finding("log.foreign", why, log.first.offset, None)


def _twice(log: LogItems) -> Finding:
    why = f"a second copy of the log {log.name.scope.hex()}: give each log once"
    return Finding("log.twice", why, log.first.offset, None)
