"""fairlot board: a board in a process of its own, over loopback."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from command import FAIRLOT, fairlot, in_process
from fairlot.board.hinting import hints_of
from fairlot.board.replay import replay
from fairlot.board.storage import create_transcript
from fairlot.cli import board
from fairlot.cli.beacon.files import key_file
from fairlot.deposit.payment import make_payment
from fairlot.entry import Entry
from fairlot_crypto.bbs import batch
from fairlot_crypto.bbs.hints import Hinted, Showing, read_hints
from kit.c2sp_client import check_proof
from kit.real_view import real, real_transcript
from kit.sales import deposit, nym_of, play, source, stage

ON = stage()
GOOD = deposit(ON, 0).encoded
CLOCK = ("--time", str(ON.terms.times.open))
"""The board's: a rehearsal takes place in 2030, whenever it is played."""
MARK = b"Mozilla/5.0 (who sent this)"


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """Return the folder with a transcript up to TERMS, and the board's key."""
    with closing(create_transcript(tmp_path / "begun")) as storage:
        play(ON.board(storage), ON, until="terms")
    (tmp_path / "board.key").write_text(f"{ON.parts.board.seed.hex()}\n")
    return tmp_path


def made(begun: Path, *more: str) -> Path:
    words = ["board", "new", str(begun / "club"), "--from", str(begun / "begun")]
    ran = fairlot(*words, "--key", str(begun / "board.key"), *more)
    assert (ran.code, ran.err) == (0, ""), ran
    assert ran.out.startswith(f"{begun / 'club'}: ")
    return begun / "club"


@contextmanager
def served(
    folder: Path, said: list[str], clock: tuple[str, str] = CLOCK
) -> Generator[str]:
    """Serve a board, yield its address, and end it by SIGTERM."""
    words = [FAIRLOT, "board", "serve", str(folder), "--port", "0", *clock]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        out = process.stdout
        assert out is not None
        line = out.readline()
        said.append(line)
        try:
            assert line.startswith("http://127.0.0.1:"), process.communicate()
            yield line.strip()
        finally:
            process.send_signal(signal.SIGTERM)
            said += process.communicate(timeout=60)
    assert process.returncode == 0


def get(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"User-Agent": MARK.decode()})  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        found: bytes = answer.read()
    return found


def send(address: str, body: bytes) -> bytes:
    """Send an entry that is accepted, and return its proof."""
    with urllib.request.urlopen(address, body, timeout=20) as answer:  # noqa: S310
        found: bytes = answer.read()
    return found


def index_of(proof: bytes) -> int:
    return check_proof(proof, GOOD, ON.terms.log.origin, ON.terms.board.key)


def post(address: str, body: bytes) -> tuple[int, str]:
    """Send a body that is refused; return status and code."""
    headers = {"User-Agent": MARK.decode()}
    request = urllib.request.Request(address, body, headers)  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=20)  # noqa: S310
    with caught.value as error:
        return error.code, json.loads(error.read())["code"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "storage", ["sqlite", pytest.param("file", marks=pytest.mark.slow)]
)
def test_a_board_is_served_and_goes_on_after_a_restart(
    begun: Path, storage: str
) -> None:
    folder, said = made(begun, "--storage", storage), list[str]()
    assert stat.S_IMODE((folder / "board.key").stat().st_mode) == 0o600
    with served(folder, said) as address:
        first_index = index_of(send(f"{address}/add", GOOD))
        assert post(f"{address}/add", b"nonsense") == (400, "cbor.truncated")
        first = get(f"{address}/checkpoint")
        whole = get(f"{address}/transcript.fairlot")
        hints = get(f"{address}/transcript.fairlot.hints")
    assert hints == hints_of(replay(whole, ON.state())).to_bytes()
    assert whole.startswith((begun / "begun").read_bytes())
    with served(folder, said) as address:
        assert get(f"{address}/checkpoint") == first
        assert index_of(send(f"{address}/add", GOOD)) == first_index
        assert get(f"{address}/transcript.fairlot") == whole
        assert get(f"{address}/transcript.fairlot.hints") == hints
    audited = begun / "fetched"
    audited.write_bytes(whole)
    ran = fairlot("audit", str(audited), "--rehearsal")
    assert "1 of 39 checks fail: A23;" in ran.out
    assert "incomplete: it stands in phase open" in ran.out
    # Nothing of who asked is written anywhere.
    kept = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    kept += [each.encode() for each in said]
    for trace in (MARK, b"127.0.0.1", b"nonsense"):
        found = [each for each in kept if trace in each.replace(said[0].encode(), b"")]
        assert all(b"http://127.0.0.1" in each for each in found), trace


