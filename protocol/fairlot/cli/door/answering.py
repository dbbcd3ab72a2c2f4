"""What whoever answers a gate reads, and is told (specs/command-line.md, section 14)."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from fairlot.cli.codes import code_maker
from fairlot.cli.door.files import read_question, write_new
from fairlot.cli.output import say, show_json
from fairlot.door.answer import Answer
from fairlot.door.challenge import Challenge
from fairlot.door.text_form import text_of
from fairlot.errors import InputError, Rejection
from fairlot.text import Viewed, shown


def add_gate(parser: argparse.ArgumentParser) -> None:
    """Add --gate, the name that the person reads."""
    parser.add_argument(
        "--gate", metavar="NAME", required=True, help="the gate before which you stand"
    )


def add_code(parser: argparse.ArgumentParser) -> None:
    """Add --code, a picture that a telephone at the gate reads."""
    parser.add_argument(
        "--code",
        metavar="PNG",
        type=Path,
        help="a new picture of a QR code of the answer, too",
    )


def read_asked(question: Path, gate: str) -> Challenge:
    """Read the question of the gate before which the person stands.

    Raises:
        InputError: ``door.unreadable``, ``door.file``.
        Rejection: ``door.gate`` for that of another gate.
    """
    asked = read_question(question)
    if asked.gate != gate:
        problem = f"the question is of the gate {shown(asked.gate)}, not of yours"
        raise Rejection("door.gate", f"{problem}: have yours ask")
    return asked


def write_answer(arguments: argparse.Namespace, answer: Answer) -> None:
    """Write an answer, and say so.

    Raises:
        InputError: ``door.exists``, ``door.extra``.
        OSError: as the system says.
    """
    _write(arguments.out, arguments.code, answer.encode())
    asked = answer.asked
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


def _write(path: Path, picture: Path | None, data: bytes) -> None:
    """Write an answer, and a picture of its text: both, or none."""
    if picture is None:
        write_new(path, data)
        return
    draw = code_maker(lambda problem: InputError("door.extra", problem))
    write_new(picture, draw(text_of(data).encode(), "alphanumeric").png)
    try:
        write_new(path, data)
    except BaseException:
        picture.unlink(missing_ok=True)
        raise
