"""Points in time as people write them (specs/command-line.md, section 25.1)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from fairlot.inputs.durations import parse_duration

_WRITTEN = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))? ?(\S+)"
)
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-5][0-9])")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_FROM_NOW = "in "
_LONGEST_OFFSET = 23
FORM = 'a time such as "2030-05-01 18:00 Europe/Vienna" or "in 3 days"'


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time: a fixed one, or one that is so much later than now."""

    at: int | None = None
    """Unix seconds; ``None`` where it counts from now."""
    after: int = 0
    """Seconds from now."""

    def seconds(self, now: int) -> int:
        """Return the point in Unix seconds.

        Args:
            now: the clock, Unix seconds.
        """
        return now + self.after if self.at is None else self.at


def parse_moment(text: str) -> Moment:
    """Return the point in time that a text means.

    Raises:
        ValueError: what is wrong with it, in words.
    """
    if text.startswith(_FROM_NOW):
        after = parse_duration(text.removeprefix(_FROM_NOW))
        if after is None:
            raise ValueError(f"must be {FORM}")
        return Moment(after=after)
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"must be {FORM}, with a zone")
    year, month, day, hour, minute, second = (int(found[i] or 0) for i in range(1, 7))
    zone = _zone(found[7])
    wall = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    at = _only(wall).timestamp()
    if at < 0:
        raise ValueError("must be in 1970 or later")
    return Moment(at=int(at))


def _zone(text: str) -> tzinfo:
    """Return a zone: UTC, an offset from it, or one of the IANA database."""
    if text in {"Z", "UTC"}:
        return UTC
    offset = _OFFSET.fullmatch(text)
    if offset and int(offset[2]) <= _LONGEST_OFFSET:
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-ahead if offset[1] == "-" else ahead)
    remedy = 'write a place, as "Europe/Vienna", or the offset, as "+01:00"'
    if not _ZONE.fullmatch(text):
        raise ValueError(f"has no zone that can be known: {remedy}")
    try:
        return ZoneInfo(text)
    except (OSError, LookupError, ValueError) as error:
        raise ValueError(
            f"has a zone that this machine does not know: {remedy}"
        ) from error


def _only(wall: datetime) -> datetime:
    """Check that clocks of the zone show a time exactly once."""
    if wall.utcoffset() != wall.replace(fold=1).utcoffset():
        problem = "is when clocks change there, and comes twice or never"
        raise ValueError(f'{problem}: write the offset instead, as "+01:00"')
    return wall
