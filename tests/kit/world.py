"""People, thieves and issuers around a sale whose folds are the real ones.

Every credential is asked for and answered as the protocol says: a thief has what the device
had, and tries. Entries go straight into the folds, at the time of the clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from fairlot.allocation.settlement import LedgerLine
from fairlot.board.phase import Phase
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.claim.claim import Claim
from fairlot.claim.make import MadeClaim
from fairlot.deposit.make import MadeDeposit, make_cancellation, make_deposit
from fairlot.deposit.nym import nym_from
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.identity.attestation import Purpose
from fairlot.identity.committee import Committee, Holder
from fairlot.identity.credential import request_credential
from fairlot.identity.enrolment import Identity
from fairlot.identity.life import Outcome
from fairlot.identity.receiving import receive_credential
from fairlot.identity.registry import DAY, RollId, epoch_at
from fairlot.identity.roll import Roll, unexpired_rolls
from fairlot.names import Nym, SaleId
from fairlot.rehearsal.parts import START
from fairlot.terms.pool import Pool
from fairlot.terms.roll import RollTerms
from fairlot.terms.terms import REFUND_AT_ONCE
from fairlot.terms.times import Times
from fairlot_crypto.bbs.profile import Credential
from kit import lives
from kit.claims import claimed
from kit.sales import PRICE, Step, source, stage, steps
from kit.stage import Stage

CLOSE = START + 5 * DAY
UNLOCK = CLOSE + 14 * DAY
TIMES = Times(START, CLOSE, CLOSE + 60, CLOSE + 120, CLOSE + 180, UNLOCK, 30)
"""Deposits for five days, and a lock-up of two weeks."""
SEEN = 2 * DAY
"""After how long a theft is noticed."""


@dataclass(frozen=True, slots=True)
class Device:
    """Keys and secrets of one leaf, whoever has them."""

    holder: Holder
    identity: Identity


class World:
    """A registry and a sale of two people, each with a seat to win."""

    def __init__(
        self,
        committee: tuple[int, int] = (1, 0),
        title: str = "",
        late: tuple[str, ...] = (),
        pool: Pool | None = None,
        refund: str = REFUND_AT_ONCE,
    ) -> None:
        """Enrol everybody but ``late``, and open the sale, of two seats or of ``pool``."""
        cast = stage(("ann", "bob", *late), supply=2, committee=committee)
        early = len(cast.members) - len(late)
        title = title or cast.terms.title
        terms = replace(cast.terms, times=TIMES, title=title, refund=refund)
        terms = replace(terms, roll=replace(terms.roll, smallest=early))
        if pool is not None:
            terms = replace(terms, pools=(pool,))
        self.on: Stage = replace(cast.with_terms(terms), leaves=early)
        self.clock = START
        self.state: SaleState = self.on.registered()
        self.committee = Committee(self.on.credentials, self.on.parts.issuers)
        self.devices: dict[str, Device] = {}
        for member in cast.members[:early]:
            identity = self.committee.register(
                self.on.parts.attester, member.name, member.holder, START
            )
            self.devices[member.name] = Device(member.holder, identity)
        self._stages: dict[SaleId, Stage] = {}
        self._open(self.on, self.state)

    @property
    def registry(self) -> RegistryState:
        """The fold of the registry log."""
        return self.state.registry

    @property
    def epoch(self) -> int:
        """The running epoch."""
        return epoch_at(self.on.registry, self.clock)

    def another_sale(
        self, title: str, later: int = 0, refund: str | None = None
    ) -> SaleState:
        """Open another sale of the same registry at once, with its newest roll.

        Args:
            title: of the sale.
            later: by how many seconds all ends later than in the first sale.
            refund: the rule for refunds, by default that of the first sale.
        """
        times = Times(
            self.clock,
            CLOSE + later,
            CLOSE + later + 60,
            CLOSE + later + 120,
            CLOSE + later + 180,
            UNLOCK + later,
            30,
        )
        newest = list(self.registry.rolls.values())[-1]
        roll = RollTerms(0, id=newest.roll_id)
        terms = replace(self.on.terms, title=title, times=times, roll=roll)
        terms = replace(terms, refund=refund or terms.refund)
        on, state = self.on.with_terms(terms), SaleState(self.registry)
        self._open(replace(on, first_roll=newest.roll), state)
        return state

    @property
    def sale_ids(self) -> tuple[SaleId, ...]:
        """The sales of this world."""
        return tuple(self._stages)

    def on_sale(self, state: SaleState) -> Stage:
        """Return the stage of a sale of this world."""
        return self._stages[state.sale_id]

    def _open(self, on: Stage, state: SaleState) -> None:
        for entry in (on.terms_entry(), on.open_entry()):
            state.append(entry, self.clock)
        self._stages[state.sale_id] = on

    def enrol(self, name: str, holder: Holder) -> Device:
        """Be attested for the first time, and get a leaf on the log."""
        identity = self.committee.register(
            self.on.parts.attester, name, holder, self.clock
        )
        self.log(self.committee.leaf_entry(identity))
        self.devices[name] = Device(holder, identity)
        return self.devices[name]

    def roll_due(self) -> Roll:
        """Return the roll that the registry can post now, good until the tail ends."""
        tree, expires = self.registry.tree, self.on.registry.closes
        return self.registry.next_roll(tree.size, tree.root(), self.clock, expires)

    def draw(self, state: SaleState | None = None, *, silent: bool = False) -> None:
        """Close a sale and play it to its RESULT.

        Args:
            state: of the sale; by default the first.
            silent: whether nobody commits: the sale is void.
        """
        sale = self.state if state is None else state
        on = self.on_sale(sale)
        left_out = {"commits"} if silent else set[str]()
        todo = {step.name: step for step in steps(on, [])}
        for name in list(todo)[list(todo).index("close") :]:
            if name not in left_out and sale.phase is not Phase.VOID:
                self._play(on, sale, todo[name])
        self.clock = max(self.clock, on.terms.times.reveal_end + 20)

    def _play(self, on: Stage, state: SaleState, step: Step) -> None:
        for entry in step.make(state):
            if step.time > state.clock:
                state.append(on.time_entry(step.time), state.clock)
            state.append(entry, step.time)

    def unlock(self, state: SaleState | None = None) -> None:
        """Go on to an hour after the unlock of a sale, by default the first."""
        sale = self.state if state is None else state
        on = self.on_sale(sale)
        self.clock = max(self.clock, on.terms.times.unlock) + 3_600
        sale.append(on.sign(EntryType.UNLOCK), self.clock)

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.clock += seconds

    def credential(self, device: Device) -> Credential:
        """Ask for credentials of the running epoch, and return the one for the sale."""
        return self.credentials(device)[self.on.roll_id]

    def credentials(self, device: Device) -> Mapping[RollId, Credential]:
        """Ask every issuer for the credentials of the running epoch.

        Whoever asks names the leaf as the log shows it: a thief reads the log too.
        """
        index = device.identity.leaf.index
        leaf = self.registry.leaf_at(index, self.clock)
        identity = replace(device.identity, leaf=leaf)
        rolls = tuple(self.registry.rolls.values())
        return self.committee.issue(identity, device.holder, leaf, rolls, self.clock)

    def next_credentials(self, device: Device) -> Mapping[RollId, Credential]:
        """Ask every issuer for the credentials of the epoch after the running one."""
        leaf = self.registry.leaf_at(device.identity.leaf.index, self.clock)
        identity = replace(device.identity, leaf=leaf)
        rolls, drawn = tuple(self.registry.rolls.values()), source(f"next/{self.epoch}")
        pending = request_credential(
            self.on.curve,
            self.on.registry,
            identity,
            device.holder.signing,
            self.epoch + 1,
            [each.roll_id for each in unexpired_rolls(rolls, self.clock)],
            drawn,
        )
        request = pending.request
        answers = self.committee.answer(request, leaf, rolls, self.clock, drawn)
        return receive_credential(self.on.credentials, identity, pending, answers)

    def deposit(
        self,
        device: Device,
        seq: int = 0,
        credential: Credential | None = None,
        state: SaleState | None = None,
        members: tuple[Nym, ...] = (),
    ) -> MadeDeposit:
        """Deposit with a fresh credential, or one that was got in this epoch."""
        sale = self.state if state is None else state
        on = self.on_sale(sale)
        shown = credential or self.credentials(device)[on.roll_id]
        label = f"{sale.terms.title}/{device.holder.signing.public.hex()}/{seq}"
        made = make_deposit(
            self.on.credentials,
            shown,
            sale.terms,
            on.roll_id,
            Wish(seq, 1, PRICE, members=members),
            self.epoch,
            source(f"deposit/{label}/{self.epoch}"),
        )
        sale.append(made.entry, self.clock)
        return made

    def nym(self, name: str, state: SaleState | None = None) -> Nym:
        """Return the nym that a person has in a sale, by default in the first."""
        sale = self.state if state is None else state
        identity = self.devices[name].identity
        return nym_from(self.on.curve, identity.nym_secrets, sale.sale_id)

    def cancel(self, device: Device, seq: int) -> None:
        """Cancel with a fresh credential."""
        made = make_cancellation(
            self.on.credentials,
            self.credential(device),
            self.on.terms,
            self.on.roll_id,
            seq,
            self.epoch,
            source(f"cancel/{device.holder.signing.public.hex()}/{seq}/{self.epoch}"),
        )
        self.state.append(made.entry, self.clock)

    def pay(self, nym: Nym, state: SaleState | None = None) -> None:
        """Pay for a position."""
        sale = self.state if state is None else state
        sale.append(self.on_sale(sale).payment(nym, PRICE), self.clock)

    def claim(
        self,
        device: Device,
        label: str,
        seq: int = 0,
        credential: Credential | None = None,
        state: SaleState | None = None,
    ) -> MadeClaim:
        """Claim with a fresh credential, or one that was got in this epoch."""
        sale = self.state if state is None else state
        on = self.on_sale(sale)
        shown = credential or self.credentials(device)[on.roll_id]
        made = claimed(on, shown, self.epoch, f"{sale.terms.title}/{label}", seq)
        sale.append(made.entry, self.clock)
        return made

    def recover(self, name: str, label: str) -> Holder:
        """Be verified again with new keys, and let the issuers begin a recovery."""
        holder = Holder.generate(source(f"again/{label}"))
        index = self.devices[name].identity.leaf.index
        life = self.registry.lives[index]
        asked = self.on.parts.attester.attest(
            name,
            holder.signing.public,
            holder.device.public,
            self.clock,
            life.subject(Purpose.RECOVER),
        )
        self.log(
            self.committee.begin([asked], Purpose.RECOVER, index, life, self.clock)
        )
        return holder

    def switch(self, name: str, holder: Holder) -> Device:
        """Complete a recovery, and open what the issuers send again."""
        index = self.devices[name].identity.leaf.index
        self.log(self.committee.complete(index, self.registry.lives[index], self.clock))
        self.devices[name] = self.opened(index, holder)
        return self.devices[name]

    def opened(self, index: int, holder: Holder) -> Device:
        """Ask the issuers for the shares of a leaf, and open them with a device."""
        leaf = self.registry.leaf_at(index, self.clock)
        life, drawn = self.registry.lives[index], source("resent")
        return Device(holder, self.committee.resend(leaf, life, holder, drawn))

    def recovered(self, name: str, label: str) -> Device:
        """Recover undisturbed: verified, cooled, switched."""
        holder = self.recover(name, label)
        self.wait(self.on.registry.recovery.cooling)
        return self.switch(name, holder)

    def contest(self, device: Device) -> None:
        """Object with a device's key to what has begun."""
        index = device.identity.leaf.index
        life, key = self.registry.lives[index], device.holder.signing
        self.log(lives.contest(self.on.parts, index, key, life.version, life.attempt))

    def rule(self, name: str, outcome: Outcome) -> None:
        """Let the arbiter decide."""
        index = self.devices[name].identity.leaf.index
        life = self.registry.lives[index]
        self.log(
            lives.ruling(self.on.parts, index, outcome, life.version, life.attempt)
        )

    def log(self, entry: Entry) -> None:
        """Put an entry on the registry log."""
        self.registry.append(entry, self.clock)

    def released(self, nym: Nym, state: SaleState | None = None) -> Claim | None:
        """Return the claim that has what the nym has won."""
        sale = self.state if state is None else state
        return sale.released(nym, self.clock)

    def log_time(self, state: SaleState) -> None:
        """Let the log of a sale say what time it is."""
        if self.clock > state.clock:
            state.append(self.on_sale(state).time_entry(self.clock), state.clock)

    def refund(self, nym: Nym, state: SaleState | None = None) -> LedgerLine:
        """Log the time, and return the line of a nym as it is then."""
        sale = self.state if state is None else state
        self.log_time(sale)
        return next(line for line in sale.ledger if line.nym == nym)


def code(attempt: Callable[[], object]) -> str:
    """Return the code with which somebody is refused; empty if they are not."""
    try:
        attempt()
    except Rejection as error:
        return error.code
    return ""
