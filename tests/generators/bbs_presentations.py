"""Presentations that every verifier refuses (specs/bbs.md, section 9.7)."""

from collections.abc import Iterator
from dataclasses import replace

from fairlot_crypto.bbs import profile, proof
from fairlot_crypto.bbs.ciphersuite import (
    API_PSEUDONYM,
    key_gen,
    map_messages,
    public_key,
)
from fairlot_crypto.bbs.profile import Schema
from fairlot_crypto.curve import G1_LENGTH, SCALAR_LENGTH, Scalar
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, os2ip
from fairlot_crypto.randomness import SeededRandomness
from generators.bbs_setting import (
    ATTRIBUTES,
    CTX,
    HEADER,
    IDENTITY,
    OFF_CURVE,
    OFF_SUBGROUP,
    PH,
    SEED,
    Statement,
    context,
    credential,
    curve,
    person,
    statement,
)
from generators.case import Case, reject

POINT_NAMES = ("Abar", "Bbar", "D")
SCALAR_NAMES = ("e^", "r1^", "r3^", "m^_0", "m^_1", "m^_2", "m^_3", "c")
"""Those of a proof that hides two attributes, the blind and one nym secret."""

P = os2ip(
    bytes.fromhex(
        "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
        "1eabfffeb153ffffb9feffffffffaaab"
    )
)
"""The prime of the base field."""
BAD_POINTS = {
    "identity": (IDENTITY, "presentation.identity", "the identity"),
    "off-curve": (
        OFF_CURVE,
        "presentation.point",
        "x = 1, which no point of the curve has",
    ),
    "off-subgroup": (
        OFF_SUBGROUP,
        "presentation.point",
        "(0, 2), a point of order 3 outside the subgroup",
    ),
    "unreduced": (
        (P + 2**383).to_bytes(G1_LENGTH, "big"),
        "presentation.point",
        "x = p, a second encoding of x = 0",
    ),
    "all-ones": (b"\xff" * 48, "presentation.point", "ff.., not canonical"),
    "identity-with-sign": (
        b"\xe0" + bytes(47),
        "presentation.point",
        "e0.., the identity with a sign",
    ),
    "uncompressed": (
        b"\x00" + bytes(47),
        "presentation.point",
        "an encoding without the flag of compression",
    ),
}


def _base() -> Statement:
    return statement(context(), credential(context()), (0, 2))


def _spliced(base: Statement, start: int, data: bytes) -> Statement:
    octets = base.proof[:start] + data + base.proof[start + len(data) :]
    return replace(base, proof=octets)


def _refused(name: str, rule: str, code: str, changed: Statement) -> Case:
    return reject(f"presentation-{name}", rule, code, changed.inputs(), changed.verify)


def _lengths(base: Statement) -> Iterator[Case]:
    effect = "another length would hide or invent a response."
    for name, octets in (
        ("empty", b""),
        ("short", base.proof[:-1]),
        ("long", base.proof + b"\x00"),
        ("response-missing", base.proof[:-SCALAR_LENGTH]),
        ("response-added", base.proof + base.proof[-SCALAR_LENGTH:]),
    ):
        rule = f"The schema and the disclosed indexes fix the length; {effect}"
        changed = replace(base, proof=octets)
        yield _refused(f"proof-{name}", rule, "presentation.length", changed)
    for name, octets in (
        ("empty", b""),
        ("short", base.nym[:-1]),
        ("long", base.nym + b"\x00"),
    ):
        rule = "A nym has 48 bytes; otherwise one person could show several."
        changed = replace(base, nym=octets)
        yield _refused(f"nym-{name}", rule, "presentation.length", changed)


def _scalars(base: Statement) -> Iterator[Case]:
    for k, name in enumerate(SCALAR_NAMES):
        start = 3 * G1_LENGTH + k * SCALAR_LENGTH
        value = os2ip(base.proof[start : start + SCALAR_LENGTH])
        for kind, wrong, effect in (
            ("zero", 0, "0 is never the response of an honest prover"),
            ("r", GROUP_ORDER, "r is a second encoding of 0"),
            (
                "unreduced",
                value + GROUP_ORDER,
                "value + r would be a second proof of the same bytes' meaning",
            ),
        ):
            yield _refused(
                f"scalar-{name}-{kind}",
                f"{name} lies in [1, r-1]; {effect}.",
                "presentation.scalar",
                _spliced(base, start, i2osp(wrong, SCALAR_LENGTH)),
            )


def _points(base: Statement) -> Iterator[Case]:
    for kind, (octets, code, what) in BAD_POINTS.items():
        for k, name in enumerate(POINT_NAMES):
            rule = f"{name} is an element of G1 other than the identity; here it is {what}."
            changed = _spliced(base, k * G1_LENGTH, octets)
            yield _refused(f"{name}-{kind}", rule, code, changed)
        rule = (
            f"The nym is an element of G1 other than the identity; here it is {what}."
        )
        yield _refused(f"nym-{kind}", rule, code, replace(base, nym=octets))


