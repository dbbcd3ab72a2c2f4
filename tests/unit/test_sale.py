"""The fold: phases, markers at their times, void sales, and who gets what."""

from collections.abc import Sequence
from dataclasses import replace
from unittest.mock import patch

import pytest

from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import settle
from fairlot.beacon.contributions import make_commitment, make_reveal
from fairlot.board.phase import Phase, VoidReason
from fairlot.board.sale import SaleState
from fairlot.claim.collect import make_collect
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.errors import Rejection
from fairlot.logs import LogKind
from fairlot.rehearsal.parts import LOCKUP, START
from fairlot.terms.times import MAX_TIME
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import SigningKey
from kit.claims import claimed
from kit.recovering import committed, delayed, drawn, revealed
from kit.sales import (
    DEPOSIT_TIME,
    PRICE,
    alpha,
    cancel,
    clocked,
    deposit,
    draft,
    nym_of,
    play,
    stage,
    steps,
)
from kit.stage import EPOCH, Stage
from lies_people import void_entry

SLACK = 30
PHASES = {
    "terms": Phase.ANNOUNCED,
    "open": Phase.OPEN,
    "deposits": Phase.OPEN,
    "close": Phase.COMMIT,
    "commits": Phase.COMMIT,
    "commit-end": Phase.SEAL,
    "seals": Phase.SEAL,
    "sealed": Phase.REVEAL,
    "reveals": Phase.REVEAL,
    "reveal-end": Phase.RESULT,
    "result": Phase.LOCKED,
}


def after(on: Stage, until: str, deposits: Sequence[Entry] | None = None) -> SaleState:
    return play(on.board(), on, until, deposits).state


def refusal(state: SaleState, entry: Entry, time: int) -> str:
    phase = state.phase
    with pytest.raises(Rejection) as caught:
        state.append(entry, time)
    assert state.phase is phase
    return caught.value.code


def samples(on: Stage) -> dict[EntryType, Entry]:
    """Return one entry of each type, well signed."""
    bare: dict[str, Value] = {"size": 0, "root": bytes(32)}
    made_result: dict[str, Value] = {
        "b_star": bytes(32),
        "omega": bytes(256),
        "seed": bytes(32),
        "outcome": bytes(32),
    }
    key = on.parts.contributors[0]
    return {
        EntryType.TERMS: on.terms_entry(),
        EntryType.TIME: on.time_entry(1),
        EntryType.OPEN: on.sign(EntryType.OPEN),
        EntryType.DEPOSIT: deposit(on, 0, 7),
        EntryType.CANCEL: cancel(on, 0, 7),
        EntryType.CLAIM: claimed(on, on.members[0].credential, EPOCH).entry,
        EntryType.PAID: on.payment(nym_of(deposit(on, 0)), 1, "sample"),
        EntryType.CLOSE: on.sign(EntryType.CLOSE, bare),
        EntryType.COMMIT: sign_entry(EntryType.COMMIT, on.terms.sale_id, bare, key),
        EntryType.COMMIT_END: on.sign(EntryType.COMMIT_END),
        EntryType.SEAL: sign_entry(EntryType.SEAL, on.terms.sale_id, {}, key),
        EntryType.SEALED: on.sign(EntryType.SEALED, {"note": "another"}),
        EntryType.ROUND: sign_entry(EntryType.ROUND, on.terms.sale_id, {}, key),
        EntryType.REVEAL: sign_entry(EntryType.REVEAL, on.terms.sale_id, {}, key),
        EntryType.REVEAL_END: on.sign(EntryType.REVEAL_END),
        EntryType.RECOVER: sign_entry(EntryType.RECOVER, on.terms.sale_id, {}, key),
        EntryType.RESULT: on.sign(EntryType.RESULT, made_result),
        EntryType.COLLECT: make_collect(on.terms.sale_id, nym_of(deposit(on, 0)), key),
        EntryType.COLLECT_END: on.sign(EntryType.COLLECT_END),
        EntryType.REDRAWN: on.sign(EntryType.REDRAWN, {"outcome": bytes(32)}),
        EntryType.ITEMS: on.sign(EntryType.ITEMS, {}, on.parts.seller),
        EntryType.UNLOCK: on.sign(EntryType.UNLOCK),
        EntryType.DELIVERY: on.sign(EntryType.DELIVERY, {}, on.parts.seller),
        EntryType.VOID: void_entry(on, VoidReason.OPEN_MISSED),
    }


