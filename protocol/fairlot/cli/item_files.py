"""The items of a sale that ``fairlot run`` plays (specs/command-line.md, section 2)."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from fairlot.entry import EntryType
from fairlot.errors import InputError
from fairlot.inputs.item_list import read_item_list
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.rehearsal.handing import Handed, check_item_count
from fairlot.text import csv_table

ITEMS = "items.csv"

_HEADER = ("person", "pool", "unit", "item", "holder")


def read_items(
    path: Path | None, terms: TermsFile, until: EntryType | None
) -> tuple[bytes, ...]:
    """Return what the seller hands over; nothing where there is no list.

    Args:
        path: of the list.
        terms: the seller's terms.
        until: where the rehearsal stops, if it does.

    Raises:
        InputError: ``items-file.*``, ``run.items``.
    """
    if path is None:
        return ()
    if until is not None:
        problem = f"nothing is handed over in a sale that stops behind {until}"
        raise InputError("run.items", f"{problem}: leave out --until or --items")
    items = read_item_list(path)
    check_item_count(path, items, terms)
    return items


def items_csv(handed: Iterable[Handed], persons: Mapping[Nym, str]) -> bytes:
    """Return items.csv: one row a unit, in their order.

    Args:
        handed: what has become of each unit.
        persons: the person of each nym.
    """
    rows = (
        (persons[each.nym], each.pool, str(each.unit), _text(each.item), each.holder)
        for each in handed
    )
    return csv_table(_HEADER, rows)


def _text(item: bytes | None) -> str:
    """Return an item as its line had it, or nothing."""
    return "" if item is None else item.decode()
