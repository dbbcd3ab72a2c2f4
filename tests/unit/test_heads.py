"""Heads: who signs them, which log they are of, and how more co-signatures come."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.board.head import check_head, line_problems, verify_lines
from fairlot.board.keeper import Board
from fairlot.board.replay import Replay, replay
from fairlot.board.standing import Cosigned
from fairlot.board.storage import MemoryStorage
from fairlot.errors import Rejection
from fairlot_crypto.errors import CallerError, CryptoError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.note import SignatureLine
from fairlot_crypto.statements import Statements
from kit.board import as_record, cosigned, head, signed
from kit.sales import GROUP, deposit, play, stage, transcript
from kit.stage import STATEMENTS, Stage
from lies_file import STRANGER

DATE = 1_893_456_007


@cache
def watched() -> Stage:
    return stage().watched()


def opened(on: Stage) -> tuple[Board, MemoryStorage]:
    storage = MemoryStorage()
    return play(on.board(storage), on, until="open"), storage


def board_head(on: Stage, board: Board, size: int | None = None) -> SignedCheckpoint:
    """Return a head with the board's signature alone."""
    tree = board.state.tree
    size = tree.size if size is None else size
    said = Checkpoint(on.terms.origin, size, tree.root(size))
    line = sign_checkpoint(said, on.terms.origin, on.parts.board)
    return SignedCheckpoint(said, (line,))


def seen_by(
    on: Stage, given: SignedCheckpoint, *who: int, date: int = DATE
) -> SignedCheckpoint:
    """Return a head with more co-signatures of witnesses."""
    lines = (cosigned(on, given.checkpoint, number, date) for number in who)
    return replace(given, lines=(*given.lines, *lines))


def problems(given: SignedCheckpoint, on: Stage) -> list[str]:
    return [problem.code for problem in line_problems(given, on.terms.log)]


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Rejection) as caught:
        act()
    return caught.value.code


def key_of(on: Stage, who: int) -> bytes:
    return on.terms.witnesses.named[who].key


# Whose lines may stand there.


def test_the_board_comes_first_and_named_witnesses_in_any_order() -> None:
    on = watched()
    board, _ = opened(on)
    bare = board_head(on, board)
    for who in ((), (0,), (0, 1, 2), (2, 0)):
        assert problems(seen_by(on, bare, *who), on) == []


def test_a_witness_does_not_come_before_the_board() -> None:
    on = watched()
    board, _ = opened(on)
    given = seen_by(on, board_head(on, board), 0)
    assert problems(replace(given, lines=given.lines[::-1]), on) == [
        "checkpoint.board-lines"
    ]
    assert problems(replace(given, lines=given.lines[1:]), on) == [
        "checkpoint.board-lines"
    ]


def test_nobody_signs_whom_the_terms_do_not_name() -> None:
    """Neither a stranger nor, where witnesses are named, the board's own date."""
    on = watched()
    board, _ = opened(on)
    bare = board_head(on, board)
    said = bare.checkpoint
    name = on.terms.witnesses.named[0].name
    for line in (
        cosign_checkpoint(said, "stranger.example", STRANGER, DATE),
        cosign_checkpoint(said, name, STRANGER, DATE),
        cosign_checkpoint(said, "other.example", on.witness_key(0), DATE),
        cosign_checkpoint(said, on.terms.origin, on.parts.board, DATE),
        sign_checkpoint(said, name, on.witness_key(0)),
    ):
        given = replace(bare, lines=(*bare.lines, line))
        assert problems(given, on) == ["checkpoint.unknown-line"]


def test_where_nobody_watches_the_board_dates_and_no_witness_does() -> None:
    on = stage()
    board, _ = opened(on)
    said = board_head(on, board).checkpoint
    assert problems(signed(on, said, DATE), on) == []
    assert problems(board_head(on, board), on) == []
    other = cosigned(watched(), said, 0, DATE)
    given = replace(board_head(on, board))
    given = replace(given, lines=(*given.lines, other))
    assert problems(given, on) == ["checkpoint.unknown-line"]


