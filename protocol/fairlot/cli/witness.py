"""``fairlot witness``: draw a witness's key, co-sign the head of a board.

specs/command-line.md, section 9.
"""

import argparse
import time
from collections.abc import Mapping
from pathlib import Path

from fairlot.board.cosigning import cosign, witness_of
from fairlot.board.replay import Replay
from fairlot.cli.beacon.files import check_replaceable, held_key
from fairlot.cli.beacon.steps import view_of
from fairlot.cli.command import (
    OK,
    Command,
    action_of_steps,
    add_json,
    chosen_curve,
    whole,
)
from fairlot.cli.heads import read_kept_head
from fairlot.cli.output import say, show_json
from fairlot.cli.role_keys import WITNESS, make_role_key, note_name
from fairlot.cli.transcript import add_board
from fairlot.cli.witness_serving import SERVE
from fairlot.errors import InputError
from fairlot.logs import Witness
from fairlot.terms.times import MAX_TIME
from fairlot.text import Viewed
from fairlot_crypto.durable import write_file
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.log.checkpoint import SignedCheckpoint, verify_cosignature

_CODES = """\
Exit code: 0 if done, 1 if the head must not be co-signed, 2 if a file or the usage was
refused."""
_KEY_EXAMPLES = f"""\
{_CODES}

Examples:
  fairlot witness key --out witness.key --name witness.example/1
"""
_COSIGN_EXAMPLES = f"""\
{_CODES}

Examples:
  fairlot witness cosign transcript.fairlot --key witness.key --state witness.state --out head
"""
_EXAMPLES = f"""\
A witness co-signs heads of a board, with the date of its own clock, and never two of which
neither extends the other. The terms name it; its state file is its memory: keep it.

{_CODES}

Examples:
  fairlot witness key --out witness.key --name witness.example/1
  fairlot witness cosign transcript.fairlot --key witness.key --state witness.state --out head
  fairlot witness serve heads --key witness.key --board board.key.pub
"""


def _configure_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help="the new private key"
    )
    parser.add_argument(
        "--name",
        metavar="NAME",
        type=note_name,
        required=True,
        help="the witness's name",
    )
    add_json(parser)


def _key(arguments: argparse.Namespace) -> int:
    chosen_curve()
    public = make_role_key(arguments.out, WITNESS, arguments.name)
    witness = Witness(arguments.name, public.key)
    vkey = witness.note_key.to_text()
    if arguments.json:
        found: Mapping[str, Viewed] = {
            "name": witness.name,
            "key": witness.key,
            "vkey": vkey,
        }
        show_json("witness-key", found)
    else:
        say(vkey)
    return OK


def _configure_cosign(parser: argparse.ArgumentParser) -> None:
    add_board(parser)
    for name, what in (
        ("--key", "the witness's private key"),
        ("--state", "where it keeps the last head of this log that it co-signed"),
        ("--out", "the head with the board's line and its own"),
    ):
        parser.add_argument(name, metavar="FILE", type=Path, required=True, help=what)
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="the simulated clock of a rehearsal, unix seconds (default: the board's)",
    )
    add_json(parser)


def _cosign(arguments: argparse.Namespace) -> int:
    backend = chosen_curve()
    check_replaceable(arguments.out, _parse_head)
    with held_key(arguments.key) as key:
        # Step 1.
        view = view_of(backend, arguments.transcript, cache=arguments.cache)
        witness = witness_of(view, key.public)
        last = _read_state(arguments.state, view, witness)
        date = _clock(arguments.time, view)
        head = cosign(view, key, last, date)
        text = head.to_text().encode()
        # Step 7. What is not recorded has not been signed.
        write_file(arguments.state, text)
        write_file(arguments.out, text)
    _answer(arguments, head, witness, date)
    return OK


def _answer(
    arguments: argparse.Namespace, head: SignedCheckpoint, witness: Witness, date: int
) -> None:
    said = head.checkpoint
    if not arguments.json:
        what = f"the head of {said.size} entries, co-signed by {witness.name}"
        say(f"{arguments.out} holds {what} at {date}")
        return
    found: Mapping[str, Viewed] = {
        "origin": said.origin,
        "size": said.size,
        "root": said.root,
        "witness": witness.name,
        "time": date,
    }
    show_json("witness-head", found)


def _read_state(path: Path, view: Replay, witness: Witness) -> SignedCheckpoint | None:
    """Return what the witness co-signed last of this log; ``None`` for nothing."""
    # Step 3.
    if not path.exists():
        if any(seen.witness == witness.key for seen in view.watch.seen):
            problem = f"{path} is not there, but you have co-signed this log before"
            raise InputError(
                "witness.state", f"{problem}: name the file of the last head"
            )
        return None
    last = read_kept_head(path)
    try:
        verify_cosignature(last, witness.name, witness.key)
    except CryptoError as error:
        problem = f"{path} is no head that you have co-signed: {error.message}"
        raise InputError("witness.state", problem) from error
    if last.checkpoint.origin != view.state.terms.origin:
        problem = (
            f"{path} is a head of another log: each log has a state file of its own"
        )
        raise InputError("witness.state", problem)
    return last


def _clock(given: int | None, view: Replay) -> int:
    """Return the clock of a witness: in a rehearsal the simulated one."""
    if view.state.terms.rehearsal:
        return view.time if given is None else given
    if given is not None:
        problem = (
            "--time is for rehearsals: a real sale is dated by the machine's clock"
        )
        raise InputError("witness.time", problem)
    return int(time.time())


def _parse_head(data: bytes) -> SignedCheckpoint:
    return SignedCheckpoint.parse(data.decode(errors="replace"))


STEPS = (
    Command(
        "key",
        "Draw a witness's key, and print the public one as a signed note names it.",
        _KEY_EXAMPLES,
        _configure_key,
        _key,
    ),
    Command(
        "cosign",
        "Verify a board, and co-sign its last head.",
        _COSIGN_EXAMPLES,
        _configure_cosign,
        _cosign,
    ),
    SERVE,
)


ACTION = action_of_steps(_EXAMPLES, STEPS)
