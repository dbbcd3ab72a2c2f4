"""fairlot witness serve, and a board that asks it: processes over loopback."""

import signal
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from club import NAMED, ON, SENT, get, make_club, send, serving, until, witnesses_of
from command import FAIRLOT, fairlot


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