@pytest.mark.parametrize("origin", ["board", "of another sale", "elsewhere"])
def test_a_head_is_of_this_log(origin: str) -> None:
    on = watched()
    board, _ = opened(on)
    names = {
        "board": on.terms.board.name,
        "of another sale": f"{on.terms.board.name}/{bytes(32).hex()}",
        "elsewhere": f"board.example/{on.terms.sale_id.hex()}",
    }
    said = replace(board_head(on, board).checkpoint, origin=names[origin])
    line = sign_checkpoint(said, names[origin], on.parts.board)
    found = problems(SignedCheckpoint(said, (line,)), on)
    assert found[0] == "checkpoint.board-name"
    attempt = SignedCheckpoint(said, (line,))
    code = refusal(lambda: check_head(attempt, board.state))
    assert code == "checkpoint.board-name"


# What is verified.


def forged(line: SignatureLine) -> SignatureLine:
    true = line.signature
    return replace(line, signature=true[:-1] + bytes([true[-1] ^ 1]))


def test_who_co_signed_and_when_is_told() -> None:
    on = watched()
    board, _ = opened(on)
    given = seen_by(on, seen_by(on, board_head(on, board), 2), 0, date=DATE + 5)
    size = given.checkpoint.size
    assert set(verify_lines(given, on.terms.log, Statements())) == {
        Cosigned(on.terms.witnesses.named[2].key, size, DATE),
        Cosigned(on.terms.witnesses.named[0].key, size, DATE + 5),
    }
    assert verify_lines(board_head(on, board), on.terms.log, Statements()) == ()


def test_the_date_of_a_board_that_nobody_watches_is_told() -> None:
    on = stage()
    board, _ = opened(on)
    given = signed(on, head(on, board.state.tree), DATE)
    (found,) = verify_lines(given, on.terms.log, Statements())
    assert found == Cosigned(on.terms.board.key, given.checkpoint.size, DATE)


@pytest.mark.parametrize("number", range(3))
def test_every_line_is_verified(number: int) -> None:
    on = watched()
    board, _ = opened(on)
    given = seen_by(on, board_head(on, board), 0, 1)
    lines = list(given.lines)
    lines[number] = forged(lines[number])
    bad = replace(given, lines=tuple(lines))
    for statements in (Statements(), STATEMENTS):
        with pytest.raises(CryptoError, match=r"signature\.invalid"):
            verify_lines(bad, on.terms.log, statements)
    assert refusal(lambda: check_head(bad, board.state)) == "checkpoint.signature"


def test_a_date_is_signed_with_the_head() -> None:
    """A co-signature of one head, or of one date, is none of another."""
    on = watched()
    board, _ = opened(on)
    given = board_head(on, board)
    earlier = board_head(on, board, 2)
    moved = cosigned(on, earlier.checkpoint, 0, DATE)
    dated = cosigned(on, given.checkpoint, 0, DATE)
    later = (DATE + 1).to_bytes(8, "big") + dated.signature[8:]
    for line in (moved, replace(dated, signature=later)):
        attempt = replace(given, lines=(*given.lines, line))
        with pytest.raises(CryptoError, match=r"signature\.invalid"):
            verify_lines(attempt, on.terms.log, Statements())


@pytest.mark.parametrize("signature", [b"", bytes(8), bytes(71), bytes(73)])
def test_a_co_signature_has_a_date_and_a_signature(signature: bytes) -> None:
    on = watched()
    board, _ = opened(on)
    given = seen_by(on, board_head(on, board), 0)
    short = replace(given.lines[1], signature=signature)
    attempt = replace(given, lines=(given.lines[0], short))
    assert refusal(lambda: check_head(attempt, board.state)) == "checkpoint.signature"


def test_what_was_verified_under_other_witnesses_is_verified_again() -> None:
    """Two terms may give one name to two keys; what is remembered tells them apart."""
    on, statements = watched(), Statements()
    board, _ = opened(on)
    given = seen_by(on, board_head(on, board), 0)
    verify_lines(given, on.terms.log, statements)
    named = on.terms.witnesses.named
    key = SigningKey.from_seed(bytes(32)).public
    posed = replace(named[0], key=key)
    witnesses = replace(on.terms.witnesses, named=(posed, *named[1:]))
    terms = replace(on.terms, witnesses=witnesses)
    assert terms.origin != on.terms.origin
    with pytest.raises(CryptoError):
        verify_lines(given, terms.log, statements)