OF_REGISTRIES = {kind for kind in EntryType if kind.logs == (LogKind.REGISTRY,)}
ALWAYS = {EntryType.TIME, EntryType.VOID}
"""What is legal until the sale has ended."""
LEGAL = {
    Phase.ANNOUNCED: {
        *ALWAYS,
        EntryType.OPEN,
    },
    Phase.OPEN: {
        *ALWAYS,
        EntryType.DEPOSIT,
        EntryType.CANCEL,
        EntryType.PAID,
        EntryType.CLOSE,
    },
    Phase.COMMIT: {*ALWAYS, EntryType.COMMIT, EntryType.COMMIT_END},
    Phase.SEAL: {*ALWAYS, EntryType.SEAL, EntryType.SEALED},
    Phase.REVEAL: {
        *ALWAYS,
        EntryType.REVEAL,
        EntryType.REVEAL_END,
        EntryType.ROUND,
        EntryType.CLAIM,
        EntryType.COLLECT,
    },
    Phase.RESULT: {
        *ALWAYS,
        EntryType.REVEAL,
        EntryType.RECOVER,
        EntryType.ROUND,
        EntryType.CLAIM,
        EntryType.COLLECT,
        EntryType.RESULT,
    },
    Phase.LOCKED: {
        EntryType.TIME,
        EntryType.CLAIM,
        EntryType.ITEMS,
        EntryType.UNLOCK,
    },
}


@pytest.mark.parametrize("until", PHASES)
def test_the_phase_follows_the_markers(concert: Stage, until: str) -> None:
    assert after(concert, until).phase is PHASES[until]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "until",
    ["terms", "deposits", "commits", "seals", "reveals", "reveal-end", "result"],
)
def test_entries_lie_in_their_phase(concert: Stage, until: str) -> None:
    state = after(concert, until)
    assert set(samples(concert)) == set(EntryType) - OF_REGISTRIES
    for kind, entry in samples(concert).items():
        try:
            replayed = after(concert, until)
            replayed.append(entry, START)
        except Rejection as error:
            code = error.code
        else:
            code = "taken"
        phase_code = code in {"phase.wrong", "terms.again", "entry.duplicate"}
        legal = kind in LEGAL[state.phase]
        assert phase_code is not legal, (kind, code)


def test_nothing_comes_before_the_terms(concert: Stage) -> None:
    for kind, entry in samples(concert).items():
        if kind is not EntryType.TERMS:
            assert refusal(concert.registered(), entry, START) == "phase.no-terms"


def test_a_board_has_one_sale(concert: Stage) -> None:
    other = concert.with_terms(replace(concert.terms, title="Another"))
    for until in ("terms", "deposits", "result"):
        state = after(concert, until)
        assert refusal(state, other.terms_entry(), START) == "terms.again"


def test_a_refused_entry_changes_nothing(concert: Stage) -> None:
    state = after(concert, "deposits")
    before = state.tree.root(), dict(state.positions.by_nym), state.phase
    bad = [deposit(concert, 0), concert.sign(EntryType.OPEN)]
    for entry in bad:
        refusal(state, entry, DEPOSIT_TIME)
    assert (state.tree.root(), dict(state.positions.by_nym), state.phase) == before


def test_terms_posted_too_late_cannot_open_the_sale(concert: Stage) -> None:
    """No rule judges when terms come: the log has no time before them."""
    late = START + SLACK + 1
    state = concert.registered()
    state.append(concert.terms_entry(), late)
    state.append(concert.time_entry(late), late)
    assert refusal(state, concert.open_entry(), late) == "phase.late"
    assert state.void_reasons(late) == (VoidReason.OPEN_MISSED,)


