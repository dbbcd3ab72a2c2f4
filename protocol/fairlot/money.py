"""Amounts of money as people write and read them (specs/terms.md, section 9).

On the board, in CSV and in JSON an amount is an integer of the smallest unit, a uint64. A
currency says how people write it; without one they write that integer.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from fairlot.errors import InputError
from fairlot.fields import UINT_MAX
from fairlot.text import Fail, shown

Money: TypeAlias = Callable[[int], str]
"""Writes an amount of smallest units for people."""

MAX_DECIMALS = 9

_CODE = re.compile(r"[A-Za-z]{1,12}")
_AMOUNT = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_LONGEST = len(str(UINT_MAX))
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR"}


@dataclass(frozen=True, slots=True)
class Currency:
    """How people write the money of a sale."""

    code: str
    """Such as ``EUR``: 1 to 12 letters of ASCII."""
    decimals: int
    """How many digits follow the point, 0 to 9: one unit has 10^decimals smallest ones."""

    def parse(self, text: str) -> int:
        """Return an amount in smallest units; nothing is ever rounded.

        Args:
            text: digits, perhaps a point and up to ``decimals`` digits more, and nothing
                else: ``450``, ``450.5`` and ``450.00`` of EUR are 45000, 45050 and 45000.

        Raises:
            InputError: ``money.number``, ``money.decimals``, ``money.range``; the message is
                half a sentence that begins with a verb, without a place.
        """
        found = _AMOUNT.fullmatch(text)
        if found is None:
            most = f" with at most {self.decimals} behind a point" * (self.decimals > 0)
            rule = f"must be an amount of {self.code}, digits 0-9{most}"
            problem = f"{rule} and nothing else, found {shown(text)}"
            raise InputError("money.number", problem)
        whole, fraction = found[1], found[2] or ""
        if len(fraction) > self.decimals:
            rule = f"must have at most {self.decimals} decimals, as {self.code} has"
            raise InputError("money.decimals", f"{rule}, found {shown(text)}")
        # Longer digits are out of range, and Python would refuse to read very long ones.
        if len(whole) > _LONGEST:
            raise self._too_large()
        return self._checked(int(whole + fraction.ljust(self.decimals, "0")))

    def scaled(self, whole: int) -> int:
        """Return a whole number of units, not below 0, in smallest units.

        Raises:
            InputError: ``money.range``, as ``parse`` does.
        """
        return self._checked(whole * 10**self.decimals)

    def digits(self, amount: int) -> str:
        """Return an amount of smallest units as digits of units: ``450.00``."""
        if not self.decimals:
            return str(amount)
        whole, fraction = divmod(amount, 10**self.decimals)
        return f"{whole}.{fraction:0{self.decimals}}"

    def show(self, amount: int) -> str:
        """Return an amount of smallest units for people: ``450.00 EUR``."""
        return f"{self.digits(amount)} {self.code}"

    def _checked(self, amount: int) -> int:
        if amount > UINT_MAX:
            raise self._too_large()
        return amount

    def _too_large(self) -> InputError:
        most = self.show(UINT_MAX)
        problem = f"is above {most}, the most that can be stated: use a larger unit"
        return InputError("money.range", problem)


def money_text(amount: int, currency: Currency | None) -> str:
    """Return an amount for people; without a currency it is the bare integer."""
    return str(amount) if currency is None else currency.show(amount)


def writing(currency: Currency | None) -> Money:
    """Return what writes amounts in a currency, or as bare integers."""
    return partial(money_text, currency=currency)


def check_currency_code(code: str, fail: Fail) -> None:
    """Check the name of a currency; ``fail`` is as in ``fairlot.text.check_text``."""
    if not _CODE.fullmatch(code):
        example = _SIGNS.get(code, "EUR")
        raise fail(
            f'must have 1 to 12 letters, such as "{example}", found {shown(code)}'
        )
