"""Vectors of the odds before the draw (specs/odds.md)."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from fairlot.allocation.entering import Entrant
from fairlot.allocation.odds import PoolOdds, sale_odds
from fairlot.allocation.prospect import Prospect
from fairlot.allocation.shape import Chance
from fairlot.allocation.whole_odds import whole_sale_odds
from fairlot.fields import UINT_MAX
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Option, Pool, Requirement, Tier
from generators.allocation_sales import everything
from generators.allocation_setting import (
    SALE_ID,
    entrant_maps,
    numbered,
    pool_maps,
    sample_entrants,
    together,
)
from generators.case import Case, Chapter, Raw, accept, reject

_Row = tuple[str, str, Sequence[Pool], Sequence[Entrant]]

_SHARE = Pool("share", Mechanism.EQUAL_SHARE, 7, 10, 3)
_SEATS = Pool("seats", Mechanism.LOTTERY, 2, 10)
_PAIRS = Pool("pairs", Mechanism.LOTTERY, 8, 10, group_max=2)
_TIERS = Pool(
    "sponsors",
    Mechanism.TIERS,
    3,
    tiers=(Tier("gold", 50, 1), Tier("silver", 20, 2)),
)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "odds",
        "`op` odds: from pools (as in the terms), entrants and sale_id compute for each "
        "pool the supply that is known, how many enter (at least, at most), the nyms of "
        "who enters, or may, and the pools on whose draw the odds depend. If there are "
        "any, chances is null; else it holds, in the order of the nyms, the least units, "
        "the chance of one more, and that of each part that has any (the empty text is "
        "the pool itself); then unsold is what is left on average, and unsold_certain "
        "whether lots cannot change it, and error how far each chance may be from the true "
        "one; 0/1 asks for exact ones. alike is the chance of whoever enters, where only "
        "who that is depends on a draw, else null. whole holds for each nym, ascending, the "
        "chance of at least one unit of the whole sale, and its units on average; it is null "
        "where a pool counts points. Chances are "
        "fractions a/b in lowest terms.",
        (*_accepted(), *_refused()),
    )


def _accepted() -> Sequence[Case]:
    rows = (*_of_one(), *_of_several())
    return [_odds(*row) for row in rows]


def _of_one() -> Sequence[_Row]:
    five = numbered(*[Entrant(Nym(b""), 1, 10)] * 5)
    twelve = numbered(*[Entrant(Nym(b""), 1, 10)] * 12)
    paired = together(together(twelve, 0, 1), 2, 3)
    pairs: Sequence[Entrant] = twelve
    for first in range(0, 12, 2):
        pairs = together(pairs, first, first + 1)
    threes = replace(_PAIRS, supply=12, group_max=3)
    uneven: Sequence[Entrant] = numbered(*[Entrant(Nym(b""), 1, 10)] * 15)
    for members in ((0, 1, 2), (3, 4, 5), (6, 7, 8), (9, 10), (11, 12)):
        uneven = together(uneven, *members)
    bids = (30, 30, 30, 20, None, 9)
    bidders = numbered(*(Entrant(Nym(b""), 1, 40, bid=bid) for bid in bids))
    tiers = ("gold", "gold", "gold", "silver", "silver", None)
    sponsors = numbered(*(Entrant(Nym(b""), 1, 60, tier=tier) for tier in tiers))
    return (
        ("nobody", "Nobody comes: all is unsold.", (_SHARE,), []),
        (
            "shares",
            "Two units for certain, and one of the two that are left with 2/3.",
            (replace(_SHARE, supply=9),),
            sample_entrants((9, 90), (9, 90), (9, 30), (1, 90)),
        ),
        (
            "squares",
            "Two can pay three units, one two: one unit is left for the first two.",
            (Pool("squares", Mechanism.QUADRATIC, 7, 10, 3),),
            sample_entrants((9, 90), (9, 90), (9, 40), (9, 9)),
        ),
        ("lottery", "Two seats for five: 2/5 for each.", (_SEATS,), five),
        ("enough", "Seats for all.", (replace(_SEATS, supply=5),), five),
        (
            "groups",
            "Groups change nobody's chance: 8/12.",
            (_PAIRS,),
            paired,
        ),
        (
            "groups-pairs",
            "Pairs only: nothing is left, 8/12.",
            (_PAIRS,),
            pairs,
        ),
        (
            "groups-uneven",
            "Sizes 3 and 2 with two singles: 12/15, and every unit is sold.",
            (threes,),
            uneven,
        ),
        (
            "points",
            "Chances in proportion to 4 and 3 of 9 points, and so on; who has none is out.",
            (replace(_SEATS, points="years"),),
            _waiting(4, 3, 1, 1, 0),
        ),
        (
            "points-of-many",
            "Sixty people with three numbers of points: not exact, to within the error.",
            (replace(_SEATS, supply=17, points="years"),),
            _waiting(*[1] * 20, *[2] * 20, *[7] * 20),
        ),
        (
            "auction",
            "Three equal bids for two seats.",
            (Pool("auction", Mechanism.AUCTION, 2, 10),),
            bidders,
        ),
        (
            "certain-seats",
            "A certain seat with 2/3, else the lottery; in parts.",
            (replace(_SEATS, supply=4, certain=2),),
            bidders,
        ),
        (
            "tiers",
            "Whoever misses gold has the chances of silver.",
            (_TIERS,),
            sponsors,
        ),
    )


def _of_several() -> Sequence[_Row]:
    pools, people = everything()
    five = numbered(*[Entrant(Nym(b""), 2, 60)] * 5)
    second = replace(_SEATS, name="second")
    north = Requirement("region", ("north",))
    split = [
        replace(person, attributes=(("region", "north" if i < 2 else "south"),))
        for i, person in enumerate(five)
    ]
    rich = [replace(person, tier="gold") for person in five[:2]]
    return (
        ("every-mechanism", "A sale with a pool of every mechanism.", pools, people),
        (
            "depends-on-winners",
            "Two of five win first: three enter the second pool, nobody knows who.",
            (_SEATS, second),
            five,
        ),
        (
            "depends-on-money",
            "Everybody enters again; what the winners have left is left to chance.",
            (_SEATS, replace(_SHARE, again=True)),
            five,
        ),
        (
            "depends-on-supply",
            "The table leaves a number of units to chance, and the next pool with it.",
            (
                replace(_PAIRS, supply=12, group_max=3, unsold="last"),
                replace(_PAIRS, name="last", supply=3, price=9, group_max=3),
            ),
            _leaving(),
        ),
        (
            "known-winners",
            "People who surely win first do not enter; the second pool is exact.",
            (replace(_SEATS, requires=(north,), unsold="second"), second),
            split,
        ),
        (
            "known-payment",
            "All get two units for certain, and what they have left is known.",
            (replace(_SHARE, supply=10, unsold="last"), replace(_AGAIN, name="last")),
            [replace(person, wants=4) for person in five],
        ),
        (
            "sure-of-a-unit",
            "A person who surely has a unit does not enter, whatever more they may get.",
            (replace(_SHARE, supply=7), second),
            five,
        ),
        (
            "sure-of-a-seat-not-of-its-price",
            "Both get a seat, one gold, one silver: what is left to pay depends on it.",
            (_TIERS, _AGAIN),
            rich,
        ),
        *_of_the_whole(five),
        (
            "choices-then-lottery",
            "Who gets no date comes to the lottery: turns decide who, and how many are left.",
            (
                Pool(
                    "dates",
                    Mechanism.CHOICES,
                    3,
                    options=(
                        Option("july", 50, 1),
                        Option("may", 20, 1),
                        Option("june", 30, 1),
                    ),
                ),
                replace(_SEATS, supply=1),
            ),
            numbered(
                *(
                    Entrant(Nym(b""), 1, 60, choices=listed)
                    for listed in ((0,), (0, 1), (0, 1), (1, 0, 2), (2,), (2, 1))
                )
            ),
        ),
        (
            "points-then-lottery",
            "Who wins by points is open, how many is not: 2/3 for whoever is left.",
            (
                replace(_SEATS, name="first", points="years"),
                replace(_SEATS, name="last"),
            ),
            _waiting(4, 3, 1, 1, 2),
        ),
        (
            "losers-in-between",
            "One of three wins first; two may win the second pool before the third.",
            (
                replace(_SEATS, supply=1),
                replace(second, supply=1, requires=(north,)),
                replace(_SEATS, name="third", supply=5),
            ),
            split[1:4],
        ),
    )


def _of_the_whole(five: Sequence[Entrant]) -> Sequence[_Row]:
    """Return sales whose pools have to be weighed against each other."""
    low = Requirement("income", ("low",))
    fourteen = [
        replace(person, attributes=(("income", "low"),) if i < 6 else ())
        for i, person in enumerate(numbered(*[Entrant(Nym(b""), 1, 0)] * 14))
    ]
    homes = Pool("low-income", Mechanism.LOTTERY, 2, requires=(low,), unsold="rest")
    rest = Pool("rest", Mechanism.LOTTERY, 3)
    buckets = [
        Pool(
            f"bucket-{i}",
            Mechanism.LOTTERY,
            int(i == 1),
            unsold=None if i == 3 else f"bucket-{i + 1}",
            requires=(Requirement("bucket", (str(i),)),),
        )
        for i in (1, 2, 3)
    ]
    three = [
        replace(person, attributes=(("bucket", bucket),))
        for person, bucket in zip(fourteen[:3], "223", strict=True)
    ]
    mixed = [
        replace(person, attributes=(("income", "low"),) if i < 3 else ())
        for i, person in enumerate(five)
    ]
    pairs = together(together(five, 0, 1), 2, 3)
    return (
        (
            "two-chances",
            "1/3, and else 3/12 as everybody else: 1/2 and 1/4 over the sale.",
            (homes, rest),
            fourteen,
        ),
        (
            "passed-on",
            "Nobody is of bucket 1: its home goes to one of the two of bucket 2.",
            buckets,
            three,
        ),
        (
            "not-all-losers-enter",
            "How many of the three enter second depends on the draw: it is averaged.",
            (_SEATS, replace(_SEATS, name="second", supply=1, requires=(low,))),
            mixed,
        ),
        (
            "pairs-drawn-alone-before",
            "One of a pair may win alone; the other is then a single in the next draw.",
            (replace(_SEATS, supply=1), replace(_PAIRS, supply=2)),
            [replace(person, wants=1) for person in pairs],
        ),
        (
            "what-groups-leave-passes-on",
            "Groups may leave a seat, which the next pool sells.",
            (
                replace(_PAIRS, supply=2, unsold="second"),
                replace(_PAIRS, name="second", supply=2),
            ),
            [replace(person, wants=1) for person in pairs],
        ),
        (
            "one-more-by-lot-again",
            "Whoever gets a second unit pays for it and has nothing left for the last.",
            (
                replace(_SHARE, supply=7, cap=2),
                replace(_AGAIN, supply=2, price=40, cap=1),
            ),
            [replace(person, wants=3) for person in five],
        ),
    )


_AGAIN = replace(_SHARE, name="again", again=True)


def _waiting(*years: int) -> Sequence[Entrant]:
    """Return people who have waited for some years."""
    return numbered(
        *(Entrant(Nym(b""), 1, 10, attributes=(("years", str(y)),)) for y in years)
    )


def _leaving() -> Sequence[Entrant]:
    """Return groups of 3 and 2, and two people who can pay the second pool only."""
    people: Sequence[Entrant] = numbered(
        *[Entrant(Nym(b""), 1, 10)] * 13, *[Entrant(Nym(b""), 1, 9)] * 2
    )
    for members in ((0, 1, 2), (3, 4, 5), (6, 7, 8), (9, 10), (11, 12)):
        people = together(people, *members)
    return people


def _odds(
    name: str, comment: str, pools: Sequence[Pool], entrants: Sequence[Entrant]
) -> Case:
    known = sale_odds(pools, entrants, SALE_ID)
    whole = whole_sale_odds(pools, entrants, SALE_ID)
    if whole is None and not any(pool.points for pool in pools):
        raise ValueError(f"{name} has too many outcomes for a vector")
    output: dict[str, Raw] = {
        "pools": [_pool(each) for each in known],
        "whole": None
        if whole is None
        else [_prospect(nym, prospect) for nym, prospect in whole.items()],
    }
    return accept(name, comment, _input(pools, entrants, SALE_ID), output)


def _input(
    pools: Sequence[Pool], entrants: Sequence[Entrant], sale_id: bytes
) -> dict[str, Raw]:
    return {
        "op": "odds",
        "pools": pool_maps(pools),
        "entrants": entrant_maps(entrants),
        "sale_id": sale_id,
    }


def _pool(known: PoolOdds) -> dict[str, Raw]:
    exact = known.odds
    return {
        "pool": known.pool.name,
        "supply": known.pool.supply,
        "entering": known.entering,
        "nyms": known.nyms,
        "depends_on": known.depends_on,
        "chances": None if exact is None else [_chance(c) for c in exact.chances],
        "unsold": None if exact is None else _fraction(exact.expected_unsold),
        "unsold_certain": None if exact is None else exact.unsold_certain,
        "error": None if exact is None else _fraction(exact.error),
        "alike": None if known.alike is None else _fraction(known.alike),
    }


def _prospect(nym: Nym, prospect: Prospect) -> dict[str, Raw]:
    return {
        "nym": nym,
        "chance": _fraction(prospect.chance),
        "expected": _fraction(prospect.expected),
    }


def _chance(chance: Chance) -> dict[str, Raw]:
    return {
        "least": chance.least,
        "more": _fraction(chance.more),
        "parts": {part: _fraction(share) for part, share in chance.parts.items()},
    }


def _fraction(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"


def _refused() -> Sequence[Case]:
    first, second = sample_entrants((1, 10), (1, 10))
    nyms: tuple[tuple[str, str, str, Sequence[Entrant]], ...] = (
        (
            "duplicate-nym",
            "A nym has one final deposit; otherwise everybody's odds would be too small.",
            "allocation.duplicate-nym",
            [first, second, first],
        ),
        (
            "duplicate-nym-with-another-order",
            "A nym has one final deposit, whatever the orders ask.",
            "allocation.duplicate-nym",
            [first, second, replace(first, wants=2, amount=20)],
        ),
        *(
            (
                f"nym-of-{length}-bytes",
                "A nym has 48 bytes; this is nobody who could be drawn.",
                "allocation.nym-length",
                [first, replace(second, nym=Nym((second.nym + b"\x00")[:length]))],
            )
            for length in (0, 47, 49)
        ),
    )
    numbers = [
        (
            f"{field}-{word}",
            f"{field} is a uint64; it could not have been in a deposit.",
            "allocation.range",
            [first, _with(second, field, number)],
        )
        for field in ("wants", "deposit", "bid")
        for word, number in (
            ("negative", -1),
            ("above-64-bits", UINT_MAX + 1),
            ("far-below", -UINT_MAX),
            ("far-above", 2 * UINT_MAX),
        )
    ]
    ids = (SALE_ID[:-1], SALE_ID + b"\x00", b"", SALE_ID * 2)
    return [
        *(_refused_odds(*row, SALE_ID) for row in (*nyms, *numbers)),
        *(
            _refused_odds(
                f"sale-id-of-{len(sale_id)}-bytes",
                "sale_id has 32 bytes; group ids would not be bound to one sale.",
                "allocation.seed-length",
                [first, second],
                sale_id,
            )
            for sale_id in ids
        ),
        _refused_odds(
            "nobody-in-no-sale",
            "sale_id has 32 bytes even where no group could have formed.",
            "allocation.seed-length",
            [],
            bytes(31),
        ),
    ]


def _with(entrant: Entrant, field: str, number: int) -> Entrant:
    match field:
        case "wants":
            return replace(entrant, wants=number)
        case "deposit":
            return replace(entrant, amount=number)
        case _:
            return replace(entrant, bid=number)


def _refused_odds(
    name: str, rule: str, code: str, entrants: Sequence[Entrant], sale_id: bytes
) -> Case:
    pools = (_SHARE,)
    inputs = _input(pools, entrants, sale_id)
    return reject(name, rule, code, inputs, lambda: sale_odds(pools, entrants, sale_id))
