"""``fairlot vectors``: write this version's test vectors, or compare a folder with them."""

import argparse
from pathlib import Path

from fairlot.cli.command import FAILED, OK, Command, group
from fairlot.cli.output import busy, say
from fairlot.vectors.write import check_vectors, write_vectors

_EXAMPLES = """\
Exit code: 0 done, and nothing differs; 1 something differs; 2 the folder was refused.

Examples:
  fairlot vectors write vectors
  fairlot vectors check vectors
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("action", choices=("write", "check"))
    parser.add_argument("folder", metavar="DIR", type=Path, help="one file a chapter")


def execute(arguments: argparse.Namespace) -> int:
    """Write or check, with the back-end that is chosen."""
    folder: Path = arguments.folder
    group()
    if arguments.action == "write":
        with busy("making vectors"):
            written = write_vectors(folder)
        for path in written:
            say(str(path))
        return OK
    with busy("making vectors"):
        differences = check_vectors(folder)
    for difference in differences:
        say(difference)
    if not differences:
        say(f"{folder} holds the vectors of this version")
    return FAILED if differences else OK


COMMAND = Command(
    "vectors",
    "Write the test vectors of all chapters, or compare a folder with them.",
    _EXAMPLES,
    configure,
    execute,
)
