"""What thieves, copiers and second-comers may try with deposits and payments."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from curve import IDENTITY, off_curve, off_subgroup, unreduced
from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.board.sale import SaleState
from fairlot.deposit.deposit import read_deposit
from fairlot.entry import Entry, EntryType, read_entry, sign_entry
from fairlot.errors import Rejection
from fairlot.identity.registry import EPOCH_SECONDS
from fairlot.names import Nym, nym_context
from fairlot_crypto import cbor
from fairlot_crypto.bbs import profile
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Scalar
from fairlot_crypto.hashing import GROUP_ORDER
from kit.lying_board import LyingBoard, play_with
from kit.sales import (
    DEPOSIT_TIME,
    GROUP,
    PRICE,
    Draft,
    cancel,
    deposit,
    draft,
    nym_of,
    play,
    renewed,
    stage,
)
from kit.stage import EPOCH, STATEMENTS, Stage
from lies_file import STRANGER
from lies_people import as_map, changed, copied

SWAPS: Mapping[str, tuple[Value, str]] = {
    "type": ("CANCEL", "entry.field"),
    "sale_id": (bytes(32), "deposit.sale"),
    "seq": (1, "deposit.presentation"),
    "amount": (PRICE - 1, "deposit.presentation"),
    "asset": ("a yacht", "deposit.asset"),
    "settle_pk": (STRANGER.public, "deposit.settle-key"),
    "enc_pk": (STRANGER.public, "deposit.presentation"),
    "refund_to": (bytes(32), "deposit.presentation"),
    "group": (bytes(32), "deposit.group"),
    "order": ({"wants": 2}, "deposit.presentation"),
    "salt": (bytes(32), "deposit.presentation"),
    "board": (STRANGER.public, "deposit.board"),
    "not_after": (2**40, "deposit.presentation"),
}
"""Field of ph to another value, and the rule that this breaks."""


@pytest.fixture
def opened(concert: Stage) -> SaleState:
    """The sale, open, without a deposit."""
    return play(concert.board(), concert, until="open").state


def refusal(state: SaleState, entry: Entry, time: int = DEPOSIT_TIME) -> str:
    before = dict(state.positions.by_nym)
    with pytest.raises(Rejection) as caught:
        state.apply(entry, time)
    assert state.positions.by_nym == before
    return caught.value.code


def applied(on: Stage, entries: Sequence[Entry]) -> SaleState:
    state = play(on.board(), on, until="open").state
    for entry in entries:
        state.apply(entry, DEPOSIT_TIME)
    return state


def body_of(entry: Entry) -> dict[str, Value]:
    return dict(entry.body)


# Pitfalls 26 and 29: every field is bound.


def test_the_table_of_swaps_names_every_field(concert: Stage) -> None:
    assert set(SWAPS) == set(draft(concert).binding.to_value())


@pytest.mark.parametrize("field", SWAPS)
def test_no_field_of_ph_can_be_swapped_even_with_the_settlement_key(
    concert: Stage, opened: SaleState, field: str
) -> None:
    made = draft(concert)
    new, code = SWAPS[field]
    body = as_map(changed(body_of(made.entry()), f"ph.{field}", new))
    assert refusal(opened, made.sign(body)) == code
    opened.apply(made.entry(), DEPOSIT_TIME)


@pytest.mark.parametrize("field", SWAPS)
def test_no_field_of_ph_can_be_left_out(
    concert: Stage, opened: SaleState, field: str
) -> None:
    made = draft(concert)
    body = body_of(made.entry())
    body["ph"] = {k: v for k, v in as_map(body["ph"]).items() if k != field}
    assert refusal(opened, made.sign(body)) == "entry.field"


def test_a_field_that_ph_does_not_know_is_refused(
    concert: Stage, opened: SaleState
) -> None:
    made = draft(concert)
    body = changed(body_of(made.entry()), "ph.memo", "hello")
    assert refusal(opened, made.sign(as_map(body))) == "entry.field"


@pytest.mark.parametrize(
    ("field", "new", "code"),
    [
        ("nym", None, "deposit.presentation"),
        ("proof", None, "deposit.presentation"),
        ("epoch", EPOCH + 1, "deposit.epoch"),
        ("epoch", EPOCH - 2, "deposit.epoch"),
        ("epoch", 2**64 - 1, "deposit.epoch"),
        ("disclosed", {"region": "north"}, "deposit.disclosed"),
        ("memo", "hello", "entry.field"),
    ],
)
def test_no_field_of_the_body_can_be_swapped(
    concert: Stage, opened: SaleState, field: str, new: Value, code: str
) -> None:
    """Where no value is given the other person's is put in."""
    made = draft(concert)
    value = deposit(concert, 1).body[field] if new is None else new
    body = {**body_of(made.entry()), field: value}
    assert refusal(opened, made.sign(body)) == code


