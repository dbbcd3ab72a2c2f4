"""Lengths of time as people write them."""

import pytest

from fairlot.inputs.durations import meant_duration, parse_duration, show_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0 seconds", 0),
        ("1 second", 1),
        ("90 minutes", 5_400),
        ("1 hours", 3_600),
        ("7 day", 604_800),
        ("26 weeks", 15_724_800),
        ("9999999999 days", 863_999_999_913_600),
    ],
)
def test_a_number_and_a_unit_are_a_duration(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "7", "7d", "7days", "7  days", " 7 days", "7 days ", "7 Days", "07 days", "-7 days",
     "+7 days", "7.5 days", "7 months", "7 dayss", "7\u00a0days", "\u0667 days", "7 days\n",
     "10000000000 days"],
)  # fmt: skip
def test_nothing_else_is_one(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    "seconds", [0, 1, 59, 60, 61, 3_600, 5_400, 86_400, 93_600, 2**32]
)
def test_what_is_shown_is_read(seconds: int) -> None:
    assert parse_duration(show_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(604_800, "7 days"), (3_600, "1 hour"), (93_600, "26 hours"), (61, "61 seconds")],
)
def test_the_largest_unit_that_fits_is_shown(seconds: int, text: str) -> None:
    assert show_duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [("7d", "7 days"), ("1 Days", "1 day"), ("90 min.", "90 minutes"), ("5 s", "5 seconds"),
     ("2wks", "2 weeks"), ("7 EUR", None), ("days", None), ("7 months", None)],
)  # fmt: skip
def test_a_slip_is_met_with_what_it_means(text: str, meant: str | None) -> None:
    assert meant_duration(text) == meant
