"""Positions of a sale that were kept from an earlier fold (specs/verdicts.md, section 4.3).

Of each there is what most questions are about, in columns; its final entry is read from the
log when somebody asks for it.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from fairlot.deposit.binding import REFUND_TO_LENGTH
from fairlot.deposit.deposit import Deposit
from fairlot.deposit.final import Position, Positions, Stake, stake_of
from fairlot.deposit.payment import REF_LENGTH
from fairlot.entry import EntryHash, EntryType
from fairlot.names import NYM_LENGTH, Nym
from fairlot.recalled import Recalled
from fairlot_crypto.keys import KEY_LENGTH, VerifyKey


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


class RecalledPositions(Positions):
    """Positions of which the first come from columns."""

    def __init__(
        self, columns: PositionColumns, read: Callable[[int], Deposit]
    ) -> None:
        """Recall positions.

        Args:
            columns: that fit.
            read: returns the deposit in the leaf of an index.
        """
        self._columns = columns
        nyms = map(Nym, _split(columns.nyms, NYM_LENGTH))

        def position(row: int) -> Position:
            deposit = read(columns.finals[row]).changed(proof=b"")
            refund_to = _part(columns.refunds, row, REFUND_TO_LENGTH)
            return Position(deposit, refund_to, columns.paid[row])

        self._rows: Recalled[Nym, Position] = Recalled(nyms, position)
        super().__init__(self._rows, set(_split(columns.refs, REF_LENGTH)))

    @property
    def depositors(self) -> dict[VerifyKey, Nym]:
        """The settlement keys of those who may contribute to the beacon; none is read."""
        found: dict[VerifyKey, Nym] = {}
        for nym in self._rows:
            row = self._rows.row_of(nym)
            if row is not None:
                key = _depositor_in(self._columns, row)
            elif self._rows[nym].contributes:
                key = self._rows[nym].final.binding.settle_pk
            else:
                key = None
            if key is not None:
                found[key] = nym
        return found

    def stakes(self) -> Iterator[Stake]:
        """Yield what every nym has paid, in the order in which they came; none is read."""
        columns = self._columns
        for nym in self._rows:
            row = self._rows.row_of(nym)
            if row is None:
                yield stake_of(nym, self._rows[nym])
            else:
                paid, final = columns.paid[row], bool(columns.kinds[row])
                refund_to = _part(columns.refunds, row, REFUND_TO_LENGTH)
                yield Stake(nym, paid, refund_to, final)

    def columns(self, finals: Mapping[EntryHash, int]) -> PositionColumns:
        """Return the columns of these positions; rows that nobody has read are copied."""
        columns = self._columns
        rows = (self._rows.row_of(nym) for nym in self._rows)
        return _columns(
            (
                _row(self._rows[nym], finals) if row is None else _copied(columns, row)
                for nym, row in zip(self._rows, rows, strict=True)
            ),
            self,
        )


_Row = tuple[int, bytes, int, int, int, bytes]


def columns_of(
    positions: Positions, finals: Mapping[EntryHash, int]
) -> PositionColumns:
    """Return the columns of positions.

    Args:
        positions: of a sale.
        finals: the index of each final entry's leaf, by its hash.
    """
    if isinstance(positions, RecalledPositions):
        return positions.columns(finals)
    rows = (_row(position, finals) for position in positions.by_nym.values())
    return _columns(rows, positions)


def _columns(rows: Iterable[_Row], positions: Positions) -> PositionColumns:
    found = tuple(rows)
    finals, keys, kinds, amounts, paid, refunds = (
        zip(*found, strict=True) if found else ((),) * 6
    )
    return PositionColumns(
        nyms=b"".join(positions.by_nym),
        finals=array("Q", finals),
        holders=b"".join(keys),
        kinds=bytes(kinds),
        amounts=array("Q", amounts),
        paid=array("Q", paid),
        refunds=b"".join(refunds),
        refs=b"".join(sorted(positions.refs)),
    )


def _row(position: Position, finals: Mapping[EntryHash, int]) -> _Row:
    final = position.final
    deposits = final.binding.type is EntryType.DEPOSIT
    at, key = finals[final.entry_hash], final.binding.settle_pk
    paid, refund_to = position.paid, position.refund_to
    return at, key, int(deposits), final.binding.amount, paid, refund_to


def _copied(columns: PositionColumns, row: int) -> _Row:
    return (
        columns.finals[row],
        _part(columns.holders, row, KEY_LENGTH),
        columns.kinds[row],
        columns.amounts[row],
        columns.paid[row],
        _part(columns.refunds, row, REFUND_TO_LENGTH),
    )


def _depositor_in(columns: PositionColumns, row: int) -> VerifyKey | None:
    amount = columns.amounts[row]
    if columns.kinds[row] and columns.paid[row] >= amount > 0:
        return VerifyKey(_part(columns.holders, row, KEY_LENGTH))
    return None


def _part(column: bytes, row: int, length: int) -> bytes:
    return column[row * length : (row + 1) * length]


def _split(column: bytes, length: int) -> list[bytes]:
    return [column[at : at + length] for at in range(0, len(column), length)]
