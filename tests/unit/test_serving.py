"""How a service listens (specs/service.md, section 9)."""

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
import uvicorn

from fairlot.service.mailbox import Mailbox
from fairlot.service.mailing import MailDesk
from fairlot.service.rates import Buckets
from fairlot.service.serve import serve_mailbox
from kit.sales import source
from kit.served import FAST


def test_no_answer_waits_for_the_acknowledgement_of_its_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nagle's algorithm held each body back for 40 ms, until the client's system spoke."""
    Mailbox.create(tmp_path / "mailbox", ["annscode"])
    desk = MailDesk(
        Mailbox(tmp_path / "mailbox"), Buckets(FAST, lambda: 0.0, source("mailbox"))
    )
    told = list[int]()

    def run(_server: uvicorn.Server, sockets: Sequence[socket.socket]) -> None:
        (listening,) = sockets
        with socket.create_connection(listening.getsockname()):
            connection, _address = listening.accept()
            with connection:
                option = (socket.IPPROTO_TCP, socket.TCP_NODELAY)
                told.append(connection.getsockopt(*option))

    monkeypatch.setattr(uvicorn.Server, "run", run)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serve_mailbox(desk, listening, lambda: None)
    assert told == [1]
