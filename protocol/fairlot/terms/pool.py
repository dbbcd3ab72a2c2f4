"""A pool: what is sold together, and how (specs/terms.md, section 7)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fairlot.money import Money
from fairlot.text import shown
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import VerifyKey

MAIN_POOL = "main"
"""Name of the only pool of a sale, unless the seller names it."""


class Mechanism(StrEnum):
    """How a pool turns orders into units and payments (specs/allocation.md)."""

    EQUAL_SHARE = "equal-share"
    QUADRATIC = "quadratic"
    LOTTERY = "lottery"
    AUCTION = "auction"
    TIERS = "tiers"
    CHOICES = "choices"


class Pricing(StrEnum):
    """What the winners of an auction of quantities pay (specs/auction.md, section 8)."""

    CLEARING = "clearing"
    """All pay the highest losing price."""
    VICKREY = "vickrey"
    """Each pays what the others lose by them."""


CAPPED = (Mechanism.EQUAL_SHARE, Mechanism.QUADRATIC)
"""The mechanisms whose pools always say how much one person may get."""

MAX_POINTS = 1000
"""The most points that a person can have."""

_POINTS = re.compile(r"[1-9][0-9]{0,3}")


def points_of(value: str) -> int | None:
    """Return the points that a value of an attribute stands for; ``None`` for none.

    They are a number from 1 to 1,000 in decimal digits without leading zeros: one number
    has one value (specs/points.md, section 2).
    """
    if not _POINTS.fullmatch(value) or int(value) > MAX_POINTS:
        return None
    return int(value)


@dataclass(frozen=True, slots=True)
class Tier:
    """One level of sponsorship."""

    name: str
    price: int
    """Price of the one unit that a sponsor gets; tiers fall in price."""
    supply: int


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things among which people choose."""

    name: str
    price: int
    """Price of the one unit that a person gets."""
    supply: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """An attribute for which everybody who enters must disclose one of some values."""

    attribute: str
    values: tuple[str, ...]
    """The accepted values: at least one, distinct, ascending by their UTF-8 bytes."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An attribute for which nobody who enters may disclose one of some values."""

    attribute: str
    values: tuple[str, ...]
    """The values that keep out: at least one, distinct, ascending by their UTF-8 bytes."""


