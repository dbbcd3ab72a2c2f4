"""The command line ``fairlot``: thin commands over the library.

Exit codes: 0 done and it holds; 1 done and it does not hold, or not completed; 2 input or
usage refused; 130 interrupted; 141 the reader of the output has gone away.
"""

import os
import sys
from collections.abc import Sequence

from fairlot.cycles import look_seldom

__all__ = ["main"]

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: the words after ``fairlot``; ``None`` takes those of the process.

    Returns:
        The exit code.

    Raises:
        SystemExit: with 2 for wrong usage, with 0 after printing help.
    """
    try:
        _open_closed_streams()
        look_seldom()
        # Loading takes long enough for somebody to interrupt it.
        from fairlot.cli.program import run_words  # noqa: PLC0415

        return run_words(argv)
    except KeyboardInterrupt:
        print("fairlot: interrupted", file=sys.stderr)
        return INTERRUPTED


def _open_closed_streams() -> None:
    """Give output that the caller has closed a place to go: the verdict is what counts."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
            setattr(sys, name, nowhere)
