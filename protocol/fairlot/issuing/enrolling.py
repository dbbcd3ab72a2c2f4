"""One issuer's steps to enrol a person with the others (specs/issuer.md, section 8.6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fairlot.errors import InputError, Rejection
from fairlot.identity.assembling import assemble_leaf
from fairlot.identity.enrolment import IssuerSecrets, draft_leaf, enrolment_share
from fairlot.identity.leaf import Leaf, LeafShare, check_share, handle_hash, holder_hash
from fairlot.identity.lies import WrongShare
from fairlot.identity.naming import (
    HandleMaker,
    NonceCommitment,
    ToName,
    check_commitment,
    check_list,
    join_handle,
)
from fairlot.identity.part import Part, parts_of
from fairlot.identity.requests import EnrolRequest
from fairlot.issuing.person import Person, book_of
from fairlot.issuing.view import View
from fairlot.names import HASH_LENGTH
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G1_LENGTH, Backend
from fairlot_crypto.keys import SIGNATURE_LENGTH, Signature
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a leaf, with what the issuers have made of it so far."""

    asked: EnrolRequest
    request: bytes
    """Its request_id."""
    parts: tuple[Part, ...]
    without: Collection[int]
    """Without which issuers it goes on."""


@dataclass(frozen=True, slots=True)
class Advanced:
    """How far an enrolment has come."""

    person: Person
    """To be kept, durably, before any part is shown."""
    parts: tuple[Part, ...]
    """The issuer's own."""
    step: str
    """What is waited for; ``leaf`` when it is there."""
    waiting: tuple[int, ...] = ()
    """Whose part of this step is missing."""
    leaf: Leaf | None = None
    """For the board; ``None`` before, and where the board has it."""
    wrong: tuple[WrongShare, ...] = field(default=(), repr=False)
    """What shows who signed a wrong share."""


def admitted(
    view: View,
    people: Mapping[int, Person],
    asked: EnrolRequest,
    request: bytes,
    now: int,
) -> Person:
    """Return what is kept of a person who may have the leaf (step 40).

    Args:
        view: of the log.
        people: what is kept of all leaves, by index.
        asked: the request.
        request: its request_id.
        now: the issuer's clock, Unix seconds.

    Raises:
        Rejection: ``attestation.*``, ``enrolment.*``, ``issuer.attempt``.
    """
    # Step 40.
    index, attestation = asked.index, asked.attestation
    known, posted = people.get(index), view.state.leaves.get(index)
    if known is not None and known.request == request:
        return known
    if posted is not None and posted.holder != holder_hash(attestation.holder_key):
        raise Rejection("enrolment.index", f"leaf {index} is somebody else's")
    others = (each for each in people.values() if each.index != index)
    if any(each.attestation.person_tag == attestation.person_tag for each in others):
        problem = "this person has a leaf already: nobody gets a second one"
        raise Rejection("enrolment.known-person", problem)
    # Whoever was away admits as of then.
    clock = now if posted is None else attestation.time
    # What others have made of this index instead takes the place of what was reserved.
    last = index - 1 if posted is not None else index
    before = [each for each in people.values() if each.index <= last]
    book_of(view.registry, before, view.state.leaves).admit(attestation, index, clock)
    begun = known if posted is None else None
    if begun and (begun.handle or asked.attempt <= begun.attempt):
        problem = f"attempt {begun.attempt} is under way: finish it, or begin another"
        raise Rejection("issuer.attempt", problem)
    return Person(index, request, asked.attempt, attestation)


