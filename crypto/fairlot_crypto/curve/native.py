"""The default back-end: py-arkworks-bls12381 behind the checks that it leaves out.

What the binding accepts and this module refuses: non-canonical encodings of infinity,
lists of different length in a multi-scalar multiplication, scalars of r and above, an empty
pairing product. Nothing here is constant-time.
"""

import operator
from collections.abc import Sequence

import py_arkworks_bls12381 as arkworks

from fairlot_crypto.curve.interface import (
    COORDINATES_LENGTH,
    G1,
    G1_LENGTH,
    G2,
    G2_LENGTH,
    Backend,
    OnCurve,
    Point,
    check_scalar,
)
from fairlot_crypto.curve.subgroup import Curve, all_in_subgroup
from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.hashing import usable_dst
from fairlot_crypto.randomness import Randomness


class NativeG1(G1):
    """An element of G1 held by arkworks."""

    __slots__ = ("value",)

    def __init__(self, value: arkworks.G1Point) -> None:
        self.value = value

    def __add__(self, other: Point) -> "NativeG1":
        return NativeG1(self.value + _g1(other))

    def __sub__(self, other: Point) -> "NativeG1":
        return NativeG1(self.value - _g1(other))

    def __neg__(self) -> "NativeG1":
        return NativeG1(-self.value)

    def __mul__(self, scalar: int) -> "NativeG1":
        return NativeG1(self.value * _native_scalar(scalar))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NativeG1) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def is_identity(self) -> bool:
        """Tell whether this is the neutral element."""
        return self.value == _G1_IDENTITY

    def to_bytes(self) -> bytes:
        """Return the 48 bytes of the compressed encoding."""
        return bytes(self.value.to_compressed_bytes())


class NativeOnCurve(OnCurve):
    """A point of the curve held by arkworks, which may lie outside the subgroup."""

    __slots__ = ("value",)

    def __init__(self, value: arkworks.G1Point) -> None:
        self.value = value

    def to_bytes(self) -> bytes:
        """Return the 48 bytes of the compressed encoding."""
        return bytes(self.value.to_compressed_bytes())


class NativeG2(G2):
    """An element of G2 held by arkworks."""

    __slots__ = ("value",)

    def __init__(self, value: arkworks.G2Point) -> None:
        self.value = value

    def __add__(self, other: Point) -> "NativeG2":
        return NativeG2(self.value + _g2(other))

    def __sub__(self, other: Point) -> "NativeG2":
        return NativeG2(self.value - _g2(other))

    def __neg__(self) -> "NativeG2":
        return NativeG2(-self.value)

    def __mul__(self, scalar: int) -> "NativeG2":
        return NativeG2(self.value * _native_scalar(scalar))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NativeG2) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def is_identity(self) -> bool:
        """Tell whether this is the neutral element."""
        return self.value == _G2_IDENTITY

    def to_bytes(self) -> bytes:
        """Return the 96 bytes of the compressed encoding."""
        return bytes(self.value.to_compressed_bytes())


