"""Vectors of the allocation (specs/allocation.md)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from fairlot.allocation.entering import Entrant
from fairlot.allocation.invariants import check_outcome
from fairlot.allocation.lots import pool_seed, rank
from fairlot.allocation.mechanisms.fill import fill
from fairlot.allocation.outcome import Award, Gain, Outcome, PoolResult, Total
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.shape import Order
from fairlot.fields import UINT_MAX
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool
from generators.allocation_claims import refused_sales
from generators.allocation_sales import sales
from generators.allocation_setting import SALE_ID, SEED, sample_entrants
from generators.case import Case, Chapter, Raw, accept, reject

_SHARED = Pool("main", Mechanism.EQUAL_SHARE, 10, 7, 5)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "allocation",
        "`op` names the operation. allocate: from pool, entrants, seed and sale_id compute "
        "awards and result, in the order of nyms; trace holds seed_L and, in the same "
        "order, ranks, q, and FILL's level and remainder. fill: FILL(supply, "
        "quantities) with the drawing order as indices. check: judge awards and result "
        "that somebody claims. sale: from pools (as in the terms), entrants, seed and "
        "sale_id compute for each pool its supply, awards, certificate (orders by their "
        "index) and what is unsold, everybody's total with its gains [pool or part, "
        "units, payment], and what is returned; trace holds, for each group id that "
        "somebody names, who names it and the id of exactly these, and for each pool "
        "the orders of those who enter, in the order of the awards, and seed_L and ranks "
        "of the pool and of its parts. check-sale: judge such results, totals and "
        "returned units that somebody claims; orders are what the claim says they were.",
        (
            *_allocations(),
            *_fills(),
            *sales(),
            *_refused_allocations(),
            *_refused_fills(),
            *_refused_claims(),
            *refused_sales(),
        ),
    )


def _allocations() -> Sequence[Case]:
    seats = Pool("main", Mechanism.EQUAL_SHARE, 2, 10, 1)
    rows: tuple[tuple[str, str, Pool, Sequence[Entrant]], ...] = (
        (
            "lottery",
            "Five people want one of two seats: the two smallest ranks win.",
            seats,
            sample_entrants(*[(1, 10)] * 5),
        ),
        (
            "equal-share",
            "Everybody gets 2 of 10 units; 2 units are left, for two first ranks.",
            _SHARED,
            sample_entrants((5, 35), (2, 35), (9, 27), (5, 100)),
        ),
        (
            "undersubscribed",
            "Demand 4 is below supply 10: everybody gets what they can pay for.",
            _SHARED,
            sample_entrants((1, 100), (3, 22), (5, 6), (0, 7)),
        ),
        (
            "free",
            "With price 0 the deposit bounds nothing.",
            replace(_SHARED, price=0),
            sample_entrants((4, 0), (UINT_MAX, 0), (5, 1)),
        ),
        (
            "no-supply",
            "Supply 0: nobody gets anything.",
            replace(_SHARED, supply=0),
            sample_entrants((4, 28), (1, 7)),
        ),
        ("nobody", "No entrant: all is unsold.", _SHARED, []),
        (
            "limits",
            "All numbers at 2^64 - 1: demand is above 64 bits, payments are not.",
            Pool("main", Mechanism.EQUAL_SHARE, UINT_MAX, 1, UINT_MAX),
            sample_entrants(*[(UINT_MAX, UINT_MAX)] * 3),
        ),
    )
    return [_allocation(*row) for row in rows]


def _allocation(
    name: str, comment: str, pool: Pool, entrants: Sequence[Entrant]
) -> Case:
    outcome = allocate((pool,), entrants, SEED, SALE_ID)
    (result,) = outcome.pools
    seed_L = pool_seed(SEED, SALE_ID, pool.name)
    return accept(
        name,
        comment,
        _allocate_input(pool, entrants),
        {
            "awards": _awards(result.awards),
            "demand": result.demand,
            "winners": result.winners,
            "sold": result.sold,
            "unsold": result.unsold,
        },
        {
            "seed_L": seed_L,
            "ranks": [rank(seed_L, award.nym) for award in result.awards],
            "q": [award.q for award in result.awards],
            **result.facts.to_json(),
        },
    )


def _fills() -> Sequence[Case]:
    rows = (
        (
            "fill-level",
            "ℓ = 3, one unit left: the first in the order with q > 3 gets it.",
            (11, (1, 5, 4, 9), (0, 2, 3, 1)),
        ),
        (
            "fill-step",
            "q = ℓ takes no part in the remainder though it is first in the order.",
            (8, (2, 3, 9, 9), (0, 1, 3, 2)),
        ),
    )
    return [
        accept(name, comment, _fill_input(*args), _fill_output(*args))
        for name, comment, args in rows
    ]


def _refused_allocations() -> Sequence[Case]:
    entrants = sample_entrants((1, 10), (1, 10))
    first, second = entrants
    short = replace(second, nym=Nym(second.nym[:-1]))
    rows: tuple[tuple[str, str, str, Iterable[Entrant], bytes, bytes], ...] = (
        (
            "duplicate-nym",
            "A nym enters once; otherwise a person could enter as often as they like.",
            "allocation.duplicate-nym",
            (first, second, replace(first, wants=2)),
            SEED,
            SALE_ID,
        ),
        (
            "short-nym",
            "A nym has 48 bytes; two encodings of one nym would be two persons.",
            "allocation.nym-length",
            (first, short),
            SEED,
            SALE_ID,
        ),
        (
            "wants-too-large",
            "wants is a uint64; it could not have been in a deposit.",
            "allocation.range",
            (first, replace(second, wants=UINT_MAX + 1)),
            SEED,
            SALE_ID,
        ),
        (
            "negative-wants",
            "wants is at least 0; a negative share would raise somebody else's.",
            "allocation.range",
            (first, replace(second, wants=-1)),
            SEED,
            SALE_ID,
        ),
        (
            "deposit-too-large",
            "deposit is a uint64; payments could leave 64 bits.",
            "allocation.range",
            (first, replace(second, amount=UINT_MAX + 1)),
            SEED,
            SALE_ID,
        ),
        (
            "negative-deposit",
            "deposit is at least 0; the payment would be negative.",
            "allocation.range",
            (first, replace(second, amount=-1)),
            SEED,
            SALE_ID,
        ),
        (
            "short-seed",
            "The seed has 32 bytes; a part of it would be easier to bias.",
            "allocation.seed-length",
            entrants,
            SEED[:-1],
            SALE_ID,
        ),
        (
            "short-sale-id",
            "sale_id has 32 bytes; ranks would not be bound to one sale.",
            "allocation.seed-length",
            entrants,
            SEED,
            b"",
        ),
    )
    return [_refused_allocation(*row) for row in rows]


def _refused_allocation(
    name: str,
    rule: str,
    code: str,
    entrants: Iterable[Entrant],
    seed: bytes,
    sale_id: bytes,
) -> Case:
    present = list(entrants)
    inputs = {**_allocate_input(_SHARED, present), "seed": seed, "sale_id": sale_id}
    return reject(
        name, rule, code, inputs, lambda: allocate((_SHARED,), present, seed, sale_id)
    )


def _refused_fills() -> Sequence[Case]:
    rows: tuple[tuple[str, str, str, int, Sequence[int], Sequence[int]], ...] = (
        (
            "fill-negative-quantity",
            "Quantities are at least 0; a negative one would raise the others.",
            "allocation.quantity",
            5,
            (3, -1, 4),
            (0, 1, 2),
        ),
        (
            "fill-negative-supply",
            "Supply is at least 0; units would be taken away.",
            "allocation.quantity",
            -1,
            (3, 1, 4),
            (0, 1, 2),
        ),
        (
            "fill-repeated-place",
            "Everybody is in the order once; one would be drawn twice.",
            "allocation.order",
            5,
            (3, 1, 4),
            (0, 0, 2),
        ),
        (
            "fill-missing-place",
            "Everybody is in the order; one could not win the remainder.",
            "allocation.order",
            5,
            (3, 1, 4),
            (0, 1),
        ),
        (
            "fill-unknown-place",
            "The order holds indices of quantities only.",
            "allocation.order",
            5,
            (3, 1, 4),
            (0, 1, 3),
        ),
    )
    return [_refused_fill(*row) for row in rows]


def _refused_fill(
    name: str,
    rule: str,
    code: str,
    supply: int,
    quantities: Sequence[int],
    order: Sequence[int],
) -> Case:
    inputs = _fill_input(supply, quantities, order)
    return reject(name, rule, code, inputs, lambda: fill(supply, quantities, order))


def _refused_claims() -> Sequence[Case]:
    rows: tuple[tuple[str, str, str, Callable[[Award], Award]], ...] = (
        (
            "claim-extra-unit",
            "Units sold and returned are the supply; a unit would be sold twice.",
            "allocation.supply",
            lambda award: replace(award, q=11, units=11, payment=77),
        ),
        (
            "claim-above-quantity",
            "Nobody gets more than they could take and pay for.",
            "allocation.quantity-exceeded",
            lambda award: replace(award, q=1),
        ),
        (
            "claim-wrong-payment",
            "The payment is price times units; one would pay for another.",
            "allocation.payment",
            lambda award: replace(award, payment=13),
        ),
    )
    return [
        *(_refused_claim(*row) for row in rows),
        _refused_claim(
            "claim-above-deposit",
            "The payment is at most the deposit; nobody can be billed after the draw.",
            "allocation.payment",
            lambda award: award,
            deposit=13,
        ),
        _refused_claim(
            "claim-oversold",
            "Units sold and returned are the supply; more would be sold than there is.",
            "allocation.supply",
            lambda award: award,
            supply=3,
        ),
    ]


def _refused_claim(
    name: str,
    rule: str,
    code: str,
    change: Callable[[Award], Award],
    *,
    deposit: int = 14,
    supply: int = 10,
) -> Case:
    """Change the first award of a true outcome, the pool or the deposits."""
    outcome = allocate((_SHARED,), sample_entrants((2, 14), (2, 14)), SEED, SALE_ID)
    (result,) = outcome.pools
    first, *others = result.awards
    awards = (change(first), *others)
    pool = replace(_SHARED, supply=supply)
    entrants = [Entrant(award.nym, 2, deposit) for award in awards]
    orders = tuple(Order(2, deposit) for _ in awards)
    claimed = PoolResult(pool, orders, awards, result.facts)
    totals = tuple(Total(a.nym, a.units, a.payment, _gains(a)) for a in awards)
    inputs: dict[str, Raw] = {
        "op": "check",
        "pool": _pool(pool),
        "entrants": _entrants(entrants),
        "awards": _awards(awards),
        "q": [award.q for award in awards],
        "returned": outcome.unsold,
    }
    false = Outcome((claimed,), totals, outcome.unsold)
    return reject(
        name, rule, code, inputs, lambda: check_outcome((pool,), entrants, false)
    )


def _gains(award: Award) -> tuple[Gain, ...]:
    return (Gain("main", award.units, award.payment),) if award.units else ()


def _allocate_input(pool: Pool, entrants: Sequence[Entrant]) -> dict[str, Raw]:
    return {
        "op": "allocate",
        "pool": _pool(pool),
        "entrants": _entrants(entrants),
        "seed": SEED,
        "sale_id": SALE_ID,
    }


def _fill_input(
    supply: int, quantities: Sequence[int], order: Sequence[int]
) -> dict[str, Raw]:
    return {
        "op": "fill",
        "supply": supply,
        "quantities": quantities,
        "order": order,
    }


def _fill_output(
    supply: int, quantities: Sequence[int], order: Sequence[int]
) -> dict[str, Raw]:
    filled = fill(supply, quantities, order)
    return {
        "units": filled.units,
        "level": filled.level,
        "remainder": filled.remainder,
    }


def _pool(pool: Pool) -> dict[str, Raw]:
    return {
        "name": pool.name,
        "supply": pool.supply,
        "price": pool.price,
        "cap": pool.cap,
    }


def _entrants(entrants: Iterable[Entrant]) -> list[Raw]:
    return [
        {"nym": entrant.nym, "wants": entrant.wants, "deposit": entrant.amount}
        for entrant in entrants
    ]


def _awards(awards: Iterable[Award]) -> list[Raw]:
    return [
        {"nym": award.nym, "units": award.units, "payment": award.payment}
        for award in awards
    ]
