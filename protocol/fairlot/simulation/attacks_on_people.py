"""Attacks on "one person, one deposit" (specs/simulation.md, section 13)."""

from collections.abc import Callable
from dataclasses import replace

from fairlot.allocation.redraw import redraw
from fairlot.allocation.run_pools import allocate
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
from fairlot.simulation.draws import seed_of, uniforms
from fairlot.simulation.entering import SALE, nym_of
from fairlot.terms.pool import Mechanism, Pool

_SHARE = Pool("main", Mechanism.EQUAL_SHARE, 40, P, cap=1)
_LOTTERY = Pool("main", Mechanism.LOTTERY, 10, P)


def _won(pool: Pool, people: int, own: int, seed: bytes) -> int:
    """Return how many units the first ``own`` of some entrants win."""
    units = units_in(pool, buyers(range(people)), seed)
    return sum(units[nym_of(number)] for number in range(own))


def _sybils(seed: int, runs: int) -> list[Target]:
    """28 times as much demand as there is, and one entity with 26 wallets."""
    wallets, others, cost = 26, 1120, 0.02

    def addresses(run: int) -> float:
        drawn = seed_of(seed, run, "sybils")
        many = _won(_SHARE, others + wallets, wallets, drawn)
        one = _won(_SHARE, others + 1, 1, drawn)
        return (many - one) * MARGIN - (wallets - 1) * cost

    def people(run: int) -> float:
        # All deposits of a person have one nym, and the last one counts.
        drawn = seed_of(seed, run, "sybils")
        final = {entrant.nym: entrant for entrant in buyers([0] * wallets)}
        rest = buyers(range(1, others + 1))
        many = units_in(_SHARE, [*final.values(), *rest], drawn)
        return (many[nym_of(0)] - _won(_SHARE, others + 1, 1, drawn)) * MARGIN

    return [
        target("cap per address", False, Sign.GAIN, addresses, runs),
        target("equal share, cap per person", True, Sign.NOTHING, people, runs),
    ]


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


def _identities(seed: int, runs: int) -> list[Target]:
    """A reseller buys 20 of 40 identities at 0.3 prices each."""
    bought, fee = 20, 0.3

    def kept(taken_back: float) -> Callable[[int], float]:
        def gain(run: int) -> float:
            drawn = seed_of(seed, run, "identities")
            back = uniforms(seed_of(seed, run, "back"), bought) < taken_back
            units = units_in(_LOTTERY, buyers(range(40)), drawn)
            left = sum(units[nym_of(i)] for i in range(bought) if not back[i])
            return left * MARGIN - bought * fee

        return gain

    return [
        target("accounts that stay sold", False, Sign.GAIN, kept(0), runs),
        target("lottery, 8 of 10 take theirs back", True, Sign.LOSS, kept(0.8), runs),
        target("lottery, all take theirs back", True, Sign.LOSS, kept(1), runs),
    ]


def _renting(seed: int, runs: int) -> list[Target]:
    """20 of 40 people enter for somebody who pays half a price to each winner."""
    rented, fee = 20, 0.5

    def handed(worth: float) -> Callable[[int], float]:
        def gain(run: int) -> float:
            drawn = seed_of(seed, run, "renting")
            return _won(_LOTTERY, 40, rented, drawn) * (worth / P - 1 - fee)

        return gain

    return [
        target("units that can be handed on", False, Sign.GAIN, handed(WORTH), runs),
        target("lottery, units handed on", True, Sign.GAIN, handed(WORTH), runs),
        target("lottery, winners come in person", True, Sign.LOSS, handed(0), runs),
    ]


def _bribing(seed: int, runs: int) -> list[Target]:
    """Somebody who waits pays a winner 1.5 prices for not coming."""
    people, bribe = 30, 1.5

    def listed(_run: int) -> float:
        return MARGIN - bribe

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
        "one entity with 26 wallets among 1,120 people, 28 times as many as units",
        "0.02 prices for each wallet more",
        "a person has one leaf, so one nym, and the last deposit of a nym counts",
        _sybils,
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
        "identities",
        "buying identities",
        "a reseller, and 20 people who sell theirs",
        "0.3 prices for each identity",
        "who has sold an identity takes it back, with all that it won, before the unlock",
        _identities,
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
