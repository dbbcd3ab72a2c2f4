"""Positions of a sale that were kept from an earlier fold (specs/verdicts.md, section 4.3).

Of each there is what most questions are about, in columns; its final entry is read from the
log when somebody asks for it.
"""

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fairlot.deposit.binding import REFUND_TO_LENGTH
from fairlot.deposit.deposit import Deposit
from fairlot.deposit.final import Positions, Row
from fairlot.deposit.payment import REF_LENGTH
from fairlot.entry import EntryHash
from fairlot.names import NYM_LENGTH
from fairlot_crypto.keys import KEY_LENGTH


@dataclass(frozen=True, slots=True)
class PositionColumns:
    """The positions of all nyms, in the order in which they came; rows of equal number."""

    nyms: bytes
    finals: "array[int]"
    """The index of the leaf that is the final entry."""
    holders: bytes
    """The settlement key of that entry."""
    kinds: bytes
    """1 where it is a DEPOSIT, 0 where it is a CANCEL."""
    amounts: "array[int]"
    """Of that entry."""
    paid: "array[int]"
    refunds: bytes
    """Where refunds at once go."""
    refs: bytes
    """The references of all payments, in any order."""

    def __len__(self) -> int:
        """Return how many positions there are."""
        return len(self.finals)

    @property
    def fits(self) -> bool:
        """Tell whether every column has as many rows, and no nym stands twice."""
        rows = len(self)
        lengths = (
            (self.nyms, NYM_LENGTH),
            (self.holders, KEY_LENGTH),
            (self.kinds, 1),
            (self.refunds, REFUND_TO_LENGTH),
        )
        columns = (self.amounts, self.paid)
        return (
            all(len(column) == rows * length for column, length in lengths)
            and all(len(column) == rows for column in columns)
            and len(self.refs) % REF_LENGTH == 0
            and len(set(_split(self.nyms, NYM_LENGTH))) == rows
        )


def recall_positions(
    columns: PositionColumns, read: Callable[[int], Deposit]
) -> Positions:
    """Return positions whose final entries are read from the log.

    Args:
        columns: that fit.
        read: returns the deposit in the leaf of an index.
    """
    rows = (
        Row(paid, final, amount, True, bool(kind), holder, refund_to)
        for paid, final, amount, kind, holder, refund_to in zip(
            columns.paid,
            columns.finals,
            columns.amounts,
            columns.kinds,
            _split(columns.holders, KEY_LENGTH),
            _split(columns.refunds, REFUND_TO_LENGTH),
            strict=True,
        )
    )
    return Positions.of(columns.nyms, rows, columns.refs, read)


def columns_of(
    positions: Positions, finals: Mapping[EntryHash, int]
) -> PositionColumns:
    """Return the columns of positions.

    Args:
        positions: of a sale.
        finals: the index of each final entry's leaf, by its hash.
    """
    kept, at = [*positions.rows], array("Q")
    for row in kept:
        at.append(row.final if row.in_log else finals[positions.entry_hash(row)])
    return PositionColumns(
        nyms=b"".join(positions.nyms.pieces()),
        finals=at,
        holders=b"".join(row.holder for row in kept),
        kinds=bytes(row.deposits for row in kept),
        amounts=array("Q", (row.amount for row in kept)),
        paid=array("Q", (row.paid for row in kept)),
        refunds=b"".join(row.refund_to for row in kept),
        refs=b"".join(sorted(positions.refs)),
    )


def _split(column: bytes, length: int) -> list[bytes]:
    return [column[at : at + length] for at in range(0, len(column), length)]
