"""A sale that is ready to be played: who plays, and the entries that each of them makes.

Everything is drawn from one source, as in a rehearsal (specs/rehearsal.md).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from fairlot.allocation.settlement import outcome_hash
from fairlot.beacon.contributions import (
    Contributions,
    Frozen,
    make_commitment,
    make_reveal,
)
from fairlot.beacon.recovery import make_recovery
from fairlot.beacon.rounds import make_round
from fairlot.beacon.seals import make_seal
from fairlot.board.keeper import Board
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.storage import MemoryStorage, Storage
from fairlot.deposit.make import make_entry
from fairlot.deposit.payment import make_payment
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType, Role, sign_entry
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.answering import answer_request
from fairlot.identity.attestation import Attestation
from fairlot.identity.committee import Holder, signed_roll
from fairlot.identity.credential import PendingCredential, request_credential
from fairlot.identity.enrolment import (
    Enrolment,
    Identity,
    IssuerSecrets,
    enrol,
    receive_identity,
)
from fairlot.identity.leaf import make_leaf_entry
from fairlot.identity.naming import joint_handle
from fairlot.identity.receiving import receive_credential
from fairlot.identity.registry import DAY, Credentials, Registry, RollId
from fairlot.identity.roll import PostedRoll, Roll, roll_id_of, unexpired_rolls
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.logs import LogIdentity, LogKind, Witness, Witnesses
from fairlot.names import Nym
from fairlot.rehearsal.announcing import write_terms
from fairlot.rehearsal.parts import LOCKUP, START, Parts, cast_parts
from fairlot.terms.named_round import NamedRound
from fairlot.terms.terms import Terms
from fairlot.terms.times import EXPIRY_DELAY
from fairlot.text import Json
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Backend
from fairlot_crypto.delay.bicorn import ALPHA_LENGTH
from fairlot_crypto.delay.parameters import Setup, shipped_setup
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.progress import silent
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements

EPOCH = START // DAY
STATEMENTS = Statements()
"""What this process has verified: small sales repeat the same entries many times."""
NOTHING: Mapping[str, Value] = {}


def setup_of_one() -> Setup:
    """Return the set-up of a delay of one squaring."""
    setup = shipped_setup(1)
    if setup is None:
        raise AssertionError("the package ships a set-up for T = 1")
    return setup


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A person with a leaf and a credential of the first epoch, for the first roll."""

    name: str
    holder: Holder
    attestation: Attestation
    enrolment: Enrolment
    identity: Identity
    credential: Credential


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """Who plays, and what they agreed on."""

    parts: Parts
    terms: Terms
    credentials: Credentials
    members: tuple[Member, ...]
    randomness: Randomness
    """Of which all that is drawn for entries is a child."""
    alpha_length: int = ALPHA_LENGTH
    """Bytes of an opening; a short one is quick."""
    leaves: int | None = None
    """How many members have leaves on the log; ``None`` for all."""
    first_roll: Roll | None = None
    """Another first roll than the one of ``leaves``, which the issuers sign all the same."""

    @property
    def curve(self) -> Backend:
        """The back-end."""
        return self.credentials.curve

    @property
    def registry(self) -> Registry:
        """The registry."""
        return self.parts.registry

    @property
    def issuer_key(self) -> SigningKey:
        """The first issuer's key."""
        return self.parts.issuers[0].key

    def member(self, who: int | str) -> Member:
        """Return a person, by place or by name."""
        if isinstance(who, int):
            return self.members[who]
        return next(member for member in self.members if member.name == who)

    def with_terms(self, terms: Terms) -> "Stage":
        """Return the same cast under other terms."""
        return replace(self, terms=terms)

    def watched(self, number: int = 3, quorum: int = 2) -> "Stage":
        """Return the sale with witnesses, whose keys are drawn."""
        named = tuple(
            Witness(f"witness.example/{i}", self.witness_key(i).public)
            for i in range(number)
        )
        return self.with_terms(replace(self.terms, witnesses=Witnesses(named, quorum)))

    def witness_key(self, number: int) -> SigningKey:
        """Return the key of a witness."""
        return SigningKey.generate(self.randomness.derive(f"witness/{number}"))

    def waiting(self) -> "Stage":
        """Return the sale with a seed that waits for a round of the own clock."""
        times = self.terms.times
        named = NamedRound.after(self.parts.clock.chain, times.drawn_from)
        beacon = replace(self.terms.beacon, drand=named)
        return self.with_terms(replace(self.terms, beacon=beacon))

    def expiring(self) -> "Stage":
        """Return the sale waiting for a round whose lack voids it a day later."""
        on = self.waiting()
        (named,) = on.terms.named_rounds()
        expiry = named.due + EXPIRY_DELAY
        times = replace(on.terms.times, expiry=expiry, unlock=expiry + LOCKUP)
        return on.with_terms(replace(on.terms, times=times))

    def relayed(self, named: NamedRound, step: int = 0, **changes: Json) -> bytes:
        """Return a round of the own clock as a relay gives it.

        Args:
            named: the round.
            step: how many rounds later.
            changes: other fields.
        """
        beacon = self.parts.clock.sign(self.curve, named.round_number + step)
        signature = beacon.signature.hex()
        fields: dict[str, Json] = {"round": beacon.round_number, "signature": signature}
        return json.dumps({**fields, **changes}).encode()

    @property
    def roll(self) -> PostedRoll:
        """The roll of everybody, with which the sale opens."""
        made = roll_of(self.registry, self.enrolled, self.parts, self.begins)
        if self.first_roll is None:
            return made
        name = roll_id_of(self.registry.registry_id, self.first_roll)
        return replace(made, roll_id=name, roll=self.first_roll)

    @property
    def roll_id(self) -> RollId:
        """The name of that roll."""
        return self.roll.roll_id

    @property
    def enrolled(self) -> tuple[Identity, ...]:
        """The identities whose leaves are on the log, in their order."""
        return tuple(member.identity for member in self.members[: self.leaves])

    def log(self, kind: LogKind) -> LogIdentity:
        """Return what tells the log of the sale, or of the registry, from others."""
        return self.terms.log if kind is LogKind.SALE else self.registry.log

    def state(self) -> SaleState:
        """Return a fresh fold of both logs, which remembers what was verified before."""
        return SaleState(RegistryState(self.curve, STATEMENTS))

    def registered(self) -> SaleState:
        """Return a fold of a sale without an entry, whose registry is as in ``steps``."""
        state = self.state()
        begun = self.registry, self.enrolled, self.parts, self.begins
        for entry in registry_log(*begun):
            state.registry.append(entry, self.begins)
        state.registry.append(self.roll_entry(), self.begins)
        return state

    @property
    def begins(self) -> int:
        """When registry and sale begin: as all rehearsals, or when the sale opens."""
        return min(START, self.terms.times.open)

    def board(self, storage: Storage | None = None) -> Board:
        """Return an honest board of the sale, empty."""
        kept = MemoryStorage() if storage is None else storage
        return Board(kept, self.terms.board.name, self.parts.board, self.state())

    def sign(
        self,
        kind: EntryType,
        body: Mapping[str, Value] = NOTHING,
        key: SigningKey | None = None,
    ) -> Entry:
        """Sign an entry of the sale, as the board unless ``key`` says otherwise."""
        return sign_entry(kind, self.terms.sale_id, body, key or self.parts.board)

    def cancelling(
        self, reason: str = "cancelled", key: SigningKey | None = None
    ) -> Entry:
        """Return a VOID that states the seller's role, also with another reason or key."""
        by = key or self.parts.seller
        body = {"reason": reason}
        sale = self.terms.sale_id
        return sign_entry(EntryType.VOID, sale, body, by, role=Role.SELLER)

    def sign_registry(
        self,
        kind: EntryType,
        body: Mapping[str, Value],
        key: SigningKey | None = None,
    ) -> Entry:
        """Sign an entry of the registry, as the first issuer unless ``key`` says else."""
        return sign_entry(kind, self.registry.registry_id, body, key or self.issuer_key)

    def terms_entry(self, terms: Terms | None = None) -> Entry:
        """Return the TERMS entry, also of other ``terms``."""
        posted = terms or self.terms
        value, seller = posted.to_value(), self.parts.seller
        return sign_entry(EntryType.TERMS, posted.sale_id, value, seller)

    def registry_entry(self, changes: Mapping[str, Value] = NOTHING) -> Entry:
        """Return the REGISTRY entry of what the terms name, or one with changed fields."""
        body = {**self.registry.to_value(), **changes}
        named, key = self.terms.registry, self.issuer_key
        return sign_entry(EntryType.REGISTRY, named, body, key)

    def roll_entry(
        self, roll: Roll | None = None, changes: Mapping[str, Value] = NOTHING
    ) -> Entry:
        """Return the ROLL entry of everybody or of another roll, or one changed."""
        stated = roll or self.roll.roll
        body = signed_roll(self.registry.registry_id, stated, self.parts.issuers)
        return self.sign_registry(EntryType.ROLL, {**body, **changes}, self.parts.board)

    def open_entry(self, roll: RollId | None = None) -> Entry:
        """Return the OPEN entry with the roll of everybody, or another one."""
        return self.sign(EntryType.OPEN, {"roll": roll or self.roll_id})

    def leaf_entry(
        self, identity: Identity, changes: Mapping[str, Value] = NOTHING
    ) -> Entry:
        """Return the LEAF entry of an identity, or one with some fields changed."""
        body = {**identity.leaf.to_value(), **changes}
        return self.sign_registry(EntryType.LEAF, body)

    def deposit(
        self,
        who: int | str,
        wish: Wish,
        kind: EntryType = EntryType.DEPOSIT,
        terms: Terms | None = None,
        randomness: Randomness | None = None,
    ) -> Entry:
        """Return a person's DEPOSIT or CANCEL; other randomness, another deposit."""
        member = self.member(who)
        own = member.holder.randomness.derive(f"deposit/{wish.seq}")
        made = make_entry(
            self.credentials,
            member.credential,
            terms or self.terms,
            self.roll_id,
            kind,
            EPOCH,
            wish,
            randomness or own,
        )
        return made.entry

    def payment(self, nym: Nym, amount: int, label: str = "") -> Entry:
        """Return a PAID entry; another label, another reference."""
        stream = self.randomness.derive(f"payment/{label or nym.hex()}")
        return make_payment(self.terms.sale_id, nym, amount, self.parts.escrow, stream)

    def alpha(self, number: int = 0) -> int:
        """Return the opening of a contributor."""
        stream = self.randomness.derive(f"alpha/{number}")
        return os2ip(stream.take(self.alpha_length))

    def commit(
        self, frozen: Frozen, number: int = 0, alpha: int | None = None
    ) -> Entry:
        """Return the COMMIT entry of a contributor."""
        key = self.parts.contributors[number]
        opening = self.alpha(number) if alpha is None else alpha
        return make_commitment(self.terms, frozen, opening, key)

    def reveal(
        self,
        number: int = 0,
        alpha: int | None = None,
        key: SigningKey | None = None,
    ) -> Entry:
        """Return the REVEAL entry of a contributor."""
        opening = self.alpha(number) if alpha is None else alpha
        signer = key or self.parts.contributors[number]
        return make_reveal(self.terms.sale_id, opening, signer)

    def recovery(self, contributions: Contributions, **changes: Value) -> Entry:
        """Return a RECOVER entry of anybody's, or one with some fields changed."""
        key = self._anybody()
        made = make_recovery(self.terms, contributions, silent, key)
        return self.sign(EntryType.RECOVER, {**made.body, **changes}, key)

    def round(
        self, named: NamedRound | None = None, step: int = 0, **changes: Value
    ) -> Entry:
        """Return the ROUND entry of a round of the own clock.

        Args:
            named: the round; by default the only one that the terms name.
            step: how many rounds later.
            changes: other fields.
        """
        if named is None:
            (named,) = self.terms.named_rounds()
        key = self._anybody()
        beacon = self.parts.clock.sign(self.curve, named.round_number + step)
        made = make_round(self.terms.sale_id, named.chain, beacon, key)
        return self.sign(EntryType.ROUND, {**made.body, **changes}, key)

    def time_entry(
        self, time: int, log: LogKind = LogKind.SALE, scope: bytes | None = None
    ) -> Entry:
        """Return the TIME entry of the board on one of the logs, or on that of a scope."""
        body, key = {"time": time}, self.parts.board
        named = self.log(log).scope if scope is None else scope
        return sign_entry(EntryType.TIME, named, body, key, log)

    def close(self, state: SaleState, time: int | None = None) -> Entry:
        """Return the CLOSE entry of a board that stands so.

        Args:
            state: of the board.
            time: when it comes, by default when it is due: a TIME may come before it.
        """
        due = self.terms.times.close if time is None else time
        tree = state.tree
        size, root = tree.size, tree.root()
        if due != state.clock:
            size, root = size + 1, tree.root_after(self.time_entry(due).encoded)
        return self.sign(EntryType.CLOSE, {"size": size, "root": root})

    def seal(
        self, state: SaleState, number: int = 0, key: SigningKey | None = None
    ) -> Entry:
        """Return the SEAL entry of a contributor after COMMIT_END."""
        if state.seals is None:
            raise AssertionError("there is nothing to seal")
        signer = key or self.parts.contributors[number]
        return make_seal(self.terms.sale_id, state.seals.due, signer)

    def result(self, state: SaleState, **changes: Value) -> Entry:
        """Return the RESULT entry, or one with some fields changed."""
        draw, _, ledger = state.result()
        outcome = outcome_hash(ledger, self.terms.pools)
        body = {**draw.to_value(), "outcome": outcome, **changes}
        return self.sign(EntryType.RESULT, body)

    def _anybody(self) -> SigningKey:
        return SigningKey.generate(self.randomness.derive("anybody"))


