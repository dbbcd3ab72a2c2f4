"""Serves a board until it is told to stop (specs/service.md, section 9)."""

import signal
import socket
from types import FrameType

import uvicorn

from fairlot.service.app import board_app
from fairlot.service.desk import Desk

AT_ONCE = 512
"""Connections; one more is answered by 503 before anything is read."""


def serve(desk: Desk, listening: socket.socket) -> None:
    """Answer until SIGTERM or SIGINT; whoever was taken in is answered first.

    Args:
        desk: of the board.
        listening: where people connect to.
    """
    config = uvicorn.Config(
        board_app(desk),
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
    # uvicorn raises the signal again at its end: it has been obeyed by then.
    before = signal.signal(signal.SIGTERM, _obeyed)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        signal.signal(signal.SIGTERM, before)


def _obeyed(_number: int, _frame: FrameType | None) -> None:
    """Go on to the end of the program."""