def test_the_clock_goes_on(concert: Stage) -> None:
    state = after(concert, "deposits")
    assert state.clock == DEPOSIT_TIME
    for time in (DEPOSIT_TIME - 1, 0):
        entry = concert.time_entry(time)
        assert refusal(state, entry, DEPOSIT_TIME) == "time.back"
    again = concert.sign(EntryType.TIME, {"time": DEPOSIT_TIME, "memo": 1})
    assert refusal(state, again, DEPOSIT_TIME) == "entry.field"
    assert state.clock == DEPOSIT_TIME
    state.append(concert.time_entry(DEPOSIT_TIME + 1), DEPOSIT_TIME)
    assert state.clock == DEPOSIT_TIME + 1


@pytest.mark.parametrize("time", [-1, MAX_TIME + 1, True, None, "now"])
def test_a_time_is_seconds_until_the_year_9999(concert: Stage, time: Value) -> None:
    state = after(concert, "deposits")
    entry = concert.sign(EntryType.TIME, {"time": time})
    assert refusal(state, entry, DEPOSIT_TIME) == "entry.field"
    assert state.clock == DEPOSIT_TIME


def test_only_the_board_says_what_time_it_is(concert: Stage) -> None:
    state = after(concert, "deposits")
    for key in (concert.parts.seller, concert.parts.contributors[0]):
        entry = concert.sign(EntryType.TIME, {"time": DEPOSIT_TIME + 1}, key)
        assert refusal(state, entry, DEPOSIT_TIME) == "entry.key"


def test_a_time_taken_back_leaves_no_trace(concert: Stage) -> None:
    state = after(concert, "deposits")
    before = state.tree.size, state.tree.root(), state.clock
    entry = concert.time_entry(DEPOSIT_TIME + 1)
    state.append(entry, DEPOSIT_TIME + 1)
    state.take_back_time(DEPOSIT_TIME)
    assert (state.tree.size, state.tree.root(), state.clock) == before
    state.append(entry, DEPOSIT_TIME + 1)
    assert state.clock == DEPOSIT_TIME + 1


def test_questions_before_their_time_are_refused(concert: Stage) -> None:
    state = concert.state()
    with pytest.raises(Rejection) as caught:
        _ = state.terms
    assert caught.value.code == "phase.no-terms"
    with pytest.raises(Rejection) as caught:
        _ = state.credentials
    assert caught.value.code == "phase.no-registry"
    with pytest.raises(Rejection) as caught:
        _ = state.contributions
    assert caught.value.code == "phase.wrong"


# Markers at their times.

MARKERS = {
    "open": ("terms", "open"),
    "close": ("deposits", "close"),
    "commit-end": ("commits", "commit_end"),
    "sealed": ("seals", "seal_end"),
}


def marker(on: Stage, name: str, state: SaleState) -> Entry:
    kind = EntryType(name.upper().replace("-", "_"))
    if name == "open":
        return on.open_entry()
    return on.close(state, state.clock) if name == "close" else on.sign(kind)


@pytest.mark.parametrize("name", MARKERS)
def test_a_marker_comes_within_its_slack(concert: Stage, name: str) -> None:
    until, field = MARKERS[name]
    due: int = getattr(concert.terms.times, field)
    for time, code in (
        (due - 1, "phase.early"),
        (due, None),
        (due + SLACK, None),
        (due + SLACK + 1, "phase.late"),
    ):
        state = after(concert, until)
        entry = marker(concert, name, state)
        if code is None:
            state.append(entry, time)
            assert state.phase is PHASES[name]
        else:
            assert refusal(state, entry, time) == code


def test_the_reveals_end_when_they_are_due_or_later(concert: Stage) -> None:
    """After SEALED lateness of the board voids nothing, so it is no reason to refuse."""
    due = concert.terms.times.reveal_end
    entry = concert.sign(EntryType.REVEAL_END)
    assert refusal(after(concert, "reveals"), entry, due - 1) == "phase.early"
    state = after(concert, "reveals")
    state.append(entry, due + 10**6)
    assert state.phase is Phase.RESULT


def test_the_seals_do_not_end_before_all_are_there(concert: Stage) -> None:
    state = after(concert, "commit-end")
    entry = concert.sign(EntryType.SEALED)
    due = concert.terms.times.seal_end
    assert refusal(state, entry, due) == "seal.missing"
    state.append(concert.seal(state), due)
    state.append(entry, due)
    assert state.phase is Phase.REVEAL


