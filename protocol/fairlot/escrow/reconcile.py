"""What came in, for whom it is, and what is open (specs/money.md, section 4)."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from fairlot.deposit.escrow_book import EscrowBook, Paid
from fairlot.errors import InputError
from fairlot.escrow.notice import Notice
from fairlot.escrow.reference import references_in
from fairlot.names import Nym, SaleId


@dataclass(frozen=True, slots=True)
class Payment:
    """A row of what the bank says."""

    number: str
    """What the bank calls it, each payment once."""
    amount: int
    reference: str
    """What the payer wrote."""
    date: str
    line: int = field(default=0, compare=False)
    """Of the row in its file, from 1."""


class Came(StrEnum):
    """What a payment is."""

    BOOKED = "booked"
    LATE = "late"
    """It belongs to a nym, and the board takes no payment any more."""
    NO_NOTICE = "no-notice"
    """It has a reference, of which no notice was opened."""
    FOREIGN = "foreign"
    """It has no reference, or more than one."""


class Stands(StrEnum):
    """How a deposit stands."""

    PAID = "paid"
    PARTIAL = "partial"
    UNPAID = "unpaid"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Row:
    """A payment, and whose it is."""

    payment: Payment
    came: Came
    nym: Nym | None


@dataclass(frozen=True, slots=True)
class Due:
    """A nym, what its final entry asks for, and what came in."""

    nym: Nym
    due: int
    paid: int
    noticed: bool
    """Whether the person has told the escrow their reference."""

    @property
    def stands(self) -> Stands:
        """How the deposit stands (step 17)."""
        # Step 17.
        if self.paid > self.due:
            return Stands.OVER
        if self.paid == self.due:
            return Stands.PAID
        return Stands.PARTIAL if self.paid else Stands.UNPAID


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The book with what came in, and how everything stands."""

    book: EscrowBook
    rows: Sequence[Row]
    """Each payment once, ascending by what the bank calls it."""
    repeated: int
    """How many rows said a payment once more."""

    def total(self, *kinds: Came) -> int:
        """Return how much came in of some kinds, by default of all."""
        rows = (row for row in self.rows if not kinds or row.came in kinds)
        return sum(row.payment.amount for row in rows)


def distinct(payments: Iterable[Payment]) -> Mapping[str, Payment]:
    """Return each payment once, by what the bank calls it (step 13).

    Raises:
        InputError: ``payments-file.twice`` for two that the bank calls the same.
    """
    # Step 13.
    found: dict[str, Payment] = {}
    for each in payments:
        known = found.setdefault(each.number, each)
        if known != each:
            problem = f"line {each.line}: another payment has this id, in line"
            remedy = f"{known.line}: an id names one payment; export it again"
            raise InputError("payments-file.twice", f"{problem} {remedy}")
    return found


def reconcile(
    book: EscrowBook,
    sale_id: SaleId,
    payments: Sequence[Payment],
    notices: Iterable[Notice],
    posted: Container[str],
    *,
    takes: bool,
) -> Reconciled:
    """Book each payment once, for whom its reference names (steps 13 to 16).

    Args:
        book: what was booked before.
        sale_id: of the sale.
        payments: of all files, in any order.
        notices: that speak for their nyms.
        posted: what the bank calls the payments whose PAID is on the board.
        takes: whether the board takes payments still.

    Raises:
        InputError: ``payments-file.twice``, ``escrow.reference``.
    """
    found = distinct(payments)
    # Step 14. A reference commits to its nym: two of one reference have a hash in common.
    owners: dict[str, Nym] = {}
    for notice in sorted(notices, key=lambda each: each.nym):
        owners.setdefault(notice.reference, notice.nym)
    rows: list[Row] = []
    for number, payment in sorted(found.items()):
        row = _row(
            book.paid.get((sale_id, number)),
            payment,
            owners,
            takes=takes or number in posted,
        )
        if row.nym is not None and row.came is Came.BOOKED:
            # Step 16.
            book = book.booked(sale_id, number, Paid(row.nym, payment.amount))
        rows.append(row)
    return Reconciled(book, rows, len(payments) - len(found))


def _row(
    before: Paid | None,
    payment: Payment,
    owners: Mapping[str, Nym],
    *,
    takes: bool,
) -> Row:
    # Step 15.
    came = Came.BOOKED if takes else Came.LATE
    if before is not None:
        return Row(payment, came, before.nym)
    written = references_in(payment.reference)
    known = {owners[each] for each in written if each in owners}
    if len(known) == 1:
        (nym,) = known
        return Row(payment, came, nym)
    unknown = len(written) == 1
    return Row(payment, Came.NO_NOTICE if unknown else Came.FOREIGN, None)


def standing(
    booked: Iterable[Paid],
    asked: Mapping[Nym, int],
    noticed: Iterable[Notice],
) -> Sequence[Due]:
    """Return how each deposit stands, ascending by nym (step 17).

    Args:
        booked: for this sale, without what came too late.
        asked: what the final entry of each nym promises; 0 of a CANCEL.
        noticed: whose reference the escrow knows.
    """
    # Step 17.
    paid: Counter[Nym] = Counter()
    for each in booked:
        paid[each.nym] += each.amount
    known = {each.nym for each in noticed}
    nyms = sorted(asked.keys() | paid.keys())
    return [Due(nym, asked.get(nym, 0), paid[nym], nym in known) for nym in nyms]
