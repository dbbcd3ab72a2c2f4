"""``fairlot prove``: answer the question of a gate (specs/command-line.md, section 14)."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from fairlot.cli.beacon.steps import view_of
from fairlot.cli.command import OK, Action, add_new_file, chosen_curve
from fairlot.cli.door.files import read_question, write_new
from fairlot.cli.output import say, show_json
from fairlot.cli.registry_folder import add_person, read_folder_of
from fairlot.door.answer import Answer, check_sale, make_answer
from fairlot.door.challenge import Challenge
from fairlot.errors import Rejection
from fairlot.identity.registry import epoch_at
from fairlot.rehearsal.wallet import open_wallet
from fairlot.text import Viewed, shown
from fairlot_crypto.randomness import SystemRandomness

_EXAMPLES = """\
It shows that the nym that has won is yours, to this gate and for this question only. Give
the name of the gate before which you stand: the answer to a question of another gate would
let in whoever stands there. The answer is good for five minutes.

Exit code: 0 if done, 1 if there must be no answer, 2 if a file or the usage was refused.

Examples:
  fairlot run terms.toml people.csv --out result --keep-registry kept
  fairlot prove question-1 --gate "North gate" --registry kept --person "Ann Lee" \\
    --transcript result/transcript.fairlot --out answer-1
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("question", metavar="QUESTION", type=Path, help="of the gate")
    parser.add_argument(
        "--gate", metavar="NAME", required=True, help="the gate before which you stand"
    )
    add_person(parser)
    add_new_file(parser, "the new answer")


def execute(arguments: argparse.Namespace) -> int:
    """Make the answer."""
    curve = chosen_curve()
    # Step 1.
    asked = read_question(arguments.question)
    if asked.gate != arguments.gate:
        problem = f"the question is of the gate {shown(asked.gate)}, not of yours"
        raise Rejection("door.gate", f"{problem}: have yours ask")
    # Step 2.
    view = view_of(curve, arguments.transcript, cache=arguments.cache)
    earlier = read_folder_of(arguments.registry, view.state, curve)
    check_sale(view.state.terms, asked)
    # Steps 3 and 4.
    wallet = open_wallet(earlier, arguments.person, curve)
    log, roll = view.state.registry, view.state.roll.roll_id
    randomness = SystemRandomness()
    credential = wallet.credential(log, roll, asked.time, randomness)
    epoch = epoch_at(log.registry, asked.time)
    answer = make_answer(
        log.credentials, credential, view.state.terms, roll, epoch, asked, randomness
    )
    write_new(arguments.out, answer.encode())
    _show(arguments, asked, answer)
    return OK


def _show(arguments: argparse.Namespace, asked: Challenge, answer: Answer) -> None:
    if arguments.json:
        said: Mapping[str, Viewed] = {
            "sale_id": asked.sale_id,
            "gate": asked.gate,
            "time": asked.time,
            "nym": answer.nym,
            "epoch": answer.epoch,
        }
        show_json("door-answer", said)
    else:
        say(f"{arguments.out} answers the gate {asked.gate} for {answer.nym.hex()}.")


ACTION = Action(_EXAMPLES, configure, execute)
