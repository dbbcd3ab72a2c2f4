"""The process that serves the board of a host: it ends when the host does."""

import os
import signal
import sys
from threading import Thread

from fairlot.cli import main


def _wait_for_the_end() -> None:
    """End this process as a keeper of a board would, once nobody holds the other end."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    Thread(target=_wait_for_the_end, daemon=True).start()
    sys.exit(main(["board", "serve", sys.argv[1], "--port", "0"]))
