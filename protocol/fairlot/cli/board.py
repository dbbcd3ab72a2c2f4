"""``fairlot board``: keep a board that answers over the network.

specs/service.md, section 9; specs/command-line.md, section 24.
"""

import argparse
import shutil
import socket
import ssl
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fairlot.audit.transcript_file import read_transcript
from fairlot.board.ahead import Ahead
from fairlot.board.beginning import begin_log
from fairlot.board.storage import Storage
from fairlot.board.tiled import HINTS, TRANSCRIPT
from fairlot.cli.beacon.files import read_entry_file, read_key, write_key
from fairlot.cli.board_folder import (
    KEY,
    add_new_storage,
    add_storage,
    board_key,
    check_storage,
    create_storage,
    logs_file,
    opened_storage,
    remove_storage,
    say_cut,
)
from fairlot.cli.board_logs import STEPS
from fairlot.cli.command import OK, Command, action_of_steps, chosen_curve, whole
from fairlot.cli.listening import Where, add_listening, needs_server, serve_at
from fairlot.cli.output import busy, complain, say
from fairlot.cli.page import PAGE
from fairlot.cli.role_keys import BOARD, key_step
from fairlot.cli.states import recalled
from fairlot.cli.transcript import open_hints
from fairlot.cli.verdicts import add_no_cache
from fairlot.errors import InputError
from fairlot.service.asking import Post
from fairlot.service.desk import Desk, Limits
from fairlot.service.kept import KeptLogs, open_logs
from fairlot.service.posting import Address, Line
from fairlot.service.rates import Buckets, Rate
from fairlot.service.writer import Writer
from fairlot.terms.times import MAX_TIME
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import DRAFT, sync_folder
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.statements import Statements

WHERE = Where(
    "FAIRLOT_BOARD_HOST",
    "FAIRLOT_BOARD_PORT",
    8080,
    lambda problem: InputError("board.port", problem),
)

_NEW_EXAMPLES = """\
Exit code: 0 if done, 1 if it could not be completed, 2 if a file or the usage was refused.

Examples:
  fairlot board new club --from transcript.fairlot --key board.key
  fairlot board new club --from transcript.fairlot --key board.key --storage file
  fairlot board new club --begin registry.entry --key board.key \
    --storage postgresql://board@db.example/club
"""
_SERVE_EXAMPLES = """\
It ends when it is told to (SIGTERM, Ctrl-C), and goes on where it stood when it is started
again. Serve over HTTPS with a certificate and its key, or put a web server with TLS before it.

Exit code: 0 if it was told to end, 1 if it could not go on, 2 if the folder or the usage was
refused.

Examples:
  fairlot board serve club
  fairlot board serve club --port 8080
  fairlot board serve club --host sale.example --tls-cert chain.pem --tls-key key.pem
  fairlot board serve club --storage postgresql://board@db.example/club
  fairlot board serve club --witness https://w1.example --witness https://w2.example
"""
_EXAMPLES = """\
Exit code: 0 if done, 1 if it could not be completed, 2 if a file or the usage was refused.

Examples:
  fairlot board new club --begin registry.entry --key board.key
  fairlot board serve club --port 8080
  fairlot board begin club terms.entry
"""


def _configure_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the board's folder")
    parser.add_argument(
        "--from",
        dest="file",
        metavar="FILE",
        type=Path,
        help="a transcript that this board has begun: it goes on from there",
    )
    parser.add_argument(
        "--begin",
        metavar="ENTRY",
        type=Path,
        help="the REGISTRY entry of an issuer, with which a new registry's log begins",
    )
    parser.add_argument(
        "--key", metavar="FILE", type=Path, required=True, help="the board's key"
    )
    add_new_storage(parser)


