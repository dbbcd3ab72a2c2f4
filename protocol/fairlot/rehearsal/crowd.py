"""The terms and the people of a sale of any size (specs/command-line.md, section 22)."""

from fairlot.inputs.people_file import Person

MOST = 1_000_000
"""The most people of a crowd."""
SEED = bytes(32)
"""Of a crowd's rehearsal, unless another one is named."""

PRICE = 100
"""Of a seat, in the smallest unit."""
CAP = 2
"""Seats that one person gets at most."""
_TERMS = """\
title = "A crowd of {people}"
asset = "seat"
supply = {supply}
mechanism = "equal-share"
price = {price}
cap = {cap}

[beacon]
contributors = 3
delay = 1
"""


def crowd_terms(people: int) -> str:
    """Return the content of the terms: for one of two people there is a seat."""
    supply = crowd_supply(people)
    return _TERMS.format(people=people, supply=supply, price=PRICE, cap=CAP)


def crowd_supply(people: int) -> int:
    """Return how many seats there are."""
    return (people + 1) // 2


def crowd_person(number: int) -> Person:
    """Return a person of the list, from number 1: they want one seat or two, and deposit."""
    wants = 1 + number % CAP
    return Person(f"P{number}", wants, wants * PRICE)
