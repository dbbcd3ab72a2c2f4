"""Reads the pools of terms (specs/terms.md, section 7)."""

from collections.abc import Mapping, Sequence

from fairlot.errors import TermsError, Where
from fairlot.fields import Fields
from fairlot.money import Currency
from fairlot.terms.pool import (
    CAPPED,
    Exclusion,
    Fares,
    Mechanism,
    Option,
    Pool,
    Pricing,
    Requirement,
    Tier,
)
from fairlot.terms.pool_rules import check_pools
from fairlot.terms.read_fields import read_key
from fairlot.text import shown

MAX_POOLS = 64

_OFFER = ("supply", "price")
_PRICED = ("price", "fares")
"""The one or the other: ``_offer`` sees to that."""
_KEYS: Mapping[Mechanism, tuple[Sequence[str], Sequence[str]]] = {
    Mechanism.EQUAL_SHARE: (("supply", "cap"), _PRICED),
    Mechanism.QUADRATIC: ((*_OFFER, "cap"), ()),
    Mechanism.LOTTERY: (
        ("supply",),
        (*_PRICED, "group_max", "certain", "points", "collect"),
    ),
    Mechanism.AUCTION: (_OFFER, ("cap", "bid_steps", "pricing")),
    Mechanism.TIERS: (("tiers",), ()),
    Mechanism.CHOICES: (("options",), ("group_max",)),
}
"""Keys of each mechanism's own: those that must be given, those that may."""

_OWN = tuple(
    dict.fromkeys(key for keys in _KEYS.values() for part in keys for key in part)
)
_EVERY = ("again", "requires", "excludes", "puzzle")
_UNSOLD = ("unsold",)
"""Of every mechanism but choices: what is left of one option is no unit of another."""
_EMPTY = "is empty, as where it is absent: leave it out"
_TWO_PRICES = "are prices, and so is price: remove one of them"
_NAMED = ("name", "price", "supply")

POOL_KEYS = ("name", "mechanism", *_OWN, *_UNSOLD, *_EVERY)
"""All that can be said of a pool."""


def read_pools(
    maps: Sequence[Fields], where: Where, currency: Currency | None = None
) -> tuple[Pool, ...]:
    """Return the pools that some maps hold, checked completely.

    An absent key means its default, and a key that is present states another value: one
    meaning has one encoding.

    Args:
        maps: one a pool, as ``Pool.to_value`` returns them.
        where: where the array of them lies.
        currency: in which errors state amounts; ``None`` for smallest units.

    Raises:
        TermsError: ``terms.pools``, ``terms.pool-name``, ``terms.mechanism``,
            ``terms.group``, ``terms.certain``, ``terms.points``, ``terms.fares``,
            ``terms.tiers``, ``terms.options``, ``terms.requires``, ``terms.excludes``,
            ``terms.unsold``, ``terms.key``, ``terms.bids``, ``terms.collect``. For a field
            that is missing, unknown, of another type or out of range what the maps
            raise.
    """
    if not 1 <= len(maps) <= MAX_POOLS:
        rule = f"must hold 1 to {MAX_POOLS} pools, and holds {len(maps)}"
        raise TermsError("terms.pools", where, rule)
    pools = tuple(_pool(fields) for fields in maps)
    check_pools(pools, [fields.where for fields in maps], currency)
    return pools


def _pool(fields: Fields) -> Pool:
    mechanism = _mechanism(fields)
    tiers = _tiers(fields) if mechanism is Mechanism.TIERS else ()
    options = _options(fields) if mechanism is Mechanism.CHOICES else ()
    parts: tuple[Tier | Option, ...] = (*tiers, *options)
    fares = _fares(fields)
    supply, price = _offer(fields, mechanism, fares)
    return Pool(
        name=fields.text("name"),
        mechanism=mechanism,
        supply=sum(part.supply for part in parts) if parts else supply,
        price=price,
        cap=fields.uint("cap", 1) if mechanism in CAPPED else _above(fields, "cap", 1),
        group_max=_above(fields, "group_max", 1),
        certain=_above(fields, "certain", 0),
        tiers=tiers,
        unsold=fields.text("unsold") if fields.has("unsold") else None,
        again=_flag(fields, "again"),
        requires=_requires(fields),
        puzzle=read_key(fields, "puzzle") if fields.has("puzzle") else None,
        excludes=_excludes(fields),
        options=options,
        bid_steps=_above(fields, "bid_steps", 1),
        pricing=_pricing(fields),
        points=fields.text("points") if fields.has("points") else None,
        fares=fares,
        collect=_flag(fields, "collect"),
    )


