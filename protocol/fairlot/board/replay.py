"""Reads a file of logs back into the state of a sale (specs/board.md, section 6).

The file is taken apart; the log of the registry is folded first, then that of the sale.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fairlot.board.log_replay import Finding, Findings, LogReplay
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.transcript import (
    Apart,
    LogName,
    LogRecords,
    Record,
    Stop,
    Unreadable,
    read_records,
    take_apart,
)
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.logs import LogKind
from fairlot_crypto.curve import Backend
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.progress import Progress, silent
from fairlot_crypto.statements import Statements

GIVEN_UP = 100_000
"""Findings after which a file is not read any further."""


@dataclass(slots=True)
class Replay(LogReplay[SaleState]):
    """The result of reading a file: the log of a sale, after that of its registry."""

    registry: LogReplay[RegistryState] = field(kw_only=True)
    length: int = field(default=0, kw_only=True)
    """Bytes of all files."""
    sold: bool = field(default=True, kw_only=True)
    """Whether there is a log of a sale, or nothing at all: else a registry is alone."""
    torn: int = field(default=0, kw_only=True)
    """Bytes at the end of files but the last that no item is made of."""
    others: Sequence[LogRecords] = field(default=(), kw_only=True)
    """Logs that nobody looks into: foreign ones, and copies of what an earlier file holds."""

    @property
    def findings(self) -> list[Finding]:
        """What was found in both logs and between them, the first ``KEPT`` of each code."""
        return self.found.kept

    @property
    def counts(self) -> Counter[str]:
        """How many findings of each code there are."""
        return self.found.counts

    @property
    def covered(self) -> int:
        """Bytes of the file up to the last checkpoint of either log."""
        return max(self.acknowledged, self.registry.acknowledged)

    @property
    def unacknowledged(self) -> int:
        """The number of bytes under no checkpoint, on which no reader may rely."""
        between = (*self.registry.waiting, *self.waiting)
        early = (len(r.encoded) for r in between if r.offset < self.covered)
        beside = (r for log in self.others for r in log.records)
        foreign = (len(r.encoded) for r in beside if r.offset >= self.covered)
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
    files: Sequence[bytes], state: SaleState, progress: Progress = silent
) -> Replay:
    """Read files that hold the logs of a sale and its registry, each log in one of them.

    Args:
        files: the bytes of each; places are counted as if they were one file.
        state: a newly constructed state.
        progress: called with the bytes read and the bytes in all.
    """
    length = sum(map(len, files))
    found, unread = Findings(), list[int]()
    apart, again, torn = _together(files, unread)
    sale = _sale_log(apart.logs)
    registry = _registry_log(apart.logs, sale)
    first = LogReplay(LogKind.REGISTRY, state.registry, found)
    foreign = [log for log in apart.logs if log is not registry and log is not sale]
    result = Replay(
        LogKind.SALE,
        state,
        found,
        registry=first,
        length=length,
        sold=sale is not None or registry is None,
        torn=torn,
        others=(*foreign, *again),
    )
    read = _Reader(found, progress, length)
    if registry is not None:
        read.log(registry, first)
        # Without its registry nothing of the sale can be judged.
        result.stopped = first.stopped
    if sale is not None:
        read.log(sale, result)
    # Steps 1 and 2.
    for item in apart.loose:
        _judge_loose(item, found)
    for log in foreign:
        found.add(_foreign(log))
    for log in again:
        found.add(_twice(log))
    for offset in unread:
        _give_up(found, offset)
    return result


def _together(
    files: Sequence[bytes], unread: list[int]
) -> tuple[Apart, Sequence[LogRecords], int]:
    """Take files apart, and return copies of logs of earlier files, and torn bytes."""
    logs: dict[LogName, LogRecords] = {}
    again: list[LogRecords] = []
    loose: list[Record | Stop] = []
    offset, torn = 0, 0
    for number, data in enumerate(files, 1):
        items = list(_readable(data, offset, unread))
        apart = take_apart(items)
        again += [
            log for log in apart.logs if logs.setdefault(log.name, log) is not log
        ]
        loose += apart.loose
        offset += len(data)
        if number < len(files):
            stops = (item.offset for item in items if isinstance(item, Stop))
            torn += sum(offset - at for at in stops)
    return Apart(tuple(logs.values()), tuple(loose)), again, torn


def _readable(data: bytes, begins: int, unread: list[int]) -> Iterator[Record | Stop]:
    """Yield the items of a file, until too many can be read as nothing.

    Args:
        data: the bytes of the file.
        begins: the place of its first byte, behind the files before it.
        unread: takes the place where reading was given up.
    """
    broken = 0
    for item in read_records(data, begins):
        yield item
        broken += isinstance(item, Record) and isinstance(item.item, Unreadable)
        if broken >= GIVEN_UP:
            unread.append(item.offset)
            return


def _give_up(found: Findings, offset: int) -> None:
    if not found.counts["file.given-up"]:
        why = f"{GIVEN_UP} findings so far: what follows was not read"
        found.add(Finding("file.given-up", why, offset, None))


def replay_file(
    data: bytes,
    curve: Backend,
    statements: Statements,
    progress: Progress = silent,
) -> Replay:
    """Read a whole file from nothing.

    Args:
        data: the bytes of the file.
        curve: the back-end.
        statements: what this process has verified before.
        progress: called with the bytes read and the bytes in all.
    """
    return replay(data, SaleState(RegistryState(curve, statements)), progress)


@dataclass(slots=True)
class _Reader:
    """Reads log after log, until there are too many findings."""

    found: Findings
    progress: Progress
    length: int
    done: int = 0

    def log(
        self, log: LogRecords, into: LogReplay[SaleState] | LogReplay[RegistryState]
    ) -> None:
        """Read the records of a log."""
        for record in log.records:
            self.progress(self.done, self.length)
            into.take(record)
            self.done += len(record.encoded)
            if self.found.counts.total() >= GIVEN_UP:
                _give_up(self.found, record.offset)
                return


def _sale_log(logs: Sequence[LogRecords]) -> LogRecords | None:
    """Return the first log of a sale, if possible one that begins with terms."""
    sales = [log for log in logs if log.name.kind is LogKind.SALE]
    begun = (log for log in sales if _named_registry(log) is not None)
    return next(begun, sales[0] if sales else None)


def _registry_log(
    logs: Sequence[LogRecords], sale: LogRecords | None
) -> LogRecords | None:
    """Return the log of the registry that the sale's terms name, or the only one."""
    registries = [log for log in logs if log.name.kind is LogKind.REGISTRY]
    named = None if sale is None else _named_registry(sale)
    if named is None:
        return registries[0] if registries else None
    return next((log for log in registries if log.name == named), None)


def _named_registry(sale: LogRecords) -> LogName | None:
    """Return the registry that the first entry of a sale's log names."""
    first = next((each.item for each in sale.records), None)
    if isinstance(first, Entry) and first.type is EntryType.TERMS:
        scope = first.body.get("registry")
        if isinstance(scope, bytes):
            return LogName(LogKind.REGISTRY, scope)
    return None


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


def _foreign(log: LogRecords) -> Finding:
    first = log.records[0]
    why = f"the log of another {log.name.kind}, {log.name.scope.hex()}, is in this file"
    return Finding("log.foreign", why, first.offset, None)


def _twice(log: LogRecords) -> Finding:
    first = log.records[0]
    why = f"a second copy of the log {log.name.scope.hex()}: give each log once"
    return Finding("log.twice", why, first.offset, None)