@pytest.mark.thorough
def test_a_board_that_starts_again_verifies_with_its_hints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(create_transcript(tmp_path / "begun")) as storage:
        play(ON.board(storage), ON, until="deposits")
    (tmp_path / "board.key").write_text(f"{ON.parts.board.seed.hex()}\n")
    folder, read = made(tmp_path), list[bool]()
    kept = folder / "transcript.fairlot.hints"
    whole = hints_of(replay((tmp_path / "begun").read_bytes(), ON.state())).to_bytes()
    kept.write_bytes(whole)

    def look(showing: Showing, hints: bytes) -> Hinted | None:
        found = read_hints(showing, hints)
        read.append(found is not None)
        return found

    def ends_at_once(*_: object) -> None:
        """Answer nobody."""

    monkeypatch.setattr(batch, "read_hints", look)
    monkeypatch.setattr(board, "serve_at", ends_at_once)
    with in_process():
        assert fairlot("board", "serve", folder, "--no-cache", *CLOCK).code == 0
    assert read == [True, True]
    assert kept.read_bytes() == whole


def _unknown() -> Entry:
    """Return a payment of somebody who has not deposited."""
    nym, escrow = nym_of(deposit(ON, 1)), ON.parts.escrow
    return make_payment(ON.terms.sale_id, nym, 1, escrow, source("unknown"))


@pytest.mark.slow
def test_entries_are_sent_and_a_transcript_fetched_over_the_network(
    begun: Path,
) -> None:
    said = list[str]()
    good, bad = begun / "good", begun / "bad"
    good.write_bytes(GOOD)
    bad.write_bytes(_unknown().encoded)
    kept, copy = begun / "kept", begun / "copy"
    with served(made(begun), said) as address:
        root = address.partition("/sale/")[0]
        assert fairlot("board", "post", root, good, "--receipts", kept).code == 0
        (receipt,) = kept.iterdir()
        first = receipt.read_bytes()
        index_of(first)
        # Whoever heard nothing sends it again, and it is there once.
        again = fairlot("board", "post", address, bad, good, "--receipts", kept)
        assert (again.code, again.out) == (1, "")
        assert "bad was refused: paid.unknown-nym: " in again.err
        assert receipt.read_bytes() == first
        for way in (root, f"{root}/", address):
            assert fairlot("board", "fetch", way, "--out", copy).code == 0
            beside = begun / "copy.hints"
            assert copy.read_bytes() == get(f"{address}/transcript.fairlot")
            assert beside.read_bytes() == get(f"{address}/transcript.fairlot.hints")
            beside.unlink()
        alone = ("--registry-alone", "--out", begun / "registry")
        assert fairlot("board", "fetch", root, *alone).code == 0
        assert not (begun / "registry.hints").exists()
    gone = fairlot("board", "fetch", root, "--out", begun / "none")
    assert (gone.code, (begun / "none").exists()) == (2, False)
    assert "http.unreachable" in gone.err


@pytest.mark.slow
def test_a_contributor_commits_over_the_network(tmp_path: Path) -> None:
    """The step fetches, signs and sends; against another history it signs nothing."""
    with closing(create_transcript(tmp_path / "begun")) as storage:
        play(ON.board(storage), ON, until="close")
    (tmp_path / "board.key").write_bytes(key_file(ON.parts.board))
    (tmp_path / "my.key").write_bytes(key_file(ON.parts.contributors[0]))
    copy, out, said = tmp_path / "copy", tmp_path / "commit", list[str]()
    own = ("--key", tmp_path / "my.key", "--secret", tmp_path / "secret", "--out", out)
    copy.write_bytes(b"another history")
    clock = ("--time", str(ON.terms.times.close + 1))
    with served(made(tmp_path), said, clock) as address:
        ran = fairlot("contributor", "commit", copy, *own, "--to", address)
        assert (ran.code, "http.fork" in ran.err) == (1, True)
        assert copy.read_bytes() == b"another history"
        assert (
            (tmp_path / "copy.other")
            .read_bytes()
            .startswith((tmp_path / "begun").read_bytes())
        )
        assert not out.exists()
        assert not (tmp_path / "secret").exists()
        copy.write_bytes((tmp_path / "begun").read_bytes())
        ran = fairlot("contributor", "commit", copy, *own, "--to", address)
        assert (ran.code, ran.err) == (0, "")
        assert (
            (tmp_path / "commit.tlog-proof").read_bytes().startswith(b"c2sp.org/tlog")
        )
        # A board that has it already takes no second one: the same receipt comes again.
        entry, proof = out.read_bytes(), (tmp_path / "commit.tlog-proof").read_bytes()
        again = fairlot("contributor", "commit", copy, *own, "--to", address)
        assert (again.code, again.err) == (0, "")
        assert out.read_bytes() == entry
        assert (tmp_path / "commit.tlog-proof").read_bytes() == proof
        # The seal is not due: the transcript is fetched, and nothing is made.
        early = fairlot(
            "contributor", "seal", copy, *own[:-1], tmp_path / "s", "--to", address
        )
        assert (early.code, "phase.wrong" in early.err) == (1, True)
        assert not (tmp_path / "s").exists()
        assert out.read_bytes() in copy.read_bytes()


