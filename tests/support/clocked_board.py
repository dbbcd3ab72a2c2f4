"""A board in a process of its own, whose clock is a file: python clocked_board.py DIR.

DIR has the files of a board's folder, and ``clock`` with Unix seconds.
"""

import socket
import sys
import time
from pathlib import Path

from fairlot.board.sqlite import open_database
from fairlot.board.tiled import HINTS
from fairlot.cli.beacon.files import read_key
from fairlot.cli.output import complain, say
from fairlot.service.desk import Desk, Limits
from fairlot.service.kept import KeptLogs, open_logs
from fairlot.service.rates import Buckets, Rate
from fairlot.service.serve import serve
from fairlot.service.writer import Writer
from fairlot_crypto.curve import backend
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.statements import Statements


def main(folder: Path) -> None:
    """Serve until a signal."""
    curve, key, source = backend(), read_key(folder / "board.key"), SystemRandomness()

    def reopen() -> KeptLogs:
        storage = open_database(folder / "board.sqlite")
        return open_logs(storage, key, curve, Statements(), hints=folder / HINTS)

    def clock() -> int:
        return int((folder / "clock").read_text(encoding="ascii"))

    def ready() -> None:
        say(str(listening.getsockname()[1]))
        sys.stdout.flush()

    writer = Writer(reopen, clock, source)
    buckets = Buckets(Rate(burst=1_000), time.monotonic, source)
    limits = Limits(tick_seconds=0.05)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serve(Desk(writer, buckets, limits, complain), listening, ready)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
