"""Durations as people say them."""

import pytest

from fairlot.text import lasting


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (120, "120 s"),
        (121, "3 min"),
        (7_200, "120 min"),
        (7_201, "3 h"),
        (172_800, "48 h"),
        (172_801, "3 days"),
        (950_400, "11 days"),
    ],
)
def test_a_duration_is_rounded_up(seconds: int, said: str) -> None:
    assert lasting(seconds) == said