def registry_log(
    registry: Registry, identities: Sequence[Identity], parts: Parts, begins: int
) -> tuple[Entry, ...]:
    """Return the entries of a registry log before its first roll, all of one time."""
    scope, issuer = registry.registry_id, parts.issuers[0].key
    kind, time = LogKind.REGISTRY, {"time": begins}
    return (
        sign_entry(EntryType.REGISTRY, scope, registry.to_value(), issuer),
        sign_entry(EntryType.TIME, scope, time, parts.board, kind),
        *(make_leaf_entry(scope, each.leaf, issuer) for each in identities),
    )


_ROLLS: dict[tuple[bytes, ...], PostedRoll] = {}
"""By registry, board and identity commitments."""


def roll_of(
    registry: Registry,
    identities: Sequence[Identity],
    parts: Parts,
    begins: int = START,
) -> PostedRoll:
    """Return the first roll of a registry log with these leaves; it is made once."""
    commitments = (each.leaf.commitment for each in identities)
    stamp = begins.to_bytes(8, "big")
    key = (registry.registry_id, parts.board.public, stamp, *commitments)
    if key not in _ROLLS:
        _ROLLS[key] = _make_roll(registry, identities, parts, begins)
    return _ROLLS[key]


def _make_roll(
    registry: Registry, identities: Sequence[Identity], parts: Parts, begins: int
) -> PostedRoll:
    tree = Tree()
    for entry in registry_log(registry, identities, parts, begins):
        tree.append(entry.encoded)
    leaves = len(identities)
    roll = Roll(0, begins, tree.size, tree.root(), leaves, registry.closes)
    name = roll_id_of(registry.registry_id, roll)
    return PostedRoll(name, roll, leaves, frozenset())


