"""From the final deposits and the seed to who gets what (specs/allocation.md, section 7)."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

from fairlot.allocation.lots import PART_SEPARATOR
from fairlot.allocation.shape import ITSELF, Facts, Order, Reason
from fairlot.names import Nym
from fairlot.terms.pool import Pool


@dataclass(frozen=True, slots=True)
class Award:
    """What one entrant gets from one pool."""

    nym: Nym
    q: int
    """q_i, the units that the entrant could take and pay for."""
    units: int
    """a_i, the units that the entrant gets."""
    payment: int
    """The money owed for them, at most what was left of the deposit."""
    part: str
    """The part of the pool that gave the units; empty for the pool itself."""
    reason: Reason


@dataclass(frozen=True, slots=True)
class PoolResult:
    """The result of one pool."""

    pool: Pool
    """The pool; its supply includes what earlier pools left to it."""
    orders: tuple[Order, ...]
    awards: tuple[Award, ...]
    """One award for each person who entered, sorted by nym, like the orders."""
    facts: Facts
    """The mechanism's certificate."""

    @property
    def demand(self) -> int:
        """Σ q_i, the demand; it may be above 2^64 - 1."""
        return sum(award.q for award in self.awards)

    @property
    def winners(self) -> int:
        """The number of entrants with at least one unit."""
        return sum(award.units > 0 for award in self.awards)

    @property
    def sold(self) -> int:
        """The units sold."""
        return sum(award.units for award in self.awards)

    @property
    def unsold(self) -> int:
        """The units that are left, for a later pool or the seller."""
        return self.pool.supply - self.sold

    def of(self, nym: Nym) -> Award | None:
        """Return the award of ``nym``; ``None`` if it did not enter."""
        return _find(self.awards, nym)

    def order_of(self, nym: Nym) -> Order | None:
        """Return the order of ``nym``; ``None`` if it did not enter."""
        index = bisect_left(self.awards, nym, key=attrgetter("nym"))
        return self.orders[index] if self.of(nym) else None


@dataclass(frozen=True, slots=True)
class Gain:
    """The units of one nym from one pool, or from one part of it."""

    pool: str
    """The pool's name, or ``pool/part``."""
    units: int
    payment: int


@dataclass(frozen=True, slots=True)
class Total:
    """What one entrant gets from the whole sale."""

    nym: Nym
    units: int
    payment: int
    gains: tuple[Gain, ...]
    """In the order of the pools; pools that gave no units are left out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of the sale."""

    pools: tuple[PoolResult, ...]
    totals: tuple[Total, ...]
    """One for each entrant, sorted by nym."""
    unsold: int = 0
    """Units that go back to the seller."""

    def of(self, nym: Nym) -> Total | None:
        """Return the total of ``nym``; ``None`` if it is not an entrant."""
        return _find(self.totals, nym)


def part_id(pool: str, part: str) -> str:
    """Return the id of a part: what its lots and the ledger call it."""
    return pool if part == ITSELF else f"{pool}{PART_SEPARATOR}{part}"


def gains_by_nym(results: Sequence[PoolResult]) -> dict[Nym, tuple[Gain, ...]]:
    """Return what each nym with units got, in the order of the pools."""
    gains: dict[Nym, tuple[Gain, ...]] = {}
    for result in results:
        # Many gain the same, and share it.
        alike: dict[tuple[str, int, int], tuple[Gain]] = {}
        for award in result.awards:
            if award.units:
                kind = award.part, award.units, award.payment
                if kind not in alike:
                    name = part_id(result.pool.name, award.part)
                    alike[kind] = (Gain(name, award.units, award.payment),)
                earlier = gains.get(award.nym)
                gains[award.nym] = (
                    alike[kind] if earlier is None else earlier + alike[kind]
                )
    return gains


_Named = TypeVar("_Named", Award, Total)


def _find(rows: Sequence[_Named], nym: Nym) -> _Named | None:
    index = bisect_left(rows, nym, key=attrgetter("nym"))
    return next((row for row in rows[index : index + 1] if row.nym == nym), None)
