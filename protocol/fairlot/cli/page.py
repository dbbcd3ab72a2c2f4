"""``fairlot board page``: write the page for buyers (specs/page.md, section 1)."""

import argparse
from pathlib import Path

from fairlot.cli.command import OK, Command, add_json
from fairlot.cli.output import say, show_json
from fairlot.errors import InputError, reason_of
from fairlot.page.assembly import BEGIN, Page, page
from fairlot_crypto.durable import write_file

_EXAMPLES = """\
A board serves the same bytes under /page; there they prove nothing against the board. Publish
the file and its SHA-256 elsewhere: people open it from their disk, without a network.

Exit code: 0 if it is written, 2 if the file or the usage was refused.

Examples:
  fairlot board page --out page.html
  fairlot board page --out page.html --json
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        required=True,
        help="the page, an HTML file; replaces an earlier page and nothing else",
    )
    add_json(parser)


def _execute(arguments: argparse.Namespace) -> int:
    made, path = page(), arguments.out
    _write(path, made)
    if arguments.json:
        show_json("board-page", {"sha256": made.sha256, "bytes": len(made.content)})
        return OK
    say(f"{path} holds the page.")
    say(f"SHA-256: {made.sha256}")
    return OK


def _write(path: Path, made: Page) -> None:
    """Write the page, in the place of nothing but an earlier one.

    Raises:
        InputError: ``page.exists``, ``page.unusable``.
    """
    begin = BEGIN.encode()
    try:
        if path.exists():
            with path.open("rb") as file:
                earlier = file.read(len(begin)) == begin
            if not earlier:
                problem = f"{path} exists and is no page: name another file"
                raise InputError("page.exists", problem)
        write_file(path, made.content)
    except OSError as error:
        reason = reason_of(error)
        problem = f"{path} cannot be written ({reason}): name another file"
        raise InputError("page.unusable", problem) from error


PAGE = Command(
    "page",
    "Write the page for buyers, in which a browser checks a ticket, and say its SHA-256.",
    _EXAMPLES,
    _configure,
    _execute,
)
