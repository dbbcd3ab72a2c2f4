"""TERMS.toml: what a seller writes (specs/terms-file.md, section 3)."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from fairlot.errors import InputError
from fairlot.fields import UINT_MAX
from fairlot.input_file import InputFile, read_input
from fairlot.terms import EQUAL_SHARE, MAX_CONTRIBUTORS, MAX_DELAY, POOL_NAME, Pool
from fairlot.text import shown, text_problem

DEFAULT_CONTRIBUTORS = 3
DEFAULT_DELAY = 65536
OWN_CLOCK = "own"

_REQUIRED = ("title", "asset", "supply", "mechanism", "price", "cap")
_OPTIONAL = ("issuers", "beacon")
_ISSUERS = ("n", "t")
_BEACON = (
    "contributors",
    "delay",
    "depositors",
    "absent",
    "withhold",
    "min_commits",
    "drand",
)

_SHOWN_BITS = 128
_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")
_UNQUOTED = str.maketrans("", "", " \t\"'")
"""Removes what may surround the parts of a dotted key."""


@dataclass(frozen=True, slots=True)
class TermsFile:
    """What the seller decides; a rehearsal adds keys, times and the beacon's set-up."""

    title: str
    asset: str
    pools: tuple[Pool, ...]
    """One pool named ``main`` in this version."""
    issuers: int
    """n: 1 in this version."""
    threshold: int
    """t: 0 in this version."""
    contributors: int
    """How many take part in the beacon."""
    delay: int
    """T, sequential squarings."""
    depositors: int = 0
    """How many of the people contribute too, each with the key of its deposit."""
    absent: int = 0
    """How many contributors never commit, the last of the roster."""
    withhold: int = 0
    """How many commit and never reveal, the last of those who commit."""
    min_commits: int | None = None
    """How many of the roster must commit; ``None`` for all of it."""
    own_clock: bool = False
    """Whether a round of the rehearsal's own clock is mixed into the seed."""


def read_terms_file(path: Path) -> TermsFile:
    """Return what a seller's file says.

    Raises:
        InputError: ``terms-file.unreadable``, ``terms-file.utf8``,
            ``terms-file.empty``, ``terms-file.line-end``, ``terms-file.toml``,
            ``terms-file.missing``, ``terms-file.unknown``, ``terms-file.table``,
            ``terms-file.text``, ``terms-file.integer``, ``terms-file.range``,
            ``terms-file.mechanism``, ``terms-file.issuers``, ``terms-file.drand``.
    """
    file = read_input(path, "terms-file")
    top = _Table(file, "", _parse(file))
    top.check_keys(_REQUIRED, _OPTIONAL)
    title, asset = top.text("title"), top.text("asset")
    pool = _pool(top)
    issuers, threshold = _issuers(top.table("issuers", _ISSUERS))
    beacon = top.table("beacon", _BEACON)
    contributors = beacon.integer(
        "contributors", 1, MAX_CONTRIBUTORS, DEFAULT_CONTRIBUTORS
    )
    delay = beacon.integer("delay", 1, MAX_DELAY, DEFAULT_DELAY)
    depositors = beacon.integer("depositors", 0, UINT_MAX, 0)
    absent = beacon.integer("absent", 0, contributors, 0)
    withhold = beacon.integer("withhold", 0, contributors - absent, 0)
    min_commits = beacon.integer("min_commits", 1, contributors, contributors)
    own_clock = _own_clock(beacon)
    return TermsFile(
        title=title,
        asset=asset,
        pools=(pool,),
        issuers=issuers,
        threshold=threshold,
        contributors=contributors,
        delay=delay,
        depositors=depositors,
        absent=absent,
        withhold=withhold,
        min_commits=None if min_commits == contributors else min_commits,
        own_clock=own_clock,
    )


def check_people(file: TermsFile, people: int) -> None:
    """Check that a list of people has those whom the file lets contribute.

    Raises:
        InputError: ``terms-file.depositors``.
    """
    if file.depositors > people:
        problem = f"must be at most {people}, the number of people on the list"
        raise InputError("terms-file.depositors", f"beacon.depositors: {problem}")


def _parse(file: InputFile) -> dict[str, Any]:
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place else file.text.rstrip("\n").count("\n") + 1
        problem = _PLACE.sub("", str(error)).removesuffix(" (at end of document)")
        raise file.error("toml", f"is not TOML: {problem}", line=line) from error
    except (ValueError, RecursionError) as error:
        problem = "holds a number of too many digits or brackets too deep"
        raise file.error("toml", problem) from error


