"""Rounds of drand that terms name, and the ROUND entries that bring them."""

from dataclasses import replace
from typing import Any

import pytest

from fairlot.beacon.contributions import check_setup
from fairlot.beacon.rounds import Rounds, make_round
from fairlot.board.phase import Phase
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.errors import Rejection, TermsError
from fairlot.fields import Fields
from fairlot.names import SaleId
from fairlot.terms.named_round import NamedRound, read_named_round
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Scalar
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.chain import DEFAULT_CHAIN, QUICKNET, ChainInfo
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.drand import Beacon
from fairlot_crypto.timelock.scheme import CHAINED, UNCHAINED_G1_LEGACY
from kit.board import extend
from kit.sales import GROUP, clocked, stage, steps
from kit.stage import Stage
from lies_file import STRANGER

SALE = SaleId(bytes(32))
SECRET = Scalar(7)
CHAIN = ChainInfo(CHAINED, clock_key(GROUP, CHAINED, SECRET), 30, 1000, bytes(32), "c")
THIRD = NamedRound(CHAIN, 3)
DUE = 1060


def named_of(on: Stage) -> NamedRound:
    """Return the one round that the terms name."""
    (named,) = on.terms.named_rounds()
    return named


def third(previous: bytes | None = b"\x05" * 96) -> Beacon:
    """Return round 3 of a chained clock."""
    return sign_round(GROUP, CHAIN, SECRET, 3, previous)


def entry_of(beacon: Beacon, **changes: Value) -> Entry:
    """Return a stranger's ROUND entry, or one with some fields changed."""
    body = {**make_round(SALE, CHAIN, beacon, STRANGER).body, **changes}
    return sign_entry(EntryType.ROUND, SALE, body, STRANGER)


def refusal(rounds: Rounds, entry: Entry, time: int = DUE) -> str:
    """Return the code with which a ROUND entry is refused."""
    with pytest.raises(Rejection) as caught:
        rounds.take(GROUP, entry, time, Statements())
    return caught.value.code


@pytest.mark.parametrize("chain", [CHAIN, QUICKNET, DEFAULT_CHAIN])
def test_a_named_round_survives_its_map(chain: ChainInfo) -> None:
    named = NamedRound(chain, 2**64 - 1)
    value = cbor.decode(cbor.encode(named.to_value()))
    assert read_named_round(Fields(value, ("there",), ValueError)) == named


def test_a_named_round_is_due_by_the_clock_of_its_chain() -> None:
    assert NamedRound(QUICKNET, 1).due == QUICKNET.genesis_time
    assert THIRD.due == DUE
    assert THIRD.name == (CHAIN.chain_hash(), 3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scheme", "bls-bn254-unchained-on-g1"),
        ("scheme", UNCHAINED_G1_LEGACY.scheme_id),
        ("key", b""),
        ("key", bytes(47)),
        ("period", 0),
        ("period", 2**32),
        ("genesis", 2**63),
        ("seed", bytes(31)),
        ("id", ""),
        ("id", "a b"),
        ("round", 0),
    ],
)
def test_an_illegal_chain_or_round_is_refused(field: str, value: Value) -> None:
    fields = Fields({**THIRD.to_value(), field: value}, ("there",), ValueError)
    with pytest.raises(TermsError, match="there") as caught:
        read_named_round(fields)
    assert caught.value.code == "terms.round"


@pytest.mark.parametrize("name", list(THIRD.to_value()))
def test_a_map_without_a_field_or_with_one_of_another_type_names_nothing(
    name: str,
) -> None:
    value = clocked().terms.to_value()
    beacon: Any = value["beacon"]
    fewer = {key: field for key, field in beacon["drand"].items() if key != name}
    for other in (fewer, {**fewer, name: None}, {**beacon["drand"], "hash": b""}):
        changed = {**value, "beacon": {**beacon, "drand": other}}
        with pytest.raises(TermsError) as caught:
            Terms.from_value(changed)
        assert caught.value.code == "terms.field"


def with_round(named: NamedRound) -> Terms:
    """Return terms that name a round, read strictly."""
    terms = stage().terms
    changed = replace(terms, beacon=replace(terms.beacon, drand=named))
    return Terms.from_value(changed.to_value())


def test_terms_without_a_round_have_no_key_for_it() -> None:
    terms = stage().terms
    assert "drand" not in terms.beacon.to_value()
    assert terms.named_rounds() == ()


