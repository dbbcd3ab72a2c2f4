"""``fairlot doors``: open a gate, ask, and admit winners offline.

specs/command-line.md, section 13.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

from fairlot.audit.doors import gate_of
from fairlot.audit.sentences import utc
from fairlot.cli.command import (
    FAILED,
    OK,
    Command,
    action_of_steps,
    add_json,
    add_new_file,
    chosen_curve,
)
from fairlot.cli.door.files import (
    add_time,
    add_used,
    check_name,
    clock,
    read_gate,
    read_given,
    read_question,
    write_new,
)
from fairlot.cli.door.serving import SERVE
from fairlot.cli.output import say, show_json
from fairlot.cli.transcript import add_sale_file, add_sale_id, read_sale_file
from fairlot.door.answer import Answer, read_answer
from fairlot.door.challenge import Challenge, make_challenge
from fairlot.door.gate import FRESH_SECONDS, Gate
from fairlot.door.gate_file import gate_file
from fairlot.door.used_list import UsedList
from fairlot.errors import Rejection
from fairlot.text import Viewed, counted
from fairlot_crypto.randomness import SystemRandomness

_CODES = """\
Exit code: 0 if done, 1 if it does not hold (then let nobody in), 2 if a file or the usage
was refused."""
_OPEN = """\
Audit the file first: fairlot audit. The gate's file then needs neither the file of the sale
nor a network. The sale id is the one that the seller has published.

{codes}

Examples:
  fairlot doors open transcript.fairlot --sale-id HEX64 --out north.gate
"""
_ASK = """\
Ask everybody anew, and give the question to their wallet, as a file or a picture.

{codes}

Examples:
  fairlot doors ask north.gate --gate "North gate" --out question-1
"""
_ADMIT = """\
QUESTION is the file that this gate has made for this person, ANSWER what came back. Gates
share the used-list, or each lets in other nyms only. Whoever is let in stands on the disk
before the command says so: after a kill, somebody who is on the list has had their place.

{codes}

Examples:
  fairlot doors admit north.gate question-1 answer-1 --used used.txt
"""
_EXAMPLES = f"""\
A gate asks, the winner's wallet answers (fairlot prove), and the gate lets each nym in once
for each unit that it has won.

{_CODES}

Examples:
  fairlot doors open transcript.fairlot --sale-id HEX64 --out north.gate
  fairlot doors ask north.gate --gate "North gate" --out question-1
  fairlot doors admit north.gate question-1 answer-1 --used used.txt
  fairlot doors serve north.gate --gate "North gate" --used used.txt
"""


def _configure_open(parser: argparse.ArgumentParser) -> None:
    add_sale_file(parser)
    add_sale_id(parser)
    add_new_file(parser, "the new file of the gate")


def _open(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    sale = read_sale_file(arguments, curve)
    gate = gate_of(sale.read, arguments.sale_id, sale.rounds, sale.heads)
    write_new(arguments.out, gate_file(gate))
    if arguments.json:
        show_json("door-gate", _about_gate(gate))
    else:
        winners = counted(len(gate.units), "winner", "winners")
        say(f"{arguments.out} lets in {winners} of sale {gate.terms.sale_id.hex()}")
        say(f"from {utc(gate.terms.times.unlock)} on.")
    return OK


def _about_gate(gate: Gate) -> Mapping[str, Viewed]:
    return {
        "sale_id": gate.terms.sale_id,
        "rehearsal": gate.terms.rehearsal,
        "unlock": gate.terms.times.unlock,
        "winners": len(gate.units),
        "units": sum(gate.units.values()),
    }


def _configure_ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("gate_file", metavar="GATE", type=Path, help="the gate's file")
    parser.add_argument(
        "--gate", metavar="NAME", required=True, help="what people read at the gate"
    )
    add_time(parser, "t_unlock")
    add_new_file(parser, "the new question")


def _ask(arguments: argparse.Namespace) -> int:
    check_name(arguments.gate)
    gate = read_gate(arguments.gate_file, chosen_curve())
    now = clock(gate.terms, arguments.time, gate.terms.times.unlock)
    sale_id = gate.terms.sale_id
    asked = make_challenge(sale_id, arguments.gate, now, SystemRandomness())
    write_new(arguments.out, asked.encode())
    if arguments.json:
        said: Mapping[str, Viewed] = {
            "sale_id": asked.sale_id,
            "gate": asked.gate,
            "nonce": asked.nonce,
            "time": asked.time,
        }
        show_json("door-question", said)
    else:
        say(f"{arguments.out} asks for {asked.gate}, at {utc(asked.time)}:")
        say(f"take the answer within {FRESH_SECONDS} seconds.")
    return OK


def _configure_admit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("gate_file", metavar="GATE", type=Path, help="the gate's file")
    parser.add_argument(
        "question", metavar="QUESTION", type=Path, help="what this gate has asked"
    )
    parser.add_argument("answer", metavar="ANSWER", type=Path, help="what came back")
    add_used(parser)
    add_time(parser, "the question's time")
    add_json(parser)


def _admit(arguments: argparse.Namespace) -> int:
    gate = read_gate(arguments.gate_file, chosen_curve())
    asked, data = read_question(arguments.question), read_given(arguments.answer)
    now = clock(gate.terms, arguments.time, asked.time)
    used = UsedList(arguments.used, gate.terms.sale_id)
    try:
        given, left = _let_in(gate, asked, data, now, used)
    except Rejection as error:
        return _refuse(arguments, error)
    if arguments.json:
        _show_verdict(given.nym, left, None)
    else:
        more = counted(left, "time", "times") if left else "not again"
        say(f"Let them in: {given.nym.hex()} (after this: {more}).")
    return OK


def _let_in(
    gate: Gate, asked: Challenge, data: bytes, now: int, used: UsedList
) -> tuple[Answer, int]:
    """Check an answer and write down whom it lets in, before anybody is told."""
    given = read_answer(data)
    units = gate.check(asked, given, now)
    return given, used.admit(asked.nonce, given.nym, units)


def _refuse(arguments: argparse.Namespace, error: Rejection) -> int:
    if arguments.json:
        _show_verdict(None, None, error)
    else:
        say(f"Do not let them in: {error.code}: {error.message}.")
    return FAILED


def _show_verdict(
    nym: bytes | None, left: int | None, refused: Rejection | None
) -> None:
    said: Mapping[str, Viewed] = {
        "admitted": refused is None,
        "nym": nym,
        "left": left,
        "code": refused.code if refused else None,
        "problem": refused.message if refused else None,
    }
    show_json("door-verdict", said)


STEPS = (
    Command(
        "open",
        "Take from a sale's file what a gate needs: who has won, and how it checks.",
        _OPEN.format(codes=_CODES),
        _configure_open,
        _open,
    ),
    Command(
        "ask",
        "Make a fresh question for somebody who stands at the gate.",
        _ASK.format(codes=_CODES),
        _configure_ask,
        _ask,
    ),
    Command(
        "admit",
        "Check an answer, and write down whom it lets in.",
        _ADMIT.format(codes=_CODES),
        _configure_admit,
        _admit,
    ),
    SERVE,
)


ACTION = action_of_steps(_EXAMPLES, STEPS)
