"""The highest bids win, ties by lot (specs/auction.md, section 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Margin:
    """Where bids stop winning: it does not depend on the lots."""

    seats: int
    """How many bids win."""
    valid: int
    """How many bids count."""
    last: int | None
    """The lowest winning bid; ``None`` where no bid wins."""
    best_losing: int | None
    """The highest losing bid; ``None`` where none loses."""
    tied: int
    """How many bid as much as the lowest winner."""
    tied_seats: int
    """How many of them win."""

    @property
    def by_lot(self) -> bool:
        """Tell whether lots decide between equal bids."""
        return self.tied_seats < self.tied

    def chance(self, bid: int) -> Fraction:
        """Return the probability that a valid bid wins."""
        if self.last is None or bid < self.last:
            return Fraction(0)
        return Fraction(self.tied_seats, self.tied) if bid == self.last else Fraction(1)


def find_margin(seats: int, bids: Sequence[int]) -> Margin:
    """Return the margin where at most ``seats`` of the valid ``bids`` win."""
    ordered = sorted(bids, reverse=True)
    winning, losing = ordered[:seats], ordered[seats:]
    last = winning[-1] if winning else None
    return Margin(
        seats=len(winning),
        valid=len(ordered),
        last=last,
        best_losing=losing[0] if losing else None,
        tied=sum(bid == last for bid in ordered),
        tied_seats=sum(bid == last for bid in winning),
    )


def winners(
    seats: int, bids: Mapping[int, int], drawing_order: Sequence[int]
) -> frozenset[int]:
    """Return the indices of the ``seats`` highest bids, ties by the drawing order.

    Args:
        seats: at least 0.
        bids: the valid bids by the index of their order.
        drawing_order: all indices, who is drawn first in front.
    """
    bidders = (index for index in drawing_order if index in bids)
    ranked = sorted(bidders, key=lambda index: -bids[index])
    return frozenset(ranked[:seats])
