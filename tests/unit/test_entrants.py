"""Who takes part and asks what, once the round that opens bids is on the board."""

from dataclasses import replace

import pytest

from fairlot.allocation.entering import Entrant
from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.board.phase import Phase
from fairlot.board.sale import SaleState
from fairlot.deposit.sealed_bid import BID_LENGTH, open_bid, seal_bid
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.names import group_id
from fairlot.terms.named_round import NamedRound
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError, EncodingError
from fairlot_crypto.timelock.chain import DEFAULT_CHAIN
from fairlot_crypto.timelock.sealed import open_sealed
from kit.gala import ANN, ANSWER, BOB, CAT, WISH, attended, gala, nyms, says, together
from kit.sales import GROUP, nym_of, play, source
from kit.stage import STATEMENTS

BIDS = replace(WISH, bid=250, answers=(ANSWER,), tier="silver", amount=1_000)


def the_round() -> NamedRound:
    (named,) = gala().terms.named_rounds()
    return named


def signature() -> bytes:
    return gala().parts.clock.sign(GROUP, the_round().round_number).signature


def paid(*entries: Entry) -> list[Entry]:
    """Return deposits and their payments."""
    payments = [gala().payment(nym_of(entry), 1_000) for entry in entries]
    return [*entries, *payments]


def after(step: str, *entries: Entry) -> SaleState:
    return play(gala().board(), gala(), step, entries).state


def test_bids_are_not_open_before_their_round() -> None:
    for entries in ([], paid(says(ANN, BIDS)), paid(says(BOB, WISH))):
        state = after("reveal-end", *entries)
        for ask in (state.entrants, state.result):
            with pytest.raises(Rejection) as caught:
                ask()
            assert caught.value.code == "result.round"


def test_a_result_without_the_round_is_refused() -> None:
    state = after("reveal-end", *paid(says(ANN, BIDS)))
    body: dict[str, Value] = {
        **state.contributions.draw(state.sale_id).to_value(),
        "outcome": bytes(32),
    }
    time = gala().terms.times.unlock
    with pytest.raises(Rejection) as caught:
        state.apply(gala().sign(EntryType.RESULT, body), time)
    assert caught.value.code == "result.round"
    state.apply(gala().round(the_round()), time)
    state.apply(gala().result(state), time)
    assert state.phase is Phase.LOCKED


def test_each_entrant_asks_what_its_final_deposit_says() -> None:
    pair = replace(together(BOB, CAT), bid=None)
    entries = paid(says(ANN, BIDS), says(BOB, pair), says(CAT, pair))
    found = {e.nym: e for e in after("round", *entries).entrants()}
    ann, bob, cat = nyms(ANN, BOB, CAT)
    gid = group_id(gala().terms.sale_id, [bob, cat])
    attributes = (("cohort", "2028"), ("region", ""))
    assert found[ann] == Entrant(
        ann,
        1,
        1_000,
        bid=250,
        tier="silver",
        attributes=(("cohort", "2029"), ("region", "north")),
        solved=frozenset({"solvers"}),
    )
    assert found[bob] == Entrant(bob, 1, 300, group=gid, attributes=attributes)
    nothing = (("cohort", ""), ("region", ""))
    assert found[cat] == Entrant(cat, 1, 300, group=gid, attributes=nothing)
    assert len(found) == 3


def test_who_cancelled_or_did_not_pay_does_not_take_part() -> None:
    unpaid = says(BOB, BIDS)
    cancel = says(ANN, replace(WISH, seq=1, wants=0, amount=0), EntryType.CANCEL)
    state = after("round", *paid(says(ANN, BIDS)), cancel, unpaid)
    assert state.entrants() == ()


@pytest.mark.parametrize(
    ("code", "position"),
    [
        ("tlock.length", None),
        ("tlock.point", 0),
        ("tlock.ciphertext", 100),
        ("tlock.authentication", 152),
    ],
)
def test_what_cannot_be_opened_is_no_bid(code: str, position: int | None) -> None:
    named, sale_id, (nym,) = the_round(), gala().terms.sale_id, nyms(ANN)
    sealed = bytearray(seal_bid(GROUP, named, sale_id, nym, 250, source("bid")))
    if position is None:
        sealed.append(0)
    else:
        sealed[position] ^= 1
    context, number = sale_id + nym, named.round_number
    with pytest.raises(CryptoError) as caught:
        open_sealed(
            GROUP, named.chain, number, bytes(sealed), context, signature(), BID_LENGTH
        )
    assert caught.value.code == code
    assert open_bid(GROUP, named, sale_id, nym, bytes(sealed), signature()) is None


@pytest.mark.parametrize(
    ("code", "named", "signed"),
    [
        ("drand.signature-point", the_round(), bytes(48)),
        ("drand.signature-point", the_round(), b"\xc0" + bytes(47)),
        ("drand.signature-point", the_round(), signature() + b"\0"),
        ("tlock.scheme", NamedRound(DEFAULT_CHAIN, 1), signature()),
    ],
)
def test_a_fault_of_the_caller_does_not_void_anybodys_bid(
    code: str, named: NamedRound, signed: bytes
) -> None:
    sale_id, (nym,) = gala().terms.sale_id, nyms(ANN)
    sealed = seal_bid(GROUP, the_round(), sale_id, nym, 250, source("bid"))
    with pytest.raises(EncodingError) as caught:
        open_bid(GROUP, named, sale_id, nym, sealed, signed)
    assert caught.value.code == code


def test_a_report_says_who_could_read_the_bids_beforehand() -> None:
    report = audit(attended(), GROUP, Expected(rehearsal=True), STATEMENTS)
    assert report.holds, report.findings
    (notice,) = (notice for notice in report.notices if "clock" in notice)
    assert "could read all bids" in notice
