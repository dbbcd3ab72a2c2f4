"""Lives and sales that are played on the real folds, each act as a model says it must end.

Both folds, the issuers and all credentials are the real ones. An act that a model refuses must
be refused with its code, and one that it takes must be taken.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fairlot.board.phase import DRAWN, Phase
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.claim.claim import read_claim
from fairlot.claim.make import make_claim
from fairlot.deposit.deposit import read_deposit
from fairlot.deposit.make import make_entry
from fairlot.deposit.nym import nym_from
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType
from fairlot.identity.acts import Freeze, Guardian
from fairlot.identity.attestation import Purpose
from fairlot.identity.committee import Committee, Holder
from fairlot.identity.leaf import holder_hash
from fairlot.identity.life import Outcome
from fairlot.identity.registry import DAY, RollId
from fairlot.names import Nym
from fairlot.rehearsal.parts import START
from fairlot.terms.terms import REFUND_WITH_POSITION
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.keys import SigningKey
from kit import lives
from kit.sales import GROUP, PRICE, source
from kit.world import Device, World, code
from person_model import GRACE, PERSON, THIEF, LeafModel, Placed, PositionModel

NAMES = ("ann", "bob", "cat")
LATE = "cat"
"""Has no leaf at first, and so none on the roll of the first sale."""
HORIZON = START + 200 * DAY
"""Nothing waits longer: the season and its tail go on."""


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


class Lives:
    """A world, and what ought to be in it."""

    def __init__(self, committee: tuple[int, int]) -> None:
        """Let Ann and Bob have leaves, and a sale be open."""
        self.world = World(committee, late=(LATE,), refund=REFUND_WITH_POSITION)
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
        self.sent: dict[tuple[int, str], bytes] = {}
        """Where refunds go, of each sale and person."""
        self.next: tuple[Committee, RegistryState] | None = None
        self.continued: set[str] = set()
        self.count = 0

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
        for sold in self.sales:
            self.world.log_time(sold.state)
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

    def _steal(self, name: str) -> None:
        """A thief copies the device, or it is sold."""
        self.stolen[name].add(len(self.devices[name]) - 1)
        self.exposed[name].add(self.world.epoch)

    def _freeze(self, name: str, by: Guardian, key: SigningKey) -> None:
        leaf, mine = self._leaf(name), by is Guardian.HOLDER
        who = holder_hash(key.public) if mine else key.public
        made = lives.act(
            self.world.on.parts, Freeze(self._index(name), leaf.version, by), key
        )
        self._log(made, lambda: leaf.freeze(who, self.now, as_holder=mine))

    def _recover(self, name: str, old: int | None) -> None:
        """Come with new keys, or with those of a device that once held the leaf."""
        mine = self.devices[name]
        fresh = Holder.generate(source(f"again/{name}/{self._fresh()}"))
        holder = fresh if old is None else mine[old % len(mine)].holder
        key = holder_hash(holder.signing.public)
        expected = self._leaf(name).begin("recover", key, self.now)
        self._begin(name, Purpose.RECOVER, holder, expected)
        if not expected:
            self.coming[name] = holder

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

    def _contest(self, name: str, hand: str) -> None:
        leaf, key = self._leaf(name), self._device(name, hand).holder.signing
        numbers = leaf.version, max(1, leaf.attempts)
        made = lives.contest(self.world.on.parts, self._index(name), key, *numbers)
        self._log(made, lambda: leaf.contest(holder_hash(key.public), self.now))

    def _decide(self, name: str, outcome: Outcome) -> None:
        index, leaf = self._index(name), self._leaf(name)
        numbers = leaf.version, max(1, leaf.attempts)
        made = lives.ruling(self.world.on.parts, index, outcome, *numbers)
        self._log(made, lambda: leaf.decide(outcome.value, self.now))

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

    def _pay(self, name: str, sold: Sold, amount: int) -> None:
        on, nym = self.world.on_sale(sold.state), self._nym(name, sold)
        expected = "" if name in sold.people else "paid.unknown-nym"
        if sold.state.phase is not Phase.OPEN:
            expected = "phase.wrong"
        entry = on.payment(nym, amount, str(self._fresh()))
        self._give(self._sale(sold), entry, expected)
        if not expected:
            sold.people[name].paid += amount

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

    def _ask_ahead(self, name: str, hand: str) -> None:
        """Ask for the credentials of the next epoch: they are there in its last hour."""
        device, epoch = self._device(name, hand), self.world.epoch
        rolls = {roll for roll, there in self.rolled if name in there}
        key = holder_hash(device.holder.signing.public)
        expected = self._leaf(name).asks(key, self.now)
        if not expected and self.now % DAY < DAY - GRACE:
            expected = "request.epoch"
        if not expected and not rolls:
            expected = "answer.rolls"

        def ask() -> None:
            found = self.world.next_credentials(device)
            assert set(found) == rolls
            self.got[name, hand] = Got(epoch + 1, found)

        assert code(ask) == expected
        if not expected and hand == THIEF:
            self.exposed[name].add(epoch + 1)

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
