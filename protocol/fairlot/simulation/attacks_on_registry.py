"""Attacks on who may take part (specs/simulation.md, section 13)."""

from collections.abc import Callable, Sequence

from fairlot.simulation.attack import (
    MARGIN,
    Attack,
    P,
    Sign,
    Target,
    buyers,
    target,
    units_in,
)
from fairlot.simulation.draws import seed_of
from fairlot.simulation.entering import nym_of
from fairlot.simulation.staged import (
    BEHIND,
    IN_TIME,
    NEVER,
    ON_ROLL,
    TOO_LATE,
    deposits_taken,
    kept_by_buyers,
)
from fairlot.terms.pool import Mechanism, Pool

_LOTTERY = Pool("main", Mechanism.LOTTERY, 10, P)


def _late(seed: int, runs: int) -> list[Target]:
    """10 names are registered for somebody, beside 30 people who want 10 units."""
    names, others, fee = 10, 30, 0.02
    taken = deposits_taken()

    def entering(deposits: int) -> Callable[[int], float]:
        own = names * deposits

        def gain(run: int) -> float:
            drawn = seed_of(seed, run, "late")
            units = units_in(_LOTTERY, buyers(range(own + others)), drawn)
            won = sum(units[nym_of(number)] for number in range(own))
            return won * MARGIN - own * fee

        return gain

    on, behind = entering(taken[ON_ROLL]), entering(taken[BEHIND])
    return [
        target("a list that is open to the end", False, Sign.GAIN, on, runs),
        target("lottery, registered behind the roll", True, Sign.NOTHING, behind, runs),
        target("lottery, invented before the roll", True, Sign.GAIN, on, runs),
    ]


def _identities(seed: int, runs: int) -> list[Target]:
    """A reseller buys 20 of 40 identities at 0.3 prices each."""
    bought, fee = 20, 0.3
    kept = kept_by_buyers()

    def keeping(stays: Sequence[int]) -> Callable[[int], float]:
        """Return the gain if of each so many identities the buyer keeps these."""

        def gain(run: int) -> float:
            drawn = seed_of(seed, run, "identities")
            units = units_in(_LOTTERY, buyers(range(40)), drawn)
            left = sum(units[nym_of(i)] * stays[i % len(stays)] for i in range(bought))
            return left * MARGIN - bought * fee

        return gain

    most = [kept[IN_TIME]] * 4 + [kept[NEVER]]
    told = (
        ("accounts that stay sold", False, Sign.GAIN, [1]),
        ("lottery, nobody takes theirs back", True, Sign.GAIN, [kept[NEVER]]),
        ("lottery, all after the unlock", True, Sign.GAIN, [kept[TOO_LATE]]),
        ("lottery, 4 of 5 take theirs back", True, Sign.LOSS, most),
        ("lottery, all take theirs back", True, Sign.LOSS, [kept[IN_TIME]]),
    )
    return [
        target(way, ours, sign, keeping(stays), runs) for way, ours, sign, stays in told
    ]


ON_REGISTRY = (
    Attack(
        "late",
        "registering once a sale is known",
        "somebody with 10 names, and an attester who does not look",
        "0.02 prices for each name that enters",
        "OPEN fixes the roll, and who is registered behind it has no credential for it; "
        "nothing against names invented before, but attesters who look",
        _late,
    ),
    Attack(
        "identities",
        "buying identities",
        "a reseller, and 20 people who sell theirs",
        "0.3 prices for each identity",
        "who has sold an identity takes it back, with all that it won, before the unlock; "
        "nothing where they do not",
        _identities,
    ),
)
"""In the order of the lab."""
