"""Tables for people: fitted to a terminal if they are short, plain if they are long."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from shutil import get_terminal_size

from fairlot.text import printable

_SHORT = 300
"""As many rows are laid out together; the columns of a longer table follow them."""
_UNBOUNDED = 1_000_000
"""The width of a pipe, where nothing is wrapped or cut."""
_WIDEST_RULE = 100
"""The width of a rule in a pipe."""
_RULE = "─"
_GAP = "   "


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table to stdout: fitted to a terminal, at full width in a pipe.

    A table of more than some hundred rows is written row by row, without wrapping.

    Args:
        columns: the headings; all empty for none.
        rows: a text for each column.
    """
    left = iter(rows)
    first = list(islice(left, _SHORT + 1))
    if len(first) > _SHORT:
        lines = _plain(columns, first, left)
    else:
        lines = iter(_laid_out(columns, first))
    widest = get_terminal_size().columns if sys.stdout.isatty() else _WIDEST_RULE
    for line in lines:
        bare = line.rstrip()
        print(bare[:widest] if bare.count(_RULE) == len(bare) else bare)


def _laid_out(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Sequence[str]:
    # Rich is slow to load: only what prints a table waits for it.
    from rich.box import SIMPLE  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    terminal = sys.stdout.isatty()
    console = Console(
        force_terminal=terminal,
        width=None if terminal else _UNBOUNDED,
        markup=False,
        emoji=False,
        highlight=False,
    )
    table = Table(
        box=SIMPLE,
        show_header=any(columns),
        show_edge=False,
        pad_edge=False,
    )
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(printable, row))
    with console.capture() as captured:
        console.print(table)
    return captured.get().splitlines()


def _plain(
    columns: Sequence[str],
    first: Sequence[Sequence[str]],
    others: Iterable[Sequence[str]],
) -> Iterator[str]:
    """Yield the lines of a long table, whose columns are as wide as the first rows."""
    shown = [[printable(cell) for cell in row] for row in first]
    widths = [max(map(_width, column)) for column in zip(columns, *shown, strict=True)]
    if any(columns):
        yield _row(columns, widths)
        yield _RULE * (sum(widths) + len(_GAP) * (len(widths) - 1))
    for row in chain(shown, ([printable(cell) for cell in row] for row in others)):
        yield _row(row, widths)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(
        cell + " " * (width - _width(cell))
        for cell, width in zip(cells, widths, strict=True)
    )


def _width(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415

    return cell_len(text)
