"""Whoever fetches a transcript fetches its hints, and nobody need trust them.

specs/command-line.md, section 1; specs/service.md, section 3.1.
"""

import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

import fairlot.cli.fetching_hints as module
from answering import Answers, answering, gives, refuses
from command import Ran, fairlot, in_process
from fairlot.board.hinting import hints_of
from fairlot.board.hints import MAGIC, RECORD_LENGTH
from fairlot.board.replay import replay
from fairlot.board.storage import MemoryStorage
from fairlot.cli.fetching_hints import fetch_both, fetch_hints
from fairlot_crypto.bbs import batch
from fairlot_crypto.bbs.hints import Hinted, Showing, read_hints
from kit.lying_board import played as played_board
from kit.sales import DEPOSIT_TIME, deposit, draft, play, stage
from kit.stage import Stage

ON = stage()
OTHER = stage(("Cleo", "Dora"))
FOLDER = f"/sale/{ON.terms.sale_id.hex()}"
FILE = f"{FOLDER}/transcript.fairlot"


def played(on: Stage = ON) -> bytes:
    storage = MemoryStorage()
    play(on.board(storage), on, until="result")
    return storage.data


def made_of(data: bytes, on: Stage = ON) -> bytes:
    return hints_of(replay(data, on.state())).to_bytes()


@pytest.fixture(scope="module")
def whole() -> bytes:
    return played()


@pytest.fixture(scope="module")
def hints(whole: bytes) -> bytes:
    return made_of(whole)


def both(transcript: bytes, beside: Answers) -> Answers:
    """Answer with a transcript, and for its hints as a test likes."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.endswith(".hints"):
            beside(handler)
        else:
            gives(transcript)(handler)

    return answer


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Generator[list[bool]]:
    """Return of each presentation that is verified whether hints were read with it."""
    found = list[bool]()

    def read(showing: Showing, given: bytes) -> Hinted | None:
        hinted = read_hints(showing, given)
        found.append(hinted is not None)
        return hinted

    monkeypatch.setattr(batch, "read_hints", read)
    with in_process():
        yield found


def audit(named: str | Path) -> Ran:
    return fairlot("audit", named, "--rehearsal", "--json", "--jobs", "1")


@pytest.fixture(scope="module")
def report(whole: bytes, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """What the audit of the file says, with nothing beside it."""
    path = tmp_path_factory.mktemp("alone") / "transcript.fairlot"
    path.write_bytes(whole)
    ran = audit(path)
    assert ran.code == 0
    return ran


def test_an_audit_over_the_network_uses_the_hints(
    whole: bytes, hints: bytes, report: Ran, opened: list[bool]
) -> None:
    with answering(both(whole, gives(hints))) as (address, asked):
        assert audit(f"{address}{FOLDER}") == report
    assert asked == [FILE, f"{FILE}.hints"]
    assert opened == [True, True]


@pytest.mark.thorough
def test_whatever_reads_an_address_uses_the_hints(
    whole: bytes, hints: bytes, opened: list[bool], tmp_path: Path
) -> None:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(whole)
    with answering(both(whole, gives(hints))) as (address, _):
        named = f"{address}{FOLDER}"
        for words in (
            ("inspect", named),
            ("settle", named),
            ("report", named, "--rehearsal"),
            ("compare", named, path),
        ):
            opened.clear()
            out = ("--out", tmp_path / words[0]) if words[0] == "report" else ()
            assert fairlot(*words, *out).code == 0
            assert opened == [True, True], words
            opened.clear()


def test_hints_lie_where_the_transcript_lay_in_the_end(
    whole: bytes, hints: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "transcript.fairlot"
    with answering(both(whole, gives(hints))) as (there, _):
        moved = refuses(301, to=f"{there}{FILE}")
        with answering(moved) as (address, asked):
            fetch_both(f"{address}{FOLDER}", path)
    assert asked == [FILE]
    assert path.with_name("transcript.fairlot.hints").read_bytes() == hints


# --- Whatever comes in their place


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Begin as hints do, and never end."""
    handler.send_response(200)
    handler.end_headers()
    piece = MAGIC
    with suppress(OSError):
        while True:
            handler.wfile.write(piece)
            piece = bytes(1 << 16)


def no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0-x\r\n")


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


LONG = MAGIC + bytes(1 << 20)
NO_FILE: dict[str, Answers] = {
    "none": refuses(404),
    "an error": refuses(500, b"no"),
    "busy": refuses(503),
    "no content": refuses(204),
    "not whole": refuses(206, MAGIC),
    "elsewhere": refuses(302, to="/true"),
    "a file": refuses(302, to="file:///etc/passwd"),
    "a page": gives(b"<html>"),
    "almost": gives(MAGIC[:-1] + b"x"),
    "too long": gives(LONG),
    "too long, unannounced": gives(LONG, 0),
    "announced as too long": gives(MAGIC, 1 << 40),
    "never-ending": endless,
    "half": gives(MAGIC + bytes(488), 10_000),
    "no HTTP": no_http,
    "nothing": hangs_up,
}


