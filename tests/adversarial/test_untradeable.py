"""Identities that are lost, stolen or sold, and who ends up with what they had won.

Each scenario drives the real folds of both logs with real credentials, and asks at the end who
controls what, and whether each person has one position in the sale.
"""

from dataclasses import replace

import pytest

from fairlot.allocation.entering import formed_groups
from fairlot.board.registration import check_registry
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.entry import EntryType, sign_entry
from fairlot.identity.committee import Committee
from fairlot.identity.leaf import LeafStatus, make_leaf_entry
from fairlot.identity.life import Outcome
from fairlot.identity.registry import DAY, Credentials
from fairlot.names import Nym
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from kit import lives
from kit.sales import PRICE, stage
from kit.world import CLOSE, SEEN, UNLOCK, Device, World, code

COMMITTEES = [(1, 0), (4, 1)]


@pytest.fixture(params=COMMITTEES, ids=["one issuer", "four issuers"])
def at(request: pytest.FixtureRequest) -> World:
    return World(request.param)


def enter(at: World) -> Nym:
    """Let Ann and Bob deposit and pay; return Ann's nym."""
    nyms = [at.deposit(at.devices[who]).nym for who in ("ann", "bob")]
    for nym in nyms:
        at.pay(nym)
    return nyms[0]


def complete(at: World) -> None:
    """Wait until no claim of the running epoch can come any more."""
    ends = (at.epoch + 1) * at.on.registry.epoch + at.on.registry.grace
    at.wait(ends - at.clock)


def one_position_each(at: World, state: SaleState | None = None) -> None:
    """One live entry a person, under the nym that the person always had."""
    sale = at.state if state is None else state
    own = {at.nym(name, sale) for name in at.devices}
    assert set(sale.positions.by_nym) == own
    assert {entrant.nym for entrant in sale.entrants()} == own
    assert len(sale.entrants()) == len(sale.ledger) == len(own)


def claims_alone(
    at: World,
    device: Device,
    nym: Nym,
    label: str = "ann",
    state: SaleState | None = None,
) -> None:
    """Claim, and see that the claim controls, and that it alone is released."""
    sale = at.state if state is None else state
    made = at.claim(device, label, state=sale)
    assert made.nym == nym
    controller = sale.controller(nym)
    assert controller.binding.settle_pk == made.keys.settle.public
    assert at.released(nym, sale) is None
    complete(at)
    got = at.released(nym, sale)
    assert got is not None
    assert got.binding.settle_pk == made.keys.settle.public
    one_position_each(at, sale)


@pytest.mark.thorough
def test_a_device_is_lost_before_the_close(at: World) -> None:
    """The new device changes the deposit, and claims what it wins."""
    nym = enter(at)
    again = at.recovered("ann", "ann 2")
    assert at.clock < CLOSE
    assert at.deposit(again, seq=1).nym == nym
    at.draw()
    at.unlock()
    claims_alone(at, again, nym)


@pytest.mark.thorough
def test_a_stolen_device_is_used_in_the_same_epoch(at: World) -> None:
    """The thief replaces the deposit at once, with the greatest seq; the claim is Ann's."""
    nym, stolen = enter(at), at.devices["ann"]
    assert at.deposit(stolen, seq=99).nym == nym
    at.wait(SEEN)
    again = at.recovered("ann", "ann 2")
    at.draw()
    at.unlock()
    assert code(lambda: at.claim(stolen, "thief")) == "request.holder"
    claims_alone(at, again, nym)


@pytest.mark.thorough
def test_a_stolen_device_is_used_in_a_later_epoch(at: World) -> None:
    """The thief replaces the deposit with a later epoch, and claims after the draw."""
    nym, stolen = enter(at), at.devices["ann"]
    at.wait(DAY)
    at.deposit(stolen, seq=99)
    at.draw()
    taken = at.claim(stolen, "thief")
    held = at.state.controller(nym)
    assert held.binding.settle_pk == taken.keys.settle.public
    at.wait(SEEN)
    again = at.recovered("ann", "ann 2")
    at.unlock()
    assert at.released(nym) is None
    claims_alone(at, again, nym)


