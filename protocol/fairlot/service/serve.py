"""Serves a board until it is told to stop (specs/service.md, section 9)."""

import signal
import socket
import ssl
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from fairlot.service.app import board_app
from fairlot.service.desk import Desk
from fairlot.service.door_app import DoorWay, door_app
from fairlot.service.mailing import MailDesk, mail_app
from fairlot.service.watching import WitnessDesk, witness_app

AT_ONCE = 512
"""Connections; one more is answered by 503 before anything is read."""


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    def end(self, _number: int, _frame: FrameType | None) -> None:
        """Go on to the end of the program."""
        self.should_exit = True


def serve(
    desk: Desk,
    listening: socket.socket,
    ready: Callable[[], None],
    context: ssl.SSLContext | None = None,
) -> None:
    """Answer for a board until SIGTERM or SIGINT; whoever was taken in is answered first.

    Args:
        desk: of the board.
        listening: where people connect to.
        ready: called once the first is answered, and a signal is obeyed.
        context: of TLS; without it HTTP is spoken.
    """
    _run(board_app(desk), listening, ready, context)


def serve_witness(
    desk: WitnessDesk,
    listening: socket.socket,
    ready: Callable[[], None],
    context: ssl.SSLContext | None = None,
) -> None:
    """Answer for a witness, as ``serve`` does for a board."""
    _run(witness_app(desk), listening, ready, context)


def serve_mailbox(
    desk: MailDesk,
    listening: socket.socket,
    ready: Callable[[], None],
    context: ssl.SSLContext | None = None,
) -> None:
    """Answer for a mailbox, as ``serve`` does for a board."""
    _run(mail_app(desk), listening, ready, context)


def serve_door(
    way: DoorWay,
    listening: socket.socket,
    ready: Callable[[], None],
    context: ssl.SSLContext | None = None,
) -> None:
    """Answer at a door, as ``serve`` does for a board."""
    _run(door_app(way), listening, ready, context)


def _run(
    app: Starlette,
    listening: socket.socket,
    ready: Callable[[], None],
    context: ssl.SSLContext | None,
) -> None:
    # Connections take it over: else the body of an answer waits until its head is
    # acknowledged, 40 ms each.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        # Nothing is written of who asks for what.
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=AT_ONCE,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=30,
    )
    config.load()
    # The one that was tried, and not what the files hold by now.
    config.ssl = context
    server = _Server(config, ready)
    # Until it has begun to answer, and when uvicorn raises the signal again at its end.
    before = signal.signal(signal.SIGTERM, server.end)
    try:
        server.run(sockets=[listening])
    finally:
        signal.signal(signal.SIGTERM, before)