def cast_sale(
    curve: Backend, file: TermsFile, people: Sequence[Person], randomness: Randomness
) -> Stage:
    """Cast a sale by a seller's file: everybody has a leaf, in order, and a credential."""
    parts = cast_parts(curve, file, people, randomness)
    setup = shipped_setup(file.delay) or setup_of_one()
    terms = write_terms(file, parts, setup)
    credentials = Credentials(curve, parts.registry)
    book = AdmissionBook(parts.registry)
    drafts = [
        enrol_person(
            parts,
            credentials,
            book,
            person.name,
            index,
            randomness.derive(f"person/{person.name}"),
        )
        for index, person in enumerate(people)
    ]
    identities = tuple(each.identity for each in drafts)
    rolls = [roll_of(parts.registry, identities, parts)]
    members = tuple(admit_member(parts, credentials, rolls, each) for each in drafts)
    return Stage(parts, terms, credentials, members, randomness)


def unrolled(on: Stage, leaves: int) -> Stage:
    """Return the sale with only the first members on the log, and terms that allow it.

    The issuers give all the others credentials for the roll, too.
    """
    fewer = replace(on, leaves=leaves)
    roll = replace(fewer.roll, enrolled=len(on.members))
    members = tuple(
        admit_member(on.parts, on.credentials, [roll], each) for each in on.members
    )
    small = replace(on.terms.roll, smallest=leaves)
    terms = replace(on.terms, roll=small)
    return replace(fewer, members=members, terms=terms)


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """A person with a leaf."""

    name: str
    holder: Holder
    attestation: Attestation
    enrolment: Enrolment
    identity: Identity