@pytest.mark.thorough
def test_a_stolen_device_is_used_in_the_last_epoch_before_the_unlock(at: World) -> None:
    """A claim of that epoch, in the hour of grace after it, releases nothing."""
    nym, stolen = enter(at), at.devices["ann"]
    at.draw()
    at.clock = UNLOCK - 2 * DAY
    holder = at.recover("ann", "ann 2")
    assert code(lambda: at.claim(stolen, "thief")) == "request.leaf"
    at.contest(stolen)
    at.rule("ann", Outcome.RECOVER)
    again = at.switch("ann", holder)
    at.unlock()
    assert code(lambda: at.claim(stolen, "thief")) == "request.holder"
    claims_alone(at, again, nym)


@pytest.mark.thorough
def test_a_credential_of_the_last_epoch_releases_nothing_after_the_unlock(
    at: World,
) -> None:
    nym, stolen = enter(at), at.devices["ann"]
    at.draw()
    at.clock = UNLOCK - DAY
    at.claim(stolen, "thief", seq=99)
    at.unlock()
    at.wait(5 * DAY)
    assert at.released(nym) is None
    claims_alone(at, at.recovered("ann", "ann 2"), nym)


@pytest.mark.thorough
def test_an_identity_is_sold_and_its_person_is_verified_again(at: World) -> None:
    """The buyer has every key and secret that there is, and holds nothing at the unlock."""
    bought = at.devices["ann"]
    nym = at.deposit(bought).nym
    at.pay(nym)
    at.pay(at.deposit(at.devices["bob"]).nym)
    at.draw()
    at.claim(bought, "buyer")
    again = at.recovered("ann", "ann 2")
    at.unlock()
    assert code(lambda: at.credential(bought)) == "request.holder"
    claims_alone(at, again, nym)


@pytest.mark.thorough
def test_nothing_that_is_sold_with_an_identity_hinders_its_recovery(at: World) -> None:
    """So no seller can prove to a buyer that a recovery will fail.

    The buyer does with the key all that a key can do: freeze, and contest; the arbiter is
    silent.
    """
    nym, bought = enter(at), at.devices["ann"]
    at.draw()
    at.log(lives.freeze(at.on.parts, 0, bought.holder.signing))
    holder = at.recover("ann", "ann 2")
    at.wait(at.on.registry.recovery.cooling - 1)
    at.contest(bought)
    assert code(lambda: at.contest(bought)) in {"life.again", "entry.duplicate"}
    at.wait(at.on.registry.disputes.within)
    assert code(lambda: at.contest(bought)) in {"life.again", "entry.duplicate"}
    again = at.switch("ann", holder)
    at.unlock()
    claims_alone(at, again, nym)


@pytest.mark.thorough
def test_a_hostile_recovery_is_contested_by_the_old_key(at: World) -> None:
    """Lying attesters begin it; the thief gets neither shares nor a credential."""
    nym, own = enter(at), at.devices["ann"]
    at.draw()
    hostile = at.recover("ann", "thief")
    at.contest(own)
    assert code(lambda: at.opened(0, hostile)) == "enrolment.share"
    assert code(lambda: at.switch("ann", hostile)) == "life.early"
    at.rule("ann", Outcome.KEEP)
    assert code(lambda: at.switch("ann", hostile)) == "life.status"
    assert (
        code(lambda: at.credential(Device(hostile, own.identity))) == "request.holder"
    )
    at.unlock()
    claims_alone(at, own, nym)


