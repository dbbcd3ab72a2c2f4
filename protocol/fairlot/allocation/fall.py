"""What the lots of one pool can give, for kinds of people (specs/odds.md, section 5)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from fairlot.allocation.shape import Order


class TooManyWaysError(Exception):
    """Lots can fall in more ways than are looked at."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What an order gets from a pool."""

    units: int = 0
    payment: int = 0


@dataclass(frozen=True, slots=True)
class Chances:
    """What the lots can give to one order."""

    certain: Gain = Gain()
    """What it gets unless it is picked."""
    picked: tuple[tuple[int, Gain], ...] = ()
    """The draws in which it takes part, in their order, and what it gets if picked there."""


@dataclass(frozen=True, slots=True)
class Fall:
    """One way in which the numbers of winners can fall."""

    weight: int
    """How likely it is, in relation to the others."""
    winners: tuple[int, ...]
    """How many each draw picks: of persons, or of groups of one size."""
    unsold: int


@dataclass(frozen=True, slots=True)
class Falls:
    """How the lots of a pool can fall."""

    orders: tuple[Chances, ...]
    of_draw: tuple[Fraction, ...]
    """The chance that each draw gives to whoever still takes part when it is made."""
    ways: Sequence[Fall]
    """All ways in which numbers of winners can fall."""


Ask: TypeAlias = tuple[Order, int]
"""An order, and how many have it. Orders with a group are those of whole groups: its members
follow each other and there are equally many of each."""


def members_of(asks: Sequence[Ask]) -> Mapping[bytes | None, int]:
    """Return how many members each group has."""
    return Counter(order.group for order, _ in asks if order.group is not None)
