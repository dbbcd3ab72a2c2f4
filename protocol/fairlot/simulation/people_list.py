"""A list of the user's own people (specs/simulation.md, section 11)."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from fairlot.errors import InputError
from fairlot.inputs.amounts import read_amount
from fairlot.inputs.input_file import InputFile, Refusals, recoded
from fairlot.inputs.sheet import Sheet
from fairlot.inputs.sheet_text import read_sheet_text
from fairlot.money import Currency
from fairlot.simulation.crowds import Crowd, listed_crowd
from fairlot.simulation.draws import Ints, uniforms
from fairlot.simulation.trial import People
from fairlot.text import shown

COLUMNS = ("value", "budget")
"""What a list must have."""
_GROUP = "group"
_MOST = 10**12
"""The largest amount, so that sums and products stay exact."""


def read_crowd_file(
    path: Path, currency: Currency | None, wants: int
) -> tuple[int, People]:
    """Return how many people a list has, and the crowds of it (steps 1 to 4).

    Args:
        path: a list as spreadsheets write it, with value, budget and perhaps group.
        currency: in which amounts are written; ``None`` for smallest units.
        wants: w.

    Raises:
        InputError: ``simulation.people``: the first in the file, with all others of the
            rows in ``more``.
    """
    try:
        return _read(path, currency, wants)
    except InputError as error:
        raise recoded(error, lambda _: "simulation.people") from error


def _read(path: Path, currency: Currency | None, wants: int) -> tuple[int, People]:
    # Step 1.
    file = read_sheet_text(path)
    sheet = Sheet(file, COLUMNS)
    used = _used(file, sheet)
    # Step 2.
    amounts: dict[str, list[int]] = {name: [] for name in COLUMNS}
    labels: list[str] = []
    refusals = Refusals()
    for line, cells in sheet.rows(refusals, used):
        for name in COLUMNS:
            try:
                amounts[name].append(_amount(file, line, name, cells[name], currency))
            except InputError as error:
                refusals.add(error)
        labels.append(cells.get(_GROUP, ""))
    refusals.check()
    if not labels:
        raise file.error("simulation.people", "has no row: write one for each person")
    # Step 3.
    values, budgets = (np.array(amounts[name], dtype=np.int64) for name in COLUMNS)
    known = _List(values, budgets, _numbered(labels), wants)
    return len(labels), partial(_drawn, known)


def _used(file: InputFile, sheet: Sheet) -> dict[int, str]:
    """Return the columns by their numbers: each once, and no other."""
    names = {i: column.name for i, column in enumerate(sheet.columns) if column.name}
    allowed = [*COLUMNS, _GROUP]
    for name in names.values():
        if name not in allowed:
            problem = "the first line must name value, budget and perhaps group, once"
            raise file.error(
                "simulation.people", f"{problem}: not {shown(name)}", line=sheet.line
            )
        allowed.remove(name)
    return names


def _amount(
    file: InputFile, line: int, name: str, cell: str, currency: Currency | None
) -> int:
    try:
        amount = read_amount(cell, currency)
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


@dataclass(frozen=True, slots=True)
class _List:
    values: Ints
    budgets: Ints
    groups: Ints
    wants: int


def _drawn(known: _List, seed: bytes, size: int) -> Crowd:
    """Return everybody, sorted by group; of another size a sample, in which all are alone."""
    values, budgets, wants = known.values, known.budgets, known.wants
    # Step 4.
    if size == len(values):
        order = np.argsort(known.groups, kind="stable")
        return listed_crowd(
            values[order], budgets[order], known.groups[order], seed, wants
        )
    chosen = (uniforms(seed[::-1], size) * len(values)).astype(np.int64)
    return listed_crowd(values[chosen], budgets[chosen], np.arange(size), seed, wants)
