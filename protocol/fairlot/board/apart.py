"""Takes a file apart into the items of its logs (specs/board.md, section 3, steps 4 to 6).

It is what ``take_apart`` does, for items of which only columns are held.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fairlot.board.items import HEAD, LEAF, UNREADABLE, Items
from fairlot.board.log_items import Column, LogItems, Span
from fairlot.board.source import Source
from fairlot.board.transcript import LogName


@dataclass(slots=True)
class FileItems:
    """The items of one file, joined in their order."""

    begins: int
    lengths: "array[int]" = field(default_factory=lambda: array("Q"))
    kinds: bytearray = field(default_factory=bytearray)
    logs: "array[int]" = field(default_factory=lambda: array("L"))
    """The number of the log that each names; 0 is none."""
    names: dict[LogName | bytes, int] = field(
        default_factory=dict[LogName | bytes, int]
    )
    stop: tuple[int, str, str] | None = None
    """Place, code and message where the last piece stopped."""

    def join(self, at: int, items: Items) -> None:
        """Join the items of the next piece, which begins at ``at``."""
        numbers = [0]
        numbers += [
            self.names.setdefault(name, len(self.names) + 1) for name in items.names
        ]
        self.lengths.extend(items.lengths)
        self.kinds += items.kinds
        self.logs.extend(numbers[log] for log in items.logs)
        ends = at + sum(items.lengths)
        self.stop = None if items.stop is None else (ends, *items.stop)

    def spans(self) -> Iterator[Span]:
        """Yield where the items lie."""
        at = self.begins
        for length in self.lengths:
            yield Span(at, length)
            at += length

    def cut(self, most: int) -> int | None:
        """Cut behind the item with which so many could be read as nothing.

        Returns:
            The place of that item; ``None`` where there are fewer.
        """
        if sum(map(self.kinds.count, UNREADABLE)) < most:
            return None
        broken = 0
        for number, span in enumerate(self.spans(), 1):
            broken += self.kinds[number - 1] in UNREADABLE
            if broken == most:
                del self.lengths[number:], self.kinds[number:], self.logs[number:]
                self.stop = None
                return span.offset
        return None


@dataclass(slots=True)
class Apart:
    """A file, taken apart."""

    logs: dict[bytes, LogItems]
    """By scope, in the order in which they begin."""
    loose: Column
    """What belongs to none of them."""


def apart(
    items: FileItems, source: Source, before: Mapping[bytes, LogItems] | None = None
) -> Apart:
    """Take a file apart (steps 4 to 6).

    Args:
        items: of the file.
        source: has their bytes.
        before: logs to which all belongs that stands before these items.
    """
    logs = _named(items, source, dict(before or {}))
    named = [None, *(logs.get(_scope(name)) for name in items.names)]
    loose, homeless = Column(), list[Span]()
    for span, kind, log in zip(items.spans(), items.kinds, items.logs, strict=True):
        own = named[log]
        if own is not None:
            _add(own, span, kind, homeless)
        elif kind == LEAF:
            homeless.append(span)
        else:
            # Step 5.
            loose.add(span)
    for each in homeless:
        loose.add(each)
    return Apart(logs, loose)


def _named(
    items: FileItems, source: Source, logs: dict[bytes, LogItems]
) -> dict[bytes, LogItems]:
    """Return the logs that maps name, each new one without items."""
    # Step 4.
    there = set(items.logs)
    for name, number in items.names.items():
        if isinstance(name, LogName) and number in there:
            logs.setdefault(name.scope, LogItems(name, source))
    return logs


def _add(own: LogItems, span: Span, kind: int, homeless: list[Span]) -> None:
    if kind != HEAD:
        own.add_leaf(span, kind)
        return
    # Step 6.
    for each in homeless:
        own.add_leaf(each, LEAF)
    homeless.clear()
    own.add_head(span)


def _scope(name: LogName | bytes) -> bytes:
    return name.scope if isinstance(name, LogName) else name
