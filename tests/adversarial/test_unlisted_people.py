"""People without a leaf on the log: what is found of them, and what is not.

A presentation proves the registry's key and its epoch, and no leaf (specs/sale.md, section
3.4). The second and the third test state that limit: a roll that OPEN fixes will change them.
"""

from collections.abc import Sequence

import pytest

from fairlot.audit.auditor import Expected, audit
from fairlot.audit.report import Report
from fairlot.errors import Rejection
from kit.lying_board import LyingBoard, play_with
from kit.sales import PRICE, deposit, nym_of
from kit.stage import STATEMENTS, Stage

A_REHEARSAL = Expected(rehearsal=True)
ANN, BOB = 0, 1


def judged(on: Stage, listed: Sequence[int], depositing: Sequence[int]) -> Report:
    """Return the audit of a sale with the leaves of some people and deposits of some."""

    def leaves(board: LyingBoard, time: int) -> None:
        found = [on.leaf_entry(on.members[number].identity) for number in listed]
        board.batch(time, *found)

    made = [deposit(on, number) for number in depositing]
    paid = [on.payment(nym_of(entry), PRICE) for entry in made]
    data = play_with(on, instead={"leaves": leaves}, deposits=[*made, *paid])
    return audit(data, on.curve, A_REHEARSAL, STATEMENTS)


def test_more_people_than_leaves_are_found(concert: Stage) -> None:
    report = judged(concert, [ANN], [ANN, BOB])
    assert report.failed == ("A14",)
    assert [f.code for f in report.findings] == ["people.more-than-leaves"]


def test_an_unlisted_person_in_the_place_of_a_listed_one_is_not_found(
    concert: Stage,
) -> None:
    report = judged(concert, [ANN], [BOB])
    assert report.holds
    assert (report.facts["leaves"], report.facts["final_deposits"]) == (1, 1)
    assert any("leaf is on this log" in said for said in report.not_checked)


def test_who_is_registered_after_open_enters_without_a_leaf(concert: Stage) -> None:
    """No leaf joins the log; that does not keep a credential from being shown."""
    late = concert.leaf_entry(concert.members[BOB].identity)

    def leaf_of_ann(board: LyingBoard, time: int) -> None:
        board.batch(time, concert.leaf_entry(concert.members[ANN].identity))

    def after_open(board: LyingBoard, time: int) -> None:
        with pytest.raises(Rejection, match=r"phase\.wrong"):
            board.state.apply(late, time)
        board.batch(time, deposit(concert, BOB))
        assert nym_of(deposit(concert, BOB)) in board.state.positions.by_nym

    lies = {"leaves": leaf_of_ann, "deposits": after_open}
    play_with(concert, instead=lies, until="deposits")
