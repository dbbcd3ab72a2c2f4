"""States the table of a lottery in sentences (specs/lottery.md, section 9)."""

from collections.abc import Iterator
from itertools import accumulate

from fairlot.allocation.mechanisms.groups import Table
from fairlot.allocation.mechanisms.patterns import Counts, dot
from fairlot.allocation.shape import NOBODY
from fairlot.text import counted

GROUPS = ("group", "groups")
_SINGLES = ("single", "singles")


def reasons_of(known: Table) -> tuple[str, ...]:
    """State the chance that everybody has, the table, and why no chance is greater."""
    return tuple(_reasons_of(known))


def _reasons_of(known: Table) -> Iterator[str]:
    demand = known.demand
    units = counted(demand.supply, "unit", "units")
    if not demand.supply:
        yield "No unit is for sale"
        return
    for size in demand.too_large:
        yield f"A group of {size} is larger than the supply of {units}: it cannot win"
    if not demand.people:
        yield NOBODY
    elif known.all_win:
        people = counted(demand.people, "person", "people")
        who = "All others win" if demand.too_large else "Everybody wins"
        yield f"{who}: {people} for {units}"
    else:
        yield from _drawn_by(known, units)


def _drawn_by(known: Table, units: str) -> Iterator[str]:
    demand = known.demand
    people = counted(demand.people, "person", "people")
    yield f"Each of {people} has the chance {known.chance} of one of {units}"
    if demand.sizes == (1,):
        return
    yield (
        f"One lot of {known.lots} picks a row of the table, which says how many groups of "
        "each size win: the first of them in the order that is drawn; over all lots every "
        "size gets the same share"
    )
    ends = accumulate(known.weights)
    for row, weight, end in zip(known.rows, known.weights, ends, strict=True):
        lots = f"Lot {end}" if weight == 1 else f"Lots {end - weight + 1} to {end}"
        yield f"{lots}: {_row(known, row)}"
    yield _bound(known, units)


def _row(known: Table, row: Counts) -> str:
    demand = known.demand
    sizes = zip(demand.sizes, row, demand.counts, strict=True)
    wins = [
        f"{won} of {counted(count, *_SINGLES)}"
        if size == 1
        else f"{won} of {counted(count, *GROUPS)} of {size}"
        for size, won, count in sizes
    ]
    return f"{', '.join(wins)}; {counted(demand.seats(row), 'unit', 'units')}"


def _bound(known: Table, units: str) -> str:
    """State why no equal chance is greater."""
    demand = known.demand
    if known.prices is None:
        most = known.demand.seats(known.rows[0])
        if most == demand.supply:
            return "No equal chance is greater: every unit is sold"
        return (
            "No equal chance is greater: whole groups can take no more than "
            f"{most} of {units}"
        )
    prices = ", ".join(
        f"{price} for {'a single' if size == 1 else f'a group of {size}'}"
        for size, price in zip(demand.sizes, known.prices, strict=True)
    )
    everything = dot(known.prices, demand.counts)
    most = dot(known.prices, known.rows[0])
    return (
        f"No equal chance is greater: at the prices {prices}, all are worth {everything}, and "
        f"no winners who fit are worth more than {most}"
    )
