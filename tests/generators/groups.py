"""Vectors of specs/groups.md: encodings, hash to curve, sums of products, pairings."""

from fairlot_crypto.curve import (
    G1,
    Backend,
    backend,
    scalar_from_bytes,
    scalar_to_bytes,
)
from fairlot_crypto.hashing import GROUP_ORDER, hash_to_scalar
from generators.case import Case, Chapter, accept, reject

_FIELD = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf"
    "6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab",
    16,
)


def chapter() -> Chapter:
    """Return the vectors of the groups; both back-ends give the same."""
    curve = backend()
    return Chapter(
        "groups",
        "The field `function` of the input names a function of specs/groups.md. Points "
        "are compressed, scalars big-endian in 32 bytes. Decoding an accepted point "
        "and encoding it again gives the same bytes.",
        (
            *_points(curve),
            *_points_refused(curve),
            *_scalars(),
            *_hashes(curve),
            *_sums(curve),
            *_pairings(curve),
        ),
    )


def _scalar(label: str) -> int:
    return hash_to_scalar(label.encode(), b"fairlot-v1/vectors_H2S_")


def _points(curve: Backend) -> list[Case]:
    g, h = curve.g1_generator(), curve.g2_generator()
    k = _scalar("point")
    points: list[tuple[str, str, bytes]] = [
        ("g1-generator", "decode-g1", g.to_bytes()),
        ("g1-generator-negated", "decode-g1", (-g).to_bytes()),
        ("g1-identity", "decode-g1", curve.g1_identity().to_bytes()),
        ("g1-multiple", "decode-g1", (g * k).to_bytes()),
        ("g2-generator", "decode-g2", h.to_bytes()),
        ("g2-generator-negated", "decode-g2", (-h).to_bytes()),
        ("g2-identity", "decode-g2", (h - h).to_bytes()),
        ("g2-multiple", "decode-g2", (h * k).to_bytes()),
    ]
    return [
        accept(
            name,
            "A canonical point of the subgroup; the multiples are by `scalar`.",
            {"function": function, "data": data, "scalar": scalar_to_bytes(k)},
            {"identity": name.endswith("identity")},
        )
        for name, function, data in points
    ]


def _compressed(x: int) -> bytes:
    return (x | 1 << 383).to_bytes(48, "big")


def _points_refused(curve: Backend) -> list[Case]:
    g1, g2 = curve.g1_generator().to_bytes(), curve.g2_generator().to_bytes()
    real = g2[48:]
    flagged = bytes([real[0] | 0x80]) + real[1:]
    one_name = "a point has one encoding, else a nym could be entered twice"
    g1_rows = [
        ("infinity-all-bits", b"\xff" * 48, one_name),
        ("infinity-sign-bit", b"\xe0" + bytes(47), one_name),
        ("infinity-with-x", b"\xc0" + bytes(46) + b"\x01", one_name),
        ("infinity-without-flag", b"\x80" + bytes(47), one_name),
        ("no-compression-flag", bytes([g1[0] & 0x7F]) + g1[1:], one_name),
        ("x-is-modulus", _compressed(_FIELD), one_name),
        ("x-above-modulus", _compressed(_FIELD + 4), one_name),
        ("order-three", _compressed(0), "points of small order break proofs"),
        ("off-subgroup", _compressed(4), "points off the subgroup break proofs"),
        ("off-curve", _compressed(1), "there is no such point"),
    ]
    g2_rows = [
        ("infinity-all-bits", b"\xff" * 96, one_name),
        ("infinity-sign-bit", b"\xe0" + bytes(95), one_name),
        ("infinity-with-x", b"\xc0" + bytes(94) + b"\x01", one_name),
        ("imaginary-part-is-modulus", _compressed(_FIELD) + g2[48:], one_name),
        ("real-part-is-modulus", g2[:48] + _FIELD.to_bytes(48, "big"), one_name),
        ("flag-in-second-half", g2[:48] + flagged, one_name),
        (
            "off-subgroup",
            _compressed(0) + bytes(47) + b"\x02",
            "pairings are not sound",
        ),
        ("off-curve", _compressed(0) + bytes(47) + b"\x01", "there is no such point"),
    ]
    return [
        *(_refused(curve, "g1", f"g1-{row[0]}", *row[1:]) for row in g1_rows),
        *(_refused(curve, "g2", f"g2-{row[0]}", *row[1:]) for row in g2_rows),
        *_lengths_and_identities_refused(curve, g1, g2),
    ]


def _refused(curve: Backend, kind: str, name: str, data: bytes, rule: str) -> Case:
    decode = curve.g1_from_bytes if kind == "g1" else curve.g2_from_bytes
    return reject(
        name,
        f"Not canonical or not in the subgroup: {rule}.",
        "groups.point",
        {"function": f"decode-{kind}", "data": data},
        lambda: decode(data),
    )


def _lengths_and_identities_refused(curve: Backend, g1: bytes, g2: bytes) -> list[Case]:
    infinity_1, infinity_2 = b"\xc0" + bytes(47), b"\xc0" + bytes(95)
    length = "The length is exact, else bytes would go unchecked."
    identity = "The identity is refused here: it satisfies equations for free."
    return [
        reject(
            "g1-short",
            length,
            "groups.length",
            {"function": "decode-g1", "data": g1[:-1]},
            lambda: curve.g1_from_bytes(g1[:-1]),
        ),
        reject(
            "g1-long",
            length,
            "groups.length",
            {"function": "decode-g1", "data": g1 + b"\x00"},
            lambda: curve.g1_from_bytes(g1 + b"\x00"),
        ),
        reject(
            "g2-short",
            length,
            "groups.length",
            {"function": "decode-g2", "data": g2[:-1]},
            lambda: curve.g2_from_bytes(g2[:-1]),
        ),
        reject(
            "g1-identity-refused",
            identity,
            "groups.identity",
            {"function": "decode-g1-not-identity", "data": infinity_1},
            lambda: curve.g1_not_identity(infinity_1),
        ),
        reject(
            "g2-identity-refused",
            identity,
            "groups.identity",
            {"function": "decode-g2-not-identity", "data": infinity_2},
            lambda: curve.g2_not_identity(infinity_2),
        ),
    ]