def test_a_real_board_has_no_other_clock_than_the_machines(tmp_path: Path) -> None:
    folder = tmp_path / "club"
    folder.mkdir()
    on = real()
    (folder / "board.key").write_text(f"{on.parts.board.seed.hex()}\n")
    (folder / "transcript.fairlot").write_bytes(real_transcript("terms"))
    # On a port that is taken nothing is served, whatever is refused or not.
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = ("--port", str(taken.getsockname()[1]))
        ran = fairlot("board", "serve", folder, *CLOCK, *port)
        assert (ran.code, "board.clock" in ran.err) == (2, True)
        assert fairlot("board", "serve", folder, *port).code == 1


@pytest.mark.thorough
def test_two_processes_never_serve_one_folder(begun: Path) -> None:
    folder, said = made(begun), list[str]()
    with served(folder, said):
        ran = fairlot("board", "serve", str(folder), "--port", "0")
        assert (ran.code, ran.out) == (2, "")
        assert "board.locked" in ran.err


def test_a_folder_is_made_once_and_not_by_halves(begun: Path) -> None:
    folder = made(begun)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    words = ["board", "new", str(folder), "--from", str(begun / "begun")]
    ran = fairlot(*words, "--key", str(begun / "board.key"))
    assert (ran.code, "board.exists" in ran.err) == (2, True)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    other = begun / "other.key"
    other.write_text(f"{ON.parts.escrow.seed.hex()}\n")
    words[2] = str(begun / "second")
    ran = fairlot(*words, "--key", str(other))
    assert ran.code == 1
    assert "entry.key" in ran.err
    assert not (begun / "second").exists()


def test_what_is_no_folder_of_a_board_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        ran = fairlot("board", "serve", str(folder))
        assert (ran.code, "board.none" in ran.err) == (2, True)
    (tmp_path / "board.key").write_text(f"{ON.parts.board.seed.hex()}\n")
    ran = fairlot("board", "serve", str(tmp_path))
    assert (ran.code, "board.none" in ran.err) == (2, True)


def test_a_port_of_the_environment_that_is_none_is_refused(begun: Path) -> None:
    folder = made(begun)
    for port in ("http", "65536", "-1"):
        ran = fairlot("board", "serve", str(folder), env={"FAIRLOT_BOARD_PORT": port})
        assert (ran.code, "board.port" in ran.err) == (2, True)


WITHOUT = """
import sys
from fairlot.cli import main
for name in ("starlette", "uvicorn", "h11", "anyio"):
    sys.modules[name] = None
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_without_the_extra_it_is_named_and_all_else_works(begun: Path) -> None:
    folder = made(begun)
    words = [sys.executable, "-c", WITHOUT]
    environment = {**os.environ, "COLUMNS": "80"}
    ran = subprocess.run(
        [*words, "board", "serve", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "pip install 'fairlot[service]'" in ran.stderr
    assert "service.extra" in ran.stderr
    for other in (["board", "--help"],):
        assert (
            subprocess.run([*words, *other], check=False, env=environment).returncode
            == 0
        )


@pytest.mark.thorough
def test_nothing_else_loads_a_server() -> None:
    program = (
        "import sys, fairlot, fairlot.cli, fairlot.cli.board\n"
        "from fairlot.cli import main\n"
        "main(['--version'])\n"
        "found = {'starlette', 'uvicorn', 'h11', 'anyio'} & sys.modules.keys()\n"
        "assert not found, found\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.slow
def test_a_seller_cancels_over_the_network_and_hears_it_twice(tmp_path: Path) -> None:
    """Whoever was killed before the receipt came takes the same step again."""
    with closing(create_transcript(tmp_path / "begun")) as storage:
        play(ON.board(storage), ON, until="open")
    (tmp_path / "board.key").write_bytes(key_file(ON.parts.board))
    (tmp_path / "seller.key").write_bytes(key_file(ON.parts.seller))
    copy, out, late = (tmp_path / name for name in ("copy", "void", "late"))
    late.write_bytes(GOOD)
    sale = ("--sale-id", ON.terms.sale_id.hex(), "--key", tmp_path / "seller.key")
    with served(made(tmp_path), []) as address:
        words = ("seller", "cancel", copy, *sale, "--out", out, "--to", address)
        for again in (False, True):
            ran = fairlot(*words, "--json")
            assert (ran.code, ran.err) == (0, "")
            said = json.loads(ran.out)
            assert (said["again"], said["sent"]) == (again, True)
            receipt = (tmp_path / "void.tlog-proof").read_bytes()
            check_proof(
                receipt, out.read_bytes(), ON.terms.log.origin, ON.terms.board.key
            )
        refused = fairlot("board", "post", address, late)
        assert (refused.code, "phase.wrong" in refused.err) == (1, True)
