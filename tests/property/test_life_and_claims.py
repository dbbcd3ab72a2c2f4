"""People, thieves, attesters, issuers and an arbiter do anything, in any order.

Both folds, the issuers and all credentials are the real ones; a model says what each act must
come to. Attesters tell people apart, and issuers keep to the protocol: nobody else needs to.
Whatever happened, in the end the people take back what is theirs.
"""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from deliveries_by_model import Delivering
from examples import examples
from fairlot.board.phase import DRAWN, Phase
from fairlot.board.registry_state import RegistryState
from fairlot.entry import EntryType, sign_entry
from fairlot.identity.acts import Guardian
from fairlot.identity.attestation import Purpose
from fairlot.identity.committee import Committee, Holder
from fairlot.identity.leaf import holder_hash, make_leaf_entry
from fairlot.identity.life import Outcome
from fairlot.identity.registry import DAY, Credentials
from fairlot.rehearsal.parts import START
from fairlot.terms.terms import REFUND_AT_ONCE, REFUNDS
from fairlot_crypto.keys import SigningKey
from kit.sales import GROUP, PRICE, source
from kit.world import CLOSE, code
from lives_by_model import HORIZON, NAMES, Sold
from person_model import GRACE, PERSON, THIEF, PositionModel

people = st.integers(0, len(NAMES) - 1)
hands = st.sampled_from((PERSON, THIEF))
seqs = st.integers(0, 2)
places = st.integers(0, 1)


