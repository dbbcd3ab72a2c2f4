"""A sale small enough for vectors: two people, one contributor, one squaring.

Everything is drawn from one fixed seed as in a rehearsal (specs/rehearsal.md).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from fairlot.allocation.settlement import outcome_hash
from fairlot.beacon.contributions import make_commitment, make_reveal
from fairlot.beacon.recovery import make_recovery
from fairlot.beacon.rounds import make_round
from fairlot.board.sale import SaleState
from fairlot.deposit.make import make_entry
from fairlot.deposit.payment import make_payment
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.errors import InvariantError, Rejection
from fairlot.identity.committee import Holder
from fairlot.identity.credential import (
    answer_request,
    receive_credential,
    request_credential,
)
from fairlot.identity.enrolment import AdmissionBook, Identity
from fairlot.identity.registry import Credentials, epoch_at
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.rehearsal.parts import START, Parts, cast_parts, write_terms
from fairlot.rehearsal.work import EnrolJob, enrol_people
from fairlot.terms.pool import Mechanism, Pool
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import backend
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.parameters import shipped_setup
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.progress import silent
from fairlot_crypto.randomness import Randomness, SeededRandomness
from fairlot_crypto.statements import Statements

GROUP = backend()
SEED = hashlib.sha256(b"fairlot-vectors/1").digest()
PEOPLE = ("ann", "bob")
PRICE = 5_000
FIRST = Wish(seq=0, wants=1, amount=PRICE)
STATEMENTS = Statements()
"""What this process has verified: vectors repeat the same entries many times."""

_FILE = TermsFile(
    title="Club concert",
    asset="seat",
    pools=(Pool("main", Mechanism.EQUAL_SHARE, supply=1, price=PRICE, cap=1),),
    issuers=1,
    threshold=0,
    contributors=1,
    delay=1,
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person of the stage."""

    holder: Holder
    identity: Identity
    credential: Credential


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries under one checkpoint."""

    time: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """Who plays, and what they agreed on."""

    parts: Parts
    terms: Terms
    credentials: Credentials
    actors: Mapping[str, Actor]

    def sign(
        self, kind: EntryType, body: Mapping[str, Value], key: SigningKey | None = None
    ) -> Entry:
        """Sign an entry of the sale, as the board unless ``key`` says otherwise."""
        return sign_entry(kind, self.terms.sale_id, body, key or self.parts.board)

    def terms_entry(self, terms: Terms | None = None) -> Entry:
        """Return the TERMS entry, also of other ``terms``."""
        posted = terms or self.terms
        value, seller = posted.to_value(), self.parts.seller
        return sign_entry(EntryType.TERMS, posted.sale_id, value, seller)

    def registry_entry(self) -> Entry:
        """Return the REGISTRY entry."""
        return self.sign_registry(
            EntryType.REGISTRY,
            self.parts.registry.to_value(),
            self.parts.issuers[0].key,
        )

    def leaf_entry(self, who: str) -> Entry:
        """Return a person's LEAF entry."""
        body = self.actors[who].identity.leaf.to_value()
        return self.sign_registry(EntryType.LEAF, body, self.parts.issuers[0].key)

    def sign_registry(
        self, kind: EntryType, body: Mapping[str, Value], key: SigningKey
    ) -> Entry:
        """Sign an entry of the registry."""
        return sign_entry(kind, self.parts.registry.registry_id, body, key)

    def deposit(
        self,
        who: str,
        wish: Wish = FIRST,
        kind: EntryType = EntryType.DEPOSIT,
        terms: Terms | None = None,
    ) -> Entry:
        """Return a person's DEPOSIT or CANCEL."""
        actor = self.actors[who]
        stream = actor.holder.randomness.derive(f"deposit/{wish.seq}")
        made = make_entry(
            self.credentials,
            actor.credential,
            terms or self.terms,
            kind,
            epoch_at(START),
            wish,
            stream,
        )
        return made.entry

    def payment(self, nym: bytes, amount: int, label: str) -> Entry:
        """Return a PAID entry."""
        stream = randomness().derive(f"payment/{label}")
        return make_payment(
            self.terms.sale_id, Nym(nym), amount, self.parts.escrow, stream
        )

    def commitment(self, state: SaleState, alpha: int | None = None) -> Entry:
        """Return the contributor's COMMIT entry to a closed sale."""
        frozen = state.contributions.frozen
        key = self.parts.contributors[0]
        return make_commitment(self.terms, frozen, alpha or draw_alpha(), key)

    def reveal(self, alpha: int | None = None, key: SigningKey | None = None) -> Entry:
        """Return the contributor's REVEAL entry."""
        opener = key or self.parts.contributors[0]
        return make_reveal(self.terms.sale_id, alpha or draw_alpha(), opener)

    def recovery(self, state: SaleState, **changes: Value) -> Entry:
        """Return a RECOVER entry of anybody's, with changed fields if there are any."""
        key = SigningKey.generate(randomness().derive("anybody"))
        made = make_recovery(self.terms, state.contributions, silent, key)
        return self.sign(EntryType.RECOVER, {**made.body, **changes}, key)

    def round(self, step: int = 0, **changes: Value) -> Entry:
        """Return the ROUND entry that the terms wait for, or one some rounds later."""
        (named,) = self.terms.named_rounds()
        key = SigningKey.generate(randomness().derive("anybody"))
        beacon = self.parts.clock.sign(GROUP, named.round_number + step)
        made = make_round(self.terms.sale_id, named.chain, beacon, key)
        return self.sign(EntryType.ROUND, {**made.body, **changes}, key)

    def close(self, state: SaleState) -> Entry:
        """Return the CLOSE entry."""
        body: dict[str, Value] = {
            "size": state.tree.size,
            "root": state.tree.root(),
        }
        return self.sign(EntryType.CLOSE, body)

    def result(self, state: SaleState, **changes: Value) -> Entry:
        """Return the RESULT entry, with changed fields if there are any."""
        draw, _, ledger = state.result()
        body = {
            **draw.to_value(),
            "outcome": outcome_hash(ledger, self.terms.pools),
            **changes,
        }
        return self.sign(EntryType.RESULT, body)

    def marker(self, kind: EntryType) -> Entry:
        """Return a marker without body."""
        return self.sign(kind, {})


