"""Who lies to a witness over HTTP, and witnesses who lie (specs/service.md, 10 and 11)."""

import errno
import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

import fairlot.service.asking as asking_module
import fairlot.service.witnessing as module
import fairlot.service.writer as writer_module
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.storage import MemoryStorage
from fairlot.errors import Rejection
from fairlot.logs import Witness
from fairlot.service.asking import Correspondence, Post
from fairlot.service.kept import KeptLogs, open_logs, renewal_of
from fairlot.service.posting import Answer
from fairlot.service.problems import UnavailableError
from fairlot.service.witnessing import (
    CONTRADICTION,
    ConflictError,
    Watched,
    Witnessing,
)
from fairlot.service.writer import Writer
from fairlot_crypto.durable import write_file
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint, cosign_checkpoint, date_of
from fairlot_crypto.log.submission import Submission
from kit.audited import judged
from kit.heads import NOW, ORIGIN, Log, witnessing
from kit.sales import DEPOSIT_TIME, deposit, nym_of, source, stage
from kit.served import kept_of
from kit.stage import STATEMENTS
from refusal import refusal

# A board that lies.


def test_a_log_that_forks_is_not_co_signed_and_the_two_heads_are_kept(
    tmp_path: Path,
) -> None:
    said = list[str]()
    witness = witnessing(tmp_path, complain=said.append)
    honest, fork = Log.of(20), Log.of(20, "forked")
    honest.to(witness, 0)
    with pytest.raises(ConflictError):
        fork.to(witness, 20)
    with pytest.raises(ConflictError):
        fork.to(witness, 0)
    for size in (21, 32, 300):
        longer = Log.of(size, "forked")
        assert refusal(longer.to, witness, 20) == "witness.proof"
    (kept,) = tmp_path.glob(f"*{CONTRADICTION}")
    both = [SignedCheckpoint.parse(p.read_text()) for p in tmp_path.iterdir()]
    assert {h.checkpoint.root for h in both} == {honest.tree.root(), fork.tree.root()}
    assert {h.checkpoint.size for h in both} == {20}
    assert len(said) == 1
    assert kept.name in said[0]
    Log.of(21).to(witness, 20)


def test_a_witness_is_not_led_back(tmp_path: Path) -> None:
    """Not with the honest head of an earlier size, from whatever size it is said to grow."""
    witness = witnessing(tmp_path)
    Log.of(20).to(witness, 0)
    for old in (0, 13):
        with pytest.raises(ConflictError) as caught:
            Log.of(13).to(witness, old)
        assert caught.value.size == 20
    assert refusal(lambda: Log.of(13).to(witness, 20)) == "witness.old"
    assert witness.size_of(ORIGIN) == 20


def test_the_signature_of_another_log_counts_for_none(tmp_path: Path) -> None:
    """The same board, the same tree: but the line is under another origin."""
    witness = witnessing(tmp_path)
    other = Log.of(5, origin=f"board.example/{'cd' * 32}")
    moved = SignedCheckpoint(Log.of(5).head().checkpoint, other.head().lines)
    given = Submission(0, (), moved)
    assert refusal(witness.add, given.to_bytes()) == "witness.unsigned"
    line = moved.lines[0]
    renamed = replace(line, name=ORIGIN, key_id=Log.of(5).head().lines[0].key_id)
    given = Submission(0, (), replace(moved, lines=(renamed,)))
    assert refusal(witness.add, given.to_bytes()) == "witness.unsigned"


def test_an_empty_log_with_a_root_is_none(tmp_path: Path) -> None:
    log, witness = Log.of(0), witnessing(tmp_path)
    log.to(witness, 0)
    wrong = Log.of(5).head().checkpoint
    assert wrong.root != log.tree.root()


def test_a_clock_that_runs_back_dates_nothing(tmp_path: Path) -> None:
    now = [NOW]
    witness = witnessing(tmp_path, lambda: now[0])
    Log.of(5).to(witness, 0)
    now[0] -= 1
    with pytest.raises(UnavailableError) as caught:
        Log.of(6).to(witness, 5)
    assert caught.value.code == "witness.late"
    assert witness.size_of(ORIGIN) == 5


# A witness that dies.


