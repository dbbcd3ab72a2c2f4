"""What a ceremony makes, and who takes part (specs/key-generation.md, section 2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from fairlot_crypto import cbor
from fairlot_crypto.committee.prss import Subset
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import VerifyKey, check_verify_key

CONTEXT_LENGTH = 32
MEMBERS_MAX = 255


class Purpose(StrEnum):
    """What a ceremony makes."""

    KEY = "key"
    """A signing key, k_e, and the PRSS keys of its sharing."""
    RESHARE = "reshare"
    """Another sharing of a signing key that there is, for other members."""
    SEASON = "season"
    """The PRSS keys of a season, and nothing else."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """The place of one key of 32 bytes that several members make together."""

    name: str
    """``a`` for the PRSS key k_A, ``e`` for k_e."""
    without: Subset
    """A, the members who do not hold the key; nobody for k_e."""


@dataclass(frozen=True, slots=True)
class Former:
    """Who shares a key before it is shared again."""

    members: tuple[VerifyKey, ...]
    """The keys with which the former members sign."""
    sharing: PublicSharing
    """The public shares of the key, which goes on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The parameters of a ceremony, which all members know before it begins."""

    purpose: Purpose
    context: bytes
    """32 bytes that say what the keys are for, different in every ceremony."""
    degree: int
    """t, how many members may be corrupt."""
    members: tuple[VerifyKey, ...]
    """The keys with which the members 1..n sign their messages."""
    former: Former | None = None
    """Whose key is shared again; ``None`` for another purpose."""

    def __post_init__(self) -> None:
        """Check that such a ceremony can be.

        Raises:
            CallerError: ``threshold.members`` unless n >= 3t + 1; ``ceremony.plan``.
            EncodingError: ``signature.key``.
        """
        if not 0 <= 3 * self.degree < len(self.members):
            raise CallerError(
                "threshold.members",
                "the degree t must not be negative, and the members at least 3t + 1",
            )
        distinct = len(set(self.members)) == len(self.members) <= MEMBERS_MAX
        if len(self.context) != CONTEXT_LENGTH or not distinct:
            raise CallerError(
                "ceremony.plan",
                "a context must have 32 bytes, and the at most 255 members distinct keys",
            )
        keys = self.members
        if (self.purpose is Purpose.RESHARE) is (self.former is None):
            raise CallerError(
                "ceremony.plan", "a key is shared again by those who share it"
            )
        if self.former is not None:
            keys += _checked(self.former).members
        for key in keys:
            check_verify_key(key)

    @property
    def size(self) -> int:
        """The number n of members."""
        return len(self.members)

    @property
    def indexes(self) -> range:
        """The members' numbers, 1..n."""
        return range(1, self.size + 1)

    @property
    def needed(self) -> int:
        """The members n - t that are enough, since at most t are corrupt."""
        return self.size - self.degree

    @property
    def makes_key(self) -> bool:
        """Whether a new signing key is made."""
        return self.purpose is Purpose.KEY

    @property
    def has_key(self) -> bool:
        """Whether the members share a signing key in the end."""
        return self.purpose is not Purpose.SEASON

    @property
    def givers(self) -> range:
        """The numbers of the former members, if there are any."""
        former = () if self.former is None else self.former.members
        return range(1, len(former) + 1)

    @property
    def ceremony_id(self) -> bytes:
        """The hash of the plan, 32 bytes."""
        return tagged_hash(
            "ceremony",
            cbor.encode(
                {
                    "purpose": self.purpose.value,
                    "context": self.context,
                    "degree": self.degree,
                    "members": list[cbor.Value](self.members),
                    "former": _former_value(self.former),
                }
            ),
        )

    def slots(self) -> Iterator[Slot]:
        """Return the places of all keys, in the order of the specification."""
        for subset in combinations(self.indexes, self.degree):
            yield Slot("a", subset)
        if self.has_key:
            yield Slot("e", ())

    def held(self, *members: int) -> tuple[Slot, ...]:
        """Return the places of the keys that all these members hold."""
        return tuple(s for s in self.slots() if not set(s.without) & set(members))


def _checked(former: Former) -> Former:
    """Return former members, who share a key of which each has a public share.

    Raises:
        CallerError: ``ceremony.plan``.
        EncodingError: ``threshold.sharing``.
    """
    sharing = former.sharing
    distinct = len(set(former.members)) == len(former.members) <= MEMBERS_MAX
    if not distinct or len(sharing.shares) != len(former.members):
        raise CallerError(
            "ceremony.plan", "each former member must have a key and a public share"
        )
    sharing.public_key()
    return former


def _former_value(former: Former | None) -> cbor.Value:
    if former is None:
        return None
    return {
        "degree": former.sharing.degree,
        "members": list[cbor.Value](former.members),
        "shares": [share.to_bytes() for share in former.sharing.shares],
    }