def test_a_late_opening_is_still_taken(concert: Stage) -> None:
    """After REVEAL_END, as long as no RESULT stands: the seed is the same."""
    state = after(concert, "sealed")
    times = concert.terms.times
    state.append(concert.sign(EntryType.REVEAL_END), times.reveal_end)
    with pytest.raises(Rejection) as caught:
        state.result()
    assert caught.value.code == "result.withheld"
    state.append(concert.reveal(), times.reveal_end + 5)
    in_time = after(concert, "result")
    assert state.result()[0].b_star == in_time.contributions.draw(state.sale_id).b_star
    state.append(concert.result(state), times.unlock)
    assert state.draw == in_time.draw


# Void sales.

VOIDS = {
    VoidReason.OPEN_MISSED: ("terms", START),
    VoidReason.CLOSE_MISSED: ("deposits", START + 3_600),
    VoidReason.COMMIT_END_MISSED: ("commits", START + 3_660),
    VoidReason.SEALED_MISSED: ("seals", START + 3_720),
}


@pytest.mark.parametrize("reason", VOIDS)
def test_a_missed_marker_voids_the_sale(concert: Stage, reason: VoidReason) -> None:
    until, due = VOIDS[reason]
    entry = void_entry(concert, reason)
    assert refusal(after(concert, until), entry, due + SLACK) == "void.reason"
    state = after(concert, until)
    state.append(entry, due + SLACK + 1)
    assert state.phase is Phase.VOID
    assert state.void_reason is reason


def test_missing_commits_void_the_sale(concert: Stage) -> None:
    """COMMIT_END itself does, as soon as it is due: nobody waits for the slack."""
    due = concert.terms.times.commit_end
    marker = concert.sign(EntryType.COMMIT_END)
    assert refusal(after(concert, "close"), marker, due - 1) == "phase.early"
    state = after(concert, "close")
    state.append(marker, due)
    assert state.phase is Phase.VOID
    assert state.void_reason is VoidReason.COMMITS_MISSING
    assert state.seals is None


@pytest.mark.thorough
@pytest.mark.parametrize("until", PHASES)
def test_no_entry_says_that_commits_are_missing(concert: Stage, until: str) -> None:
    """COMMIT_END shows it, and a VOID for that reason is none in any phase."""
    entry = void_entry(concert, VoidReason.COMMITS_MISSING)
    for time in (START + 3_660, START + 3_691, START + 10**9):
        code = "phase.wrong" if until == "result" else "void.reason"
        assert refusal(after(concert, until), entry, time) == code


@pytest.mark.parametrize("until", ["deposits", "close", "commit-end"])
def test_a_void_sale_refunds_everything(concert: Stage, until: str) -> None:
    """Also money beyond the deposit, and of cancelled deposits."""
    first, second = deposit(concert, 0), deposit(concert, 1)
    entries = [
        first,
        second,
        concert.payment(nym_of(first), PRICE + 7),
        concert.payment(nym_of(second), 1),
        cancel(concert, 1),
    ]
    state = after(concert, until, entries)
    reason, time = {
        "deposits": (VoidReason.CLOSE_MISSED, START + 3_631),
        "close": (VoidReason.COMMIT_END_MISSED, START + 3_691),
        "commit-end": (VoidReason.SEALED_MISSED, START + 3_751),
    }[until]
    state.append(void_entry(concert, reason), time)
    account = {line.nym: (line.payment, line.refund) for line in state.ledger}
    assert account == {nym_of(first): (0, PRICE + 7), nym_of(second): (0, 1)}


def unheld(reason: VoidReason) -> str:
    """Return with which code a board is refused that gives a reason that does not hold."""
    return "cancelled.key" if reason is VoidReason.CANCELLED else "void.reason"


def test_each_phase_has_its_own_reason(concert: Stage) -> None:
    late = START + 10**6
    for reason, (until, _) in VOIDS.items():
        for other in VoidReason:
            if other is not reason:
                state = after(concert, until)
                assert refusal(state, void_entry(concert, other), late) == unheld(other)