class LivesMachine(Delivering, RuleBasedStateMachine):
    """Keeps books of its own, and compares."""

    committee = (1, 0)

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        Delivering.__init__(self, self.committee)

    # What happens before.

    @initialize(
        until=st.sampled_from((None, Phase.OPEN, Phase.LOCKED, Phase.UNLOCKED)),
        thefts=st.sets(st.sampled_from(NAMES[:2])),
        silent=st.integers(0, 5),
    )
    def some_have_deposited(
        self, until: Phase | None, thefts: set[str], silent: int
    ) -> None:
        if until is not None:
            for name in self.leaves:
                self._place(
                    name, PERSON, self.sales[0], 0, EntryType.DEPOSIT, fresh=True
                )
                self._pay(name, self.sales[0], PRICE)
        first = self.sales[0]
        first.silent = silent == 0
        for name in thefts:
            self._steal(name)
        if until in DRAWN:
            self.time_passes(CLOSE + 60 - START)
            self._promise(0)
            for name in thefts:
                self._claim(name, THIEF, first, 2, fresh=True)
        if until is Phase.UNLOCKED:
            self._wait_until(first.state.terms.times.unlock)
            self._unlock(first)

    # What becomes of leaves.

    @rule(who=people)
    def steal_again(self, who: int) -> None:
        self._steal(self._name(who))

    @rule(who=people, hand=st.sampled_from((PERSON, THIEF, None)))
    def freeze(self, who: int, hand: str | None) -> None:
        """Freeze a leaf, as its holder or, with no hand in it, as an attester."""
        name = self._name(who)
        if hand is None:
            drawn = self.world.on.randomness.derive("attester")
            self._freeze(name, Guardian.ATTESTER, SigningKey.generate(drawn))
        else:
            key = self._device(name, hand).holder.signing
            self._freeze(name, Guardian.HOLDER, key)

    @rule(who=people, old=st.none() | st.none() | st.integers(0, 3))
    def recover(self, who: int, old: int | None) -> None:
        self._recover(self._name(who), old)

    @rule(who=people)
    def ask_to_close(self, who: int) -> None:
        name = self._name(who)
        expected = self._leaf(name).begin("close", None, self.now)
        holder = Holder.generate(source(f"nothing/{name}/{self._fresh()}"))
        self._begin(name, Purpose.CLOSE, holder, expected)

    @rule(who=people, hand=hands)
    def contest(self, who: int, hand: str) -> None:
        self._contest(self._name(who), hand)

    @rule(who=people, outcome=st.sampled_from(Outcome))
    def decide(self, who: int, outcome: Outcome) -> None:
        self._decide(self._name(who), outcome)

    @rule(who=people, hand=hands, outcome=st.sampled_from(Outcome))
    def dispute(self, who: int, hand: str, outcome: Outcome) -> None:
        """Recover, object and decide, all at once."""
        name = self._name(who)
        self._recover(name, None)
        self._contest(name, hand)
        self._decide(name, outcome)

    @rule(who=people)
    def complete(self, who: int) -> None:
        self._complete(self._name(who))

    @rule(who=people)
    def complete_when_it_is_due(self, who: int) -> None:
        """Wait for it, and do not."""
        change = self._leaf(self._name(who)).change
        if change is not None:
            self._wait_until(change.ripe - 1)
            self._complete(self._name(who))
            self._wait_until(change.ripe)
        self._complete(self._name(who))

    # Who has a leaf.

    @rule(name=st.sampled_from(NAMES))
    def enrol(self, name: str) -> None:
        """Nobody gets a second leaf, not even with a first one that is closed."""
        holder = Holder.generate(source(f"enrol/{name}/{self._fresh()}"))
        got = code(lambda: self.world.enrol(name, holder))
        assert got == ("enrolment.known-person" if name in self.leaves else "")
        if not got:
            self._born(name, self.world.devices[name])
        # The fold does not take a commitment twice, whoever signs it.
        first = self.devices[name][0].identity.leaf
        again = replace(first, index=len(self.leaves), version=1)
        issuer = self.world.on.parts.issuers[0].key
        entry = make_leaf_entry(self.registry.registry_id, again, issuer)
        self._log(entry, lambda: "leaf.repeated")

    @rule(lie=st.sampled_from((0, 0, 1, -1)))
    def post_a_roll(self, lie: int) -> None:
        """Posted or not: the number of leaves that are not closed is part of it."""
        due = self.world.roll_due()
        there = {n for n, leaf in self.leaves.items() if not leaf.closed}
        stated = replace(due, leaves=max(0, len(there) + lie))
        honest = stated.leaves == len(there)
        entry = self.world.on.roll_entry(stated)
        self._log(entry, lambda: "" if honest else "roll.leaves")
        if honest:
            roll_id = list(self.world.registry.rolls)[-1]
            self.rolled.append((roll_id, frozenset(there)))

    @precondition(lambda self: self.next is None)
    @rule()
    def the_next_season_begins(self) -> None:
        old, world = self.registry, self.world
        registry = replace(
            old,
            season=old.season + 1,
            starts=self.now,
            ends=HORIZON + DAY,
            previous=old.registry_id,
        )
        credentials = Credentials(GROUP, registry)
        committee = Committee(credentials, world.on.parts.issuers, world.committee)
        state = RegistryState(GROUP, world.state.statements, world.registry)
        key, body = world.on.issuer_key, registry.to_value()
        first = sign_entry(EntryType.REGISTRY, registry.registry_id, body, key)
        state.append(first, self.now)
        self.next = committee, state

    @precondition(lambda self: self.next is not None)
    @rule(who=people)
    def carry_over(self, who: int) -> None:
        if self.next is None:
            return
        name = self._name(who)
        committee, state = self.next
        index, holder = self._index(name), self.devices[name][-1].holder
        life = self.world.registry.lives[index]
        expected = "enrolment.known-person" if name in self.continued else ""
        if self._leaf(name).status(self.now) != "ACTIVE":
            expected = "carry.status"

        def carry() -> None:
            made = committee.carry_over(index, life, holder, self.now)
            assert made.leaf.holder == self._leaf(name).key
            state.append(committee.leaf_entry(made), self.now)

        assert code(carry) == expected
        self.continued |= set() if expected else {name}

    # What becomes of positions.

    @rule(refund=st.sampled_from(REFUNDS))
    @precondition(lambda self: len(self.sales) == 1 and self.now < CLOSE)
    def another_sale_opens(self, refund: str) -> None:
        state = self.world.another_sale("Another night", 2 * DAY, refund)
        self.sales.append(Sold(state, defaultdict(PositionModel)))

    @rule(
        who=people,
        hand=hands,
        sale=places,
        seq=seqs,
        kind=st.sampled_from((EntryType.DEPOSIT, EntryType.CANCEL)),
        fresh=st.booleans(),
    )
    def place(
        self, who: int, hand: str, sale: int, seq: int, kind: EntryType, *, fresh: bool
    ) -> None:
        self._place(self._name(who), hand, self._sold(sale), seq, kind, fresh=fresh)

    @rule(who=people, first=hands, sale=places, seq=seqs)
    def both_deposit(self, who: int, first: str, sale: int, seq: int) -> None:
        """One replaces what the other has deposited, or the other way round."""
        other = THIEF if first == PERSON else PERSON
        name, sold = self._name(who), self._sold(sale)
        self._place(name, first, sold, 1, EntryType.DEPOSIT, fresh=True)
        self._place(name, other, sold, seq, EntryType.DEPOSIT, fresh=True)

    @rule(who=people, sale=places, amount=st.sampled_from((PRICE - 1, PRICE)))
    def pay(self, who: int, sale: int, amount: int) -> None:
        self._pay(self._name(who), self._sold(sale), amount)

    @rule(who=people, hand=hands, sale=places, seq=seqs, fresh=st.booleans())
    def claim(self, who: int, hand: str, sale: int, seq: int, *, fresh: bool) -> None:
        self._claim(self._name(who), hand, self._sold(sale), seq, fresh=fresh)

    @precondition(lambda self: self.now < HORIZON)
    @rule(who=people, hand=hands, sale=places, seq=seqs, early=st.sampled_from((0, 1)))
    def claim_with_the_credential_of_the_next_epoch(
        self, who: int, hand: str, sale: int, seq: int, early: int
    ) -> None:
        """It is there from the last hour on, and serves when its epoch has begun."""
        name, sold, ends = self._name(who), self._sold(sale), self.world.epoch + 1
        self._wait_until(ends * DAY - GRACE - early)
        self._ask_ahead(name, hand)
        if (name, hand) in self.got:
            self._claim(name, hand, sold, seq, fresh=False)
            self._wait_until(ends * DAY)
            self._claim(name, hand, sold, seq, fresh=False)

    @rule(who=people, first=hands, sale=places, seq=seqs, wait=st.booleans())
    def both_claim(
        self, who: int, first: str, sale: int, seq: int, *, wait: bool
    ) -> None:
        name, sold = self._name(who), self._sold(sale)
        self._claim(name, first, sold, 1, fresh=True)
        other = THIEF if first == PERSON else PERSON
        self._claim(name, other, sold, seq, fresh=True)
        if wait:
            self.the_epoch_ends()

    @rule(sale=places)
    def unlock(self, sale: int) -> None:
        self._unlock(self._sold(sale))

    @rule(sale=places)
    def promise(self, sale: int) -> None:
        self._promise(sale % len(self.sales))

    @rule(sale=places, unit=places, claim=st.integers(0, 3))
    def deliver(self, sale: int, unit: int, claim: int) -> None:
        self._deliver(sale % len(self.sales), unit, claim)

    @rule(number=st.integers(0, 30))
    def replay(self, number: int) -> None:
        """No entry is taken twice."""
        if number < len(self.taken):
            log, entry = self.taken[number]
            assert code(lambda: log(entry)) == "entry.duplicate"

    @rule(seconds=st.sampled_from((3_600, DAY, DAY, 3 * DAY, 14 * DAY)))
    def time_passes(self, seconds: int) -> None:
        """The markers of the draw come when they are due."""
        if self.now < HORIZON:
            self._wait_until(self.now + seconds)

    @rule()
    def the_epoch_ends(self) -> None:
        """Until no claim of it can come any more."""
        self.time_passes((self.world.epoch + 1) * DAY + GRACE - self.now)

    # What holds at any time.

    @invariant()
    def leaves_are_as_they_ought_to_be(self) -> None:
        found = self.world.registry
        assert len(found.leaves) == len(self.leaves), "one leaf a person"
        for name, leaf in self.leaves.items():
            seen = found.leaf_at(self._index(name), self.now)
            assert (seen.version, seen.holder) == (leaf.version, leaf.key)
            assert seen.status.value.upper() == leaf.status(self.now)
            mine = holder_hash(self.devices[name][-1].holder.signing.public)
            assert leaf.key == mine, "whoever was verified last holds the leaf"
        if self.next is not None:
            assert len(self.next[1].leaves) == len(self.continued)

    @invariant()
    def each_person_has_one_position_which_the_rule_gives_to_one(self) -> None:
        for sold in self.sales:
            positions = sold.state.positions.by_nym
            assert set(positions) == {self._nym(name, sold) for name in sold.people}
            for name, model in sold.people.items():
                nym = self._nym(name, sold)
                final = positions[nym].final
                assert final.entry_hash == model.final.hash
                assert sold.state.controller(nym).entry_hash == model.controller.hash
                assert positions[nym].refund_to == model.entries[0].refund_to

    @invariant()
    def money_is_neither_made_nor_lost(self) -> None:
        for place, sold in enumerate(self.sales):
            by_nym = {self._nym(n, sold): model for n, model in sold.people.items()}
            booked = {f.nym: f.paid for f in sold.state.fundings()}
            assert booked == {nym: model.paid for nym, model in by_nym.items()}
            lines = sold.state.ledger
            ended = sold.state.phase is not Phase.OPEN
            assert [line.nym for line in lines] == (sorted(booked) if ended else [])
            for line in lines:
                model = by_nym[line.nym]
                enters = model.final.deposits and model.paid >= PRICE
                void = sold.state.phase is Phase.VOID
                assert line.payment in ({0, PRICE} if enters and not void else {0})
                assert line.payment == PRICE * line.units
                assert line.payment + line.refund == model.paid
                assert line.held == (0 if line.refund_to is not None else line.refund)
            for name, model in sold.people.items():
                self._refund_goes_where_it_must(place, name, model)

    def _refund_goes_where_it_must(
        self, place: int, name: str, model: PositionModel
    ) -> None:
        """At once or with the position; and for good, whoever claims later."""
        state, nym = self.sales[place].state, self._nym(name, self.sales[place])
        at_once = state.terms.refund == REFUND_AT_ONCE
        due = model.refunded(state.terms.times.unlock, self.now, at_once=at_once)
        (funding,) = (each for each in state.fundings() if each.nym == nym)
        assert funding.refund_to == due
        assert {x.refund_to for x in state.ledger if x.nym == nym} <= {due}
        if due is not None:
            assert self.sent.setdefault((place, name), due) == due

    @invariant()
    def what_was_won_goes_to_whom_it_must(self) -> None:
        """To nobody but who held the leaf in an epoch from the unlock on; and once."""
        for place, sold in enumerate(self.sales):
            unlock = sold.state.terms.times.unlock
            for name, model in sold.people.items():
                found = sold.state.released(self._nym(name, sold), self.now)
                due = model.released(unlock, self.now)
                if sold.state.phase is not Phase.UNLOCKED:
                    due = None
                assert (found and found.entry_hash) == (due and due.hash)
                known = self.gone.get((place, name))
                assert known is None or (due is not None and due.settle == known)
                if due is not None:
                    self.gone[place, name] = due.settle
                    held = due.hand == PERSON or due.epoch in self.exposed[name]
                    assert held
                    assert due.epoch >= unlock // DAY

    @invariant()
    def each_unit_is_delivered_once_and_to_the_claim_that_had_it(self) -> None:
        for place, handed in self.handed.items():
            found = self.sales[place].state.deliveries
            boxes = {unit: box.claim for unit, box in found.by_unit.items()}
            assert boxes == {unit: due.hash for unit, due in handed.boxes.items()}
            settled = {due.settle for due in handed.boxes.values()}
            assert settled <= {
                key for (sale, _), key in self.gone.items() if sale == place
            }

    def teardown(self) -> None:
        """Who lost an identity takes it back, and all that it won and that is not gone."""
        for name in self.leaves:
            self._take_back(name)
        # In a new epoch: of this one a thief may have credentials.
        self._wait_until((self.world.epoch + 1) * DAY + GRACE)
        for sold in self.sales:
            self._wait_until(sold.state.terms.times.unlock)
            self._unlock(sold)
        mine = [
            (place, name, self._claim(name, PERSON, sold, 2, fresh=True))
            for place, sold in enumerate(self.sales)
            for name in self.leaves
        ]
        self.what_was_won_goes_to_whom_it_must()
        self.the_epoch_ends()
        self.what_was_won_goes_to_whom_it_must()
        self.money_is_neither_made_nor_lost()
        self._deliver_all()
        for sold in self.sales:
            assert all(
                line.held == 0
                for line in sold.state.ledger
                for name in sold.people
                if line.nym == self._nym(name, sold) and not self.leaves[name].closed
            ), "who claims at the end is paid"
        for place, name, key in mine:
            sold = self.sales[place]
            if key is not None and sold.state.phase is Phase.UNLOCKED:
                nym = self._nym(name, sold)
                assert sold.state.controller(nym).binding.settle_pk == key
                had = self.gone[place, name]
                won = (c for c in sold.people[name].claims if c.settle == had)
                assert had == key or next(won).epoch < self.world.epoch - 1

    def _deliver_all(self) -> None:
        """Deliver what is left; what waits is of those who have closed their leaf."""
        for place, handed in self.handed.items():
            sold = self.sales[place]
            for unit, sold_unit in enumerate(self._units(sold)):
                claims = sold.state.claims.by_nym.get(sold_unit.nym, ())
                for which in range(len(claims)):
                    self._deliver(place, unit, which)
                (name,) = (
                    n for n in sold.people if self._nym(n, sold) == sold_unit.nym
                )
                assert unit in handed.boxes or self.leaves[name].closed
        self.each_unit_is_delivered_once_and_to_the_claim_that_had_it()

    def _take_back(self, name: str) -> None:
        leaf = self.leaves[name]
        if leaf.change is not None:
            self._wait_until(leaf.change.ripe)
            self._complete(name)
        if not leaf.closed and len(self.devices[name]) - 1 in self.stolen[name]:
            self._recover(name, None)
            self._contest(name, THIEF)
            assert leaf.change is not None
            self._wait_until(leaf.change.ripe)
            self._complete(name)
        if not leaf.closed:
            self._wait_until(leaf.frozen_until)
            self._recover(name, 0)
            assert leaf.change is None, "a key that held the leaf does not come back"
        for old in {*self.stolen[name]} - {len(self.devices[name]) - 1}:
            self._ask_for_credentials(name, THIEF, self.devices[name][old])


LivesMachine.TestCase.settings = settings(examples(12), stateful_step_count=20)
TestLives = LivesMachine.TestCase


class CommitteeMachine(LivesMachine):
    """Four issuers, of whom one may be anybody's."""

    committee = (4, 1)


@pytest.mark.slow
@pytest.mark.parametrize("machine", [LivesMachine, CommitteeMachine])
def test_long_lives(machine: type[LivesMachine]) -> None:
    """More of it, and longer."""
    thorough = settings(examples(60), stateful_step_count=50)
    run_state_machine_as_test(machine, settings=thorough)
