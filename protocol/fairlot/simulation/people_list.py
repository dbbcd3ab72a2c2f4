"""A list of the user's own people (specs/simulation.md, section 11)."""

import csv
from pathlib import Path

import numpy as np

from fairlot.errors import InputError
from fairlot.inputs.amounts import read_amount
from fairlot.inputs.input_file import InputFile, read_bytes, utf8_text
from fairlot.money import Currency
from fairlot.simulation.crowds import Crowd, listed_crowd
from fairlot.simulation.draws import Ints, uniforms
from fairlot.simulation.trial import People

_COLUMNS = ("value", "budget")
_GROUP = "group"
_MOST = 10**12
"""The largest amount, so that sums and products stay exact."""


def read_crowd_file(
    path: Path, currency: Currency | None, wants: int
) -> tuple[int, People]:
    """Return how many people a list has, and the crowds of it (steps 1 to 4).

    Args:
        path: a CSV file with the columns value, budget and perhaps group.
        currency: in which amounts are written; ``None`` for smallest units.
        wants: w.

    Raises:
        InputError: ``simulation.people``.
    """
    file = InputFile(path, "")
    data = read_bytes(path, lambda why: file.error("simulation.people", why))
    # Step 1.
    text = utf8_text(
        data, lambda why, line: file.error("simulation.people", why, line=line)
    )
    rows = _rows(file, text)
    header = [cell.strip() for cell in rows[0]] if rows else []
    if sorted(header) not in (sorted(_COLUMNS), sorted((*_COLUMNS, _GROUP))):
        problem = "the first line must be value,budget or value,budget,group"
        raise file.error("simulation.people", problem)
    # Step 2.
    amounts: dict[str, list[int]] = {name: [] for name in _COLUMNS}
    labels: list[str] = []
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            problem = f"has {len(row)} cells, and the first line {len(header)}"
            raise file.error("simulation.people", problem, line=line)
        cells = dict(zip(header, row, strict=True))
        for name in _COLUMNS:
            amounts[name].append(_amount(file, line, name, cells[name], currency))
        labels.append(cells.get(_GROUP, "").strip())
    if not labels:
        raise file.error("simulation.people", "names nobody")
    # Step 3.
    values, budgets = (np.array(amounts[name], dtype=np.int64) for name in _COLUMNS)
    numbers = _numbered(labels)
    return len(labels), lambda seed, size: _drawn(
        seed, size, values, budgets, numbers, wants
    )


def _rows(file: InputFile, text: str) -> list[list[str]]:
    reader = csv.reader(text.splitlines())
    try:
        return list(reader)
    except csv.Error as error:
        problem = f"is no CSV: {error}"
        raise file.error("simulation.people", problem, line=reader.line_num) from error


def _amount(
    file: InputFile, line: int, name: str, cell: str, currency: Currency | None
) -> int:
    try:
        amount = read_amount(cell.strip(), currency)
    except InputError as error:
        raise file.error(
            "simulation.people", error.message, line=line, field=name
        ) from error
    if amount > _MOST:
        problem = f"must be at most {_MOST} of the smallest unit"
        raise file.error("simulation.people", problem, line=line, field=name)
    return amount


def _numbered(labels: list[str]) -> Ints:
    """Number the groups; whoever names none is alone."""
    known: dict[str, int] = {}
    numbers = [
        known.setdefault(label, at) if label else at for at, label in enumerate(labels)
    ]
    return np.array(numbers, dtype=np.int64)


def _drawn(
    seed: bytes, size: int, values: Ints, budgets: Ints, groups: Ints, wants: int
) -> Crowd:
    """Return everybody, sorted by group; of another size a sample, in which all are alone."""
    # Step 4.
    if size == len(values):
        by_group = np.argsort(groups, kind="stable")
        return listed_crowd(
            values[by_group], budgets[by_group], groups[by_group], seed, wants
        )
    chosen = (uniforms(seed[::-1], size) * len(values)).astype(np.int64)
    return listed_crowd(values[chosen], budgets[chosen], np.arange(size), seed, wants)