def test_the_round_moves_the_sale_id_and_survives_encoding() -> None:
    named = named_of(clocked())
    legacy = replace(named.chain, scheme=UNCHAINED_G1_LEGACY)
    terms = with_round(named)
    assert terms == clocked().terms
    assert legacy.chain_hash() == named.chain.chain_hash()
    others = (
        NamedRound(named.chain, named.round_number + 1),
        replace(named, chain=legacy),
    )
    ids = {with_round(other).sale_id for other in others}
    assert len(ids | {terms.sale_id, stage().terms.sale_id}) == 4


def test_a_round_is_due_when_nobody_can_void_any_more_and_before_unlock() -> None:
    times = stage().terms.times
    ended = times.drawn_from
    clock = replace(stage().parts.clock.chain, period=1, genesis_time=ended)
    last = times.unlock - ended
    assert NamedRound(clock, last + 1).due == times.unlock
    for number in (2, last):
        named = NamedRound(clock, number)
        assert with_round(named).beacon.drand == named
    for number in (1, last + 1, 2**64 - 1):
        with pytest.raises(TermsError) as caught:
            with_round(NamedRound(clock, number))
        assert caught.value.code == "terms.round-time"


def test_a_round_is_taken_once_it_is_due() -> None:
    rounds = Rounds((THIRD,))
    beacon = third()
    rounds.take(GROUP, entry_of(beacon), DUE, Statements())
    assert rounds.signatures == {THIRD.name: beacon.signature}


def test_a_round_of_an_unchained_clock_has_no_signature_before_it() -> None:
    on = clocked()
    assert "previous" not in on.round(named_of(on)).body
    assert "previous" in entry_of(third()).body


def test_what_the_terms_do_not_name_is_refused() -> None:
    rounds, beacon = Rounds((THIRD,)), third()
    changes: tuple[dict[str, Value], ...] = (
        {"round": 4},
        {"round": 0},
        {"round": 2**64 - 1},
        {"chain": bytes(32)},
        {"chain": QUICKNET.chain_hash()},
    )
    for change in changes:
        assert refusal(rounds, entry_of(beacon, **change)) == "round.unnamed"
    assert refusal(Rounds(), entry_of(beacon)) == "round.unnamed"
    assert not rounds.signatures


def test_rules_are_judged_in_their_order() -> None:
    rounds, entry = Rounds((THIRD,)), entry_of(third())
    forged = entry_of(third(), signature=bytes(96))
    assert refusal(rounds, forged, DUE - 1) == "round.early"
    assert refusal(rounds, entry, DUE - 1) == "round.early"
    assert refusal(rounds, forged) == "round.signature"
    rounds.take(GROUP, entry, DUE, Statements())
    assert refusal(rounds, forged, DUE - 1) == "round.twice"
    assert refusal(rounds, entry_of(third(b"\x06" * 96))) == "round.twice"


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": b""},
        {"signature": bytes(96)},
        {"signature": b"\xc0" + bytes(95)},
        {"previous": b"\x06" * 96},
        {"previous": b""},
    ],
)
def test_what_the_chain_did_not_sign_is_refused(changes: dict[str, Value]) -> None:
    rounds = Rounds((THIRD,))
    assert refusal(rounds, entry_of(third(), **changes)) == "round.signature"
    assert not rounds.signatures


def test_a_chained_round_needs_the_signature_before_it() -> None:
    body = {k: v for k, v in entry_of(third()).body.items() if k != "previous"}
    entry = sign_entry(EntryType.ROUND, SALE, body, STRANGER)
    assert refusal(Rounds((THIRD,)), entry) == "round.signature"


@pytest.mark.parametrize(
    "changes",
    [
        {"chain": bytes(31)},
        {"chain": "quicknet"},
        {"round": -1},
        {"round": True},
        {"signature": None},
        {"previous": None},
        {"randomness": bytes(32)},
    ],
)
def test_a_body_of_another_form_is_refused(changes: dict[str, Any]) -> None:
    signature, chain = bytes(96), CHAIN.chain_hash()
    body: dict[str, Value] = {"chain": chain, "round": 3, "signature": signature}
    entry = sign_entry(EntryType.ROUND, SALE, {**body, **changes}, STRANGER)
    assert refusal(Rounds((THIRD,)), entry) == "entry.field"


