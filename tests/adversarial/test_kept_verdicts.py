"""Verdicts that somebody forged, cut or took from elsewhere change time, never an answer.

``fairlot.cli.verdicts`` keeps what was verified of a transcript beside it.
"""

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from command import Ran, fairlot
from fairlot import __version__
from fairlot.board.replay import replay_file
from fairlot.cli import verdicts
from fairlot.cli.verdicts import KEY_VARIABLE
from fairlot_crypto.curve import backend
from fairlot_crypto.statements import Statements
from fairlot_crypto.verdicts import read_verdicts, write_verdicts
from kept_beside import file_of, users_key

RULES = f"{__version__} native"
FOREIGN = bytes(32)


class Asked(Statements):
    """Counts what it is asked to verify, and what it has to verify."""

    verified_here = 0

    def check(
        self, kind: str, parts: Iterable[bytes], verify: Callable[[], object]
    ) -> None:
        """Verify a statement as always, and count it."""

        def counted() -> None:
            Asked.verified_here += 1
            verify()

        super().check(kind, parts, counted)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Give the user a key of their own, and keep verdicts of small logs too."""
    with users_key(tmp_path, verdicts) as key:
        yield key


@pytest.fixture
def board(tmp_path: Path, concert_transcript: bytes) -> Path:
    """Return the file of a small sale."""
    return file_of(tmp_path, concert_transcript)


def beside(board: Path) -> Path:
    return board.with_name("sale.fairlot.verdicts")


def inspected(board: Path, *words: str) -> tuple[Ran, int]:
    """Return what inspecting says, and how many statements it had to verify."""
    Asked.verified_here = 0
    with patch.object(verdicts, "Statements", Asked):
        ran = fairlot("inspect", board, *words)
    return ran, Asked.verified_here


def test_the_second_look_verifies_nothing(home: Path, board: Path) -> None:
    first, verified = inspected(board)
    assert verified > 5
    again, left = inspected(board)
    assert (again, left) == (first, 0)
    assert len(home.read_text()) == 65
    if sys.platform != "win32":
        for path in (home, beside(board)):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_cache_nothing_is_read_or_written(home: Path, board: Path) -> None:
    first, verified = inspected(board, "--no-cache")
    assert not beside(board).exists()
    assert not home.exists()
    inspected(board)
    assert inspected(board, "--no-cache") == (first, verified)


def test_what_is_verified_later_is_kept_too(home: Path, board: Path) -> None:
    whole = board.read_bytes()
    board.write_bytes(whole[: len(whole) // 2])
    _, some = inspected(board)
    board.write_bytes(whole)
    _, rest = inspected(board)
    assert some > 0
    assert rest > 0
    assert inspected(board)[1] == 0
    assert home.exists()


def _cut(data: bytes) -> bytes:
    return data[:-32]


def _torn(data: bytes) -> bytes:
    return data[:-1]


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _foreign(data: bytes) -> bytes:
    return write_verdicts(FOREIGN, RULES, [data[-32:]])


def _nothing(_: bytes) -> bytes:
    return b""


@pytest.mark.thorough
@pytest.mark.parametrize("spoil", [_cut, _torn, _flipped, _foreign, _nothing])
def test_a_spoilt_file_costs_time_and_nothing_else(
    home: Path, board: Path, spoil: Callable[[bytes], bytes]
) -> None:
    first, verified = inspected(board)
    genuine = beside(board).read_bytes()
    beside(board).write_bytes(spoil(genuine))
    assert inspected(board) == (first, verified)
    assert home.exists()


def _forged_transcript(board: Path) -> bytes:
    """Return the transcript with a signature of a deposit that does not verify."""
    data = board.read_bytes()
    place = data.rindex(b"\x63sig\x58\x40") + 6
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


class Credulous(Statements):
    """Believes everything."""

    def check(
        self, kind: str, parts: Iterable[bytes], verify: Callable[[], object]
    ) -> None:
        """Take a statement for true."""
        del verify
        super().check(kind, parts, lambda: None)


def _said_to_verify(board: Path) -> frozenset[bytes]:
    """Return the digests of all statements that a file asks for, true or not."""
    known = Credulous()
    replay_file(board.read_bytes(), backend(), known)
    return known.verified


@pytest.mark.thorough
def test_forged_verdicts_do_not_make_a_false_signature_pass(
    home: Path, board: Path
) -> None:
    board.write_bytes(_forged_transcript(board))
    honest = fairlot("audit", board, "--rehearsal", "--json")
    assert honest.code == 1
    lies = _said_to_verify(board)
    inspected(board)
    beside(board).write_bytes(write_verdicts(FOREIGN, RULES, lies))
    assert fairlot("audit", board, "--rehearsal", "--cache", "--json") == honest
    assert home.exists()


def test_whoever_has_the_key_can_lie_to_the_user_but_not_to_an_audit(
    home: Path, board: Path
) -> None:
    board.write_bytes(_forged_transcript(board))
    honest = fairlot("audit", board, "--rehearsal", "--json")
    lies = _said_to_verify(board)
    inspected(board)
    key = bytes.fromhex(home.read_text())
    beside(board).write_bytes(write_verdicts(key, RULES, lies))
    assert fairlot("audit", board, "--rehearsal", "--json") == honest
    assert fairlot("audit", board, "--rehearsal", "--cache", "--json") != honest


def test_verdicts_of_another_version_do_not_count(home: Path, board: Path) -> None:
    first, verified = inspected(board)
    with patch.object(verdicts, "__version__", "0.0.0"):
        assert inspected(board) == (first, verified)
    assert home.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are those of POSIX")
def test_a_key_that_others_may_read_is_no_key(home: Path, board: Path) -> None:
    first, verified = inspected(board)
    home.chmod(0o640)
    assert inspected(board) == (first, verified)


@pytest.mark.thorough
@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "é" * 32])
def test_a_broken_key_is_left_alone(home: Path, board: Path, text: str) -> None:
    home.parent.mkdir()
    home.write_text(text, encoding="utf-8")
    home.chmod(0o600)
    first, verified = inspected(board)
    assert inspected(board) == (first, verified)
    assert home.read_text(encoding="utf-8") == text


def test_another_file_of_that_name_is_left_alone(home: Path, board: Path) -> None:
    beside(board).write_text("my own notes")
    assert inspected(board)[0].code == 0
    assert beside(board).read_text() == "my own notes"
    assert home.exists()


def test_a_file_longer_than_the_transcript_is_not_read(home: Path, board: Path) -> None:
    first, verified = inspected(board)
    key = bytes.fromhex(home.read_text())
    genuine = read_verdicts(key, RULES, beside(board).read_bytes())
    many = {number.to_bytes(32, "big") for number in range(board.stat().st_size // 32)}
    beside(board).write_bytes(write_verdicts(key, RULES, genuine | many))
    assert inspected(board) == (first, verified)


def test_a_small_log_leaves_nothing(home: Path, board: Path) -> None:
    with patch.object(verdicts, "LEAST", 64):
        assert inspected(board)[0].code == 0
    assert not beside(board).exists()
    assert not home.exists()


def test_a_folder_that_takes_nothing_is_no_error(home: Path, board: Path) -> None:
    with patch.object(verdicts, "write_file", side_effect=PermissionError):
        assert inspected(board)[0].code == 0
    assert not beside(board).exists()
    assert home.exists()


def test_a_user_without_a_home_is_no_error(board: Path) -> None:
    with (
        patch.dict(os.environ, {KEY_VARIABLE: "", "XDG_CONFIG_HOME": ""}),
        patch.object(Path, "home", side_effect=RuntimeError),
        patch.object(verdicts, "LEAST", 1),
    ):
        assert inspected(board)[0].code == 0
    assert not beside(board).exists()


@pytest.mark.parametrize(
    ("system", "below"),
    [
        ("linux", ".config/fairlot/verdict.key"),
        ("darwin", "Library/Application Support/fairlot/verdict.key"),
        ("win32", "AppData/Local/fairlot/verdict.key"),
    ],
)
def test_the_key_lies_in_the_folder_of_the_system(
    tmp_path: Path, board: Path, system: str, below: str
) -> None:
    with (
        patch.dict(os.environ, {KEY_VARIABLE: "", "XDG_CONFIG_HOME": ""}),
        patch.object(Path, "home", return_value=tmp_path),
        patch.object(verdicts, "LEAST", 1),
        patch("sys.platform", system),
    ):
        assert inspected(board)[0].code == 0
    assert (tmp_path / below).exists()
