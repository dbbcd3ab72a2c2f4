"""payments.csv: what a bank or a payment provider exports (specs/money.md, section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fairlot.errors import InputError
from fairlot.escrow.reconcile import Payment
from fairlot.inputs.amounts import read_amount
from fairlot.inputs.input_file import InputFile, Refusals, recoded
from fairlot.inputs.sheet import Sheet
from fairlot.inputs.sheet_text import read_sheet_text
from fairlot.money import Currency
from fairlot.text import check_text

COLUMNS = ("reference", "amount", "date", "id")
"""The columns that are read; there may be others."""

_SHEET_CODES: Mapping[str, str] = {
    "people-file.unreadable": "payments-file.unreadable",
    "people-file.utf8": "payments-file.form",
    "people-file.empty": "payments-file.form",
    "people-file.separator": "payments-file.form",
    "people-file.header": "payments-file.form",
    "people-file.quote": "payments-file.form",
    "people-file.columns": "payments-file.form",
}
"""What a list is refused with, and what this one is."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes payments of rows, and collects what is wrong with them."""

    file: InputFile
    currency: Currency | None
    refusals: Refusals

    def payment(self, line: int, cells: Mapping[str, str]) -> Payment:
        """Return the payment of a row, whatever it is if the row is wrong."""
        number = cells["id"]
        if not number:
            problem = (
                "holds no id, so nobody could tell whether the payment was booked: "
                "export the bank's own id of each payment"
            )
            self.refusals.add(
                self.file.error("payments-file.id", problem, line=line, field="id")
            )
        for column in ("id", "reference", "date"):
            if cells[column]:
                self._check(line, column, cells[column])
        amount = self._amount(line, cells["amount"])
        return Payment(number, amount, cells["reference"], cells["date"], line)

    def _amount(self, line: int, cell: str) -> int:
        try:
            amount = read_amount(cell, self.currency)
        except InputError as error:
            self._no_amount(line, error.message)
            return 0
        if not amount:
            self._no_amount(line, "must be above 0: leave out rows of what went out")
        return amount

    def _no_amount(self, line: int, problem: str) -> None:
        self.refusals.add(
            self.file.error("payments-file.amount", problem, line=line, field="amount")
        )

    def _check(self, line: int, column: str, cell: str) -> None:
        def fail(why: str) -> InputError:
            return self.file.error("payments-file.form", why, line=line, field=column)

        try:
            check_text(cell, fail)
        except InputError as error:
            self.refusals.add(error)


def read_payments(path: Path, currency: Currency | None) -> tuple[Payment, ...]:
    """Return the payments of a file, in its order (step 12).

    Args:
        path: of the file.
        currency: in which amounts are written, if in any.

    Raises:
        InputError: ``payments-file.unreadable``, ``payments-file.form``,
            ``payments-file.id``, ``payments-file.amount``: the first in the file, with all
            others of the rows in ``more``.
    """
    try:
        return _read(path, currency)
    except InputError as error:
        raise recoded(error, _own_code) from error.__cause__


def _read(path: Path, currency: Currency | None) -> tuple[Payment, ...]:
    # Step 12.
    file = read_sheet_text(path)
    sheet = Sheet(file, COLUMNS)
    used: dict[int, str] = {}
    for index, column in enumerate(sheet.columns):
        if column.name in used.values():
            problem = f"names the column {column.name} twice: keep one"
            raise file.error("payments-file.form", problem, line=sheet.line)
        if column.name in COLUMNS:
            used[index] = column.name
    refusals = Refusals()
    reader = _Reader(file, currency, refusals)
    rows = tuple(reader.payment(*each) for each in sheet.rows(refusals, used))
    refusals.check()
    return rows


def _own_code(code: str) -> str:
    return _SHEET_CODES.get(code, code)
