"""Encodings of G1 that no decoder may take, made from the curve's equation."""

from fairlot_crypto.curve import G1_LENGTH

P = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
    "1eabfffeb153ffffb9feffffffffaaab",
    16,
)
"""The prime of the base field of BLS12-381."""

IDENTITY = b"\xc0" + bytes(G1_LENGTH - 1)


def compressed(x: int) -> bytes:
    """Return x with the flag of compression, whatever it names."""
    data = bytearray(x.to_bytes(G1_LENGTH, "big"))
    data[0] |= 0x80
    return bytes(data)


def on_curve(x: int) -> bool:
    """Tell whether y^2 = x^3 + 4 has a solution."""
    return pow(x**3 + 4, (P - 1) // 2, P) in {0, 1}


def off_curve() -> bytes:
    """Return the smallest x that no point has."""
    return compressed(next(x for x in range(100) if not on_curve(x)))


def off_subgroup() -> bytes:
    """Return (0, 2): on the curve, of order 3, so outside the subgroup."""
    return compressed(0)


def unreduced(point: bytes) -> bytes | None:
    """Return ``point`` with x + p for x, where that fits the 381 bits."""
    x = int.from_bytes(point, "big") % 2**381
    if x + P >= 2**381:
        return None
    return (int.from_bytes(point, "big") + P).to_bytes(G1_LENGTH, "big")
