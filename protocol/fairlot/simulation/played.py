"""What a way of selling gave to whom (specs/simulation.md, section 3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fairlot.simulation.crowds import Crowd
from fairlot.simulation.draws import Floats, Ints


@dataclass(frozen=True, slots=True)
class Played:
    """How one sale ended; all arrays have one row for each person of the crowd."""

    units: Ints
    payments: Ints
    worth: Floats
    """What each one's units are worth to them, in the smallest unit of money."""
    costs: Floats
    """What else taking part cost each, in money: waiting, addresses."""
    asked: Ints
    """How many units each asked for, at most as many as one can get."""
    outside: int = 0
    """Units that went to nobody of the crowd, but to those who only sell on."""
    outside_paid: int = 0
    """What these paid."""

    @property
    def gains(self) -> Floats:
        """What each has of it: worth, less payment and costs."""
        return self.worth - self.payments - self.costs


@dataclass(frozen=True, slots=True)
class Draw:
    """One of several times that a sale is played with the same people."""

    seed: bytes
    """32 bytes."""
    turned: bool = False
    """Whether the people come in the opposite order."""


Play: TypeAlias = Callable[[Crowd, Sequence[Draw]], list[Played]]
"""From people and draws to a result for each draw."""


def one_by_one(
    play: Callable[[Crowd, bytes], Played], crowd: Crowd, draws: Sequence[Draw]
) -> list[Played]:
    """Play each draw by itself."""
    return [
        play(crowd.reversed() if draw.turned else crowd, draw.seed) for draw in draws
    ]


@dataclass(frozen=True, slots=True)
class Way:
    """A way of selling, of which a crowd and a seed make a result."""

    name: str
    title: str
    supply: int
    """N, how many units there are."""
    price: int
    """The lowest price of a unit; 0 where bids alone decide."""
    play: Play
    """A function of a module, or a ``partial`` of one, so that it can go to a process."""
    comparator: bool = False
    """Whether it stands for what is common elsewhere, and is no mechanism of fairlot."""
