"""fairlot witness serve, and a board that asks it: processes over loopback."""

import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from command import FAIRLOT, fairlot
from fairlot.board.storage import create_transcript
from fairlot.cli.beacon.files import write_key as write_key_file
from fairlot.cli.role_keys import PUBLIC, PublicKey
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from kit.c2sp_client import check_proof
from kit.sales import deposit, play, stage

ON = stage().watched()
NAMED = ON.terms.witnesses.named
SENT = deposit(ON, 0).encoded, deposit(ON, 1).encoded


def make_club(folder: Path) -> Path:
    """Make the folder of a board, and the keys of its two witnesses; return the first."""
    with closing(create_transcript(folder / "begun")) as storage:
        play(ON.board(storage), ON, until="terms")
    write_key(folder / "board.key", "board", ON.terms.board.name, ON.parts.board.seed)
    for number in (0, 1):
        seed = ON.witness_key(number).seed
        write_key(folder / f"w{number}.key", "witness", NAMED[number].name, seed)
        (folder / f"w{number}").mkdir()
    words = ("board", "new", folder / "club", "--from", folder / "begun")
    assert fairlot(*words, "--key", folder / "board.key").code == 0
    return folder / "club"


def write_key(path: Path, role: str, name: str, seed: bytes) -> None:
    """Write a key that the terms name, with its public file beside it."""
    key = SigningKey(seed)
    write_key_file(path, key)
    public = PublicKey(role, key.public, name).to_bytes()
    path.with_name(f"{path.name}{PUBLIC}").write_bytes(public)


@contextmanager
def running(*words: str | Path) -> Generator[tuple[str, "subprocess.Popen[str]"]]:
    """Run a command that serves; yield its first line; end it in any case."""
    with subprocess.Popen(
        [FAIRLOT, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        try:
            assert line.startswith("http://127.0.0.1:"), process.communicate()
            yield line, process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
            process.wait(timeout=60)


def serving(folder: Path, number: int, port: int = 0) -> tuple[str | Path, ...]:
    words = ("witness", "serve", folder / f"w{number}", "--port", str(port))
    files = ("--key", folder / f"w{number}.key", "--board", folder / "board.key.pub")
    return (*words, *files)


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310
        found: bytes = answer.read()
    return found


def send(address: str, body: bytes) -> tuple[int, float]:
    """Send an entry; return its index and how long the answer took."""
    begun = time.monotonic()
    with urllib.request.urlopen(f"{address}/add", body, timeout=20) as answer:  # noqa: S310
        proof = answer.read()
    index = check_proof(proof, body, ON.terms.log.origin, ON.terms.board.key)
    return index, time.monotonic() - begun


def witnesses_of(address: str) -> set[str]:
    """Return whose co-signatures the last head shows."""
    head = SignedCheckpoint.parse(get(f"{address}/checkpoint").decode())
    return {line.name for line in head.lines[1:]}


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


NAMES = [each.name for each in NAMED]


@pytest.mark.slow
def test_two_witnesses_co_sign_what_a_board_takes_in(tmp_path: Path) -> None:
    """One is killed and comes back, one falls silent: posting goes on."""
    club = make_club(tmp_path)
    with running(*serving(tmp_path, 0)) as (first, killed):
        port = int(first.rpartition(":")[2])
        with running(*serving(tmp_path, 1)) as (second, silent):
            asked = ("--witness", first, "--witness", second)
            words = ("board", "serve", club, "--port", "0", *asked)
            with running(*words) as (address, board):
                until(lambda: witnesses_of(address) == {NAMES[0], NAMES[1]})
                killed.kill()
                killed.wait()
                silent.send_signal(signal.SIGSTOP)
                _, took = send(address, SENT[0])
                assert took < 5, "nobody waits for witnesses"
                assert witnesses_of(address) == set()
                silent.send_signal(signal.SIGCONT)
                until(lambda: witnesses_of(address) == {NAMES[1]})
                with running(*serving(tmp_path, 0, port)):
                    until(lambda: witnesses_of(address) == {NAMES[0], NAMES[1]})
                    send(address, SENT[1])
                    until(lambda: witnesses_of(address) == {NAMES[0], NAMES[1]})
                    whole = get(f"{address}/transcript.fairlot")
                board.terminate()
                _, said = board.communicate(timeout=60)
    assert f"fairlot: {first}, sale/" in said
    (tmp_path / "fetched").write_bytes(whole)
    ran = fairlot("audit", tmp_path / "fetched", "--rehearsal", "--json")
    assert '"sale.incomplete"' in ran.out


def test_a_witness_is_served_with_its_own_key_only(tmp_path: Path) -> None:
    made = ("witness", "key", "--out", tmp_path / "w.key", "--name", "w.example")
    assert fairlot(*made).code == 0
    board = ("board", "key", "--out", tmp_path / "b.key", "--name", "b.example")
    assert fairlot(*board).code == 0
    (tmp_path / "heads").mkdir()
    for words, code in refused(tmp_path):
        ran = fairlot("witness", "serve", *words, "--port", "0")
        assert (ran.code, ran.out) == (2, ""), ran
        assert code in ran.err


def refused(folder: Path) -> Iterator[tuple[tuple[str | Path, ...], str]]:
    """Yield words with the code with which they are refused."""
    key, board = ("--key", folder / "w.key"), ("--board", folder / "b.key.pub")
    yield (folder / "heads", *key), "witness.nobody"
    yield (folder / "none", *key, *board), "witness.state"
    yield (folder / "heads", *key, "--board", folder / "w.key.pub"), "public-key.role"
    other = folder / "other.key"
    other.write_text(f"{ON.parts.escrow.seed.hex()}\n", encoding="ascii")
    public = (folder / "w.key.pub").read_bytes()
    other.with_name("other.key.pub").write_bytes(public)
    yield (folder / "heads", "--key", other, *board), "witness.key"
    log = ("--log", "nothing")
    yield (folder / "heads", *key, *log), "usage"
