"""What a registry is: season, schema, issuers, attesters (specs/identity.md, section 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NewType

from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem, uint_problem
from fairlot.names import check_time
from fairlot.text import check_attribute, shown
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import IssuerContext, Schema, issuer_context
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import G2, G2_LENGTH, Backend
from fairlot_crypto.errors import CallerError, CryptoError
from fairlot_crypto.hashing import SPEC_VERSION, tagged_hash
from fairlot_crypto.keys import KEY_LENGTH, VerifyKey, check_verify_key

RegistryId = NewType("RegistryId", bytes)
"""H("registry", CBOR of the registry), 32 bytes: it names a registry."""

REGISTRY_VERSION = 1
EPOCH_SECONDS = 86_400
GRACE_SECONDS = 3_600
SEASON_MAX = 2**32 - 1
ISSUERS_MAX = 255
THRESHOLD_MAX = (ISSUERS_MAX - 1) // 3
"""t of the largest committee: n is at least 3t + 1."""
ATTRIBUTES_MAX = 64


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the schema."""

    name: str
    values: tuple[str, ...]
    """The values; the empty value, for a person who has none, is always legal."""

    def octets(self, value: str) -> bytes:
        """Return the message that is signed: ``name=value``."""
        return f"{self.name}={value}".encode()


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer's public keys."""

    key: VerifyKey
    share: bytes
    """W_i, a point of G2."""


@dataclass(frozen=True)
class Registry:
    """The definition of a registry for one season."""

    rehearsal: bool
    season: int
    starts: int
    """The first second of the season, in Unix seconds."""
    ends: int
    """The first second after the season, in Unix seconds."""
    attributes: tuple[Attribute, ...]
    nym_secrets: int
    """N, the number of nym secrets."""
    threshold: int
    """t, the number of issuers that may be corrupt."""
    issuers: tuple[Issuer, ...]
    attesters: tuple[VerifyKey, ...]

    def to_value(self) -> dict[str, Value]:
        """Return the map that is hashed and posted."""
        return {
            "v": REGISTRY_VERSION,
            "rehearsal": self.rehearsal,
            "season": self.season,
            "starts": self.starts,
            "ends": self.ends,
            "attributes": [
                {"name": a.name, "values": list(a.values)} for a in self.attributes
            ],
            "nym_secrets": self.nym_secrets,
            "threshold": self.threshold,
            "issuers": [{"key": i.key, "share": i.share} for i in self.issuers],
            "attesters": list(self.attesters),
        }

    @cached_property
    def registry_id(self) -> RegistryId:
        """The hash that names this registry and commits to all of it."""
        return RegistryId(tagged_hash("registry", cbor.encode(self.to_value())))

    @property
    def schema(self) -> Schema:
        """The shape of credentials: L, the number of attributes, and N, of nym secrets."""
        return Schema(len(self.attributes), self.nym_secrets)

    def sharing(self, curve: Backend) -> PublicSharing:
        """Return the shared signing key.

        Raises:
            EncodingError: ``groups.*`` if a share is not a point, or is the identity.
        """
        shares = tuple(curve.g2_not_identity(i.share) for i in self.issuers)
        return PublicSharing(self.threshold, shares)


def read_registry(value: Value | Mapping[str, Value]) -> Registry:
    """Return the registry that a map defines; its sharing is not checked.

    Raises:
        Rejection: ``registry.field``, ``registry.attributes``, ``registry.issuers``,
            ``registry.season``, ``registry.key``.
    """
    fields = Fields(value, ("registry",), _field_error)
    fields.exactly("v", REGISTRY_VERSION)
    registry = Registry(
        rehearsal=fields.flag("rehearsal"),
        season=fields.uint("season", high=SEASON_MAX),
        starts=fields.uint("starts"),
        ends=fields.uint("ends"),
        attributes=tuple(_attribute(f) for f in fields.maps("attributes")),
        nym_secrets=fields.uint("nym_secrets", 1, 255),
        threshold=fields.uint("threshold", 0, THRESHOLD_MAX),
        issuers=tuple(_issuer(f) for f in fields.maps("issuers")),
        attesters=tuple(map(VerifyKey, fields.byte_strings("attesters", KEY_LENGTH))),
    )
    fields.done()
    _check(registry)
    return registry


