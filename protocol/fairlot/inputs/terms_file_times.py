"""Issuers and times of TERMS.toml (specs/terms-file.md, sections 3.1 and 3.6)."""

from dataclasses import dataclass

from fairlot.errors import InputError, Where
from fairlot.fields import UINT_MAX, Fields
from fairlot.identity.registry import (
    DAY,
    EPOCH_MAX,
    EPOCH_SECONDS,
    TAIL_SECONDS,
    TIME_SPAN_MAX,
)
from fairlot.inputs.durations import meant_duration, parse_duration, show_duration
from fairlot.inputs.toml_file import TomlFile
from fairlot.terms.times import EXPIRY_DELAY
from fairlot.text import shown

ISSUERS_KEYS = ("n", "t", "q_recover", "cooling", "silent", "lying")
TIMES_KEYS = ("epoch", "season", "lockup", "detection", "expiry", "tail", "collect")
ISSUERS_MAX = 16
"""The largest committee of a rehearsal, for which one machine deals and computes all."""
ATTESTERS_MAX = 255
HOUR = 3_600
COOLING = 3 * DAY
DETECTION = 7 * DAY
SEASON_SECONDS = 365 * DAY


@dataclass(frozen=True, slots=True)
class TimesFile:
    """The times of the registry, and for how long what is won is locked up; seconds."""

    epoch: int = EPOCH_SECONDS
    """For which a credential serves."""
    season: int = SEASON_SECONDS
    """In which sales may open and close."""
    detection: int = DETECTION
    """In which a theft is taken to be noticed."""
    cooling: int = COOLING
    """In which a recovery can be contested; the table ``issuers`` has it."""
    tail: int = TAIL_SECONDS
    """After the season, in which credentials are still issued."""
    lockup: int | None = None
    """From the time when the outcome can be known to the unlock; ``None`` for a day more
    than the least."""
    expiry: int | None = None
    """From the last round to the end of waiting for it; ``None`` for ever."""
    collect: int | None = None
    """From the time when the first draw is known at the latest to the end of collecting;
    ``None`` for a day more than the least."""

    @property
    def least(self) -> int:
        """In which a theft is noticed and undone: the shortest lock-up there may be."""
        return self.detection + self.cooling + 2 * self.epoch

    @property
    def locked_for(self) -> int:
        """How long what is won is locked up."""
        return self.least + DAY if self.lockup is None else self.lockup

    @property
    def collecting(self) -> int:
        """How long winners can collect, where they must."""
        return self.least + DAY if self.collect is None else self.collect


@dataclass(frozen=True, slots=True)
class IssuersFile:
    """Who registers people, and who gives an identity back to its person."""

    n: int
    """The number of issuers."""
    t: int
    """How many of them may be corrupt."""
    q_recover: int
    """How many attesters there are, all of whom a recovery needs."""
    silent: int = 0
    """How many of the issuers never answer."""
    lying: int = 0
    """How many of the others answer with other keys than their own."""


def read_issuers(source: TomlFile, table: Fields) -> IssuersFile:
    """Return what the table ``issuers`` says of people; ``read_times_file`` reads its time.

    Raises:
        InputError: ``terms-file.issuers`` where n is not 3t + 1 or more;
            ``terms-file.integer``, ``terms-file.range``.
    """
    n = _integer(table, "n", 1, ISSUERS_MAX, 1)
    most = (n - 1) // 3
    t = _integer(table, "t", 0, UINT_MAX, most)
    if t > most:
        problem = f"must be at most {most} with n = {n}: n must be 3t + 1 or more"
        raise source.error("terms-file.issuers", table.at("t"), problem)
    quorum = _integer(table, "q_recover", 1, ATTESTERS_MAX, 1)
    silent = _integer(table, "silent", 0, n, 0)
    lying = _integer(table, "lying", 0, n - silent, 0)
    return IssuersFile(n, t, quorum, silent, lying)


def read_times_file(source: TomlFile, issuers: Fields, table: Fields) -> TimesFile:
    """Return what the table ``times`` says, and ``issuers`` of the cooling period.

    Raises:
        InputError: ``terms-file.times`` for a lock-up that is too short, or an expiry that
            is too long; ``terms-file.duration``, ``terms-file.range``.
    """
    read = _Durations(source, table)
    cooling = _Durations(source, issuers).read("cooling", 1, COOLING)
    epoch = read.read("epoch", HOUR, EPOCH_SECONDS, EPOCH_MAX)
    detection = read.read("detection", 1, DETECTION)
    least = TimesFile(epoch=epoch, detection=detection, cooling=cooling).least
    lockup = read.read("lockup", 0, 0) if table.has("lockup") else None
    if lockup is not None and lockup < least:
        need = f"detection ({show_duration(detection)}), cooling ({show_duration(cooling)})"
        rule = f"must be {show_duration(least)} or more: {need} and two epochs"
        problem = f"{rule}, else a thief may get what was stolen before the draw"
        raise source.error("terms-file.times", table.at("lockup"), problem)
    collect = read.read("collect", 0, 0) if table.has("collect") else None
    if collect is not None and collect < least:
        rule = f"must be {show_duration(least)} or more, as the lock-up: who was robbed"
        problem = f"{rule} before the draw must be able to collect"
        raise source.error("terms-file.times", table.at("collect"), problem)
    expiry = read.read("expiry", EXPIRY_DELAY, 0) or None
    times = TimesFile(
        epoch=epoch,
        season=read.read("season", 2 * HOUR, SEASON_SECONDS),
        detection=detection,
        cooling=cooling,
        tail=read.read("tail", 0, TAIL_SECONDS),
        lockup=lockup,
        expiry=expiry,
        collect=collect,
    )
    if expiry is not None and expiry > times.locked_for:
        problem = f"must be {show_duration(times.locked_for)} or less, the lock-up"
        raise source.error("terms-file.times", table.at("expiry"), problem)
    return times


def _integer(table: Fields, name: str, low: int, high: int, default: int) -> int:
    return table.uint(name, low, high) if table.has(name) else default


@dataclass(frozen=True, slots=True)
class _Durations:
    """Reads the durations of a table."""

    source: TomlFile
    table: Fields

    def read(self, name: str, low: int, default: int, high: int = TIME_SPAN_MAX) -> int:
        """Return a duration in seconds, or the default where there is none."""
        if not self.table.has(name):
            return default
        written, where = self.table.peek(name), self.table.at(name)
        seconds = parse_duration(written) if isinstance(written, str) else None
        if seconds is None:
            raise self._malformed(written, where)
        if not low <= seconds <= high:
            bounds = f"must be {show_duration(low)} to {show_duration(high)}"
            problem = f"{bounds}, found {shown(str(written))}"
            raise self.source.error("terms-file.range", where, problem)
        return seconds

    def _malformed(self, written: object, where: Where) -> InputError:
        problem = 'must be a duration such as "7 days" or "36 hours"'
        if isinstance(written, str):
            problem += f", found {shown(written)}"
        number = f"{written} s" if isinstance(written, int) else ""
        meant = meant_duration(written if isinstance(written, str) else number)
        hint = f': write "{meant}"' if meant else ""
        return self.source.error("terms-file.duration", where, f"{problem}{hint}")
