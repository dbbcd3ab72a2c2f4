"""Vectors of whole sales: pools, groups, bids, tiers (specs/allocation.md, 6 and 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairlot.allocation.entering import Entrant
from fairlot.allocation.lots import SeededLots, best_rank
from fairlot.allocation.mechanisms.certain import CERTAIN
from fairlot.allocation.outcome import PoolResult
from fairlot.allocation.run_pools import allocate
from fairlot.fields import UINT_MAX
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Exclusion, Fares, Mechanism, Pool, Requirement, Tier
from generators.allocation_setting import (
    PUZZLE,
    SALE_ID,
    SEED,
    award_map,
    entrant_maps,
    numbered,
    order_map,
    pool_maps,
    sample_entrants,
    together,
    total_maps,
)
from generators.case import Case, Raw, accept

Sale = tuple[Sequence[Pool], Sequence[Entrant]]
Row = tuple[str, str, Sale]
"""Name, what is special, pools and entrants."""

_COHORT = Requirement("cohort_a", ("2028", "2029"))
_AGES = Fares("age", (("adult", 40), ("child", 15)))
_BEFORE = Exclusion("cohort_a", ("2028", "2029"))
_PAIRS = Pool("main", Mechanism.LOTTERY, 8, 10, group_max=2)
_SHARE = Pool("share", Mechanism.EQUAL_SHARE, 6, 10, 2)
_AUCTION = Pool("auction", Mechanism.AUCTION, 2, 10)
_TIERS = Pool(
    "sponsors",
    Mechanism.TIERS,
    3,
    tiers=(Tier("gold", 50, 1), Tier("silver", 20, 2)),
)


def sales() -> Sequence[Case]:
    """Return the sales to compute."""
    return [
        _sale(*row)
        for row in (
            *_whole(),
            *_counted(),
            *_fared(),
            *_grouped(),
            *_asked(),
            *_followed(),
        )
    ]


def everything() -> Sale:
    """Return a sale with a pool of every mechanism and people of every kind."""
    pools = (
        replace(_TIERS, unsold="guests"),
        Pool(
            "guests",
            Mechanism.LOTTERY,
            3,
            20,
            certain=1,
            requires=(_COHORT,),
            unsold="crowd",
        ),
        Pool("hunt", Mechanism.LOTTERY, 1, 10, puzzle=PUZZLE),
        replace(_PAIRS, name="crowd"),
        Pool("tokens", Mechanism.QUADRATIC, 20, 1, 3, again=True, unsold="rest"),
        Pool("rest", Mechanism.EQUAL_SHARE, 2, 10, 2),
    )
    guest = Entrant(Nym(b""), 2, 50, attributes=(("cohort_a", "2029"),))
    anybody = Entrant(Nym(b""), 4, 50, attributes=(("cohort_a", ""),))
    people = numbered(
        replace(anybody, tier="gold"),
        replace(anybody, tier="gold"),
        *(replace(guest, bid=bid) for bid in (45, 45, 30, None, None)),
        *[anybody] * 10,
        replace(anybody, wants=1, amount=10, solved=frozenset({"hunt"})),
        replace(anybody, wants=1, amount=10, solved=frozenset({"hunt"})),
        replace(anybody, wants=0),
    )
    return pools, together(together(people, 7, 8), 5, 9)


def _whole() -> Sequence[Row]:
    largest = Pool("first", Mechanism.EQUAL_SHARE, UINT_MAX, UINT_MAX, 1, unsold="last")
    last = Pool("last", Mechanism.EQUAL_SHARE, UINT_MAX, 0, UINT_MAX, again=True)
    return (
        (
            "sale-of-every-mechanism",
            "A pool of every mechanism; units that are left go on, or back to the seller.",
            everything(),
        ),
        ("sale-nobody", "Nobody comes: all units return.", (everything()[0], [])),
        (
            "sale-limits",
            "Supply, wants, deposits at 2^64 - 1; the second supply is beyond.",
            ((largest, last), sample_entrants(*[(UINT_MAX, UINT_MAX)] * 3, (1, 0))),
        ),
    )


def _counted() -> Sequence[Row]:
    years = ("3", "1", "1000", "", "0", "07", "2", "1")
    waited = numbered(
        *(Entrant(Nym(b""), 1, 10, attributes=(("years", each),)) for each in years)
    )
    return (
        (
            "points",
            "Five of eight have a number of points; the others enter only the second pool.",
            (
                (
                    Pool(
                        "main", Mechanism.LOTTERY, 2, 10, points="years", unsold="rest"
                    ),
                    Pool("rest", Mechanism.LOTTERY, 2, 10),
                ),
                waited,
            ),
        ),
        (
            "points-enough",
            "Seats for everybody with points; what is left goes on.",
            (
                (
                    Pool(
                        "main", Mechanism.LOTTERY, 6, 10, points="years", unsold="rest"
                    ),
                    Pool("rest", Mechanism.LOTTERY, 0, 10),
                ),
                waited,
            ),
        ),
    )


def fare_sale() -> Sale:
    """Return a sale to families: a family, a pair, two adults, and whoever has no fare."""
    kinds = ("adult", "child", "child", "adult", "child", "adult", "adult")
    people = numbered(
        *(
            Entrant(
                Nym(b""), 1, 40 if kind == "adult" else 15, attributes=(("age", kind),)
            )
            for kind in (*kinds, "", "Child", "senior")
        ),
        Entrant(Nym(b""), 1, 39, attributes=(("age", "adult"),)),
    )
    pool = Pool("main", Mechanism.LOTTERY, 5, 15, group_max=4, fares=_AGES)
    return (pool,), together(together(people, 0, 1, 2), 3, 4)


def _fared() -> Sequence[Row]:
    pools, family = fare_sale()
    poor = replace(family[0], amount=39)
    ages = ("adult", "child", "adult", "child", "guest")
    wishing = numbered(
        *(
            Entrant(Nym(b""), wants, amount, attributes=(("age", age),))
            for wants, amount, age in zip(
                (3, 3, 3, 9, 5), (80, 80, 40, 40, 0), ages, strict=True
            )
        )
    )
    free = Fares("age", (("adult", 40), ("child", 15), ("guest", 0)))
    shares = Pool("main", Mechanism.EQUAL_SHARE, 9, 0, 4, fares=free)
    again = Pool("second", Mechanism.EQUAL_SHARE, 3, 15, 2, again=True, fares=_AGES)
    return (
        (
            "fares-family",
            "A family and a pair win or lose together, each at their own fare; 2/3 for all.",
            (pools, family),
        ),
        (
            "fares-member-below-the-fare",
            "A deposit that would do for a child parts an adult from the family.",
            (pools, [poor, *family[1:]]),
        ),
        (
            "fares-of-shares",
            "Shares at three fares, one of them nothing; q is what the own fare lets pay.",
            ((shares,), wishing),
        ),
        (
            "fares-twice",
            "What is left after the first pool pays at other fares in the second.",
            (
                (replace(shares, supply=6), again),
                wishing,
            ),
        ),
        (
            "fares-and-points",
            "Points decide who wins, fares what they pay.",
            (
                (Pool("main", Mechanism.LOTTERY, 2, 15, points="years", fares=_AGES),),
                numbered(
                    *(
                        Entrant(
                            Nym(b""), 1, 40, attributes=(("age", age), ("years", years))
                        )
                        for age, years in (
                            ("adult", "3"),
                            ("child", "1"),
                            ("child", ""),
                            ("", "9"),
                            ("child", "2"),
                        )
                    )
                ),
            ),
        ),
    )


def _grouped() -> Sequence[Row]:
    some = numbered(*[Entrant(Nym(b""), 1, 10)] * 14)
    nyms = [person.nym for person in some]
    formed = together(some, 0, 1)
    half = group_id(SALE_ID, nyms[2:4])
    joined = group_id(SALE_ID, nyms[4:6])
    elsewhere = group_id(SEED, nyms[7:9])
    alone = group_id(SALE_ID, nyms[9:10])
    claimed = [
        *formed[:2],
        replace(some[2], group=half),
        some[3],
        *(replace(person, group=joined) for person in some[4:7]),
        *(replace(person, group=elsewhere) for person in some[7:9]),
        replace(some[9], group=alone),
        *some[10:],
    ]
    three = together(together(some, 2, 3, 4), 0, 1)
    return (
        (
            "group-formed",
            "Two pairs among singles: each person has the chance 8/14.",
            ((_PAIRS,), together(formed, 12, 13)),
        ),
        (
            "groups-only",
            "Seven pairs and no single: 4 of 7 pairs win.",
            ((_PAIRS,), _paired(some)),
        ),
        (
            "groups-leave-units",
            "Groups of 3 and of 2 and no single; what is left goes on to groups.",
            _of_two_sizes(),
        ),
        (
            "groups-not-formed",
            (
                "One pair forms. People who are named and did not sign (2, 3), people who "
                "sign and are not named (4 to 6), an id of another sale (7, 8) and an id of "
                "one person (9) leave singles."
            ),
            ((_PAIRS,), claimed),
        ),
        (
            "group-too-large",
            "Three signed as one where the terms allow two: they are singles.",
            ((_PAIRS,), three),
        ),
        (
            "group-too-large-here",
            "The same three in two pools: singles in the first, a group in the second.",
            (
                (
                    replace(_PAIRS, name="pairs"),
                    replace(_PAIRS, name="threes", supply=12, group_max=3, again=True),
                ),
                [replace(person, wants=2, amount=20) for person in three],
            ),
        ),
        (
            "group-member-without-means",
            "A member wants no unit, another does not have the price: both groups fall apart.",
            (
                (_PAIRS,),
                [
                    replace(person, wants=0)
                    if i == 0
                    else replace(person, amount=9)
                    if i == 3
                    else person
                    for i, person in enumerate(together(together(some, 0, 1), 2, 3))
                ],
            ),
        ),
        (
            "group-member-not-qualified",
            (
                "One of a pair lacks the attribute, one of another the solution: they stay "
                "out alone, and their partners are singles, while a pair that has both stays."
            ),
            _half_qualified(some),
        ),
        (
            "group-members-not-qualified-of-three",
            (
                "One of three has an excluded value and stays out, the others are a group; of "
                "another three two stay out, and the third is a single."
            ),
            _some_excluded(some),
        ),
        (
            "group-too-large-with-a-member-not-qualified",
            "Four signed where three are allowed: singles, though three of them qualify.",
            (
                (replace(_PAIRS, group_max=3, excludes=(_BEFORE,)),),
                _with_cohorts(together(some[:6], 0, 1, 2, 3), 3),
            ),
        ),
        (
            "excluded",
            "Who has no value is not excluded, who has another is not; the rest stay out.",
            (
                (replace(_SHARE, excludes=(_BEFORE, Exclusion("region", ("north",)))),),
                [
                    replace(
                        person, attributes=(("cohort_a", cohort), ("region", region))
                    )
                    for person, cohort, region in zip(
                        some[:6],
                        ("", "2027", "2028", "2029", "2029", "2027"),
                        ("", "North", "", "south", "north", "north"),
                        strict=True,
                    )
                ],
            ),
        ),
        (
            "group-member-not-qualified-alone",
            "If the pool takes no groups, each member enters alone or not at all.",
            (
                (replace(_PAIRS, group_max=1, requires=(_COHORT,)),),
                [
                    replace(person, attributes=(("cohort_a", "2029" if i else ""),))
                    for i, person in enumerate(together(some[:4], 0, 1))
                ],
            ),
        ),
        (
            "group-member-has-a-unit",
            "One of a pair has bought before and stays out; the partner is a single.",
            _bought_before(some),
        ),
    )


def _paired(people: Sequence[Entrant]) -> Sequence[Entrant]:
    paired = list(people)
    for first in range(0, len(paired), 2):
        paired = together(paired, first, first + 1)
    return paired


def _of_two_sizes() -> Sale:
    pool = replace(_PAIRS, supply=12, group_max=3, unsold="second")
    people: Sequence[Entrant] = numbered(*[Entrant(Nym(b""), 1, 10)] * 19)
    for first in range(0, 15, 3):
        people = together(people, first, first + 1, first + 2)
    people = together(together(people, 15, 16), 17, 18)
    return (pool, replace(pool, name="second", supply=3, unsold=None)), people


def _half_qualified(some: Sequence[Entrant]) -> Sale:
    pool = replace(_PAIRS, requires=(_COHORT,), puzzle=PUZZLE)
    fit = [
        replace(
            person,
            attributes=(("cohort_a", "2027" if i == 0 else "2028"),),
            solved=frozenset({"other"} if i == 3 else {"main"}),
        )
        for i, person in enumerate(some)
    ]
    return (pool,), together(together(together(fit, 0, 1), 2, 3), 4, 5)


def _with_cohorts(people: Sequence[Entrant], *before: int) -> Sequence[Entrant]:
    """Return the people, some of whom have a value of those who came before."""
    return [
        replace(person, attributes=(("cohort_a", "2029" if i in before else ""),))
        for i, person in enumerate(people)
    ]


def _some_excluded(some: Sequence[Entrant]) -> Sale:
    pool = replace(_PAIRS, supply=6, group_max=3, excludes=(_BEFORE,))
    people = together(together(some, 0, 1, 2), 3, 4, 5)
    return (pool,), _with_cohorts(people, 0, 3, 5)


def _bought_before(some: Sequence[Entrant]) -> Sale:
    early = replace(_SHARE, name="early", requires=(_COHORT,))
    cohorts = [
        replace(person, attributes=(("cohort_a", "" if i else "2029"),))
        for i, person in enumerate(some)
    ]
    return (early, _PAIRS), together(together(cohorts, 0, 1), 2, 3)


def _asked() -> Sequence[Row]:
    bids = ((40, 30), (41, 40), (30, 30), (9, 30), (None, 30), (30, 30), (30, 30))
    bidders = numbered(*(Entrant(Nym(b""), 1, money, bid=bid) for bid, money in bids))
    names = ("gold", "gold", "silver", "silver", "lead", None, "gold", "silver")
    funds = (50, 49, 20, 19, 90, 90, 50, 20)
    sponsors = numbered(
        *(
            Entrant(Nym(b""), 1, money, tier=name)
            for name, money in zip(names, funds, strict=True)
        )
    )
    crowded = numbered(*[Entrant(Nym(b""), 1, 60, tier="gold")] * 6)
    certain = Pool("main", Mechanism.LOTTERY, 3, 10, certain=2)
    return (
        (
            "void-bids",
            (
                "Bids above the deposit are void, one below the reserve does not count; of "
                "equal bids at the margin the first in the drawing order wins."
            ),
            ((_AUCTION,), bidders),
        ),
        (
            "bids-with-what-is-left",
            "A bid of 30 is 10 if 20 of 30 are spent; a bid above 30 stays void.",
            (
                (_SHARE, replace(_AUCTION, again=True)),
                [
                    replace(person, wants=3, amount=30, bid=bid)
                    for person, bid in zip(
                        bidders[:5], (30, 31, 29, 10, None), strict=True
                    )
                ],
            ),
        ),
        (
            "certain-seats-by-lot",
            "Three equal bids for two certain seats: the part draws, then the pool.",
            (
                (certain,),
                numbered(
                    *(
                        Entrant(Nym(b""), 1, 30, bid=b)
                        for b in (20, 20, 20, 15, None, 31)
                    )
                ),
            ),
        ),
        (
            "void-tiers",
            (
                "A tier that the deposit does not cover is void, and so is an unknown one; "
                "neither falls to a lower tier."
            ),
            ((_TIERS,), sponsors),
        ),
        (
            "missed-tiers",
            "Six want gold: one gets it, two get silver, three go on to the next pool.",
            ((_TIERS, replace(_SHARE, supply=2)), crowded),
        ),
        (
            "qualified",
            "Both attributes and the solution are needed; an empty value is none.",
            _qualified(),
        ),
    )


def _qualified() -> Sale:
    pool = replace(
        _SHARE,
        requires=(_COHORT, Requirement("region", ("north",))),
        puzzle=PUZZLE,
    )
    shown = (
        ("2028", "north", "share"),
        ("2029", "north", "share"),
        ("2027", "north", "share"),
        ("2028", "", "share"),
        ("2028", "North", "share"),
        ("2028", "north", "other"),
    )
    people = (
        Entrant(
            Nym(b""),
            2,
            20,
            attributes=(("cohort_a", cohort), ("region", region)),
            solved=frozenset({solved}),
        )
        for cohort, region, solved in shown
    )
    return (pool,), numbered(*people)


def _followed() -> Sequence[Row]:
    five = sample_entrants(*[(3, 60)] * 5)
    again = replace(_SHARE, name="again", again=True)
    return (
        (
            "roll-over",
            "What two pools leave is sold by the fourth; the third returns its own.",
            (
                (
                    replace(_SHARE, supply=9, cap=1, unsold="last"),
                    replace(_SHARE, name="third", supply=4),
                    replace(_SHARE, name="second", supply=3, unsold="last"),
                    replace(again, name="last", supply=1),
                ),
                five,
            ),
        ),
        (
            "roll-over-to-tiers",
            "What an earlier pool leaves comes to the dearest tier.",
            (
                (replace(_SHARE, supply=2, price=70, unsold="sponsors"), _TIERS),
                [replace(person, tier="gold") for person in five],
            ),
        ),
        (
            "without-again",
            "People with a unit do not enter the second pool; the others do.",
            ((replace(_SHARE, supply=3, cap=1), replace(_SHARE, name="second")), five),
        ),
        (
            "again",
            "Everybody enters again, with the units still wanted and the money left.",
            ((_SHARE, again), sample_entrants((3, 60), (3, 29), (2, 60), (9, 45))),
        ),
    )


def _sale(name: str, comment: str, sale: Sale) -> Case:
    pools, entrants = sale
    outcome = allocate(pools, entrants, SEED, SALE_ID)
    return accept(
        name,
        comment,
        sale_input(pools, entrants),
        {
            "pools": [_result(result) for result in outcome.pools],
            "totals": total_maps(outcome.totals),
            "returned": outcome.unsold,
        },
        {
            "groups": _groups(entrants),
            "pools": [_pool_trace(result) for result in outcome.pools],
        },
    )


def sale_input(
    pools: Sequence[Pool],
    entrants: Sequence[Entrant],
    seed: bytes = SEED,
    sale_id: bytes = SALE_ID,
) -> dict[str, Raw]:
    """Return what a sale is computed from."""
    return {
        "op": "sale",
        "pools": pool_maps(pools),
        "entrants": entrant_maps(entrants),
        "seed": seed,
        "sale_id": sale_id,
    }


def _result(result: PoolResult) -> dict[str, Raw]:
    return {
        "pool": result.pool.name,
        "supply": result.pool.supply,
        "awards": [
            {**award_map(award), "reason": award.reason.value}
            for award in result.awards
        ],
        "certificate": result.facts.to_json(),
        "unsold": result.unsold,
    }


def _groups(entrants: Sequence[Entrant]) -> list[Raw]:
    named: dict[bytes, list[Nym]] = {}
    for entrant in entrants:
        if entrant.group is not None:
            named.setdefault(entrant.group, []).append(entrant.nym)
    return [
        {
            "id": gid,
            "named_by": sorted(nyms),
            "id_of_these": group_id(SALE_ID, nyms),
            "formed": len(nyms) > 1 and gid == group_id(SALE_ID, nyms),
        }
        for gid, nyms in sorted(named.items())
    ]


def _pool_trace(result: PoolResult) -> Mapping[str, Raw]:
    pool, nyms = result.pool, tuple(award.nym for award in result.awards)
    lots = SeededLots(SEED, SALE_ID, pool.name, nyms)
    certain = [CERTAIN] if pool.certain else []
    parts = [lots.part(part) for part in (*certain, *(t.name for t in pool.tiers))]
    return {
        "orders": [order_map(order) for order in result.orders],
        "lots": [
            {"name": each.pool, "seed_L": each.pool_seed, "ranks": ranks}
            for each, ranks in (
                (lots, _ranks(lots, result)),
                *((part, part.ranks()) for part in parts),
            )
        ],
    }


def _ranks(lots: SeededLots, result: PoolResult) -> Sequence[bytes]:
    if result.pool.points is None:
        return lots.ranks()
    rows = zip(lots.nyms, result.orders, strict=True)
    return [best_rank(lots.pool_seed, nym, order.points) for nym, order in rows]
