"""Who has collected and who waited, as tables (specs/settlement.md, section 6)."""

from collections.abc import Iterator, Mapping

from fairlot.allocation.outcome import Outcome
from fairlot.board.second_draw import SecondDraw
from fairlot.names import Nym
from fairlot.text import csv_table

COLLECTED_CSV_HEADER = ("nym", "pool", "units", "collected")
WAITING_CSV_HEADER = ("nym", "pool", "units")


def collected_csv(
    first: Outcome, second: SecondDraw, persons: Mapping[Nym, str] | None = None
) -> bytes:
    """Return collected.csv: one row for each seat holder of a collecting pool.

    Args:
        first: the outcome of the first draw.
        second: what the second draw gave.
        persons: the person of each nym, as only a rehearsal knows it.
    """
    lapsed = set(second.redrawn.lapsed)
    rows = (
        (award.nym, result.pool.name, award.units, _word(award.nym not in lapsed))
        for result in first.pools
        if result.pool.collect
        for award in result.awards
        if award.units
    )
    return _table(COLLECTED_CSV_HEADER, rows, persons)


def waiting_csv(second: SecondDraw, persons: Mapping[Nym, str] | None = None) -> bytes:
    """Return waiting.csv: one row for each nym that waited, with what it got.

    Args:
        second: what the second draw gave.
        persons: the person of each nym, as only a rehearsal knows it.
    """
    given = {
        (result.pool.name, award.nym): award.units
        for result in second.redrawn.pools
        for award in result.awards
    }
    rows = (
        (nym, name, given.get((name, nym), 0))
        for name, nyms in second.waiting.items()
        for nym in nyms
    )
    return _table(WAITING_CSV_HEADER, rows, persons)


def _word(said: bool) -> str:
    return "yes" if said else "no"


def _table(
    header: tuple[str, ...],
    rows: Iterator[tuple[Nym, *tuple[str | int, ...]]],
    persons: Mapping[Nym, str] | None,
) -> bytes:
    begin = () if persons is None else ("person",)
    written = (
        (*(() if persons is None else (persons[nym],)), nym.hex(), *rest)
        for nym, *rest in rows
    )
    return csv_table((*begin, *header), written)