def test_an_absent_signature_is_not_remembered_as_an_empty_one() -> None:
    on, statements = clocked(), Statements()
    named = named_of(on)
    entry = on.round(named)
    Rounds((named,)).take(GROUP, entry, named.due, statements)
    padded = sign_entry(
        EntryType.ROUND, entry.scope, {**entry.body, "previous": b""}, STRANGER
    )
    with pytest.raises(Rejection, match=r"round\.signature"):
        Rounds((named,)).take(GROUP, padded, named.due, statements)


def test_a_remembered_round_is_one_of_its_whole_chain() -> None:
    on, statements = clocked(), Statements()
    named = named_of(on)
    entry = on.round(named)
    Rounds((named,)).take(GROUP, entry, named.due, statements)
    legacy = replace(named, chain=replace(named.chain, scheme=UNCHAINED_G1_LEGACY))
    assert legacy.name == named.name
    with pytest.raises(Rejection, match=r"round\.signature"):
        Rounds((legacy,)).take(GROUP, entry, named.due, statements)


def test_a_real_sale_names_a_chain_that_many_run() -> None:
    named = named_of(clocked())
    terms = replace(clocked().terms, rehearsal=False)
    mirrored = replace(QUICKNET, scheme=UNCHAINED_G1_LEGACY)
    assert mirrored.chain_hash() == QUICKNET.chain_hash()
    for chain in (named.chain, mirrored):
        with pytest.raises(Rejection, match=r"round\.chain"):
            check_setup(_on_chain(terms, chain), Statements())
    for chain in (QUICKNET, DEFAULT_CHAIN):
        check_setup(_on_chain(terms, chain), Statements())
    check_setup(clocked().terms, Statements())


def _on_chain(terms: Terms, chain: ChainInfo) -> Terms:
    return replace(terms, beacon=replace(terms.beacon, drand=NamedRound(chain, 1)))


def state_before(step: str, on: Stage) -> SaleState:
    """Return the state before a step of a sale that waits for a round."""
    state = on.state()
    for each in steps(on):
        if each.name == step:
            return state
        extend(on, state, each.time, each.make(state))
    raise AssertionError(step)


def test_a_draw_waits_for_the_round() -> None:
    on = clocked()
    state = state_before("round", on)
    with pytest.raises(Rejection, match=r"result\.round"):
        state.result()
    named = named_of(on)
    entry = on.round(named)
    state.append(entry, named.due)
    draw, _, _ = state.result()
    made = state.contributions
    signature = entry.body["signature"]
    assert isinstance(signature, bytes)
    expected = bicorn.seed(
        on.terms.sale_id,
        made.frozen.root,
        made.frozen.size,
        draw.b_star,
        RSA_2048,
        RSA_2048.decode(draw.omega),
        signature,
    )
    assert draw.seed == expected


def test_omega_does_not_depend_on_the_round() -> None:
    on = clocked()
    state = state_before("result", on)
    draw, _, _ = state.result()
    made = state.contributions
    made.beacon = replace(made.beacon, drand=None)
    without = made.draw(on.terms.sale_id)
    assert (without.omega, without.b_star) == (draw.omega, draw.b_star)
    assert without.seed != draw.seed


def test_a_withheld_opening_is_told_before_a_missing_round() -> None:
    on = clocked()
    state = state_before("reveals", on)
    assert state.contributions.withheld
    with pytest.raises(Rejection, match=r"result\.withheld"):
        state.contributions.draw(on.terms.sale_id)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("terms", "phase.no-terms"),
        ("open", "phase.wrong"),
        ("deposits", "phase.wrong"),
        ("close", "phase.wrong"),
        ("commits", "phase.wrong"),
        ("seals", "phase.wrong"),
        ("sealed", "phase.wrong"),
        ("reveals", None),
        ("round", None),
    ],
)
def test_a_round_is_legal_from_sealed_to_result(step: str, code: str | None) -> None:
    on = clocked()
    named = named_of(on)
    assert _code(state_before(step, on), on.round(named), named.due) == code


def test_a_round_is_not_legal_once_the_sale_has_ended() -> None:
    on = clocked()
    named = named_of(on)
    state = state_before("result", on)
    state.append(on.result(state), named.due)
    assert state.phase is Phase.LOCKED
    by_another = sign_entry(
        EntryType.ROUND, on.terms.sale_id, on.round(named).body, STRANGER
    )
    assert _code(state, by_another, named.due) == "phase.wrong"


def _code(state: SaleState, entry: Entry, time: int) -> str | None:
    try:
        state.append(entry, time)
    except Rejection as error:
        return error.code
    return None
