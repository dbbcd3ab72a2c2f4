"""Numbers and amounts of money in cells (specs/terms-file.md, section 4.3)."""

import re

from fairlot.errors import InputError
from fairlot.fields import UINT_MAX
from fairlot.money import Currency
from fairlot.text import shown

_WHOLE = re.compile(r"0|[1-9][0-9]*")
_LONGEST = len(str(UINT_MAX))

_SIGNS = {
    "€": "EUR",
    "£": "GBP EGP GIP",
    "$": "USD AUD CAD HKD MXN NZD SGD TWD",
    "¥": "JPY CNY",
    "₹": "INR",
    "₺": "TRY",
    "₩": "KRW",
    "₪": "ILS",
    "₴": "UAH",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "kr": "SEK NOK DKK ISK",
    "Fr": "CHF",
}
"""The currencies for which spreadsheets write a sign."""
_BLANK = " \u00a0\u2009\u202f"
_SIGN = r"[^-0-9.,'’+\s]{1,12}"
_SIGNED = re.compile(rf"({_SIGN})?[{_BLANK}]*([0-9](?:.*[0-9])?)[{_BLANK}]*({_SIGN})?")
_DECIMAL = re.compile(r"([0-9]+)[.,]([0-9]+)")
_GROUPED = re.compile(
    rf"([1-9][0-9]{{0,2}}([.,'’{_BLANK}])[0-9]{{3}}(?:\2[0-9]{{3}})*)"
    r"(?:(?!\2)[.,]([0-9]+))?"
)
"""Thousands in groups; decimals follow another mark than the one between groups."""
_EXPONENT = re.compile(r"[0-9.,]+[eE][+-]?[0-9]+")
_RULE = "must be 0 or digits 0-9 without sign, point, blank or leading zero"


def read_count(cell: str) -> int:
    """Return a number of units.

    Raises:
        InputError: ``people-file.number``, ``people-file.range``; the message is half a
            sentence that begins with a verb, without a place.
    """
    if not _WHOLE.fullmatch(cell):
        whole, decimals = _meant(cell)
        hint = f": write {whole}" if whole and not decimals.strip("0") else ""
        problem = f"{_RULE}, found {shown(cell)}{_shortened(cell) or hint}"
        raise InputError("people-file.number", problem)
    return _bounded(cell)


def read_amount(cell: str, currency: Currency | None) -> int:
    """Return an amount in smallest units.

    Args:
        cell: what somebody wrote.
        currency: in which amounts are written; ``None`` for whole smallest units.

    Raises:
        InputError: ``people-file.number``, ``people-file.range``, as of ``read_count``.
    """
    if currency is not None:
        return _read_money(cell, currency)
    if not _WHOLE.fullmatch(cell):
        whole, decimals = _meant(cell)
        meant = whole + decimals.ljust(2, "0") if decimals else whole
        write = f"write {meant}, or " if meant and len(decimals) <= 2 else ""
        hint = (
            f": amounts count the smallest unit of money, {write}"
            "set currency and decimals in TERMS.toml"
        )
        problem = f"{_RULE}, found {shown(cell)}{_shortened(cell) or hint}"
        raise InputError("people-file.number", problem)
    return _bounded(cell)


def _bounded(digits: str) -> int:
    if len(digits) > _LONGEST or int(digits) > UINT_MAX:
        problem = f"is above {UINT_MAX}, found {shown(digits)}: use a larger unit"
        raise InputError("people-file.range", problem)
    return int(digits)


def _read_money(cell: str, currency: Currency) -> int:
    try:
        return currency.parse(_canonical(cell, currency))
    except InputError as error:
        if error.code == "money.range":
            raise InputError("people-file.range", error.message) from error
        if error.code == "people-file.number":
            raise
        problem = f"{error.message}{_shortened(cell)}"
        raise InputError("people-file.number", problem) from error


def _canonical(cell: str, currency: Currency) -> str:
    """Return a cell as the currency is read; what cannot be read stays as it is."""
    # Step 1.
    if _WHOLE.fullmatch(cell):
        return cell
    # Step 2.
    signed = _SIGNED.fullmatch(cell)
    if signed is None:
        return cell
    for sign in (signed[1], signed[3]):
        _check_sign(sign, currency)
    # Step 3.
    decimal, grouped = _DECIMAL.fullmatch(signed[2]), _GROUPED.fullmatch(signed[2])
    if decimal and grouped and currency.decimals:
        if "." in signed[2] and currency.decimals >= len(decimal[2]):
            return signed[2]
        raise _ambiguous(cell, decimal, grouped, currency)
    # Steps 4 and 5.
    if grouped:
        return (
            f"{_ungrouped(grouped)}.{grouped[3]}" if grouped[3] else _ungrouped(grouped)
        )
    return f"{decimal[1]}.{decimal[2]}" if decimal else signed[2]


def _check_sign(sign: str | None, currency: Currency) -> None:
    if sign is None or sign.casefold() == currency.code.casefold():
        return
    if currency.code.upper() not in _SIGNS.get(sign, "").split():
        problem = f"holds {shown(sign)}, and amounts are in {currency.code}"
        raise InputError("people-file.number", f"{problem}: write digits only")


def _ambiguous(
    cell: str, decimal: re.Match[str], grouped: re.Match[str], currency: Currency
) -> InputError:
    whole, fraction = _ungrouped(grouped), decimal[2].rstrip("0")
    other = f"{decimal[1]}.{fraction}" if fraction else decimal[1]
    either = f"write {whole} or {other}"
    if len(fraction) > currency.decimals:
        either = f"write {whole} if the mark groups thousands"
    problem = (
        f"can be {whole} and {decimal[1]}.{decimal[2]}, found {shown(cell)}: {either}"
    )
    return InputError("people-file.number", problem)


def _ungrouped(grouped: re.Match[str]) -> str:
    return grouped[1].replace(grouped[2], "")


def _meant(cell: str) -> tuple[str, str]:
    """Return digits and decimals of a number that is written otherwise, where it is clear."""
    grouped, decimal = _GROUPED.fullmatch(cell), _DECIMAL.fullmatch(cell)
    if grouped:
        return _ungrouped(grouped), grouped[3] or ""
    if decimal:
        return decimal[1].lstrip("0") or "0", decimal[2]
    if cell.isascii() and cell.isdigit():
        return cell.lstrip("0") or "0", ""
    return "", ""


def _shortened(cell: str) -> str:
    if not _EXPONENT.fullmatch(cell):
        return ""
    return ": a spreadsheet has shortened it, show the column without exponents"