@pytest.mark.thorough
def test_a_thief_claims_and_then_contests_until_the_unlock(at: World) -> None:
    """The old claim is not released, and the recovery goes on when its time has come."""
    nym, stolen = enter(at), at.devices["ann"]
    at.draw()
    at.claim(stolen, "thief", seq=99)
    at.clock = UNLOCK - 4 * DAY
    holder = at.recover("ann", "ann 2")
    at.wait(at.on.registry.recovery.cooling - 1)
    at.contest(stolen)
    at.unlock()
    status = at.registry.leaf_at(0, at.clock).status
    assert status is LeafStatus.DISPUTED
    assert code(lambda: at.claim(stolen, "thief again")) == "request.leaf"
    complete(at)
    assert at.released(nym) is None
    at.wait(at.on.registry.disputes.within)
    claims_alone(at, at.switch("ann", holder), nym)


@pytest.mark.thorough
def test_a_recovery_runs_while_both_claim(at: World) -> None:
    """Two keys of one epoch wait; then the person is alone."""
    nym, stolen = enter(at), at.devices["ann"]
    at.draw()
    at.unlock()
    credential = at.credential(stolen)
    at.claim(stolen, "ann", credential=credential)
    at.claim(stolen, "thief", seq=99, credential=credential)
    holder = at.recover("ann", "ann 2")
    complete(at)
    assert at.released(nym) is None
    at.wait(at.on.registry.recovery.cooling)
    claims_alone(at, at.switch("ann", holder), nym, "ann again")


@pytest.mark.thorough
def test_what_was_released_stays_with_the_person(at: World) -> None:
    """A thief who comes afterwards finds nothing."""
    nym, stolen = enter(at), at.devices["ann"]
    at.draw()
    at.unlock()
    claims_alone(at, stolen, nym)
    kept = at.released(nym)
    at.claim(stolen, "thief", seq=99)
    complete(at)
    assert at.released(nym) == kept
    one_position_each(at)


def test_an_unlock_that_comes_late_takes_nothing_from_anybody(at: World) -> None:
    """Nothing is released before it; the claims that were made in time count all the same."""
    nym = enter(at)
    at.draw()
    at.clock = UNLOCK + 60
    made = at.claim(at.devices["ann"], "ann")
    complete(at)
    assert at.released(nym) is None
    at.unlock()
    got = at.released(nym)
    assert got is not None
    assert got.binding.settle_pk == made.keys.settle.public
    one_position_each(at)


@pytest.mark.thorough
def test_two_recoveries_in_a_row(at: World) -> None:
    """Neither of the two old devices gets anything."""
    nym, first = enter(at), at.devices["ann"]
    second = at.recovered("ann", "ann 2")
    at.draw()
    at.claim(second, "thief")
    third = at.recovered("ann", "ann 3")
    at.unlock()
    for old in (first, second):
        assert code(lambda device=old: at.credential(device)) == "request.holder"  # type: ignore[misc]
    claims_alone(at, third, nym)


@pytest.mark.thorough
def test_replayed_entries_change_nothing(at: World) -> None:
    """Neither those of a recovery nor a claim."""
    nym = enter(at)
    before = at.registry.lives[0]
    again = at.recovered("ann", "ann 2")
    after = at.registry.lives[0]
    parts, key = at.on.parts, again.holder.signing
    assert before.version + 1 == after.version
    assert code(lambda: at.log(lives.recovery(parts, 0, key))) in {
        "life.version",
        "entry.duplicate",
    }
    assert code(lambda: at.log(lives.switch(parts, 0, key))) in {
        "life.version",
        "entry.duplicate",
    }
    at.draw()
    made = at.claim(again, "ann early")
    assert code(lambda: at.state.append(made.entry, at.clock)) == "entry.duplicate"
    at.unlock()
    assert code(lambda: at.state.append(made.entry, at.clock)) == "entry.duplicate"
    claims_alone(at, again, nym)