def advance(
    curve: Backend,
    view: View,
    secrets: IssuerSecrets,
    person: Person,
    asked: Asked,
    nonce: bytes,
    source: Randomness,
) -> Advanced:
    """Do what the issuer can do now (steps 41 to 44).

    Args:
        curve: the back-end.
        view: of the log.
        secrets: the issuer's.
        person: as ``admitted`` returned it.
        asked: the request.
        nonce: r_i, 32 bytes that belong to this request alone.
        source: of the box.

    Raises:
        Rejection: ``handle.*``, ``enrolment.issuers``, ``enrolment.handle``.
    """
    turn = _Turn(curve, view, secrets, asked, nonce, person.index)
    mine = turn.hashed(person)
    listed, missing = turn.listed(person, mine)
    if missing:
        return Advanced(person, mine, "hash", missing)
    person = replace(person, listed=listed)
    # Step 42.
    if turn.own(person) in listed:
        mine = (*mine, Part(asked.request, "open", secrets.index, {"nonce": nonce}))
    leaf = turn.to_name(person)
    opened = _opened(leaf, listed, asked, {secrets.index: nonce})
    silent = tuple(each.issuer for each in listed if each.issuer not in opened)
    if silent:
        return Advanced(person, mine, "open", silent)
    # Step 43.
    handle = join_handle(leaf, listed, opened)
    if turn.posted is not None and turn.posted.handle != handle_hash(handle):
        problem = "the leaf on the log has another handle than these parts give"
        raise Rejection("enrolment.handle", f"{problem}: look for those of its attempt")
    return turn.share(replace(person, handle=handle), handle, mine, source)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One issuer at one request."""

    curve: Backend
    view: View
    secrets: IssuerSecrets
    asked: Asked
    nonce: bytes = field(repr=False)
    index: int
    """Of the leaf."""

    @property
    def posted(self) -> Leaf | None:
        """The leaf, where it is on the log already: then the issuer was away."""
        return self.view.state.leaves.get(self.index)

    def to_name(self, person: Person) -> ToName:
        """Return the leaf that is to have a handle."""
        holder = holder_hash(person.attestation.holder_key)
        return ToName(self.view.registry, self.index, holder)

    def own(self, person: Person) -> NonceCommitment:
        """Return the issuer's own hash."""
        key, index = self.secrets.key, self.secrets.index
        return HandleMaker(self.to_name(person), index, key, self.nonce).commitment

    def hashed(self, person: Person) -> tuple[Part, ...]:
        """Return the part with the issuer's own hash; none from whoever was away."""
        own = self.own(person)
        if self.posted is not None and own not in person.listed:
            return ()
        body: dict[str, Value] = {"commitment": own.commitment, "sig": own.sig}
        return (Part(self.asked.request, "hash", self.secrets.index, body),)

    def listed(
        self, person: Person, mine: tuple[Part, ...]
    ) -> tuple[tuple[NonceCommitment, ...], tuple[int, ...]]:
        """Return the list of hashes, or whose are missing (step 41)."""
        # Step 41.
        if person.listed:
            return person.listed, ()
        leaf, asked = self.to_name(person), self.asked
        given = _given(leaf, asked)
        if mine:
            given[self.secrets.index] = self.own(person)
        everybody = range(1, len(self.view.registry.issuers) + 1)
        missing = {*everybody} - {*given} - {*asked.without}
        if missing and self.posted is None:
            return (), tuple(sorted(missing))
        listed = tuple(given[i] for i in sorted(given) if i not in asked.without)
        check_list(leaf, listed)
        return listed, ()

    def share(
        self, person: Person, handle: bytes, mine: tuple[Part, ...], source: Randomness
    ) -> Advanced:
        """Add the issuer's share, and make the leaf if the others' are there (step 44)."""
        # Step 44.
        curve, registry, index = self.curve, self.view.registry, self.secrets.index
        draft = draft_leaf(person.attestation.holder_key, person.index, handle, None)
        held = self.secrets, draft, handle, person.attestation.device_key
        share, box = enrolment_share(curve, registry, *held, source)
        body: dict[str, Value] = {
            "commitment": share.commitment,
            "sig": share.sig,
            "box": box,
        }
        mine = (*mine, Part(self.asked.request, "share", index, body))
        if self.posted is not None:
            return Advanced(person, mine, "leaf")
        shares = {**_shares(self.view, draft, self.asked), index: share}
        named = {each.issuer for each in person.listed}
        late = named - {*shares} - {*self.asked.without}
        if late:
            return Advanced(person, mine, "share", tuple(sorted(late)))
        made, wrong = assemble_leaf(curve, registry, draft, [*shares.values()])
        return Advanced(person, mine, "leaf", (), made, wrong)


def _given(leaf: ToName, asked: Asked) -> dict[int, NonceCommitment]:
    """Return the hashes that issuers have signed, the first of each."""
    given: dict[int, NonceCommitment] = {}
    for part in parts_of(asked.request, "hash", asked.parts):
        try:
            fields = part.fields
            commitment = fields.bytes("commitment", HASH_LENGTH)
            sig = Signature(fields.bytes("sig", SIGNATURE_LENGTH))
            fields.done()
            found = NonceCommitment(part.issuer, commitment, sig)
            check_commitment(leaf, found)
        except (InputError, Rejection):
            # Signed by nobody: it names nobody.
            continue
        given.setdefault(part.issuer, found)
    return given


def _opened(
    leaf: ToName,
    listed: Sequence[NonceCommitment],
    asked: Asked,
    own: Mapping[int, bytes],
) -> dict[int, bytes]:
    """Return r_j of those on the list who have shown what they hashed."""
    hashes = {each.issuer: each.commitment for each in listed}
    shown = [*own.items()]
    for part in parts_of(asked.request, "open", asked.parts):
        try:
            fields = part.fields
            shown.append((part.issuer, fields.bytes("nonce", HASH_LENGTH)))
            fields.done()
        except InputError:
            continue
    return {i: r for i, r in shown if hashes.get(i) == leaf.commitment(i, r)}


def _shares(view: View, draft: Leaf, asked: Asked) -> dict[int, LeafShare]:
    """Return the shares that issuers have signed, the first of each."""
    shares: dict[int, LeafShare] = {}
    for part in parts_of(asked.request, "share", asked.parts):
        try:
            share = read_leaf_share(part)
            check_share(view.registry, draft, share, Statements())
        except (InputError, Rejection):
            continue
        shares.setdefault(part.issuer, share)
    return shares


def read_leaf_share(part: Part) -> LeafShare:
    """Read the share of a leaf in a part; whoever it names has not yet signed it.

    Raises:
        InputError: ``issuer.part``.
    """
    fields = part.fields
    share = LeafShare(
        part.issuer,
        fields.bytes("commitment", G1_LENGTH),
        Signature(fields.bytes("sig", SIGNATURE_LENGTH)),
    )
    fields.bytes("box")
    fields.done()
    return share
