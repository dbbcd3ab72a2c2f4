"""``fairlot beacon setup``: make the set-up of a delay."""

import argparse
import re

from fairlot.cli.beacon.files import check_replaceable
from fairlot.cli.beacon.steps import add_work_options, work_folder
from fairlot.cli.command import OK, Command, chosen_curve, whole
from fairlot.cli.output import Screen, say
from fairlot_crypto.delay.parameters import RSA_2048, make_setup, read_setup, setup_file
from fairlot_crypto.delay.plan import MAX_SQUARINGS
from fairlot_crypto.durable import write_file

_SETUP_EXAMPLES = """\
After a kill, the same command continues from its last checkpoint.

Exit code: 0 if done, 1 if it could not be completed, 2 if the usage was refused.

Examples:
  fairlot beacon setup 1048576 --out setup.json
  fairlot beacon setup 2^28 --out setup.json --work checkpoints
"""


def _configure_setup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "squarings",
        metavar="T",
        type=_squarings,
        help="from 1 to 2^40; 2^28 is a number too",
    )
    add_work_options(parser, "the new set-up: modulus, T, h and its proof")


def _squarings(text: str) -> int:
    """Read T, a number or a power of two."""
    power = re.fullmatch(r"2\^(0|[1-9][0-9]?)", text)
    return whole(1, MAX_SQUARINGS)(str(2 ** int(power[1])) if power else text)


def _setup(arguments: argparse.Namespace) -> int:
    chosen_curve()
    check_replaceable(arguments.out, read_setup)
    with Screen(acknowledge=False) as screen:
        store = work_folder(arguments)
        progress = screen.stage("computing the set-up")
        setup = make_setup(RSA_2048, arguments.squarings, progress, store)
    write_file(arguments.out, setup_file(setup).encode())
    store.clear()
    say(f"{arguments.out} holds h and its proof for {arguments.squarings} squarings")
    return OK


SETUP = Command(
    "setup",
    "Compute the set-up of a delay of T squarings, with its proof.",
    _SETUP_EXAMPLES,
    _configure_setup,
    _setup,
)