@pytest.mark.thorough
def test_add_remove_add(at: World) -> None:
    """A key that was taken off a leaf never comes back."""
    nym, first = enter(at), at.devices["ann"]
    again = at.recovered("ann", "ann 2")
    back = lives.decided(at.on.parts, EntryType.RECOVERY, 0, first.holder.signing, 2, 2)
    assert code(lambda: at.log(back)) == "life.holder"
    at.draw()
    at.unlock()
    claims_alone(at, again, nym)


@pytest.mark.thorough
def test_an_identity_crosses_the_boundary_of_a_season(at: World) -> None:
    """Who holds the leaf when the season ends has one in the next; the old key has none."""
    nym, stolen = enter(at), at.devices["ann"]
    again = at.recovered("ann", "ann 2")
    old = at.on.registry
    registry = replace(
        old,
        season=old.season + 1,
        starts=at.clock,
        ends=at.clock + 90 * DAY,
        previous=old.registry_id,
    )
    credentials = Credentials(at.on.curve, registry)
    after = Committee(credentials, at.on.parts.issuers, at.committee)
    life = at.registry.lives[0]
    identity = after.carry_over(0, life, again.holder, at.clock)
    assert identity.leaf.holder == life.holder
    assert code(lambda: after.carry_over(0, life, again.holder, at.clock)) == (
        "enrolment.known-person"
    )
    state = RegistryState(at.on.curve, at.state.statements, at.registry)
    issuer = at.on.parts.issuers[0].key
    first = sign_entry(
        EntryType.REGISTRY, registry.registry_id, registry.to_value(), issuer
    )
    state.append(first, at.clock)
    state.append(after.leaf_entry(identity), at.clock)
    again_leaf = replace(
        identity.leaf, index=1, commitment=at.on.curve.g1_generator().to_bytes()
    )
    second = make_leaf_entry(registry.registry_id, again_leaf, issuer)
    assert code(lambda: state.append(second, at.clock)) == "leaf.previous"
    thief = Committee(credentials, at.on.parts.issuers, at.committee)
    assert code(lambda: thief.carry_over(0, life, stolen.holder, at.clock)) == (
        "enrolment.share"
    )
    at.draw()
    at.unlock()
    claims_alone(at, again, nym)


@pytest.mark.thorough
def test_two_sales_of_one_registry_and_a_recovery_between_them(at: World) -> None:
    """The person is one in each, under nyms that have nothing in common."""
    nym, stolen = enter(at), at.devices["ann"]
    other = at.another_sale("Second night", 2 * DAY)
    first = at.deposit(stolen, seq=99, state=other).nym
    again = at.recovered("ann", "ann 2")
    second = at.deposit(again, seq=0, state=other).nym
    assert first == second != nym
    at.pay(second, other)
    at.pay(at.deposit(at.devices["bob"], state=other).nym, other)
    for sale in (at.state, other):
        at.draw(sale)
    at.unlock()
    assert code(lambda: at.claim(stolen, "thief", state=other)) == "request.holder"
    claims_alone(at, again, nym)
    at.unlock(other)
    claims_alone(at, again, second, state=other)


@pytest.mark.thorough
def test_what_a_thief_deposits_between_two_sales_is_the_persons(at: World) -> None:
    """The first sale is over, and won; the thief enters the second, which Ann did not."""
    nym, stolen = enter(at), at.devices["ann"]
    other = at.another_sale("Second night", 2 * DAY)
    at.pay(at.deposit(stolen, state=other).nym, other)
    at.pay(at.deposit(at.devices["bob"], state=other).nym, other)
    for sale in (at.state, other):
        at.draw(sale)
    again = at.recovered("ann", "ann 2")
    at.unlock()
    claims_alone(at, again, nym)
    at.unlock(other)
    claims_alone(at, again, at.nym("ann", other), state=other)


# Groups and refunds.

PAIRS = Pool(MAIN_POOL, Mechanism.LOTTERY, 2, PRICE, group_max=2)


@pytest.fixture(params=COMMITTEES, ids=["one issuer", "four issuers"])
def pairs(request: pytest.FixtureRequest) -> World:
    return World(request.param, pool=PAIRS)


