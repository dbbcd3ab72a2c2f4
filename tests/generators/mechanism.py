"""What the vectors of all mechanisms share: given drawing orders, pools and orders as maps."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from fairlot.allocation.lots import PART_SEPARATOR, SeededLots
from fairlot.allocation.shape import Lots, Odds, Order, Shares
from fairlot.names import Nym
from fairlot.terms.pool import Pool
from fairlot.text import Json
from fairlot_crypto.errors import CallerError
from generators.case import Case, Raw, accept, reject

SALE_ID = hashlib.sha256(b"sale").digest()
SEED = hashlib.sha256(b"seed").digest()

HOW = (
    "from pool, orders and the drawing orders (of the pool, and of its parts by name; "
    "indices of the orders, who is drawn first in front) compute quantities, units, "
    "payments, reasons and parts in the order of the orders, and the facts; trace holds "
    "the odds, which do not depend on the drawing orders: for each order the least "
    "units, the chance of one more and, where the pool has parts, that of each part "
    '("" for the pool itself), chances as fractions, and the units that are left on '
    "average. lots: from seed, sale_id, pool and part compute seed_L and the drawing "
    "order of nyms."
)
"""The description that the chapters share."""

Run: TypeAlias = Callable[[Pool, Sequence[Order], Lots], Shares]
Foretell: TypeAlias = Callable[[Pool, Sequence[Order]], Odds]


@dataclass(frozen=True, slots=True)
class GivenLots:
    """Drawing orders that a vector states."""

    drawn: Sequence[int]
    parts: Mapping[str, Sequence[int]] = field(default_factory=dict[str, Sequence[int]])

    def permutation(self) -> Sequence[int]:
        """Return the stated order."""
        return self.drawn

    def points_permutation(self, points: Sequence[int]) -> Sequence[int]:  # noqa: ARG002
        """Return the stated order, whatever the points."""
        return self.drawn

    def group_permutation(self, groups: Sequence[bytes]) -> Sequence[int]:
        """Return the groups as they stand."""
        return range(len(groups))

    def turns(self, singles: Sequence[int], groups: Sequence[bytes]) -> Sequence[int]:  # noqa: ARG002
        """Return the stated order, of singles and groups."""
        return self.drawn

    def uniform(self, q: int, label: bytes) -> int:
        """Refuse: no mechanism of these chapters draws a number."""
        raise CallerError("allocation.uniform", f"{q} for {label!r} is not given")

    def part(self, name: str) -> "GivenLots":
        """Return the lots of a part."""
        return GivenLots(self.parts[name])


@dataclass(frozen=True, slots=True)
class Play:
    """A mechanism with all that it is given."""

    op: str
    run: Run
    foretell: Foretell
    pool: Pool
    orders: Sequence[Order]
    lots: GivenLots

    def accepted(self, name: str, comment: str) -> Case:
        """Return the case with its results."""
        shares = self.run(self.pool, self.orders, self.lots)
        output: Mapping[str, Raw] = {
            "quantities": shares.quantities,
            "units": shares.units,
            "payments": shares.payments,
            "reasons": [reason.value for reason in shares.reasons],
            "parts": shares.parts,
            "facts": raw(shares.facts.to_json()),
        }
        odds = self.foretell(self.pool, self.orders)
        return accept(name, comment, self._inputs(), output, {"odds": _odds(odds)})

    def refused(self, name: str, rule: str, code: str) -> Case:
        """Return the case that must be refused."""
        return reject(
            name,
            rule,
            code,
            self._inputs(),
            lambda: self.run(self.pool, self.orders, self.lots),
        )

    def _inputs(self) -> dict[str, Raw]:
        return {
            "op": self.op,
            "pool": _pool(self.pool),
            "orders": [_order(order) for order in self.orders],
            "order": self.lots.drawn,
            "part_orders": self.lots.parts,
        }


def lots_of_a_part(pool: str, part: str) -> Case:
    """Return the case of the lots of one part."""
    nyms = tuple(
        Nym(hashlib.sha512(f"person {i}".encode()).digest()[:48]) for i in range(4)
    )
    lots = SeededLots(SEED, SALE_ID, pool, nyms).part(part)
    return accept(
        f"lots-of-{part}",
        f"The lots of a part are those of a pool with the name {lots.pool}.",
        {
            "op": "lots",
            "seed": SEED,
            "sale_id": SALE_ID,
            "pool": pool,
            "part": part,
            "nyms": nyms,
        },
        {"order": lots.permutation()},
        {
            "name": f"{pool}{PART_SEPARATOR}{part}",
            "seed_L": lots.pool_seed,
            "ranks": lots.ranks(),
        },
    )


def raw(value: Json) -> Raw:
    """Return JSON as a vector's value."""
    if isinstance(value, str | int | bool) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: raw(inner) for key, inner in value.items()}
    return [raw(inner) for inner in value]


def _pool(pool: Pool) -> Raw:
    fields: dict[str, Raw] = {
        "name": pool.name,
        "mechanism": pool.mechanism.value,
        "supply": pool.supply,
    }
    if pool.tiers:
        fields["tiers"] = [
            {"name": tier.name, "price": tier.price, "supply": tier.supply}
            for tier in pool.tiers
        ]
    elif pool.options:
        fields["group_max"] = pool.group_max
        fields["options"] = [
            {"name": option.name, "price": option.price, "supply": option.supply}
            for option in pool.options
        ]
    else:
        fields |= {"price": pool.price, "cap": pool.cap, "certain": pool.certain}
    return fields


def _order(order: Order) -> Raw:
    fields: dict[str, Raw] = {
        "wants": order.wants,
        "deposit": order.budget,
        "bid": order.bid,
        "tier": order.tier,
    }
    if order.group is not None:
        fields["group"] = order.group
    if order.choices:
        fields["choices"] = order.choices
    return fields


def _odds(odds: Odds) -> Raw:
    """Return chances; ``draws`` only where they are estimated."""
    estimated: dict[str, Raw] = {} if odds.draws is None else {"draws": odds.draws}
    return estimated | {
        "chances": [
            {
                "least": chance.least,
                "more": _fraction(chance.more),
                "parts": {name: _fraction(p) for name, p in chance.parts.items()},
            }
            for chance in odds.chances
        ],
        "expected_unsold": _fraction(odds.expected_unsold),
    }


def _fraction(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"
