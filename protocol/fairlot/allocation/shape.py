"""The one shape of every mechanism: orders and lots in, shares out.

A mechanism is a pure function ``(pool, orders, lots) -> Shares`` over integers. All chance is
in the lots, which are an argument, so that tests can go through all of them; ``odds`` of the
same module states without lots what is left to chance (specs/allocation.md, section 1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from fairlot.money import Money
from fairlot.terms.pool import Pool
from fairlot.text import Json

ITSELF = ""
"""The part of a pool that has no parts."""
NOBODY = "There is nobody who wants a unit and can pay for it"
"""What there is to say of a pool in which nobody takes part."""


@dataclass(frozen=True, slots=True)
class Order:
    """What one person asks for in one pool."""

    wants: int
    """Units still wanted; any number >= 0."""
    budget: int
    """Money that is left to pay with."""
    bid: int | None = None
    """What a unit is worth to the bidder, at most ``deposit``; ``None`` for no bid."""
    tier: int | None = None
    """Index of the highest tier accepted; ``None`` for none."""
    group: bytes | None = None
    """The id, 32 bytes, of a group whose members all have an order here."""
    choices: tuple[int, ...] = ()
    """Indices of options, the most preferred first, each once; empty for none."""
    points: int = 1
    """How many ranks it holds where points are counted: 1..1,000."""
    fare: int | None = None
    """What a unit costs it where prices differ; ``None`` for the pool's price."""


def price_of(pool: Pool, order: Order) -> int:
    """Return what one unit of a pool costs an order."""
    return pool.price if order.fare is None else order.fare


class Lots(Protocol):
    """The lots of a pool: the only source of chance in it."""

    def permutation(self) -> Sequence[int]:
        """Return the indices of the orders, the first drawn first."""
        ...

    def points_permutation(self, points: Sequence[int]) -> Sequence[int]:
        """Return the drawing order in which each order holds so many ranks."""
        ...

    def group_permutation(self, groups: Sequence[bytes]) -> Sequence[int]:
        """Return the indices of distinct group ids in the group order."""
        ...

    def turns(self, singles: Sequence[int], groups: Sequence[bytes]) -> Sequence[int]:
        """Return in which order singles and groups take turns, all of them together.

        Args:
            singles: indices of orders, ascending.
            groups: distinct group ids.

        Returns:
            Indices into ``(*singles, *groups)``, the first drawn first.
        """
        ...

    def uniform(self, q: int, label: bytes) -> int:
        """Return U(q), one of 0..q-1; the same label gives the same number."""
        ...

    def part(self, name: str) -> "Lots":
        """Return the lots of a part of the pool: independent of these."""
        ...


class Reason(StrEnum):
    """Why an order got what it got."""

    NOTHING = "nothing"
    """The order wants no unit, or does not have the money for one."""
    IN_FULL = "in-full"
    """It got everything that it wanted and could pay for."""
    LEVEL = "level"
    """It got as many units as everybody whose order reached that far."""
    LEVEL_AND_ONE = "level-and-one"
    """It got one unit more, because it was among the first in the drawing order."""
    DRAWN = "drawn"
    NOT_DRAWN = "not-drawn"
    DRAWN_GROUP = "drawn-group"
    NOT_DRAWN_GROUP = "not-drawn-group"
    GROUP_TOO_LARGE = "group-too-large"
    """Its group has more members than there are units."""
    CERTAIN = "certain"
    """It bought a certain seat."""
    OUTBID = "outbid"
    WINNING_BID = "winning-bid"
    NO_BID = "no-bid"
    """It has no bid, or none that counts."""
    TIER = "tier"
    """It got a seat of a tier: its part says which."""
    TIERS_MISSED = "tiers-missed"
    NO_TIER = "no-tier"
    """It names no tier, or one that its deposit does not cover."""
    CHOSEN = "chosen"
    """It got an option: its part says which."""
    CHOICES_GONE = "choices-gone"
    """All options of its list that it can pay for were gone when its turn came."""
    NO_CHOICE = "no-choice"
    """It lists no option that its deposit covers."""


class Facts(Protocol):
    """A certificate of a mechanism's result, which people can check."""

    def to_json(self) -> Mapping[str, Json]:
        """Return the certificate for machines, under the names that its chapter gives."""
        ...

    def lines(self, money: Money = str, /) -> tuple[str, ...]:
        """Return the certificate in sentences, without a final stop.

        Args:
            money: writes amounts, as bare integers unless it is given.
        """
        ...


@dataclass(frozen=True, slots=True)
class Shares:
    """Who gets and pays what, each in the order of the orders."""

    quantities: tuple[int, ...]
    """q_i, the units that each could take and pay for."""
    units: tuple[int, ...]
    """a_i, the units that each gets, at most q_i."""
    payments: tuple[int, ...]
    """The money that each owes, at most the order's deposit."""
    reasons: tuple[Reason, ...]
    parts: tuple[str, ...]
    """The part of the pool in which each got its units; ``ITSELF`` without parts."""
    facts: Facts


@dataclass(frozen=True, slots=True)
class Chance:
    """What an order may expect, before the lots are known."""

    least: int
    """Units that it gets whatever the lots are."""
    more: Fraction
    """The chance of one unit more, 0 <= more < 1; an estimate may be 1."""
    parts: Mapping[str, Fraction]
    """The chance of a unit in each part that has any, for pools with parts; else empty."""

    @property
    def expected(self) -> Fraction:
        """Units on average."""
        return self.least + self.more


@dataclass(frozen=True, slots=True)
class Odds:
    """The chances of all orders of a pool."""

    chances: tuple[Chance, ...]
    expected_unsold: Fraction
    why: tuple[str, ...]
    """The rule that gives these chances, in sentences; for a lottery with its table."""
    unsold_certain: bool = True
    """Whether the lots cannot change how many units are left."""
    draws: int | None = None
    """From how many simulated draws chances are estimated; ``None`` if they are exact."""
    error: Fraction = Fraction(0)
    """How far each chance can be from what is stated; 0 where it is exact."""


def whole(chance: Fraction) -> Chance:
    """Return the chance of one unit of a pool without parts."""
    least, more = divmod(chance, 1)
    return Chance(least, more, {})


def one_unit(parts: Mapping[str, Fraction]) -> Chance:
    """Return the chance of one unit from the chances in each part, only one of which wins."""
    least, more = divmod(sum(parts.values(), Fraction(0)), 1)
    return Chance(least, more, {name: part for name, part in parts.items() if part})
