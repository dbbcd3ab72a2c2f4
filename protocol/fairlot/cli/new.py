"""``fairlot new``: the files of a worked example, to start from."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from fairlot.cli.command import OK, Action
from fairlot.cli.folders import create_folder
from fairlot.cli.output import say
from fairlot.inputs.people_file import read_people
from fairlot.inputs.terms_file import read_terms_file
from fairlot.rehearsal.examples import (
    EVENTS,
    EXAMPLES,
    NAMES,
    PEOPLE,
    TERMS,
    Example,
    load_example,
)
from fairlot.text import counted
from fairlot_crypto.durable import write_file

_WIDTH = max(map(len, NAMES))
WORKED = "\n".join(
    ["Worked examples:", *(f"  {n:{_WIDTH}}  {line}" for n, line in EXAMPLES.items())]
)
"""The examples, a line each, for helps."""

_EXAMPLES = f"""\
{WORKED}

Exit code: 0 if all files are there, 2 if the folder or the usage was refused.

Examples:
  fairlot new my-sale
  fairlot new conference my-conference
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "example",
        metavar="EXAMPLE",
        nargs="?",
        help=f"a worked example (default: the one called like DIR, else {NAMES[0]})",
    )
    parser.add_argument(
        "folder",
        metavar="DIR",
        type=Path,
        help=f"a new or empty folder for {TERMS} and {PEOPLE}",
    )


def execute(arguments: argparse.Namespace) -> int:
    """Write the files, and say what to do with them."""
    folder: Path = arguments.folder
    called = folder.name if folder.name in NAMES else NAMES[0]
    example = load_example(arguments.example or called)
    new = create_folder(folder)
    try:
        write_example(folder, example)
    except (OSError, KeyboardInterrupt):
        new.leave_nothing((TERMS, PEOPLE, EVENTS))
        raise
    terms = read_terms_file(folder / TERMS)
    listed = read_people(folder / PEOPLE, terms.currency, terms.keep)
    people = counted(len(listed), "person", "people")
    say(f"{folder} holds the example {example.name}:")
    say(f"  {TERMS}  what is sold, and how it is shared out; its comments say more")
    say(f"  {PEOPLE}  {people}, with what each of them wants and deposits")
    if example.events is not None:
        say(f"  {EVENTS}  what happens to them, and when")
    say()
    say("Change what you like, then:")
    for line in _next(folder, example):
        say(f"  {line}")
    return OK


ACTION = Action(_EXAMPLES, configure, execute)


def write_example(folder: Path, example: Example) -> None:
    """Write the files of an example.

    Raises:
        OSError: as the system says.
    """
    write_file(folder / TERMS, example.terms)
    write_file(folder / PEOPLE, example.people)
    if example.events is not None:
        write_file(folder / EVENTS, example.events)


def _next(folder: Path, example: Example) -> Iterator[str]:
    files = f"{quote(str(folder / TERMS))} {quote(str(folder / PEOPLE))}"
    yield f"fairlot check {files}   # who can get nothing, and why"
    yield f"fairlot odds {files}   # each person's chance, before the draw"
    out = quote(str(folder / "result"))
    if example.events is not None:
        files += f" --events {quote(str(folder / EVENTS))}"
    yield f"fairlot run {files} --out {out}   # rehearse the whole sale"
