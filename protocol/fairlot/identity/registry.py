"""What a registry is: season, schema, issuers, attesters (specs/identity.md, section 1)."""

from dataclasses import dataclass
from functools import cached_property
from typing import NewType

from fairlot.errors import Rejection
from fairlot.fields import bytes_problem, uint_problem
from fairlot.identity.uniqueness import Uniqueness
from fairlot.logs import (
    BoardIdentity,
    LogIdentity,
    LogKind,
    Witnesses,
)
from fairlot.names import HASH_LENGTH, check_time
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import IssuerContext, Schema, issuer_context
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import G2, Backend
from fairlot_crypto.errors import CallerError, CryptoError
from fairlot_crypto.hashing import SPEC_VERSION, tagged_hash
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.voprf.threshold import PublicShares

RegistryId = NewType("RegistryId", bytes)
"""H("registry", CBOR of the registry), 32 bytes: it names a registry."""
RollId = NewType("RollId", bytes)
"""H("roll", registry_id, CBOR of the roll), 32 bytes: it names a roll (``roll``)."""

REGISTRY_VERSION = 1
DAY = 86_400
EPOCH_SECONDS = DAY
"""The epoch of every registry that is no rehearsal's."""
EPOCH_MIN, EPOCH_MAX = 144, 366 * DAY
TAIL_SECONDS = 60 * DAY
"""The tail of a season unless the registry says otherwise."""
TIME_SPAN_MAX = 2**32 - 1
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


@dataclass(frozen=True, slots=True)
class Recovering:
    """How a person takes a leaf back; times in seconds."""

    quorum: int
    """How many distinct attesters must attest to it."""
    cooling: int
    """For how long it can be contested."""
    freeze: int
    """After how long a freeze ends by itself."""
    detection: int
    """Within what time a theft is taken to be noticed."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {
            "quorum": self.quorum,
            "cooling": self.cooling,
            "freeze": self.freeze,
            "detection": self.detection,
        }


@dataclass(frozen=True, slots=True)
class Disputes:
    """Who decides a contested recovery."""

    key: VerifyKey
    """Ed25519 key that signs rulings."""
    within: int
    """Seconds in which it decides."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {"key": self.key, "within": self.within}


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
    board: BoardIdentity
    """Who keeps the registry log."""
    witnesses: Witnesses
    """Who watches it; in a rehearsal perhaps nobody."""
    recovery: Recovering
    disputes: Disputes
    uniqueness: Uniqueness
    """By what its people are told apart, and K_i of its issuers."""
    epoch: int = EPOCH_SECONDS
    """Seconds for which a credential serves."""
    tail: int = TAIL_SECONDS
    """Seconds after ``ends`` in which credentials are issued and no sale opens."""
    previous: RegistryId | None = None
    """The registry whose leaves it carries over; ``None`` for none."""

    def to_value(self) -> dict[str, Value]:
        """Return the map that is hashed and posted; an absent value has no key."""
        value: dict[str, Value] = {
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
            "board": self.board.to_value(),
            **self.witnesses.to_value(),
            "recovery": self.recovery.to_value(),
            "disputes": self.disputes.to_value(),
            "uniqueness": self.uniqueness.to_value(),
            "epoch": self.epoch,
            "tail": self.tail,
        }
        if self.previous is not None:
            value["previous"] = self.previous
        return value

    @cached_property
    def registry_id(self) -> RegistryId:
        """The hash that names this registry and commits to all of it."""
        return RegistryId(tagged_hash("registry", cbor.encode(self.to_value())))

    @property
    def log(self) -> LogIdentity:
        """The registry's log: its scope, its board and who watches it."""
        return LogIdentity(
            LogKind.REGISTRY,
            self.registry_id,
            self.board,
            self.witnesses,
            self.rehearsal,
        )

    @cached_property
    def schema_id(self) -> bytes:
        """The hash of attributes and number of nym secrets, 32 bytes."""
        value = self.to_value()
        part = {name: value[name] for name in ("attributes", "nym_secrets")}
        return tagged_hash("schema", cbor.encode(part))

    @property
    def grace(self) -> int:
        """Seconds for which the epoch before, or the one to come, is served too."""
        return self.epoch // 24

    @property
    def view_age(self) -> int:
        """Seconds of the oldest view of the log on which an issuer answers."""
        return self.epoch // 144

    @property
    def closes(self) -> int:
        """The first second after the season's tail, in Unix seconds."""
        return self.ends + self.tail

    @property
    def settles_after(self) -> int:
        """Seconds after an unlock for which a roll must serve: a dispute and two epochs."""
        return self.disputes.within + 2 * self.epoch

    @property
    def least_lockup(self) -> int:
        """Seconds in which a theft is noticed and undone: recovery, and two epochs."""
        return self.recovery.detection + self.recovery.cooling + 2 * self.epoch

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

    def tag_shares(self, curve: Backend) -> PublicShares:
        """Return the shared key of person tags.

        Raises:
            EncodingError: ``groups.*``, ``voprf.sharing`` if it is no sharing.
        """
        return self.uniqueness.public(curve, self.threshold)