def test_a_credential_of_yesterday_does_not_pass_for_one_of_today(
    concert: Stage, opened: SaleState
) -> None:
    """The sale opens at midnight: the last epoch is still accepted, as itself only."""
    made = draft(concert)
    body = {**body_of(made.entry()), "epoch": EPOCH - 1}
    assert refusal(opened, made.sign(body)) == "deposit.presentation"


@pytest.mark.parametrize("field", ["v", "type", "sale", "role", "key", "sig", "body"])
def test_no_field_of_the_entry_can_be_swapped(
    concert: Stage, opened: SaleState, field: str
) -> None:
    mine = as_map(cbor.decode(deposit(concert, 0).encoded))
    other = as_map(cbor.decode(concert.payment(Nym(bytes(48)), 1).encoded))
    new: Mapping[str, Value] = {**other, "v": 2, "sale": bytes(32)}
    value = {**mine, field: new[field]}
    with pytest.raises(Rejection) as caught:
        opened.apply(read_entry(value, cbor.encode(value)), DEPOSIT_TIME)
    assert caught.value.code in {"entry.field", "entry.signature"}


def test_the_proof_is_bound_byte_by_byte(concert: Stage, opened: SaleState) -> None:
    made = draft(concert)
    body = body_of(made.entry())
    proof = read_deposit(made.entry()).proof
    for position in range(0, len(proof), 9):
        changed_byte = bytes([proof[position] ^ 1 << position % 8])
        forged = proof[:position] + changed_byte + proof[position + 1 :]
        entry = made.sign({**body, "proof": forged})
        assert refusal(opened, entry) == "deposit.presentation"


# Pitfall 29: replay.


@pytest.fixture(scope="session")
def rerun(concert: Stage) -> Stage:
    """Another sale to the same registry."""
    return concert.with_terms(replace(concert.terms, title="Second concert"))


def test_a_deposit_cannot_be_replayed_in_another_sale(
    concert: Stage, rerun: Stage
) -> None:
    other = play(rerun.board(), rerun, until="open").state
    assert refusal(other, deposit(concert, 0)) == "entry.scope"


def test_a_deposit_cannot_be_rewritten_for_another_sale(
    concert: Stage, rerun: Stage
) -> None:
    """Not even by its own settlement key: nym and proof are of the first sale."""
    other = play(rerun.board(), rerun, until="open").state
    made = draft(concert)
    body = changed(body_of(made.entry()), "ph.sale_id", rerun.terms.sale_id)
    moved = replace(made, on=rerun).sign(as_map(body))
    assert refusal(other, moved) == "deposit.presentation"


def test_the_same_entry_is_taken_once(concert: Stage, opened: SaleState) -> None:
    opened.apply(deposit(concert, 0), DEPOSIT_TIME)
    assert refusal(opened, deposit(concert, 0)) == "entry.duplicate"


# Pitfall 43: copies.


def test_nobody_deposits_with_another_persons_proof(
    concert: Stage, opened: SaleState
) -> None:
    victim = deposit(concert, 0)
    assert refusal(opened, copied(concert, victim)) == "deposit.presentation"


def test_nobody_signs_for_anothers_keys(concert: Stage, opened: SaleState) -> None:
    victim = deposit(concert, 0)
    stolen = sign_entry(victim.type, victim.scope, victim.body, STRANGER)
    assert refusal(opened, stolen) == "deposit.settle-key"


def test_nobody_borrows_another_persons_nym(concert: Stage, opened: SaleState) -> None:
    made = draft(concert, 1)
    body = {**body_of(made.entry()), "nym": nym_of(deposit(concert, 0))}
    assert refusal(opened, made.sign(body)) == "deposit.presentation"


# Pitfalls 22 and 23: one nym, one encoding.


def _bad_points(point: bytes) -> list[bytes]:
    negated = bytes([point[0] ^ 0x20]) + point[1:]
    uncompressed = bytes([point[0] & 0x7F]) + point[1:]
    infinite = bytes([point[0] | 0x40]) + point[1:]
    made = [IDENTITY, off_curve(), off_subgroup(), negated, uncompressed, infinite]
    longer = unreduced(point)
    return made if longer is None else [*made, longer]


