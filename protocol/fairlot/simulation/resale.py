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


def resell(crowd: Crowd, played: Played) -> Resale:
    """Return the market after a sale (steps 1 to 4).

    Args:
        crowd: who might buy.
        played: who holds what, and what money each has left.
    """
    held = played.units
    total = int(held.sum()) + played.outside
    # Steps 1 and 2.
    low = bisect_left(
        range(int(crowd.values.max(initial=0)) + 1),
        x=True,
        key=lambda price: bool(_kept(crowd, played, price).sum() <= total),
    )
    # Step 3.
    last = _kept(crowd, played, low)
    sold = np.maximum(held - last, 0)
    forgone = crowd.worth(held) - crowd.worth(held - sold)
    gain = float((sold * low - forgone).sum()) + played.outside * float(low)
    gain -= float(played.outside_paid)
    # Step 4.
    return Resale(low, max(gain, 0.0), float(crowd.worth(last).sum()))


def _kept(crowd: Crowd, played: Played, price: int) -> Ints:
    """Return how many units each holds at a price: own ones need no money."""
    liked = crowd.liked(price)
    left = np.maximum(crowd.budgets - played.payments, 0)
    more = left // price if price else np.full(crowd.size, crowd.wants)
    kept: Ints = np.minimum(liked, played.units + more)
    return kept
