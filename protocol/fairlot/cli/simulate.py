"""``fairlot simulate``: what selling does to people (specs/simulation.md, section 12)."""

import argparse
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fairlot import __version__
from fairlot.cli.command import OK, Action, whole
from fairlot.cli.folders import create_folder
from fairlot.cli.json_text import formatted, json_lines
from fairlot.cli.output import Screen, say, show_json
from fairlot.errors import InputError
from fairlot.inputs.terms_file import read_terms_file
from fairlot.text import Viewed
from fairlot.workers import Processes
from fairlot_crypto.durable import write_file

if TYPE_CHECKING:
    from fairlot.simulation.outputs import About
    from fairlot.simulation.trial import Plan

COMPARE = "compare"
"""What stands in the place of terms to compare all ways of selling."""
_MODELS = ("uniform", "exponential", "lognormal", "pareto")
_OF_COMPARE = (
    ("--supply", 8, 10**6, None, "with compare: units; 100 if not given"),
    ("--price", 1, 10**9, None, "with compare: of one; 1000 if not given"),
    ("--bot-speed", 1, 10**6, None, "with compare: speed of bots; 20 if not given"),
    ("--addresses", 1, 1000, None, "with compare: of some people; 20 if not given"),
)
_EXAMPLES = """\
Plays the sale with made-up people, many times, by the real allocation, and measures the five
aims: who gets in with how much money, what coming early is worth, what happens if many more
or fewer people come, luck and regret, and what buyers gain. DIR gets report.html, result.json,
and a picture and a table for each measure. Nothing here is a sale. Needs fairlot[simulation].

With the word compare instead of terms, all mechanisms are put side by side on one crowd, with
what is common elsewhere.

Exit code: 0 if all was played, 2 if an input was refused and nothing was written.

Examples:
  fairlot simulate TERMS.toml --out simulated
  fairlot simulate TERMS.toml --people CROWD.csv --runs 200 --out simulated
  fairlot simulate compare --model pareto --out compared
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "terms", metavar="TERMS.toml", help="the seller's terms, or the word compare"
    )
    crowd = parser.add_mutually_exclusive_group()
    crowd.add_argument("--model", choices=_MODELS, help="of the people; lognormal")
    crowd.add_argument(
        *("--people", "-p"), metavar="FILE", type=Path, help="value,budget,group"
    )
    for option, least, most, default, what in (
        ("--size", 1, 10**6, None, "how many people come; four for each unit"),
        ("--runs", 2, 10**6, 100, "how often the sale is played; 100 if not given"),
        ("--seed", 0, 2**32, 1, "other numbers give other people; 1 if not given"),
        *_OF_COMPARE,
    ):
        parser.add_argument(
            option,
            metavar="N",
            type=whole(least, most),
            default=default,
            help=what,
        )
    parser.add_argument(
        *("-o", "--out"), metavar="DIR", type=Path, required=True, help="a new folder"
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=whole(1, 9999),
        default=1,
        help="how many processes play; changes no output (1 if not given)",
    )
    parser.add_argument("--json", action="store_true", help="print result.json too")


def execute(arguments: argparse.Namespace) -> int:
    """Play, and write what came of it."""
    check_extra()
    from fairlot.simulation.outputs import document, files_of  # noqa: PLC0415
    from fairlot.simulation.trial import play_trial  # noqa: PLC0415

    about, plan = _planned(arguments)
    folder = create_folder(arguments.out)
    names: list[str] = []
    try:
        with Screen(acknowledge=False) as screen:
            stage = screen.stage("playing")
            if arguments.jobs == 1:
                results = play_trial(plan, stage)
            else:
                with Processes(arguments.jobs) as workers:
                    results = play_trial(plan, stage, workers)
        files = files_of(about, plan, results, __version__)
        found = document(about, plan, results)
        files["result.json"] = _file(found)
        names.extend(files)
        for name, data in files.items():
            write_file(folder.path / name, data)
    except BaseException:
        folder.leave_nothing(names)
        raise
    if arguments.json:
        show_json("simulation", found)
    else:
        say(f"{arguments.out} holds report.html, result.json, and a table a picture.")
    return OK


def _file(found: Mapping[str, Viewed]) -> bytes:
    return ("\n".join(json_lines(formatted("simulation", found))) + "\n").encode()


ACTION = Action(_EXAMPLES, configure, execute)


def check_extra() -> None:
    """Check that numpy and matplotlib are there.

    Raises:
        InputError: ``simulation.extra``.
    """
    if any(importlib.util.find_spec(name) is None for name in ("numpy", "matplotlib")):
        problem = "simulations need more packages: pip install 'fairlot[simulation]'"
        raise InputError("simulation.extra", problem)


def _planned(arguments: argparse.Namespace) -> "tuple[About, Plan]":
    from fairlot.simulation.comparators import Addresses, Bots  # noqa: PLC0415
    from fairlot.simulation.sales import (  # noqa: PLC0415
        Asked,
        plan_of_compare,
        plan_of_terms,
    )

    asked = Asked(
        arguments.model or "lognormal",
        arguments.people,
        arguments.size,
        arguments.runs,
        arguments.seed,
    )
    supply, price, speed, each = (
        arguments.supply,
        arguments.price,
        arguments.bot_speed,
        arguments.addresses,
    )
    if arguments.terms == COMPARE:
        bots, addresses = Bots(speed=speed or 20), Addresses(each=each or 20)
        return plan_of_compare(supply or 100, price or 1000, bots, addresses, asked)
    if any(number is not None for number in (supply, price, speed, each)):
        options = ", ".join(option for option, *_ in _OF_COMPARE)
        problem = f"{options} go with compare: the terms say what is sold, and for what"
        raise InputError("simulation.option", problem)
    return plan_of_terms(read_terms_file(Path(arguments.terms)), asked)
