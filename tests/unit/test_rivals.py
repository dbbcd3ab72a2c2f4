"""Among whom a place in the drawing order is told."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fairlot.allocation.entering import Entrant
from fairlot.allocation.lots import pool_seed, rank
from fairlot.allocation.outcome import PoolResult
from fairlot.allocation.rivals import rivals
from fairlot.allocation.run_pools import allocate
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Pool, Tier

SALE, SEED = bytes(32), bytes(range(32))
LOTTERY = Pool("main", Mechanism.LOTTERY, 2, 10)


def nym(i: int) -> Nym:
    return Nym(i.to_bytes(48, "big"))


def made(count: int) -> list[Entrant]:
    return [Entrant(nym(i), 1, 10, bid=10, tier="gold") for i in range(count)]


def drawn(pool: Pool, entrants: Sequence[Entrant]) -> PoolResult:
    (result,) = allocate([pool], entrants, SEED, SALE).pools
    return result


def told(pool: Pool, entrants: Sequence[Entrant]) -> list[int]:
    """Return among how many each is told a place; check that the first of them got more."""
    result = drawn(pool, entrants)
    seed = pool_seed(SEED, SALE, pool.name)
    found: list[int] = []
    for award in result.awards:
        among = rivals(result, award.nym)
        found.append(len(among))
        assert not among or award.nym in among
        ordered = sorted(among, key=lambda who: (rank(seed, who), who))
        units = [other.units for who in ordered if (other := result.of(who))]
        assert units == sorted(units, reverse=True)
        assert not among or len(set(units)) == 2
    return found


@pytest.mark.parametrize(
    ("pool", "entrants", "expected"),
    [
        (LOTTERY, made(5), [5] * 5),
        (LOTTERY, [replace(made(1)[0], amount=9), *made(5)[1:]], [0, 4, 4, 4, 4]),
        (replace(LOTTERY, supply=5), made(5), [0] * 5),
        (replace(LOTTERY, supply=0), made(3), [0] * 3),
        (
            Pool("main", Mechanism.EQUAL_SHARE, 4, 1, 3),
            [replace(person, wants=1 + (i > 0)) for i, person in enumerate(made(3))],
            [0, 2, 2],
        ),
        (
            Pool("main", Mechanism.EQUAL_SHARE, 4, 1, 2),
            [replace(person, wants=2) for person in made(2)],
            [0, 0],
        ),
        (
            Pool("main", Mechanism.AUCTION, 2, 1),
            [replace(p, bid=bid) for p, bid in zip(made(4), (9, 5, 5, 3), strict=True)],
            [0, 2, 2, 0],
        ),
        (
            replace(LOTTERY, certain=1),
            [replace(made(1)[0], amount=20, bid=20), *made(4)[1:]],
            [0, 3, 3, 3],
        ),
        (
            Pool("main", Mechanism.TIERS, 1, tiers=(Tier("gold", 10, 1),)),
            made(3),
            [0, 0, 0],
        ),
    ],
    ids=[
        "lottery",
        "who-cannot-pay",
        "enough",
        "nothing",
        "share",
        "even-share",
        "equal-bids",
        "certain",
        "tiers",
    ],
)
def test_whom_the_drawing_order_parts(
    pool: Pool, entrants: Sequence[Entrant], expected: list[int]
) -> None:
    assert told(pool, entrants) == expected


def test_groups_have_an_order_of_their_own() -> None:
    """The drawing order parts the singles by their places, and nobody else."""
    pair = group_id(SALE, [nym(0), nym(1)])
    people = [replace(p, group=pair if i < 2 else None) for i, p in enumerate(made(9))]
    pool = replace(LOTTERY, supply=4, group_max=2)
    assert told(pool, people) == [0, 0, *[7] * 7]


def test_singles_who_win_or_lose_together_have_no_places() -> None:
    """Three of six are a group: it wins, or all three singles do."""
    three = group_id(SALE, [nym(i) for i in range(3)])
    people = [replace(p, group=three if i < 3 else None) for i, p in enumerate(made(6))]
    pool = replace(LOTTERY, supply=3, group_max=3)
    singles_won = set[int]()
    for number in range(20):
        (result,) = allocate([pool], people, bytes([number] * 32), SALE).pools
        assert [rivals(result, award.nym) for award in result.awards] == [()] * 6
        singles_won.add(sum(award.units for award in result.awards[3:]))
    assert singles_won == {0, 3}


def test_whoever_did_not_enter_has_no_place() -> None:
    assert rivals(drawn(LOTTERY, made(5)), nym(7)) == ()
