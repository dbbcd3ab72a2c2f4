"""Where a command that serves listens: options, else the environment."""

import argparse
import os
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from fairlot.cli.certificate import add_certificate, context_of
from fairlot.cli.command import whole
from fairlot.cli.extras import extra
from fairlot.cli.output import say
from fairlot.errors import InputError

Serve = Callable[[socket.socket, Callable[[], None], ssl.SSLContext | None], None]
"""Takes the socket, what it calls once it answers, and what TLS needs; returns at the end."""

LOCAL = "127.0.0.1"
"""Where a service listens that is told nothing else."""


def needs_server() -> AbstractContextManager[None]:
    """Let what serves be imported: only who serves loads a server.

    Raises:
        InputError: ``service.extra`` where it is not installed.
    """
    return extra("service", lambda problem: InputError("service.extra", problem))


@dataclass(frozen=True, slots=True)
class Where:
    """The names of what says where a service listens, and what holds without them."""

    host: str
    """A variable of the environment."""
    port: str
    """The same."""
    usual: int
    """The port where nothing says another."""
    fail: Callable[[str], InputError]
    """Makes the error for a port of the environment that is none."""


def add_listening(parser: argparse.ArgumentParser, where: Where) -> None:
    """Add the options that say where to listen."""
    parser.add_argument(
        "--host",
        help=f"the address to listen at (default: {where.host}, else 127.0.0.1)",
    )
    default = f"default: {where.port}, else {where.usual}"
    parser.add_argument(
        "--port",
        type=whole(0, 65535),
        help=f"the port to listen at; 0 takes a free one ({default})",
    )
    add_certificate(parser)


def serve_at(
    arguments: argparse.Namespace,
    where: Where,
    serve: Serve,
    path: str = "",
) -> None:
    """Serve where options, or else the environment, say; the address is said when all is up.

    Args:
        arguments: with what ``add_listening`` adds.
        where: the names.
        serve: serves until it is told to end.
        path: what comes after the address.

    Raises:
        InputError: as ``where`` makes it; ``tls.*`` for a certificate that does not serve.
        OSError: as the system says.
    """
    context = context_of(arguments)
    host = arguments.host or os.environ.get(where.host) or LOCAL
    with _listening_at(arguments, where, host) as listening:
        address = f"{_address_of(listening, host, context)}{path}"

        def ready() -> None:
            say(address)
            sys.stdout.flush()

        serve(listening, ready, context)


def _listening_at(
    arguments: argparse.Namespace, where: Where, host: str
) -> socket.socket:
    port = arguments.port
    if port is None:
        port = _port(os.environ.get(where.port) or str(where.usual), where)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _address_of(
    listening: socket.socket, host: str, context: ssl.SSLContext | None
) -> str:
    """Return the address for those who connect."""
    bound, port = listening.getsockname()[:2]
    # A certificate is for the name by which people know a place, not for its number.
    shown = bound if context is None else host
    scheme = "http" if context is None else "https"
    return (
        f"{scheme}://[{shown}]:{port}" if ":" in shown else f"{scheme}://{shown}:{port}"
    )


def _port(text: str, where: Where) -> int:
    try:
        return whole(0, 65535)(text)
    except argparse.ArgumentTypeError as error:
        raise where.fail(f"{where.port} {error}") from error