def randomness() -> Randomness:
    """Return the stream of which all others are children."""
    return SeededRandomness(SEED)


def draw_alpha(label: str = "alpha/0") -> int:
    """Return an opening of the contributor."""
    return bicorn.draw_alpha(randomness().derive(label))


@cache
def stage() -> Stage:
    """Set the stage: keys, terms, leaves, credentials."""
    setup = shipped_setup(_FILE.delay)
    if setup is None:
        raise InvariantError("vectors.no-setup", "no set-up ships for T = 1")
    people = [Person(name, 1, PRICE) for name in PEOPLE]
    parts = cast_parts(GROUP, _FILE, people, randomness())
    terms = write_terms(_FILE, parts, setup)
    credentials = Credentials(GROUP, parts.registry)
    return Stage(parts, terms, credentials, _actors(parts, credentials))


def fold(batches: Iterable[Batch]) -> SaleState:
    """Return the state after ``batches``.

    Raises:
        Rejection: the first refusal.
    """
    state = SaleState(GROUP, STATEMENTS)
    for batch in batches:
        for entry in batch.entries:
            state.append(entry, batch.time)
    return state


def fold_leniently(batches: Iterable[Batch]) -> SaleState:
    """Return the state after ``batches``, refused entries being leaves only."""
    state = SaleState(GROUP, STATEMENTS)
    for batch in batches:
        for entry in batch.entries:
            with suppress(Rejection):
                state.apply(entry, batch.time)
            state.tree.append(entry.encoded)
    return state


def publish(batches: Sequence[Batch], name: str | None = None) -> bytes:
    """Return the transcript of ``batches``, legal or not, signed by the board."""
    tree, data = Tree(), b""
    for batch in batches:
        for entry in batch.entries:
            tree.append(entry.encoded)
            data += entry.encoded
        data += cbor.encode(signed_head(tree, batch.time, name).to_text())
    return data


def signed_head(tree: Tree, time: int, name: str | None = None) -> SignedCheckpoint:
    """Return the board's checkpoint over a tree."""
    key, origin = stage().parts.board, name or stage().terms.board.name
    checkpoint = Checkpoint(origin, tree.size, tree.root())
    lines = (
        sign_checkpoint(checkpoint, origin, key),
        cosign_checkpoint(checkpoint, origin, key, time),
    )
    return SignedCheckpoint(checkpoint, lines)


def _actors(parts: Parts, credentials: Credentials) -> dict[str, Actor]:
    book = AdmissionBook(parts.registry)
    holders = {
        name: Holder.generate(randomness().derive(f"person/{name}")) for name in PEOPLE
    }
    todo = [
        (
            holder,
            parts.attester.attest(
                name, holder.signing.public, holder.device.public, START
            ),
            index,
        )
        for index, (name, holder) in enumerate(holders.items())
    ]
    for _, attestation, index in todo:
        book.admit(attestation, index, START)
    enrolled = enrol_people(EnrolJob(GROUP.name, parts, tuple(todo)))
    pairs = zip(holders.items(), enrolled.identities, strict=True)
    return {
        name: Actor(holder, identity, _credential(parts, credentials, holder, identity))
        for (name, holder), identity in pairs
    }


def _credential(
    parts: Parts, credentials: Credentials, holder: Holder, identity: Identity
) -> Credential:
    pending = request_credential(
        GROUP,
        parts.registry,
        identity,
        holder.signing,
        epoch_at(START),
        holder.randomness.derive("request"),
    )
    answers = [
        answer_request(
            credentials,
            issuer,
            identity.leaf,
            identity.attributes,
            pending.request,
            START,
            START,
            holder.randomness.derive(f"answer/{issuer.index}"),
        )
        for issuer in parts.issuers
    ]
    return receive_credential(credentials, identity, pending, answers)
