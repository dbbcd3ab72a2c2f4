"""States that somebody forged, cut or took from elsewhere change time, never an answer.

``fairlot.cli.states`` keeps the state of a fold beside its transcript.
"""

import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from command import Ran, fairlot
from fairlot.board.kept_state import KeptLog, KeptState
from fairlot.board.log_state import LogState
from fairlot.board.recalling import States
from fairlot.board.replay import replay_file
from fairlot.board.storage import MemoryStorage
from fairlot.cli import states
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.service.kept import open_logs
from fairlot_crypto.curve import backend
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.states import read_state, write_state
from kept_beside import file_of, users_key
from kit.folds import form_of
from kit.sales import (
    DEPOSIT_TIME,
    PRICE,
    deposit,
    nym_of,
    play,
    registered,
    stage,
    transcript,
)
from kit.stage import STATEMENTS, Stage

FOREIGN = bytes(32)
CURVE = backend("native")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Give the user a key of their own, and keep states of small logs too."""
    with users_key(tmp_path, states) as key:
        yield key


@pytest.fixture
def board(tmp_path: Path, concert_transcript: bytes) -> Path:
    """Return the file of a small sale."""
    return file_of(tmp_path, concert_transcript)


def beside(board: Path) -> Path:
    return board.with_name("sale.fairlot.state")


def inspected(board: Path, *words: str) -> tuple[Ran, int]:
    """Return what inspecting says, and how many entries it had to fold."""
    folded = 0
    own = LogState.apply

    def counted(state: LogState, entry: Entry, time: int) -> None:
        nonlocal folded
        folded += 1
        own(state, entry, time)

    with patch.object(LogState, "apply", counted):
        ran = fairlot("inspect", board, *words)
    return ran, folded


def rules() -> str:
    """Return what names this program, as its states do."""
    program = states.program_hash()
    assert program is not None
    return states.state_rules(CURVE, program)


def own_key(home: Path) -> bytes:
    return bytes.fromhex(home.read_text().strip())


def kept(home: Path, board: Path) -> KeptState:
    """Return the state that lies beside a board."""
    data = beside(board).read_bytes()
    return KeptState.from_bytes(read_state(own_key(home), rules(), data))


def put(home: Path, board: Path, state: KeptState) -> None:
    """Lay a state beside a board, under the user's own key."""
    data = write_state(own_key(home), rules(), state.to_bytes())
    beside(board).write_bytes(data)


def test_the_second_look_folds_what_comes_behind_close_only(
    home: Path, board: Path
) -> None:
    first, folded = inspected(board)
    again, left = inspected(board)
    assert again == first
    assert 0 < left < folded
    state = kept(home, board)
    assert state.sale is not None
    # Two deposits and their payments stand before CLOSE.
    assert (len(state.sale.positions), folded - left) == (
        2,
        len(state.registry.log.kinds) + len(state.sale.log.kinds),
    )
    if sys.platform != "win32":
        assert stat.S_IMODE(beside(board).stat().st_mode) == 0o600


@pytest.mark.thorough
def test_without_a_cache_no_state_is_read_or_written(home: Path, board: Path) -> None:
    first, folded = inspected(board, "--no-cache")
    assert not beside(board).exists()
    inspected(board)
    assert inspected(board, "--no-cache") == (first, folded)
    assert home.exists()


@pytest.mark.thorough
def test_an_audit_folds_everything_whatever_is_kept(home: Path, board: Path) -> None:
    inspected(board)
    with patch.object(states, "_read", side_effect=AssertionError):
        report = fairlot("audit", board, "--rehearsal", "--cache")
    assert report.code == 0, report
    assert home.exists()


def _cut(data: bytes) -> bytes:
    return data[:-32]


def _torn(data: bytes) -> bytes:
    return data[:40]


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _nothing(_: bytes) -> bytes:
    return b""


def _other_key(data: bytes) -> bytes:
    return write_state(FOREIGN, rules(), data[49:])


@pytest.mark.thorough
@pytest.mark.parametrize("spoil", [_cut, _torn, _flipped, _nothing, _other_key])
def test_a_spoilt_state_costs_time_and_nothing_else(
    home: Path, board: Path, spoil: Callable[[bytes], bytes]
) -> None:
    first = inspected(board)
    beside(board).write_bytes(spoil(beside(board).read_bytes()))
    assert inspected(board) == first
    assert home.exists()


@pytest.mark.thorough
def test_the_state_of_another_program_does_not_count(home: Path, board: Path) -> None:
    """Rules of the fold may be others there, whether or not its version is another."""
    with patch.object(states, "program_hash", return_value=FOREIGN):
        first = inspected(board)
        assert inspected(board)[1] < first[1]
    assert inspected(board) == first
    assert home.exists()


@pytest.mark.thorough
def test_a_state_in_another_form_does_not_count(home: Path, board: Path) -> None:
    first = inspected(board)
    body = kept(home, board).to_bytes()
    newer = body.replace(b"\x61v\x01", b"\x61v\x02")
    assert newer != body
    beside(board).write_bytes(write_state(own_key(home), rules(), newer))
    assert inspected(board) == first


