"""The process of a role that answers over the network: it ends when the host does.

Its words are those of a step that serves, as ``board serve``.
"""

import os
import signal
import sys
from threading import Thread

from fairlot.cli import main


def _wait_for_the_end() -> None:
    """End this process as its keeper would, once nobody holds the other end."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    Thread(target=_wait_for_the_end, daemon=True).start()
    sys.exit(main(sys.argv[1:]))
