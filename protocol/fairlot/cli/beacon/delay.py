"""The steps of ``fairlot beacon`` that concern delays: make a set-up, calibrate."""

import argparse
import re
import time
from collections.abc import Mapping, Sequence

from fairlot.cli.beacon.files import check_replaceable
from fairlot.cli.beacon.steps import add_work_options, work_folder
from fairlot.cli.command import OK, Command, chosen_curve, whole
from fairlot.cli.output import Screen, busy, say, show_json, show_table
from fairlot.errors import InputError
from fairlot.text import Viewed
from fairlot_crypto.delay.calibration import (
    ADVANTAGE,
    REFERENCE_RATE,
    SAFETY,
    Coverage,
    coverage,
    measure_rate,
    required_squarings,
    shipped_coverage,
)
from fairlot_crypto.delay.evaluation import MAX_SQUARINGS
from fairlot_crypto.delay.parameters import RSA_2048, make_setup, read_setup, setup_file
from fairlot_crypto.durable import write_file
from fairlot_crypto.errors import CallerError

_WINDOW = 600
"""The seconds for which commitments are open, unless the user says otherwise."""
_LONGEST_WINDOW = 10**9
_LARGEST_ADVANTAGE = 10**6

_SETUP_EXAMPLES = """\
After a kill, the same command continues from its last checkpoint.

Exit code: 0 if done, 1 if it could not be completed, 2 if the usage was refused.

Examples:
  fairlot beacon setup 1048576 --out setup.json
  fairlot beacon setup 2^28 --out setup.json --work checkpoints
"""
_CALIBRATE_EXAMPLES = """\
Exit code: 0 if done, 1 if it could not be completed, 2 if the usage was refused.

Examples:
  fairlot beacon calibrate
  fairlot beacon calibrate --window 3600 --advantage 100 --json
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


def _configure_calibrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--window",
        metavar="SECONDS",
        type=whole(1, _LONGEST_WINDOW),
        default=_WINDOW,
        help=f"from CLOSE to COMMIT_END, slack included (default: {_WINDOW})",
    )
    parser.add_argument(
        "--advantage",
        metavar="A",
        type=whole(1, _LARGEST_ADVANTAGE),
        default=ADVANTAGE,
        help=f"how many times faster the fastest attacker is (default: {ADVANTAGE})",
    )
    parser.add_argument("--json", action="store_true", help="report for machines")


def _calibrate(arguments: argparse.Namespace) -> int:
    chosen_curve()
    with busy("squaring"):
        rate = measure_rate(RSA_2048, time.perf_counter)
    # The audit assumes that ordinary hardware is at least this fast.
    ordinary = max(rate, REFERENCE_RATE)
    advantage: int = arguments.advantage
    needed = _needed(ordinary, arguments.window, advantage)
    wanted = coverage(needed, rate, advantage)
    sets = shipped_coverage(rate, advantage)
    if arguments.json:
        report: Mapping[str, Viewed] = {
            "squarings_per_second": rate,
            "ordinary_squarings_per_second": ordinary,
            "advantage": advantage,
            "window": arguments.window,
            "delay": needed,
            "recovery": wanted.recovery,
            "sets": [
                {
                    "delay": c.T,
                    "longest_window_ms": _window_ms(c.T, ordinary, advantage),
                    "recovery": c.recovery,
                }
                for c in sets
            ],
        }
        show_json(report)
    else:
        _show(arguments, (rate, ordinary), wanted, sets)
    return OK


def _window_ms(T: int, rate: int, advantage: int) -> int:
    """Return the milliseconds that T covers: most shipped set-ups cover less than a second."""
    return 1000 * T // (SAFETY * advantage * rate)


def _needed(rate: int, window: int, advantage: int) -> int:
    try:
        return required_squarings(rate, window, advantage)
    except CallerError as error:
        raise InputError(error.code, error.message) from error


def _show(
    arguments: argparse.Namespace,
    rates: tuple[int, int],
    wanted: Coverage,
    sets: Sequence[Coverage],
) -> None:
    rate, ordinary = rates
    window, advantage = arguments.window, arguments.advantage
    say(f"This machine squares {rate} times a second.")
    say(
        f"Ordinary hardware is taken for {ordinary}, the fastest for {advantage} times that."
    )
    say(
        f"{window} s of commitments need T = {wanted.T}; recovery takes {wanted.recovery} s."
    )
    say()
    header = ("shipped T", "longest window", "recovery here")
    rows = [
        (
            str(c.T),
            f"{_window_ms(c.T, ordinary, advantage)} ms",
            f"{c.recovery} s",
        )
        for c in sets
    ]
    show_table(header, rows)


SETUP = Command(
    "setup",
    "Compute the set-up of a delay of T squarings, with its proof.",
    _SETUP_EXAMPLES,
    _configure_setup,
    _setup,
)
CALIBRATE = Command(
    "calibrate",
    "Measure this machine, and state the delay that a commit window needs.",
    _CALIBRATE_EXAMPLES,
    _configure_calibrate,
    _calibrate,
)
