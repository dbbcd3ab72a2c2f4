"""``fairlot compare``: tell one history from two, and write the evidence."""

import argparse
from pathlib import Path

from fairlot.audit.compare import View, compare
from fairlot.audit.evidence import Evidence, encode_evidence, read_evidence
from fairlot.audit.transcript_file import read_transcript
from fairlot.board.replay import Replay, replay_file
from fairlot.cli.command import FAILED, OK, REFUSED, Action, add_json, chosen_curve
from fairlot.cli.heads import read_head
from fairlot.cli.output import busy, complain, say, show_json
from fairlot.cli.reading import read_at_most
from fairlot.cli.remote import transcript_name
from fairlot.cli.transcript import ahead_of
from fairlot.errors import InputError, Rejection
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import write_file
from fairlot_crypto.statements import Statements

_EXAMPLES = """\
Exit code: 0 if both can be true, 1 if somebody signed two histories, 2 if a file or the
usage was refused. With --evidence: 1 if it is proven, 2 if it is no evidence.

Examples:
  fairlot compare mine.fairlot theirs.fairlot --out evidence
  fairlot compare mine.fairlot my.secret.head
  fairlot compare registry.fairlot theirs.fairlot --out evidence
  fairlot compare --evidence evidence
"""

_LARGEST_EVIDENCE = 1 << 19
"""Bytes that are read of evidence: four entries of the greatest size are less."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "log",
        metavar="A",
        type=transcript_name,
        nargs="?",
        help="a transcript, or a registry's log",
    )
    parser.add_argument(
        "other",
        metavar="B",
        type=transcript_name,
        nargs="?",
        help="another one, or a head",
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="where evidence is written, if any"
    )
    parser.add_argument(
        "--evidence", metavar="FILE", type=Path, help="verify evidence by itself"
    )
    add_json(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Compare two views, or verify evidence."""
    if arguments.evidence is not None:
        return _verify(arguments)
    if arguments.log is None or arguments.other is None:
        problem = "name two transcripts, or a transcript and a head"
        raise InputError("compare.files", problem)
    log = read_log(chosen_curve(), arguments.log)
    found = compare(log, _view(log, arguments.other))
    if found is not None and arguments.out is not None:
        _write(arguments.out, found, silent=arguments.json)
    _answer(arguments, found)
    return OK if found is None else FAILED


ACTION = Action(_EXAMPLES, configure, execute)


def _verify(arguments: argparse.Namespace) -> int:
    data = read_at_most(
        arguments.evidence,
        _LARGEST_EVIDENCE,
        lambda why: InputError("evidence.unreadable", why),
    )
    found = read_evidence(data)
    try:
        found.verify()
    except Rejection as error:
        complain(f"{arguments.evidence} proves nothing: {error}")
        return REFUSED
    _answer(arguments, found)
    return FAILED


def _answer(arguments: argparse.Namespace, found: Evidence | None) -> None:
    title = None if found is None else found.title
    if arguments.json:
        show_json("comparison", {"consistent": found is None, "evidence": title})
    elif title is None:
        say("Both can be true: one history extends the other.")
    else:
        say(f"EVIDENCE: {title}.")


def read_log(backend: Backend, path: Path) -> Replay:
    """Read a transcript, or a registry's log, that is to be compared.

    Raises:
        InputError: ``compare.terms`` if nothing says whose it is, and as
            ``read_transcript``.
    """
    data = read_transcript(path)
    with busy("reading a board"):
        read = replay_file(data, backend, Statements(), ahead=ahead_of(path))
    if not any(log.state.begun for log in read.logs):
        problem = f"no log of {path} begins as it must: nothing says whose it is"
        raise InputError("compare.terms", problem)
    return read


def _view(log: Replay, path: Path) -> View:
    head = read_head(path)
    if head is not None:
        return View.of_head(head)
    return View.of_log(read_log(log.state.curve, path))


def _write(path: Path, found: Evidence, *, silent: bool) -> None:
    if path.exists():
        problem = f"{path} exists: name another file for the evidence"
        raise InputError("compare.exists", problem)
    write_file(path, encode_evidence(found))
    if not silent:
        verifying = f"fairlot compare --evidence {path} verifies it"
        say(f"{path} holds the evidence: {verifying}.")