@pytest.mark.thorough
@pytest.mark.parametrize("until", ["sealed", "reveals", "reveal-end", "result"])
@pytest.mark.parametrize("reason", VoidReason)
def test_after_sealed_nobody_voids_the_sale(
    concert: Stage, until: str, reason: VoidReason
) -> None:
    state = after(concert, until)
    entry = void_entry(concert, reason)
    for time in (START + 3_660, START + 10**9):
        code = "phase.wrong" if until == "result" else unheld(reason)
        assert refusal(state, entry, time) == code
        assert state.void_reasons(time) == ()


# A sale whose round does not come.


def expiring() -> Stage:
    """Return the sale that waits for a round, and expires a day after it."""
    on = clocked()
    (named,) = on.terms.named_rounds()
    expiry = named.due + 86_400
    times = replace(on.terms.times, unlock=expiry + LOCKUP, expiry=expiry)
    registry = on.registry
    assert registry.starts <= times.open < times.unlock < registry.ends
    return on.with_terms(replace(on.terms, times=times))


@pytest.mark.thorough
@pytest.mark.parametrize("until", ["sealed", "reveals", "reveal-end"])
def test_a_round_that_does_not_come_voids_the_sale_when_it_expires(until: str) -> None:
    """Only then, and for no other reason."""
    on = expiring()
    expiry = on.terms.times.expiry
    assert expiry is not None
    entry = void_entry(on, VoidReason.EXPIRED)
    assert refusal(after(on, until), entry, expiry) == "void.reason"
    for other in set(VoidReason) - {VoidReason.EXPIRED}:
        code = refusal(after(on, until), void_entry(on, other), expiry + 1)
        assert code == unheld(other)
    state = after(on, until)
    state.append(entry, expiry + 1)
    assert (state.phase, state.void_reason) == (Phase.VOID, VoidReason.EXPIRED)
    paid = sum(funding.paid for funding in state.fundings())
    assert sum(line.refund for line in state.ledger) == paid > 0


def test_a_sale_whose_round_is_there_does_not_expire() -> None:
    """A board that is slow with its RESULT can void nothing."""
    on = expiring()
    state = after(on, "round")
    expiry = on.terms.times.expiry
    assert expiry is not None
    entry = void_entry(on, VoidReason.EXPIRED)
    assert refusal(state, entry, expiry + 10**6) == "void.reason"
    state.append(on.result(state), expiry + 10**6)
    assert state.phase is Phase.LOCKED


@pytest.mark.parametrize("until", ["terms", "deposits", "commits", "seals"])
def test_a_sale_does_not_expire_before_it_is_sealed(until: str) -> None:
    on = expiring()
    expiry = on.terms.times.expiry
    assert expiry is not None
    entry = void_entry(on, VoidReason.EXPIRED)
    assert refusal(after(on, until), entry, expiry + 1) == "void.reason"


def test_without_an_expiry_a_sale_waits_for_its_round() -> None:
    state = after(clocked(), "reveal-end")
    entry = void_entry(clocked(), VoidReason.EXPIRED)
    assert refusal(state, entry, MAX_TIME) == "void.reason"


@pytest.mark.parametrize("until", ["terms", "open", "deposits"])
def test_a_seller_cancels_before_close_and_everything_goes_back(
    concert: Stage, until: str
) -> None:
    state = after(concert, until)
    state.append(concert.cancelling(), state.clock)
    assert (state.phase, state.void_reason) == (Phase.VOID, VoidReason.CANCELLED)
    came = {nym: position.paid for nym, position in state.positions.by_nym.items()}
    assert {line.nym: line.refund for line in state.ledger} == came
    assert all((line.units, line.payment) == (0, 0) for line in state.ledger)
    assert (sum(came.values()) > 0) == (until == "deposits")


def test_a_void_sale_stays_void(concert: Stage) -> None:
    state = after(concert, "deposits")
    late = START + 3_631
    state.append(void_entry(concert, VoidReason.CLOSE_MISSED), late)
    again = concert.close(state)
    assert refusal(state, again, late) == "phase.wrong"
    assert refusal(state, deposit(concert, 0, 3), late) == "phase.wrong"


# The result.


def test_one_of_two_gets_the_seat(concert: Stage) -> None:
    state = after(concert, "result")
    units = sorted(line.units for line in state.ledger)
    assert units == [0, 1]
    for line in state.ledger:
        assert (line.payment, line.refund) == ((PRICE, 0) if line.units else (0, PRICE))