# What a log extends.


def test_a_log_extends_each_of_its_heads() -> None:
    on = watched()
    board, _ = opened(on)
    for size in range(1, board.state.tree.size + 1):
        given = seen_by(on, board_head(on, board, size), 1)
        (found,) = check_head(given, board.state)
        assert found == Cosigned(on.terms.witnesses.named[1].key, size, DATE)


def test_a_head_of_another_history_is_refused() -> None:
    on = watched()
    board, _ = opened(on)
    tree = board.state.tree
    for size, root in (
        (tree.size + 1, tree.root()),
        (tree.size - 1, tree.root()),
        (tree.size, tree.root(tree.size - 1)),
        (tree.size, bytes(32)),
        (0, tree.root(0)),
    ):
        said = Checkpoint(on.terms.origin, size, root)
        line = sign_checkpoint(said, on.terms.origin, on.parts.board)
        attempt = SignedCheckpoint(said, (line,))
        code = refusal(partial(check_head, attempt, board.state))
        assert code == "checkpoint.tree"


def test_before_the_terms_there_is_no_head() -> None:
    on = watched()
    board, _ = opened(on)
    given = board_head(on, board)
    assert refusal(lambda: check_head(given, on.state())) == "phase.no-terms"
    assert refusal(lambda: on.board().attach(given)) == "phase.no-terms"


# Attaching what witnesses have signed.


def read(on: Stage, storage: MemoryStorage) -> Replay:
    found = replay(storage.data, on.state())
    assert not found.findings, found.findings
    return found


def test_a_board_attaches_what_witnesses_co_sign_later() -> None:
    """Each time more of them; what they saw together counts."""
    on = watched()
    board, storage = opened(on)
    bare = board_head(on, board)
    assert not read(on, storage).watch.seen
    board.attach(seen_by(on, bare, 2))
    board.attach(seen_by(on, bare, 0, 1, date=DATE + 1))
    found = read(on, storage)
    size = bare.checkpoint.size
    assert found.watch.seen == {
        Cosigned(on.terms.witnesses.named[who].key, size, date)
        for who, date in ((2, DATE), (0, DATE + 1), (1, DATE + 1))
    }
    first = seen_by(on, bare, 2)
    assert found.heads[size] == seen_by(on, first, 0, 1, date=DATE + 1)
    assert found.unacknowledged == 0


def test_an_earlier_head_is_attached_behind_later_ones() -> None:
    on = watched()
    board, storage = opened(on)
    first = board_head(on, board)
    board.append([deposit(on, 0)], on.terms.times.open + 60)
    board.attach(seen_by(on, first, 0, 1))
    found = read(on, storage)
    assert {c.size for c in found.watch.seen} == {first.checkpoint.size}
    assert max(found.heads) == board.state.tree.size > first.checkpoint.size
    resumed = Board.resume(storage, on.parts.board, on.state())
    assert resumed.cut == 0
    resumed.append([deposit(on, 1)], on.terms.times.open + 61)
    assert not replay(storage.data, on.state()).findings


def test_what_is_attached_changes_no_entry_and_no_root() -> None:
    on = watched()
    board, storage = opened(on)
    before = read(on, storage).state.tree.root()
    board.attach(seen_by(on, board_head(on, board), 0, 1, 2))
    board.attach(seen_by(on, board_head(on, board), 0, 1, 2))
    assert read(on, storage).state.tree.root() == before == board.state.tree.root()


