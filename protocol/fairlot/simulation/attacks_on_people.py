"""Attacks on "one person, one deposit" (specs/simulation.md, section 13)."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

from fairlot.allocation.lots import SeededLots
from fairlot.allocation.redraw import redraw
from fairlot.allocation.run_pools import (
    Gathered,
    allocate,
    allocate_gathered,
    gathered,
)
from fairlot.deposit.puzzle import answer_key
from fairlot.simulation.attack import (
    MARGIN,
    WORTH,
    Attack,
    P,
    Sign,
    Target,
    buyers,
    target,
    units_in,
)
from fairlot.simulation.comparators import Bots, first_come
from fairlot.simulation.crowds import MODELS, draw_crowd
from fairlot.simulation.draws import seed_of
from fairlot.simulation.entering import SALE, nym_of
from fairlot.simulation.estimates import estimate
from fairlot.simulation.staged_entry import CUSTOMER, let_in, positions_held
from fairlot.terms.pool import Mechanism, Pool

DEMAND, WALLETS = 27.8, 26
"""Of the MegaETH sale of October 2025, in which 53,000 took part: how many times as much as
there was they asked for, and by how many wallets one entity took part."""
_WALLET_COST = 0.02
_DEPOSITS = 3
"""Those of one person that a sale is shown."""
_PEOPLE = 53_000
_SCALED = 1_060
"""A fiftieth: what a wallet wins on average, 1/27.8, does not depend on the number."""
_LOTTERY = Pool("main", Mechanism.LOTTERY, 10, P)


def _won(pool: Pool, people: int, own: int, seed: bytes) -> int:
    """Return how many units the first ``own`` of some entrants win."""
    units = units_in(pool, buyers(range(people)), seed)
    return sum(units[nym_of(number)] for number in range(own))


def sybils(people: int, seed: int, runs: int) -> list[Target]:
    """Play a sale with as much demand as MegaETH's, in which one entity has 26 wallets.

    Args:
        people: others who want one unit each.
        seed: of the simulation.
        runs: how many.
    """
    pool = Pool("main", Mechanism.EQUAL_SHARE, round(people / DEMAND), P, cap=1)
    rest = buyers(range(WALLETS, WALLETS + people))

    def sale(own: int) -> Gathered:
        return gathered([pool], [*buyers(range(own)), *rest], SALE)

    def won(known: Gathered, run: int) -> int:
        drawn = seed_of(seed, run, "sybils")
        totals = allocate_gathered([pool], known, drawn, SALE).totals
        return sum(total.units for total in totals[:WALLETS] if total.nym < rest[0].nym)

    one, wallets = sale(1), sale(WALLETS)
    # The positions of one person who makes some deposits say how many of 26 would count.
    more = (positions_held(_DEPOSITS) - 1) * (WALLETS - 1) // (_DEPOSITS - 1)
    deposits = sale(1 + more)

    def addresses(run: int) -> float:
        better = won(wallets, run) - won(one, run)
        return better * MARGIN - (WALLETS - 1) * _WALLET_COST

    def persons(run: int) -> float:
        return (won(deposits, run) - won(one, run)) * MARGIN

    return [
        target("cap per address", False, Sign.GAIN, addresses, runs),
        sybils_of_all(_PEOPLE, seed),
        target("equal share, cap per person", True, Sign.NOTHING, persons, runs),
    ]


@cache
def sybils_of_all(people: int, seed: int) -> Target:
    """Play the whole sale once, and let each 26 entrants in turn be the entity's wallets.

    Lots do not know whose a nym is, so that one draw shows what each 26 would win; the draw
    without the other 25 has the same ranks. Units that some win others do not, so that the
    interval is, if anything, too long.

    Args:
        people: others who want one unit each.
        seed: of the simulation.
    """
    pool = Pool("main", Mechanism.EQUAL_SHARE, round(people / DEMAND), P, cap=1)
    drawn = seed_of(seed, 0, "all sybils")
    many, few = (
        [total.units for total in allocate([pool], coming, drawn, SALE).totals]
        for coming in (buyers(range(people + WALLETS)), buyers(range(people + 1)))
    )
    found = [
        (sum(many[first : first + WALLETS]) - few[first]) * MARGIN
        - (WALLETS - 1) * _WALLET_COST
        for first in range(0, people, WALLETS)
    ]
    way = f"cap per address, all {people:,} people, each {WALLETS} in turn"
    return Target(way, False, estimate(found), max(found), Sign.GAIN)


def _bots(seed: int, runs: int) -> list[Target]:
    count, supply = 60, 8

    def race(run: int) -> float:
        drawn = seed_of(seed, run, "bots")
        crowd = draw_crowd(MODELS["exponential"], drawn, count, P)
        fast = first_come(supply, P, Bots(1 / count, 1000), crowd, drawn).outside
        slow = first_come(supply, P, Bots(1 / count, 1), crowd, drawn).outside
        return (fast - slow) * MARGIN

    def deposits(run: int) -> float:
        drawn = seed_of(seed, run, "bots")
        people = buyers(range(count))
        first = units_in(_LOTTERY, people, drawn)[nym_of(0)]
        last = units_in(_LOTTERY, people[::-1], drawn)[nym_of(0)]
        return (first - last) * MARGIN

    return [
        target("first come, first served", False, Sign.GAIN, race, runs),
        target("lottery", True, Sign.NOTHING, deposits, runs),
    ]


def _renting(seed: int, runs: int) -> list[Target]:
    """20 of 40 people enter for somebody who pays half a price to each winner.

    Behind a gate a unit is worth to this somebody what the gate hands them.
    """
    rented, fee = 20, 0.5
    gated = WORTH * let_in()[CUSTOMER]

    def handed(worth: float) -> Callable[[int], float]:
        def gain(run: int) -> float:
            drawn = seed_of(seed, run, "renting")
            return _won(_LOTTERY, 40, rented, drawn) * (worth / P - 1 - fee)

        return gain

    return [
        target("units that can be handed on", False, Sign.GAIN, handed(WORTH), runs),
        target("lottery, units handed on", True, Sign.GAIN, handed(WORTH), runs),
        target("lottery, winners come in person", True, Sign.LOSS, handed(gated), runs),
    ]


def _bribing(seed: int, runs: int) -> list[Target]:
    """Somebody who waits pays a winner 1.5 prices for not coming."""
    people, bribe = 30, 1.5

    def listed(run: int) -> float:
        # Whoever waits knows the list: the first on it gets the seat that comes free.
        drawn = seed_of(seed, run, "bribing")
        nyms = [entrant.nym for entrant in buyers(range(people))]
        order = SeededLots(drawn, SALE, "main", tuple(nyms)).permutation()
        briber = order[_LOTTERY.supply]
        coming = [i for i in order if i != order[0]][: _LOTTERY.supply]
        return coming.count(briber) * MARGIN - bribe

    def drawn_again(run: int) -> float:
        drawn = seed_of(seed, run, "bribing")
        entrants = buyers(range(people))
        first = allocate([_LOTTERY], entrants, drawn, SALE)
        winners = [total.nym for total in first.totals if total.units]
        waiting = next(total.nym for total in first.totals if not total.units)
        after = redraw(
            *([_LOTTERY], entrants, SALE, first, {"main"}, set(winners[1:])),
            seed_of(seed, run, "again"),
        )
        total = after.of(waiting)
        won = total.units if total else 0
        return won * MARGIN - bribe

    return [
        target("waiting list in a known order", False, Sign.GAIN, listed, runs),
        target("lottery, lapsed seats drawn again", True, Sign.LOSS, drawn_again, runs),
    ]


def _guessing(seed: int, runs: int) -> list[Target]:
    """Try all of 50 likely answers; a long answer is not among them."""
    words = [f"answer {number}" for number in range(50)]

    def solving(answer: str) -> Callable[[int], float]:
        key = answer_key(answer).public
        pool = Pool("main", Mechanism.LOTTERY, 10, P, puzzle=key)
        found = any(answer_key(word).public == key for word in words)
        guesser = replace(buyers([0])[0], solved=frozenset({"main"} if found else ()))
        honest = [
            replace(entrant, solved=frozenset({"main"}))
            for entrant in buyers(range(1, 20))
        ]

        def gain(run: int) -> float:
            drawn = seed_of(seed, run, "guessing")
            return units_in(pool, [guesser, *honest], drawn)[nym_of(0)] * MARGIN

        return gain

    return [
        target(
            "puzzle with a short answer", True, Sign.GAIN, solving("answer 7"), runs
        ),
        target(
            "puzzle with a long answer",
            *(True, Sign.NOTHING, solving("nobody lists this one"), runs),
        ),
    ]


ON_PEOPLE = (
    Attack(
        "sybils",
        "many identities of one entity",
        "one entity with 26 wallets among 1,060 people, 27.8 times as many as units",
        "0.02 prices for each wallet more",
        "a person has one leaf, so one nym, and the last deposit of a nym counts",
        partial(sybils, _SCALED),
    ),
    Attack(
        "bots",
        "a program that is faster than people",
        "one program for 4 units",
        "none",
        "only the set of deposits at CLOSE counts",
        _bots,
    ),
    Attack(
        "renting",
        "paying people to take part",
        "a reseller, and 20 people who keep their identities",
        "half a price for each who wins",
        "nothing where units can be handed on; a gate that winners pass in person",
        _renting,
    ),
    Attack(
        "bribing",
        "bribing a winner not to come",
        "somebody who waits, and one winner",
        "1.5 prices",
        "seats that lapse are drawn again among all who wait",
        _bribing,
    ),
    Attack(
        "guessing",
        "guessing the answer of a puzzle",
        "one person with a list of likely answers",
        "a hash a guess",
        "nothing, where the answer is short or known: choose a long one",
        _guessing,
    ),
)
"""In the order of the lab."""
