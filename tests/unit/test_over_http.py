"""What asks a board over the network is told by whoever answers, and believes nothing."""

from collections.abc import Generator
from contextlib import contextmanager

import pytest

from fairlot.cli import over_http
from fairlot.cli.over_http import BoardAddress, Sent
from kit.sales import deposit, stage
from refusal import refusal
from web_answers import Quiet, listening

ENTRY = deposit(stage(), 0)
Answer = tuple[int, bytes]


@contextmanager
def answering(*answers: Answer) -> Generator[tuple[BoardAddress, list[str]]]:
    """Answer requests in order, the last for ever; yield the address and what was asked."""
    asked: list[str] = []

    class Handler(Quiet):
        def do_GET(self) -> None:
            status, content = answers[min(len(asked), len(answers) - 1)]
            asked.append(f"{self.command} {self.path}")
            self.rfile.read(int(self.headers.get("content-length", "0")))
            self.send_response(status)
            self.send_header("retry-after", "0")
            self.end_headers()
            self.wfile.write(content)

    with listening(Handler) as port:
        yield BoardAddress.parse(f"http://127.0.0.1:{port}/club"), asked


SCOPE = "ab" * 32


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("http://host", ""),
        ("https://host:8/", ""),
        (f"http://host/sale/{SCOPE}", ""),
        (f"http://host/club/registry/{SCOPE}/", "/club"),
        ("http://[::1]:80/club/", "/club"),
    ],
)
def test_an_address_is_that_of_a_board_or_of_a_log(text: str, path: str) -> None:
    assert BoardAddress.parse(text).url.path == path


@pytest.mark.parametrize(
    "text",
    [
        *("", "host", "/file", "ftp://host", "http://", "http://host:x", "http://[::1"),
        *("http://host?a", "http://host#a", "http://me:secret@host"),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert refusal(BoardAddress.parse, text) == "http.address"


@pytest.mark.parametrize(
    "answer",
    [
        *((404, b"{}"), (200, b""), (200, b"[]"), (200, b"\xff"), (200, b"{}")),
        (200, b'{"transcript": {"path": 5}}'),
        (200, b'{"transcript": null}'),
    ],
)
def test_an_index_that_is_none_is_refused(answer: Answer) -> None:
    with answering(answer) as (board, _):
        assert refusal(board.transcript) == "http.answer"


def test_a_transcript_lies_where_the_index_says() -> None:
    index = (200, b'{"transcript": {"path": "sale/x/transcript.fairlot"}}')
    with answering(index) as (board, asked):
        address = board.transcript()
    assert address == f"{board.url.geturl()}/sale/x/transcript.fairlot"
    assert asked == ["GET /club/"]


def test_an_entry_is_sent_again_while_the_board_is_busy() -> None:
    busy = (503, b"{}")
    with answering(busy, (429, b"{}"), (200, b"proof")) as (board, asked):
        assert board.add(ENTRY) == Sent(b"proof")
    assert asked == [f"POST /club/sale/{ENTRY.scope.hex()}/add"] * 3
    said = b'{"code": "service.busy", "detail": "256 wait"}'
    with answering((503, said)) as (board, asked):
        assert board.add(ENTRY) == Sent(None, "service.busy", "'256 wait'")
        assert len(asked) == over_http.TRIES


@pytest.mark.parametrize(
    "answer",
    [
        *((500, b"no"), (422, b"{}"), (422, b'{"code": "x\\u001b[2J", "detail": ""}')),
        (422, b'{"code": "", "detail": ""}'),
    ],
)
def test_a_refusal_without_a_code_is_none(answer: Answer) -> None:
    with answering(answer) as (board, _):
        assert refusal(board.add, ENTRY) == "http.answer"


def test_a_refusal_steers_no_terminal() -> None:
    said = b'{"code": "entry.field", "detail": "\\u001b[2Jgone"}'
    with answering((400, said)) as (board, _):
        sent = board.add(ENTRY)
    assert sent.code == "entry.field"
    assert "\x1b" not in sent.detail


def test_a_board_that_is_gone_is_named() -> None:
    with answering((200, b"")) as (board, _):
        pass
    assert refusal(board.transcript) == "http.unreachable"
    assert refusal(board.add, ENTRY) == "http.unreachable"