def _statements(base: Statement) -> Iterator[Case]:
    other_key = public_key(curve(), key_gen(b"fairlot vectors: another issuer's key"))
    other_nym = profile.nym(curve(), CTX, person("bob", 1)).to_bytes()
    negated = bytes([base.nym[0] ^ 0x20]) + base.nym[1:]
    last = len(base.proof) - 1
    flipped = bytes([base.proof[last] ^ 1])
    A_bar, B_bar = base.proof[:G1_LENGTH], base.proof[G1_LENGTH : 2 * G1_LENGTH]
    changes: tuple[tuple[str, str, Statement], ...] = (
        (
            "key",
            "The issuer's key is in the domain.",
            replace(base, public_key=other_key.to_bytes()),
        ),
        (
            "header",
            "The header is in the domain; otherwise an old epoch would do.",
            replace(base, header=HEADER + b"!"),
        ),
        (
            "ctx",
            "The context is hashed; otherwise one proof would enter every sale.",
            replace(base, ctx=CTX[:-1] + b"\x00"),
        ),
        (
            "ph",
            "ph is hashed; otherwise a proof could be stolen for another order.",
            replace(base, ph=PH + b"!"),
        ),
        (
            "ph-and-ctx-shifted",
            "ph and ctx are hashed behind their lengths.",
            replace(base, ph=PH + CTX[:1], ctx=CTX[1:]),
        ),
        (
            "value",
            "A disclosed value is the signed one.",
            replace(base, disclosed={0: b"assurance=low", 2: ATTRIBUTES[2]}),
        ),
        (
            "index",
            "A value counts for its own index only.",
            replace(base, disclosed={0: ATTRIBUTES[0], 1: ATTRIBUTES[2]}),
        ),
        (
            "split",
            "L and N are in the domain, not only their sum.",
            replace(base, schema=Schema(3, 2)),
        ),
        (
            "other-nym",
            "The nym is that of the signed secrets, not another person's.",
            replace(base, nym=other_nym),
        ),
        (
            "negated-nym",
            "The nym's sign is part of it; otherwise a person would have two.",
            replace(base, nym=negated),
        ),
        (
            "swapped-points",
            "Abar and Bbar have their places.",
            _spliced(base, 0, B_bar + A_bar),
        ),
        ("challenge", "The challenge is recomputed.", _spliced(base, last, flipped)),
    )
    for name, rule, changed in changes:
        yield _refused(name, rule, "presentation.challenge", changed)
    yield _refused(
        "index-of-the-blind",
        "Only attributes can be disclosed, neither the blind nor a nym secret.",
        "presentation.index",
        replace(base, disclosed={0: ATTRIBUTES[0], 4: b""}),
    )
    yield _refused(
        "other-n",
        "N is fixed by the schema; with another N a person would have other nyms.",
        "presentation.length",
        replace(base, schema=Schema(4, 2)),
    )


def _forgeries(base: Statement) -> Iterator[Case]:
    issuer = context()
    forger = key_gen(b"fairlot vectors: a key of the prover's own")
    forged = statement(issuer, credential(issuer, key=forger), (0, 2))
    rule = "The pairing binds the proof to the issuer's key; all else holds here."
    yield _refused("own-issuer", rule, "presentation.pairing", forged)
    secrets = replace(credential(issuer), nym_secrets=person("bob", 1))
    stolen = statement(issuer, secrets, (0, 2))
    rule = "The nym secrets are the signed ones; otherwise nyms could be chosen."
    yield _refused("own-secrets", rule, "presentation.pairing", stolen)
    rule = "U is not the identity; a prover who does not blind the nym gets there."
    zeroed = _without_nym_blinding(base)
    yield _refused("U-identity", rule, "presentation.commitment", zeroed)


def _without_nym_blinding(base: Statement) -> Statement:
    issuer, shown = context(), credential(context())
    attributes = map_messages(shown.attributes, API_PSEUDONYM)
    scalars = (*attributes, shown.blind, *shown.nym_secrets)
    selected = proof.select(attributes, (0, 2))
    stream = SeededRandomness(SEED).derive("zeroed")
    hidden = proof.hide(issuer.signed, shown.signature, scalars, selected, stream)
    *points, T2 = hidden.points
    points.append(T2 - issuer.generators.J[0] * hidden.m_tilde[-1])
    hidden = replace(hidden, m_tilde=(*hidden.m_tilde[:-1], Scalar(0)))
    identity = curve().g1_identity().to_bytes()
    octets = b"".join(p.to_bytes() for p in points) + base.nym + identity
    trailers = (PH, CTX)
    c = proof.calculate_challenge(issuer.signed, selected, octets, trailers)
    return replace(base, proof=proof.finalize(hidden, shown.signature.e, scalars, c))


def refused_presentations() -> tuple[Case, ...]:
    """Return the cases of verify-presentation that must be refused."""
    base = _base()
    return (
        *_lengths(base),
        *_scalars(base),
        *_points(base),
        *_statements(base),
        *_forgeries(base),
    )
