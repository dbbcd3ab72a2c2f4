"""Refunds that wait for the position, and who would like to have them.

The folds of both logs and all credentials are the real ones.
"""

from dataclasses import replace
from itertools import permutations

import pytest

from fairlot.allocation.settlement import LedgerLine
from fairlot.board.phase import Phase
from fairlot.claim.claim import read_claim
from fairlot.claim.control import Epochs, refunded, released
from fairlot.claim.make import MadeClaim
from fairlot.identity.registry import DAY
from fairlot.names import Nym
from fairlot.terms.terms import REFUND_AT_ONCE, REFUND_WITH_POSITION
from kit.sales import PRICE, deposit
from kit.world import UNLOCK, World, code


@pytest.fixture(params=[(1, 0), (4, 1)], ids=["one issuer", "four issuers"])
def at(request: pytest.FixtureRequest) -> World:
    return World(request.param, refund=REFUND_WITH_POSITION)


def enter(at: World) -> Nym:
    """Let Ann and Bob deposit, pay, and Ann cancel; return her nym."""
    nyms = [at.deposit(at.devices[who]).nym for who in ("ann", "bob")]
    for nym in nyms:
        at.pay(nym)
    at.cancel(at.devices["ann"], seq=1)
    return nyms[0]


def complete(at: World) -> None:
    """Wait until no claim of the running epoch can come any more."""
    ends = (at.epoch + 1) * at.on.registry.epoch + at.on.registry.grace
    at.wait(ends - at.clock)


def home(made: MadeClaim) -> bytes:
    """Return the destination that a claim names."""
    return read_claim(made.entry).binding.refund_to


def conserved(at: World) -> None:
    """What was paid is with the seller, paid back, or held."""
    lines = at.state.ledger
    paid = sum(each.paid for each in at.state.fundings())
    back = sum(line.refund for line in lines if line.refund_to is not None)
    held = sum(line.held for line in lines)
    assert paid == sum(line.payment for line in lines) + back + held


def waits(at: World, nym: Nym) -> None:
    line = at.refund(nym)
    assert (line.refund, line.held, line.refund_to) == (PRICE, PRICE, None)
    conserved(at)


def goes_to(at: World, nym: Nym, made: MadeClaim) -> LedgerLine:
    line = at.refund(nym)
    assert (line.refund, line.held, line.refund_to) == (PRICE, 0, home(made))
    conserved(at)
    return line


@pytest.mark.thorough
def test_a_thief_s_claim_takes_no_refund_where_the_person_claims_later(
    at: World,
) -> None:
    """The thief claims with the greatest seq, up to the last second before the unlock."""
    nym, stolen = enter(at), at.devices["ann"]
    at.draw()
    at.claim(stolen, "thief", seq=99)
    at.clock = UNLOCK - DAY
    credential = at.credential(stolen)
    at.claim(stolen, "thief at the end", seq=99, credential=credential)
    at.unlock()
    at.wait(5 * DAY)
    waits(at, nym)
    own = at.claim(at.recovered("ann", "ann 2"), "ann")
    waits(at, nym)
    complete(at)
    line = goes_to(at, nym, own)
    # It was computed when nobody had claimed.
    assert line in at.state.result()[2]


@pytest.mark.thorough
def test_a_thief_who_deposits_first_gets_no_refund(at: World) -> None:
    """Where refunds go at once, they go where the first entry says: here to the thief."""
    stolen = at.devices["ann"]
    nym = at.deposit(stolen, seq=7).nym
    thief = at.state.positions.by_nym[nym].refund_to
    again = at.recovered("ann", "ann 2")
    at.deposit(again)
    at.pay(nym)
    at.cancel(again, seq=1)
    at.pay(at.deposit(at.devices["bob"]).nym)
    at.draw()
    at.unlock()
    waits(at, nym)
    own = at.claim(again, "ann")
    complete(at)
    assert goes_to(at, nym, own).refund_to != thief


@pytest.mark.thorough
def test_two_claims_of_one_epoch_hold_the_refund(at: World) -> None:
    """Holder and thief had both a credential: the next epoch decides."""
    nym, stolen = enter(at), at.devices["ann"]
    at.draw()
    at.unlock()
    credential = at.credential(stolen)
    at.claim(stolen, "ann", credential=credential)
    at.claim(stolen, "thief", seq=99, credential=credential)
    holder = at.recover("ann", "ann 2")
    complete(at)
    waits(at, nym)
    at.wait(at.on.registry.recovery.cooling)
    own = at.claim(at.switch("ann", holder), "ann again")
    complete(at)
    goes_to(at, nym, own)


