"""Amounts in cells: what spreadsheets write is read, and nothing is read as another amount."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairlot.errors import InputError
from fairlot.inputs.amounts import read_amount
from fairlot.money import Currency

LARGEST = 2**64 - 1


STYLES = (
    *(("", "."), ("", ","), (",", "."), (".", ","), ("'", "."), ("’", ",")),
    *((" ", ","), ("\u00a0", "."), ("\u202f", ",")),
)
"""What stands between groups of three digits, and before decimals."""
SIGNS = (("", ""), ("€ ", ""), ("", "\u00a0€"), ("EUR", ""), ("", " eur"))


def amount_or_code(cell: str, currency: Currency | None) -> int | str:
    try:
        return read_amount(cell, currency)
    except InputError as error:
        return error.code


@given(
    amount=st.integers(0, LARGEST),
    decimals=st.integers(0, 4),
    style=st.sampled_from(STYLES),
    signs=st.sampled_from(SIGNS),
)
@example(amount=1000, decimals=3, style=(".", ","), signs=("", ""))
def test_an_amount_with_all_decimals_is_read_in_every_style(
    amount: int, decimals: int, style: tuple[str, str], signs: tuple[str, str]
) -> None:
    """Three decimals behind a comma could be thousands: then it is refused."""
    whole, fraction = divmod(amount, 10**decimals)
    group, mark = style
    digits = f"{whole:,}".replace(",", group)
    if decimals:
        digits += f"{mark}{fraction:0{decimals}}"
    two_readings = decimals == 3 and mark == "," and 0 < whole < 1000
    expected = "people-file.number" if two_readings else amount
    cell = f"{signs[0]}{digits}{signs[1]}"
    assert amount_or_code(cell, Currency("EUR", decimals)) == expected


cells = st.text("0159.,'’ \u00a0\u202f€E-+", max_size=12) | st.from_regex(
    r"[1-9]{1,4}([., ][0-9]{2,4}){0,3}", fullmatch=True
)


@given(cell=cells, decimals=st.integers(0, 4))
@example(cell="1.450", decimals=0)
@example(cell="1,450.5", decimals=2)
def test_an_amount_that_is_read_has_the_digits_of_its_cell(
    cell: str, decimals: int
) -> None:
    """Nothing is rounded, and decimals are what follows the last point or comma."""
    found = amount_or_code(cell, Currency("EUR", decimals))
    if isinstance(found, str):
        return
    digits = re.sub("[^0-9]", "", cell)
    behind = re.split("[.,]", cell.strip("€ \u00a0\u202f"))[1:]
    lengths = {len(behind[-1]) if behind else 0}
    if lengths == {3}:
        # Three digits are thousands, unless the currency has as many decimals.
        lengths = {0, 3} if decimals > 2 else {0}
    assert found in {int(digits) * 10 ** (decimals - n) for n in lengths}


@pytest.mark.slow
@given(cell=cells)
def test_a_number_of_the_smallest_unit_is_plain_digits(cell: str) -> None:
    found = amount_or_code(cell, None)
    assert found == "people-file.number" or str(found) == cell