@pytest.mark.parametrize("name", NO_FILE)
def test_whatever_is_no_file_of_hints_is_none(
    whole: bytes, hints: bytes, tmp_path: Path, name: str
) -> None:
    def beside(handler: BaseHTTPRequestHandler) -> None:
        (gives(hints) if handler.path == "/true" else NO_FILE[name])(handler)

    answers = both(whole, beside)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        (beside if handler.path == "/true" else answers)(handler)

    with answering(answer) as (address, asked):
        fetch_both(f"{address}{FOLDER}", tmp_path / "transcript.fairlot")
    assert asked == [FILE, f"{FILE}.hints"]
    assert [path.name for path in tmp_path.iterdir()] == ["transcript.fairlot"]
    assert (tmp_path / "transcript.fairlot").read_bytes() == whole


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"


@pytest.mark.parametrize(
    "sent", [HEAD + MAGIC + bytes(10_000), b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000]
)
def test_an_answer_that_drips_is_given_up(tmp_path: Path, sent: bytes) -> None:
    """Each byte comes soon; all of them would take hours."""
    over, ended = threading.Event(), threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            for byte in sent:
                if over.wait(0.01):
                    return
                handler.wfile.write(bytes([byte]))
        ended.set()

    path = tmp_path / "hints"
    with answering(answer) as (address, _):
        fetch_hints(f"{address}{FILE}.hints", path, 1 << 20, 0.2)
        assert not ended.is_set()
        assert not path.exists()
        over.set()


def test_no_more_than_may_be_is_taken(tmp_path: Path) -> None:
    path, data = tmp_path / "hints", MAGIC + bytes(1000)
    for announced in (None, 0):
        with answering(gives(data, announced)) as (address, _):
            fetch_hints(f"{address}/x", path, len(data) - 1, 10)
            assert not path.exists()
            fetch_hints(f"{address}/x", path, len(data), 10)
            assert path.read_bytes() == data
            path.unlink()


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def records(data: bytes) -> list[bytes]:
    starts = range(len(MAGIC), len(data), RECORD_LENGTH)
    return [data[at : at + RECORD_LENGTH] for at in starts]


def swapped(data: bytes) -> bytes:
    one, two = records(data)
    return MAGIC + one[:8] + two[8:] + two[:8] + one[8:]


LIES: dict[str, Callable[[bytes], bytes]] = {
    "a y flipped": lambda data: flipped(data, len(MAGIC) + 8 + 47),
    "a T1 flipped": lambda data: flipped(data, len(MAGIC) + 8 + 4 * 48 + 95),
    "an index flipped": lambda data: flipped(data, len(MAGIC) + 7),
    "swapped": swapped,
    "backwards": lambda data: MAGIC + b"".join(reversed(records(data))),
    "twice": lambda data: MAGIC + 2 * records(data)[0],
    "zeros": lambda data: MAGIC + bytes(len(data)),
    "ones": lambda data: MAGIC + b"\xff" * len(data),
    "torn": lambda data: data[:-1],
    "more behind": lambda data: data + bytes(2 * RECORD_LENGTH + 1),
    "of another sale": lambda _: made_of(played(OTHER), OTHER),
    "nothing": lambda _: b"",
    "no record": lambda _: MAGIC,
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", LIES)
def test_no_hint_changes_a_report(
    whole: bytes, hints: bytes, report: Ran, name: str
) -> None:
    lie = LIES[name](hints)
    assert lie != hints
    with answering(both(whole, gives(lie, None if lie else 0))) as (address, asked):
        assert audit(f"{address}{FOLDER}") == report
    assert asked == [FILE, f"{FILE}.hints"]


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["none", "never-ending", "no HTTP", "elsewhere"])
def test_no_answer_changes_a_report(whole: bytes, report: Ran, name: str) -> None:
    with answering(both(whole, NO_FILE[name])) as (address, _):
        assert audit(f"{address}{FOLDER}") == report


def test_an_answer_that_never_comes_changes_no_report(
    whole: bytes, report: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    end = threading.Event()

    def silent(_: BaseHTTPRequestHandler) -> None:
        end.wait(30)

    with in_process(), answering(both(whole, silent)) as (address, asked):
        ran = audit(f"{address}{FOLDER}")
        end.set()
    assert ran == report
    assert asked == [FILE, f"{FILE}.hints"]


@pytest.mark.thorough
def test_no_hint_hides_a_bad_presentation(opened: list[bool], tmp_path: Path) -> None:
    """Somebody shows another's proof; hints are of that one, or of nobody."""
    made, other = draft(ON), deposit(ON, 1)
    body = {**made.entry().body, "proof": other.body["proof"]}
    board = played_board(ON, "open")
    board.batch(DEPOSIT_TIME, made.sign(body), other)
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(board.data)
    alone = audit(path)
    assert alone.code == 1
    assert "presentation.challenge" in alone.out
    (true,) = records(made_of(board.data))
    leaf = int.from_bytes(true[:8], "big")
    before = MAGIC + (leaf - 1).to_bytes(8, "big") + true[8:]
    for lie in (before, before + true, MAGIC + true):
        with answering(both(board.data, gives(lie))) as (address, asked):
            assert audit(f"{address}{FOLDER}") == alone
        assert len(asked) == 2
    assert opened == [False, False, True, True]
