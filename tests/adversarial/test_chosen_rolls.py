"""A board chooses the roll with which a sale opens, to keep people out or to tell them apart.

The terms, which nobody changes any more, name the roll, or a window for its time and a least
size. Within that the board is free: the last test shows what it can do, and threat-model.md
says so.
"""

from dataclasses import dataclass, replace

import pytest

from fairlot.board.sale import SaleState
from fairlot.entry import EntryType
from fairlot.identity.roll import PostedRoll
from fairlot.rehearsal.parts import START
from fairlot.terms.roll import RollTerms
from kit import lives
from kit.seasons import Season, first_season, staged_sale
from kit.world import code

DAY = 86_400
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Weekly:
    """Ann is on the first roll, Ann and Bob are on the next two, and Bob alone on the last."""

    season: Season
    rolls: tuple[PostedRoll, ...]

    def opens(self, asked: RollTerms, number: int) -> str:
        """Return the code with which the fold refuses to open with a roll."""
        on = staged_sale(self.season, "Chosen")
        on = on.with_terms(replace(on.terms, roll=asked))
        state = SaleState(self.season.state)
        state.append(on.terms_entry(), self.season.clock)
        entry = on.open_entry(self.rolls[number].roll_id)
        return code(lambda: state.append(entry, self.season.clock))


@pytest.fixture(scope="module")
def weekly() -> Weekly:
    season = first_season()
    season.enrol("ann", "ann")
    season.post_roll()
    season.clock += WEEK
    season.enrol("bob", "bob")
    season.post_roll()
    season.log(lives.decided(season.parts, EntryType.CLOSURE, 0))
    season.clock += WEEK
    season.post_roll()
    season.log(lives.decided(season.parts, EntryType.CLOSED, 0))
    season.clock += WEEK
    season.post_roll()
    rolls = tuple(season.state.rolls.values())
    assert [each.roll.leaves for each in rolls] == [1, 2, 2, 1]
    return Weekly(season, rolls)


def test_a_roll_that_the_terms_name_is_the_only_one(weekly: Weekly) -> None:
    named = RollTerms(1, weekly.rolls[1].roll_id)
    found = [weekly.opens(named, number) for number in range(4)]
    assert found == ["open.window", "", "open.window", "open.window"]


def test_an_old_roll_keeps_nobody_out_who_came_before_the_window(
    weekly: Weekly,
) -> None:
    """Bob came a week after the first roll; nor does a roll that came after the terms."""
    window = RollTerms(1, window=(START + WEEK, START + 2 * WEEK))
    found = [weekly.opens(window, number) for number in range(4)]
    assert found == ["open.window", "", "", "open.window"]


def test_a_roll_of_too_few_does_not_open(weekly: Weekly) -> None:
    """Who is alone on a roll is known by it: each deposit would be theirs."""
    least = RollTerms(2, window=(START, START + 3 * WEEK))
    found = [weekly.opens(least, number) for number in range(4)]
    assert found == ["open.leaves", "", "", "open.leaves"]


def test_a_roll_that_nobody_has_seen_opens_nothing(weekly: Weekly) -> None:
    """One with Ann alone, made for this sale, that every issuer would have signed."""
    (first, *_) = weekly.rolls
    for_ann = replace(first, roll_id=type(first.roll_id)(bytes(32)))
    own = replace(weekly, rolls=(for_ann, *weekly.rolls[1:]))
    asked = RollTerms(1, window=(START, START + 3 * WEEK))
    assert own.opens(asked, 0) == "open.roll"


def test_within_the_window_the_board_chooses(weekly: Weekly) -> None:
    """What is left: the rolls of a wide window, each as large as the terms ask."""
    wide = RollTerms(1, window=(START, START + 3 * WEEK))
    assert [weekly.opens(wide, number) for number in range(4)] == [""] * 4