def test_the_board_cannot_choose_the_outcome(concert: Stage) -> None:
    for field in ("b_star", "seed", "outcome", "omega"):
        state = after(concert, "reveal-end")
        value = concert.result(state).body[field]
        if not isinstance(value, bytes):
            raise TypeError(field)
        chosen = {field: bytes([value[0] ^ 1]) + value[1:]}
        code = refusal(state, concert.result(state, **chosen), START + 9_999)
        assert code == ("result.outcome" if field == "outcome" else "result.draw")
        assert state.ledger == ()


def test_a_board_that_draws_does_so_once(concert: Stage) -> None:
    board = play(concert.board(), concert, "reveal-end")
    with (
        patch("fairlot.board.sale_facts.allocate", wraps=allocate) as allocating,
        patch("fairlot.board.sale_facts.settle", wraps=settle) as settling,
    ):
        receipt = board.append_marker(EntryType.RESULT, board.state.clock)
    assert receipt.refusal is None
    assert (allocating.call_count, settling.call_count) == (1, 1)
    # It is what anybody finds who only reads.
    again = after(concert, "reveal-end").result()
    assert (board.state.draw, board.state.outcome, board.state.ledger) == again


def test_unfunded_and_cancelled_deposits_do_not_draw(concert: Stage) -> None:
    first, second = deposit(concert, 0), deposit(concert, 1)
    entries = [
        first,
        second,
        concert.payment(nym_of(first), PRICE - 1),
        concert.payment(nym_of(second), PRICE),
        cancel(concert, 1),
    ]
    state = after(concert, "result", entries)
    assert [(line.units, line.payment) for line in state.ledger] == [(0, 0), (0, 0)]
    assert sum(line.refund for line in state.ledger) == 2 * PRICE - 1


def test_a_sale_without_deposits_ends(concert: Stage) -> None:
    state = after(concert, "result", [])
    assert state.phase is Phase.LOCKED
    assert state.ledger == ()


def test_the_order_of_deposits_gives_another_tree_and_the_same_rule() -> None:
    """The seed binds the order on the board; the allocation itself does not see it."""
    on = stage(names=("ann", "bob", "cat"), supply=5, cap=3)
    entries = [deposit(on, n, wants=3, amount=3 * PRICE) for n in range(3)]
    paid = [on.payment(nym_of(e), 3 * PRICE) for e in entries]
    for order in ((0, 1, 2), (2, 1, 0)):
        state = after(on, "result", [*(entries[i] for i in order), *paid])
        assert sorted(line.units for line in state.ledger) == [1, 2, 2]


# Contributors who stay away, and depositors who contribute.


@pytest.mark.parametrize("committing", [0, 1, 2, 3])
def test_as_many_commit_as_the_terms_need(committing: int) -> None:
    """COMMIT_END is legal in any case; with too few commitments the sale is void by it."""
    on = delayed(3, min_commits=2)
    state = after(on, "close")
    known, times = state.contributions.frozen, on.terms.times
    for number in range(committing):
        state.append(on.commit(known, number), times.close + 10)
    state.append(on.sign(EntryType.COMMIT_END), times.commit_end)
    if committing < 2:
        assert state.void_reason is VoidReason.COMMITS_MISSING
        paid = sum(funding.paid for funding in state.fundings())
        assert sum(line.refund for line in state.ledger) == paid > 0
    else:
        assert state.void_reason is None
        assert state.phase is Phase.SEAL


@pytest.mark.parametrize("sealing", [0, 1, 2, 3])
def test_as_many_seal_as_must_commit(sealing: int) -> None:
    """SEALED and sealed-missed exclude each other, and in the end one of them holds."""
    on = delayed(3, min_commits=2)
    state, times = after(on, "commit-end"), on.terms.times
    for number in range(sealing):
        state.append(on.seal(state, number), times.commit_end + 10)
    marker, late = on.sign(EntryType.SEALED), times.seal_end + times.slack + 1
    void = void_entry(on, VoidReason.SEALED_MISSED)
    if sealing < 2:
        assert refusal(state, marker, times.seal_end) == "seal.missing"
        state.append(void, late)
        paid = sum(funding.paid for funding in state.fundings())
        assert sum(line.refund for line in state.ledger) == paid > 0
    else:
        state.append(marker, times.seal_end)
        assert state.phase is Phase.REVEAL
        assert refusal(state, void, late) == "void.reason"


