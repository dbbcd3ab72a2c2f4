"""The independent back-end: py_ecc behind the same checks (specs/groups.md).

It shares no arithmetic with the native back-end: a fault of one of them shows as a
difference between the two. It is pure Python, 40 to 600 times slower, and not
constant-time either.
"""

import hashlib
from collections.abc import Sequence
from functools import reduce
from typing import Any, cast

from py_ecc.bls import g2_primitives, hash_to_curve, point_compression
from py_ecc.bls.typing import (
    G1Compressed,
    G1Uncompressed,
    G2Compressed,
    G2Uncompressed,
)
from py_ecc.fields import optimized_bls12_381_FQ as FQ
from py_ecc.fields import optimized_bls12_381_FQ12 as FQ12
from py_ecc.optimized_bls12_381 import optimized_curve as curve
from py_ecc.optimized_bls12_381 import optimized_pairing as pairing

from fairlot_crypto.curve.interface import (
    COORDINATE_LENGTH,
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
from fairlot_crypto.hashing import i2osp, os2ip, usable_dst
from fairlot_crypto.randomness import Randomness

_TERMS = (5, 3, 1, 4, 2, 0)
"""Powers of w in the order in which an element of GT is written."""

_SHA256 = cast("Any", hashlib.sha256)
"""py_ecc annotates the constructor that it wants as an instance."""


class ReferenceG1(G1):
    """An element of G1 held by py_ecc in projective coordinates."""

    __slots__ = ("value",)

    def __init__(self, value: G1Uncompressed) -> None:
        self.value = value

    def __add__(self, other: Point) -> "ReferenceG1":
        return ReferenceG1(curve.add(self.value, _g1(other)))

    def __sub__(self, other: Point) -> "ReferenceG1":
        return ReferenceG1(curve.add(self.value, curve.neg(_g1(other))))

    def __neg__(self) -> "ReferenceG1":
        return ReferenceG1(curve.neg(self.value))

    def __mul__(self, scalar: int) -> "ReferenceG1":
        check_scalar(scalar)
        return ReferenceG1(curve.multiply(self.value, scalar))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReferenceG1) and curve.eq(self.value, other.value)

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def is_identity(self) -> bool:
        """Tell whether this is the neutral element."""
        return curve.is_inf(self.value)

    def to_bytes(self) -> bytes:
        """Return the 48 bytes of the compressed encoding."""
        return i2osp(point_compression.compress_G1(self.value), G1_LENGTH)


class ReferenceOnCurve(OnCurve):
    """A point of the curve held by py_ecc, which may lie outside the subgroup."""

    __slots__ = ("value",)

    def __init__(self, value: G1Uncompressed) -> None:
        self.value = value

    def to_bytes(self) -> bytes:
        """Return the 48 bytes of the compressed encoding."""
        return i2osp(point_compression.compress_G1(self.value), G1_LENGTH)


class ReferenceG2(G2):
    """An element of G2 held by py_ecc in projective coordinates."""

    __slots__ = ("value",)

    def __init__(self, value: G2Uncompressed) -> None:
        self.value = value

    def __add__(self, other: Point) -> "ReferenceG2":
        return ReferenceG2(curve.add(self.value, _g2(other)))

    def __sub__(self, other: Point) -> "ReferenceG2":
        return ReferenceG2(curve.add(self.value, curve.neg(_g2(other))))

    def __neg__(self) -> "ReferenceG2":
        return ReferenceG2(curve.neg(self.value))

    def __mul__(self, scalar: int) -> "ReferenceG2":
        check_scalar(scalar)
        return ReferenceG2(curve.multiply(self.value, scalar))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReferenceG2) and curve.eq(self.value, other.value)

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def is_identity(self) -> bool:
        """Tell whether this is the neutral element."""
        return curve.is_inf(self.value)

    def to_bytes(self) -> bytes:
        """Return the 96 bytes of the compressed encoding."""
        imaginary, real = point_compression.compress_G2(self.value)
        return i2osp(imaginary, COORDINATE_LENGTH) + i2osp(real, COORDINATE_LENGTH)


