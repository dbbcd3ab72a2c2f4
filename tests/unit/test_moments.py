"""Points in time as people write them: one meaning, or refused."""

import pytest

from fairlot.inputs.moments import parse_moment

NOON = 1_903_860_000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2030-05-01 10:00 UTC", NOON),
        ("2030-05-01T10:00:00Z", NOON),
        ("2030-05-01 12:00 +02:00", NOON),
        ("2030-05-01 04:30:00 -05:30", NOON),
        ("2030-05-01 12:00 Europe/Vienna", NOON),
        ("2030-01-01 01:00 Europe/Vienna", 1_893_456_000),
        ("in 3 days", 1_000 + 3 * 86_400),
        ("in 36 hours", 1_000 + 36 * 3_600),
    ],
)
def test_a_text_means_one_point_in_time(text: str, seconds: int) -> None:
    assert parse_moment(text).seconds(1_000) == seconds


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2030-05-01 18:00", "with a zone"),
        ("2030-05-01", "must be"),
        ("3 days", "must be"),
        ("in 3d", "must be"),
        ("in -3 days", "must be"),
        ("2030-02-30 18:00 UTC", "day"),
        ("2030-05-01 24:00 UTC", "hour"),
        ("2030-03-31 02:30 Europe/Vienna", "twice or never"),
        ("2030-10-27 02:30 Europe/Vienna", "twice or never"),
        ("2030-05-01 18:00 Mars/Olympus", "does not know"),
        ("2030-05-01 18:00 Europe", "does not know"),
        ("2030-05-01 18:00 ../../etc/passwd", "zone"),
        ("2030-05-01 18:00 +24:00", "zone"),
        ("1969-12-31 23:59 UTC", "1970"),
        ("0001-01-01 00:00 +01:00", "1970"),
        ("２０３０-05-01 18:00 UTC", "must be"),
    ],
)
def test_what_has_no_meaning_or_two_is_refused(text: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        parse_moment(text)