def test_no_other_encoding_of_the_nym_is_taken(
    concert: Stage, opened: SaleState
) -> None:
    made = draft(concert)
    body = body_of(made.entry())
    for point in _bad_points(nym_of(made.entry())):
        entry = made.sign({**body, "nym": point})
        assert refusal(opened, entry) == "deposit.presentation"
    for length in (0, 47, 49, 96):
        entry = made.sign({**body, "nym": bytes(length)})
        assert refusal(opened, entry) == "entry.field"


def test_no_other_encoding_of_the_proof_is_taken(
    concert: Stage, opened: SaleState
) -> None:
    made = draft(concert)
    body = body_of(made.entry())
    proof = read_deposit(made.entry()).proof
    last = int.from_bytes(proof[-32:], "big") + GROUP_ORDER
    tails = [proof + b"\0", proof[:-1], proof[:-32], b""]
    if last < 2**256:
        tails.append(proof[:-32] + last.to_bytes(32, "big"))
    heads = [point + proof[48:] for point in _bad_points(proof[:48])]
    for forged in (*tails, *heads):
        entry = made.sign({**body, "proof": forged})
        assert refusal(opened, entry) == "deposit.presentation"


# Pitfalls 14, 16 and 30: one person, one deposit.


def _race(on: Stage) -> list[Entry]:
    return [
        deposit(on, 0),
        deposit(on, 0, label="again"),
        deposit(on, 0, 1),
        cancel(on, 0, 1),
        deposit(on, 1),
    ]


@pytest.mark.slow
def test_the_final_entry_does_not_depend_on_the_order_of_arrival(
    concert: Stage,
) -> None:
    race = _race(concert)
    mine = [read_deposit(entry) for entry in race[:-1]]
    greatest = max(mine, key=lambda d: (d.epoch, d.binding.seq, bytes(d.entry_hash)))
    for order in permutations(race):
        state = applied(concert, order)
        assert len(state.positions.by_nym) == 2
        final = state.positions.by_nym[greatest.nym].final
        assert final.entry_hash == greatest.entry_hash


def test_of_two_deposits_only_one_counts(concert: Stage) -> None:
    """However much is paid, a person is one entrant with one order."""
    first, second = deposit(concert, 0), deposit(concert, 0, 1)
    nym = nym_of(first)
    payments = [concert.payment(nym, PRICE, str(i)) for i in range(2)]
    state = applied(concert, [first, second, *payments])
    assert [e.nym for e in state.entrants()] == [nym]
    assert [f.paid for f in state.fundings()] == [2 * PRICE]


def test_a_renewed_credential_gives_the_same_nym(concert: Stage) -> None:
    tomorrow = draft(concert)
    renewal = replace(
        tomorrow, epoch=EPOCH + 1, credential=renewed(concert, 0, EPOCH + 1)
    )
    assert nym_of(renewal.entry()) == nym_of(deposit(concert, 0))


def test_a_later_epoch_replaces_whatever_the_sequence_number() -> None:
    """A sale over midnight: the newer credential acts, as after a recovery it must."""
    on = _over_midnight()
    state = play(on.board(), on, until="open").state
    state.apply(draft(on, seq=9).entry(), DEPOSIT_TIME)
    renewal = replace(
        draft(on), epoch=EPOCH + 1, credential=renewed(on, 0, EPOCH + 1)
    ).entry()
    state.apply(renewal, DEPOSIT_TIME + EPOCH_SECONDS)
    assert [p.final.epoch for p in state.positions.by_nym.values()] == [EPOCH + 1]
    late = draft(on, seq=10, label="thief").entry()
    assert refusal(state, late, DEPOSIT_TIME + EPOCH_SECONDS + 3_600) == "deposit.epoch"


def _over_midnight() -> Stage:
    base = stage()
    day = 2 * EPOCH_SECONDS
    times = base.terms.times
    later = replace(times.later(day), open=times.open)
    return base.with_terms(replace(base.terms, times=later))


# Pitfall 15: the holder chooses nothing.


def test_a_credential_does_not_carry_other_nym_secrets(
    concert: Stage, opened: SaleState
) -> None:
    made = draft(concert)
    secrets = tuple(Scalar(s + 1) for s in made.credential.nym_secrets)
    forged = replace(made, credential=replace(made.credential, nym_secrets=secrets))
    assert nym_of(forged.entry()) != nym_of(made.entry())
    assert refusal(opened, forged.entry()) == "deposit.presentation"


