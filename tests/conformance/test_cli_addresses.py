"""Boards are read by their address (specs/command-line.md, section 1)."""

import json
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.request import Request

import pytest

import fairlot.cli.fetching as module
from answering import Answers, answering, gives, refuses
from buyer import Buyer
from command import code_of, fairlot
from fairlot.board.storage import MemoryStorage
from fairlot.cli.fetching import address_of_transcript, fetch
from fairlot.errors import InputError
from kit.sales import PRICE, play, stage

ON = stage()
FOLDER = f"/sale/{ON.terms.sale_id.hex()}"
FILE = f"{FOLDER}/transcript.fairlot"
HINTS = f"{FILE}.hints"


@pytest.fixture(scope="module")
def whole() -> bytes:
    storage = MemoryStorage()
    play(ON.board(storage), ON, until="result")
    return storage.data


@pytest.mark.slow
def test_a_board_is_audited_by_its_address(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(whole)
    own = ("--rehearsal", "--json")
    with answering(gives(whole)) as (address, asked):
        for named in (f"{address}{FOLDER}", f"{address}{FILE}", f"{address}{FOLDER}/"):
            ran = fairlot("audit", named, *own)
            assert ran == fairlot("audit", path, *own)
        assert asked == [FILE, HINTS] * 3


@pytest.mark.slow
def test_what_is_shown_names_the_address(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(whole)
    with answering(gives(whole)) as (address, _):
        named = f"{address}{FOLDER}"
        shown = json.loads(fairlot("inspect", named, "--json").out)
        assert shown["file"] == named
        kept = json.loads(fairlot("inspect", path, "--json").out)
        assert {**shown, "file": ""} == {**kept, "file": ""}
        settled = fairlot("settle", named, "--json")
        assert settled == fairlot("settle", path, "--json")
        assert fairlot("compare", named, path).code == 0


@pytest.mark.slow
def test_nothing_stays_behind(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with answering(gives(whole)) as (address, _):
        assert fairlot("inspect", f"{address}{FOLDER}").code == 0
    with answering(gives(whole[:-1], len(whole))) as (address, _):
        assert fairlot("inspect", f"{address}{FOLDER}").code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_board_that_is_back_soon_is_asked_again(whole: bytes, tmp_path: Path) -> None:
    """While it opens its storage again, for instance; not where it says nothing of it."""
    turns = iter(range(10))

    def later(handler: BaseHTTPRequestHandler) -> None:
        if next(turns) < 2:
            handler.send_response(503)
            handler.send_header("Retry-After", "0")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        else:
            gives(whole)(handler)

    with answering(later) as (address, asked):
        fetch(f"{address}{FOLDER}", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == whole
    assert len(asked) == 3
    with answering(refuses(503)) as (address, asked):
        ran = fairlot("inspect", f"{address}{FOLDER}")
    assert (ran.code, len(asked)) == (2, 1)


def other_protocol(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0-x\r\n")


PROBLEM = json.dumps({"code": "service.path"}).encode()
REFUSED: dict[str, tuple[Answers, str, str]] = {
    "nothing": (gives(b"", 0), "transcript.none", "empty"),
    "a page": (gives(b"<html>"), "transcript.none", "begins with an entry"),
    "a long page": (gives(b"<html>", 1000), "transcript.none", "http://127.0.0.1"),
    "too long": (gives(b"\xa1", 1 << 31), "transcript.too-long", "bytes"),
    "half": (gives(b"\xa1", 100), "transcript.unreadable", "1 of 100 bytes"),
    "a problem": (refuses(404, PROBLEM), "transcript.unreadable", "service.path"),
    "a status": (refuses(500, b"no"), "transcript.unreadable", "500"),
    "no status": (refuses(204), "transcript.unreadable", "whole file"),
    "a file": (refuses(302, to="file:///etc/passwd"), "transcript.unreadable", ""),
    "ftp": (refuses(302, to="ftp://127.0.0.1/x"), "transcript.redirect", "ftp"),
    "round": (refuses(302, to=FILE), "transcript.unreadable", ""),
    "no HTTP": (other_protocol, "transcript.unreadable", ""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_transcript_is_refused(name: str) -> None:
    answers, code, why = REFUSED[name]
    with answering(answers) as (address, asked):
        ran = fairlot("audit", f"{address}{FOLDER}", "--rehearsal")
    assert code_of(ran) == (2, code), ran
    assert why in ran.err
    assert "Traceback" not in ran.err
    assert 1 <= len(asked) <= 10


def test_nobody_answers() -> None:
    ran = fairlot("audit", "http://127.0.0.1:9/sale/x", "--rehearsal")
    assert code_of(ran) == (2, "transcript.unreadable")


@pytest.mark.parametrize("announced", [True, False])
def test_more_than_may_be_is_not_taken(
    whole: bytes, tmp_path: Path, *, announced: bool
) -> None:
    answers = gives(whole, None if announced else 0)
    with answering(answers) as (address, _), pytest.raises(InputError) as caught:
        fetch(f"{address}{FOLDER}", tmp_path / "file", most=len(whole) - 1)
    assert caught.value.code == "transcript.too-long"
    assert list(tmp_path.iterdir()) == []
    with answering(answers) as (address, _):
        fetch(f"{address}{FOLDER}", tmp_path / "file", most=len(whole))
    assert (tmp_path / "file").read_bytes() == whole


def test_who_says_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.2)
    end = threading.Event()

    def silent(_: BaseHTTPRequestHandler) -> None:
        end.wait(10)

    def asked() -> None:
        try:
            fetch(f"{address}{FOLDER}", tmp_path / "file")
        finally:
            end.set()

    with answering(silent) as (address, _), pytest.raises(InputError) as caught:
        asked()
    assert caught.value.code == "transcript.unreadable"
    assert "timed out" in caught.value.message


def test_a_redirect_is_followed_to_the_same_kind_of_place(
    whole: bytes, tmp_path: Path
) -> None:
    with answering(gives(whole)) as (there, _):
        moved = refuses(301, to=f"{there}{FILE}")
        with answering(moved) as (address, _):
            fetch(f"{address}{FOLDER}", tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == whole


def test_https_does_not_lead_to_http() -> None:
    redirects = module.Redirects()
    request = Request("https://board.example/sale/x")
    for to in ("http://board.example/", "ftp://board.example/"):
        with pytest.raises(InputError) as caught:
            redirects.redirect_request(request, None, 302, "", {}, to)  # type: ignore[arg-type]
        assert caught.value.code == "transcript.redirect"


@pytest.mark.parametrize(
    "text",
    [
        "http://",
        "http:///sale/x",
        "http://me:word@board.example/sale/x",
        "http://board.example/sale/x?entry=3",
        "http://board.example/sale/x#3",
        "http://board.example:port/sale/x",
        "http://board.example/\u202e",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        address_of_transcript(text)
    assert caught.value.code == "transcript.address"


@pytest.mark.slow
def test_wallets_ask_for_the_whole_file_and_never_for_an_entry(tmp_path: Path) -> None:
    """What a board sees of a wallet is the same whoever's it is, and whatever it does."""
    on, asked_by = stage(), list[list[str]]()
    for number, steps in enumerate((("deposit",), ("deposit", "group"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        buyer = Buyer(on, folder)
        with answering(gives(buyer.storage.data)) as (address, asked):
            for step in steps:
                order = ("--amount", str(PRICE), "--max-price", str(PRICE))
                more = (*order, "--out", folder / step) if step == "deposit" else ()
                ran = buyer.run(step, *more, log=f"{address}{FOLDER}")
                assert ran.code == 0, ran
        asked_by.append(asked)
    assert asked_by == [[FILE, HINTS], [FILE, HINTS] * 2]
