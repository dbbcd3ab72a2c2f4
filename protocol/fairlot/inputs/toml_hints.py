"""What to write instead: hints for slips in TERMS.toml (specs/terms-file.md, section 3.5).

A hint never changes what is refused; it is part of the message.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, cast

from fairlot.errors import InputError, Where
from fairlot.fields import UINT_MAX
from fairlot.inputs.durations import meant_duration
from fairlot.money import Currency
from fairlot.terms.pool import Mechanism
from fairlot.terms.read_pools import POOL_KEYS

SALE_KEYS = ("title", "asset", "currency", "decimals", "deposits")
"""What is said of the whole sale, above all tables."""
_TABLE_OF = {
    **dict.fromkeys(("contributors", "delay", "depositors", "absent"), "beacon"),
    **dict.fromkeys(("unsealed", "withhold", "min_commits", "drand"), "beacon"),
    **dict.fromkeys(("clock", "round"), "bids"),
    **dict.fromkeys(("n", "t", "q_recover", "cooling"), "issuers"),
    **dict.fromkeys(("silent", "lying"), "issuers"),
    **dict.fromkeys(("epoch", "season", "lockup", "detection", "tail"), "times"),
    "expiry": "times",
    "keep": "people",
}
_MONEY = ("price", "deposits")
_CENTS = Currency("EUR", 2)

_OWN_TIMES = (
    "a rehearsal chooses its own times, a sale takes them as options: remove it"
)
_TIMES = frozenset(
    (
        *("time", "times", "date", "dates", "deadline", "duration", "slack"),
        *("open", "opens", "opening", "start", "starts", "begin", "from"),
        *("close", "closes", "closing", "end", "ends", "until"),
        *("commit_end", "seal_end", "reveal_end", "unlock"),
    )
)
_MEANT: Mapping[str, str] = {
    word: key
    for key, words in {
        "title": "name event sale heading",
        "asset": "item unit units product goods",
        "supply": "quantity amount count number capacity places seats tickets stock total",
        "price": "cost fee reserve minimum min_price",
        "mechanism": "type method kind mode",
        "cap": "max limit maximum per_person max_per_person",
        "group_max": "group groups group_size max_group",
        "fares": "fare prices concessions discounts rates",
        "points": "weight weights chances entries preference years",
        "requires": "require required condition eligibility only",
        "excludes": "exclude excluded except without",
        "unsold": "leftover leftovers rest remaining overflow",
        "deposits": "deposit ladder",
        "tiers": "tier levels",
        "options": "option choices choice slots alternatives",
        "[[pool]]": "pools",
    }.items()
    for word in words.split()
}
_MEANT_IN_TABLES: Mapping[str, str] = {
    word: key
    for key, words in {
        "n": "issuers committee members",
        "t": "threshold corrupt faulty",
        "q_recover": "quorum attesters recover recovery recovery_quorum",
        "cooling": "cooldown cooling_period cooling_off contest",
        "lockup": "lock lock_up locked holding",
        "detection": "detect notice noticed",
        "expiry": "expire expires",
    }.items()
    for word in words.split()
}
_MECHANISMS: Mapping[str, Mechanism] = {
    word: mechanism
    for mechanism, words in {
        Mechanism.LOTTERY: "raffle ballot draw lots random tombola sweepstake lotto",
        Mechanism.EQUAL_SHARE: "equal share shares pro-rata prorata fair-share",
        Mechanism.AUCTION: "bid bids bidding sealed-bid sealed-bids vickrey",
        Mechanism.TIERS: "tier sponsor sponsors sponsorship levels",
        Mechanism.QUADRATIC: "quadratic-price qv square",
    }.items()
    for word in words.split()
}

_QUOTES = re.compile(r"[“”„‟‘’‚‛«»‹›]")
_VALUE = re.compile(r"^[^=#]*=[ \t]*(.*?)[ \t]*(?:#.*)?$")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*")
_COLON = re.compile(r"^[ \t]*([A-Za-z0-9_-]+)[ \t]*:(?!:)")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[,.' \u00a0\u202f][0-9]{3})+(?:[.,][0-9]{1,2})?")
_DECIMAL_COMMA = re.compile(r"([0-9]+),([0-9]{1,2})")
_WITH_CURRENCY = re.compile(
    r"[€$£¥₹]? ?[0-9][0-9.,]*|[0-9][0-9.,]* ?(?:[€$£¥₹]|[A-Za-z]+)"
)
_LEADING_ZERO = re.compile(r"0+([1-9][0-9]*)")


def syntax_hint(line: str) -> str | None:
    """Return what to write in place of a line that is not TOML; ``None`` if unknown."""
    colon = _COLON.match(line)
    if colon and "=" not in line:
        return f"write {colon[1]} = …, with an equals sign"
    found = _VALUE.match(line)
    value = found[1] if found else ""
    if _QUOTES.search(line):
        return 'write texts in straight quotes, "lottery" and not “lottery”'
    if found and not value:
        return "write a value behind the equals sign"
    duration = meant_duration(value)
    if duration:
        return f'write a duration in quotes: "{duration}"'
    return _number_hint(value) or _word_hint(value)


def _number_hint(value: str) -> str | None:
    if re.fullmatch(r"[0-9.]+,", value):
        return "remove the comma at the end"
    comma = _DECIMAL_COMMA.fullmatch(value)
    if comma:
        point = f"{comma[1]}.{comma[2]}"
        return f"write {point} with a point, {_currency_hint(point)}"
    if _THOUSANDS.fullmatch(value):
        return "write the digits alone, as in 1000, without marks between thousands"
    zero = _LEADING_ZERO.fullmatch(value)
    if zero:
        return f"write {zero[1]}, without zeros in front"
    if _WITH_CURRENCY.fullmatch(value):
        return 'write the number alone; currency = "EUR" says what it is'
    return None


def _word_hint(value: str) -> str | None:
    if value.lower() in {"true", "false", "yes", "no"}:
        return "write true or false, in lower case"
    if _WORD.fullmatch(value):
        return f'write texts in quotes: "{value}"'
    return None


def _currency_hint(written: str) -> str:
    """Say how an amount with a point can be written."""
    named = 'with currency = "EUR" and decimals = 2 at the top'
    try:
        smallest = _CENTS.parse(written)
    except InputError:
        return f"{named}, or the integer of the smallest unit"
    return f"{named}, or {smallest} of the smallest unit"


def unknown_hint(where: Where) -> str | None:
    """Return what was probably meant by a key that is not known there.

    Args:
        where: the key.
    """
    *around, key = where
    name = str(key).lower().replace("-", "_")
    if around and key in SALE_KEYS:
        return "it is of the whole sale: move it above the first line in [brackets]"
    of_pool = not around or (around[0] == "pool" and len(around) == 2)
    if not of_pool:
        return _table_hint(around, name)
    if name in _TIMES:
        return _OWN_TIMES
    if name in _TABLE_OF:
        return f"it belongs below a line [{_TABLE_OF[name]}]"
    meant = name if name in {*POOL_KEYS, *SALE_KEYS} else _MEANT.get(name)
    return f"did you mean {meant}?" if meant and meant != key else None


def _table_hint(around: Sequence[str | int], name: str) -> str | None:
    """Return what was probably meant by an unknown key of a table that is no pool."""
    meant = _MEANT_IN_TABLES.get(name, name)
    table = _TABLE_OF.get(meant)
    if table is None:
        return _OWN_TIMES if around == ["times"] else None
    if around == [table]:
        return f"did you mean {meant}?"
    return f"it belongs below a line [{table}]"


def missing_hint(where: Where, values: Mapping[str, Any]) -> str:
    """Return what to do about a key that is missing.

    Args:
        where: the key.
        values: of the whole file.
    """
    key = where[-1]
    if len(where) == 1:
        for name, table in values.items():
            if _holds(table, key):
                header = f"[[{name}]]" if isinstance(table, list) else f"[{name}]"
                return f"it stands below {header}: move it above"
    return f"add a line {key} = …"


def _holds(table: object, key: object) -> bool:
    tables = cast("list[object]", table) if isinstance(table, list) else [table]
    return any(isinstance(each, dict) and key in each for each in tables)


def mechanism_hint(word: str) -> str | None:
    """Return the mechanism that a word probably means."""
    plain = re.sub(r"[ _]+", "-", word.strip().lower())
    found = _MECHANISMS.get(plain)
    if found is None:
        close = get_close_matches(plain, [each.value for each in Mechanism], n=1)
        found = Mechanism(close[0]) if close else None
    return None if found is None else f'did you mean "{found}"?'


def name_hint(name: str) -> str | None:
    """Return a name of the form that pools and tiers have, made of another."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")[:32]
    return f'write "{plain}"' if plain and plain != name else None


def later_pool_hint(name: str, pools: Sequence[str]) -> str | None:
    """Return the pool whose name was probably meant."""
    close = get_close_matches(name.lower(), pools, n=1)
    return f'did you mean "{close[0]}"?' if close and close[0] != name else None


def integer_hint(where: Where, value: object, written: str) -> str | None:
    """Return how to write what is not an integer, or too large for one.

    Args:
        where: the key or the element.
        value: what was read there.
        written: a number with a point, as it is written; empty for anything else.
    """
    money = any(part in _MONEY for part in where[-2:])
    if written:
        if money:
            return f"write {_currency_hint(written)}".replace(
                "write with", "write it with"
            )
        return "write it without a point"
    if isinstance(value, str):
        return "write the number alone, without quotes" + " and currency" * money
    if isinstance(value, int) and value > UINT_MAX:
        return "use a larger unit"
    return None