class ReferenceBackend(Backend):
    """The groups of BLS12-381 in pure Python."""

    name = "reference"

    def g1_generator(self) -> G1:
        """Return BP1, the generator of G1 that the standard fixes."""
        return ReferenceG1(curve.G1)

    def g2_generator(self) -> G2:
        """Return BP2, the generator of G2 that the standard fixes."""
        return ReferenceG2(curve.G2)

    def g1_identity(self) -> G1:
        """Return the neutral element of G1."""
        return ReferenceG1(curve.Z1)

    def g1_from_bytes(self, data: bytes) -> G1:
        """Decode a canonical element of G1 (specs/groups.md, section 2.1)."""
        # Steps 1 to 4 and 6.
        value = _decompressed(data)
        # Step 5.
        if not g2_primitives.subgroup_check(value):
            raise EncodingError("groups.point", "the point must lie in G1")
        return ReferenceG1(value)

    def coordinates(self, point: G1) -> bytes:
        """Return x and y, 48 bytes each; 96 zero bytes for the identity."""
        value = _g1(point)
        if curve.is_inf(value):
            return bytes(COORDINATES_LENGTH)
        return b"".join(
            i2osp(int(each), COORDINATE_LENGTH) for each in curve.normalize(value)
        )

    def on_curve(self, data: bytes) -> OnCurve:
        """Decode the coordinates of a point of the curve (specs/batch.md, section 2)."""
        # Step 1.
        if len(data) != COORDINATES_LENGTH:
            raise EncodingError("groups.length", "two coordinates must have 96 bytes")
        # Step 2.
        x, y = os2ip(data[:COORDINATE_LENGTH]), os2ip(data[COORDINATE_LENGTH:])
        if x == y == 0:
            return ReferenceOnCurve(curve.Z1)
        # Steps 3 and 4.
        if not max(x, y) < curve.field_modulus:
            raise EncodingError("groups.point", "coordinates must be in their one form")
        value = (FQ(x), FQ(y), FQ.one())
        if not curve.is_on_curve(value, curve.b):
            raise EncodingError(
                "groups.point", "the coordinates must be those of a point of the curve"
            )
        return ReferenceOnCurve(value)

    def compressed_on_curve(self, data: bytes) -> OnCurve:
        """Decode a point of the curve (specs/groups.md, section 2.1, without step 5)."""
        return ReferenceOnCurve(_decompressed(data))

    def admit(
        self, points: Sequence[OnCurve], randomness: Randomness
    ) -> tuple[G1, ...]:
        """Show that all points lie in G1, together (specs/batch.md, section 3)."""
        values = [_on_curve(point) for point in points]
        if not all_in_subgroup(_CURVE, values, randomness):
            raise EncodingError("groups.subgroup", "a point does not lie in G1")
        return tuple(map(ReferenceG1, values))

    def g2_from_bytes(self, data: bytes) -> G2:
        """Decode a canonical element of G2 (specs/groups.md, section 2.1)."""
        # Step 1.
        if len(data) != G2_LENGTH:
            raise EncodingError("groups.length", "a point of G2 must have 96 bytes")
        # Steps 2 to 4 are the library's.
        halves = os2ip(data[:COORDINATE_LENGTH]), os2ip(data[COORDINATE_LENGTH:])
        try:
            value = point_compression.decompress_G2(G2Compressed(halves))
        except ValueError as error:
            raise EncodingError(
                "groups.point", "the bytes must encode a point of G2"
            ) from error
        point = ReferenceG2(value)
        # Steps 5 and 6.
        if not g2_primitives.subgroup_check(value) or point.to_bytes() != data:
            raise EncodingError(
                "groups.point", "the bytes must be the one encoding of a point of G2"
            )
        return point

    def hash_to_g1(self, message: bytes, dst: bytes) -> G1:
        """Return hash_to_curve of suite BLS12381G1_XMD:SHA-256_SSWU_RO_."""
        dst = usable_dst(dst)
        return ReferenceG1(hash_to_curve.hash_to_G1(message, dst, _SHA256))

    def hash_to_g2(self, message: bytes, dst: bytes) -> G2:
        """Return hash_to_curve of suite BLS12381G2_XMD:SHA-256_SSWU_RO_."""
        dst = usable_dst(dst)
        return ReferenceG2(hash_to_curve.hash_to_G2(message, dst, _SHA256))

    def msm(self, points: Sequence[G1], scalars: Sequence[int]) -> G1:
        """Return the sum of ``points[i] * scalars[i]``."""
        if len(points) != len(scalars):
            raise CallerError(
                "groups.msm-length", "there must be as many scalars as points"
            )
        products = [p * s for p, s in zip(points, scalars, strict=True)]
        return reduce(lambda total, term: total + term, products, self.g1_identity())

    def pairing_product_is_one(self, pairs: Sequence[tuple[G1, G2]]) -> bool:
        """Tell whether the product of e(P, Q) over ``pairs`` is one."""
        if not pairs:
            raise CallerError(
                "groups.no-pairs", "a product of pairings must have at least one pair"
            )
        product = FQ12.one()
        for p, q in pairs:
            product *= pairing.pairing(_g2(q), _g1(p), final_exponentiate=False)
        return pairing.final_exponentiate(product) == FQ12.one()

    def pairing_bytes(self, p: G1, q: G2) -> bytes:
        """Return the 576 bytes of e(P, Q)."""
        # py_ecc's pairing is another power: it leaves out the sign of z and the 3.
        return _tower_bytes(pairing.pairing(_g2(q), curve.neg(_g1(p))) ** 3)


