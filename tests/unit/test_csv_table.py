"""Tables that spreadsheets open: nothing runs, and programs read what was written."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot.allocation.outcome import Gain
from fairlot.allocation.settlement import LedgerLine, winners_csv
from fairlot.names import NYM_LENGTH, Nym
from fairlot.text import csv_table, is_misleading, printable

RUNS = [
    *("=1+1", "+49 30 1234", "-Bo", "@SUM(1+1)", "\t=1", "\r=1", "\n=1"),
    *("\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "\ufe621", "\ufe631", "\ufe6b1"),
    *(" =1", "\u00a0=1", "\u200b=1", "\u202e=1", "\ufeff=1"),
]


def read_back(data: bytes) -> list[list[str]]:
    """Read a table as section 2.2 tells programs to."""
    rows = csv.reader(io.StringIO(data.decode(), newline=""))
    return [[cell.removeprefix("'") for cell in row] for row in rows]


@pytest.mark.parametrize("name", RUNS)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(name: str) -> None:
    (_, (cell, _)) = csv.reader(
        io.StringIO(csv_table(("who", "n"), [(name, 1)]).decode(), newline="")
    )
    assert cell == f"'{name}"


@pytest.mark.parametrize(
    "name",
    [
        "Anna",
        "Zoé",
        "محمد علي",
        "李小龙",
        "1=1",
        "a-b",
        "D'Angelo",
        "👩\u200d👧 Family",
    ],
)
def test_other_names_are_kept_to_the_byte(name: str) -> None:
    assert csv_table(("who",), [(name,)]) == f"who\n{name}\n".encode()


def test_an_apostrophe_of_ones_own_is_told_from_ours() -> None:
    cells = csv_table(("who",), [("'s Gravenhage",), ("=1",), ("'=1",)]).decode()
    assert cells == "who\n''s Gravenhage\n'=1\n''=1\n"


def test_a_semicolon_begins_no_cell() -> None:
    """Spreadsheets in some countries separate cells by it."""
    assert csv_table(("who",), [("Ann;=1+1",)]) == b'who\n"Ann;=1+1"\n'


def test_integers_are_plain() -> None:
    assert csv_table(("n", "m"), [(0, 2**64 - 1)]) == b"n,m\n0,18446744073709551615\n"


@pytest.mark.thorough
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_a_program_reads_what_was_written(names: list[str]) -> None:
    data = csv_table(("who", "nym"), [(name, "00") for name in names])
    assert read_back(data) == [["who", "nym"], *([name, "00"] for name in names)]


def _line(number: int, refund: int, *gains: Gain) -> LedgerLine:
    units = sum(gain.units for gain in gains)
    payment = sum(gain.payment for gain in gains)
    nym = Nym(bytes([number]) * NYM_LENGTH)
    return LedgerLine(nym, units, payment, refund, b"", gains=gains)


def test_winners_are_those_who_got_units_and_refunds_add_up() -> None:
    lines = [
        _line(2, 5, Gain("first", 1, 10), Gain("rest", 2, 8)),
        _line(1, 7, Gain("rest", 1, 4)),
        _line(3, 50),
    ]
    one, two = ("01" * NYM_LENGTH, "02" * NYM_LENGTH)
    rows = f"{one},rest,1,4,7\n{two},first,1,10,5\n{two},rest,2,8,0\n"
    assert winners_csv(lines).decode() == f"nym,pool,units,payment,refund\n{rows}"
    persons = {
        line.nym: name for line, name in zip(lines, ("=2", "Ann", "Eve"), strict=True)
    }
    named = winners_csv(lines, persons).decode().splitlines()
    assert named[0] == "person,nym,pool,units,payment,refund"
    assert [row.split(",")[0] for row in named[1:]] == ["Ann", "'=2", "'=2"]
    assert winners_csv([]) == b"nym,pool,units,payment,refund\n"


@pytest.mark.parametrize(
    "name",
    [
        "👩\u200d👩\u200d👧 Family",
        "👩🏽\u200d🚀",
        "❤\ufe0f\u200d🔥",
        "علی\u200cرضا",
        "क्\u200dष",
        "Łukasz Żak",
        "יעל כהן",
    ],
)
def test_joined_names_are_readable_on_screen(name: str) -> None:
    assert printable(name) == name
    assert not is_misleading(name)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("\u202eevil", "\\u202eevil"),
        ("a\u202eb", "a\\u202eb"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("\x1b[31m", "\\x1b[31m"),
        ("An\u200bna", "An\\u200bna"),
        ("An\u200dna", "An\\u200dna"),
        ("\u200d", "\\u200d"),
        ("👩\u200d", "👩\\u200d"),
        ("👩\u200d\u200d👧", "👩\\u200d\\u200d👧"),
        ("👩\u200d\u202e", "👩\\u200d\\u202e"),
        ("\ufeffAnna", "\\ufeffAnna"),
    ],
)
def test_what_steers_reorders_or_hides_is_seen(name: str, seen: str) -> None:
    assert printable(name) == seen


@pytest.mark.parametrize("name", ["\u202eevil", "An\u200bna", "a\u00adb", "👩\u200d"])
def test_what_has_no_shape_misleads(name: str) -> None:
    assert is_misleading(name)


def test_a_blank_of_another_width_misleads_nobody() -> None:
    assert not is_misleading("Ann\u00a0Lee")
    assert printable("Ann\u00a0Lee") == "Ann\\xa0Lee"