class Credentials:
    """What verifiers need to know about a registry's credentials, epoch by epoch."""

    def __init__(self, curve: Backend, registry: Registry) -> None:
        """Combine the issuers' key.

        Raises:
            Rejection: ``registry.key`` if the issuers' shares are not a sharing.
        """
        self.curve = curve
        self.registry = registry
        try:
            self.public_key: G2 = registry.sharing(curve).public_key()
        except CryptoError as error:
            raise Rejection("registry.key", f"issuers' shares: {error}") from error
        self._contexts: dict[int, IssuerContext] = {}

    def context(self, epoch: int) -> IssuerContext:
        """Return the key, generators and domain of the credentials of ``epoch``.

        Raises:
            CallerError: ``credential.epoch`` unless it is a uint64.
        """
        problem = uint_problem(epoch)
        if problem:
            raise CallerError("credential.epoch", f"an epoch {problem}")
        if epoch not in self._contexts:
            header = credential_header(self.registry, epoch)
            schema = self.registry.schema
            context = issuer_context(self.curve, self.public_key, schema, header)
            self._contexts[epoch] = context
        return self._contexts[epoch]


def credential_header(registry: Registry, epoch: int) -> bytes:
    """Return the header of the credentials of ``epoch`` (specs/credential.md, section 1)."""
    return cbor.encode(
        {
            "protocol": SPEC_VERSION,
            "registry": registry.registry_id,
            "season": registry.season,
            "epoch": epoch,
        }
    )


def epoch_at(time: int) -> int:
    """Return the epoch of a unix time: days since 1970-01-01T00:00:00Z.

    Raises:
        CallerError: ``names.time`` unless it is whole seconds, uint64.
    """
    check_time(time)
    return time // EPOCH_SECONDS


def epochs_accepted(time: int) -> tuple[int, ...]:
    """Return the epochs accepted at ``time``: the previous one for an hour of grace."""
    epoch = epoch_at(time)
    in_grace = time % EPOCH_SECONDS < GRACE_SECONDS and epoch > 0
    return (epoch, epoch - 1) if in_grace else (epoch,)


def _attribute(fields: Fields) -> Attribute:
    attribute = Attribute(fields.text("name"), fields.texts("values"))
    fields.done()
    return attribute


def _issuer(fields: Fields) -> Issuer:
    key, share = fields.bytes("key", KEY_LENGTH), fields.bytes("share", G2_LENGTH)
    fields.done()
    return Issuer(VerifyKey(key), share)


def _field_error(problem: Problem) -> Rejection:
    return Rejection("registry.field", str(problem))


def _check(registry: Registry) -> None:
    for key in (*(issuer.key for issuer in registry.issuers), *registry.attesters):
        _check_key(key)
    names = [attribute.name for attribute in registry.attributes]
    if len(names) > ATTRIBUTES_MAX:
        rule = f"there must be at most {ATTRIBUTES_MAX} attributes, found {len(names)}"
        raise Rejection("registry.attributes", rule)
    if len(set(names)) != len(names):
        raise Rejection("registry.attributes", "attribute names must be distinct")
    for attribute in registry.attributes:
        _check_attribute(attribute)
    members, t = len(registry.issuers), registry.threshold
    if not 3 * t < members <= ISSUERS_MAX:
        least = f"t = {t} needs {3 * t + 1} to {ISSUERS_MAX} issuers"
        raise Rejection("registry.issuers", f"{least}, and there are {members}")
    if len({issuer.key for issuer in registry.issuers}) != members:
        raise Rejection("registry.issuers", "issuers must have distinct keys")
    if registry.starts >= registry.ends:
        raise Rejection("registry.season", "the season must start before it ends")


def _check_key(key: VerifyKey) -> None:
    try:
        check_verify_key(key)
    except CryptoError as error:
        raise Rejection("registry.key", f"a key of the registry: {error}") from error


def _check_attribute(attribute: Attribute) -> None:
    name, values = shown(attribute.name), attribute.values
    check_attribute(
        attribute.name,
        lambda why: Rejection("registry.attributes", f"the attribute {name} {why}"),
    )
    if len(set(values)) != len(values) or "" in values:
        problem = f"values of the attribute {name} must be distinct and non-empty"
        raise Rejection("registry.attributes", problem)