def _scalars() -> list[Case]:
    greatest = (GROUP_ORDER - 1).to_bytes(32, "big")
    refused = {
        "scalar-zero": bytes(32),
        "scalar-r": GROUP_ORDER.to_bytes(32, "big"),
        "scalar-greatest-bytes": b"\xff" * 32,
        "scalar-short": b"\x01" * 31,
        "scalar-long": bytes(1) + greatest,
    }
    return [
        accept(
            "scalar-greatest",
            "The greatest scalar is r - 1.",
            {"function": "decode-scalar", "data": greatest},
            {"scalar": scalar_from_bytes(greatest)},
        ),
        *(_scalar_refused(name, data) for name, data in refused.items()),
    ]


def _scalar_refused(name: str, data: bytes) -> Case:
    return reject(
        name,
        "A scalar of a proof has 32 bytes and lies in [1, r-1]; else s and s + r would "
        "be two names of one proof.",
        "groups.scalar",
        {"function": "decode-scalar", "data": data},
        lambda: scalar_from_bytes(data),
    )


def _hashes(curve: Backend) -> list[Case]:
    rows = [
        ("short", b"message", b"fairlot-v1/vectors"),
        ("empty-message", b"", b"fairlot-v1/vectors"),
        ("dst-of-255-bytes", b"message", b"d" * 255),
        ("dst-of-256-bytes", b"message", b"d" * 256),
    ]
    return [
        case
        for name, message, dst in rows
        for case in (
            _hash("g1", name, message, dst, curve.hash_to_g1(message, dst).to_bytes()),
            _hash("g2", name, message, dst, curve.hash_to_g2(message, dst).to_bytes()),
        )
    ]


def _hash(kind: str, name: str, message: bytes, dst: bytes, point: bytes) -> Case:
    return accept(
        f"hash-to-{kind}-{name}",
        f"RFC 9380, BLS12381{kind.upper()}_XMD:SHA-256_SSWU_RO_.",
        {"function": f"hash-to-{kind}", "message": message, "dst": dst},
        {"point": point},
    )


def _sums(curve: Backend) -> list[Case]:
    g = curve.g1_generator()
    points = [g * _scalar(f"base {i}") for i in range(3)]
    scalars = [_scalar(f"factor {i}") for i in range(3)]
    edge = [GROUP_ORDER - 1, 0, 1]
    return [
        _sum(curve, "msm-of-nothing", [], []),
        _sum(curve, "msm-of-three", points, scalars),
        _sum(curve, "msm-with-edges", points, edge),
        _sum(curve, "msm-to-the-identity", [g, -g], [5, 5]),
        _sum_refused(
            curve,
            "msm-fewer-scalars",
            points,
            scalars[:2],
            "groups.msm-length",
            "As many scalars as points; a shorter list cuts terms off the sum.",
        ),
        _sum_refused(
            curve,
            "msm-fewer-points",
            points[:2],
            scalars,
            "groups.msm-length",
            "As many points as scalars.",
        ),
        _sum_refused(
            curve,
            "msm-scalar-r",
            [g],
            [GROUP_ORDER],
            "groups.scalar-range",
            "A scalar is below r; reducing it hides that two inputs mean the same.",
        ),
    ]


def _sum_inputs(points: list[G1], scalars: list[int]) -> dict[str, list[bytes] | str]:
    return {
        "function": "msm",
        "points": [point.to_bytes() for point in points],
        "scalars": [scalar.to_bytes(32, "big") for scalar in scalars],
    }


def _sum(curve: Backend, name: str, points: list[G1], scalars: list[int]) -> Case:
    total = curve.msm(points, scalars).to_bytes()
    inputs = _sum_inputs(points, scalars)
    return accept(name, "The sum of the products.", inputs, {"point": total})


def _sum_refused(
    curve: Backend,
    name: str,
    points: list[G1],
    scalars: list[int],
    code: str,
    rule: str,
) -> Case:
    inputs = _sum_inputs(points, scalars)
    return reject(name, rule, code, inputs, lambda: curve.msm(points, scalars))


def _pairings(curve: Backend) -> list[Case]:
    g, h = curve.g1_generator(), curve.g2_generator()
    a, b = _scalar("a"), _scalar("b")
    pairs = [(g * a, h * b), (-(g * (a * b % GROUP_ORDER)), h)]
    wrong = [pairs[0], (pairs[1][0] + g, h)]
    return [
        *(
            accept(
                name,
                "Whether the product of e(P, Q) over the pairs is one.",
                {
                    "function": "pairing-product-is-one",
                    "pairs": [[p.to_bytes(), q.to_bytes()] for p, q in given],
                },
                {"one": curve.pairing_product_is_one(given)},
            )
            for name, given in [("pairing-one", pairs), ("pairing-not-one", wrong)]
        ),
        reject(
            "pairing-of-nothing",
            "A product has at least one pair: an empty one holds for any statement.",
            "groups.no-pairs",
            {"function": "pairing-product-is-one", "pairs": []},
            lambda: curve.pairing_product_is_one([]),
        ),
    ]
