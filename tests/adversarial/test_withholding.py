"""Whoever withholds reveals, and whatever set of them does, the draw is the same."""

from collections.abc import Iterator
from itertools import combinations

import pytest

from fairlot.allocation.outcome import Outcome
from fairlot.allocation.settlement import LedgerLine
from fairlot.beacon.contributions import Draw
from fairlot.board.phase import Phase
from kit.recovering import committed, delayed, drawn, revealed
from kit.stage import Stage

Result = tuple[Draw | None, Outcome | None, tuple[LedgerLine, ...]]


def subsets(count: int) -> Iterator[tuple[int, ...]]:
    """Yield every set of contributors, the empty one and all of them included."""
    for size in range(count + 1):
        yield from combinations(range(count), size)


def played(on: Stage, revealing: tuple[int, ...]) -> Result:
    reveals = [on.reveal(number) for number in revealing]
    state = drawn(on, revealed(on, committed(on), reveals))
    assert state.phase is Phase.LOCKED
    return state.draw, state.outcome, state.ledger


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_every_subset_that_withholds_gives_the_same_draw(count: int) -> None:
    """Exhaustive: the same Ω, seed, allocation and ledger, to the byte."""
    on = delayed(count)
    everybody = played(on, tuple(range(count)))
    assert everybody[0] is not None
    tried = 0
    for revealing in subsets(count):
        assert played(on, revealing) == everybody, revealing
        tried += 1
    assert tried == 2**count


def test_the_order_of_reveals_does_not_matter_either() -> None:
    on = delayed(3)
    assert played(on, (2, 0)) == played(on, (0, 2)) == played(on, (0, 1, 2))


@pytest.mark.parametrize("late", [(), (0,), (2, 1)])
def test_late_reveals_do_not_make_a_recovery_start_again(late: tuple[int, ...]) -> None:
    """X is fixed at REVEAL_END: who reveals one by one afterwards stalls nobody."""
    on = delayed(4)
    state = revealed(on, committed(on), [on.reveal(3)])
    begun = on.recovery(state.contributions)
    time = on.terms.times.reveal_end + 5
    for number in late:
        state.append(on.reveal(number), time)
    assert on.recovery(state.contributions).body == begun.body
    state.append(begun, time)
    assert drawn(on, state).draw == played(on, (0, 1, 2, 3))[0]


def test_late_reveals_of_all_make_a_recovery_needless() -> None:
    on = delayed(2)
    state = revealed(on, committed(on), [])
    for number in (0, 1):
        state.append(on.reveal(number), on.terms.times.reveal_end + 5)
    assert drawn(on, state).draw == played(on, (0, 1))[0]
    assert state.contributions.recovered is None


@pytest.mark.thorough
@pytest.mark.parametrize("revealing", [(), (0,), (1,), (0, 1)])
def test_fewer_commitments_than_the_roster_are_recovered_alike(
    revealing: tuple[int, ...],
) -> None:
    """Two of three commit, as the terms allow; the third is absent and adds nothing."""
    on = delayed(3, min_commits=2)
    frozen = committed(on).contributions.frozen
    commits = [on.commit(frozen, 0), on.commit(frozen, 1)]

    def draw(numbers: tuple[int, ...]) -> Draw | None:
        state = committed(on, commits)
        return drawn(on, revealed(on, state, map(on.reveal, numbers))).draw

    assert draw(revealing) == draw((0, 1)) != played(on, (0, 1, 2))[0]