def enrol_person(
    parts: Parts,
    credentials: Credentials,
    book: AdmissionBook,
    name: str,
    index: int,
    randomness: Randomness,
) -> Enrolled:
    """Enrol a person."""
    curve, registry = credentials.curve, parts.registry
    holder = Holder.generate(randomness)
    attestation = parts.attester.attest(
        name, holder.signing.public, holder.device.public, START
    )
    book.admit(attestation, index, START)
    enrolling = randomness.derive("enrolment")
    named = joint_handle(registry, parts.issuers, attestation, index, enrolling)
    enrolment = enrol(
        curve, registry, parts.issuers, attestation, index, named, enrolling
    )
    book.registered(index, enrolment.handle)
    identity = receive_identity(
        curve, registry, enrolment, holder.device, attestation.attributes
    )
    return Enrolled(name, holder, attestation, enrolment, identity)


def admit_member(
    parts: Parts,
    credentials: Credentials,
    rolls: Sequence[PostedRoll],
    enrolled: "Enrolled | Member",
) -> Member:
    """Issue the first credential to a person who is on the first of some rolls."""
    holder = enrolled.holder
    issued = issue(
        credentials,
        parts.issuers,
        enrolled.identity,
        rolls,
        holder.signing,
        EPOCH,
        START,
        holder.randomness.derive,
    )
    return Member(
        enrolled.name,
        holder,
        enrolled.attestation,
        enrolled.enrolment,
        enrolled.identity,
        issued.credentials[rolls[0].roll_id],
    )


