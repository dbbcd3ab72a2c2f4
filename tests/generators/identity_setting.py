"""Issuers, an attester and a person from fixed seeds (specs/identity.md, credential.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fairlot.identity.attestation import Attestation, sign_attestation
from fairlot.identity.enrolment import (
    Enrolment,
    Identity,
    IssuerSecrets,
    enrol,
    receive_identity,
)
from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.leaf import Leaf
from fairlot.identity.naming import joint_handle
from fairlot.identity.registry import (
    DAY,
    Attribute,
    Credentials,
    Disputes,
    Issuer,
    Recovering,
    Registry,
    RollId,
)
from fairlot.identity.roll import PostedRoll, Roll, roll_id_of
from fairlot.identity.uniqueness import Uniqueness
from fairlot.logs import NOBODY, BoardIdentity
from fairlot_crypto import cbor
from fairlot_crypto.committee import prss, shamir, threshold
from fairlot_crypto.curve import Scalar, scalar_to_bytes
from fairlot_crypto.hashing import scalar_for
from fairlot_crypto.keys import OpeningKey, SigningKey
from fairlot_crypto.voprf.oprf import person_tag
from fairlot_crypto.voprf.suite import input_element
from generators.case import Raw
from generators.committee_setting import GROUP, keys_of, octets, stream

START = 1_893_456_000
"""2030-01-01T00:00:00Z, the first second of epoch 21915 and of the season."""
NOW = START + 50_000
"""In the middle of an epoch."""
INDEX = 5
"""Of the leaf."""
PERSON = "Ada, № 1"
VALUES = ("listed", "north", "", "")
TAG_KEY = Scalar(scalar_for("vectors", b"tag key"))
"""k, which every committee here shares."""
LIST = Source("list", Canonicaliser.NAME)
RATE = 1000


def signing_key(label: str) -> SigningKey:
    """Return the Ed25519 key whose seed is that of ``label``."""
    return SigningKey.from_seed(stream.seed(label))


@dataclass(frozen=True, slots=True)
class Setting:
    """A registry with all its secrets, and one person in it."""

    name: str
    registry: Registry
    issuers: tuple[IssuerSecrets, ...]
    holder: SigningKey
    device: OpeningKey
    attestation: Attestation
    enrolment: Enrolment
    identity: Identity
    credentials: Credentials
    rolls: tuple[PostedRoll, ...]
    """One that has expired; one that covers the leaf; one at which it was closed."""

    @property
    def roll_id(self) -> RollId:
        """The name of the roll that covers the leaf."""
        return self.rolls[1].roll_id

    @property
    def leaf(self) -> Leaf:
        """The person's leaf."""
        return self.identity.leaf


@cache
def setting(members: int = 1, degree: int = 0, nym_secrets: int = 1) -> Setting:
    """Return the setting of a committee; every secret comes from a labelled seed."""
    name = f"{members}-{degree}-{nym_secrets}"
    issuers, shares = _issuers(members, degree, name)
    registry = _registry(nym_secrets, degree, issuers, shares)
    holder = signing_key("holder")
    device = OpeningKey(stream.seed("device"))
    attestation = attest(registry, PERSON, holder, device)
    source = stream(f"enrol {name}")
    named = joint_handle(registry, issuers, attestation, INDEX, source)
    enrolment = enrol(GROUP, registry, issuers, attestation, INDEX, named, source)
    return Setting(
        name=name,
        registry=registry,
        issuers=issuers,
        holder=holder,
        device=device,
        attestation=attestation,
        enrolment=enrolment,
        identity=receive_identity(
            GROUP, registry, enrolment, device, attestation.attributes
        ),
        credentials=Credentials(GROUP, registry),
        rolls=_rolls(registry),
    )


def _rolls(registry: Registry) -> tuple[PostedRoll, ...]:
    """Return rolls of a log on which the leaf is the last of six."""
    closes = registry.closes
    rows = ((8, 5, NOW - 20_000, ()), (16, 6, closes, ()), (24, 5, closes, (INDEX,)))
    found: list[PostedRoll] = []
    for number, (size, leaves, expires, closed) in enumerate(rows):
        root = stream.seed(f"root {number}")
        time = START + 3_600 * number
        roll = Roll(number, time, size, root, leaves, expires)
        name = roll_id_of(registry.registry_id, roll)
        enrolled = leaves + len(closed)
        found.append(PostedRoll(name, roll, enrolled, frozenset(closed)))
    return tuple(found)


