"""Why nothing came back over the network, in words."""

import errno
import os
import socket
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected
from pathlib import Path

import pytest

from fairlot.cli.fetching import fetch
from fairlot.cli.over_http import BoardAddress
from fairlot.errors import InputError
from fairlot.service.posting import Address, Line
from fairlot.service.silence import silence_of

CLOSED = "it closed the line without an answer, as what speaks HTTPS does"


def system_error(number: int) -> OSError:
    """Return what the system raises, which shows its number where it is printed as it is."""
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("error", "secure", "why"),
    [
        (RemoteDisconnected("ended"), False, CLOSED),
        (BadStatusLine("\x15\x03\x01"), False, CLOSED),
        (system_error(errno.ECONNRESET), False, CLOSED),
        (system_error(errno.ECONNRESET), True, os.strerror(errno.ECONNRESET)),
        (system_error(errno.ECONNREFUSED), False, os.strerror(errno.ECONNREFUSED)),
        (TimeoutError("timed out"), True, "timed out"),
        (IncompleteRead(b""), True, "what came back is not HTTP"),
        (OSError(), True, "unknown reason"),
        (ValueError("no port"), False, "no port"),
        (
            ssl.SSLError(1, ""),
            True,
            "it does not speak HTTPS: the connection was closed",
        ),
    ],
)
def test_it_is_said_in_words(error: Exception, secure: bool, why: str) -> None:
    found = silence_of(error, secure=secure)
    assert found.why == why
    assert ("https://" in found.remedy) == (why == CLOSED)


@contextmanager
def closing_lines() -> Generator[str]:
    """Close each line on which something comes, as HTTPS does with HTTP."""

    def close(listening: socket.socket) -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line:
                line.recv(1 << 16)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=close, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def test_all_who_ask_say_what_to_do(tmp_path: Path) -> None:
    with closing_lines() as address:
        for ask in (
            BoardAddress.parse(address).transcript,
            lambda: fetch(f"{address}/sale/x", tmp_path / "copy"),
        ):
            with pytest.raises(InputError, match="name it with https://"):
                ask()
        with pytest.raises(OSError, match=CLOSED):
            Line(Address.parse(address)).post("add", b"")
