"""``fairlot issuer erase``: forget the keys of a season that is over (specs/issuer.md)."""

import argparse
import os
from pathlib import Path

from fairlot.cli.command import OK, Command, whole
from fairlot.cli.issuer.folder import IssuerFolder, read_as, read_file
from fairlot.cli.output import say, show_json
from fairlot.errors import InputError
from fairlot.identity.registry import SEASON_MAX
from fairlot.issuing.plan import read_plan
from fairlot.issuing.shares import SEASON, SIGNING, TAGS
from fairlot_crypto.committee.season import erased
from fairlot_crypto.durable import PRIVATE, sync_folder, write_file
from fairlot_crypto.randomness import SystemRandomness

_EXAMPLES = """\
Exit code: 0 if done, 1 if there is nothing to erase, 2 if a file or the usage was
refused. Copies of the file must be destroyed by hand.

Examples:
  fairlot issuer erase me --plan plan --season 1
  fairlot issuer erase me --plan plan --season 1 --shares
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="of the issuer")
    parser.add_argument(
        "--plan", metavar="PLAN", type=Path, required=True, help="of the committee"
    )
    parser.add_argument(
        "--season",
        metavar="N",
        type=whole(0, SEASON_MAX),
        required=True,
        help="whose keys are erased, for good",
    )
    parser.add_argument(
        "--shares",
        action="store_true",
        help="erase the shares too: others have the keys, by fairlot issuer reshare",
    )
    parser.add_argument("--json", action="store_true", help="answer for machines")


def _erase(arguments: argparse.Namespace) -> int:
    plan = read_as(arguments.plan, read_plan)
    issuer = IssuerFolder(arguments.folder)
    with issuer.held() as key:
        index, folder = plan.index_of(key.public), issuer.committee(plan)
        # Step 23.
        if plan.season != arguments.season:
            problem = (
                f"the plan is of season {plan.season}: name the season that is over"
            )
            raise InputError("issuer.season", problem)
        # Step 24.
        if folder.state(SystemRandomness()).secrets:
            problem = (
                "the keys are not made yet: run fairlot issuer deal until they are"
            )
            raise InputError("issuer.unfinished", problem)
        # Step 25.
        file = folder.path / SEASON
        kept = read_file(file)
        _replace(file, erased(plan.ceremony("season"), kept), len(kept))
        # Step 54.
        for name in (SIGNING, TAGS) if arguments.shares else ():
            _remove(folder.path / name)
    if arguments.json:
        show_json(
            "issuer-erasure",
            {"plan": plan.plan_id, "issuer": index, "season": plan.season},
        )
    else:
        say(
            f"The keys of season {plan.season} are erased. Destroy all copies of {file}."
        )
    return OK


def _remove(file: Path) -> None:
    """Write zeros over a file, and remove it."""
    length = len(read_file(file))
    with file.open("r+b") as before:
        before.write(bytes(length))
        before.flush()
        os.fsync(before.fileno())
    file.unlink()
    sync_folder(file.parent)


def _replace(file: Path, data: bytes, length: int) -> None:
    """Write a file in place of another, and then zeros over what that one held."""
    with file.open("r+b") as before:
        write_file(file, data, PRIVATE)
        before.write(bytes(length))
        before.flush()
        os.fsync(before.fileno())


ERASE = Command(
    "erase",
    "Erase the keys of a season that is over.",
    _EXAMPLES,
    _configure,
    _erase,
)