def contributing(on: Stage) -> tuple[tuple[Entry, ...], SigningKey, SigningKey]:
    """Return deposits of which the first is funded, and both settlement keys."""
    first, second = draft(on, 0), draft(on, 1)
    entries = first.entry(), second.entry()
    paid = on.payment(nym_of(entries[0]), PRICE)
    return (*entries, paid), first.keys.settle, second.keys.settle


def test_a_depositor_contributes_with_the_settlement_key(concert: Stage) -> None:
    entries, funded, unfunded = contributing(concert)
    state = after(concert, "close", entries)
    known, times = state.contributions.frozen, concert.terms.times
    time = times.close + 10
    stranger = make_commitment(concert.terms, known, alpha(7), unfunded)
    assert refusal(state, stranger, time) == "commit.roster"
    state.append(concert.commit(known), time)
    alone = after(concert, "result", entries)
    state.append(make_commitment(concert.terms, known, alpha(7), funded), time)
    again = make_commitment(concert.terms, known, alpha(8), funded)
    assert refusal(state, again, time) == "commit.twice"
    state.append(concert.sign(EntryType.COMMIT_END), times.commit_end)
    state.append(concert.seal(state, key=funded), times.commit_end + 10)
    marker = concert.sign(EntryType.SEALED)
    assert refusal(state, marker, times.seal_end) == "seal.missing", "nobody's stand-in"
    state.append(concert.seal(state), times.commit_end + 10)
    state.append(marker, times.seal_end)
    state.append(concert.reveal(), times.seal_end + 10)
    opening = make_reveal(concert.terms.sale_id, alpha(7), funded)
    state.append(opening, times.seal_end + 10)
    state.append(concert.sign(EntryType.REVEAL_END), times.reveal_end)
    state.append(concert.result(state), times.reveal_end + 1)
    assert state.draw is not None
    assert alone.draw is not None
    assert state.draw.seed != alone.draw.seed


def test_a_depositor_does_not_stand_in_for_the_roster(concert: Stage) -> None:
    entries, funded, _ = contributing(concert)
    state = after(concert, "close", entries)
    known, times = state.contributions.frozen, concert.terms.times
    commit = make_commitment(concert.terms, known, alpha(7), funded)
    state.append(commit, times.close + 10)
    state.append(concert.sign(EntryType.COMMIT_END), times.commit_end)
    assert state.void_reason is VoidReason.COMMITS_MISSING


def test_whoever_replaced_or_cancelled_a_deposit_contributes_as_the_last_says(
    concert: Stage,
) -> None:
    """One per final nym: the key of an earlier deposit is nobody's any more."""
    early, late = draft(concert, 0), draft(concert, 0, 1, "later")
    gone = draft(concert, 1)
    entries = [early.entry(), late.entry(), gone.entry()]
    paid = [
        concert.payment(nym_of(entries[0]), PRICE),
        concert.payment(nym_of(entries[2]), PRICE),
    ]
    taken = [*entries, *paid, cancel(concert, 1)]
    made = after(concert, "close", taken).contributions
    keys = [each.keys.settle.public for each in (early, late, gone)]
    assert [key in made.depositors for key in keys] == [False, True, False]


def test_withheld_reveals_leave_nobody_without_money() -> None:
    """Nobody reveals: anybody recovers, and what was paid in is paid out."""
    on = delayed(2)
    state = drawn(on, revealed(on, committed(on), []))
    paid = sum(funding.paid for funding in state.fundings())
    out = sum(line.payment + line.refund for line in state.ledger)
    assert out == paid == 2 * PRICE
    assert sum(line.units for line in state.ledger) == 1


def test_four_issuers_run_a_sale() -> None:
    """One path: a committee of 4 with 1 corrupt, and two contributors."""
    on = stage(contributors=2, committee=(4, 1))
    state = after(on, "result")
    assert sum(line.units for line in state.ledger) == 1
    names = [step.name for step in steps(on)]
    assert names == ["registry", "leaves", "roll", *PHASES]
