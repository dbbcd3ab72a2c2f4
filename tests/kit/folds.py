"""The whole of what reading a file gives, in a form that can be compared."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from fairlot.board.foresight import Foresight
from fairlot.board.log_items import LogItems
from fairlot.board.places import Places
from fairlot.board.replay import Replay
from fairlot.deposit.final import Depositors, Positions
from fairlot.entry import Entry
from fairlot.identity.lives import Lives
from fairlot_crypto.curve import Backend
from fairlot_crypto.keyed import Keys
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.statements import Statements

_PASSING = {
    *("_owed", "_later", "_repeats"),
    *("statements", "foresight", "curve", "handlers", "_contexts", "_hashed"),
}
"""How reading went, and what it was done with: no part of what it gave."""


def form_of(read: Replay) -> object:
    """Return all that is known of both logs after reading, field by field."""
    for log in read.logs:
        # Heads that were recalled are counted when somebody asks for them.
        assert len(log.heads) <= log.heads_read
    return _form(read)


def _form(value: object) -> object:
    for kinds, form in _FORMS:
        if isinstance(value, kinds):
            return form(value)
    return [(name, _form(getattr(value, name))) for name in _names(value)]


def _names(value: object) -> Iterator[str]:
    """Yield the names of an object's fields but for those that pass."""
    if is_dataclass(value):
        # What a value has computed of itself is none of its fields.
        names = {field.name for field in fields(value)}
    else:
        slots = (getattr(kind, "__slots__", ()) for kind in type(value).__mro__)
        names = {*getattr(value, "__dict__", ()), *(n for some in slots for n in some)}
    yield from sorted(names - _PASSING)


def _places(places: Places) -> list[bool]:
    tree = places.tree
    return [tree.leaf(index) in places for index in range(tree.size)]


def _positions(positions: Positions) -> object:
    rows = [*Depositors(positions).keys()], [*positions.stakes()]
    known = rows, [*positions.by_nym.items()], sorted(positions.refs)
    return [_form(each) for each in known]


def _lives(lives: Lives) -> object:
    pasts = [(lives.leaves[index], lives.past(index)) for index in lives.leaves]
    return _form((pasts, lives.closed))


def _items(items: LogItems) -> object:
    names = ("name", "leaves", "kinds", "heads", "over")
    return [_form(getattr(items, name)) for name in names]


_FORMS: tuple[tuple[Any, Callable[[Any], object]], ...] = (
    (Enum, lambda value: value.value),
    ((bool, int, str, bytes, bytearray, type(None)), lambda value: value),
    (Entry, lambda entry: entry.encoded),
    (Tree, lambda tree: tree.levels),
    ((Statements, Foresight, Backend), lambda value: type(value).__name__),
    (Places, _places),
    (Positions, _positions),
    (Lives, _lives),
    (Keys, lambda keys: [*keys]),
    (LogItems, _items),
    (Mapping, lambda known: [(_form(key), _form(known[key])) for key in known]),
    (AbstractSet, lambda known: sorted(map(repr, map(_form, known)))),
    ((list, tuple, array), lambda values: [_form(each) for each in values]),
)
