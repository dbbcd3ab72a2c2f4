"""The pools of TERMS.toml, as canonical terms hold them (specs/terms-file.md, section 3.2).

What a seller may write and canonical terms may not is put into their form here: defaults are
left out, values sorted, digits made bytes. What is not understood stays as it is, for the one
reader of pools to refuse.
"""

import re
from typing import Any, cast

from fairlot.errors import TermsError, Where
from fairlot.fields import Fields
from fairlot.inputs.toml_file import TomlFile
from fairlot.inputs.toml_money import smallest
from fairlot.inputs.toml_values import VALUES_CODES, listed_values
from fairlot.money import Currency
from fairlot.terms.pool import CAPPED, MAIN_POOL, Mechanism, Pool, Pricing
from fairlot.terms.read_pools import POOL_KEYS, read_pools
from fairlot.text import shown
from fairlot_crypto.keys import KEY_LENGTH

RETURN = "return"
"""What a seller writes for units that come back to them."""

TOP_KEYS = tuple(key for key in POOL_KEYS if key != "name")
"""What describes the only pool at the top level."""

_DIGITS = 2 * KEY_LENGTH
_KEY = re.compile(f"[0-9a-fA-F]{{{_DIGITS}}}")
_NAMED = {"tiers": Mechanism.TIERS, "options": Mechanism.CHOICES}
"""What has names, prices and supplies of its own, and in which pools."""
_TEXTS = ("name", "mechanism", "unsold", "puzzle", "points", "pricing")


def read_file_pools(source: TomlFile, currency: Currency | None) -> tuple[Pool, ...]:
    """Return the pools: the one of the top level, or those of ``[[pool]]``.

    Raises:
        InputError: ``terms-file.pools``, ``terms-file.unknown``,
            ``terms-file.missing``, ``terms-file.table``, ``terms-file.text``,
            ``terms-file.integer``, ``terms-file.range``, ``terms-file.boolean``,
            ``terms-file.array``, ``terms-file.mechanism``, ``terms-file.pool-name``,
            ``terms-file.group``, ``terms-file.certain``, ``terms-file.tiers``,
            ``terms-file.options``,
            ``terms-file.requires``, ``terms-file.unsold``, ``terms-file.key``,
            ``terms-file.excludes``, ``terms-file.points``, ``terms-file.fares``,
            ``terms-file.bids``, ``terms-file.decimals``.
    """
    try:
        return read_pools(_canonical_pools(source, currency), ("pool",), currency)
    except TermsError as error:
        raise source.terms_error(error) from error


def _canonical_pools(source: TomlFile, currency: Currency | None) -> list[Fields]:
    values = source.values
    if "pool" in values:
        places = [pool.where for pool in source.fields().maps("pool")]
        tables: list[dict[str, Any]] = values["pool"]
    else:
        places = [()]
        tables = [{key: values[key] for key in TOP_KEYS if key in values}]
    alone = len(tables) == 1
    return [
        source.table(_canonical(source, currency, where, table, alone=alone), where)
        for where, table in zip(places, tables, strict=True)
    ]


def _canonical(
    source: TomlFile,
    currency: Currency | None,
    where: Where,
    table: dict[str, Any],
    *,
    alone: bool,
) -> dict[str, Any]:
    """Return what ``Pool.to_value`` would, as far as the table can be understood."""
    fields = source.table(table, where)
    texts = {name: source.text(fields, name) for name in _TEXTS if fields.has(name)}
    if texts.get("name") == RETURN:
        problem = f'is "{RETURN}", which says of unsold units that nobody gets them'
        rule = f"{problem}: choose another name"
        raise source.error("terms-file.pool-name", fields.at("name"), rule)
    mechanism = texts.get("mechanism")
    value = _without_defaults(table, mechanism) | _amounts(source, currency, fields)
    if alone:
        value.setdefault("name", MAIN_POOL)
    if mechanism in CAPPED:
        value.setdefault("cap", _cap(table.get("supply")))
    _check_names(source, fields, mechanism)
    for key in VALUES_CODES:
        if key in value:
            value[key] = listed_values(source, fields, key)
    if "puzzle" in texts:
        value["puzzle"] = _key(source, fields.at("puzzle"), texts["puzzle"])
    return value


def _without_defaults(table: dict[str, Any], mechanism: str | None) -> dict[str, Any]:
    """Leave out what says nothing else than its absence."""
    defaults: dict[str, object] = {"again": False}
    defaults |= {"requires": {}, "excludes": {}}
    if mechanism == Mechanism.LOTTERY:
        defaults |= {"group_max": 1, "certain": 0, "collect": False}
    if mechanism == Mechanism.AUCTION:
        defaults |= {"cap": 1, "bid_steps": 1, "pricing": Pricing.CLEARING.value}
    if mechanism == Mechanism.CHOICES:
        defaults |= {"group_max": 1}
    else:
        defaults |= {"unsold": RETURN}
    return {
        name: value
        for name, value in table.items()
        # True equals 1, and is no integer.
        if (type(value), value) != (type(defaults.get(name)), defaults.get(name))
    }


def _amounts(
    source: TomlFile, currency: Currency | None, fields: Fields
) -> dict[str, Any]:
    """Return price, fares, tiers and options in smallest units, if they are there."""
    amounts: dict[str, Any] = {}
    if fields.has("price"):
        written = fields.peek("price")
        amounts["price"] = smallest(source, currency, written, fields.at("price"))
    fares = fields.peek("fares")
    if isinstance(fares, dict):
        amounts["fares"] = _fares(source, currency, fares, fields.at("fares"))
    for key in _NAMED:
        parts = fields.peek(key)
        if isinstance(parts, list):
            places = [(*fields.at(key), index, "price") for index in range(len(parts))]
            amounts[key] = [
                {**part, "price": smallest(source, currency, part["price"], where)}
                if isinstance(part, dict) and "price" in part
                else part
                for part, where in zip(parts, places, strict=True)
            ]
    return amounts


def _fares(
    source: TomlFile, currency: Currency | None, fares: dict[str, Any], where: Where
) -> dict[str, Any]:
    """Return fares in smallest units; what is no table of prices stays as it is."""
    found: dict[str, Any] = {}
    for name, prices in fares.items():
        found[name] = prices
        if isinstance(prices, dict):
            table = cast("dict[str, Any]", prices)
            places = {value: (*where, name, value) for value in table}
            for value in table:
                source.check_text(value, places[value])
            found[name] = {
                value: smallest(source, currency, price, places[value])
                for value, price in table.items()
            }
    return found


def _cap(supply: object) -> int:
    """Return the cap of a pool that names none: whoever wants them may get all units."""
    return max(1, supply) if isinstance(supply, int) else 1


def _check_names(source: TomlFile, fields: Fields, mechanism: str | None) -> None:
    for key, of in _NAMED.items():
        parts = fields.maps(key) if mechanism == of and fields.has(key) else []
        for part in parts:
            if part.has("name"):
                source.text(part, "name")


def _key(source: TomlFile, where: Where, text: str) -> bytes:
    if not _KEY.fullmatch(text):
        problem = f"must be the {_DIGITS} hexadecimal digits that fairlot puzzle prints"
        message = f"{problem}, found {shown(text)}"
        raise source.error("terms-file.key", where, message)
    return bytes.fromhex(text)
