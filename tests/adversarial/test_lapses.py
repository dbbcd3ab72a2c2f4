"""Winners who do not come, thieves, boards and chains, on the log (specs/lapses.md)."""

from collections.abc import Sequence
from itertools import combinations

import pytest

from fairlot.audit.auditor import audit, audit_replay
from fairlot.audit.expected import Expected
from fairlot.audit.missing import MissingMarker, MissingRound
from fairlot.audit.report import Report
from fairlot.audit.settling import NotYet, Settled, settle_replay
from fairlot.board.phase import Phase
from fairlot.board.replay import replay
from fairlot.board.sale import SaleState
from fairlot.claim.collect import make_collect
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.names import Nym
from fairlot_crypto.keys import SigningKey
from kit.claims import claimed
from kit.collecting import (
    collect,
    collecting,
    due,
    made,
    number_of,
    played_until,
    redrawn,
    settle_key,
    winners,
)
from kit.lying_board import LyingBoard
from kit.sales import GROUP, PRICE, nym_of, source
from kit.stage import EPOCH, STATEMENTS

TWO = ("ann", "bob", "eve", "fay")
"""Four people for two seats."""


def holds(data: bytes) -> Report:
    report = audit(data, GROUP, Expected(rehearsal=True), STATEMENTS)
    assert report.holds, report.findings
    return report


def finish(board: LyingBoard, collects: Sequence[Entry]) -> SaleState:
    """Go on behind RESULT with these COLLECTs, up to REDRAWN."""
    on, (ends, named) = board.on, due(board.on)
    if collects:
        board.batch(ends - 60, *collects)
    board.batch(ends, on.sign(EntryType.COLLECT_END))
    board.batch(named.due, on.round(named))
    board.batch(named.due, redrawn(on, board.state, named.due))
    assert board.state.phase is Phase.LOCKED
    return board.state


def gains(state: SaleState) -> dict[Nym, tuple[int, int]]:
    return {line.nym: (line.units, line.refund) for line in state.ledger}


def refused(board: LyingBoard, entry: Entry, time: int) -> str:
    state = board.state
    before = state.tree.root(), set(state.collects.nyms), state.phase
    with pytest.raises(Rejection) as caught:
        state.append(entry, time)
    assert (state.tree.root(), set(state.collects.nyms), state.phase) == before
    return caught.value.code


def test_a_seat_that_nobody_collects_goes_to_somebody_who_waits() -> None:
    on = collecting()
    board = played_until(on, "result")
    (winner,) = winners(board.state)
    waiting = board.state.waiting
    assert waiting == {nym_of(made(on, i)) for i in range(3)} - {winner}
    state = finish(board, ())
    after = gains(state)
    assert after[winner] == (0, PRICE)
    assert [after[nym][0] for nym in sorted(waiting)].count(1) == 1
    assert sum(units for units, _ in after.values()) == 1
    (unit,) = state.units()
    assert unit.nym in waiting
    holds(board.data)


def test_refunds_of_those_who_wait_are_paid_after_the_second_draw_only() -> None:
    on = collecting()
    board = played_until(on, "result")
    (winner,) = winners(board.state)
    for step in ("result", "collect-end", "second-round"):
        now = played_until(on, step).state
        held = {line.nym for line in now.ledger if line.held}
        assert held == {nym_of(made(on, i)) for i in range(3)} - {winner}
        assert sum(line.payment + line.refund for line in now.ledger) == 3 * PRICE
    over = played_until(on, "redrawn").state
    assert not any(line.held for line in over.ledger)
    assert over.waiting == frozenset()


@pytest.mark.slow
def test_the_outcome_is_a_function_of_the_set_that_collected() -> None:
    """Over all subsets, in either order: who came keeps theirs, and money stays."""
    on = collecting(TWO, 2)
    first = played_until(on, "result").state
    won = winners(first)
    start = gains(first)
    for size in range(3):
        for came in combinations(won, size):
            boards = [played_until(on, "result") for _ in range(2)]
            orders = (came, tuple(reversed(came)))
            ends = [
                gains(finish(board, [collect(on, nym) for nym in order]))
                for board, order in zip(boards, orders, strict=True)
            ]
            assert ends[0] == ends[1]
            assert all(ends[0][nym] == start[nym] for nym in came)
            assert all(ends[0][nym] == (0, PRICE) for nym in set(won) - set(came))
            assert sum(units for units, _ in ends[0].values()) == 2
            ledger = boards[0].state.ledger
            paid = sum(line.payment for line in ledger)
            assert paid + sum(line.refund for line in ledger) == 4 * PRICE
            assert paid == 2 * PRICE
            holds(boards[0].data)


def test_a_thief_who_claims_later_undoes_no_collect() -> None:
    on = collecting()
    board = played_until(on, "result")
    (winner,) = winners(board.state)
    time = board.state.clock + 60
    member = on.members[number_of(on, winner)]
    thief = claimed(on, member.credential, EPOCH, "thief", seq=7)
    board.batch(time, collect(on, winner))
    board.batch(time + 60, thief.entry)
    assert refused(board, collect(on, winner, thief.keys.settle), time + 60) == (
        "collect.twice"
    )
    state = finish(board, ())
    assert gains(state)[winner][0] == 1


