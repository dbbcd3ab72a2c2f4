"""RFC 9497 in mode VOPRF, transcribed anew and slowly, over any group.

It shares no code with ``fairlot_crypto.voprf``: integers, ``hashlib`` and, for BLS12-381,
py_ecc. Over P-256 it gives the RFC's own vectors, so that its transcripts are those of
the RFC; over BLS12-381 it must give what the package gives.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast

from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import compress_G1
from py_ecc.optimized_bls12_381 import optimized_curve as curve

E = TypeVar("E")


class Group(Protocol[E]):
    """The group interface of RFC 9497, section 2.1."""

    identifier: bytes
    order: int

    def generator(self) -> E: ...
    def add(self, a: E, b: E) -> E: ...
    def times(self, a: E, k: int) -> E: ...
    def hash(self, message: bytes, dst: bytes) -> E: ...
    def encode(self, a: E) -> bytes: ...


def expand(message: bytes, dst: bytes, length: int) -> bytes:
    """Return expand_message_xmd with SHA-256 (RFC 9380, section 5.3.1)."""
    dst_prime = dst + bytes([len(dst)])
    zero = sha256(
        bytes(64) + message + length.to_bytes(2, "big") + b"\0" + dst_prime
    ).digest()
    block, out, count = bytes(32), b"", 0
    while len(out) < length:
        count += 1
        mixed = (int.from_bytes(zero, "big") ^ int.from_bytes(block, "big")).to_bytes(
            32, "big"
        )
        block = sha256(mixed + bytes([count]) + dst_prime).digest()
        out += block
    return out[:length]


Jacobian: TypeAlias = tuple[Any, Any, Any]
"""A point as py_ecc has it."""


class Bls12381G1:
    """BLS12-381 G1, by py_ecc."""

    identifier = b"fairlot-v1/BLS12381G1-SHA256"
    order = int(curve.curve_order)

    def generator(self) -> Jacobian:
        return curve.G1

    def add(self, a: Jacobian, b: Jacobian) -> Jacobian:
        return curve.add(a, b)

    def times(self, a: Jacobian, k: int) -> Jacobian:
        return curve.multiply(a, k % self.order)

    def hash(self, message: bytes, dst: bytes) -> Jacobian:
        return hash_to_G1(message, dst, cast("Any", sha256))

    def encode(self, a: Jacobian) -> bytes:
        return int(compress_G1(a)).to_bytes(48, "big")


P = 2**256 - 2**224 + 2**192 + 2**96 - 1
A = P - 3
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
Point: TypeAlias = tuple[int, int] | None


class P256:
    """NIST P-256 with P256_XMD:SHA-256_SSWU_RO_ (RFC 9380, section 8.2)."""

    identifier = b"P256-SHA256"
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

    def generator(self) -> Point:
        return (
            0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
            0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        )

    def add(self, a: Point, b: Point) -> Point:
        if a is None or b is None:
            return a or b
        if a[0] == b[0] and (a[1] + b[1]) % P == 0:
            return None
        if a == b:
            slope = (3 * a[0] ** 2 + A) * pow(2 * a[1], -1, P)
        else:
            slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
        x = (slope**2 - a[0] - b[0]) % P
        return x, (slope * (a[0] - x) - a[1]) % P

    def times(self, a: Point, k: int) -> Point:
        total: Point = None
        for bit in f"{k % self.order:b}":
            total = self.add(total, total)
            if bit == "1":
                total = self.add(total, a)
        return total

    def hash(self, message: bytes, dst: bytes) -> Point:
        data = expand(message, dst, 96)
        u = [int.from_bytes(data[i : i + 48], "big") % P for i in (0, 48)]
        return self.add(_map(u[0]), _map(u[1]))

    def encode(self, a: Point) -> bytes:
        if a is None:
            return b"\0"
        return bytes([2 + a[1] % 2]) + a[0].to_bytes(32, "big")


def _map(u: int) -> Point:
    """Return map_to_curve_simple_swu(u) with Z = −10 (RFC 9380, section 6.6.2)."""
    z = -10
    divisor = (z**2 * u**4 + z * u**2) % P
    x = B * pow(z * A, -1, P) % P
    if divisor:
        x = -B * pow(A, -1, P) * (1 + pow(divisor, -1, P)) % P
    square = (x**3 + A * x + B) % P
    if pow(square, (P - 1) // 2, P) not in {0, 1}:
        x = z * u**2 * x % P
        square = (x**3 + A * x + B) % P
    y = pow(square, (P + 1) // 4, P)
    return x, (y if y % 2 == u % 2 else P - y)


@dataclass(frozen=True)
class Voprf(Generic[E]):
    """The procedures of RFC 9497, sections 2.2 and 3.3, with scalars given."""

    group: Group[E]

    @property
    def context(self) -> bytes:
        return b"OPRFV1-\x01-" + self.group.identifier

    def scalar(self, message: bytes) -> int:
        data = expand(message, b"HashToScalar-" + self.context, 48)
        return int.from_bytes(data, "big") % self.group.order

    def input_element(self, message: bytes) -> E:
        return self.group.hash(message, b"HashToGroup-" + self.context)

    def composites(self, b: E, c: Sequence[E], d: Sequence[E]) -> tuple[E, E]:
        group = self.group
        seed = sha256(_long(group.encode(b)) + _long(b"Seed-" + self.context)).digest()
        m = z = group.times(group.generator(), 0)
        for i, (c_i, d_i) in enumerate(zip(c, d, strict=True)):
            weight = self.scalar(
                _long(seed)
                + i.to_bytes(2, "big")
                + _long(group.encode(c_i))
                + _long(group.encode(d_i))
                + b"Composite"
            )
            m = group.add(group.times(c_i, weight), m)
            z = group.add(group.times(d_i, weight), z)
        return m, z

    def challenge(self, b: E, m: E, z: E, t2: E, t3: E) -> int:
        encoded = [_long(self.group.encode(each)) for each in (b, m, z, t2, t3)]
        return self.scalar(b"".join(encoded) + b"Challenge")

    def prove(self, k: int, c: Sequence[E], d: Sequence[E], r: int) -> tuple[int, int]:
        group = self.group
        b = group.times(group.generator(), k)
        m, z = self.composites(b, c, d)
        t2, t3 = group.times(group.generator(), r), group.times(m, r)
        challenge = self.challenge(b, m, z, t2, t3)
        return challenge, (r - challenge * k) % group.order

    def verifies(
        self, b: E, c: Sequence[E], d: Sequence[E], proof: tuple[int, int]
    ) -> bool:
        group, (challenge, s) = self.group, proof
        m, z = self.composites(b, c, d)
        t2 = group.add(group.times(group.generator(), s), group.times(b, challenge))
        t3 = group.add(group.times(m, s), group.times(z, challenge))
        return self.challenge(b, m, z, t2, t3) == challenge

    def output(self, message: bytes, unblinded: E) -> bytes:
        """Return the RFC's own output, in the place of which the package has its tag."""
        element = self.group.encode(unblinded)
        return sha256(_long(message) + _long(element) + b"Finalize").digest()


def _long(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data
