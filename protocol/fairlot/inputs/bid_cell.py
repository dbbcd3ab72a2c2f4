"""A bid as people write it in PEOPLE.csv (specs/terms-file.md, section 4.2)."""

from fairlot.bids import MAX_STEPS, Bid, Step, bid_problem
from fairlot.errors import InputError
from fairlot.inputs.amounts import read_amount, read_count
from fairlot.money import Currency
from fairlot.text import shown


def read_bid(cell: str, currency: Currency | None) -> Bid:
    """Return a bid: an amount for one unit, or steps as in ``600@5;200@3``.

    Args:
        cell: what somebody wrote.
        currency: in which amounts are written; ``None`` for whole smallest units.

    Raises:
        InputError: ``people-file.bid`` for steps that are none or do not fall;
            ``people-file.number``, ``people-file.range`` for their numbers.
    """
    if "@" not in cell:
        return read_amount(cell, currency)
    steps = tuple(_step(part, currency) for part in cell.split(";"))
    problem = bid_problem(steps, MAX_STEPS)
    if problem:
        raise InputError("people-file.bid", f"{shown(cell)} {problem}")
    return steps


def _step(part: str, currency: Currency | None) -> Step:
    quantity, mark, price = part.partition("@")
    if not mark:
        problem = "must say for how many units and at which price, as in 2@5"
        raise InputError("people-file.bid", f"{shown(part)} {problem}")
    return Step(read_count(quantity), read_amount(price, currency))
