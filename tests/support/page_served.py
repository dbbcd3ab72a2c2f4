"""A board that has drawn, over loopback, for the page."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import sleep

import uvicorn

from fairlot.board.storage import MemoryStorage
from fairlot.service.app import read_app
from fairlot.service.kept import open_logs
from kit.lying_board import played
from kit.stage import STATEMENTS
from page_sale import cast


@contextmanager
def served(
    until: str = "result", pair: tuple[Path, Path] | None = None
) -> Generator[str]:
    """Serve the sale of the page up to a step, and yield the board's address.

    Args:
        until: the last step.
        pair: a certificate and its key, to speak HTTPS.
    """
    storage = MemoryStorage()
    storage.append(played(cast(), until).data)
    kept = open_logs(storage, cast().parts.board, cast().curve, STATEMENTS)
    app = read_app(lambda: kept)
    certificate, key = pair or (None, None)
    config = uvicorn.Config(
        app,
        port=0,
        log_level="error",
        lifespan="off",
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    try:
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield f"{'http' if pair is None else 'https'}://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
