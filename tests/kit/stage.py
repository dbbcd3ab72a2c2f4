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
from fairlot.board.sale import SaleState
from fairlot.board.storage import MemoryStorage, Storage
from fairlot.deposit.make import make_entry
from fairlot.deposit.payment import make_payment
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import Attestation
from fairlot.identity.committee import Holder
from fairlot.identity.credential import (
    PendingCredential,
    answer_request,
    receive_credential,
    request_credential,
)
from fairlot.identity.enrolment import (
    Enrolment,
    Identity,
    IssuerSecrets,
    enrol,
    receive_identity,
)
from fairlot.identity.registry import Credentials, Registry, epoch_at
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.rehearsal.parts import START, Parts, cast_parts, write_terms
from fairlot.terms.named_round import NamedRound
from fairlot.terms.terms import Terms
from fairlot.terms.times import EXPIRY_DELAY
from fairlot.terms.witnesses import Witness, Witnesses
from fairlot.text import Json
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Backend
from fairlot_crypto.delay.bicorn import ALPHA_LENGTH
from fairlot_crypto.delay.parameters import Setup, shipped_setup
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.progress import silent
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements

EPOCH = epoch_at(START)
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
    """A person with a leaf and a credential of the first epoch."""

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
        named = self.parts.clock.round_after(times.drawn_from)
        beacon = replace(self.terms.beacon, drand=named)
        return self.with_terms(replace(self.terms, beacon=beacon))

    def expiring(self) -> "Stage":
        """Return the sale waiting for a round whose lack voids it a day later."""
        on = self.waiting()
        (named,) = on.terms.named_rounds()
        expiry = named.due + EXPIRY_DELAY
        times = replace(on.terms.times, expiry=expiry, unlock=expiry + EXPIRY_DELAY)
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

    def state(self) -> SaleState:
        """Return a fresh fold that remembers what this process has verified."""
        return SaleState(self.curve, STATEMENTS)

    def board(self, storage: Storage | None = None) -> Board:
        """Return an honest board, empty."""
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

    def time_entry(self, time: int) -> Entry:
        """Return the TIME entry of the board."""
        return self.sign(EntryType.TIME, {"time": time})

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


def cast_sale(
    curve: Backend, file: TermsFile, people: Sequence[Person], randomness: Randomness
) -> Stage:
    """Cast a sale by a seller's file: everybody has a leaf, in order, and a credential."""
    parts = cast_parts(curve, file, people, randomness)
    setup = shipped_setup(file.delay) or setup_of_one()
    terms = write_terms(file, parts, setup)
    credentials = Credentials(curve, parts.registry)
    book = AdmissionBook(parts.registry)
    members = tuple(
        enrol_person(
            parts,
            credentials,
            book,
            person.name,
            index,
            randomness.derive(f"person/{person.name}"),
        )
        for index, person in enumerate(people)
    )
    return Stage(parts, terms, credentials, members, randomness)


def enrol_person(
    parts: Parts,
    credentials: Credentials,
    book: AdmissionBook,
    name: str,
    index: int,
    randomness: Randomness,
) -> Member:
    """Enrol a person and issue the first credential."""
    curve, registry = credentials.curve, parts.registry
    holder = Holder.generate(randomness)
    attestation = parts.attester.attest(
        name, holder.signing.public, holder.device.public, START
    )
    book.admit(attestation, index, START)
    enrolment = enrol(
        curve,
        registry,
        parts.issuers,
        attestation,
        index,
        randomness.derive("enrolment"),
    )
    book.registered(index, enrolment.handle)
    identity = receive_identity(
        curve, registry, enrolment, holder.device, attestation.attributes
    )
    issued = issue(
        credentials,
        parts.issuers,
        identity,
        holder.signing,
        EPOCH,
        START,
        randomness.derive,
    )
    return Member(name, holder, attestation, enrolment, identity, issued.credential)


@dataclass(frozen=True, slots=True, eq=False)
class Issued:
    """A request, what the issuers answered, and the credential."""

    pending: PendingCredential
    answers: tuple[bytes, ...]
    credential: Credential


def issue(
    credentials: Credentials,
    issuers: Sequence[IssuerSecrets],
    identity: Identity,
    signing: SigningKey,
    epoch: int,
    now: int,
    stream: Callable[[str], Randomness],
) -> Issued:
    """Ask all issuers for a credential of an epoch, and combine their answers.

    Args:
        credentials: of the registry.
        issuers: all of them.
        identity: whose.
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
        stream("request"),
    )
    answers = tuple(
        answer_request(
            credentials,
            issuer,
            identity.leaf,
            identity.attributes,
            pending.request,
            now,
            now,
            stream(f"answer/{issuer.index}"),
        )
        for issuer in issuers
    )
    credential = receive_credential(credentials, identity, pending, answers)
    return Issued(pending, answers, credential)