def test_a_thief_who_claims_first_keeps_nobody_from_collecting() -> None:
    """The key of the deposit speaks still, and so does that of an earlier claim."""
    on = collecting()
    for own in ("deposit", "claim"):
        board = played_until(on, "result")
        (winner,) = winners(board.state)
        number, time = number_of(on, winner), board.state.clock + 60
        member = on.members[number]
        mine = claimed(on, member.credential, EPOCH, "mine")
        thief = claimed(on, member.credential, EPOCH, "thief", seq=7)
        board.batch(time, mine.entry, thief.entry)
        assert board.state.controller(winner).entry_hash == thief.entry.hash
        key = settle_key(on, number) if own == "deposit" else mine.keys.settle
        state = finish(board, [collect(on, winner, key)])
        assert gains(state)[winner][0] == 1


def test_nobody_collects_under_the_key_of_another_nym() -> None:
    on = collecting()
    board = played_until(on, "result")
    (winner,) = winners(board.state)
    other = next(i for i in range(3) if nym_of(made(on, i)) != winner)
    stranger = SigningKey.generate(source("nobody's"))
    for key in (settle_key(on, other), stranger, on.parts.board, on.parts.seller):
        entry = collect(on, winner, key)
        assert refused(board, entry, board.state.clock) == "collect.key"
    assert gains(finish(board, ()))[winner] == (0, PRICE)


def test_a_collect_that_comes_late_is_refused() -> None:
    on = collecting()
    board = played_until(on, "result")
    (winner,) = winners(board.state)
    ends, named = due(on)
    board.batch(ends, on.sign(EntryType.COLLECT_END))
    assert refused(board, collect(on, winner), ends) == "phase.wrong"
    board.batch(named.due, on.round(named))
    assert refused(board, collect(on, winner), named.due) == "phase.wrong"


def test_who_has_won_can_collect_although_the_board_keeps_its_result_back() -> None:
    on = collecting()
    board = played_until(on, "reveals")
    known = played_until(on, "result").state
    (winner,) = winners(known)
    assert board.state.phase is Phase.REVEAL
    board.batch(board.state.clock, collect(on, winner))
    assert board.state.collects.nyms == {winner}


def test_nobody_lapses_where_the_board_misses_the_end() -> None:
    on = collecting()
    board = played_until(on, "result")
    before = gains(board.state)
    late = due(on)[0] + on.terms.times.slack + 1
    board.batch(late, redrawn(on, board.state, late))
    state = board.state
    assert state.phase is Phase.LOCKED
    assert gains(state) == before
    assert not any(line.held for line in state.ledger)
    holds(board.data)
    found = settle_replay(replay(board.data, on.state()))
    assert isinstance(found, Settled)
    assert found.ledger == state.ledger


def test_a_round_that_never_comes_leaves_freed_seats_unsold() -> None:
    on = collecting()
    board = played_until(on, "result")
    (winner,) = winners(board.state)
    ends, named = due(on)
    board.batch(ends, on.sign(EntryType.COLLECT_END))
    last = on.terms.redrawn_by
    assert refused(board, on.sign(EntryType.REDRAWN, {"outcome": bytes(32)}), last) == (
        "redraw.round"
    )
    board.batch(last + 1, redrawn(on, board.state, last + 1))
    state = board.state
    assert gains(state)[winner] == (0, PRICE)
    assert all(units == 0 for units, _ in gains(state).values())
    assert state.second is not None
    assert state.second.redrawn.unsold == 1
    holds(board.data)
    # Whoever has the round shows that it has come.
    beacon = on.parts.clock.sign(GROUP, named.round_number)
    read = replay(board.data, on.state())
    report = audit_replay(read, Expected(rehearsal=True), rounds=[beacon])
    assert report.failed == ("A38",)
    assert [f.code for f in report.findings] == ["redraw.round-exists"]
    settled = settle_replay(read, [beacon])
    assert isinstance(settled, Settled)
    assert sum(line.units for line in settled.ledger) == 1


def test_anybody_settles_a_second_draw_without_the_board() -> None:
    on = collecting()
    whole = played_until(on, "redrawn")
    ends, named = due(on)
    beacon = on.parts.clock.sign(GROUP, named.round_number)
    collected = replay(played_until(on, "collects").data, on.state())
    early = settle_replay(collected, [beacon])
    assert isinstance(early, NotYet)
    (missing,) = early.missing
    assert isinstance(missing, MissingMarker)
    assert missing.kind is EntryType.COLLECT_END
    assert missing.until == ends + on.terms.times.slack
    assert early.drawn is not None
    assert {line.nym for line in early.drawn.ledger if line.held} == (
        collected.state.waiting
    )
    fixed = replay(played_until(on, "collect-end").data, on.state())
    later = settle_replay(fixed)
    assert isinstance(later, NotYet)
    assert later.missing == (MissingRound(named),)
    settled = settle_replay(fixed, [beacon])
    assert isinstance(settled, Settled)
    assert settled.ledger == whole.state.ledger
    assert settled.second is not None
    assert whole.state.second is not None
    assert settled.second.seed == whole.state.second.seed


def test_a_collect_of_another_sale_is_of_another_log() -> None:
    on, other = collecting(), collecting(TWO, 2)
    board = played_until(on, "result")
    (winner,) = winners(board.state)
    key = settle_key(on, number_of(on, winner))
    entry = make_collect(other.terms.sale_id, winner, key)
    assert refused(board, entry, board.state.clock) == "entry.scope"