class NativeBackend(Backend):
    """The groups of BLS12-381 in native code."""

    name = "native"

    def g1_generator(self) -> G1:
        """Return BP1, the generator of G1 that the standard fixes."""
        return NativeG1(arkworks.G1Point())

    def g2_generator(self) -> G2:
        """Return BP2, the generator of G2 that the standard fixes."""
        return NativeG2(arkworks.G2Point())

    def g1_identity(self) -> G1:
        """Return the neutral element of G1."""
        return NativeG1(_G1_IDENTITY)

    def g1_from_bytes(self, data: bytes) -> G1:
        """Decode a canonical element of G1 (specs/groups.md, section 2.1)."""
        # Step 1.
        if len(data) != G1_LENGTH:
            raise EncodingError("groups.length", "a point of G1 must have 48 bytes")
        # Steps 2 to 5 are the library's.
        try:
            value = arkworks.G1Point.from_compressed_bytes(data)
        except ValueError as error:
            raise EncodingError(
                "groups.point", "the bytes must encode a point of G1"
            ) from error
        # Step 6.
        if bytes(value.to_compressed_bytes()) != data:
            raise EncodingError("groups.point", "a point must be in its one encoding")
        return NativeG1(value)

    def coordinates(self, point: G1) -> bytes:
        """Return x and y, 48 bytes each; 96 zero bytes for the identity."""
        return bytes(_g1(point).to_xy_bytes_be())

    def on_curve(self, data: bytes) -> OnCurve:
        """Decode the coordinates of a point of the curve (specs/batch.md, section 2)."""
        # Step 1.
        if len(data) != COORDINATES_LENGTH:
            raise EncodingError("groups.length", "two coordinates must have 96 bytes")
        # Steps 2 and 3 are the library's.
        try:
            value = arkworks.G1Point.from_xy_bytes_unchecked_be(data)
        except ValueError as error:
            raise EncodingError(
                "groups.point", "the coordinates must be those of a point of the curve"
            ) from error
        # Step 4.
        if bytes(value.to_xy_bytes_be()) != data:
            raise EncodingError("groups.point", "coordinates must be in their one form")
        return NativeOnCurve(value)

    def compressed_on_curve(self, data: bytes) -> OnCurve:
        """Decode a point of the curve (specs/groups.md, section 2.1, without step 5)."""
        # Step 1.
        if len(data) != G1_LENGTH:
            raise EncodingError("groups.length", "a point of G1 must have 48 bytes")
        # Steps 2 to 4 are the library's.
        try:
            value = arkworks.G1Point.from_compressed_bytes_unchecked(data)
        except ValueError as error:
            raise EncodingError(
                "groups.point", "the bytes must encode a point of the curve"
            ) from error
        # Step 6.
        if bytes(value.to_compressed_bytes()) != data:
            raise EncodingError("groups.point", "a point must be in its one encoding")
        return NativeOnCurve(value)

    def admit(
        self, points: Sequence[OnCurve], randomness: Randomness
    ) -> tuple[G1, ...]:
        """Show that all points lie in G1, together (specs/batch.md, section 3)."""
        values = [_on_curve(point) for point in points]
        if not all_in_subgroup(_CURVE, values, randomness):
            raise EncodingError("groups.subgroup", "a point does not lie in G1")
        return tuple(map(NativeG1, values))

    def g2_from_bytes(self, data: bytes) -> G2:
        """Decode a canonical element of G2 (specs/groups.md, section 2.1)."""
        # Step 1.
        if len(data) != G2_LENGTH:
            raise EncodingError("groups.length", "a point of G2 must have 96 bytes")
        # Steps 2 to 5 are the library's.
        try:
            value = arkworks.G2Point.from_compressed_bytes(data)
        except ValueError as error:
            raise EncodingError(
                "groups.point", "the bytes must encode a point of G2"
            ) from error
        # Step 6.
        if bytes(value.to_compressed_bytes()) != data:
            raise EncodingError("groups.point", "a point must be in its one encoding")
        return NativeG2(value)

    def hash_to_g1(self, message: bytes, dst: bytes) -> G1:
        """Return hash_to_curve of suite BLS12381G1_XMD:SHA-256_SSWU_RO_."""
        return NativeG1(arkworks.G1Point.hash_to_curve(message, usable_dst(dst)))

    def hash_to_g2(self, message: bytes, dst: bytes) -> G2:
        """Return hash_to_curve of suite BLS12381G2_XMD:SHA-256_SSWU_RO_."""
        return NativeG2(arkworks.G2Point.hash_to_curve(message, usable_dst(dst)))

    def msm(self, points: Sequence[G1], scalars: Sequence[int]) -> G1:
        """Return the sum of ``points[i] * scalars[i]``."""
        if len(points) != len(scalars):
            raise CallerError(
                "groups.msm-length", "there must be as many scalars as points"
            )
        if not points:
            return self.g1_identity()
        values = [_g1(point) for point in points]
        factors = [_native_scalar(scalar) for scalar in scalars]
        return NativeG1(arkworks.G1Point.multiexp_unchecked(values, factors))

    def pairing_product_is_one(self, pairs: Sequence[tuple[G1, G2]]) -> bool:
        """Tell whether the product of e(P, Q) over ``pairs`` is one."""
        if not pairs:
            raise CallerError(
                "groups.no-pairs", "a product of pairings must have at least one pair"
            )
        left = [_g1(p) for p, _ in pairs]
        right = [_g2(q) for _, q in pairs]
        return arkworks.GT.pairing_check(left, right)

    def pairing_bytes(self, p: G1, q: G2) -> bytes:
        """Return the 576 bytes of e(P, Q)."""
        # The text is the hexadecimal serialisation: little-endian, lowest term first.
        return bytes.fromhex(str(arkworks.GT.pairing(_g1(p), _g2(q))))[::-1]


def _g1(point: Point) -> arkworks.G1Point:
    if not isinstance(point, NativeG1):
        raise CallerError(
            "groups.foreign-point", "the point must be of G1 and of this back-end"
        )
    return point.value


def _on_curve(point: OnCurve) -> arkworks.G1Point:
    if not isinstance(point, NativeOnCurve):
        raise CallerError(
            "groups.foreign-point", "the point must be of the curve of this back-end"
        )
    return point.value


def _g2(point: Point) -> arkworks.G2Point:
    if not isinstance(point, NativeG2):
        raise CallerError(
            "groups.foreign-point", "the point must be of G2 and of this back-end"
        )
    return point.value


def _native_scalar(scalar: int) -> arkworks.Scalar:
    check_scalar(scalar)
    return arkworks.Scalar.from_le_bytes(scalar.to_bytes(32, "little"))


_G1_IDENTITY = arkworks.G1Point.identity()
_G2_IDENTITY = arkworks.G2Point.identity()
_CURVE = Curve(_G1_IDENTITY, operator.add, arkworks.G1Point.is_in_subgroup)
