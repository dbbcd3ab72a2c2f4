"""``fairlot arbiter``: decide contested recoveries (specs/command-line.md, section 25)."""

import argparse
import time
from collections.abc import Mapping
from pathlib import Path

from fairlot.cli.beacon.files import held_key
from fairlot.cli.command import (
    OK,
    Command,
    action_of_steps,
    add_json,
    chosen_curve,
    whole,
)
from fairlot.cli.issuer.folder import read_file, show_file
from fairlot.cli.output import busy, show_json
from fairlot.cli.role_keys import ARBITER, key_step
from fairlot.identity.acts import Ruling, make_act
from fairlot.identity.life import Outcome
from fairlot.identity.lives import check_arbiter
from fairlot.issuing.view import read_view, time_of
from fairlot.terms.times import MAX_TIME
from fairlot.text import Viewed
from fairlot_crypto.statements import Statements

_MOST = 2**53 - 1
_EXAMPLES = """\
Exit code: 0 if done, 1 if there is nothing to decide so, 2 if a file or the usage was
refused.

Examples:
  fairlot arbiter rule registry.log --leaf 7 --outcome keep --key arbiter.key \\
    --out ruling.entry
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "log", metavar="LOG", type=Path, help="the log of the registry, whole"
    )
    parser.add_argument(
        "--leaf", metavar="N", type=whole(0, _MOST), required=True, help="the leaf"
    )
    parser.add_argument(
        "--outcome",
        choices=[each.value for each in Outcome],
        required=True,
        help="to complete the recovery or closing, or to let the leaf be",
    )
    for name, what in (("--key", "the arbiter's private key"), ("--out", "the ruling")):
        parser.add_argument(name, metavar="FILE", type=Path, required=True, help=what)
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="the simulated clock of a rehearsal, unix seconds",
    )
    add_json(parser)


def _rule(arguments: argparse.Namespace) -> int:
    data, outcome = read_file(arguments.log), Outcome(arguments.outcome)
    with busy("reading the log"):
        view = read_view(chosen_curve(), data, Statements())
    now = time_of(view.registry, arguments.time, int(time.time()))
    life = view.state.lives[arguments.leaf]
    with held_key(arguments.key) as key:
        check_arbiter(view.registry, key.public)
        # What the board would refuse is not signed.
        life.rule(outcome, now)
        act = Ruling(arguments.leaf, life.version, life.attempt, outcome)
        show_file(arguments.out, make_act(view.registry.registry_id, act, key).encoded)
    if arguments.json:
        found: Mapping[str, Viewed] = {
            "registry": view.registry.registry_id,
            "leaf": act.index,
            "leaf_version": act.version,
            "attempt": act.attempt,
            "outcome": outcome.value,
        }
        show_json("ruling", found)
    return OK


RULE = Command(
    "rule",
    "Decide a dispute about a leaf: the ruling is for the board of the registry.",
    _EXAMPLES,
    _configure,
    _rule,
)
_KEY = key_step(ARBITER)
_ALL = f"""\
An arbiter decides recoveries that are contested. Whoever is silent lets them go on.

{_KEY.examples}
{_EXAMPLES}"""

ACTION = action_of_steps(_ALL, (_KEY, RULE))
