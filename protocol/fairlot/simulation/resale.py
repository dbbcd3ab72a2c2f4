"""What selling on would gain after a sale (specs/simulation.md, section 6)."""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from fairlot.simulation.crowds import Crowd
from fairlot.simulation.draws import Ints
from fairlot.simulation.played import Played


@dataclass(frozen=True, slots=True)
class Resale:
    """The market after a sale in which units can be handed on freely."""

    price: int
    """p*, at which no more is asked for than is held."""
    gain: float
    """What all who sell have more than by keeping."""
    worth: float
    """What all units are worth to those who hold them at last."""


LOCKED = 5
"""One in so many leaves a sold unit to its buyer, where it can be taken back."""


def resell(crowd: Crowd, played: Played, one_in: int = 1) -> Resale:
    """Return the market after a sale (steps 1 to 5).

    Args:
        crowd: who might buy.
        played: who holds what, and what money each has left.
        one_in: how many units that are sold there are for each that stays with its buyer.
    """
    held = played.units
    total = int(held.sum()) + played.outside
    # Steps 1 and 2.
    low = bisect_left(
        range(int(crowd.values.max(initial=0)) + 1),
        x=True,
        key=lambda price: bool(_kept(crowd, played, price, one_in).sum() <= total),
    )
    # Step 3.
    last = _kept(crowd, played, low, one_in)
    sold = np.maximum(held - last, 0)
    forgone = crowd.worth(held) - crowd.worth(held - sold)
    gain = float((sold * low - forgone / one_in).sum()) + played.outside * float(low)
    gain -= float(played.outside_paid)
    # Step 4.
    return Resale(low, max(gain, 0.0), float(crowd.worth(last).sum()))


def _kept(crowd: Crowd, played: Played, price: int, one_in: int) -> Ints:
    """Return how many units each holds at a price: own ones need no money."""
    # Step 5.
    liked = crowd.liked(price * one_in)
    left = np.maximum(crowd.budgets - played.payments, 0)
    more = left // price if price else np.full(crowd.size, crowd.wants)
    kept: Ints = np.minimum(liked, played.units + more)
    return kept
