"""Who controls a position, and to whom it is released (specs/claims.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fairlot.claim.claim import Claim
from fairlot.deposit.deposit import Deposit
from fairlot.deposit.final import Position
from fairlot.errors import Rejection
from fairlot.identity.registry import Registry
from fairlot.names import Nym
from fairlot.terms.terms import REFUND_AT_ONCE


@dataclass(frozen=True, slots=True)
class Epochs:
    """When epochs begin, and for how long their credentials are accepted afterwards."""

    length: int
    """Seconds of an epoch."""
    grace: int
    """Seconds in which credentials of the epoch before are accepted."""

    @classmethod
    def of(cls, registry: Registry) -> "Epochs":
        """Return the epochs of a registry."""
        return cls(registry.epoch, registry.grace)

    def at(self, time: int) -> int:
        """Return the epoch of a Unix time."""
        return time // self.length

    def complete(self, time: int) -> int:
        """Return the last epoch of which no claim can come any more; -1 for none."""
        return (time - self.grace) // self.length - 1 if time >= self.grace else -1


@dataclass(slots=True)
class Claims:
    """All claims of a sale, by nym."""

    by_nym: dict[Nym, tuple[Claim, ...]] = field(
        default_factory=dict[Nym, tuple[Claim, ...]]
    )

    def place(self, claim: Claim, positions: Mapping[Nym, Position]) -> None:
        """Take a claim in (step 8).

        Raises:
            Rejection: ``claim.nym`` for a nym without a position.
        """
        # Step 8.
        _position(claim.nym, positions)
        self.by_nym[claim.nym] = (*self.by_nym.get(claim.nym, ()), claim)

    def controller(
        self, nym: Nym, positions: Mapping[Nym, Position]
    ) -> Claim | Deposit:
        """Return what controls the position of a nym (step 9).

        Raises:
            Rejection: ``claim.nym`` for a nym without a position.
        """
        # Step 9.
        position = _position(nym, positions)
        claims = self.by_nym.get(nym, ())
        return max(claims, key=lambda claim: claim.precedence, default=position.final)

    def released(
        self, nym: Nym, unlock: int, time: int, epochs: Epochs
    ) -> Claim | None:
        """Return the claim to which a position is released (steps 10 and 11).

        Args:
            nym: whose position it is.
            unlock: t_unlock of the terms, Unix seconds.
            time: of the log, Unix seconds.
            epochs: of the registry.

        Returns:
            The claim; ``None`` while it waits. Once there is one, it stays.
        """
        claims = self.by_nym.get(nym)
        return released(claims, unlock, time, epochs) if claims else None


def _position(nym: Nym, positions: Mapping[Nym, Position]) -> Position:
    position = positions.get(nym)
    if position is None:
        raise Rejection("claim.nym", "this nym has no position in the sale")
    return position


def released(
    claims: Iterable[Claim], unlock: int, time: int, epochs: Epochs
) -> Claim | None:
    """Return the claim that takes the items (steps 10 and 11).

    It does not depend on the order of the claims.
    """
    # Step 10.
    first, last = epochs.at(unlock), epochs.complete(time)
    counting: dict[int, list[Claim]] = {}
    for claim in claims:
        if first <= claim.epoch <= last:
            counting.setdefault(claim.epoch, []).append(claim)
    # Step 11.
    for _, same in sorted(counting.items()):
        if len({claim.binding.settle_pk for claim in same}) == 1:
            return max(same, key=lambda claim: claim.precedence)
    return None


def refunded(rule: str, first: bytes, claim: Claim | None) -> bytes | None:
    """Return where the refunds of a nym go (step 12).

    Args:
        rule: ``refund`` of the terms.
        first: the destination that the nym's first entry names.
        claim: the one of steps 10 and 11, if there is one; UNLOCK need not be there, so
            that no board keeps a refund by leaving it out.

    Returns:
        The destination; ``None`` as long as they are held.
    """
    # Step 12.
    if rule == REFUND_AT_ONCE:
        return first
    return None if claim is None else claim.binding.refund_to
