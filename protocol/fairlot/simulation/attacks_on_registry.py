"""Attacks on who may take part (specs/simulation.md, section 13)."""

from collections.abc import Callable, Sequence

from fairlot.simulation.attack import (
    MARGIN,
    Attack,
    ByShare,
    P,
    Sign,
    Target,
    buyers,
    target,
    units_in,
)
from fairlot.simulation.draws import seed_of
from fairlot.simulation.entering import nym_of
from fairlot.simulation.estimates import Estimate, estimate, ratio
from fairlot.simulation.staged import IN_TIME, NEVER, TOO_LATE, kept_by_buyers
from fairlot.simulation.staged_entry import BEHIND, ON_ROLL, deposits_taken
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


_BOUGHT, _FEE = 20, 0.3


def _won(seed: int, run: int) -> list[int]:
    """Return what each of the bought identities wins, beside 20 others."""
    drawn = seed_of(seed, run, "identities")
    units = units_in(_LOTTERY, buyers(range(2 * _BOUGHT)), drawn)
    return [units[nym_of(number)] for number in range(_BOUGHT)]


def _kept(won: Sequence[int], stays: Sequence[int]) -> float:
    """Return the gain if of each so many identities the buyer keeps these."""
    left = sum(units * stays[i % len(stays)] for i, units in enumerate(won))
    return left * MARGIN - _BOUGHT * _FEE


def _identities(seed: int, runs: int) -> list[Target]:
    """A reseller buys 20 of 40 identities at 0.3 prices each."""
    kept = kept_by_buyers()

    def keeping(stays: Sequence[int]) -> Callable[[int], float]:
        return lambda run: _kept(_won(seed, run), stays)

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


def taken_back(seed: int, runs: int) -> ByShare:
    """Return the gain from bought identities by how many of them are taken back in time.

    Args:
        seed: of the simulation.
        runs: how many.
    """
    kept = kept_by_buyers()
    found = [sum(_won(seed, run)) * MARGIN for run in range(runs)]
    paid_for = _BOUGHT * _FEE
    points: list[tuple[float, Estimate]] = []
    for back in range(_BOUGHT + 1):
        share = back / _BOUGHT
        # Each of them is as likely to be among those who do.
        stays = share * kept[IN_TIME] + (1 - share) * kept[NEVER]
        points.append((share, estimate([won * stays - paid_for for won in found])))
    # What is paid is lost; what is won is lost with the share that is taken back.
    paid = ratio([paid_for] * runs, found)
    even = Estimate(1 - paid.mean, 1 - paid.high, 1 - paid.low, runs)
    return ByShare("take theirs back in time", tuple(points), even)


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
        taken_back,
    ),
)
"""In the order of the lab."""
