"""Values that were probably meant to be the same (specs/check.md, section 4)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from fairlot.same_name import compared_name
from fairlot.text import shown

_WIDEST = 100
"""A range of more numbers than this is taken for something else."""

_LOOSE = re.compile(r"[_‐–-]|(?<![0-9])0+(?=[0-9])")
"""Hyphens, and leading zeros."""
_RANGE = re.compile(r"([0-9]{1,9}) ?(?:-|–|—|\.\.\.?|…|to) ?([0-9]{1,9})")
_DATE = re.compile(r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})")
_NUMBERED = re.compile(r"[^0-9]*([0-9]{1,9})[^0-9]*")


def folded(text: str) -> str:
    """Return a text without case and blanks."""
    return compared_name(text).replace(" ", "")


class NearMisses:
    """Finds, among some texts, those that another was probably meant to be."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Take the texts to choose from."""
        self._by_key: dict[str, list[str]] = {}
        for text in sorted(set(texts)):
            for key in set(_keys(text)):
                self._by_key.setdefault(key, []).append(text)

    def of(self, text: str) -> str | None:
        """Return the first that ``text`` was probably meant to be; ``None`` for none."""
        for key in _keys(text):
            for other in self._by_key.get(key, ()):
                if other != text and _alike(key, text, other):
                    return other
        return None


def near_hint(near: NearMisses, text: str) -> str:
    """Return a question about a near miss to end a sentence with, or nothing."""
    found = near.of(text)
    return "" if found is None else f": did you mean {shown(found)}?"


def labels_alike(labels: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return, by what they fold to, labels of which two or more fold to the same."""
    alike: dict[str, list[str]] = {}
    for label in dict.fromkeys(labels):
        alike.setdefault(folded(label), []).append(label)
    return {key: tuple(same) for key, same in alike.items() if len(same) > 1}


def _keys(text: str) -> Iterator[str]:
    """Return what two texts share that were meant to be the same, the surest first."""
    yield f"={_LOOSE.sub('', folded(text))}"
    plain = " ".join(text.split())
    for day in _days(plain):
        yield f"@{day}"
    span = _RANGE.fullmatch(plain)
    if span and 0 <= int(span[2]) - int(span[1]) < _WIDEST:
        yield from (f"#{number}" for number in range(int(span[1]), int(span[2]) + 1))
    number = _NUMBERED.fullmatch(plain)
    if number:
        yield f"#{int(number[1])}"


def _alike(key: str, text: str, other: str) -> bool:
    """Tell whether one of two texts with a number in common is that number."""
    return not key.startswith("#") or text.isdecimal() or other.isdecimal()


def _days(text: str) -> Iterator[str]:
    """Return the days that a text may name, in any order of day, month and year."""
    found = _DATE.fullmatch(text)
    if not found:
        return
    first, _, second, third = found.groups()
    orders = [(third, second, first), (third, first, second)]
    if len(first) == 4:
        orders = [(first, second, third)]
    for year, month, day in orders:
        try:
            yield date(int(year), int(month), int(day)).isoformat()
        except ValueError:
            continue
