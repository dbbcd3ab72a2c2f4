"""``fairlot backup``: keep a copy of a hosted sale (specs/command-line.md, section 31)."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from fairlot.cli.board_folder import add_password
from fairlot.cli.command import OK, Action, add_json
from fairlot.cli.host.packing import Packed, pack
from fairlot.cli.output import say, show_json
from fairlot.text import Viewed, counted

_EXAMPLES = """\
FILE holds the keys of seller, board, escrow, attester and issuers: keep it where only you can
read it. It never holds those of contributors and witnesses: after a restore they could be made
to sign another history, so they sign nothing more.

Exit code: 0 if done, 1 if it could not be completed, 2 if the folder or the usage was refused.

Examples:
  fairlot backup evening --out evening.backup
  fairlot backup evening --out evening.backup --password-file database.password
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "folder", metavar="DIR", type=Path, help="of fairlot host, which may go on"
    )
    parser.add_argument(
        *("-o", "--out"), metavar="FILE", type=Path, required=True, help="the new file"
    )
    add_password(parser)
    add_json(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Write a backup."""
    packed = pack(arguments.folder, arguments.out, arguments.password_file)
    told(arguments, packed, f"{arguments.out} holds")
    return OK


def told(arguments: argparse.Namespace, packed: Packed, what: str) -> None:
    """Say what a backup holds, and whose keys it does not."""
    if arguments.json:
        found: Mapping[str, Viewed] = {
            "files": packed.files,
            "retired": [*packed.retired],
        }
        show_json("backup", found)
        return
    keys = counted(len(packed.retired), "key", "keys")
    say(f"{what} {counted(packed.files, 'file', 'files')}, without {keys}:")
    for each in packed.retired:
        say(f"  {each}")


ACTION = Action(_EXAMPLES, configure, execute)
