"""The one interface of the groups of BLS12-381 (specs/groups.md).

Scalars are Python integers in [0, r-1]. Points come from a ``Backend`` and know their
group; operators are the group's own: ``P + Q``, ``P - Q``, ``-P``, ``P * scalar``.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NewType, Self, TypeVar

from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.hashing import GROUP_ORDER, os2ip
from fairlot_crypto.randomness import Randomness

Scalar = NewType("Scalar", int)
"""An integer in [0, r-1]."""

SCALAR_LENGTH = 32
"""Bytes of a scalar."""
G1_LENGTH = 48
"""Bytes of a point of G1, compressed."""
G2_LENGTH = 96
"""Bytes of a point of G2, compressed."""
COORDINATE_LENGTH = 48
"""Bytes of a coordinate of a point of the curve."""
COORDINATES_LENGTH = 2 * COORDINATE_LENGTH
"""Bytes of a point of G1, as x and y."""


class Point(ABC):
    """An element of G1 or G2, always inside the prime-order subgroup.

    Operators raise ``CallerError``: ``groups.scalar-range`` for a scalar outside
    [0, r-1], ``groups.foreign-point`` for a point of another group or back-end.
    """

    __slots__ = ()

    @abstractmethod
    def __add__(self, other: Self) -> Self: ...

    @abstractmethod
    def __sub__(self, other: Self) -> Self: ...

    @abstractmethod
    def __neg__(self) -> Self: ...

    @abstractmethod
    def __mul__(self, scalar: int) -> Self: ...

    @abstractmethod
    def is_identity(self) -> bool:
        """Tell whether this is the neutral element."""

    @abstractmethod
    def to_bytes(self) -> bytes:
        """Return the compressed encoding: 48 bytes in G1, 96 in G2."""


class G1(Point):
    """An element of G1."""

    __slots__ = ()


class G2(Point):
    """An element of G2."""

    __slots__ = ()


class OnCurve(ABC):
    """A point of the curve of which nobody has shown that it lies in G1.

    Nothing is computed with it: ``Backend.admit`` makes an element of G1 of it.
    """

    __slots__ = ()

    @abstractmethod
    def to_bytes(self) -> bytes:
        """Return the compressed encoding of 48 bytes."""


AnyPoint = TypeVar("AnyPoint", bound=Point)


class Backend(ABC):
    """The group operations; two implementations, each tested against the other."""

    name: str
    """The name by which ``backend`` returns it."""

    @abstractmethod
    def g1_generator(self) -> G1:
        """Return BP1, the generator of G1 that the standard fixes."""

    @abstractmethod
    def g2_generator(self) -> G2:
        """Return BP2, the generator of G2 that the standard fixes."""

    @abstractmethod
    def g1_identity(self) -> G1:
        """Return the neutral element of G1."""

    @abstractmethod
    def g1_from_bytes(self, data: bytes) -> G1:
        """Decode a canonical element of G1, including the identity.

        Raises:
            EncodingError: ``groups.length``, ``groups.point``.
        """

    @abstractmethod
    def coordinates(self, point: G1) -> bytes:
        """Return x and y, 48 bytes each; 96 zero bytes for the identity.

        Raises:
            CallerError: ``groups.foreign-point``.
        """

    @abstractmethod
    def on_curve(self, data: bytes) -> OnCurve:
        """Decode ``coordinates`` of a point of the curve, in G1 or not.

        Raises:
            EncodingError: ``groups.length``, ``groups.point``.
        """

    @abstractmethod
    def compressed_on_curve(self, data: bytes) -> OnCurve:
        """Decode the one encoding of a point of the curve, in G1 or not.

        A back-end may refuse a point outside G1 here as ``g1_from_bytes`` does.

        Raises:
            EncodingError: ``groups.length``, ``groups.point``.
        """

    @abstractmethod
    def admit(
        self, points: Sequence[OnCurve], randomness: Randomness
    ) -> tuple[G1, ...]:
        """Show that all points lie in G1, together (specs/batch.md, section 3).

        Args:
            points: of this back-end.
            randomness: private and fresh, drawn after the points were fixed.

        Raises:
            EncodingError: ``groups.subgroup`` if one of them does not; if one does not,
                it is overlooked with probability 2^-80 at most.
            CallerError: ``groups.foreign-point``.
        """

    @abstractmethod
    def g2_from_bytes(self, data: bytes) -> G2:
        """Decode a canonical element of G2, including the identity.

        Raises:
            EncodingError: ``groups.length``, ``groups.point``.
        """

    @abstractmethod
    def hash_to_g1(self, message: bytes, dst: bytes) -> G1:
        """Return hash_to_curve of RFC 9380, suite BLS12381G1_XMD:SHA-256_SSWU_RO_.

        Raises:
            CallerError: ``hashing.dst-empty``.
        """

    @abstractmethod
    def hash_to_g2(self, message: bytes, dst: bytes) -> G2:
        """Return hash_to_curve of RFC 9380, suite BLS12381G2_XMD:SHA-256_SSWU_RO_.

        Raises:
            CallerError: ``hashing.dst-empty``.
        """

    @abstractmethod
    def msm(self, points: Sequence[G1], scalars: Sequence[int]) -> G1:
        """Return the sum of ``points[i] * scalars[i]``; the identity for no points.

        Raises:
            CallerError: ``groups.msm-length``, ``groups.scalar-range``,
                ``groups.foreign-point``.
        """

    @abstractmethod
    def pairing_product_is_one(self, pairs: Sequence[tuple[G1, G2]]) -> bool:
        """Tell whether the product of e(P, Q) over ``pairs`` is one.

        Raises:
            CallerError: ``groups.no-pairs`` for an empty product,
                ``groups.foreign-point``.
        """

    @abstractmethod
    def pairing_bytes(self, p: G1, q: G2) -> bytes:
        """Return the 576 bytes of e(P, Q) (specs/groups.md, section 3).

        Raises:
            CallerError: ``groups.foreign-point``.
        """

    def g1_not_identity(self, data: bytes) -> G1:
        """Decode a canonical element of G1 other than the identity.

        Raises:
            EncodingError: ``groups.length``, ``groups.point``, ``groups.identity``.
        """
        return _refuse_identity(self.g1_from_bytes(data))

    def g2_not_identity(self, data: bytes) -> G2:
        """Decode a canonical element of G2 other than the identity.

        Raises:
            EncodingError: ``groups.length``, ``groups.point``, ``groups.identity``.
        """
        return _refuse_identity(self.g2_from_bytes(data))


def _refuse_identity(point: AnyPoint) -> AnyPoint:
    if point.is_identity():
        raise EncodingError("groups.identity", "the point must not be the identity")
    return point


def check_scalar(scalar: int) -> None:
    """Check that a scalar lies in [0, r-1].

    Raises:
        CallerError: ``groups.scalar-range``.
    """
    if not 0 <= scalar < GROUP_ORDER:
        raise CallerError("groups.scalar-range", "a scalar must lie in [0, r-1]")


def scalar_to_bytes(scalar: int) -> bytes:
    """Encode a scalar big-endian in 32 bytes.

    Raises:
        CallerError: ``groups.scalar-range``.
    """
    check_scalar(scalar)
    return scalar.to_bytes(SCALAR_LENGTH, "big")


def scalar_from_bytes(data: bytes) -> Scalar:
    """Decode a scalar in [1, r-1].

    Raises:
        EncodingError: ``groups.scalar`` for another length, for zero, and from r upwards.
    """
    scalar = os2ip(data)
    if len(data) != SCALAR_LENGTH or not 0 < scalar < GROUP_ORDER:
        raise EncodingError(
            "groups.scalar", "a scalar must have 32 bytes and lie in [1, r-1]"
        )
    return Scalar(scalar)


def random_scalar(randomness: Randomness) -> Scalar:
    """Draw a scalar in [1, r-1]: 48 bytes reduced mod r, drawn again if that is zero."""
    while True:
        value = os2ip(randomness.take(48)) % GROUP_ORDER
        if value:
            return Scalar(value)


def inverse(scalar: int) -> Scalar:
    """Return the inverse mod r of any integer.

    Raises:
        CallerError: ``groups.no-inverse`` for a multiple of r.
    """
    if scalar % GROUP_ORDER == 0:
        raise CallerError(
            "groups.no-inverse",
            "the scalar must not be zero mod r, which has no inverse",
        )
    return Scalar(pow(scalar, -1, GROUP_ORDER))
