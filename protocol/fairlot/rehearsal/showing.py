"""Deposits and claims of whoever has a person's keys (specs/rehearsal.md, section 6).

Issuers answer them or not, as they answer anybody.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fairlot.board.phase import PHASES, Phase
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.claim.make import MadeClaim
from fairlot.deposit.make import MadeDeposit
from fairlot.deposit.payment import make_payment
from fairlot.entry import EntryHash, EntryType
from fairlot.errors import Rejection
from fairlot.identity.leaf import LeafStatus
from fairlot.identity.registry import epoch_at
from fairlot.rehearsal.asking import SaleJob
from fairlot.rehearsal.claiming import Claiming
from fairlot.rehearsal.draw import Poster
from fairlot.rehearsal.kept import Hand
from fairlot.rehearsal.parts import Parts
from fairlot.rehearsal.standing import Standing
from fairlot.rehearsal.work import DepositJob, Participant, deposit_people
from fairlot.workers import InProcess


@dataclass(slots=True)
class Showing:
    """Makes entries, and knows who has made each."""

    claiming: Claiming
    """Posts claims; nothing else happens meanwhile."""
    deposits: dict[str, MadeDeposit] = field(default_factory=dict[str, MadeDeposit])
    """The last that was made with each person's keys, by name."""
    makers: dict[EntryHash, str] = field(default_factory=dict[EntryHash, str])
    """What tables call the maker of an entry."""
    claims: dict[EntryHash, MadeClaim] = field(
        default_factory=dict[EntryHash, MadeClaim]
    )
    """All that were made, with their keys."""
    tried: Counter[tuple[int, str]] = field(default_factory=Counter[tuple[int, str]])
    """How many claims were tried in an epoch with keys of a person, by name."""
    claimed: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    """In which epochs who has claimed."""
    selling: bool = False
    """Whether everybody's first deposits are made."""
    settles: int | None = None
    """When the next epoch is complete in which somebody has claimed after UNLOCK."""

    @property
    def parts(self) -> Parts:
        """Everybody's secrets."""
        return self.claiming.parts

    @property
    def poster(self) -> Poster:
        """Posts on the sale's log."""
        return self.claiming.poster

    @property
    def state(self) -> SaleState:
        """The fold of the sale's log."""
        return self.poster.board.state

    @property
    def registry(self) -> RegistryState:
        """The fold of the registry log."""
        return self.state.registry

    def tell(self, standing: Standing, time: int, what: str) -> None:
        """Note what has happened to somebody."""
        registry = self.parts.registry
        epoch = epoch_at(registry, time) - epoch_at(registry, self.parts.times.open)
        standing.lines.append(f"{epoch}: {what}")

    def active(self, standing: Standing, time: int) -> bool:
        """Tell whether issuers answer whoever holds a leaf."""
        life = self.registry.lives[standing.index]
        return life.status(time) is LeafStatus.ACTIVE

    def first(self, made: Mapping[str, MadeDeposit], hands: Mapping[str, Hand]) -> None:
        """Learn of everybody's first deposits."""
        self.selling = True
        for name, deposit in made.items():
            self.deposits[name] = deposit
            self.makers[deposit.entry.hash] = hands[name].of(name)

    def use(self, standing: Standing, time: int) -> None:
        """Let whoever has the keys show them, if there is anything to show (step 17)."""
        # Step 17.
        if standing.hand is Hand.NOBODY:
            return
        phase = self.state.phase
        if phase is Phase.OPEN and self.selling:
            self._deposit(standing, time)
        elif phase in PHASES[EntryType.CLAIM]:
            self.claim(standing, time, standing.hand)

    def claim(
        self,
        standing: Standing,
        time: int,
        hand: Hand,
        keys: Participant | None = None,
    ) -> None:
        """Let somebody claim with keys: by default those that hold the leaf."""
        if standing.nym not in self.state.positions.by_nym:
            return
        who = standing.seen(self.registry, time, keys)
        seq = self._count(standing, time)
        # Here, where issuers may refuse: a process of its own would break off.
        alone = replace(self.claiming, workers=InProcess())
        try:
            made = alone.claim([who], time, seq)
        except Rejection as refusal:
            self._refused(standing, time, hand, refusal)
            return
        self._has_claimed(standing, hand, made[0], time)

    def claim_all(self, standings: Sequence[Standing], time: int) -> None:
        """Let people claim, whose own keys hold their leaves, all at once."""
        numbers = [self._count(each, time) for each in standings]
        for seq in sorted(set(numbers)):
            some = [s for s, n in zip(standings, numbers, strict=True) if n == seq]
            keys = [each.seen(self.registry, time) for each in some]
            made = self.claiming.claim(keys, time, seq)
            for standing, claim in zip(some, made, strict=True):
                self._has_claimed(standing, standing.hand, claim, time)

    def may_claim(self, standing: Standing, time: int) -> bool:
        """Tell whether whoever has the keys has not claimed in this epoch yet."""
        epoch, hand = epoch_at(self.parts.registry, time), standing.hand
        tried = (epoch, hand.of(standing.name)) in self.claimed
        return hand is not Hand.NOBODY and not tried

    def _deposit(self, standing: Standing, time: int) -> None:
        """Replace the deposit, or make the first one and pay for it."""
        name, hand = standing.name, standing.hand
        who = standing.asking(self.registry, time)
        who = replace(who, wish=replace(who.wish, seq=who.entry))
        state = self.state
        job = DepositJob(SaleJob.of(state, self.parts, time), (who,))
        try:
            done = deposit_people(job)
        except Rejection as refusal:
            self._refused(standing, time, hand, refusal)
            return
        deposit, first = done.deposits[0], name not in self.deposits
        state.statements.learn(done.verified)
        self.poster.post([deposit.entry], time)
        self.makers[deposit.entry.hash] = hand.of(name)
        self.deposits[name] = deposit
        what = "deposits" if first else "replaces the deposit"
        self.tell(standing, time, f"{hand.who}{what}")
        if first and deposit.amount > 0:
            nym, escrow = deposit.nym, self.parts.escrow
            refs = self.claiming.randomness.derive(f"payment-ref/{nym.hex()}")
            paid = make_payment(state.sale_id, nym, deposit.amount, escrow, refs)
            self.poster.post([paid], time)

    def _refused(
        self, standing: Standing, time: int, hand: Hand, refusal: Rejection
    ) -> None:
        """Note that issuers do not answer somebody."""
        what = f"{hand.who}gets no credential ({refusal.code})"
        self.tell(standing, time, what)

    def _count(self, standing: Standing, time: int) -> int:
        """Return how many claims were tried in this epoch, and count one more."""
        key = epoch_at(self.parts.registry, time), standing.name
        self.tried[key] += 1
        return self.tried[key] - 1

    def _has_claimed(
        self, standing: Standing, hand: Hand, claim: MadeClaim, time: int
    ) -> None:
        registry, who = self.parts.registry, hand.of(standing.name)
        epoch = epoch_at(registry, time)
        self.makers[claim.entry.hash] = who
        self.claims[claim.entry.hash] = claim
        self.claimed.add((epoch, who))
        self.tell(standing, time, f"{hand.who}claims")
        if self.state.phase is Phase.UNLOCKED:
            complete = (epoch + 1) * registry.epoch + registry.grace
            self.settles = max(complete, self.settles or 0)
