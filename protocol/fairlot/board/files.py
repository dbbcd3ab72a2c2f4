"""Which logs lie in some files, and which of them are judged (specs/board.md, section 6).

One sale, the registry that its terms name, and those of the seasons before; whatever else
there is is named, and not looked into.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fairlot.board.apart import FileItems, apart
from fairlot.board.items import read_items
from fairlot.board.log_items import Column, LogItems
from fairlot.board.source import Joined, Source, source_of
from fairlot.board.transcript import LogName, Record, Stop, record_at
from fairlot.entry import Entry, EntryType
from fairlot.logs import LogKind
from fairlot.workers import InProcess, Workers
from fairlot_crypto.progress import Progress, silent

GIVEN_UP = 100_000
"""Findings after which a file is not read any further."""


@dataclass(frozen=True, slots=True)
class Loose:
    """What belongs to no log of a file."""

    source: Source
    items: Column
    stop: Stop | None
    """Where reading stopped."""

    def __iter__(self) -> Iterator[Record | Stop]:
        """Yield it, in its order."""
        for number in range(len(self.items)):
            yield record_at(self.source, *self.items[number])
        if self.stop is not None:
            yield self.stop


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of the beginning of a file before."""

    length: int
    """Bytes of it, behind which an item begins."""
    logs: Mapping[bytes, LogItems]
    """By scope, in the order in which they begin: whatever stands there is theirs."""


@dataclass(frozen=True, slots=True)
class Given:
    """What lies in the files that are given."""

    length: int
    """Bytes of all of them."""
    sale: LogItems | None
    registries: tuple[LogItems, ...]
    """The log of the sale's registry, or of the one that is alone, comes last, and before
    each that of the registry before it, as far as they are given."""
    foreign: tuple[LogItems, ...]
    """All other logs."""
    again: tuple[LogItems, ...]
    """Copies of logs that an earlier file holds."""
    loose: tuple[Loose, ...]
    """What belongs to no log, and where reading stopped, file by file."""
    torn: int
    """Bytes at the end of files but the last that no item is made of."""
    unread: tuple[int, ...]
    """Where reading was given up, in each file where it was."""


def read_files(
    files: Sequence[bytes | Source],
    progress: Progress = silent,
    workers: Workers | None = None,
    width: int = 1,
    known: Known | None = None,
) -> Given:
    """Take files apart, and find the logs that belong together.

    Args:
        files: each; places are counted as if they were one file.
        progress: called with the bytes read and the bytes in all.
        workers: read pieces; by default this process does.
        width: how many of them work at once.
        known: what is known of the beginning of the first file.
    """
    source = Joined([source_of(file) for file in files])
    logs: dict[LogName, LogItems] = {}
    again: list[LogItems] = []
    loose: list[Loose] = []
    unread: list[int] = []
    torn = 0
    for number, (first, end) in enumerate(source.bounds, 1):
        before = known if number == 1 else None
        begins = first if before is None else before.length
        items = FileItems(begins)
        for at, piece in read_items(source, begins, end, workers or InProcess(), width):
            progress(at, source.length)
            items.join(at, piece)
        cut = items.cut(GIVEN_UP)
        unread += [] if cut is None else [cut]
        found = apart(items, source, None if before is None else before.logs)
        again += [
            log
            for log in found.logs.values()
            if logs.setdefault(log.name, log) is not log
        ]
        stop = None if items.stop is None else Stop(*items.stop)
        loose.append(Loose(source, found.loose, stop))
        if stop is not None and number < len(files):
            torn += end - stop.offset
    sale = _sale_log(tuple(logs.values()))
    registries = _registry_logs(logs, sale)
    judged = [*registries, *((sale,) if sale else ())]
    foreign = (log for log in logs.values() if all(log is not own for own in judged))
    return Given(
        source.length,
        sale,
        registries,
        tuple(foreign),
        tuple(again),
        tuple(loose),
        torn,
        tuple(unread),
    )


def _sale_log(logs: Sequence[LogItems]) -> LogItems | None:
    """Return the first log of a sale, if possible one that begins with terms."""
    sales = [log for log in logs if log.name.kind is LogKind.SALE]
    begun = (log for log in sales if _named(log) is not None)
    return next(begun, sales[0] if sales else None)


def _registry_logs(
    logs: dict[LogName, LogItems], sale: LogItems | None
) -> tuple[LogItems, ...]:
    """Return the registry log that is judged, and before it those that it continues."""
    found: list[LogItems] = []
    log = _last_registry(logs, sale)
    while log is not None and all(log is not known for known in found):
        found.insert(0, log)
        before = _named(log)
        log = None if before is None else logs.get(before)
    return tuple(found)


def _last_registry(
    logs: dict[LogName, LogItems], sale: LogItems | None
) -> LogItems | None:
    """Return the log of the registry that the sale's terms name.

    Without such terms it is the first that none of the others continues.
    """
    named = None if sale is None else _named(sale)
    if named is not None:
        return logs.get(named)
    registries = [log for log in logs.values() if log.name.kind is LogKind.REGISTRY]
    continued = {_named(log) for log in registries}
    last = (log for log in registries if log.name not in continued)
    return next(last, registries[0] if registries else None)


_NAMES = {
    LogKind.SALE: (EntryType.TERMS, "registry"),
    LogKind.REGISTRY: (EntryType.REGISTRY, "previous"),
}
"""The entry with which a log of each kind begins, and its field that names a registry."""


def _named(log: LogItems) -> LogName | None:
    """Return the registry that the first entry of a log names: its own, or the one before."""
    kind, field = _NAMES[log.name.kind]
    first = None if log.over and not log.over[0] else log.leaf(0).item
    if isinstance(first, Entry) and first.type is kind:
        scope = first.body.get(field)
        if isinstance(scope, bytes):
            return LogName(LogKind.REGISTRY, scope)
    return None
