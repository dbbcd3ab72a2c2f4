"""Points, then scalars, and nothing else: the layout of everything on the wire.

A signature is one point and one scalar, a commitment with its proof one point and at
least two scalars, a proof three points and at least four scalars (specs/bbs.md,
section 2).
"""

from collections.abc import Iterable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Codes:
    """The error codes of one kind of octet string."""

    length: str
    """The length is not that of the expected points and scalars."""
    scalar: str
    """A scalar is zero, or r or above."""
    point: str
    """A point is not canonical, not on the curve or not in the subgroup."""
    identity: str
    """A point is the identity."""


def length_of(points: int, scalars: int) -> int:
    """Return the bytes that so many points of G1 and scalars take."""
    return points * G1_LENGTH + scalars * SCALAR_LENGTH


def scalar_count(data: bytes, points: int, codes: Codes) -> int:
    """Return how many scalars follow ``points`` points; negative where data ends early.

    Raises:
        EncodingError: ``codes.length`` where a scalar is torn.
    """
    scalars, torn = divmod(len(data) - points * G1_LENGTH, SCALAR_LENGTH)
    if torn:
        raise EncodingError(codes.length, f"the {len(data)} bytes end inside a scalar")
    return scalars


def decode(
    curve: Backend, data: bytes, points: int, scalars: int, codes: Codes
) -> tuple[tuple[G1, ...], tuple[Scalar, ...]]:
    """Decode exactly ``points`` points and ``scalars`` scalars: the cheap checks first.

    Raises:
        EncodingError: the four ``codes``, in the order length, scalar, point, identity.
    """
    # Step 1.
    if len(data) != length_of(points, scalars):
        raise EncodingError(
            codes.length,
            f"there must be {length_of(points, scalars)} bytes, not {len(data)}",
        )
    split = points * G1_LENGTH
    # Step 2.
    decoded = tuple(
        _scalar(data[start : start + SCALAR_LENGTH], codes)
        for start in range(split, len(data), SCALAR_LENGTH)
    )
    # Steps 3 and 4, point by point.
    return tuple(
        decode_point(curve, data[start : start + G1_LENGTH], codes)
        for start in range(0, split, G1_LENGTH)
    ), decoded


def decode_point(curve: Backend, data: bytes, codes: Codes) -> G1:
    """Decode one point of G1 other than the identity.

    Raises:
        EncodingError: ``codes.length``, ``codes.point``, ``codes.identity``.
    """
    if len(data) != G1_LENGTH:
        raise EncodingError(
            codes.length, f"there must be {G1_LENGTH} bytes, not {len(data)}"
        )
    try:
        point = curve.g1_from_bytes(data)
    except EncodingError as error:
        raise EncodingError(codes.point, error.message) from error
    if point.is_identity():
        raise EncodingError(codes.identity, "the identity must not stand here")
    return point


def encode(points: Iterable[G1], scalars: Iterable[int]) -> bytes:
    """Encode points, then scalars."""
    head = b"".join(point.to_bytes() for point in points)
    return head + b"".join(scalar_to_bytes(scalar) for scalar in scalars)


def _scalar(data: bytes, codes: Codes) -> Scalar:
    try:
        return scalar_from_bytes(data)
    except EncodingError as error:
        raise EncodingError(codes.scalar, error.message) from error