@pytest.mark.parametrize("written", [False, True])
def test_killed_before_the_answer_it_never_signs_another_of_that_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, written: bool
) -> None:
    """Killed on either side of the moment at which the head is on the disk."""
    witness = witnessing(tmp_path)
    Log.of(5).to(witness, 0)

    def dies(path: Path, data: bytes) -> None:
        if written:
            write_file(path, data)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_file", dies)
        with pytest.raises(KeyboardInterrupt):
            Log.of(9).to(witness, 5)
    again = witnessing(tmp_path)
    fork = Log.of(9, "forked")
    if not written:
        # Nobody has seen a co-signature of nine entries: any of them may be the one.
        Log.of(9).to(again, 5)
    assert again.size_of(ORIGIN) == 9
    for old in (0, 5, 9):
        with pytest.raises(ConflictError):
            fork.to(again, old)
    Log.of(9).to(again, 9)


@pytest.mark.parametrize("written", [False, True])
def test_a_disk_that_fails_leaves_what_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, written: bool
) -> None:
    """A head that may be on the disk counts as co-signed, although nobody heard of it."""
    witness = witnessing(tmp_path)
    Log.of(5).to(witness, 0)

    def fails(path: Path, data: bytes) -> None:
        if written:
            write_file(path, data)
        raise OSError("input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_file", fails)
        with pytest.raises(OSError, match="input/output"):
            Log.of(9).to(witness, 5)
    assert witness.size_of(ORIGIN) == (9 if written else 5)


# A board that asks, and witnesses who lie.

ON = stage().watched()
NAMED = ON.terms.witnesses.named


@dataclass
class Told:
    """What a board was told by the one whom it asked, and a board that asks."""

    answer: Callable[[Submission], Answer]
    kept: KeptLogs
    asked: list[Submission] = field(default_factory=list[Submission])
    said: list[str] = field(default_factory=list[str])
    news: Callable[[], None] = lambda: None
    """Takes in what other front ends have written."""
    caught_up: int = 0

    def post(self, path: str, body: bytes) -> Answer:
        assert path == "add-checkpoint"
        given = Submission.parse(body)
        self.asked.append(given)
        return self.answer(given)

    def board(self) -> Correspondence:
        writer = Writer(lambda: self.kept, lambda: DEPOSIT_TIME, source("asks"))
        attach, said = writer.attach, self.said.append
        return Correspondence(
            Post("w", self), lambda: self.kept, attach, said, self.catch_up
        )

    def catch_up(self) -> None:
        """Read what other front ends have written."""
        self.caught_up += 1
        self.news()

    def dates(self) -> list[int]:
        """Return the dates that the head of the sale shows."""
        head = self.kept.main.head
        assert head is not None
        return [date_of(line) for line in head.lines[1:]]

    def co_signed(self) -> int:
        """Return how many co-signatures the head of the sale shows."""
        head = self.kept.main.head
        assert head is not None
        return len(head.lines) - 1


class Turns:
    """What several front ends share, where nothing comes of it."""

    def turn(self) -> AbstractContextManager[None]:
        return nullcontext()

    def news(self) -> bytes:
        return b""


def told(answer: Callable[[Submission], Answer]) -> Told:
    return Told(answer, kept_of(ON, "deposits"))


def grow(kept: KeptLogs, label: str) -> None:
    assert kept.sale is not None
    payment = ON.payment(nym_of(deposit(ON, 0)), 1, label)
    (receipt,) = kept.sale.append([payment], kept.sale.state.clock + 1)
    assert receipt.refusal is None


def line_for(
    given: Submission,
    witness: Witness = NAMED[0],
    key: SigningKey | None = None,
    now: int = NOW,
) -> bytes:
    signer = ON.witness_key(0) if key is None else key
    line = cosign_checkpoint(given.signed.checkpoint, witness.name, signer, now)
    return f"{line.to_text()}\n".encode()


def honest(folder: Path) -> Callable[[Submission], Answer]:
    """Return the answers of a witness whom the terms name."""
    boards = Watched((ON.terms.board,))
    witness = Witnessing(NAMED[0], ON.witness_key(0), folder, boards, lambda: NOW)

    def answer(given: Submission) -> Answer:
        try:
            line = witness.add(given.to_bytes())
        except ConflictError as conflict:
            return Answer(409, f"{conflict.size}\n".encode())
        return Answer(200, f"{line.to_text()}\n".encode())

    return answer


def test_a_head_is_co_signed_once_and_shown(tmp_path: Path) -> None:
    place = told(honest(tmp_path))
    board = place.board()
    for label in ("one", "two"):
        board.ask_all(0)
        board.ask_all(0)
        assert place.co_signed() == 1
        grow(place.kept, label)
        assert place.co_signed() == 0
    board.ask_all(0)
    assert place.co_signed() == 1
    assert [each.old for each in place.asked] == [
        0,
        *(g.signed.checkpoint.size for g in place.asked[:-1]),
    ]
    assert place.said == []
    codes = {finding.code for finding in judged(place.kept.storage.read()).findings}
    assert codes == {"sale.incomplete"}, codes


