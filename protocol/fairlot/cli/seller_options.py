"""The options of ``fairlot seller terms`` (specs/command-line.md, section 25)."""

import argparse
from pathlib import Path

from fairlot.cli.command import add_json, whole
from fairlot.cli.time_options import duration, end, moment
from fairlot.inputs.final_terms import ROLL_WINDOW
from fairlot.terms.times import MAX_TIME

PHASE, SLACK = 3_600, 600
"""Seconds of a phase after CLOSE, and of lateness, unless the seller says others."""


def configure_terms(parser: argparse.ArgumentParser) -> None:
    """Add all of them."""
    parser.add_argument("terms", metavar="TERMS.toml", type=Path, help="what is sold")
    for name, what in (
        ("--key", "the seller's private key"),
        ("--registry", "a copy of the log of the registry whose people may enter"),
        ("--board", "public file of the board"),
        ("--escrow", "public file of the escrow"),
        ("--out", "a new folder for the terms"),
    ):
        parser.add_argument(name, metavar="FILE", type=Path, required=True, help=what)
    for name, many, what in (
        ("--contributor", "contributors", "public file of a contributor to the draw"),
        ("--witness", "witnesses", "public file of a witness"),
    ):
        parser.add_argument(
            name,
            metavar="FILE",
            type=Path,
            action="append",
            default=[],
            dest=many,
            help=f"{what}; may be repeated",
        )
    _add_times(parser)
    _add_asked(parser)
    add_json(parser)


def _add_times(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--open",
        metavar="TIME",
        type=moment,
        required=True,
        help='when deposits open: "2030-05-01 18:00 Europe/Vienna", "in 3 days"',
    )
    parser.add_argument(
        "--close",
        metavar="TIME",
        type=end,
        required=True,
        help='when they close: a time, or a duration from the opening, as "7 days"',
    )
    for name, what in (
        ("commit", "in which contributors commit"),
        ("seal", "in which they seal"),
        ("reveal", "in which they reveal"),
    ):
        parser.add_argument(
            f"--{name}",
            metavar="DURATION",
            type=duration,
            default=PHASE,
            help=f"{what} (default: 1 hour)",
        )
    parser.add_argument(
        "--slack",
        metavar="DURATION",
        type=duration,
        default=SLACK,
        help="how late a marker may come (default: 10 minutes)",
    )
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="the simulated clock of a rehearsal, unix seconds",
    )


def _add_asked(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--quorum",
        metavar="K",
        type=whole(1, 9999),
        help="how many witnesses must agree (default: more than half of them)",
    )
    parser.add_argument(
        "--roll-min",
        metavar="N",
        type=whole(0, 10**9),
        help="how many leaves the roll must have (default: those of the log, not closed)",
    )
    parser.add_argument(
        "--roll-window",
        metavar="DURATION",
        type=duration,
        default=ROLL_WINDOW,
        help="how long before the opening the roll may be made (default: 7 days)",
    )
    add_draw(parser)


def add_draw(parser: argparse.ArgumentParser) -> None:
    """Add what a draw does without, and the set-up of its delay."""
    parser.add_argument(
        "--no-round",
        action="store_true",
        help="do not wait for a round of drand: the delay must cover the window alone",
    )
    parser.add_argument(
        "--setup",
        metavar="FILE",
        type=Path,
        help="of the delay, by fairlot beacon setup",
    )