def test_nothing_is_attached_that_no_reader_would_take() -> None:
    on = watched()
    board, storage = opened(on)
    before = storage.data
    good = seen_by(on, board_head(on, board), 0)
    stranger = cosign_checkpoint(good.checkpoint, "stranger.example", STRANGER, DATE)
    said = replace(good.checkpoint, root=bytes(32))
    other = SignedCheckpoint(
        said, (sign_checkpoint(said, said.origin, on.parts.board),)
    )
    for given, code in (
        (replace(good, lines=(good.lines[0], forged(good.lines[1]))), "signature"),
        (replace(good, lines=(forged(good.lines[0]), good.lines[1])), "signature"),
        (replace(good, lines=(*good.lines, stranger)), "unknown-line"),
        (replace(good, lines=good.lines[::-1]), "board-lines"),
        (other, "tree"),
    ):
        found = refusal(partial(board.attach, given))
        assert found == f"checkpoint.{code}"
    assert storage.data == before
    board.attach(good)


def test_a_board_that_could_not_write_attaches_nothing() -> None:
    class Failing(MemoryStorage):
        full = False

        def append(self, data: bytes) -> None:
            if self.full:
                raise OSError("full")
            super().append(data)

    on, storage = watched(), Failing()
    board = play(on.board(storage), on, until="open")
    given = seen_by(on, board_head(on, board), 0)
    storage.full = True
    with pytest.raises(OSError, match="full"):
        board.attach(given)
    storage.full = False
    for act in (lambda: board.attach(given), lambda: board.append([], DATE)):
        with pytest.raises(CallerError) as caught:
            act()
        assert caught.value.code == "board.ahead"


# Heads that come again in a file.


def test_a_head_that_comes_again_with_fewer_co_signatures_takes_none_away() -> None:
    on = watched()
    board, storage = opened(on)
    bare = board_head(on, board)
    board.attach(seen_by(on, bare, 0, 1, 2))
    board.attach(bare)
    found = read(on, storage)
    assert len(found.watch.seen) == 3
    assert found.heads[bare.checkpoint.size] == seen_by(on, bare, 0, 1, 2)


def test_a_size_that_is_no_head_of_the_file_does_not_come_again() -> None:
    """Within a batch there is no head: whoever signed one showed another history."""
    on = watched()
    board, storage = opened(on)
    within = board_head(on, board, board.state.tree.size - 2)
    assert within.checkpoint.size not in read(on, storage).heads
    found = replay(storage.data + as_record(within), on.state())
    assert [f.code for f in found.findings] == ["checkpoint.tree"]
    assert within.checkpoint.size not in found.heads


def test_co_signatures_on_a_head_of_another_history_do_not_count() -> None:
    on = watched()
    board, storage = opened(on)
    bare = board_head(on, board)
    said = replace(bare.checkpoint, root=bytes(32))
    line = sign_checkpoint(said, said.origin, on.parts.board)
    other = seen_by(on, SignedCheckpoint(said, (line,)), 0, 1, 2)
    found = replay(storage.data + as_record(other), on.state())
    assert [f.code for f in found.findings] == ["checkpoint.tree"]
    assert not found.watch.seen


def test_a_forged_co_signature_takes_the_others_of_its_head_along() -> None:
    on = watched()
    board, storage = opened(on)
    given = seen_by(on, board_head(on, board), 0, 1)
    bad = replace(given, lines=(*given.lines[:2], forged(given.lines[2])))
    found = replay(storage.data + as_record(bad), on.state())
    assert [f.code for f in found.findings] == ["checkpoint.signature"]
    assert not found.watch.seen


def test_a_head_before_the_first_entry_is_named(concert: Stage) -> None:
    """Nobody could say whose it is: the terms come later."""
    said = Checkpoint("anything", 0, concert.state().tree.root())
    line = sign_checkpoint(said, "anyone.example", STRANGER)
    data = as_record(SignedCheckpoint(said, (line,))) + transcript(concert)
    report = audit(data, GROUP, Expected(rehearsal=True), STATEMENTS)
    assert [f.code for f in report.findings] == ["checkpoint.board-name"]


def test_a_board_writes_the_head_that_it_can_sign_alone() -> None:
    """Its date too where nobody else watches, and no more where somebody does."""
    for on, lines in ((watched(), 1), (stage(), 2)):
        board, storage = opened(on)
        found = read(on, storage)
        assert {len(each.lines) for each in found.heads.values()} == {lines}
        assert len(found.watch.seen) == (len(found.heads) if lines == 2 else 0)
        assert board.state.tree.size in found.heads
