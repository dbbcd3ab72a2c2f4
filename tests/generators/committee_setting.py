"""A committee from fixed seeds, for the vectors of specs/committee.md."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from fairlot_crypto.committee.prss import Subset
from fairlot_crypto.committee.threshold import (
    PartialSignature,
    PublicSharing,
    SigningShare,
    deal_key,
)
from fairlot_crypto.curve import G1, Backend, Scalar, backend, scalar_to_bytes
from fairlot_crypto.hashing import i2osp, scalar_for
from fairlot_crypto.randomness import SeededRandomness
from generators.case import Raw

GROUP: Backend = backend()
DST = b"fairlot-v1/vectors"


class _Stream:
    """Names seeds: 32 bytes, the label padded with zero bytes."""

    def __call__(self, label: str) -> SeededRandomness:
        return SeededRandomness(self.seed(label))

    def seed(self, label: str) -> bytes:
        """Return the seed of ``label``."""
        return f"vectors: {label}".encode().ljust(32, b"\x00")


stream = _Stream()


@dataclass(frozen=True, slots=True)
class KeyDeal:
    """A shared key, and something to sign."""

    size: int
    public: PublicSharing
    shares: tuple[SigningShare, ...]
    B: G1
    domain: Scalar


@cache
def key_deal(members: int, degree: int, label: str = "key") -> KeyDeal:
    """Deal a key; ``label`` names the sharing."""
    public, shares = deal_key(GROUP, members, degree, stream(f"{label} {members}"))
    domain = Scalar(scalar_for("vectors", b"domain"))
    return KeyDeal(members, public, shares, sample_points((1,))[1], domain)


def sample_points(indexes: Iterable[int]) -> dict[int, G1]:
    """Return a point for each index: hash-to-g1(I2OSP(index, 1))."""
    return {i: GROUP.hash_to_g1(i2osp(i, 1), DST) for i in indexes}


def deal_inputs(members: int, degree: int, label: str) -> dict[str, Raw]:
    """Return the inputs of a dealer."""
    return {"members": members, "degree": degree, "seed": stream.seed(label)}


def octets(scalars: Iterable[int]) -> list[Raw]:
    """Return scalars in 32 bytes each."""
    return [scalar_to_bytes(scalar) for scalar in scalars]


def keys_of(keys: Mapping[Subset, bytes]) -> list[Raw]:
    """Return PRSS keys with the subsets that do not hold them."""
    return [{"without": list(a), "key": key} for a, key in keys.items()]


def sharing_of(public: PublicSharing) -> list[Raw]:
    """Return W_1..W_n."""
    return [w.to_bytes() for w in public.shares]


def partial(made: PartialSignature) -> dict[str, Raw]:
    """Return an answer."""
    return {
        "index": made.index,
        "e": scalar_to_bytes(made.exponent),
        "u": scalar_to_bytes(made.u),
        "A": made.A.to_bytes(),
    }