def _tower_bytes(value: FQ12) -> bytes:
    """Encode an element Σ a_i·w^i of F_p[w]/(w^12 - 2w^6 + 2), where u = w^6 - 1."""
    a = [int(coefficient) for coefficient in value.coeffs]
    pairs = ((a[i + 6], (a[i] + a[i + 6]) % curve.field_modulus) for i in _TERMS)
    return b"".join(i2osp(c, COORDINATE_LENGTH) for pair in pairs for c in pair)


def _g1(point: Point) -> G1Uncompressed:
    if not isinstance(point, ReferenceG1):
        raise CallerError(
            "groups.foreign-point", "the point must be of G1 and of this back-end"
        )
    return point.value


def _decompressed(data: bytes) -> G1Uncompressed:
    """Decode a point of the curve, in G1 or not (specs/groups.md, section 2.1)."""
    # Step 1.
    if len(data) != G1_LENGTH:
        raise EncodingError("groups.length", "a point of G1 must have 48 bytes")
    # Steps 2 to 4 are the library's.
    try:
        value = point_compression.decompress_G1(G1Compressed(os2ip(data)))
    except ValueError as error:
        raise EncodingError(
            "groups.point", "the bytes must encode a point of G1"
        ) from error
    # Step 6.
    if ReferenceG1(value).to_bytes() != data:
        raise EncodingError("groups.point", "a point must be in its one encoding")
    return value


def _on_curve(point: OnCurve) -> G1Uncompressed:
    if not isinstance(point, ReferenceOnCurve):
        raise CallerError(
            "groups.foreign-point", "the point must be of the curve of this back-end"
        )
    return point.value


def _g2(point: Point) -> G2Uncompressed:
    if not isinstance(point, ReferenceG2):
        raise CallerError(
            "groups.foreign-point", "the point must be of G2 and of this back-end"
        )
    return point.value


_CURVE = Curve(curve.Z1, curve.add, g2_primitives.subgroup_check)
