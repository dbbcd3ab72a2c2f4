"""Reads the two files that people write from texts that vectors hold."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from fairlot.inputs.events_file import Event, read_events
from fairlot.inputs.item_list import read_item_list
from fairlot.inputs.people_file import Person, read_people
from fairlot.inputs.terms_file import TermsFile, read_terms_file
from fairlot.money import Currency
from fairlot.rehearsal.fit import check_people, check_playable
from fairlot.rehearsal.handing import check_item_count


def read_terms(data: str | bytes) -> TermsFile:
    """Return what a TERMS.toml says."""
    with TemporaryDirectory() as folder:
        return read_terms_file(_written(folder, "TERMS.toml", data))


def read_listed(
    data: str | bytes, currency: Currency | None = None, keep: Sequence[str] = ()
) -> tuple[Person, ...]:
    """Return the people of a PEOPLE.csv, with what the terms say of it."""
    with TemporaryDirectory() as folder:
        return read_people(_written(folder, "PEOPLE.csv", data), currency, keep)


def read_both(
    terms: str, people: str, *, simulated: bool
) -> tuple[TermsFile, tuple[Person, ...]]:
    """Return what both files say, if they fit each other.

    Args:
        terms: the text of a TERMS.toml.
        people: the text of a PEOPLE.csv.
        simulated: whether the sale is for a rehearsal, whose clock is simulated.
    """
    file = read_terms(terms)
    listed = read_listed(people, file.currency, file.keep)
    if simulated:
        check_playable(file)
    check_people(file, listed, Path("PEOPLE.csv"))
    return file, listed


def read_happening(data: str | bytes, people: Sequence[Person]) -> tuple[Event, ...]:
    """Return the events of an EVENTS.csv, for these people."""
    with TemporaryDirectory() as folder:
        return read_events(_written(folder, "EVENTS.csv", data), people)


def read_items(data: str | bytes, file: TermsFile) -> tuple[bytes, ...]:
    """Return the items of a list, for the units of these terms."""
    with TemporaryDirectory() as folder:
        path = _written(folder, "ITEMS.txt", data)
        items = read_item_list(path)
        check_item_count(path, items, file)
        return items


def _written(folder: str, name: str, data: str | bytes) -> Path:
    path = Path(folder) / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path