def _new(arguments: argparse.Namespace) -> int:
    if (arguments.file is None) == (arguments.begin is None):
        problem = "name what the board goes on from with --from, or begins with --begin"
        raise InputError("board.usage", problem)
    check_storage(arguments.storage)
    curve, key = chosen_curve(), read_key(arguments.key)
    fill = _filler(arguments, key, curve)
    folder: Path = arguments.folder
    if folder.exists():
        problem = f"{folder} is there already: name another folder, or serve it"
        raise InputError("board.exists", problem)
    # Complete at once: a kill leaves no half of a board, and the same command makes it.
    draft = folder.absolute().with_name(f".{folder.name}{DRAFT}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700)
        write_key(draft / KEY, key)
        kept = _filled(draft, arguments, key, curve, fill)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sync_folder(folder.absolute().parent)
    say_cut(kept.cut, folder, kept.shared)
    say(f"{folder}: {kept.main.size} entries in {kept.main.folder}")
    return OK


def _filled(
    draft: Path,
    arguments: argparse.Namespace,
    key: SigningKey,
    curve: Backend,
    fill: Callable[[Storage], object],
) -> KeptLogs:
    """Make the storage of a new board and fill it; where that fails, nothing is left."""
    kind, password = arguments.storage, arguments.password_file
    storage = create_storage(draft, kind, password)
    try:
        fill(storage)
        with busy("reading the board"):
            kept = open_logs(storage, key, curve, Statements())
    except BaseException:
        storage.close()
        remove_storage(kind, password)
        raise
    storage.close()
    return kept


def _filler(
    arguments: argparse.Namespace, key: SigningKey, curve: Backend
) -> Callable[[Storage], object]:
    """Return what fills a new storage, after a look at the file that is named."""
    if arguments.begin is None:
        data = read_transcript(arguments.file)
        return lambda storage: storage.append(data)
    entry = read_entry_file(arguments.begin)
    return lambda storage: begin_log(storage, key, curve, entry, int(time.time()))


def _configure_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the board's folder")
    add_storage(parser)
    add_listening(parser, WHERE)
    parser.add_argument(
        "--witness",
        metavar="URL",
        dest="witnesses",
        action="append",
        default=[],
        help="where a witness of these logs is asked; once for each",
    )
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="in a rehearsal: what the board's clock shows as it starts, unix seconds",
    )
    add_no_cache(parser)


def _serve(arguments: argparse.Namespace) -> int:
    run = _server()
    posts = tuple(map(_post, dict.fromkeys(arguments.witnesses)))
    curve, folder = chosen_curve(), arguments.folder
    key = board_key(folder)
    source = SystemRandomness()

    def reopen() -> KeptLogs:
        storage = opened_storage(folder, arguments.storage, arguments.password_file)
        try:
            kept = recalled(logs_file(folder), curve, cache=arguments.cache)
            # By this name whatever keeps the logs.
            with kept as known, open_hints(folder / TRANSCRIPT) as hints:
                ahead = Ahead(SystemRandomness(), hints)
                said, states, to = known.statements, known.states, folder / HINTS
                return open_logs(storage, key, curve, said, ahead, states, to)
        except BaseException:
            storage.close()
            raise

    with busy("reading the board"):
        writer = Writer(reopen, _clock(arguments.time), source)
    try:
        _check_clock(arguments.time, writer.kept)
        say_cut(writer.kept.cut, folder, writer.kept.shared)
        buckets = Buckets(Rate(), time.monotonic, source)
        desk = Desk(writer, buckets, Limits(), complain, posts)
        serve_at(arguments, WHERE, partial(run, desk), f"/{writer.kept.main.folder}")
    finally:
        writer.close()
    return OK


def _post(url: str) -> Post:
    return Post(url, Line(Address.parse(url)))


def _clock(given: int | None) -> Callable[[], int]:
    """Return the board's clock: the machine's, or one that starts now at a given time."""
    if given is None:
        return lambda: int(time.time())
    start = time.monotonic()
    return lambda: given + int(time.monotonic() - start)


def _check_clock(given: int | None, kept: KeptLogs) -> None:
    """Check that no other clock than the machine's is given for what is real.

    Raises:
        InputError: ``board.clock``.
    """
    real = [each for each in kept.keepers.values() if not each.state.identity.rehearsal]
    if given is not None and real:
        problem = "--time is for rehearsals: a real board has the machine's clock"
        raise InputError("board.clock", f"{problem}; leave it out")


def check_extra() -> None:
    """Check that a board can be served.

    Raises:
        InputError: ``service.extra``.
    """
    _server()


def _server() -> Callable[
    [Desk, socket.socket, Callable[[], None], ssl.SSLContext | None], None
]:
    """Return what serves: only who serves a board loads a server.

    Raises:
        InputError: ``service.extra`` where it is not installed.
    """
    with needs_server():
        from fairlot.service.serve import serve  # noqa: PLC0415
    return serve


NEW = Command(
    "new",
    "Make the folder of a board from a transcript that it has begun.",
    _NEW_EXAMPLES,
    _configure_new,
    _new,
)
SERVE = Command(
    "serve",
    "Answer over HTTP: hand out the logs, take entries in, post markers.",
    _SERVE_EXAMPLES,
    _configure_serve,
    _serve,
)
ACTION = action_of_steps(_EXAMPLES, (key_step(BOARD), NEW, SERVE, *STEPS, PAGE))