@pytest.mark.thorough
def test_the_state_of_another_sale_does_not_count(home: Path, board: Path) -> None:
    first = inspected(board)
    other = stage(names=("ann", "bob", "cat"), supply=3, cap=2)
    states_of_other = States(least=1)
    replay_file(transcript(other), CURVE, STATEMENTS, states=states_of_other)
    assert states_of_other.made is not None
    put(home, board, states_of_other.made)
    assert inspected(board) == first


@pytest.mark.usefixtures("home")
def test_one_byte_early_in_the_file_is_found_in_spite_of_its_state(
    board: Path, concert: Stage
) -> None:
    """The file has the size that it had, and its heads are where they were."""
    inspected(board)
    whole = bytearray(board.read_bytes())
    proof = deposit(concert, 0).body["proof"]
    assert isinstance(proof, bytes)
    whole[whole.index(proof) + 60] ^= 1
    board.write_bytes(whole)
    expected = fairlot("inspect", board, "--json", "--no-cache")
    assert "checkpoint.tree" in expected.out
    assert fairlot("inspect", board, "--json") == expected


@pytest.mark.thorough
def test_a_state_that_says_another_tree_than_the_file_does_not_count(
    home: Path, board: Path
) -> None:
    """Not even under the user's own key."""
    first = inspected(board)
    state = kept(home, board)
    assert state.sale is not None
    log = state.sale.log
    wrong = replace(log, tree=tuple(bytes(len(level)) for level in log.tree))
    put(home, board, replace(state, sale=replace(state.sale, log=wrong)))
    assert inspected(board) == first


SPOILS: tuple[Callable[[KeptLog], KeptLog], ...] = (
    lambda log: replace(log, times=log.times[1:]),
    lambda log: replace(log, over=log.over[:-1]),
    lambda log: replace(log, kinds=log.kinds + b"\x00"),
    lambda log: replace(log, tree=log.tree[:-1]),
    lambda log: replace(log, heads=(log.heads[0][1:], log.heads[1])),
)


@pytest.mark.thorough
@pytest.mark.parametrize("spoil", SPOILS)
def test_a_state_whose_columns_do_not_fit_is_refused(
    home: Path, board: Path, spoil: Callable[[KeptLog], KeptLog]
) -> None:
    first = inspected(board)
    state = kept(home, board)
    assert state.sale is not None
    wrong = replace(state.sale, log=spoil(state.sale.log))
    put(home, board, replace(state, sale=wrong))
    with pytest.raises(EncodingError, match="fit"):
        kept(home, board)
    assert inspected(board) == first


@pytest.mark.thorough
def test_no_state_is_kept_of_a_log_with_a_finding_before_close(
    home: Path, board: Path, concert: Stage
) -> None:
    inspected(board)
    beside(board).unlink()
    whole = bytearray(board.read_bytes())
    proof = deposit(concert, 0).body["proof"]
    assert isinstance(proof, bytes)
    whole[whole.index(proof) + 60] ^= 1
    board.write_bytes(whole)
    inspected(board)
    assert not beside(board).exists()
    assert home.exists()


@pytest.mark.thorough
def test_a_registry_that_turns_out_to_be_foreign_is_not_gone_on_from() -> None:
    """The sale that comes later in the file is of another registry."""
    alone = registered(stage(committee=(4, 1))).storage.read()
    known = States(least=1)
    replay_file(alone, CURVE, STATEMENTS, states=known)
    assert known.made is not None
    both = alone + transcript(stage())
    expected = replay_file(both, CURVE, STATEMENTS)
    assert expected.counts["log.foreign"] == 1
    going_on = States(known.made, least=1)
    found = replay_file(both, CURVE, STATEMENTS, states=going_on)
    assert form_of(found) == form_of(expected)
    assert going_on.known is None


@pytest.mark.thorough
def test_a_file_that_is_no_state_is_left_alone(home: Path, board: Path) -> None:
    beside(board).write_bytes(b"somebody's own")
    inspected(board)
    assert beside(board).read_bytes() == b"somebody's own"
    assert home.exists()


def test_a_board_that_goes_on_from_a_state_refuses_what_stands(concert: Stage) -> None:
    storage = MemoryStorage()
    play(concert.board(storage), concert, until="deposits")
    before = States(least=1)
    replay_file(storage.data, CURVE, STATEMENTS, states=before)
    states_here = States(before.made, least=1)
    key, again = concert.parts.board, MemoryStorage(storage.data)
    kept = open_logs(again, key, CURVE, STATEMENTS, states=states_here)
    board, time = kept.sale, DEPOSIT_TIME + 60
    assert board is not None
    assert states_here.known is not None
    made = deposit(concert, 0)
    repeated = [made, concert.payment(nym_of(made), PRICE)]
    refs = concert.payment(nym_of(made), PRICE).body
    resigned = sign_entry(
        EntryType.PAID,
        concert.terms.sale_id,
        {**refs, "amount": PRICE - 1},
        concert.parts.escrow,
    )
    answers = board.append([*repeated, resigned, deposit(concert, 0, 1)], time)
    codes = [each.refusal and each.refusal.code for each in answers]
    assert codes == ["entry.duplicate", "entry.duplicate", "paid.ref", None]
    # And the file is one that a reader takes who starts from nothing.
    read = replay_file(again.data, CURVE, STATEMENTS)
    assert not read.findings
    assert read.state.tree.root() == board.state.tree.root()
