"""The position of each nym in a sale: its final entry and its payments.

specs/deposit.md, sections 4 to 6.
"""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from fairlot.deposit.deposit import Deposit
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.names import Nym
from fairlot_crypto.keys import VerifyKey


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

    @property
    def contributes(self) -> bool:
        """Tell whether its holder may contribute to the beacon."""
        return self.funded and self.final.binding.amount > 0


class Stake(NamedTuple):
    """What a nym has paid, without its order."""

    nym: Nym
    paid: int
    refund_to: bytes
    final: bool
    """Whether the final entry is a DEPOSIT."""


@dataclass(slots=True)
class Positions:
    """The positions of all nyms of a sale."""

    by_nym: MutableMapping[Nym, Position] = field(default_factory=dict[Nym, Position])
    refs: set[bytes] = field(default_factory=set[bytes])
    """The references of all payments."""

    @property
    def depositors(self) -> dict[VerifyKey, Nym]:
        """The settlement keys of those who may contribute to the beacon.

        They are of the final, funded deposits of more than nothing: whoever commits and
        withholds costs everybody a recovery, which must not be free (specs/beacon.md,
        section 1).
        """
        return {
            position.final.binding.settle_pk: nym
            for nym, position in self.by_nym.items()
            if position.contributes
        }

    def stakes(self) -> Iterator[Stake]:
        """Return what every nym has paid, in the order in which they came."""
        return (stake_of(nym, position) for nym, position in self.by_nym.items())

    def place(self, deposit: Deposit) -> None:
        """Take an entry in: the greatest entry replaces the others (step 12)."""
        if deposit.proof:
            deposit = replace(deposit, proof=b"")
        known = self.by_nym.get(deposit.nym)
        if known is None:
            self.by_nym[deposit.nym] = Position(deposit, deposit.binding.refund_to)
        elif deposit.precedence > known.final.precedence:
            self.by_nym[deposit.nym] = replace(known, final=deposit)

    def pay(self, nym: Nym, amount: int, ref: bytes) -> None:
        """Take a payment in (step 14).

        Raises:
            Rejection: ``paid.unknown-nym``, ``paid.ref``, ``paid.total``.
        """
        # Step 14, in its order.
        position = self.by_nym.get(nym)
        if position is None:
            raise Rejection(
                "paid.unknown-nym",
                "this nym has no deposit on the board that could be paid",
            )
        if ref in self.refs:
            raise Rejection("paid.ref", "this payment has been booked already")
        total = position.paid + amount
        if total >= 2**64:
            raise Rejection(
                "paid.total", "the payments of a nym must sum up to less than 2^64"
            )
        self.refs.add(ref)
        self.by_nym[nym] = replace(position, paid=total)


def stake_of(nym: Nym, position: Position) -> Stake:
    """Return what a nym has paid."""
    final = position.final.binding.type is EntryType.DEPOSIT
    return Stake(nym, position.paid, position.refund_to, final)
