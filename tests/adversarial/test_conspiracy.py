"""The board and every proper part of the roster conspire: exhaustive, with a small delay.

What is claimed (specs/beacon.md, section 4): once an honest contributor has revealed, one
outcome passes an audit given that contributor's head; with fewer than 2·m_min − n corrupt keys
one outcome besides VOID passes even without heads; with honest witnesses both hold without.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import pytest

from conspiracy import (
    VOID,
    WITNESSES,
    Branch,
    Game,
    Keys,
    Outcome,
    branches,
    passes_with,
    show,
    subsets,
)
from fairlot.beacon.seals import Seals
from fairlot.board.standing import Cosigned, Watch
from fairlot.entry import EntryType
from fairlot.terms.terms import Terms

SMALL = [
    Game(3, 2, frozenset()),
    *(Game(3, m, frozenset(range(c))) for m, c in ((2, 1), (2, 2), (3, 1), (3, 2))),
]
"""Games of a roster of three."""
LARGE = [Game(4, m, frozenset(range(c))) for m in (3, 4) for c in (1, 2, 3)]
"""Games of a roster of four. Which of the roster are corrupt makes no difference."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of all strategies of a game."""

    strategies: int
    """Pairs of branches, for each way in which the honest committed."""
    sealed: int
    """The most outcomes besides VOID of one strategy, without heads."""
    with_heads: int
    """The most outcomes, VOID included, given the head of somebody who has revealed."""


def committing(game: Game) -> Iterator[Sequence[Keys]]:
    """Yield every way in which the honest commit: to one set of deposits or the other."""
    honest = sorted(game.honest)
    for chosen in product((None, 0, 1), repeat=len(honest)):
        pairs = list(zip(honest, chosen, strict=True))
        yield [frozenset(k for k, to in pairs if to == each) for each in (0, 1)]


def play(game: Game, seen: Sequence[Keys] = (frozenset(),)) -> Played:
    """Play all pairs of branches whose honest seals do not meet.

    Args:
        game: who plays.
        seen: for the first branch and the second, which witnesses saw it first.
    """
    strategies, sealed, with_heads = 0, 0, 0
    for available in committing(game):
        sides = [list(branches(game, available, each)) for each in seen]
        first, second = sides[0], sides[-1]
        strategies += len(first) * len(second)
        sealed = max(sealed, most_sealed(game, first, second))
        with_heads = max(with_heads, most_with_heads(game, first, second))
    return Played(strategies, sealed, with_heads)


def most_sealed(game: Game, first: Sequence[Branch], second: Sequence[Branch]) -> int:
    one, other = outcomes(game, first), outcomes(game, second)
    most = 0
    for (mine, a), (theirs, b) in product(one, other):
        if not mine & theirs & game.honest:
            most = max(most, len({a, b} - {VOID}))
    return most


def outcomes(game: Game, some: Sequence[Branch]) -> Counter[tuple[Keys, Outcome]]:
    """Count branches that pass an audit by who sealed them, and by outcome."""
    found = ((branch.seals, show(game, branch).outcome) for branch in some)
    return Counter((seals, out) for seals, out in found if out is not None)


def most_with_heads(
    game: Game, first: Sequence[Branch], second: Sequence[Branch]
) -> int:
    """Return how many outcomes pass given the head of an honest who has revealed."""
    most = 0
    for mine in revealed(game, first):
        head = show(game, mine).head
        if head is None:
            continue
        found = {passes_with(game, show(game, each), head) for each in (mine, *second)}
        most = max(most, len(found - {None}))
    return most


def revealed(game: Game, some: Sequence[Branch]) -> Iterator[Branch]:
    """Yield the branches in which an honest contributor has revealed: sealed in time."""
    for branch in some:
        there = branch.committed & game.honest
        if there and branch.late is None and show(game, branch).head is not None:
            yield branch


def check(game: Game) -> Played:
    found = play(game)
    assert found.with_heads <= 1, game
    if len(game.corrupt) < game.bound:
        assert found.sealed <= 1, game
    else:
        # The bound is tight: this many corrupt keys can seal two sets.
        assert found.sealed == 2, game
    return found


def named(game: Game) -> str:
    return f"{game.needed}-of-{game.roster}-with-{len(game.corrupt)}-corrupt"


@pytest.mark.slow
def test_whatever_they_do_one_outcome_passes() -> None:
    assert check(Game(2, 2, frozenset((0,)))).strategies > 10_000


@pytest.mark.parametrize(
    "game",
    [
        *(pytest.param(game, marks=pytest.mark.slow) for game in SMALL),
        *(pytest.param(game, marks=pytest.mark.long) for game in LARGE),
    ],
    ids=named,
)
def test_whatever_more_of_them_do_one_outcome_passes(game: Game) -> None:
    check(game)


@pytest.mark.slow
def test_honest_witnesses_hold_the_board_to_one_outcome() -> None:
    """They saw it two against one, in a game whose contributors could not hold it."""
    assert witnessed(Game(2, 2, frozenset((0,)), watched=True), frozenset((0,))) == 1


@pytest.mark.slow
@pytest.mark.parametrize("first", list(subsets(WITNESSES)), ids=sorted)
def test_whoever_saw_which_branch_one_outcome_passes(first: Keys) -> None:
    assert witnessed(Game(3, 2, frozenset((0, 1)), watched=True), first) == 1


def witnessed(game: Game, first: Keys) -> int:
    """Return the most outcomes, VOID included, that pass without heads."""
    available = [game.honest, frozenset[int]()]
    one = outcomes(game, list(branches(game, available, first)))
    other = outcomes(game, list(branches(game, available, WITNESSES - first)))
    assert one or other
    pairs = product(one, other)
    return max((len({a, b}) for (_, a), (_, b) in pairs), default=1)


def test_without_seals_two_outcomes_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """The board goes back to CLOSE: this was so before there were seals."""
    monkeypatch.setattr(Seals, "check_enough", nothing)
    game = Game(3, 3, frozenset((0,)))
    mine = replace(RESULT, commits=((0, False), (1, False), (2, False)))
    other = replace(RESULT, commits=((0, True), (1, False), (2, False)))
    assert len({fresh(game, mine), fresh(game, other)} - {None}) == 2


def test_without_a_quorum_two_outcomes_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "_quorum", anybody)
    game = Game(3, 2, frozenset((0, 1)), watched=True)
    first = replace(RESULT, seen=frozenset((0,)), seals=frozenset((0, 1)))
    second = replace(first, commits=((0, False), (1, True)), seen=frozenset((1, 2)))
    assert len({fresh(game, first), fresh(game, second)}) == 2


def test_without_the_head_two_outcomes_pass() -> None:
    """What a contributor has seen is lost with its head: the board forks behind it."""
    game = Game(3, 2, frozenset((0, 1)))
    mine = replace(RESULT, commits=((0, False), (1, False), (2, False)))
    mine = replace(mine, seals=frozenset((0, 2)))
    other = replace(RESULT, seals=frozenset((0, 1)))
    head = show(game, mine).head
    assert head is not None
    found = {show(game, each).outcome for each in (mine, other)}
    assert len(found) == 2
    assert passes_with(game, show(game, other), head) is None


def nothing(_seals: Seals) -> None:
    """Require no seal."""


def anybody(_watch: Watch, _terms: Terms, found: Iterable[Cosigned]) -> bool:
    """Let one witness be enough."""
    return any(found)


RESULT = Branch(0, ((0, False), (1, False)), frozenset(), EntryType.RESULT)


def fresh(game: Game, branch: Branch) -> Outcome | None:
    return show(replace(game, salt=1), branch).outcome
