"""Output for people: tables, progress on a terminal, acknowledgements in a pipe."""

import os
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from io import TextIOWrapper
from types import TracebackType
from typing import TYPE_CHECKING, Self

from fairlot.cli.json_text import formatted, json_lines
from fairlot.text import Viewed, printable

if TYPE_CHECKING:
    from rich.console import Console

    from fairlot.board.log_keeper import Receipt
    from fairlot.cli.bars import Bars


def make_streams_safe() -> None:
    """Escape characters that the streams' encoding cannot carry, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def silence_stdout() -> None:
    """Stop writing to a reader that has gone away, even when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(line: str = "") -> None:
    """Print one line to stdout."""
    print(printable(line))


def acknowledge(*receipts: "Receipt") -> None:
    """Print to stdout, at once, that entries are durable, and on which log.

    ``ack <entry hash> <index> <origin>``; an entry that was refused is not durable.
    """
    for receipt in receipts:
        if receipt.checkpoint is not None and receipt.index is not None:
            origin = receipt.checkpoint.checkpoint.origin
            say(f"ack {receipt.entry_hash.hex()} {receipt.index} {origin}")
    sys.stdout.flush()


def complain(line: str) -> None:
    """Print one line to stderr."""
    print(f"fairlot: {printable(line)}", file=sys.stderr)


def show_json(form: str, document: Mapping[str, Viewed], version: int = 1) -> None:
    """Print the JSON view of a document to stdout, after its format and version.

    Args:
        form: as ``formatted`` takes it.
        document: as there.
        version: as there.
    """
    for line in json_lines(formatted(form, document, version)):
        print(line)


@contextmanager
def busy(what: str) -> Generator[None]:
    """Show on a terminal that something takes a while."""
    console = _terminal()
    if console is None:
        yield
        return
    with console.status(printable(what)):
        yield


class Screen:
    """Watches long work; use it as a context manager."""

    def __init__(self, *, acknowledge: bool) -> None:
        """Start watching.

        Args:
            acknowledge: print a line for each durable entry, as ``acknowledge`` does.
        """
        console = _terminal()
        self._acknowledge = acknowledge
        self._bars = None if console is None else _bars(console)

    def __enter__(self) -> Self:
        """Return this object."""
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was."""
        if self._bars is not None:
            self._bars.stop()

    def progress(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage has come."""
        if self._bars is not None:
            self._bars.show(stage, done, total)

    def stage(self, name: str) -> Callable[[int, int], None]:
        """Return what shows the progress of one stage."""
        return partial(self.progress, name)

    def acknowledged(self, receipts: "tuple[Receipt, ...]") -> None:
        """Print what is durable, at once."""
        if self._acknowledge:
            acknowledge(*receipts)


def _terminal() -> "Console | None":
    """Return stderr if it is a terminal."""
    if not sys.stderr.isatty():
        return None
    # A pipe shows no progress, and does not wait until what draws it is loaded.
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=True)


def _bars(console: "Console") -> "Bars":
    from fairlot.cli.bars import Bars  # noqa: PLC0415

    return Bars(console)
