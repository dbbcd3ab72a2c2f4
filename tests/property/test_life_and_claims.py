"""People, thieves, attesters, issuers and an arbiter do anything, in any order.

Both folds, the issuers and all credentials are the real ones; a model says what each act must
come to. Attesters tell people apart: who is verified is the person. Nothing else is honest.
Whatever happened, in the end the people take back what is theirs.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

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

from examples import examples
from fairlot.board.phase import DRAWN, Phase
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.claim.claim import read_claim
from fairlot.claim.make import make_claim
from fairlot.deposit.deposit import read_deposit
from fairlot.deposit.make import make_entry
from fairlot.deposit.nym import nym_from
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.acts import Freeze, Guardian
from fairlot.identity.attestation import Purpose
from fairlot.identity.committee import Committee, Holder
from fairlot.identity.leaf import holder_hash, make_leaf_entry
from fairlot.identity.life import Outcome
from fairlot.identity.registry import DAY, Credentials, RollId
from fairlot.names import Nym
from fairlot.rehearsal.parts import START
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.keys import SigningKey
from kit import lives
from kit.sales import GROUP, PRICE, source
from kit.world import CLOSE, Device, World, code
from person_model import GRACE, PERSON, THIEF, LeafModel, Placed, PositionModel

NAMES = ("ann", "bob", "cat")
LATE = "cat"
"""Has no leaf at first, and so none on the roll of the first sale."""
HORIZON = START + 200 * DAY
"""Nothing waits longer: the season and its tail go on."""
people = st.integers(0, len(NAMES) - 1)
hands = st.sampled_from((PERSON, THIEF))
seqs = st.integers(0, 2)
places = st.integers(0, 1)


@dataclass(frozen=True, slots=True)
class Got:
    """Credentials of one epoch, by roll."""

    epoch: int
    by_roll: Mapping[RollId, Credential]


@dataclass(slots=True)
class Sold:
    """A sale, and what ought to be in it."""

    state: SaleState
    people: dict[str, PositionModel]
    silent: bool = False
    """Whether nobody will commit, so that it is void."""


class LivesMachine(RuleBasedStateMachine):
    """Keeps books of its own, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(late=(LATE,))
        self.registry = self.world.on.registry
        self.leaves: dict[str, LeafModel] = {}
        self.devices: dict[str, list[Device]] = {}
        for name, device in self.world.devices.items():
            self._born(name, device)
        self.stolen: dict[str, set[int]] = defaultdict(set)
        """Of each person, the devices that a thief has a copy of, or was sold."""
        self.exposed: dict[str, set[int]] = defaultdict(set)
        """The epochs in which a thief had the device of the time."""
        self.coming: dict[str, Holder] = {}
        """With which keys a recovery was begun."""
        self.got: dict[tuple[str, str], Got] = {}
        self.rolled: list[tuple[RollId, frozenset[str]]] = [
            (self.world.on.roll_id, frozenset(self.leaves))
        ]
        self.sales = [Sold(self.world.state, defaultdict(PositionModel))]
        self.taken: list[tuple[Callable[[Entry], None], Entry]] = []
        self.gone: dict[tuple[int, str], bytes] = {}
        self.next: tuple[Committee, RegistryState] | None = None
        self.continued: set[str] = set()
        self.count = 0

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
            for name in thefts:
                self._claim(name, THIEF, first, 2, fresh=True)
        if until is Phase.UNLOCKED:
            self._wait_until(first.state.terms.times.unlock)
            self._unlock(first)

    # What becomes of leaves.

    @rule(who=people)
    def steal_again(self, who: int) -> None:
        self._steal(self._name(who))

    def _steal(self, name: str) -> None:
        """A thief copies the device, or it is sold."""
        self.stolen[name].add(len(self.devices[name]) - 1)
        self.exposed[name].add(self.world.epoch)

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

    def _freeze(self, name: str, by: Guardian, key: SigningKey) -> None:
        leaf, mine = self._leaf(name), by is Guardian.HOLDER
        who = holder_hash(key.public) if mine else key.public
        made = lives.act(
            self.world.on.parts, Freeze(self._index(name), leaf.version, by), key
        )
        self._log(made, lambda: leaf.freeze(who, self.now, as_holder=mine))

    @rule(who=people, old=st.none() | st.none() | st.integers(0, 3))
    def recover(self, who: int, old: int | None) -> None:
        self._recover(self._name(who), old)

    def _recover(self, name: str, old: int | None) -> None:
        """Come with new keys, or with those of a device that once held the leaf."""
        mine = self.devices[name]
        fresh = Holder.generate(source(f"again/{name}/{self._fresh()}"))
        holder = fresh if old is None or old >= len(mine) else mine[old].holder
        key = holder_hash(holder.signing.public)
        expected = self._leaf(name).begin("recover", key, self.now)
        self._begin(name, Purpose.RECOVER, holder, expected)
        if not expected:
            self.coming[name] = holder

    @rule(who=people)
    def ask_to_close(self, who: int) -> None:
        name = self._name(who)
        expected = self._leaf(name).begin("close", None, self.now)
        holder = Holder.generate(source(f"nothing/{name}/{self._fresh()}"))
        self._begin(name, Purpose.CLOSE, holder, expected)

    def _begin(
        self, name: str, purpose: Purpose, holder: Holder, expected: str
    ) -> None:
        index = self._index(name)
        life = self.world.registry.lives[index]
        keys = holder.signing.public, holder.device.public
        attester = self.world.on.parts.attester
        asked = attester.attest(name, *keys, self.now, life.subject(purpose))
        self._ask(
            lambda: self.world.committee.begin([asked], purpose, index, life, self.now),
            expected,
        )

    @rule(who=people, hand=hands)
    def contest(self, who: int, hand: str) -> None:
        self._contest(self._name(who), hand)

    def _contest(self, name: str, hand: str) -> None:
        leaf, key = self._leaf(name), self._device(name, hand).holder.signing
        numbers = leaf.version, max(1, leaf.attempts)
        made = lives.contest(self.world.on.parts, self._index(name), key, *numbers)
        self._log(made, lambda: leaf.contest(holder_hash(key.public), self.now))

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

    def _decide(self, name: str, outcome: Outcome) -> None:
        index, leaf = self._index(name), self._leaf(name)
        numbers = leaf.version, max(1, leaf.attempts)
        made = lives.ruling(self.world.on.parts, index, outcome, *numbers)
        self._log(made, lambda: leaf.decide(outcome.value, self.now))

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

    def _complete(self, name: str) -> None:
        """Complete what has begun: whoever is the new holder gets the same secrets."""
        index, leaf = self._index(name), self._leaf(name)
        life, before = self.world.registry.lives[index], leaf.version
        expected = leaf.complete(self.now)
        self._ask(
            lambda: self.world.committee.complete(index, life, self.now), expected
        )
        if leaf.version > before:
            old = self.devices[name][-1]
            self.devices[name].append(self.world.opened(index, self.coming[name]))
            assert code(lambda: self.world.opened(index, old.holder)) == (
                "enrolment.share"
            )
            new = self.devices[name][-1].identity
            assert new.nym_secrets == old.identity.nym_secrets

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

    @rule()
    @precondition(lambda self: len(self.sales) == 1 and self.now < CLOSE)
    def another_sale_opens(self) -> None:
        state = self.world.another_sale("Another night", 2 * DAY)
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

    def _place(
        self,
        name: str,
        hand: str,
        sold: Sold,
        seq: int,
        kind: EntryType,
        *,
        fresh: bool,
    ) -> None:
        """Deposit or cancel, with new credentials or those that one has."""
        got = self._credentials(name, hand, sold, fresh=fresh)
        if got is None:
            return
        epoch, credential, covered = got
        on, drawn = self.world.on_sale(sold.state), source(f"place/{self._fresh()}")
        deposits = kind is EntryType.DEPOSIT
        wish = Wish(seq, 1, PRICE) if deposits else Wish(seq, 0, 0)
        made = make_entry(
            on.credentials, credential, on.terms, on.roll_id, kind, epoch, wish, drawn
        )
        expected = self._shown("deposit", epoch, covered=covered)
        if sold.state.phase is not Phase.OPEN:
            expected = "phase.wrong"
        self._give(self._sale(sold), made.entry, expected)
        if not expected:
            assert made.nym == self._nym(name, sold)
            bound = read_deposit(made.entry).binding
            self._position(sold, name).entries.append(
                Placed(
                    epoch,
                    seq,
                    made.entry.hash,
                    hand,
                    bound.settle_pk,
                    bound.refund_to,
                    deposits,
                )
            )

    @rule(who=people, sale=places, amount=st.sampled_from((PRICE - 1, PRICE)))
    def pay(self, who: int, sale: int, amount: int) -> None:
        self._pay(self._name(who), self._sold(sale), amount)

    def _pay(self, name: str, sold: Sold, amount: int) -> None:
        on, nym = self.world.on_sale(sold.state), self._nym(name, sold)
        expected = "" if name in sold.people else "paid.unknown-nym"
        if sold.state.phase is not Phase.OPEN:
            expected = "phase.wrong"
        entry = on.payment(nym, amount, str(self._fresh()))
        self._give(self._sale(sold), entry, expected)
        if not expected:
            sold.people[name].paid += amount

    @rule(who=people, hand=hands, sale=places, seq=seqs, fresh=st.booleans())
    def claim(self, who: int, hand: str, sale: int, seq: int, *, fresh: bool) -> None:
        self._claim(self._name(who), hand, self._sold(sale), seq, fresh=fresh)

    @rule(who=people, first=hands, sale=places, seq=seqs)
    def both_claim(self, who: int, first: str, sale: int, seq: int) -> None:
        name, sold = self._name(who), self._sold(sale)
        self._claim(name, first, sold, 1, fresh=True)
        other = THIEF if first == PERSON else PERSON
        self._claim(name, other, sold, seq, fresh=True)

    def _claim(
        self, name: str, hand: str, sold: Sold, seq: int, *, fresh: bool
    ) -> bytes | None:
        """Claim, with new credentials or those that one has; return the claim's key."""
        got = self._credentials(name, hand, sold, fresh=fresh)
        if got is None:
            return None
        epoch, credential, covered = got
        on, drawn = self.world.on_sale(sold.state), source(f"claim/{self._fresh()}")
        until = self.now + 60
        made = make_claim(
            on.credentials, credential, on.terms, on.roll_id, epoch, until, drawn, seq
        )
        expected = self._shown("claim", epoch, covered=covered)
        if not expected and name not in sold.people:
            expected = "claim.nym"
        if sold.state.phase not in {*DRAWN, Phase.VOID}:
            expected = "phase.wrong"
        self._give(self._sale(sold), made.entry, expected)
        if expected:
            return None
        assert made.nym == self._nym(name, sold)
        bound = read_claim(made.entry).binding
        claim = Placed(
            epoch, seq, made.entry.hash, hand, bound.settle_pk, bound.refund_to
        )
        self._position(sold, name).claims.append(claim)
        return bound.settle_pk

    @rule(sale=places)
    def unlock(self, sale: int) -> None:
        self._unlock(self._sold(sale))

    def _unlock(self, sold: Sold) -> None:
        terms, expected = sold.state.terms, ""
        if self.now < terms.times.unlock:
            expected = "phase.early"
        if sold.state.phase is not Phase.LOCKED:
            expected = "phase.wrong"
        if sold.state.phase is Phase.UNLOCKED:
            expected = "entry.duplicate"
        entry = self.world.on_sale(sold.state).sign(EntryType.UNLOCK)
        self._give(self._sale(sold), entry, expected)

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
        for sold in self.sales:
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
                assert line.refund_to == model.entries[0].refund_to

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
        for place, name, key in mine:
            sold = self.sales[place]
            if key is not None and sold.state.phase is Phase.UNLOCKED:
                nym = self._nym(name, sold)
                assert sold.state.controller(nym).binding.settle_pk == key
                had = self.gone[place, name]
                won = (c for c in sold.people[name].claims if c.settle == had)
                assert had == key or next(won).epoch < self.world.epoch - 1

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
        for old in {*self.stolen[name]} - {len(self.devices[name]) - 1}:
            self._ask_for_credentials(name, THIEF, self.devices[name][old])

    # The cast.

    @property
    def now(self) -> int:
        return self.world.clock

    def _wait_until(self, time: int) -> None:
        begun = self.world.epoch
        for sold in self.sales:
            open_now = sold.state.phase is Phase.OPEN
            if open_now and sold.state.terms.times.close <= time:
                self.world.draw(sold.state, silent=sold.silent)
        self.world.clock = max(self.now, time)
        for name, stolen in self.stolen.items():
            if len(self.devices[name]) - 1 in stolen:
                self.exposed[name] |= set(range(begun, self.world.epoch + 1))

    def _fresh(self) -> int:
        self.count += 1
        return self.count

    def _born(self, name: str, device: Device) -> None:
        self.leaves[name] = LeafModel(self.registry, device.identity.leaf.holder)
        self.devices[name] = [device]

    def _leaf(self, name: str) -> LeafModel:
        return self.leaves[name]

    def _index(self, name: str) -> int:
        return self.devices[name][0].identity.leaf.index

    def _nym(self, name: str, sold: Sold) -> Nym:
        """Return the nym of the first device: those after it must have the same."""
        first = self.devices[name][0].identity
        return nym_from(GROUP, first.nym_secrets, sold.state.sale_id)

    def _position(self, sold: Sold, name: str) -> PositionModel:
        return sold.people[name]

    def _name(self, who: int) -> str:
        """Return one of those who have a leaf."""
        return list(self.leaves)[who % len(self.leaves)]

    def _sold(self, sale: int) -> Sold:
        return self.sales[sale % len(self.sales)]

    def _device(self, name: str, hand: str) -> Device:
        """Return what somebody acts with: the newest device that they have.

        A thief who has none steals one.
        """
        if hand == PERSON:
            return self.devices[name][-1]
        if not self.stolen[name]:
            self._steal(name)
        return self.devices[name][max(self.stolen[name])]

    def _credentials(
        self, name: str, hand: str, sold: Sold, *, fresh: bool
    ) -> tuple[int, Credential, bool] | None:
        """Return epoch and credential, and whether it is for the roll of the sale."""
        device = self._device(name, hand)
        if fresh or (name, hand) not in self.got:
            self._ask_for_credentials(name, hand, device)
        got = self.got.get((name, hand))
        if got is None:
            return None
        roll = self.world.on_sale(sold.state).roll_id
        covered = roll in got.by_roll
        shown = got.by_roll[roll] if covered else next(iter(got.by_roll.values()))
        return got.epoch, shown, covered

    def _ask_for_credentials(self, name: str, hand: str, device: Device) -> None:
        self.got.pop((name, hand), None)
        rolls = {roll for roll, there in self.rolled if name in there}
        key = holder_hash(device.holder.signing.public)
        expected = self._leaf(name).asks(key, self.now)
        if not expected and not rolls:
            expected = "answer.rolls"

        def ask() -> None:
            found = self.world.credentials(device)
            assert set(found) == rolls
            self.got[name, hand] = Got(self.world.epoch, found)

        assert code(ask) == expected

    def _shown(self, kind: str, epoch: int, *, covered: bool) -> str:
        """Return how a presentation is judged."""
        in_grace = epoch == self.world.epoch - 1 and self.now % DAY < GRACE
        if epoch != self.world.epoch and not in_grace:
            return f"{kind}.epoch"
        return "" if covered else f"{kind}.presentation"

    def _sale(self, sold: Sold) -> Callable[[Entry], None]:
        return lambda entry: sold.state.append(entry, self.now)

    def _ask(self, make: Callable[[], Entry], expected: str) -> None:
        """Let the issuers sign something and log it, or refuse."""
        made: list[Entry] = []
        assert code(lambda: made.append(make())) == expected
        for entry in made:
            self._give(self.world.log, entry, "")

    def _log(self, entry: Entry, expect: Callable[[], str]) -> None:
        """Log an entry; what is the same as one before is a duplicate, and nothing else."""
        known = entry.hash in {each.hash for _, each in self.taken}
        self._give(self.world.log, entry, "entry.duplicate" if known else expect())

    def _give(self, log: Callable[[Entry], None], entry: Entry, expected: str) -> None:
        assert code(lambda: log(entry)) == expected
        if not expected:
            self.taken.append((log, entry))


LivesMachine.TestCase.settings = settings(examples(12), stateful_step_count=20)
TestLives = LivesMachine.TestCase


@pytest.mark.slow
def test_long_lives() -> None:
    """More of it, and longer."""
    thorough = settings(examples(150), stateful_step_count=50)
    run_state_machine_as_test(LivesMachine, settings=thorough)
