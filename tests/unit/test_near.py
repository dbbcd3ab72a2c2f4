"""Values that were probably meant to be the same (specs/check.md, section 4)."""

import pytest

from fairlot.inputs.near import NearMisses, labels_alike


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Low", "low"),
        (" low  income", "Low-Income"),
        ("08", "8"),
        ("room 007", "room 7"),
        ("1.3.2029", "2029-03-01"),
        ("3/1/2029", "2029-03-01"),
        ("2029/3/1", "2029-03-01"),
        ("Grade 7", "7"),
        ("7", "Grade 7"),
        ("7-9", "8"),
        ("7 – 9", "8"),
        ("8", "7..9"),
    ],
)
def test_what_was_meant_is_found(typed: str, meant: str) -> None:
    assert NearMisses(["other", meant]).of(typed) == meant


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("low", "high"),
        ("13", "3"),
        ("7-9", "10"),
        ("A2", "B2"),
        ("grade 7 or 8", "7"),
        ("32.13.2029", "2029-03-01"),
        ("1.3/2029", "2029-03-01"),
        ("9-7", "8"),
        ("1-999999999", "8"),
        ("low", "low"),
    ],
)
def test_what_only_shares_something_is_not_taken_for_it(typed: str, other: str) -> None:
    assert NearMisses([other]).of(typed) is None


def test_labels_differ_by_case_and_blanks_and_not_by_numbers() -> None:
    labels = ["Room A", "room a", "rooma", "Room  A", "room 1", "room 01", "room-1"]
    assert list(labels_alike(labels).values()) == [
        ("Room A", "room a", "rooma", "Room  A")
    ]