def enter_together(at: World, *names: str, seq: int = 0) -> Nym:
    """Let some deposit as one group of Ann and Bob; return Ann's nym."""
    group = sorted((at.nym("ann"), at.nym("bob")))
    for name in names:
        at.deposit(at.devices[name], seq, members=tuple(group))
    return at.nym("ann")


def groups(at: World) -> int:
    return len(formed_groups(at.state.sale_id, at.state.entrants()))


@pytest.mark.thorough
def test_a_seat_in_a_group_follows_a_recovery(pairs: World) -> None:
    """The group wins, one of its devices is stolen, and both have their seats."""
    nym = enter_together(pairs, "ann", "bob")
    for name in ("ann", "bob"):
        pairs.pay(pairs.nym(name))
    assert groups(pairs) == 1
    pairs.draw()
    assert [line.units for line in pairs.state.ledger] == [1, 1]
    stolen = pairs.devices["ann"]
    pairs.claim(stolen, "thief", seq=99)
    again = pairs.recovered("ann", "ann 2")
    pairs.unlock()
    assert code(lambda: pairs.claim(stolen, "thief")) == "request.holder"
    claims_alone(pairs, again, nym)


@pytest.mark.thorough
def test_who_was_taken_out_of_a_group_comes_back(pairs: World) -> None:
    """A thief makes singles of both; after the recovery the same two are a group again."""
    nym, stolen = enter_together(pairs, "ann", "bob"), pairs.devices["ann"]
    for name in ("ann", "bob"):
        pairs.pay(pairs.nym(name))
    pairs.deposit(stolen, seq=99)
    assert groups(pairs) == 0
    again = pairs.recovered("ann", "ann 2")
    enter_together(pairs, "ann")
    assert groups(pairs) == 1
    pairs.draw()
    assert [line.units for line in pairs.state.ledger] == [1, 1]
    pairs.unlock()
    claims_alone(pairs, again, nym)


@pytest.mark.thorough
def test_refunds_go_where_the_first_entry_said(at: World) -> None:
    """A thief cancels and nobody notices: the money is Ann's all the same."""
    nym, stolen = enter(at), at.devices["ann"]
    home = at.state.positions.by_nym[nym].refund_to
    at.cancel(stolen, seq=99)
    at.draw()
    line = next(line for line in at.state.ledger if line.nym == nym)
    assert (line.units, line.payment, line.refund) == (0, 0, PRICE)
    assert line.refund_to == home
    assert set(at.state.positions.by_nym) == {at.nym(name) for name in at.devices}


@pytest.mark.thorough
def test_a_cancelled_deposit_comes_back_with_the_identity(at: World) -> None:
    """Who is verified again before the close deposits anew: the money is there already."""
    nym, stolen = enter(at), at.devices["ann"]
    at.cancel(stolen, seq=99)
    again = at.recovered("ann", "ann 2")
    assert at.deposit(again).nym == nym
    at.draw()
    at.unlock()
    claims_alone(at, again, nym)


# The lock-up.


@pytest.mark.parametrize("after", ["the reveals", "a round"])
def test_a_seller_cannot_release_before_a_theft_is_undone(after: str) -> None:
    """A lock-up a second below detection, recovery and two epochs is refused."""
    on = stage() if after == "the reveals" else stage().waiting()
    state, times = on.registered().registry, on.terms.times
    ends = times.reveal_end + times.slack
    if after == "a round":
        (named,) = on.terms.named_rounds()
        assert named.due > ends
        ends = named.due
    recovery = on.registry.recovery
    least = recovery.detection + recovery.cooling + 2 * on.registry.epoch

    def unlocks(time: int) -> None:
        terms = replace(on.terms, times=replace(times, unlock=time))
        check_registry(terms, state)

    unlocks(ends + least)
    assert code(lambda: unlocks(ends + least - 1)) == "terms.lockup"