def test_a_nym_is_what_the_secrets_of_the_leaf_determine(concert: Stage) -> None:
    ctx = nym_context(concert.terms.sale_id)
    for number, member in enumerate(concert.members):
        point = profile.nym(GROUP, ctx, member.identity.nym_secrets)
        assert nym_of(deposit(concert, number)) == point.to_bytes()


# Pitfall 21: nothing beside the credential tells people apart.


def test_deposits_of_all_people_look_alike(concert: Stage) -> None:
    shapes = {_shape(deposit(concert, number).body) for number in range(2)}
    lengths = {len(deposit(concert, number).encoded) for number in range(2)}
    assert len(shapes) == len(lengths) == 1


def _shape(value: Value) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{k}:{_shape(v)}" for k, v in value.items()) + "}"
    return f"{len(value)} bytes" if isinstance(value, bytes) else repr(value)


# Pitfall 35: no free option.


def test_nothing_can_be_placed_cancelled_or_paid_after_close(concert: Stage) -> None:
    state = play(concert.board(), concert, until="close").state
    time = concert.terms.times.close
    for entry in (
        deposit(concert, 0, 1),
        cancel(concert, 0),
        concert.payment(nym_of(deposit(concert, 0)), PRICE, "late"),
    ):
        assert refusal(state, entry, time) == "phase.wrong"


def test_a_cancelled_deposit_takes_no_part_and_gets_its_money_back(
    concert: Stage,
) -> None:
    first = deposit(concert, 0)
    paid = concert.payment(nym_of(first), PRICE)
    state = applied(concert, [first, paid, cancel(concert, 0)])
    assert state.entrants() == ()
    assert [(f.paid, f.final) for f in state.fundings()] == [(PRICE, False)]


def test_a_cancellation_stays_whatever_comes_late(concert: Stage) -> None:
    late = deposit(concert, 0)
    state = applied(concert, [cancel(concert, 0), late])
    position = state.positions.by_nym[nym_of(late)]
    assert position.final.binding.type is EntryType.CANCEL


def test_after_a_cancellation_a_new_deposit_counts(concert: Stage) -> None:
    first = deposit(concert, 0)
    paid = concert.payment(nym_of(first), PRICE)
    entries = [first, paid, cancel(concert, 0), deposit(concert, 0, 2)]
    assert len(applied(concert, entries).entrants()) == 1


@pytest.mark.parametrize("field", ["amount", "wants"])
def test_a_cancellation_wants_and_pays_nothing(
    concert: Stage, opened: SaleState, field: str
) -> None:
    made = draft(concert)
    kept = {"amount": made.binding.amount, "wants": made.binding.wants}
    kept[{"amount": "wants", "wants": "amount"}[field]] = 0
    binding = replace(
        made.binding,
        type=EntryType.CANCEL,
        amount=kept["amount"],
        wants=kept["wants"],
    )
    assert refusal(opened, replace(made, binding=binding).entry()) == "deposit.cancel"


# Payments.


def test_money_for_a_deposit_that_is_not_there_is_refused(
    concert: Stage, opened: SaleState
) -> None:
    payment = concert.payment(nym_of(deposit(concert, 0)), PRICE)
    assert refusal(opened, payment) == "paid.unknown-nym"


def test_a_reference_is_booked_once(concert: Stage) -> None:
    first = deposit(concert, 0)
    payment = concert.payment(nym_of(first), PRICE)
    state = applied(concert, [first, payment])
    assert refusal(state, payment) == "entry.duplicate"
    again = sign_entry(
        EntryType.PAID,
        concert.terms.sale_id,
        {**payment.body, "amount": 1},
        concert.parts.escrow,
    )
    assert refusal(state, again) == "paid.ref"


def test_a_payment_of_nothing_is_none(concert: Stage) -> None:
    first = deposit(concert, 0)
    state = applied(concert, [first])
    paid = concert.payment(nym_of(first), 1)
    body = {**paid.body, "amount": 0}
    scope = concert.terms.sale_id
    nothing = sign_entry(EntryType.PAID, scope, body, concert.parts.escrow)
    assert refusal(state, nothing) == "entry.field"


def test_payments_stay_below_64_bits(concert: Stage) -> None:
    first = deposit(concert, 0)
    nym = nym_of(first)
    state = applied(concert, [first, concert.payment(nym, 2**64 - 2)])
    assert refusal(state, concert.payment(nym, 2, "more")) == "paid.total"
    state.apply(concert.payment(nym, 1, "the last"), DEPOSIT_TIME)
    assert [f.paid for f in state.fundings()] == [2**64 - 1]