def _issuers(
    members: int, degree: int, name: str
) -> tuple[tuple[IssuerSecrets, ...], tuple[bytes, ...]]:
    public, held = threshold.deal_key(GROUP, members, degree, stream(f"key {name}"))
    season = prss.deal(members, degree, stream(f"season {name}"))
    issuers = tuple(
        IssuerSecrets(i, signing_key(f"issuer {i}"), season[i - 1], held[i - 1])
        for i in range(1, members + 1)
    )
    return issuers, tuple(w.to_bytes() for w in public.shares)


def _registry(
    nym_secrets: int,
    degree: int,
    issuers: tuple[IssuerSecrets, ...],
    shares: tuple[bytes, ...],
) -> Registry:
    return Registry(
        rehearsal=True,
        season=2030,
        starts=START,
        ends=START + 365 * 86_400,
        attributes=(
            Attribute("assurance", ("listed", "document")),
            Attribute("region", ("north", "south")),
            Attribute("cohort_a", ()),
            Attribute("cohort_b", ()),
        ),
        nym_secrets=nym_secrets,
        threshold=degree,
        issuers=tuple(
            Issuer(issuer.key.public, w)
            for issuer, w in zip(issuers, shares, strict=True)
        ),
        attesters=(signing_key("attester").public,),
        board=BoardIdentity("board.example/registry", signing_key("board").public),
        witnesses=NOBODY,
        recovery=Recovering(1, 3 * DAY, 7 * DAY, 7 * DAY),
        disputes=Disputes(signing_key("disputes").public, 14 * DAY),
        uniqueness=told_apart(len(issuers), degree),
    )


def told_apart(members: int, degree: int) -> Uniqueness:
    """Return how people are told apart, with a sharing of TAG_KEY."""
    held = shamir.split(TAG_KEY, members, degree, stream(f"tags {members}"))
    points = (GROUP.g1_generator() * k for k in held.values())
    return Uniqueness(LIST, RATE, tuple(K.to_bytes() for K in points))


def tag_of(person: str) -> bytes:
    """Return the tag that the issuers would compute together."""
    identifier = LIST.identifier(person)
    return person_tag(identifier, input_element(GROUP, identifier) * TAG_KEY)


def attest(
    registry: Registry,
    person: str,
    holder: SigningKey,
    device: OpeningKey,
    attributes: tuple[str, ...] = VALUES,
    time: int = NOW - 1000,
) -> Attestation:
    """Attest ``person``, at START + 49000 by default."""
    return sign_attestation(
        registry.registry_id,
        tag_of(person),
        holder.public,
        device.public,
        attributes,
        time,
        signing_key("attester"),
    )


def registry_octets(registry: Registry) -> bytes:
    """Return the registry as it is hashed."""
    return cbor.encode(registry.to_value())


def rolls_inputs(rolls: Sequence[PostedRoll]) -> list[Raw]:
    """Return rolls as an issuer knows them of its view."""
    return [
        {
            "roll": cbor.encode(each.roll.to_value()),
            "enrolled": each.enrolled,
            "closed": sorted(each.closed),
        }
        for each in rolls
    ]


def leaf_octets(leaf: Leaf) -> bytes:
    """Return the body of the LEAF entry."""
    return cbor.encode(leaf.to_value())


def attestation_inputs(attestation: Attestation) -> dict[str, Raw]:
    """Return an attestation."""
    return {
        "registry_id": attestation.registry_id,
        "person_tag": attestation.person_tag,
        "holder_key": attestation.holder_key,
        "device_key": attestation.device_key,
        "attributes": list(attestation.attributes),
        "time": attestation.time,
        "purpose": attestation.subject.purpose.value,
        "version": attestation.subject.version,
        "attempt": attestation.subject.attempt,
        "attester": attestation.attester,
        "sig": attestation.sig,
    }


def issuer_inputs(issuer: IssuerSecrets) -> dict[str, Raw]:
    """Return everything that an issuer holds; sharing_id is that of the registry."""
    return {
        "index": issuer.index,
        "key_seed": issuer.key.seed,
        "season_keys": keys_of(issuer.season_keys.keys),
        "secret": scalar_to_bytes(issuer.signing.secret),
        "exponent_key": issuer.signing.exponent_key,
        "signing_keys": keys_of(issuer.signing.prss.keys),
    }


def identity_inputs(identity: Identity) -> Mapping[str, Raw]:
    """Return what the holder keeps of a leaf."""
    return {
        "leaf": leaf_octets(identity.leaf),
        "attributes": list(identity.attributes),
        "rho": scalar_to_bytes(identity.rho),
        "nym_secrets": octets(identity.nym_secrets),
    }
