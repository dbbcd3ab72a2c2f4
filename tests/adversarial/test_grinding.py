"""Attempts to move the seed once something about it is known: it does not move."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import permutations

import pytest

from fairlot.beacon.contributions import Draw, Frozen, make_commitment, make_reveal
from fairlot.beacon.seals import Seal, make_seal
from fairlot.board.phase import Phase, VoidReason
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.errors import Rejection
from fairlot_crypto.cbor import Value
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.keys import SigningKey
from kit.board import extend
from kit.recovering import committed, delayed, drawn, element, revealed
from kit.sales import DEPOSIT_TIME, alpha, cancel, deposit, nym_of, play, steps
from kit.stage import Stage
from lies_file import STRANGER
from lies_people import void_entry

N = RSA_2048.n


@pytest.fixture
def on() -> Stage:
    """A sale of three contributors."""
    return delayed(3)


def honest(on: Stage) -> Draw:
    """Return what three honest contributors draw."""
    state = revealed(on, committed(on), map(on.reveal, range(3)))
    return draw_of(drawn(on, state))


def draw_of(state: SaleState) -> Draw:
    assert state.draw is not None
    return state.draw


def refusal(state: SaleState, entry: Entry, time: int) -> str:
    with pytest.raises(Rejection) as caught:
        state.append(entry, time)
    return caught.value.code


def at_close(on: Stage) -> SaleState:
    """Return the state after CLOSE."""
    state = on.state()
    for step in steps(on):
        extend(on, state, step.time, step.make(state))
        if step.name == "close":
            return state
    raise AssertionError


def sealed(on: Stage, state: SaleState) -> SaleState:
    """Go on from COMMIT_END until after SEALED, sealed by everybody."""
    times = on.terms.times
    seals = [on.seal(state, i) for i in range(len(on.parts.contributors))]
    extend(on, state, times.commit_end + 10, seals)
    return extend(on, state, times.seal_end, [on.sign(EntryType.SEALED)])


# Entries added, reordered or withheld after COMMIT_END.


def extra(on: Stage) -> Iterator[tuple[str, Entry]]:
    """Yield what somebody might add who dislikes the draw, and its refusal."""
    late = Frozen(1, bytes(32))
    yield "phase.wrong", deposit(on, 0, 9)
    yield "phase.wrong", cancel(on, 0, 9)
    yield "phase.wrong", on.payment(nym_of(deposit(on, 0)), 1, "late")
    yield "phase.wrong", make_commitment(on.terms, late, alpha(9), STRANGER)
    yield "phase.wrong", on.sign(EntryType.CLOSE, {"size": 0, "root": bytes(32)})
    yield "entry.duplicate", on.sign(EntryType.COMMIT_END)
    yield "void.reason", void_entry(on, VoidReason.COMMITS_MISSING)
    yield "void.reason", void_entry(on, VoidReason.COMMIT_END_MISSED)
    yield "void.reason", void_entry(on, VoidReason.SEALED_MISSED)


def extra_once_sealed(on: Stage, state: SaleState) -> Iterator[tuple[str, Entry]]:
    """Yield what somebody might add when the commitments are sealed, and its refusal."""
    yield from extra(on)
    other = replace(sealing(state), b_star=bytes(32))
    key = on.parts.contributors[0]
    yield "phase.wrong", make_seal(on.terms.sale_id, other, key)
    yield "entry.duplicate", on.sign(EntryType.SEALED)
    yield "reveal.commitment", make_reveal(on.terms.sale_id, alpha(9), STRANGER)


def sealing(state: SaleState) -> Seal:
    assert state.seals is not None
    return state.seals.due


def test_entries_added_after_commit_end_do_not_move_the_seed(on: Stage) -> None:
    """Refused, they are leaves of the tree all the same: the seed reads root_d only."""
    state = committed(on)
    time = on.terms.times.seal_end + 5
    root = state.contributions.frozen
    for code, entry in extra_once_sealed(on, state):
        assert refusal(state, entry, time) == code
        state.tree.append(entry.encoded)
    revealed(on, state, map(on.reveal, range(3)))
    for _, entry in extra(on):
        state.tree.append(entry.encoded)
    assert state.contributions.frozen == root
    assert draw_of(drawn(on, state)) == honest(on)


def test_entries_added_before_the_seals_do_not_move_the_seed(on: Stage) -> None:
    """Nothing that comes between COMMIT_END and SEALED changes what is sealed."""
    state = play(on.board(), on, until="commit-end").state
    due = sealing(state)
    early = make_reveal(on.terms.sale_id, alpha(0), on.parts.contributors[0])
    for code, entry in (*extra(on), ("phase.wrong", early)):
        assert refusal(state, entry, on.terms.times.commit_end + 5) == code
        state.tree.append(entry.encoded)
    assert sealing(state) == due
    revealed(on, sealed(on, state), map(on.reveal, range(3)))
    assert draw_of(drawn(on, state)) == honest(on)


def test_no_other_set_of_commitments_is_sealed(on: Stage) -> None:
    """A board that goes back and adds a commitment needs new seals of the same keys."""
    own = play(on.board(), on, until="commit-end").state
    frozen = own.contributions.frozen
    other = [on.commit(frozen, 0), on.commit(frozen, 1), on.commit(frozen, 2, alpha(9))]
    forked = at_close(on)
    extend(on, forked, on.terms.times.close + 10, other)
    end = on.sign(EntryType.COMMIT_END)
    extend(on, forked, on.terms.times.commit_end, [end])
    time = on.terms.times.commit_end + 10
    for number in range(3):
        assert refusal(forked, on.seal(own, number), time) == "seal.set"
    marker = on.sign(EntryType.SEALED)
    assert refusal(forked, marker, on.terms.times.seal_end) == "seal.missing"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_entries_reordered_after_commit_end_do_not_move_the_seed(
    on: Stage, order: tuple[int, ...]
) -> None:
    state = revealed(on, committed(on), map(on.reveal, order))
    assert draw_of(drawn(on, state)) == honest(on)


@pytest.mark.thorough
@pytest.mark.parametrize("kept", [(), (0,), (1,), (2,), (0, 2)])
def test_entries_withheld_after_commit_end_do_not_move_the_seed(
    on: Stage, kept: tuple[int, ...]
) -> None:
    state = revealed(on, committed(on), map(on.reveal, kept))
    assert draw_of(drawn(on, state)) == honest(on)


# The order of commits.


@pytest.mark.thorough
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_commits_does_not_move_the_seed(
    on: Stage, order: tuple[int, ...]
) -> None:
    known = committed(on).contributions.frozen
    state = committed(on, [on.commit(known, number) for number in order])
    revealed(on, state, map(on.reveal, range(3)))
    assert draw_of(drawn(on, state)) == honest(on)


# Commitments that are chosen, not drawn.


def commit_to(on: Stage, c: bytes, key: SigningKey) -> Entry:
    known = at_close(on).contributions.frozen
    body: dict[str, Value] = {"c": c, **known.to_value()}
    return sign_entry(EntryType.COMMIT, on.terms.sale_id, body, key)


@pytest.mark.parametrize("c", [0, 1, N - 1, N], ids=["0", "1", "N-1", "N"])
def test_a_trivial_commitment_is_refused_and_does_not_move_the_seed(
    on: Stage, c: int
) -> None:
    """It would add nothing, and leave the draw to the others."""
    time = on.terms.times.close + 10
    state = at_close(on)
    key = on.parts.contributors[2]
    assert refusal(state, commit_to(on, element(c), key), time) == "commit.value"
    assert key.public in state.contributions.missing
    known = state.contributions.frozen
    for number in range(3):
        state.append(on.commit(known, number), time)
    state.append(on.sign(EntryType.COMMIT_END), on.terms.times.commit_end)
    revealed(on, sealed(on, state), map(on.reveal, range(3)))
    assert draw_of(drawn(on, state)) == honest(on)


def test_minus_c_j_is_no_commitment_and_does_not_move_the_seed(on: Stage) -> None:
    c = bicorn.commit(RSA_2048, alpha(0))
    key = on.parts.contributors[2]
    entry = commit_to(on, element(N - c), key)
    state = at_close(on)
    assert refusal(state, entry, on.terms.times.close + 10) == "commit.value"


COPIES: dict[str, Callable[[int], int]] = {
    "c_j": lambda c: c,
    "c_j^2": lambda c: RSA_2048.power(c, 2),
    "c_j^k": lambda c: RSA_2048.power(c, 2**64 + 13),
    "c_j^-1": lambda c: RSA_2048.reduce(pow(c, -1, N)),
    "c_j^-2": lambda c: RSA_2048.reduce(pow(c, -2, N)),
}


@pytest.mark.thorough
@pytest.mark.parametrize("what", COPIES)
def test_a_commitment_made_of_another_does_not_move_the_seed(
    on: Stage, what: str
) -> None:
    """It is recovered like any other, whatever is revealed before, and cancels nothing."""
    c = COPIES[what](bicorn.commit(RSA_2048, alpha(0)))
    known = at_close(on).contributions.frozen
    rogue = commit_to(on, element(c), on.parts.contributors[2])
    commits = [on.commit(known, 0), on.commit(known, 1), rogue]
    draws: set[Draw] = set()
    for kept in ((), (0,), (1,), (0, 1)):
        state = revealed(on, committed(on, commits), map(on.reveal, kept))
        draws.add(draw_of(drawn(on, state)))
    (draw,) = draws
    assert draw != honest(on)
    untouched = bicorn.commit(RSA_2048, alpha(1))
    b = bicorn.coefficient(RSA_2048, untouched, draw.b_star)
    without_c_j = RSA_2048.power(untouched, b << on.terms.beacon.delay)
    assert draw.omega != element(without_c_j), "c_j has been cancelled"


def test_whoever_copies_can_open_only_what_the_other_opens(on: Stage) -> None:
    """The copy is c_0 itself: its opening is known when contributor 0 reveals, to all."""
    known = at_close(on).contributions.frozen
    copier = on.parts.contributors[2]
    copy = make_commitment(on.terms, known, alpha(0), copier)
    commits = [on.commit(known, 0), on.commit(known, 1), copy]
    state = committed(on, commits)
    time = on.terms.times.seal_end + 5
    guess = make_reveal(on.terms.sale_id, alpha(0) + 1, copier)
    assert refusal(state, guess, time) == "reveal.opening"
    reveals = [on.reveal(0), on.reveal(1)]
    opened = [*reveals, make_reveal(on.terms.sale_id, alpha(0), copier)]
    silent = draw_of(drawn(on, revealed(on, state, reveals)))
    assert draw_of(drawn(on, revealed(on, committed(on, commits), opened))) == silent


# A recovery proof instead of a reveal.


@pytest.mark.parametrize("kept", [(), (0,), (1, 2)])
def test_a_recovery_instead_of_a_reveal_does_not_move_the_seed(
    on: Stage, kept: tuple[int, ...]
) -> None:
    """And nothing revealed after it counts, or has to."""
    time = on.terms.times.reveal_end + 5
    state = revealed(on, committed(on), map(on.reveal, kept))
    state.append(on.recovery(state.contributions), time)
    for number in set(range(3)) - set(kept):
        assert refusal(state, on.reveal(number), time) == "reveal.fixed"
    assert draw_of(drawn(on, state)) == honest(on)


def test_a_recovery_is_no_way_to_outrun_reveals(on: Stage) -> None:
    """Before REVEAL_END, or with all revealed, there is nothing to recover."""
    state = committed(on)
    early = on.recovery(state.contributions)
    assert refusal(state, early, on.terms.times.seal_end + 5) == "phase.wrong"
    revealed(on, state, map(on.reveal, range(3)))
    time = on.terms.times.reveal_end + 5
    assert refusal(state, early, time) == "recover.not-needed"
    assert draw_of(drawn(on, state)) == honest(on)


# Markers.


def test_a_late_marker_makes_the_sale_void(on: Stage) -> None:
    """Who waits until Ω could be known has no sale to bend: everybody is refunded."""
    late = on.terms.times.commit_end + on.terms.times.slack + 1
    state = at_close(on)
    known = state.contributions.frozen
    for number in range(3):
        state.append(on.commit(known, number), on.terms.times.close + 10)
    assert refusal(state, on.sign(EntryType.COMMIT_END), late) == "phase.late"
    for number in range(3):
        assert refusal(state, on.reveal(number), late) == "phase.wrong"
    state.append(void_entry(on, VoidReason.COMMIT_END_MISSED), late)
    assert state.phase is Phase.VOID
    paid = sum(funding.paid for funding in state.fundings())
    assert paid > 0
    assert [line.units for line in state.ledger] == [0, 0]
    assert sum(line.refund for line in state.ledger) == paid


def test_a_late_sealed_makes_the_sale_void(on: Stage) -> None:
    late = on.terms.times.seal_end + on.terms.times.slack + 1
    state = play(on.board(), on, until="seals").state
    assert refusal(state, on.sign(EntryType.SEALED), late) == "phase.late"
    for number in range(3):
        assert refusal(state, on.reveal(number), late) == "phase.wrong"
    state.append(void_entry(on, VoidReason.SEALED_MISSED), late)
    assert state.phase is Phase.VOID
    assert [line.units for line in state.ledger] == [0, 0]


def test_a_late_close_makes_the_sale_void(on: Stage) -> None:
    late = on.terms.times.close + on.terms.times.slack + 1
    state = on.state()
    for step in steps(on):
        if step.name == "close":
            break
        extend(on, state, step.time, step.make(state))
    extend(on, state, late, [])
    marker = on.close(state, late)
    assert refusal(state, marker, late) == "phase.late"
    state.append(void_entry(on, VoidReason.CLOSE_MISSED), late)
    assert state.phase is Phase.VOID


def test_an_early_marker_is_refused_and_does_not_move_the_seed(on: Stage) -> None:
    times = on.terms.times
    state = on.state()
    for step in steps(on):
        if step.name == "close":
            early = on.close(state, state.clock)
            assert refusal(state, early, times.close - 1) == "phase.early"
        if step.name == "commit-end":
            early = on.sign(EntryType.COMMIT_END)
            assert refusal(state, early, times.commit_end - 1) == "phase.early"
        if step.name == "sealed":
            early = on.sign(EntryType.SEALED)
            assert refusal(state, early, times.seal_end - 1) == "phase.early"
        if step.name == "reveal-end":
            early = on.sign(EntryType.REVEAL_END)
            assert refusal(state, early, times.reveal_end - 1) == "phase.early"
        extend(on, state, step.time, step.make(state))
    assert draw_of(state) == honest(on)


def test_a_late_reveal_end_or_result_does_not_move_the_seed(on: Stage) -> None:
    """They have no upper bound: waiting gives the board nothing to choose."""
    much_later = on.terms.times.unlock + 10**6
    state = committed(on)
    for number in range(3):
        state.append(on.reveal(number), much_later)
    state.append(on.sign(EntryType.REVEAL_END), much_later)
    state.append(on.result(state), much_later + 1)
    assert draw_of(state) == honest(on)


def test_deposits_before_close_are_all_that_the_seed_reads(on: Stage) -> None:
    """Another set of deposits is another root_d, and commitments for it another sale's."""
    state = at_close(on)
    other = Frozen(state.contributions.frozen.size - 1, bytes(32))
    time = on.terms.times.close + 10
    assert refusal(state, on.commit(other, 0), time) == "commit.frozen"
    assert refusal(state, deposit(on, 0, 8), DEPOSIT_TIME) == "phase.wrong"
