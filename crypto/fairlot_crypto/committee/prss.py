"""Pseudorandom secret sharing (specs/committee.md, section 2).

Cramer, Damgård, Ishai: "Share conversion, pseudorandom secret-sharing and applications to
secure computation", TCC 2005. From keys that are dealt once, the members derive a fresh
sharing for every label and send nothing. With n = 1 and t = 0 it is one PRF.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

from fairlot_crypto.committee.shamir import check_degree
from fairlot_crypto.curve import Scalar, inverse
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, scalar_for
from fairlot_crypto.randomness import Randomness

KEY_LENGTH = 32

Subset = tuple[int, ...]
"""A, a set of t members, ascending, who do not hold the key k_A."""


@dataclass(frozen=True, slots=True)
class PrssKeys:
    """The keys of one member."""

    index: int
    """i, the member's number, from 1."""
    degree: int
    """t, how many members learn nothing even if they collude."""
    keys: Mapping[Subset, bytes] = field(repr=False)
    """k_A, a key for every A that does not contain i."""


def deal(members: int, degree: int, randomness: Randomness) -> tuple[PrssKeys, ...]:
    """Deal fresh keys to all members.

    Raises:
        CallerError: ``shamir.degree`` unless 0 <= degree < members.
    """
    check_degree(members, degree)
    everyone = range(1, members + 1)
    keys = {a: randomness.take(KEY_LENGTH) for a in combinations(everyone, degree)}
    return tuple(
        PrssKeys(i, degree, {a: key for a, key in keys.items() if i not in a})
        for i in everyone
    )


def share(keys: PrssKeys, label: bytes) -> Scalar:
    """Return PRSS_i(label), a share of degree t of a pseudorandom scalar."""
    total = sum(
        _scalar(key, label) * _f(subset, keys.index)
        for subset, key in keys.keys.items()
    )
    return Scalar(total % GROUP_ORDER)


def zero_share(keys: PrssKeys, label: bytes) -> Scalar:
    """Return PRZS_i(label), a share of degree 2t of zero."""
    total = 0
    for subset, key in keys.keys.items():
        mask = sum(
            _scalar(key, label + i2osp(m, 1)) * pow(keys.index, m, GROUP_ORDER)
            for m in range(1, keys.degree + 1)
        )
        total += _f(subset, keys.index) * mask
    return Scalar(total % GROUP_ORDER)


def _scalar(key: bytes, label: bytes) -> Scalar:
    return Scalar(scalar_for("prss", hmac.digest(key, label, hashlib.sha256)))


def _f(subset: Subset, i: int) -> Scalar:
    """Evaluate at i the polynomial f_A of degree t: 1 at zero, 0 at every member of A."""
    value = 1
    for j in subset:
        value = value * (j - i) * inverse(j) % GROUP_ORDER
    return Scalar(value)
