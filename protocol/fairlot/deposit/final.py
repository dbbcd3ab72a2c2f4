"""The position of each nym in a sale: its final entry and its payments.

specs/deposit.md, sections 4 to 6.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

from fairlot.deposit.deposit import Deposit
from fairlot.deposit.deposits import Deposits, Wanted
from fairlot.deposit.payment import REF_LENGTH
from fairlot.entry import EntryHash, EntryType
from fairlot.errors import Rejection
from fairlot.names import NYM_LENGTH, Nym
from fairlot_crypto.growing import Rows
from fairlot_crypto.keyed import Keys
from fairlot_crypto.keys import KEY_LENGTH, VerifyKey


@dataclass(frozen=True, slots=True)
class Position:
    """One nym's position in a sale."""

    final: Deposit
    """The greatest entry by (epoch, seq, entry hash) so far."""
    refund_to: bytes
    """Where refunds at once go, by the nym's first entry: a later thief cannot redirect
    them."""
    paid: int = 0
    """The sum of the nym's PAID entries."""

    @property
    def funded(self) -> bool:
        """Tell whether the final entry counts."""
        deposits = self.final.binding.type is EntryType.DEPOSIT
        return deposits and self.paid >= self.final.binding.amount


class Stake(NamedTuple):
    """What a nym has paid, without its order."""

    nym: Nym
    paid: int
    refund_to: bytes
    final: bool
    """Whether the final entry is a DEPOSIT."""


_ROW = Struct("<QQQ??32s32s")
_PAID = Struct("<Q")
"""The first of it."""


class Row(NamedTuple):
    """What most questions about a position are about."""

    paid: int
    """As ``Position.paid``."""
    final: int
    """Where its final entry is: the index of a leaf of the log, or its place here."""
    amount: int
    """Of that entry."""
    in_log: bool
    """Whether ``final`` is the index of a leaf."""
    deposits: bool
    """Whether that entry is a DEPOSIT, and no CANCEL."""
    holder: bytes
    """The settlement key of that entry."""
    refund_to: bytes
    """As ``Position.refund_to``."""

    @property
    def funded(self) -> bool:
        """As ``Position.funded``."""
        return self.deposits and self.paid >= self.amount


