"""Where a command that serves listens: options, else the environment."""

import argparse
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

from fairlot.cli.command import whole
from fairlot.cli.output import say
from fairlot.errors import InputError


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


def serve_at(
    arguments: argparse.Namespace,
    where: Where,
    serve: Callable[[socket.socket, Callable[[], None]], None],
    path: str = "",
) -> None:
    """Serve where options, or else the environment, say; the address is said when all is up.

    Args:
        arguments: with what ``add_listening`` adds.
        where: the names.
        serve: takes the socket, and what it calls once it answers; returns at the end.
        path: what comes after the address.

    Raises:
        InputError: as ``where`` makes it.
        OSError: as the system says.
    """
    with _listening_at(arguments, where) as listening:
        address = f"{_address_of(listening)}{path}"

        def ready() -> None:
            say(address)
            sys.stdout.flush()

        serve(listening, ready)


def _listening_at(arguments: argparse.Namespace, where: Where) -> socket.socket:
    host = arguments.host or os.environ.get(where.host) or "127.0.0.1"
    port = arguments.port
    if port is None:
        port = _port(os.environ.get(where.port) or str(where.usual), where)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _port(text: str, where: Where) -> int:
    try:
        return whole(0, 65535)(text)
    except argparse.ArgumentTypeError as error:
        raise where.fail(f"{where.port} {error}") from error
