"""What a person bids: an amount for one unit, or steps of quantities (specs/auction.md)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from fairlot.fields import UINT_MAX, uint_problem, uints_problem

MAX_STEPS = 8
"""The greatest number of steps that terms may allow."""


class Step(NamedTuple):
    """So many units, each for at most this price."""

    quantity: int
    """At least 1, uint64."""
    price: int
    """What each of them is worth to the bidder, uint64."""


Steps: TypeAlias = tuple[Step, ...]
"""Prices fall from step to step."""
Bid: TypeAlias = int | Steps
"""An amount for one unit, or steps; an amount v is the same as one unit at v."""


def steps_of(bid: Bid) -> Steps:
    """Return a bid as steps."""
    return (Step(1, bid),) if isinstance(bid, int) else bid


def total_of(bid: Bid) -> int:
    """Return the most that a bid can cost: all its units at their own prices."""
    return sum(step.quantity * step.price for step in steps_of(bid))


def units_of(bid: Bid) -> int:
    """Return for how many units a bid is."""
    return sum(step.quantity for step in steps_of(bid))


def best_of(bid: Bid) -> int:
    """Return the price of the first unit."""
    return steps_of(bid)[0].price


def cut(steps: Sequence[Step], units: int, money: int) -> Steps:
    """Return the part of a bid that keeps within units and money (specs/auction.md, 8).

    Where the money ends inside a step, one unit more is worth what is left of it.
    """
    kept: list[Step] = []
    for step in steps:
        quantity, price = step
        wanted = min(quantity, units)
        paid = min(wanted, money // price) if price else wanted
        units, money = units - wanted, money - paid * price
        if paid:
            kept.append(step if paid == quantity else Step(paid, price))
        if paid < wanted:
            return (*kept, Step(1, money))
        if not units:
            break
    return tuple(kept)


def bid_problem(bid: Bid, most: int) -> str | None:
    """Return what is wrong with a bid of at most ``most`` steps; ``None`` for nothing."""
    if not isinstance(bid, tuple):
        return uint_problem(bid)
    steps = bid
    if not 1 <= len(steps) <= most:
        return f"holds {len(steps)} steps, and must hold 1 to {most}"
    above = UINT_MAX + 1
    for quantity, price in steps:
        whole = type(quantity) is int and type(price) is int
        if not (whole and 1 <= quantity <= UINT_MAX and 0 <= price < above):
            return _steps_problem(steps)
        above = price
    return None


def _steps_problem(steps: Steps) -> str | None:
    quantities, prices = zip(*steps, strict=True)
    problem = uints_problem(quantities, 1) or uints_problem(prices)
    if problem:
        return problem
    if any(first <= second for first, second in pairwise(prices)):
        return "does not fall: each step must have a lower price than the one before"
    return None