def test_a_board_that_has_forgotten_hears_the_size(tmp_path: Path) -> None:
    place = told(honest(tmp_path))
    place.board().ask_all(0)
    grow(place.kept, "more")
    place.board().ask_all(0)
    assert (place.co_signed(), place.said) == (1, [])


def test_a_board_that_asks_again_after_a_restart_adds_nothing(tmp_path: Path) -> None:
    place = told(honest(tmp_path))
    place.board().ask_all(0)
    before = place.kept.storage.read()
    place.board().ask_all(0)
    assert place.kept.storage.read() == before


def every_five_minutes(_state: SaleState | RegistryState) -> float:
    return 300.0


def test_the_last_head_of_a_registry_is_dated_again_before_issuers_miss_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The registry of this sale has no witnesses: its log is played by that of the sale."""
    kept = kept_of(ON, "deposits")
    (registry,) = [k.state for k in kept.keepers.values() if k is not kept.sale]
    assert kept.sale is not None
    assert isinstance(registry, RegistryState)
    assert renewal_of(registry) == max(10, registry.registry.view_age / 2)
    assert renewal_of(kept.sale.state) == math.inf
    clock = [NOW]

    def both(given: Submission) -> Answer:
        second = line_for(given, NAMED[1], ON.witness_key(1))
        return Answer(200, line_for(given, now=clock[0]) + second)

    place = Told(both, kept)
    board = place.board()
    board.ask_all(0)
    board.ask_all(10_000)
    assert len(place.asked) == 1
    for asking in (asking_module, writer_module):
        monkeypatch.setattr(asking, "renewal_of", every_five_minutes)
    board = place.board()
    # A date that is hardly later is not kept: the log would grow with each start.
    clock[0] = NOW + 299
    before = kept.storage.read()
    board.ask_all(0)
    board.ask_all(299)
    assert (kept.storage.read(), len(place.asked)) == (before, 2)
    clock[0] = NOW + 300
    board.ask_all(300)
    assert place.dates() == [NOW + 300, NOW]
    read = open_logs(
        MemoryStorage(kept.storage.read()), ON.parts.board, ON.curve, STATEMENTS
    )
    assert read.main.head == kept.main.head


def test_an_old_copy_of_a_board_is_told_so(tmp_path: Path) -> None:
    ahead = told(honest(tmp_path))
    grow(ahead.kept, "lost")
    ahead.board().ask_all(0)
    restored = told(ahead.answer)
    board = restored.board()
    board.ask_all(0)
    assert "old copy" in restored.said[0]
    assert restored.co_signed() == 0


def test_a_front_end_that_another_has_overtaken_is_no_old_copy(tmp_path: Path) -> None:
    """Two write one log: who reads on a second later has nothing to say."""
    ahead = told(honest(tmp_path))
    grow(ahead.kept, "lost")
    ahead.board().ask_all(0)
    overtaken = told(ahead.answer)
    overtaken.kept = replace(overtaken.kept, shared=Turns())
    overtaken.news = lambda: grow(overtaken.kept, "lost")
    board = overtaken.board()
    board.ask_all(0)
    assert (overtaken.said, overtaken.caught_up) == ([], 1)
    assert overtaken.co_signed() == 0
    board.ask_all(1)
    assert (overtaken.said, overtaken.caught_up) == ([], 1)
    assert overtaken.co_signed() == 1


def test_however_often_a_front_end_is_overtaken_it_says_nothing(
    tmp_path: Path,
) -> None:
    """Under load another one is always ahead of what was shown when it was asked."""
    ahead = told(honest(tmp_path))
    overtaken = told(ahead.answer)
    overtaken.kept = replace(overtaken.kept, shared=Turns())
    board = overtaken.board()
    for number in range(8):
        label = f"more {number}"
        grow(ahead.kept, label)
        ahead.board().ask_all(0)
        overtaken.news = partial(grow, overtaken.kept, label)
        board.ask_all(float(number))
    assert (overtaken.said, overtaken.caught_up) == ([], 8)


def test_a_storage_that_lacks_what_was_co_signed_is_said_at_once(
    tmp_path: Path,
) -> None:
    """Also of several front ends: then all of them have an old copy."""
    ahead = told(honest(tmp_path))
    grow(ahead.kept, "lost")
    ahead.board().ask_all(0)
    restored = told(ahead.answer)
    restored.kept = replace(restored.kept, shared=Turns())
    board = restored.board()

    def gone() -> None:
        raise BlockingIOError(errno.EAGAIN, "nobody gives up its turn")

    # Who cannot look does not know.
    restored.news = gone
    board.ask_all(0)
    assert (restored.said, restored.caught_up) == ([], 1)
    restored.news = lambda: None
    for now in (1, 3, 7, 15):
        board.ask_all(now)
    assert len(restored.said) == 1
    assert "old copy" in restored.said[0]
    assert restored.co_signed() == 0


def nothing_of_it(given: Submission) -> bytes:
    del given
    return b""


THIEF = SigningKey.generate(source("thief"))


def of_another_origin(given: Submission) -> bytes:
    said = replace(given.signed.checkpoint, origin="board.example/another")
    return line_for(replace(given, signed=replace(given.signed, checkpoint=said)))


def of_another_size(given: Submission) -> bytes:
    said = replace(given.signed.checkpoint, size=given.signed.checkpoint.size + 1)
    return line_for(replace(given, signed=replace(given.signed, checkpoint=said)))


def by_nobody(given: Submission) -> bytes:
    return line_for(given, Witness("nobody.example", THIEF.public), THIEF)


def under_anothers_name(given: Submission) -> bytes:
    return line_for(given, NAMED[0], THIEF)


LIES: dict[str, Callable[[Submission], bytes]] = {
    "nothing": nothing_of_it,
    "no text": lambda _: b"\xff" * 100,
    "another origin": of_another_origin,
    "another size": of_another_size,
    "nobody": by_nobody,
    "another's name": under_anothers_name,
    "a note": lambda given: given.signed.to_text().encode(),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_no_co_signature_of_a_named_witness_is_not_attached(lie: str) -> None:
    place = told(lambda given: Answer(200, LIES[lie](given)))
    before = place.kept.storage.read()
    place.board().ask_all(0)
    assert place.kept.storage.read() == before
    assert len(place.said) == 1


def test_lines_of_strangers_are_left_out_and_the_good_one_is_attached() -> None:
    place = told(lambda given: Answer(200, by_nobody(given) + line_for(given)))
    place.board().ask_all(0)
    assert place.co_signed() == 1
    assert b"nobody.example" not in place.kept.storage.read()


def test_who_answers_with_sizes_for_ever_is_asked_twice_and_then_later() -> None:
    sizes = iter(range(1, 100))
    place = told(lambda _: Answer(409, f"{next(sizes)}\n".encode()))
    board = place.board()
    board.ask_all(0)
    assert len(place.asked) == 2
    board.ask_all(0.5)
    assert len(place.asked) == 2
    board.ask_all(1.5)
    assert len(place.asked) > 2


def test_who_is_silent_is_asked_less_and_less_often() -> None:
    def silent(_: Submission) -> Answer:
        raise TimeoutError("timed out")

    place = told(silent)
    board, times = place.board(), list[int]()
    for second in range(400):
        before = len(place.asked)
        board.ask_all(float(second))
        times += [second] if len(place.asked) > before else []
    assert times[:7] == [0, 1, 3, 7, 15, 31, 63]
    assert {b - a for a, b in pairwise(times[6:])} == {60}
    assert len(place.said) == 1


@pytest.mark.parametrize("status", [301, 400, 404, 500])
def test_another_status_is_said_once(status: int) -> None:
    place = told(lambda given: Answer(status, line_for(given)))
    board = place.board()
    for second in range(5):
        board.ask_all(float(second))
    assert len(place.said) == 1
    assert str(status) in place.said[0]
    assert place.co_signed() == 0


def test_the_head_of_another_log_is_not_attached() -> None:
    """Whatever a program hands in: the keeper looks at it again."""
    kept = kept_of(ON, "deposits")
    writer = Writer(lambda: kept, lambda: DEPOSIT_TIME, source("asks"))
    assert kept.main.head is not None
    lied = replace(kept.main.head.checkpoint, root=bytes(32))
    line = cosign_checkpoint(lied, NAMED[0].name, ON.witness_key(0), NOW)
    head = SignedCheckpoint(lied, (kept.main.head.lines[0], line))
    before = kept.storage.read()
    with pytest.raises((Rejection, CryptoError)):
        writer.attach(kept.main.name, head)
    assert kept.storage.read() == before


def test_a_restart_reads_what_was_attached(tmp_path: Path) -> None:
    place = told(honest(tmp_path))
    place.board().ask_all(0)
    storage = MemoryStorage(place.kept.storage.read())
    again = open_logs(storage, ON.parts.board, ON.curve, STATEMENTS)
    assert again.main.head == place.kept.main.head
    assert again.main.head is not None
    assert len(again.main.head.lines) == 2