@pytest.mark.parametrize(
    ("payments", "counts"),
    [
        ((), False),
        ((PRICE - 1,), False),
        ((PRICE - 1, 1), True),
        ((PRICE,), True),
        ((PRICE + 1,), True),
    ],
)
def test_a_deposit_counts_once_all_of_it_is_paid(
    concert: Stage, payments: tuple[int, ...], counts: bool
) -> None:
    first = deposit(concert, 0)
    nym = nym_of(first)
    paid = [concert.payment(nym, amount, str(i)) for i, amount in enumerate(payments)]
    state = applied(concert, [first, *paid])
    assert (len(state.entrants()) == 1) is counts
    assert [f.paid for f in state.fundings()] == [sum(payments)]


def test_a_larger_deposit_needs_the_rest_of_its_money(concert: Stage) -> None:
    first, larger = deposit(concert, 0), deposit(concert, 0, 1, amount=2 * PRICE)
    nym = nym_of(first)
    state = applied(concert, [first, concert.payment(nym, PRICE), larger])
    assert state.entrants() == ()
    state.apply(concert.payment(nym, PRICE, "the rest"), DEPOSIT_TIME)
    assert [e.amount for e in state.entrants()] == [2 * PRICE]


@pytest.mark.parametrize("paid_at", [1, 2])
def test_refunds_go_where_the_first_entry_says(concert: Stage, paid_at: int) -> None:
    """A thief who replaces a deposit, paid or not yet, does not get its money."""
    mine, thiefs = deposit(concert, 0), deposit(concert, 0, 1)
    entries = [mine, thiefs]
    entries.insert(paid_at, concert.payment(nym_of(mine), PRICE))
    state = applied(concert, entries)
    assert [f.refund_to for f in state.fundings()] == [_refund_to(mine)]
    more = concert.payment(nym_of(mine), PRICE, "more")
    state.apply(more, DEPOSIT_TIME)
    assert [f.refund_to for f in state.fundings()] == [_refund_to(mine)]


def _refund_to(entry: Entry) -> bytes:
    return read_deposit(entry).binding.refund_to


# Pitfalls 37 and 42: what the board and the issuers may try.


def test_a_refused_deposit_gets_a_receipt_with_the_reason(concert: Stage) -> None:
    board = play(concert.board(), concert, until="open")
    bad, good = copied(concert, deposit(concert, 0)), deposit(concert, 1)
    refused, taken = board.append([bad, good], DEPOSIT_TIME)
    assert refused.refusal is not None
    assert (refused.refusal.code, refused.index) == ("deposit.presentation", None)
    assert refused.entry_hash == bad.hash
    assert (taken.refusal, taken.index) == (None, board.state.tree.size - 1)


def test_the_auditor_judges_a_refused_deposit_as_the_board_did(
    concert: Stage,
) -> None:
    bad = copied(concert, deposit(concert, 0))

    def post(board: LyingBoard, time: int) -> None:
        board.batch(time, bad)

    data = play_with(concert, before={"close": post})
    findings = audit(data, GROUP, Expected(rehearsal=True), STATEMENTS).findings
    assert [f.code for f in findings] == ["deposit.presentation"]


def test_an_issuer_cannot_register_a_person_twice(concert: Stage) -> None:
    """Every credential of a leaf has one nym, and a leaf's commitment is unique."""
    state, identity = concert.registered().registry, concert.members[0].identity
    second = concert.leaf_entry(identity, {"index": 2, "version": 2})
    with pytest.raises(Rejection) as caught:
        state.append(second, DEPOSIT_TIME)
    assert caught.value.code == "leaf.repeated"


def test_two_proofs_of_one_deposit_differ(concert: Stage) -> None:
    """Same nym, nothing else in common: no blinding is used twice."""
    first = read_deposit(deposit(concert, 0))
    second = read_deposit(deposit(concert, 0, label="again"))
    assert first.nym == second.nym
    pieces = [
        {d.proof[i : i + 16] for i in range(0, len(d.proof), 16)}
        for d in (first, second)
    ]
    assert not pieces[0] & pieces[1]


def test_a_draft_is_a_good_deposit(concert: Stage, opened: SaleState) -> None:
    """Otherwise the refusals above would say nothing."""
    made: Draft = draft(concert)
    opened.apply(made.entry(), DEPOSIT_TIME)
    assert len(opened.positions.by_nym) == 1
