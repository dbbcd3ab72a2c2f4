"""``fairlot report``: a sale on one page for people (specs/report.md)."""

import argparse
import time
from pathlib import Path

from fairlot import __version__
from fairlot.audit.auditor import audit_replay
from fairlot.cli.command import FAILED, OK, Action, chosen_curve
from fairlot.cli.given import add_given, read_given
from fairlot.cli.output import say
from fairlot.cli.remote import transcript_name
from fairlot.cli.transcript import add_verifying, replay_named
from fairlot.errors import InputError, reason_of
from fairlot.report.page import BEGIN, report_page
from fairlot_crypto.durable import write_file

_EXAMPLES = """\
The page needs no network and no script; it prints, and it says first whether the audit
holds. What it says comes from the transcript alone, so that it names nobody.

Exit code: 0 if the audit holds, 1 if it does not and the page says so, 2 if a file or the
usage was refused and nothing was written.

Examples:
  fairlot report result/transcript.fairlot --rehearsal --out report.html
  fairlot report transcript.fairlot --sale-id HEX64 --board-key HEX64 --out report.html
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file",
        metavar="FILE",
        type=transcript_name,
        help="a board's transcript; - reads standard input, up to 1 GiB",
    )
    parser.add_argument(
        "--out",
        metavar="PAGE",
        type=Path,
        required=True,
        help="the page, an HTML file; replaces an earlier page and nothing else",
    )
    add_given(parser)
    add_verifying(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Audit, write the page and print the verdict."""
    path: Path = arguments.out
    given = read_given(arguments)
    _check_replaceable(path)
    curve = chosen_curve()
    jobs, cache = arguments.jobs, arguments.cache
    read = replay_named(arguments.file, curve, "checking", jobs, cache=cache)
    now = int(time.time())
    report = audit_replay(read, given.expected, now, given.rounds, given.kept)
    accepted = given.expected.rehearsal
    write_file(path, report_page(report, read, accepted=accepted, version=__version__))
    say(f"{path} holds the report.")
    say(report.verdict)
    return OK if report.holds else FAILED


ACTION = Action(_EXAMPLES, configure, execute)


def _check_replaceable(path: Path) -> None:
    """Refuse to replace anything but an earlier page.

    Raises:
        InputError: ``report.exists``, ``report.unusable``.
    """
    begin = BEGIN.encode()
    try:
        with path.open("rb") as file:
            page = file.read(len(begin)) == begin
    except FileNotFoundError:
        if path.parent.is_dir():
            return
        problem = f"{path.parent} is no folder: create it, or name another file"
        raise InputError("report.unusable", problem) from None
    except OSError as error:
        reason = reason_of(error)
        problem = f"{path} cannot be written: {reason}"
        raise InputError("report.unusable", problem) from error
    if not page:
        problem = f"{path} exists and is no report: name another file"
        raise InputError("report.exists", problem)