@dataclass(frozen=True, slots=True)
class Fares:
    """Prices by the value of an attribute; whoever has no value with a fare does not enter."""

    attribute: str
    prices: tuple[tuple[str, int], ...]
    """Values and the price of one unit for each, ascending by the values' UTF-8 bytes."""

    @property
    def lowest(self) -> int:
        """The price that a pool with these fares has."""
        return min((price for _, price in self.prices), default=0)

    @property
    def values(self) -> tuple[str, ...]:
        """The values that have a fare."""
        return tuple(value for value, _ in self.prices)

    def text(self, money: Money) -> str:
        """Return the prices for people, amounts as ``money`` writes them."""
        each = [f"{money(price)} for {shown(value)}" for value, price in self.prices]
        return f"{', '.join(each)}, by {self.attribute}"


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool; ``from_value`` of the terms returns only legal ones."""

    name: str
    """Unique in the sale; it enters ``seed_L``."""
    mechanism: Mechanism
    supply: int
    """N, the units for sale; for tiers and options the sum over them."""
    price: int = 0
    """P, the price of one unit; for an auction the reserve, for tiers and options 0, with
    fares the lowest of them."""
    cap: int = 1
    """X of equal shares and of auctions, C_max of the quadratic price; elsewhere 1."""
    group_max: int = 1
    """Lottery, choices: the greatest size of a group; 1 for no groups."""
    certain: int = 0
    """Lottery: how many seats bids can make certain."""
    tiers: tuple[Tier, ...] = ()
    unsold: str | None = None
    """The later pool that gets unsold units; ``None`` returns them to the seller."""
    again: bool = False
    """Whether people who got units in an earlier pool may enter."""
    requires: tuple[Requirement, ...] = ()
    """What everybody who enters must disclose, sorted by attribute."""
    puzzle: VerifyKey | None = None
    """Ed25519 key derived from the answer; ``None`` if there is nothing to solve."""
    excludes: tuple[Exclusion, ...] = ()
    """What nobody who enters may disclose, sorted by attribute, none of ``requires``."""
    options: tuple[Option, ...] = ()
    """Choices: what there is, in the order to which lists of preference refer."""
    points: str | None = None
    """Lottery: the attribute whose number chances are proportional to; ``None`` for equal
    chances."""
    fares: Fares | None = None
    """Equal share and lottery: prices by an attribute; ``None`` for one price."""

    bid_steps: int = 1
    """Auction of quantities: the greatest number of steps of a bid, at most 8."""
    pricing: Pricing = Pricing.CLEARING
    """Auction of quantities: what the winners pay."""
    collect: bool = False
    """Lottery: whether winners must collect their seats, or these are drawn again."""

    @property
    def takes_quantities(self) -> bool:
        """Tell whether bids here are for quantities: an auction of several units each."""
        return self.mechanism is Mechanism.AUCTION and self.cap > 1

    @property
    def takes_bids(self) -> bool:
        """Tell whether sealed bids are opened for this pool."""
        return self.mechanism is Mechanism.AUCTION or self.certain > 0

    @property
    def parts(self) -> "tuple[Tier | Option, ...]":
        """What has a name, a price and a supply of its own."""
        return (*self.tiers, *self.options)

    @property
    def rules(self) -> "tuple[Requirement | Exclusion, ...]":
        """What attributes decide about who enters."""
        return (*self.requires, *self.excludes)

    @property
    def attributes(self) -> frozenset[str]:
        """Names of the attributes that everybody discloses because of this pool."""
        named = {name for name, _ in self.listed}
        return frozenset(named if self.points is None else named | {self.points})

    @property
    def listed(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Attributes, each with the values that this pool names."""
        rules = tuple((rule.attribute, rule.values) for rule in self.rules)
        fares = self.fares
        return rules if fares is None else (*rules, (fares.attribute, fares.values))

    def price_for(self, disclosed: Mapping[str, str]) -> int | None:
        """Return what one unit costs a person.

        Args:
            disclosed: name to value.

        Returns:
            ``None`` for whoever has no fare where there are fares.
        """
        if self.fares is None:
            return self.price
        prices = dict(self.fares.prices)
        return prices.get(disclosed.get(self.fares.attribute, ""))

    def points_of(self, disclosed: Mapping[str, str]) -> int | None:
        """Return how many points a person has here: 1 where none are counted.

        Args:
            disclosed: name to value.

        Returns:
            ``None`` for whoever has no number where points are counted.
        """
        return 1 if self.points is None else points_of(disclosed.get(self.points, ""))

    def admits(self, disclosed: Mapping[str, str]) -> bool:
        """Tell whether attributes let a person in, a puzzle apart.

        Args:
            disclosed: name to value; what is absent or empty counts as no value.
        """
        required = all(
            disclosed.get(need.attribute, "") in need.values for need in self.requires
        )
        if self.points_of(disclosed) is None or self.price_for(disclosed) is None:
            return False
        return required and not any(
            disclosed.get(bar.attribute, "") in bar.values for bar in self.excludes
        )

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map; a value that is the default has no key."""
        value: dict[str, Value] = {"name": self.name, "mechanism": self.mechanism.value}
        if self.mechanism is Mechanism.TIERS:
            value["tiers"] = [_named(tier) for tier in self.tiers]
        elif self.mechanism is Mechanism.CHOICES:
            value["options"] = [_named(option) for option in self.options]
        else:
            value |= {"supply": self.supply} | self._price_to_value()
        if self.mechanism in CAPPED or self.takes_quantities:
            value["cap"] = self.cap
        value |= self._bids_to_value()
        if self.group_max > 1:
            value["group_max"] = self.group_max
        if self.certain:
            value["certain"] = self.certain
        if self.points is not None:
            value["points"] = self.points
        if self.collect:
            value["collect"] = True
        return value | self._entry_to_value()

    def _bids_to_value(self) -> dict[str, Value]:
        value: dict[str, Value] = {}
        if self.bid_steps > 1:
            value["bid_steps"] = self.bid_steps
        if self.pricing is not Pricing.CLEARING:
            value["pricing"] = self.pricing.value
        return value

    def _price_to_value(self) -> dict[str, Value]:
        if self.fares is None:
            return {"price": self.price}
        prices: dict[str, Value] = dict(self.fares.prices)
        return {"fares": {self.fares.attribute: prices}}

    def _entry_to_value(self) -> dict[str, Value]:
        value: dict[str, Value] = {}
        if self.unsold is not None:
            value["unsold"] = self.unsold
        if self.again:
            value["again"] = True
        if self.requires:
            value["requires"] = {r.attribute: list(r.values) for r in self.requires}
        if self.excludes:
            value["excludes"] = {e.attribute: list(e.values) for e in self.excludes}
        if self.puzzle is not None:
            value["puzzle"] = self.puzzle
        return value


def _named(each: Tier | Option) -> dict[str, Value]:
    return {"name": each.name, "price": each.price, "supply": each.supply}