class Positions:
    """The positions of all nyms of a sale, in the order in which nyms came."""

    def __init__(self) -> None:
        """Start with none."""
        self.nyms = Keys(NYM_LENGTH)
        self.refs = Keys(REF_LENGTH)
        """The references of all payments."""
        self._rows = Rows(_ROW.size)
        self._deposits = Deposits()
        self._read: Callable[[int], Deposit] = self._deposits.__getitem__
        """Returns the deposit in the leaf of an index."""

    @classmethod
    def of(
        cls,
        nyms: bytes,
        rows: Iterable[Row],
        refs: bytes,
        read: Callable[[int], Deposit],
    ) -> "Positions":
        """Return positions whose final entries lie in the log.

        Args:
            nyms: joined, none of them twice.
            rows: one for each.
            refs: the references of all payments, joined, none of them twice.
            read: returns the deposit in the leaf of an index.
        """
        positions = cls()
        positions.nyms = Keys.of(nyms, NYM_LENGTH)
        positions.refs = Keys.of(refs, REF_LENGTH)
        for row in rows:
            positions._rows.append(_ROW.pack(*row))
        positions._read = read
        return positions

    @property
    def by_nym(self) -> Mapping[Nym, Position]:
        """The positions by nym; each is made when it is asked for."""
        return _ByNym(self)

    @property
    def rows(self) -> Iterator[Row]:
        """The rows of all positions."""
        for piece in self._rows.pieces():
            yield from map(Row._make, _ROW.iter_unpack(piece))

    def wanted(self) -> Iterator[tuple[Nym, bool, Wanted]]:
        """Yield what every nym asks for, and whether its final entry counts."""
        for nym, row in zip(self.nyms, self.rows, strict=True):
            if row.in_log:
                wanted = Wanted.of(self._read(row.final))
            else:
                wanted = self._deposits.wanted(row.final)
            yield Nym(nym), row.funded, wanted

    def stakes(self) -> Iterator[Stake]:
        """Yield what every nym has paid, in the order in which they came."""
        for nym, row in zip(self.nyms, self.rows, strict=True):
            yield Stake(Nym(nym), row.paid, row.refund_to, row.deposits)

    def entry_hash(self, row: Row) -> EntryHash:
        """Return the hash of a final entry."""
        if row.in_log:
            return self._read(row.final).entry_hash
        return self._deposits.entry_hash(row.final)

    def position(self, number: int) -> Position:
        """Return the position of the nym of a number."""
        row = self._row(number)
        final = self._final(row)
        return Position(final, row.refund_to, row.paid)

    def place(self, deposit: Deposit) -> None:
        """Take an entry in: the greatest entry replaces the others (step 12)."""
        number = self.nyms.find(deposit.nym)
        if number is None:
            self._rows.append(self._packed(deposit, deposit.binding.refund_to, 0))
            self.nyms.add(deposit.nym)
            return
        row = self._row(number)
        if deposit.precedence > self._final(row).precedence:
            self._rows[number] = self._packed(deposit, row.refund_to, row.paid)

    def pay(self, nym: Nym, amount: int, ref: bytes) -> None:
        """Take a payment in (step 14).

        Raises:
            Rejection: ``paid.unknown-nym``, ``paid.ref``, ``paid.total``.
        """
        # Step 14, in its order.
        number = self.nyms.find(nym)
        if number is None:
            raise Rejection(
                "paid.unknown-nym",
                "this nym has no deposit on the board that could be paid",
            )
        if ref in self.refs:
            raise Rejection("paid.ref", "this payment has been booked already")
        (before,) = _PAID.unpack_from(self._rows[number])
        total = before + amount
        if total >= 2**64:
            raise Rejection(
                "paid.total", "the payments of a nym must sum up to less than 2^64"
            )
        self.refs.add(ref)
        self._rows.write(number * _ROW.size, _PAID.pack(total))

    def _row(self, number: int) -> Row:
        return Row._make(_ROW.unpack(self._rows[number]))

    def _final(self, row: Row) -> Deposit:
        if row.in_log:
            return self._read(row.final).changed(proof=b"")
        return self._deposits[row.final]

    def _packed(self, deposit: Deposit, refund_to: bytes, paid: int) -> bytes:
        binding, number = deposit.binding, self._deposits.add(deposit)
        deposits = binding.type is EntryType.DEPOSIT
        named = binding.settle_pk, refund_to
        return _ROW.pack(paid, number, binding.amount, False, deposits, *named)


class Depositors(Container[VerifyKey]):
    """The settlement keys of those who may contribute to the beacon.

    They are of the final, funded deposits of more than nothing: whoever commits and withholds
    costs everybody a recovery, which must not be free (specs/beacon.md, section 1). Most
    sales are drawn by others, so that they are looked for when somebody asks.
    """

    def __init__(self, positions: Positions) -> None:
        """Look among these positions, which stay as they are."""
        self._positions = positions
        self._keys: Keys | None = None

    def __contains__(self, key: object) -> bool:
        """Tell whether a key is one of them."""
        return key in self.keys()

    def keys(self) -> Keys:
        """Return all of them."""
        if self._keys is None:
            self._keys = Keys(KEY_LENGTH)
            for row in self._positions.rows:
                if row.funded and row.amount > 0 and row.holder not in self._keys:
                    self._keys.add(row.holder)
        return self._keys


class _ByNym(Mapping[Nym, Position]):
    """Positions, by nym."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions

    def __getitem__(self, nym: Nym) -> Position:
        number = self._positions.nyms.find(nym)
        if number is None:
            raise KeyError(nym)
        return self._positions.position(number)

    def __contains__(self, nym: object) -> bool:
        return isinstance(nym, bytes) and nym in self._positions.nyms

    def __iter__(self) -> Iterator[Nym]:
        return map(Nym, self._positions.nyms)

    def __len__(self) -> int:
        return len(self._positions.nyms)
