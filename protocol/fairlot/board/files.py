"""Which logs lie in some files, and which of them are judged (specs/board.md, section 6).

One sale, the registry that its terms name, and those of the seasons before; whatever else
there is is named, and not looked into.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairlot.board.transcript import (
    LogName,
    LogRecords,
    Record,
    Stop,
    Unreadable,
    read_records,
    take_apart,
)
from fairlot.entry import Entry, EntryType
from fairlot.logs import LogKind

GIVEN_UP = 100_000
"""Findings after which a file is not read any further."""


@dataclass(frozen=True, slots=True)
class Given:
    """What lies in the files that are given."""

    length: int
    """Bytes of all of them."""
    sale: LogRecords | None
    registries: tuple[LogRecords, ...]
    """The log of the sale's registry, or of the one that is alone, comes last, and before
    each that of the registry before it, as far as they are given."""
    foreign: tuple[LogRecords, ...]
    """All other logs."""
    again: tuple[LogRecords, ...]
    """Copies of logs that an earlier file holds."""
    loose: tuple[Record | Stop, ...]
    """What belongs to no log, and where reading stopped."""
    torn: int
    """Bytes at the end of files but the last that no item is made of."""
    unread: tuple[int, ...]
    """Where reading was given up, in each file where it was."""


def read_files(files: Sequence[bytes]) -> Given:
    """Take files apart, and find the logs that belong together.

    Args:
        files: the bytes of each; places are counted as if they were one file.
    """
    logs: dict[LogName, LogRecords] = {}
    again: list[LogRecords] = []
    loose: list[Record | Stop] = []
    unread: list[int] = []
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
    sale = _sale_log(tuple(logs.values()))
    registries = _registry_logs(logs, sale)
    judged = [*registries, *((sale,) if sale else ())]
    foreign = (log for log in logs.values() if all(log is not own for own in judged))
    return Given(
        offset,
        sale,
        registries,
        tuple(foreign),
        tuple(again),
        tuple(loose),
        torn,
        tuple(unread),
    )


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


def _sale_log(logs: Sequence[LogRecords]) -> LogRecords | None:
    """Return the first log of a sale, if possible one that begins with terms."""
    sales = [log for log in logs if log.name.kind is LogKind.SALE]
    begun = (log for log in sales if _named(log) is not None)
    return next(begun, sales[0] if sales else None)


def _registry_logs(
    logs: dict[LogName, LogRecords], sale: LogRecords | None
) -> tuple[LogRecords, ...]:
    """Return the registry log that is judged, and before it those that it continues."""
    found: list[LogRecords] = []
    log = _last_registry(logs, sale)
    while log is not None and all(log is not known for known in found):
        found.insert(0, log)
        before = _named(log)
        log = None if before is None else logs.get(before)
    return tuple(found)


def _last_registry(
    logs: dict[LogName, LogRecords], sale: LogRecords | None
) -> LogRecords | None:
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


def _named(log: LogRecords) -> LogName | None:
    """Return the registry that the first entry of a log names: its own, or the one before."""
    first = next((each.item for each in log.records), None)
    kind, field = _NAMES[log.name.kind]
    if isinstance(first, Entry) and first.type is kind:
        scope = first.body.get(field)
        if isinstance(scope, bytes):
            return LogName(LogKind.REGISTRY, scope)
    return None