@pytest.mark.thorough
def test_no_refund_has_a_destination_before_the_release(at: World) -> None:
    """Neither at the result, nor at the unlock, nor while claims of the epoch can come."""
    nym = enter(at)
    at.draw()
    waits(at, nym)
    early = at.claim(at.devices["ann"], "early")
    assert at.refund(nym).refund_to != home(early)
    at.unlock()
    waits(at, nym)
    own = at.claim(at.devices["ann"], "ann")
    ends = (at.epoch + 1) * at.on.registry.epoch + at.on.registry.grace
    at.wait(ends - at.clock - 1)
    waits(at, nym)
    at.wait(1)
    goes_to(at, nym, own)


@pytest.mark.thorough
def test_a_refund_that_has_a_destination_keeps_it(at: World) -> None:
    """A thief who comes afterwards finds nothing."""
    nym, stolen = enter(at), at.devices["ann"]
    at.draw()
    at.unlock()
    own = at.claim(stolen, "ann")
    complete(at)
    before = goes_to(at, nym, own)
    at.claim(stolen, "thief", seq=99)
    complete(at)
    assert at.refund(nym) == before


@pytest.mark.thorough
def test_no_board_keeps_a_refund_by_leaving_the_unlock_out(at: World) -> None:
    """Nothing is delivered without UNLOCK; whose the money is, can be seen."""
    nym = enter(at)
    at.draw()
    at.clock = UNLOCK + 60
    own = at.claim(at.devices["ann"], "ann")
    complete(at)
    assert at.released(nym) is None
    goes_to(at, nym, own)


@pytest.mark.thorough
def test_refunds_of_a_void_sale_wait_for_the_claim_too(at: World) -> None:
    """Else a thief who deposited first would only have to spoil the sale."""
    nym, stolen = enter(at), at.devices["ann"]
    at.draw(silent=True)
    assert at.state.phase is Phase.VOID
    waits(at, nym)
    at.claim(stolen, "thief", seq=99)
    again = at.recovered("ann", "ann 2")
    at.clock = UNLOCK + 60
    waits(at, nym)
    own = at.claim(again, "ann")
    complete(at)
    goes_to(at, nym, own)
    bob = at.refund(at.nym("bob"))
    assert (bob.refund, bob.held, bob.units) == (PRICE, PRICE, 0)


def test_who_wins_gets_the_change_with_the_position(at: World) -> None:
    """What was paid above the price waits as all refunds do; the payment does not."""
    nym = at.deposit(at.devices["ann"]).nym
    at.pay(nym)
    at.state.append(at.on.payment(nym, PRICE, "again"), at.clock)
    at.draw()
    line = at.refund(nym)
    assert (line.units, line.payment, line.refund, line.held) == (
        1,
        PRICE,
        PRICE,
        PRICE,
    )
    conserved(at)
    at.unlock()
    own = at.claim(at.devices["ann"], "ann")
    complete(at)
    goes_to(at, nym, own)


def test_a_line_without_a_refund_has_its_destination_too(at: World) -> None:
    """What is held is told from what there is none of by the destination alone."""
    nym = at.deposit(at.devices["ann"]).nym
    at.pay(nym)
    at.draw()
    assert at.refund(nym).refund_to is None
    at.unlock()
    own = at.claim(at.devices["ann"], "ann")
    complete(at)
    line = at.refund(nym)
    assert (line.units, line.refund, line.held) == (1, 0, 0)
    assert line.refund_to == home(own)


def test_a_seller_cannot_change_the_rule_once_the_sale_is_open(at: World) -> None:
    """Other terms are another sale: its name, its nyms and its deposits differ."""
    nym, terms = enter(at), at.on.terms
    changed = replace(terms, refund=REFUND_AT_ONCE)
    assert changed.sale_id != terms.sale_id
    other = at.on.with_terms(changed)
    assert code(lambda: at.state.append(other.terms_entry(), at.clock)) == "terms.again"
    assert code(lambda: at.state.append(other.open_entry(), at.clock)) in {
        "phase.wrong",
        "entry.scope",
    }
    moved = deposit(other, 0)
    assert code(lambda: at.state.append(moved, at.clock)) == "entry.scope"
    assert at.state.terms.refund == REFUND_WITH_POSITION
    at.draw()
    waits(at, nym)


@pytest.mark.thorough
def test_claims_in_any_order_send_the_refund_to_the_same_place(at: World) -> None:
    nym = enter(at)
    at.draw()
    at.unlock()
    for seq in (0, 1):
        at.claim(at.devices["ann"], f"ann {seq}", seq)
    complete(at)
    own = at.claim(at.devices["ann"], "ann alone")
    complete(at)
    claims = at.state.claims.by_nym[nym]
    epochs = Epochs.of(at.on.registry)
    found = {
        refunded(
            REFUND_WITH_POSITION, b"first", released(order, UNLOCK, at.clock, epochs)
        )
        for order in permutations(claims)
    }
    assert found == {home(own)}
