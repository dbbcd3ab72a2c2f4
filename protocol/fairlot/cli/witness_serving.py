"""``fairlot witness serve``: co-sign heads that boards send.

specs/service.md, section 10; specs/command-line.md, section 9.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fairlot.cli.beacon.files import held_key
from fairlot.cli.command import OK, Command
from fairlot.cli.listening import Where, add_listening, needs_server, serve_at
from fairlot.cli.output import complain
from fairlot.cli.role_keys import BOARD, PUBLIC, WITNESS, read_public
from fairlot.errors import InputError
from fairlot.logs import BoardIdentity, Witness
from fairlot.service.rates import Buckets, Rate
from fairlot.service.witnessing import Watched, Witnessing
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.note import KeyKind, NoteKey
from fairlot_crypto.randomness import SystemRandomness

WHERE = Where(
    "FAIRLOT_WITNESS_HOST",
    "FAIRLOT_WITNESS_PORT",
    8081,
    lambda problem: InputError("witness.port", problem),
)
RATE = Rate(a_second=20.0, burst=200)
"""A board asks once for each batch, which it writes a few times a second."""

_EXAMPLES = """\
DIR is the memory of the witness: an empty folder at first. Whoever serves an old copy of it,
or another folder with the same key, can be made to co-sign two histories. It ends when it is
told to (SIGTERM, Ctrl-C). Serve over HTTPS with --tls-cert and --tls-key, or put a web server
with TLS before it.

Exit code: 0 if it was told to end, 1 if it could not go on, 2 if a file or the usage was
refused.

Examples:
  fairlot witness serve heads --key witness.key --board board.key.pub
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", metavar="DIR", type=Path, help="what it has co-signed last"
    )
    parser.add_argument(
        "--key",
        metavar="FILE",
        type=Path,
        required=True,
        help=f"the witness's private key; FILE{PUBLIC} lies beside it",
    )
    parser.add_argument(
        "--board",
        metavar="FILE",
        dest="boards",
        type=Path,
        action="append",
        default=[],
        help="the public file of a board: all of its logs are watched",
    )
    parser.add_argument(
        "--log",
        metavar="VKEY",
        dest="logs",
        type=_log_key,
        action="append",
        default=[],
        help="the verifier key of another log to watch, whose origin is its name",
    )
    add_listening(parser, WHERE)


def _log_key(text: str) -> NoteKey:
    try:
        key = NoteKey.parse(text)
    except EncodingError as error:
        raise argparse.ArgumentTypeError(f"{error.message}") from error
    if key.kind is not KeyKind.ED25519:
        raise argparse.ArgumentTypeError("a log signs with a key of kind 0x01")
    return key


def _serve(arguments: argparse.Namespace) -> int:
    run = _server()
    watched = _watched(arguments)
    if not arguments.folder.is_dir():
        problem = f"{arguments.folder} is no folder: name the one that it served before"
        raise InputError("witness.state", f"{problem}, or make an empty one")
    with held_key(arguments.key) as key:
        witnessing = Witnessing(
            _named(arguments.key, key),
            key,
            arguments.folder,
            watched,
            lambda: int(time.time()),
            complain,
        )
        buckets = Buckets(RATE, time.monotonic, SystemRandomness())
        run(arguments, witnessing, buckets)
    return OK


def _watched(arguments: argparse.Namespace) -> Watched:
    if not arguments.boards and not arguments.logs:
        problem = "nobody is watched: name a board with --board, or a log with --log"
        raise InputError("witness.nobody", problem)
    found = [read_public(path, BOARD) for path in arguments.boards]
    boards = tuple(BoardIdentity(each.name or "", each.key) for each in found)
    return Watched(boards, tuple(arguments.logs))


def _named(path: Path, key: SigningKey) -> Witness:
    """Return the witness whose key this is, under the name in its public file."""
    public_path = path.with_name(f"{path.name}{PUBLIC}")
    public = read_public(public_path, WITNESS)
    if public.key != key.public:
        problem = f"{public_path} is of another key than {path}"
        raise InputError("witness.key", f"{problem}: put its own beside it")
    return Witness(public.name or "", public.key)


def _server() -> Callable[[argparse.Namespace, Witnessing, Buckets], None]:
    """Return what serves: only who serves loads a server.

    Raises:
        InputError: ``service.extra`` where it is not installed.
    """
    with needs_server():
        from fairlot.service.serve import serve_witness  # noqa: PLC0415
        from fairlot.service.watching import WitnessDesk  # noqa: PLC0415

    def run(
        arguments: argparse.Namespace, witnessing: Witnessing, buckets: Buckets
    ) -> None:
        desk = WitnessDesk(witnessing, buckets, complain)
        serve_at(arguments, WHERE, partial(serve_witness, desk))

    return run


SERVE = Command(
    "serve",
    "Answer over HTTP: co-sign heads of boards, each once its log has only grown.",
    _EXAMPLES,
    _configure,
    _serve,
)