class Credentials:
    """What verifiers need to know about a registry's credentials, epoch by epoch."""

    def __init__(self, curve: Backend, registry: Registry) -> None:
        """Combine the issuers' key, and check that of tags.

        Raises:
            Rejection: ``registry.key`` if the issuers' shares of either are not a sharing.
        """
        self.curve = curve
        self.registry = registry
        try:
            self.public_key: G2 = registry.sharing(curve).public_key()
            registry.tag_shares(curve)
        except CryptoError as error:
            raise Rejection("registry.key", f"issuers' shares: {error}") from error
        self._contexts: dict[tuple[int, RollId], IssuerContext] = {}

    def context(self, epoch: int, roll: RollId) -> IssuerContext:
        """Return the key, generators and domain of the credentials of ``epoch`` for a roll.

        Args:
            epoch: as ``epoch_at`` counts them.
            roll: the roll_id of a roll of the registry, 32 bytes.

        Raises:
            CallerError: ``credential.epoch`` unless it is a uint64; ``credential.roll``
                unless it is 32 bytes.
        """
        problem = uint_problem(epoch)
        if problem:
            raise CallerError("credential.epoch", f"an epoch {problem}")
        problem = bytes_problem(roll, HASH_LENGTH)
        if problem:
            raise CallerError("credential.roll", f"a roll_id {problem}")
        key = (epoch, roll)
        if key not in self._contexts:
            header = credential_header(self.registry, epoch, roll)
            schema = self.registry.schema
            context = issuer_context(self.curve, self.public_key, schema, header)
            self._contexts[key] = context
        return self._contexts[key]


def credential_header(registry: Registry, epoch: int, roll: RollId) -> bytes:
    """Return the header of the credentials of an epoch for a roll.

    specs/credential.md, section 1.
    """
    return cbor.encode(
        {
            "protocol": SPEC_VERSION,
            "registry": registry.registry_id,
            "schema": registry.schema_id,
            "season": registry.season,
            "epoch": epoch,
            "roll": roll,
        }
    )


def epoch_at(registry: Registry, time: int) -> int:
    """Return the epoch of a unix time: whole epochs since 1970-01-01T00:00:00Z.

    Raises:
        CallerError: ``names.time`` unless it is whole seconds, uint64.
    """
    check_time(time)
    return time // registry.epoch


def epochs_accepted(registry: Registry, time: int) -> tuple[int, ...]:
    """Return the epochs accepted at ``time``: the one before too, for a time of grace."""
    epoch = epoch_at(registry, time)
    in_grace = time % registry.epoch < registry.grace and epoch > 0
    return (epoch, epoch - 1) if in_grace else (epoch,)
