"""``fairlot doors serve``: a page for telephones at the entrance.

specs/door.md, section 5; specs/command-line.md, section 13.1.
"""

import argparse
import base64
import socket
import ssl
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from fairlot.cli.codes import code_maker
from fairlot.cli.command import OK, Command, chosen_curve
from fairlot.cli.door.files import add_time, add_used, check_name, clock, read_gate
from fairlot.cli.listening import Serve, Where, add_listening, needs_server, serve_at
from fairlot.cli.output import complain, say
from fairlot.door.gate import Gate
from fairlot.door.used_list import UsedList
from fairlot.errors import InputError
from fairlot.service.door_desk import DoorDesk
from fairlot.service.rates import Buckets, Rate
from fairlot_crypto.randomness import SystemRandomness

WHERE = Where(
    "FAIRLOT_DOOR_HOST",
    "FAIRLOT_DOOR_PORT",
    8083,
    lambda problem: InputError("door.port", problem),
)
RATE = Rate(a_second=20.0, burst=100)
_CODE_BYTES = 10
_GROUP = 4

_EXAMPLES = """\
Type the code that it shows into the page, on each telephone at the gate. All of them share
the used-list: each place is given once. Beyond this machine it needs a certificate and its
key: over bare HTTP everybody on the line could read the code, and browsers give no camera.
It ends when it is told to (SIGTERM, Ctrl-C); the code ends with it, the used-list stays.

Exit code: 0 if it was told to end, 1 if it could not go on, 2 if a file or the usage was
refused.

Examples:
  fairlot doors serve north.gate --gate "North gate" --used used.txt
  fairlot doors serve north.gate --gate "North gate" --used used.txt --host door.example \\
    --tls-cert chain.pem --tls-key key.pem
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("gate_file", metavar="GATE", type=Path, help="the gate's file")
    parser.add_argument(
        "--gate", metavar="NAME", required=True, help="what people read at the gate"
    )
    add_used(parser)
    add_listening(parser, WHERE)
    add_time(parser, "t_unlock")


def _serve(arguments: argparse.Namespace) -> int:
    run = _server()
    draw = code_maker(lambda problem: InputError("door.extra", problem))
    check_name(arguments.gate)
    gate = read_gate(arguments.gate_file, chosen_curve())
    used = UsedList(arguments.used, gate.terms.sale_id)
    # What is no used-list is found now, and not before a queue.
    used.entered()
    source = SystemRandomness()
    code = base64.b32encode(source.take(_CODE_BYTES)).decode()
    desk = DoorDesk(gate, arguments.gate, used, _clock(gate, arguments.time), source)
    buckets = Buckets(RATE, time.monotonic, source)
    serve = run(desk, code, buckets, lambda data: draw(data, "alphanumeric").rows)

    def checked(
        listening: socket.socket,
        ready: Callable[[], None],
        context: ssl.SSLContext | None,
    ) -> None:
        _check_line(listening, context)

        def shown() -> None:
            ready()
            groups = range(0, len(code), _GROUP)
            say(f"Code: {'-'.join(code[at : at + _GROUP] for at in groups)}")
            sys.stdout.flush()

        serve(listening, shown, context)

    serve_at(arguments, WHERE, checked, "/")
    return OK


Draw = Callable[[bytes], Sequence[str]]


def _server() -> Callable[[DoorDesk, str, Buckets, Draw], Serve]:
    """Return what makes what serves: only who serves loads a server.

    Raises:
        InputError: ``service.extra`` where it is not installed.
    """
    with needs_server():
        from fairlot.service.door_app import DoorWay  # noqa: PLC0415
        from fairlot.service.serve import serve_door  # noqa: PLC0415

    def run(desk: DoorDesk, code: str, buckets: Buckets, draw: Draw) -> Serve:
        way = DoorWay(desk, code.encode(), buckets, draw, complain)
        return partial(serve_door, way)

    return run


def _check_line(listening: socket.socket, context: ssl.SSLContext | None) -> None:
    """Check that the code goes over no line that others read.

    Raises:
        InputError: ``door.bare``.
    """
    # Step 17.
    address = listening.getsockname()[0]
    if context is None and not ip_address(address).is_loopback:
        problem = f"everybody on the line to {address} could read the code"
        remedy = "name a certificate and its key, or listen at 127.0.0.1"
        raise InputError("door.bare", f"{problem}: {remedy}")


def _clock(gate: Gate, given: int | None) -> Callable[[], int]:
    """Return the gate's clock: in a rehearsal one that goes on from a given time."""
    begins = clock(gate.terms, given, gate.terms.times.unlock)
    if not gate.terms.rehearsal:
        return lambda: int(time.time())
    since = time.monotonic()
    return lambda: begins + int(time.monotonic() - since)


SERVE = Command(
    "serve",
    "Serve a page for telephones at the entrance: they ask, scan, and let in.",
    _EXAMPLES,
    _configure,
    _serve,
)
