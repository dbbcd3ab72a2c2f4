"""Points, then scalars, and nothing else: the layout of everything on the wire.

A signature is one point and one scalar, a commitment with its proof one point and at
least two scalars, a proof three points and at least four scalars (specs/bbs.md,
section 2).
"""

from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import TypeAlias

from fairlot_crypto.curve import (
    G1,
    G1_LENGTH,
    SCALAR_LENGTH,
    Backend,
    Scalar,
    scalar_from_bytes,
    scalar_to_bytes,
)
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.hashing import GROUP_ORDER


class Rule(Enum):
    """The rules that an octet string can break."""

    LENGTH = auto()
    """It has the length of the expected points and scalars."""
    SCALAR = auto()
    """Each scalar lies in [1, r-1]."""
    POINT = auto()
    """Each point is in its one encoding, on the curve and in the subgroup."""
    IDENTITY = auto()
    """No point is the identity."""


Refuse: TypeAlias = Callable[[Rule, str], EncodingError]
"""Makes the error of a broken rule, for a sentence that says what is wrong."""


def length_of(points: int, scalars: int) -> int:
    """Return how many bytes so many points of G1 and scalars take."""
    return points * G1_LENGTH + scalars * SCALAR_LENGTH


def scalar_count(data: bytes, points: int, refuse: Refuse) -> int:
    """Return how many scalars follow ``points`` points; negative if data ends earlier.

    Raises:
        EncodingError: for ``Rule.LENGTH``, if data ends inside a scalar.
    """
    scalars, torn = divmod(len(data) - points * G1_LENGTH, SCALAR_LENGTH)
    if torn:
        raise refuse(
            Rule.LENGTH,
            f"the scalars must be whole, and {len(data)} bytes end inside one",
        )
    return scalars


def decode(
    curve: Backend, data: bytes, points: int, scalars: int, refuse: Refuse
) -> tuple[tuple[G1, ...], tuple[Scalar, ...]]:
    """Decode exactly ``points`` points and ``scalars`` scalars, with cheap checks first.

    Raises:
        EncodingError: for each ``Rule``, in their order.
    """
    # Steps 1 and 2.
    decoded = decode_scalars(data, points, scalars, refuse)
    # Steps 3 and 4, point by point.
    return tuple(
        decode_point(curve, data[start : start + G1_LENGTH], refuse)
        for start in range(0, points * G1_LENGTH, G1_LENGTH)
    ), decoded


def decode_scalars(
    data: bytes, points: int, scalars: int, refuse: Refuse
) -> tuple[Scalar, ...]:
    """Decode exactly ``scalars`` scalars behind ``points`` points that stay bytes.

    Raises:
        EncodingError: for ``Rule.LENGTH``, ``Rule.SCALAR``.
    """
    # Step 1.
    if len(data) != length_of(points, scalars):
        raise refuse(
            Rule.LENGTH,
            f"there must be {length_of(points, scalars)} bytes, not {len(data)}",
        )
    # Step 2.
    starts = range(points * G1_LENGTH, len(data), SCALAR_LENGTH)
    found = [Scalar(int.from_bytes(data[i : i + SCALAR_LENGTH], "big")) for i in starts]
    if found and min(found) > 0 and max(found) < GROUP_ORDER:
        return tuple(found)
    return tuple([_scalar(data[at : at + SCALAR_LENGTH], refuse) for at in starts])


def decode_point(curve: Backend, data: bytes, refuse: Refuse) -> G1:
    """Decode one point of G1 other than the identity (steps 1, 3 and 4).

    Raises:
        EncodingError: for ``Rule.LENGTH``, ``Rule.POINT``, ``Rule.IDENTITY``.
    """
    # Step 1.
    if len(data) != G1_LENGTH:
        raise refuse(Rule.LENGTH, f"there must be {G1_LENGTH} bytes, not {len(data)}")
    # Step 3.
    try:
        point = curve.g1_from_bytes(data)
    except EncodingError as error:
        raise refuse(Rule.POINT, error.message) from error
    # Step 4.
    if point.is_identity():
        raise refuse(Rule.IDENTITY, "the point must not be the identity")
    return point


def encode(points: Iterable[G1], scalars: Iterable[int]) -> bytes:
    """Encode points, then scalars."""
    head = b"".join(point.to_bytes() for point in points)
    return head + b"".join(scalar_to_bytes(scalar) for scalar in scalars)


def _scalar(data: bytes, refuse: Refuse) -> Scalar:
    try:
        return scalar_from_bytes(data)
    except EncodingError as error:
        raise refuse(Rule.SCALAR, error.message) from error
