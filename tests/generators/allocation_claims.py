"""Outcomes that somebody claims and that break a rule (specs/allocation.md, section 8)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from fairlot.allocation.entering import Entrant
from fairlot.allocation.invariants import check_outcome
from fairlot.allocation.outcome import Award, Gain, Outcome, PoolResult, Total, part_id
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.shape import ITSELF
from fairlot.fields import UINT_MAX
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool, Tier
from generators.allocation_sales import fare_sale, sale_input
from generators.allocation_setting import (
    SALE_ID,
    SEED,
    award_map,
    entrant_maps,
    numbered,
    order_map,
    pool_maps,
    sample_nym,
    total_maps,
)
from generators.case import Case, Raw, reject

Change: TypeAlias = Callable[[Outcome], Outcome]

_TIERS, _SEATS, _SQUARE, _LAST = range(4)
_POOLS = (
    Pool(
        "sponsors",
        Mechanism.TIERS,
        2,
        tiers=(Tier("gold", 50, 1), Tier("silver", 20, 1)),
        unsold="last",
    ),
    Pool("seats", Mechanism.LOTTERY, 4, 10, certain=1, unsold="tokens"),
    Pool("tokens", Mechanism.QUADRATIC, 5, 2, 3),
    Pool("last", Mechanism.EQUAL_SHARE, 13, 5, 2, again=True),
)
_PEOPLE = numbered(
    Entrant(Nym(b""), 1, 60, tier="gold"),
    Entrant(Nym(b""), 1, 60, bid=30),
    Entrant(Nym(b""), 1, 60, bid=25),
    *[Entrant(Nym(b""), 4, 60)] * 5,
)


def refused_sales() -> Sequence[Case]:
    """Return the sales that a caller must not ask for, and the claims to refuse."""
    return [
        *(_refused_duty(*row) for row in _duties()),
        *(
            _refused_claim(*row, _POOLS, _PEOPLE)
            for row in (*_supplies(), *_shares(), *_payments())
        ),
        *(_refused_claim(*row, *fare_sale()) for row in _fares()),
    ]


def _duties() -> Sequence[tuple[str, str, str, Sequence[Entrant], bytes, bytes]]:
    first, *others = _PEOPLE
    return (
        (
            "sale-duplicate-nym",
            "A nym is one entrant, whatever pools it is for; it could be drawn twice.",
            "allocation.duplicate-nym",
            [*_PEOPLE, replace(first, tier=None)],
            SEED,
            SALE_ID,
        ),
        (
            "sale-long-nym",
            "A nym has 48 bytes; what was appended would give another rank.",
            "allocation.nym-length",
            [replace(first, nym=Nym(first.nym + b"\x00")), *others],
            SEED,
            SALE_ID,
        ),
        (
            "sale-bid-too-large",
            "A bid is a uint64; nothing larger can be sealed.",
            "allocation.range",
            [replace(first, bid=UINT_MAX + 1), *others],
            SEED,
            SALE_ID,
        ),
        (
            "sale-negative-bid",
            "A bid is at least 0; otherwise bidders would be paid.",
            "allocation.range",
            [replace(first, bid=-1), *others],
            SEED,
            SALE_ID,
        ),
        (
            "sale-long-seed",
            "The seed has 32 bytes; with any length the same lots could be had twice.",
            "allocation.seed-length",
            _PEOPLE,
            SEED + b"\x00",
            SALE_ID,
        ),
        (
            "sale-short-sale-id",
            "sale_id has 32 bytes; group ids would not be bound to one sale.",
            "allocation.seed-length",
            _PEOPLE,
            SEED,
            SALE_ID[:31],
        ),
    )


def _refused_duty(
    name: str,
    rule: str,
    code: str,
    entrants: Sequence[Entrant],
    seed: bytes,
    sale_id: bytes,
) -> Case:
    inputs = sale_input(_POOLS, entrants, seed, sale_id)
    return reject(
        name, rule, code, inputs, lambda: allocate(_POOLS, entrants, seed, sale_id)
    )


_Row: TypeAlias = tuple[str, str, str, Change]
"""Name, rule, code, and how a true outcome is changed."""


def _supplies() -> Sequence[_Row]:
    return (
        (
            "claim-pool-left-out",
            "Every pool has a result; its units would be gone.",
            "allocation.supply",
            lambda claim: _summed(claim, claim.pools[:-1]),
        ),
        (
            "claim-pools-in-another-order",
            "Pools run in the order of the terms; another order is another sale.",
            "allocation.supply",
            lambda claim: _summed(claim, claim.pools[::-1]),
        ),
        (
            "claim-left-units-kept-back",
            "What a pool leaves is for sale where the terms say; units would be gone.",
            "allocation.supply",
            lambda claim: _supplied(claim, _LAST, -1),
        ),
        (
            "claim-units-made",
            "A pool sells what it has; units would come from nowhere.",
            "allocation.supply",
            lambda claim: _supplied(claim, _SQUARE, 1),
        ),
        (
            "claim-too-few-returned",
            "What nobody takes returns to the seller; units would be gone.",
            "allocation.supply",
            lambda claim: replace(claim, unsold=claim.unsold - 1),
        ),
        (
            "claim-total-too-large",
            "A total is the sum over the pools; units would be delivered twice.",
            "allocation.supply",
            _first_total(lambda total: replace(total, units=total.units + 1)),
        ),
        (
            "claim-payment-not-in-total",
            "A total is the sum over the pools; a winner would not pay.",
            "allocation.supply",
            _first_total(lambda total: replace(total, payment=0)),
        ),
        (
            "claim-gain-of-another-pool",
            "A gain names the pool that gave it; pools.csv would be false.",
            "allocation.supply",
            _first_total(
                lambda total: replace(
                    total, gains=(Gain("last", total.units, total.payment),)
                )
            ),
        ),
        (
            "claim-total-missing",
            "Every entrant has a total; its units would be gone.",
            "allocation.supply",
            lambda claim: replace(claim, totals=claim.totals[1:]),
        ),
        (
            "claim-award-to-a-stranger",
            "Only entrants get units; somebody would win without a deposit.",
            "allocation.supply",
            _award(_LAST, 2, lambda a: replace(a, nym=Nym(sample_nym("stranger")))),
        ),
    )


def _shares() -> Sequence[_Row]:
    return (
        (
            "claim-more-than-wanted",
            "Nobody gets more than they want; they would pay for what they did not order.",
            "allocation.quantity-exceeded",
            _award(_LAST, 2, lambda a: replace(a, q=4, units=4, payment=20)),
        ),
        (
            "claim-more-than-quantity",
            "Nobody gets more than q; the cap would be broken.",
            "allocation.quantity-exceeded",
            _award(_LAST, 2, lambda a: replace(a, units=3, payment=15)),
        ),
        (
            "claim-negative-units",
            "Units are at least 0; others would get what is taken away.",
            "allocation.quantity-exceeded",
            _award(_LAST, 2, lambda a: replace(a, units=-1, payment=0)),
        ),
        (
            "claim-loser-pays-in-a-pool",
            "Whoever gets no unit of a pool pays nothing there, whatever they got elsewhere.",
            "allocation.loser-pays",
            _award(_SEATS, 2, lambda a: replace(a, payment=10)),
        ),
    )


def _payments() -> Sequence[_Row]:
    return (
        (
            "claim-price-of-another-tier",
            "In each tier all pay its price; gold would be had for silver.",
            "allocation.payment",
            _award(_TIERS, 4, lambda a: replace(a, payment=20)),
        ),
        (
            "claim-unknown-part",
            "A part is one that the pool has; any price could be claimed for another.",
            "allocation.payment",
            _award(_TIERS, 4, lambda a: replace(a, part="certain")),
        ),
        (
            "claim-drawn-seats-overpaid",
            "Drawn seats cost what the terms say; only certain ones are auctioned.",
            "allocation.payment",
            lambda claim: _paid(claim, _SEATS, "", 11),
        ),
        (
            "claim-certain-seat-underpaid",
            "A certain seat costs no less than a drawn one.",
            "allocation.payment",
            lambda claim: _paid(claim, _SEATS, "certain", 9),
        ),
        (
            "claim-linear-price",
            "At a quadratic price two units cost four times one; not twice.",
            "allocation.payment",
            _award(_SQUARE, 1, lambda a: replace(a, payment=4)),
        ),
        (
            "claim-two-prices",
            "All pay one price; somebody would be favoured.",
            "allocation.payment",
            _award(_LAST, 2, lambda a: replace(a, payment=12)),
        ),
        (
            "claim-odd-payment",
            "A payment is a price times units; a unit of money would be lost.",
            "allocation.payment",
            _award(_LAST, 2, lambda a: replace(a, payment=11)),
        ),
        (
            "claim-negative-payment",
            "A payment is at least 0; the seller would owe money.",
            "allocation.payment",
            _award(_LAST, 2, lambda a: replace(a, payment=-10)),
        ),
        (
            "claim-more-than-is-left",
            "A payment is at most what earlier pools left of the deposit.",
            "allocation.payment",
            _award(_LAST, 2, lambda a: replace(a, payment=60)),
        ),
    )


def _award(pool: int, index: int, change: Callable[[Award], Award]) -> Change:
    """Change one award, and whatever is summed up from it."""

    def changed(claim: Outcome) -> Outcome:
        result = claim.pools[pool]
        awards = list(result.awards)
        awards[index] = change(awards[index])
        return _with_result(claim, pool, replace(result, awards=tuple(awards)))

    return changed


def _paid(claim: Outcome, pool: int, part: str, price: int) -> Outcome:
    """Let all pay another price for a unit of a part."""
    result = claim.pools[pool]
    awards = tuple(
        replace(award, payment=price) if award.units and award.part == part else award
        for award in result.awards
    )
    return _with_result(claim, pool, replace(result, awards=awards))


def _supplied(claim: Outcome, pool: int, more: int) -> Outcome:
    result = claim.pools[pool]
    supplied = replace(result.pool, supply=result.pool.supply + more)
    return _with_result(claim, pool, replace(result, pool=supplied))


def _first_total(change: Callable[[Total], Total]) -> Change:
    def changed(claim: Outcome) -> Outcome:
        first, *others = claim.totals
        return replace(claim, totals=(change(first), *others))

    return changed


def _with_result(claim: Outcome, pool: int, result: PoolResult) -> Outcome:
    pools = (*claim.pools[:pool], result, *claim.pools[pool + 1 :])
    return _summed(claim, pools)


def _summed(claim: Outcome, pools: Sequence[PoolResult]) -> Outcome:
    """Sum up totals and what is returned, so that a claim breaks one rule only."""
    totals = tuple(_total(total.nym, pools) for total in claim.totals)
    returned = sum(result.unsold for result in pools if result.pool.unsold is None)
    return Outcome(tuple(pools), totals, returned)


def _total(nym: bytes, pools: Sequence[PoolResult]) -> Total:
    gains = tuple(
        Gain(part_id(result.pool.name, award.part), award.units, award.payment)
        for result in pools
        for award in result.awards
        if award.nym == nym and award.units
    )
    units = sum(gain.units for gain in gains)
    return Total(Nym(nym), units, sum(gain.payment for gain in gains), gains)


def _fares() -> Sequence[tuple[str, str, str, Change]]:
    def paying(old: int, new: int, part: str = ITSELF) -> Change:
        """Let the first winner who pays one fare pay another."""

        def change(claim: Outcome) -> Outcome:
            (result,) = claim.pools
            at = next(i for i, a in enumerate(result.awards) if a.payment == old)
            awards = list(result.awards)
            awards[at] = replace(awards[at], payment=new, part=part)
            return _summed(claim, [replace(result, awards=tuple(awards))])

        return change

    return (
        (
            "fares-child-pays-less",
            "Whoever discloses child pays that fare, and no other.",
            "allocation.payment",
            paying(15, 14),
        ),
        (
            "fares-adult-pays-as-child",
            "Whoever discloses adult pays that fare; the seller would lose the difference.",
            "allocation.payment",
            paying(40, 15),
        ),
        (
            "fares-nothing-paid",
            "No fare is left out, even for one winner.",
            "allocation.payment",
            paying(40, 0),
        ),
        (
            "fares-of-a-part",
            "The pool has no parts; a fare would hide behind another price.",
            "allocation.payment",
            paying(40, 40, "child"),
        ),
    )


def _refused_claim(
    name: str,
    rule: str,
    code: str,
    change: Change,
    pools: Sequence[Pool],
    people: Sequence[Entrant],
) -> Case:
    present = sorted(people, key=lambda person: person.nym)
    true = allocate(pools, present, SEED, SALE_ID)
    check_outcome(pools, present, _summed(true, true.pools))
    claim = change(true)
    inputs: dict[str, Raw] = {
        "op": "check-sale",
        "pools": pool_maps(pools),
        "entrants": entrant_maps(present),
        "results": [
            {
                "pool": result.pool.name,
                "supply": result.pool.supply,
                "orders": [order_map(order) for order in result.orders],
                "awards": [award_map(award) for award in result.awards],
            }
            for result in claim.pools
        ],
        "totals": total_maps(claim.totals),
        "returned": claim.unsold,
    }
    return reject(
        name, rule, code, inputs, lambda: check_outcome(pools, present, claim)
    )
