"""Amounts of money as people write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot.errors import InputError
from fairlot.fields import UINT_MAX
from fairlot.money import Currency, money_text

EUR = Currency("EUR", 2)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("450", 45_000),
        ("450.00", 45_000),
        ("450.5", 45_050),
        ("0", 0),
        ("0.01", 1),
        ("0.29", 29),
        ("184467440737095516.15", UINT_MAX),
    ],
)
def test_an_amount_is_read_in_smallest_units(text: str, amount: int) -> None:
    assert EUR.parse(text) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "number"),
        ("450,00", "number"),
        ("1,000", "number"),
        ("1 000", "number"),
        ("450.", "number"),
        (".5", "number"),
        ("-1", "number"),
        ("+1", "number"),
        ("007", "number"),
        ("00", "number"),
        ("1e3", "number"),
        ("nan", "number"),
        ("450 EUR", "number"),
        ("€450", "number"),
        ("450\n", "number"),
        ("٤٥٠", "number"),
        ("450.005", "decimals"),
        ("450.000", "decimals"),
        ("184467440737095516.16", "range"),
        ("9" * 9000, "range"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        EUR.parse(text)
    assert caught.value.code == f"money.{code}"


def test_a_large_amount_is_told_to_use_a_larger_unit() -> None:
    with pytest.raises(InputError, match="use a larger unit"):
        EUR.scaled(UINT_MAX)
    with pytest.raises(InputError, match="at most 2 decimals, as EUR has"):
        EUR.parse("1.234")


def test_a_currency_without_decimals_takes_no_point() -> None:
    yen = Currency("JPY", 0)
    assert (yen.parse("450"), yen.show(450)) == (450, "450 JPY")
    with pytest.raises(InputError, match="at most 0 decimals"):
        yen.parse("450.0")


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.00 EUR"), (5, "0.05 EUR"), (45_050, "450.50 EUR")],
)
def test_an_amount_is_shown_with_all_its_decimals(amount: int, text: str) -> None:
    assert EUR.show(amount) == money_text(amount, EUR) == text
    assert money_text(amount, None) == str(amount)


@given(st.integers(0, UINT_MAX), st.integers(0, 9))
def test_what_is_shown_is_what_is_read(amount: int, decimals: int) -> None:
    currency = Currency("EUR", decimals)
    assert currency.parse(currency.digits(amount)) == amount