@dataclass(frozen=True, slots=True, eq=False)
class Issued:
    """A request, what the issuers answered, and the credentials."""

    pending: PendingCredential
    answers: tuple[bytes, ...]
    credentials: Mapping[RollId, Credential]


def issue(
    credentials: Credentials,
    issuers: Sequence[IssuerSecrets],
    identity: Identity,
    rolls: Sequence[PostedRoll],
    signing: SigningKey,
    epoch: int,
    now: int,
    stream: Callable[[str], Randomness],
) -> Issued:
    """Ask all issuers for the credentials of an epoch, and combine their answers.

    Args:
        credentials: of the registry.
        issuers: all of them.
        identity: whose.
        rolls: all that are on the registry log.
        signing: the holder's key.
        epoch: of the credential.
        now: the time of it all.
        stream: gives the randomness of ``request`` and of ``answer/1``, ``answer/2``, ...
    """
    pending = request_credential(
        credentials.curve,
        credentials.registry,
        identity,
        signing,
        epoch,
        [each.roll_id for each in unexpired_rolls(rolls, now)],
        stream("request"),
    )
    answers = tuple(
        answer_request(
            credentials,
            issuer,
            identity.leaf,
            rolls,
            identity.attributes,
            pending.request,
            now,
            now,
            stream(f"answer/{issuer.index}"),
        )
        for issuer in issuers
    )
    received = receive_credential(credentials, identity, pending, answers)
    return Issued(pending, answers, received)
