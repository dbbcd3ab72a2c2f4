"""Seals: what a contributor signs once, and when it is enough."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fairlot.beacon.contributions import Frozen
from fairlot.beacon.seals import Seal, Seals, make_seal, read_seal
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.errors import Rejection
from fairlot.names import SaleId
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CallerError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from kit.recovering import delayed
from kit.sales import PRICE, draft, nym_of, play
from kit.stage import Stage
from lies_file import STRANGER

HEAD = Frozen(7, bytes(range(32)))
DUE = Seal(bytes(32), HEAD)


@pytest.fixture
def on() -> Stage:
    """A sale of three contributors, of whom two must commit."""
    return delayed(3, min_commits=2)


def fresh(on: Stage) -> Seals:
    """Return what three contributors have to seal."""
    return Seals(on.terms.beacon, DUE, on.terms.beacon.roster)


def entry(on: Stage, number: int = 0, seal: Seal = DUE) -> Entry:
    return make_seal(on.terms.sale_id, seal, on.parts.contributors[number])


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Rejection) as caught:
        act()
    return caught.value.code


def test_a_seal_survives_its_entry(on: Stage) -> None:
    made = entry(on)
    assert (made.type, made.type.role) == (EntryType.SEAL, "contributor")
    assert read_seal(made) == DUE
    assert set(made.body) == {"b_star", "size", "root"}


def test_a_seal_is_of_one_sale(on: Stage) -> None:
    with pytest.raises(CallerError, match=r"names\.sale-id"):
        make_seal(SaleId(bytes(31)), DUE, on.parts.contributors[0])


@pytest.mark.parametrize(
    "changes",
    [
        {"b_star": bytes(31)},
        {"b_star": None},
        {"size": -1},
        {"size": "7"},
        {"root": bytes(33)},
        {"memo": "hello"},
    ],
)
def test_a_body_of_another_form_is_refused(
    on: Stage, changes: dict[str, Value]
) -> None:
    body = {**DUE.to_value(), **changes}
    key = on.parts.contributors[0]
    made = sign_entry(EntryType.SEAL, on.terms.sale_id, body, key)
    seals = fresh(on)
    assert refusal(lambda: seals.take(made)) == "entry.field"
    assert not seals.made


def test_what_was_sealed_is_kept_as_it_was_signed(on: Stage) -> None:
    """So that two seals of one key can be shown side by side."""
    seals, made = fresh(on), entry(on, 1)
    seals.take(made)
    key = on.parts.contributors[1].public
    assert seals.made == {key: made.encoded}
    assert seals.missing == (on.terms.beacon.roster[0], on.terms.beacon.roster[2])


OTHERS: dict[str, tuple[Seal, str]] = {
    "another set": (replace(DUE, b_star=b"\x01" * 32), "seal.set"),
    "another size": (replace(DUE, head=replace(HEAD, size=8)), "seal.head"),
    "another root": (replace(DUE, head=replace(HEAD, root=bytes(32))), "seal.head"),
    "all of it": (Seal(b"\x01" * 32, Frozen(8, bytes(32))), "seal.set"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_only_what_is_due_is_sealed(on: Stage, what: str) -> None:
    other, code = OTHERS[what]
    seals = fresh(on)
    assert refusal(lambda: seals.take(entry(on, seal=other))) == code
    assert not seals.made
    seals.take(entry(on))


def test_rules_are_judged_in_their_order(on: Stage) -> None:
    """Who may seal comes first, then whether they have, then over what."""
    other = OTHERS["all of it"][0]
    seals = fresh(on)
    stranger = make_seal(on.terms.sale_id, other, STRANGER)
    assert refusal(lambda: seals.take(stranger)) == "seal.commitment"
    seals.take(entry(on))
    assert refusal(lambda: seals.take(entry(on))) == "seal.twice"
    assert refusal(lambda: seals.take(entry(on, seal=other))) == "seal.twice"


def test_who_has_not_committed_seals_nothing_though_of_the_roster(on: Stage) -> None:
    seals = Seals(on.terms.beacon, DUE, on.terms.beacon.roster[:2])
    assert refusal(lambda: seals.take(entry(on, 2))) == "seal.commitment"
    assert seals.missing == on.terms.beacon.roster[:2]


@pytest.mark.parametrize("sealing", range(4))
def test_as_many_seal_as_must_commit(on: Stage, sealing: int) -> None:
    seals = fresh(on)
    for number in range(sealing):
        seals.take(entry(on, number))
    if sealing < on.terms.beacon.needed:
        assert refusal(seals.check_enough) == "seal.missing"
    else:
        seals.check_enough()


def test_seals_of_depositors_count_for_nobody(on: Stage) -> None:
    extra = [STRANGER.public]
    seals = Seals(on.terms.beacon, DUE, [*on.terms.beacon.roster, *extra])
    seals.take(make_seal(on.terms.sale_id, DUE, STRANGER))
    seals.take(entry(on))
    assert refusal(seals.check_enough) == "seal.missing"
    assert STRANGER.public not in seals.missing


# What the board says is to be sealed.


def sealing(on: Stage) -> SaleState:
    return play(on.board(), on, until="commit-end").state


def due(state: SaleState) -> Seal:
    assert state.seals is not None
    return state.seals.due


def test_the_head_that_is_sealed_is_the_checkpoint_behind_commit_end() -> None:
    """So that whoever seals has its signature, and those of its witnesses."""
    on = delayed(3)
    board = play(on.board(), on, until="commits")
    receipt = board.append_marker(EntryType.COMMIT_END, on.terms.times.commit_end)
    assert isinstance(receipt.checkpoint, SignedCheckpoint)
    said = receipt.checkpoint.checkpoint
    assert due(board.state).head == Frozen(said.size, said.root)
    made = board.state.contributions
    assert due(board.state).b_star == made.b_star(on.terms.sale_id)


def test_what_comes_after_commit_end_changes_nothing_that_is_sealed() -> None:
    on = delayed(3)
    state = sealing(on)
    before = due(state)
    state.append(on.seal(state, 1), on.terms.times.commit_end + 1)
    state.append(on.time_entry(on.terms.times.commit_end + 2), 0)
    assert due(state) == before


def test_one_commitment_more_or_less_is_another_set() -> None:
    """And another root: each alone would be enough."""
    on = delayed(3, min_commits=2)
    mine = draft(on, 0)
    deposits = mine.entry(), on.payment(nym_of(mine.entry()), PRICE)
    seen: set[bytes] = set()
    roots: set[bytes] = set()
    for numbers in ((0, 1), (0, 2), (0, 1, 2)):
        state = play(on.board(), on, "close", deposits).state
        for number in numbers:
            commit = on.commit(state.contributions.frozen, number)
            state.append(commit, on.terms.times.close + 10)
        state.append(on.sign(EntryType.COMMIT_END), on.terms.times.commit_end)
        seen.add(due(state).b_star)
        roots.add(due(state).head.root)
    assert len(seen) == len(roots) == 3
