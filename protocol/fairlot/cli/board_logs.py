"""``fairlot board begin``, ``roll``, ``post`` and ``fetch``: what goes in and out as files.

specs/command-line.md, section 24.
"""

import argparse
import time
from pathlib import Path

from fairlot.board.beginning import begin_log
from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.storage import Storage
from fairlot.cli.beacon.files import read_entry_file
from fairlot.cli.board_copies import add_entries, fetch, send
from fairlot.cli.board_folder import add_storage, board_key, opened_storage, say_cut
from fairlot.cli.command import FAILED, OK, Command, chosen_curve
from fairlot.cli.folders import make_folder
from fairlot.cli.heads import PROOF
from fairlot.cli.issuer.folder import read_as, show_file
from fairlot.cli.output import busy, say
from fairlot.cli.over_http import BoardAddress
from fairlot.entry import EntryType, body_fields, sign_entry
from fairlot.errors import InputError
from fairlot.identity.part import Part, read_part, request_id
from fairlot.identity.quorum import IssuerSignature
from fairlot.identity.requests import RollRequest, read_roll_request
from fairlot.identity.roll import roll_body, roll_id_of
from fairlot.service.kept import KeptLogs, open_logs
from fairlot.text import counted
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import SIGNATURE_LENGTH, Signature, SigningKey
from fairlot_crypto.statements import Statements

_CODES = """\
Exit code: 0 if done, 1 if the board refuses it, 2 if a file or the usage was refused."""


def _examples(*words: str) -> str:
    lines = "\n".join(f"  fairlot board {each}" for each in words)
    return f"{_CODES}\n\nExamples:\n{lines}\n"


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the board's folder")
    add_storage(parser)


def _configure_begin(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    parser.add_argument(
        "entry", metavar="ENTRY", type=Path, help="the seller's TERMS entry"
    )


def _begin(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder
    curve, key = chosen_curve(), board_key(folder)
    entry = read_entry_file(arguments.entry)
    storage = opened_storage(folder, arguments.storage, arguments.password_file)
    try:
        with busy("reading the board"):
            begun = begin_log(storage, key, curve, entry, int(time.time()))
    finally:
        storage.close()
    say_cut(begun.cut, folder, storage)
    whose = begun.whose
    say(f"{folder}: the log of {whose.kind.value} {whose.scope.hex()} has begun")
    return OK


def _configure_roll(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    parser.add_argument(
        *("-o", "--out"),
        metavar="FILE",
        type=Path,
        help="the new request to the issuers, for the roll that is due now",
    )
    parser.add_argument(
        "--request", metavar="FILE", type=Path, help="the request that was made"
    )
    parser.add_argument(
        "--part",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        dest="parts",
        help="what an issuer has answered; may be repeated",
    )


def _roll(arguments: argparse.Namespace) -> int:
    asks, has = arguments.out is not None, arguments.request is not None
    if asks == has or has != bool(arguments.parts):
        problem = "ask for a roll with --out, or post it with --request and --part"
        raise InputError("board.usage", problem)
    folder: Path = arguments.folder
    key = board_key(folder)
    storage = opened_storage(folder, arguments.storage, arguments.password_file)
    try:
        registry = _registry_of(storage, key)
        if asks:
            request = _asked(registry, key)
            show_file(arguments.out, request.to_bytes())
            return OK
        return _posted(registry, arguments)
    finally:
        storage.close()


def _registry_of(storage: Storage, key: SigningKey) -> RegistryBoard:
    with busy("reading the board"):
        kept: KeptLogs = open_logs(storage, key, chosen_curve(), Statements())
    for keeper in kept.keepers.values():
        if isinstance(keeper, RegistryBoard):
            return keeper
    problem = "this board keeps no registry: its rolls are posted elsewhere"
    raise InputError("board.begin", problem)


def _asked(board: RegistryBoard, key: SigningKey) -> RollRequest:
    """Return the request for the roll that is due now."""
    now, state = int(time.time()), board.state
    roll = board.roll_due(now, state.registry.closes)
    entry = None
    if now > state.clock:
        log = state.identity
        body: dict[str, Value] = {"time": now}
        entry = sign_entry(EntryType.TIME, log.scope, body, key, log.kind)
    return RollRequest(state.registry_id, roll, entry)


def _posted(board: RegistryBoard, arguments: argparse.Namespace) -> int:
    """Post the roll of a request, unless it is on the log."""
    asked = read_as(arguments.request, read_roll_request)
    if roll_id_of(asked.registry_id, asked.roll) not in board.state.rolls:
        wanted = request_id(asked.to_bytes())
        parts = [read_as(each, read_part) for each in arguments.parts]
        signed = [
            _signature(each, wanted)
            for each in sorted(parts, key=lambda part: part.issuer)
        ]
        clock = board.state.clock
        if asked.time is not None:
            clock = body_fields(asked.time).uint("time")
        board.append_roll(roll_body(asked.roll, signed), clock)
    leaves = counted(asked.roll.leaves, "leaf", "leaves")
    say(f"roll {asked.roll.number} is on the log, with {leaves}")
    return OK


def _signature(part: Part, wanted: bytes) -> IssuerSignature:
    if part.request != wanted or part.step != "roll":
        problem = f"a part of issuer {part.issuer} is of another request"
        raise InputError("board.roll", f"{problem}: name those of --request")
    sig = Signature(part.fields.bytes("sig", SIGNATURE_LENGTH))
    return IssuerSignature(part.issuer, sig)


def _configure_post(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="the address of the board")
    add_entries(parser)


def _post(arguments: argparse.Namespace) -> int:
    board = BoardAddress.parse(arguments.url)
    entries = [(path, read_entry_file(path)) for path in arguments.entries]
    folder: Path | None = arguments.receipts
    if folder is not None:
        make_folder(folder)
    code = OK
    for path, entry in entries:
        kept = None if folder is None else folder / f"{entry.hash.hex()}{PROOF}"
        if not send(board, entry, path, kept):
            code = FAILED
    return code


def _configure_fetch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="the address of the board")
    parser.add_argument(
        *("-o", "--out"),
        metavar="FILE",
        type=Path,
        required=True,
        help="the copy; an earlier one of the same board goes on in it",
    )
    parser.add_argument(
        "--registry-alone",
        action="store_true",
        help="leave the log of the sale out, as issuers need it",
    )


def _fetch(arguments: argparse.Namespace) -> int:
    alone: bool = arguments.registry_alone
    fetch(BoardAddress.parse(arguments.url), arguments.out, registry_alone=alone)
    return OK


BEGIN = Command(
    "begin",
    "Begin the log of a sale beside that of its registry.",
    _examples("begin club sale/terms.entry"),
    _configure_begin,
    _begin,
)
ROLL = Command(
    "roll",
    "Ask the issuers for the roll that is due, and post it.",
    _examples(
        "roll club --out roll.request",
        "roll club --request roll.request --part one.part --part two.part",
    ),
    _configure_roll,
    _roll,
)
POST = Command(
    "post",
    "Send entries to a board over the network; it answers each with a receipt.",
    _examples("post http://127.0.0.1:8080 deposit --receipts kept"),
    _configure_post,
    _post,
)
FETCH = Command(
    "fetch",
    "Get a copy of a board's transcript over the network.",
    _examples(
        "fetch http://127.0.0.1:8080 --out transcript.fairlot",
        "fetch http://127.0.0.1:8080 --registry-alone --out registry.log",
    ),
    _configure_fetch,
    _fetch,
)
STEPS = (BEGIN, ROLL, POST, FETCH)
