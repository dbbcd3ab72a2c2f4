"""What happens to people in a rehearsal, played on both logs (specs/rehearsal.md, section 6).

Whoever has the keys of a leaf acts with them. Whether issuers answer, and who gets what was
won, is what the logs say.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from fairlot.board.phase import Phase
from fairlot.deposit.make import MadeDeposit
from fairlot.deposit.nym import nym_of
from fairlot.deposit.wish import Wish
from fairlot.identity.attestation import Purpose
from fairlot.identity.committee import Holder
from fairlot.inputs.events_file import PHASES, Kind
from fairlot.names import Nym
from fairlot.rehearsal.collecting import Collecting
from fairlot.rehearsal.desk import Desk
from fairlot.rehearsal.handing import Handing
from fairlot.rehearsal.kept import Hand, Listed
from fairlot.rehearsal.plot import Act, Sequel
from fairlot.rehearsal.registering import Registered
from fairlot.rehearsal.standing import Standing, Story
from fairlot.rehearsal.work import Participant


class Course:
    """Everybody's part in a sale, and what happens to them meanwhile."""

    def __init__(self, desk: Desk, handing: Handing, acts: Sequence[Act]) -> None:
        """Start before anybody is registered.

        Args:
            desk: acts on the registry log.
            handing: the seller's part, who hands items over; its ``showing`` acts on the
                log of the sale.
            acts: all that happens, in its order.
        """
        self._desk = desk
        self._handing = handing
        self._showing = handing.showing
        self._acts = deque(acts)
        self._struck = {act.person for act in acts}
        self._standings: dict[str, Standing] = {}
        self._coming: dict[str, Holder] = {}
        """The keys that recoveries under way bring, by name."""
        self._deeds: Mapping[Kind | Sequel, Callable[[Standing, Act, int], None]] = {
            Kind.LOSE: self._lose,
            Kind.STEAL: self._steal,
            Kind.SELL: self._sell,
            Kind.VERIFY: self._verify,
            Kind.CONTEST: self._contest,
            Kind.RENEW: self._renew,
            Kind.LEAVE: self._leave,
            Kind.STAY: self._stay,
            Sequel.COMPLETE: self._complete,
            Sequel.RULE: self._rule,
        }

    @property
    def _now(self) -> int:
        return max(self._showing.state.clock, self._showing.registry.clock)

    def enter(
        self, registered: Mapping[str, Registered], wanted: Mapping[str, Wish]
    ) -> None:
        """Let everybody on the list come, as they are registered."""
        curve, sale_id = self._desk.curve, self._showing.state.sale_id
        for name, each in registered.items():
            identity = each.identity
            keys = Participant(
                each.holder, identity, identity.leaf, identity.attributes, wanted[name]
            )
            nym = nym_of(curve, identity, sale_id)
            self._standings[name] = Standing(name, each.listed, keys, nym)
            if each.listed.hand is not Hand.PERSON:
                self._struck.add(name)
        self.until(self._now)

    def depositing(self, names: Iterable[str], time: int) -> dict[str, Participant]:
        """Return the keys of those whom issuers answer, by name."""
        return {
            name: self._standings[name].asking(self._showing.registry, time)
            for name in names
            if self._standings[name].hand is not Hand.NOBODY
            and self._showing.active(self._standings[name], time)
        }

    def deposited(self, made: Mapping[str, MadeDeposit]) -> None:
        """Learn of everybody's first deposits, before they are on the log."""
        hands = {name: self._standings[name].hand for name in made}
        self._showing.first(made, hands)
        for name in sorted(self._struck):
            what = f"{hands[name].who}deposits" if name in made else "makes no deposit"
            self._tell(name, self._now, what)

    def deposit_of(self, name: str) -> MadeDeposit | None:
        """Return the last deposit that was made with a person's keys, if there is one."""
        return self._showing.deposits.get(name)

    def nym(self, name: str) -> Nym:
        """Return a person's nym in this sale."""
        return self._standings[name].nym

    def until(self, time: int) -> None:
        """Let happen what is due before an entry of ``time``."""
        while self._standings and self._acts and self._acts[0].time <= time:
            phase = self._showing.state.phase
            act = self._acts[0]
            if phase not in PHASES or PHASES.index(act.phase) > PHASES.index(phase):
                return
            self._acts.popleft()
            standing = self._standings[act.person]
            self._deeds[act.deed](standing, act, max(act.time, self._now))

    def reached(self) -> None:
        """Let happen what is due when a phase has begun."""
        self.until(self._now)

    def collect(self) -> None:
        """Let winners collect, where they must, and draw the other seats again."""
        Collecting(self._showing, self).run(self._standings.values())

    def finish(self) -> None:
        """Go on after RESULT until all is released, or nobody can claim it (step 18)."""
        showing = self._showing
        if showing.state.phase is not Phase.LOCKED:
            return
        self._handing.promise()
        # Step 18.
        self.until(showing.state.terms.times.unlock)
        claims = showing.claiming.unlock()
        self.reached()
        self._claim_all(max(claims, self._now))
        while self._acts or showing.settles is not None:
            due = [act.time for act in list(self._acts)[:1]]
            time = min([*due, showing.settles or max(due)])
            self.until(time)
            if time == showing.settles:
                showing.settles = None
                self._handing.deliver(max(time, self._now))
                self._claim_all(max(time, self._now))

    def holders(self) -> dict[str, str]:
        """Return who holds each position (step 19): a name, or empty for nobody."""
        return {name: self._holder(each) for name, each in self._standings.items()}

    def stories(self, names: Iterable[str]) -> tuple[Story, ...]:
        """Return what happened to those of these people to whom something did."""
        struck = [self._standings[name] for name in names if name in self._struck]
        return tuple(Story(each.name, each.nym, tuple(each.lines)) for each in struck)

    def kept(self, people: Iterable[Listed]) -> tuple[Listed, ...]:
        """Return who has a leaf, with the keys that hold it now, in the same order."""
        mine = {each.listed.name: each.listed for each in self._standings.values()}
        return tuple(mine.get(each.name, each) for each in people)

    def _holder(self, standing: Standing) -> str:
        # Step 19.
        state, makers, nym = self._showing.state, self._showing.makers, standing.nym
        if nym not in state.positions.by_nym:
            return ""
        if state.phase is not Phase.UNLOCKED:
            return makers[state.controller(nym).entry_hash]
        registry = self._desk.parts.registry
        released = state.released(nym, self._now + registry.epoch + registry.grace)
        return "" if released is None else makers[released.entry_hash]

    def _claim_all(self, time: int) -> None:
        """Let everybody claim who has something to wait for, once an epoch (step 18)."""
        showing, state = self._showing, self._showing.state
        waiting = [
            each
            for each in self._standings.values()
            if each.nym in state.positions.by_nym
            and state.released(each.nym, time) is None
        ]
        plain: list[Standing] = []
        for standing in waiting:
            for hand, keys in standing.former:
                if hand not in (Hand.PERSON, Hand.NOBODY):
                    showing.claim(standing, time, hand, keys)
            standing.former.clear()
            if not showing.may_claim(standing, time):
                continue
            if standing.hand is Hand.PERSON and showing.active(standing, time):
                plain.append(standing)
            else:
                showing.use(standing, time)
        showing.claim_all(plain, time)

    def _tell(self, name: str, time: int, what: str) -> None:
        self._showing.tell(self._standings[name], time, what)

    def _lose(self, standing: Standing, _act: Act, time: int) -> None:
        standing.pass_to(Hand.NOBODY)
        self._tell(
            standing.name, time, "loses the device; an attester freezes the leaf"
        )
        self._desk.freeze(standing.index, time)

    def _steal(self, standing: Standing, _act: Act, time: int) -> None:
        standing.pass_to(Hand.THIEF)
        self._tell(standing.name, time, "the device is stolen")
        self._showing.use(standing, time)

    def _sell(self, standing: Standing, _act: Act, time: int) -> None:
        standing.pass_to(Hand.BUYER)
        self._tell(standing.name, time, "sells the identity")
        self._showing.use(standing, time)

    def _verify(self, standing: Standing, _act: Act, time: int) -> None:
        index, listed = standing.index, standing.listed
        coming = self._desk.begin(index, listed, Purpose.RECOVER, time)
        self._coming[standing.name] = coming
        self._tell(standing.name, time, "is verified again")

    def _leave(self, standing: Standing, _act: Act, time: int) -> None:
        self._desk.begin(standing.index, standing.listed, Purpose.CLOSE, time)
        self._tell(standing.name, time, "is verified, and asks to leave")

    def _stay(self, standing: Standing, _act: Act, time: int) -> None:
        standing.away = True
        self._tell(standing.name, time, f"{standing.hand.who}does not come to collect")

    def _contest(self, standing: Standing, _act: Act, time: int) -> None:
        key = standing.keys.holder.signing
        self._desk.contest(standing.index, key, time)
        self._tell(standing.name, time, f"{standing.hand.who}contests it")

    def _renew(self, standing: Standing, _act: Act, time: int) -> None:
        self._showing.use(standing, time)

    def _rule(self, standing: Standing, act: Act, time: int) -> None:
        if act.outcome is not None:
            self._desk.rule(standing.index, act.outcome, time)
            self._tell(standing.name, time, f"the arbiter decides: {act.outcome}")

    def _complete(self, standing: Standing, _act: Act, time: int) -> None:
        """Complete a change; its person uses the new keys at once."""
        name, index = standing.name, standing.index
        change = self._desk.life(index).change
        if change is None:
            return
        time = max(time, change.ripe)
        self._desk.complete(index, time)
        if change.holder is None:
            standing.former.append((standing.hand, standing.keys))
            standing.pass_to(Hand.NOBODY)
            self._tell(name, time, "the leaf is closed")
            return
        holder = self._coming.pop(name)
        identity = self._desk.resend(index, holder, time)
        keys = replace(
            standing.keys, holder=holder, identity=identity, leaf=identity.leaf
        )
        standing.switch(keys, self._desk.life(index).attempt)
        self._tell(name, time, "holds the leaf with new keys")
        self._showing.use(standing, time)