def _pool(top: "_Table") -> Pool:
    mechanism = top.text("mechanism")
    if mechanism != EQUAL_SHARE:
        known = f'must be "{EQUAL_SHARE}", found {shown(mechanism)}'
        raise top.error("mechanism", "mechanism", known)
    return Pool(
        name=POOL_NAME,
        mechanism=mechanism,
        supply=top.integer("supply", 0, UINT_MAX),
        price=top.integer("price", 0, UINT_MAX),
        cap=top.integer("cap", 1, UINT_MAX),
    )


def _issuers(table: "_Table") -> tuple[int, int]:
    issuers = table.integer("n", 0, UINT_MAX, 1)
    threshold = table.integer("t", 0, UINT_MAX, 0)
    if (issuers, threshold) != (1, 0):
        name = "n" if issuers != 1 else "t"
        problem = "this version knows one issuer only: write n = 1 and t = 0"
        raise table.error("issuers", name, problem)
    return issuers, threshold


def _own_clock(beacon: "_Table") -> bool:
    """Tell whether the draw waits for a round; a rehearsal has no clock but its own."""
    if "drand" not in beacon.values:
        return False
    word = beacon.text("drand")
    if word != OWN_CLOCK:
        problem = f'must be "{OWN_CLOCK}", found {shown(word)}'
        raise beacon.error("drand", "drand", problem)
    return True


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the file; ``name`` is empty for the top level."""

    file: InputFile
    name: str
    values: Mapping[str, Any]

    def check_keys(self, required: Sequence[str], optional: Sequence[str]) -> None:
        """Refuse keys that are unknown, then keys that are missing."""
        known = (*required, *optional)
        for key in self.values:
            if key not in known:
                close = get_close_matches(key, known, n=1)
                hint = f"did you mean {close[0]}?" if close else "remove it"
                raise self.error("unknown", key, f"is not a known key: {hint}")
        missing = [key for key in required if key not in self.values]
        if missing:
            problem = f"must be given: add a line {missing[0]} = …"
            raise self.file.error("missing", problem, field=", ".join(missing))

    def table(self, key: str, known: Sequence[str]) -> "_Table":
        """Return an optional table; an absent one is empty."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error("table", key, f"must be a table: write [{key}]")
        table = _Table(self.file, key, cast("dict[str, Any]", value))
        table.check_keys((), known)
        return table

    def text(self, key: str) -> str:
        """Return a text under the rules of specs/terms.md, section 3."""
        value = self.values[key]
        if not isinstance(value, str):
            raise self.error("text", key, f"must be a text, found {_found(value)}")
        problem = text_problem(value)
        if problem:
            raise self.error("text", key, f"{shown(value)} {problem}")
        return value

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return an integer in [low, high]; booleans are none."""
        value = self.values.get(key, default)
        rule = f"must be an integer {low}..{high}"
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error("integer", key, f"{rule}, found {_found(value)}")
        if not low <= value <= high:
            raise self.error("range", key, f"{rule}, found {_found(value)}")
        return value

    def error(self, rule: str, key: str, problem: str) -> InputError:
        """Return an error at the line of a key, where that can be found."""
        path = f"{self.name}.{key}" if self.name else key
        line = _line_of(self.file.text, path)
        return self.file.error(rule, problem, line=line, field=path)


def _found(value: object) -> str:
    """Say what was found in place of an integer or a text."""
    if isinstance(value, str):
        return f"the text {shown(value)}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value.bit_length() <= _SHOWN_BITS else "a huge number"
    kinds: dict[type, str] = {
        float: "a number with a point",
        dict: "a table",
        list: "a list",
    }
    return kinds.get(type(value), "a date or time")


def _line_of(text: str, path: str) -> int | None:
    """Return the first line that sets ``path`` or a part of it, else a table around."""
    names = list(_names(text))
    for number, name in enumerate(names, 1):
        if f"{name}.".startswith(f"{path}."):
            return number
    for number, name in enumerate(names, 1):
        if path.startswith(f"{name}."):
            return number
    return None


def _names(text: str) -> Iterator[str]:
    """Yield, for each line, the dotted name that it sets, for lines that set one."""
    header = ""
    for line in text.split("\n"):
        statement = line.strip().translate(_UNQUOTED)
        if statement.startswith("["):
            header = statement.strip("[").partition("]")[0]
            yield header
        else:
            key = statement.partition("=")[0]
            yield f"{header}.{key}" if header else key