def _mechanism(fields: Fields) -> Mechanism:
    """Return the mechanism, once the keys are known to be those that it has."""
    word = fields.peek("mechanism")
    found = next((each for each in Mechanism if each == word), None)
    must, may = _KEYS[found] if found else ((), _OWN)
    if found is not Mechanism.CHOICES:
        may = (*may, *_UNSOLD)
    problem = f"has no meaning for mechanism = {shown(str(word))}: remove it"
    elsewhere = dict.fromkeys((*_OWN, *_UNSOLD), problem)
    fields.only(("name", "mechanism", *must), (*may, *_EVERY), elsewhere)
    text = fields.text("mechanism")
    if found is None:
        known = ", ".join(f'"{each}"' for each in Mechanism)
        rule = f"must be one of {known}, found {shown(text)}"
        raise TermsError("terms.mechanism", fields.at("mechanism"), rule)
    return found


def _offer(
    fields: Fields, mechanism: Mechanism, fares: Fares | None
) -> tuple[int, int]:
    """Return supply and price; tiers and options have their own, fares the lowest."""
    if mechanism in (Mechanism.TIERS, Mechanism.CHOICES):
        return 0, 0
    if fares is not None:
        if fields.has("price"):
            raise TermsError("terms.fares", fields.at("fares"), _TWO_PRICES)
        return fields.uint("supply"), fares.lowest
    # With a price of 0 no budget would bound a quadratic order.
    least = 1 if mechanism is Mechanism.QUADRATIC else 0
    return fields.uint("supply"), fields.uint("price", least)


def _above(fields: Fields, name: str, default: int) -> int:
    """Return an optional number, which is above its default if it is present."""
    return fields.uint(name, default + 1) if fields.has(name) else default


def _tiers(fields: Fields) -> tuple[Tier, ...]:
    return tuple(Tier(*_named(tier)) for tier in fields.maps("tiers"))


def _options(fields: Fields) -> tuple[Option, ...]:
    return tuple(Option(*_named(option)) for option in fields.maps("options"))


def _named(fields: Fields) -> tuple[str, int, int]:
    """Return name, price and supply."""
    fields.only(_NAMED, ())
    return fields.text("name"), fields.uint("price"), fields.uint("supply")


def _pricing(fields: Fields) -> Pricing:
    if not fields.has("pricing"):
        return Pricing.CLEARING
    text = fields.text("pricing")
    if text == Pricing.CLEARING:
        rule = f"is {shown(text)}, as where it is absent: leave it out"
        raise fields.error("pricing", rule)
    if text != Pricing.VICKREY:
        rule = f'must be "clearing" or "vickrey", found {shown(text)}'
        raise TermsError("terms.bids", fields.at("pricing"), rule)
    return Pricing.VICKREY


def _flag(fields: Fields, name: str) -> bool:
    if not fields.has(name):
        return False
    if not fields.flag(name):
        raise fields.error(name, "is false, as where it is absent: leave it out")
    return True


def _fares(fields: Fields) -> Fares | None:
    if not fields.has("fares"):
        return None
    of_attributes = fields.map("fares")
    if len(of_attributes.names) != 1:
        problem = f"must name one attribute, and names {len(of_attributes.names)}"
        hint = f"{problem}: its values stand in it, each with a price"
        raise TermsError("terms.fares", of_attributes.where, hint)
    (name,) = of_attributes.names
    prices = of_attributes.map(name)
    each = tuple((value, prices.uint(value)) for value in sorted(prices.names))
    return Fares(name, each)


def _requires(fields: Fields) -> tuple[Requirement, ...]:
    if not fields.has("requires"):
        return ()
    required = fields.map("requires")
    if not required.names:
        raise TermsError("terms.requires", required.where, _EMPTY)
    return tuple(Requirement(name, required.texts(name)) for name in required.names)


def _excludes(fields: Fields) -> tuple[Exclusion, ...]:
    if not fields.has("excludes"):
        return ()
    excluded = fields.map("excludes")
    if not excluded.names:
        raise TermsError("terms.excludes", excluded.where, _EMPTY)
    return tuple(Exclusion(name, excluded.texts(name)) for name in excluded.names)
