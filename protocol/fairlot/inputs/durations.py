"""Lengths of time as people write them (specs/terms-file.md, section 3.6)."""

import re
from collections.abc import Mapping

from fairlot.text import counted

_UNITS: Mapping[str, int] = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 604_800,
}
"""Seconds of each unit."""
_DURATION = re.compile(r"(0|[1-9][0-9]{0,9}) (second|minute|hour|day|week)s?")
_NEARLY = re.compile(r"\s*([0-9]{1,10})\s*([A-Za-z]+)\.?\s*")
_SHORT: Mapping[str, str] = {
    "s": "second",
    "sec": "second",
    "m": "minute",
    "min": "minute",
    "h": "hour",
    "hr": "hour",
    "d": "day",
    "w": "week",
    "wk": "week",
}


def parse_duration(text: str) -> int | None:
    """Return the seconds that a text like ``7 days`` means; ``None`` for another text."""
    found = _DURATION.fullmatch(text)
    return int(found[1]) * _UNITS[found[2]] if found else None


def show_duration(seconds: int) -> str:
    """Return seconds as ``parse_duration`` reads them, in the largest unit up to days."""
    units = [(unit, each) for unit, each in _UNITS.items() if unit != "week"]
    fitting = [(unit, each) for unit, each in units if seconds % each == 0]
    unit, each = fitting[-1] if seconds else units[0]
    return counted(seconds // each, unit, f"{unit}s")


def meant_duration(text: str) -> str | None:
    """Return the duration that a text probably means, in its right form."""
    found = _NEARLY.fullmatch(text)
    if found is None:
        return None
    word = found[2].lower()
    singular = word.removesuffix("s") or word
    unit = singular if singular in _UNITS else _SHORT.get(word, _SHORT.get(singular))
    return None if unit is None else counted(int(found[1]), unit, f"{unit}s")
