"""``fairlot restore``: a hosted sale from its backup (specs/command-line.md, section 31)."""

import argparse
from pathlib import Path

from fairlot.cli.board_folder import add_password, check_storage
from fairlot.cli.command import OK, Action, add_json
from fairlot.cli.folders import check_new_folder
from fairlot.cli.host.backing import told
from fairlot.cli.host.unpacking import Logs, unpack
from fairlot.cli.output import complain

_EXAMPLES = """\
Contributors and witnesses of the sale sign nothing more. Others end it without them; where
this machine was all its witnesses nobody can, and you pay back by hand. A board that has taken
entries since the backup shows another history without them: name the longest copy of its
transcript that anybody has. Logs that lay in a database with an address come back there, or
where --storage says; end everybody who still serves the board first.

Exit code: 0 if done, 1 if it could not be completed, 2 if a file or the usage was refused.

Examples:
  fairlot restore evening.backup --dir evening
  fairlot restore evening.backup --dir evening --log copy/transcript.fairlot
  fairlot restore evening.backup --dir evening --storage sqlite
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="as fairlot backup has written it"
    )
    parser.add_argument(
        "--dir",
        metavar="DIR",
        type=Path,
        required=True,
        help="a new or empty folder for fairlot host",
    )
    parser.add_argument(
        "--log",
        metavar="TRANSCRIPT",
        type=Path,
        help="a copy of what the board has shown since",
    )
    parser.add_argument(
        "--storage",
        metavar="sqlite|file|ADDRESS",
        help="what keeps the logs from now on (default: what kept them before)",
    )
    add_password(parser)
    add_json(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Restore a backup."""
    storage: str | None = arguments.storage
    if storage is not None:
        check_storage(storage)
    check_new_folder(arguments.dir)
    logs = Logs(storage, arguments.password_file, arguments.log)
    packed = unpack(arguments.file, arguments.dir, logs)
    told(arguments, packed, f"{arguments.dir} has")
    if not packed.since:
        complain("what the board has taken since the backup is not there: see --log")
    return OK


ACTION = Action(_EXAMPLES, configure, execute)
