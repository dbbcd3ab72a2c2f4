"""Presentations of one sale, honest and not, with their hints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import py_arkworks_bls12381 as arkworks

from fairlot_crypto.bbs import profile, proof, pseudonym
from fairlot_crypto.bbs.ciphersuite import API_PSEUDONYM, key_gen, map_messages
from fairlot_crypto.bbs.hints import Showing, make_hints
from fairlot_crypto.bbs.profile import Credential, Presentation
from fairlot_crypto.bbs.signature import signed_point
from fairlot_crypto.curve import (
    COORDINATE_LENGTH,
    G1,
    G1_LENGTH,
    SCALAR_LENGTH,
    Scalar,
    inverse,
)
from fairlot_crypto.curve.native import NativeG1
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, os2ip
from kit.holder import (
    ATTRIBUTES,
    CTX,
    GROUP,
    PH,
    context_for,
    credential_for,
    issue,
    secrets,
    source,
)

NAMES = ("Abar", "Bbar", "D", "nym", "T1", "T2", "U")
"""The points of a presentation, in the order of its hints."""
SHOWN_INDEXES = (0, 2)
CONTEXT = context_for()
SCALARS = 8
"""Of a proof that hides two attributes, the blind and one nym secret."""
COFACTOR_ORDERS = (3, 11)

NOTHING: Mapping[str, bytes] = {}
"""No other encodings."""

_Z = -0xD201000000010000
_COFACTOR = (_Z - 1) ** 2 // 3


@dataclass(frozen=True, slots=True)
class Made:
    """A presentation with the hints that its maker hands out."""

    showing: Showing
    hints: bytes | None

    def alone(self) -> str | None:
        """Return the code with which the single verifier refuses it."""
        at = self.showing
        try:
            profile.verify_presentation(
                at.context, at.presentation, at.ctx, at.ph, at.disclosed
            )
        except CryptoError as error:
            return error.code
        return None


@cache
def torsion(order: int) -> G1:
    """Return a point of the curve of order 3 or 11, held as if it lay in G1."""
    x = 0
    while True:
        x += 1
        point = _curve_point(x)
        if point is None:
            continue
        found = _times(point, _COFACTOR * GROUP_ORDER // order ** _power(order))
        while found is not None and _times(found, order) is not None:
            found = _times(found, order)
        if found is not None:
            return NativeG1(found)


def _power(order: int) -> int:
    power = 0
    while _COFACTOR % order ** (power + 1) == 0:
        power += 1
    return power


def _curve_point(x: int) -> arkworks.G1Point | None:
    encoded = bytearray(x.to_bytes(G1_LENGTH, "big"))
    encoded[0] |= 0x80
    try:
        return arkworks.G1Point.from_compressed_bytes_unchecked(bytes(encoded))
    except ValueError:
        return None


def _times(point: arkworks.G1Point, factor: int) -> arkworks.G1Point | None:
    """Return the multiple, of any size; ``None`` for the identity."""
    total = arkworks.G1Point.identity()
    for bit in f"{factor:b}":
        total = total + total
        if bit == "1":
            total = total + point
    return None if total == arkworks.G1Point.identity() else total


@cache
def person(number: int) -> Credential:
    """Return the credential of one of many people."""
    return credential_for(CONTEXT, secrets(1, f"person {number}"), label=f"b{number}")


@cache
def honest(number: int) -> Made:
    """Return a person's presentation, with true hints."""
    made = profile.present(
        CONTEXT, person(number), CTX, PH, SHOWN_INDEXES, source(f"present {number}")
    )
    shown = showing(made)
    return Made(shown, make_hints(shown))


def showing(made: Presentation) -> Showing:
    """Return a presentation in the sale's context."""
    return Showing(CONTEXT, made, CTX, PH, {i: ATTRIBUTES[i] for i in SHOWN_INDEXES})


def with_scalar(made: Made, place: int, add: int = 1) -> Made:
    """Return it with another response, or challenge, and the old hints."""
    start = 3 * G1_LENGTH + place * SCALAR_LENGTH
    old = made.showing.presentation.proof
    value = (os2ip(old[start : start + SCALAR_LENGTH]) + add) % GROUP_ORDER
    proof_ = old[:start] + i2osp(value, SCALAR_LENGTH) + old[start + SCALAR_LENGTH :]
    return replace(
        made, showing=showing(replace(made.showing.presentation, proof=proof_))
    )


def with_point(made: Made, name: str, data: bytes) -> Made:
    """Return it with other bytes of Abar, Bbar, D or the nym, and the old hints."""
    old = made.showing.presentation
    if name == "nym":
        return replace(made, showing=showing(replace(old, nym=data)))
    start = NAMES.index(name) * G1_LENGTH
    proof_ = old.proof[:start] + data + old.proof[start + G1_LENGTH :]
    return replace(made, showing=showing(replace(old, proof=proof_)))


def shifted(number: int, by: Mapping[str, G1]) -> Made:
    """Return a presentation whose maker moved points before hashing them.

    The challenge is that of the moved points, and the hints are of them: only the equations,
    or the subgroup, give it away.
    """
    scalars, hidden, nym, U = _begun(number)
    given = dict(
        zip(NAMES, (*hidden.points[:3], nym, *hidden.points[3:], U), strict=True)
    )
    moved = [point + by[name] if name in by else point for name, point in given.items()]
    return _closed(number, scalars, replace(hidden, points=tuple(moved[:3])), moved)


def forged_nym(number: int, nym: G1) -> Made:
    """Return a presentation under any nym, which holds if three equations share a coefficient.

    With Abar = -A the error of T1 is -B*c + D*r1^, that of T2 is B*c + D*r3^, and that of U
    is -D*c for D = nym - (the true nym): their sum is 0 for r1^ + r3^ = c.
    """
    scalars, hidden, true, U = _begun(number)
    signature = person(number).signature
    B = signed_point(CONTEXT.signed, scalars)
    A_bar, D = -signature.A, nym - true
    B_bar = -(B - signature.A * signature.e)
    T2 = hidden.points[4] - hidden.points[2] * hidden.r3_tilde
    points = (A_bar, B_bar, D, nym, A_bar * hidden.e_tilde, T2, U)
    # r1^ is r1~ - r1*c, r3^ is r3~ - c/r2: with r1 = -2, r2 = 1 the sum is c.
    two = Scalar(GROUP_ORDER - 2)
    blinds = replace(
        hidden,
        points=points[:3],
        r1=two,
        r2=inverse(1),
        r1_tilde=Scalar(0),
        r3_tilde=Scalar(0),
    )
    return _closed(number, scalars, blinds, points)


def other_root(number: int, name: str) -> Made:
    """Return a presentation that shows the negative of a point and hints at the point.

    The negative is hashed, and all equations hold for what is hinted at: with the nym it
    would be a second nym of the same person.
    """
    scalars, hidden, nym, U = _begun(number)
    points = (*hidden.points[:3], nym, *hidden.points[3:], U)
    negative = (-points[NAMES.index(name)]).to_bytes()
    return _closed(number, scalars, hidden, points, {name: negative})


def without_issuer(number: int) -> Made:
    """Return a presentation whose Abar and Bbar are the identity: nobody signed anything."""
    scalars, hidden, nym, U = _begun(number)
    none, D, T2 = GROUP.g1_identity(), hidden.points[2], hidden.points[4]
    points = (none, none, D, nym, D * hidden.r1_tilde, T2, U)
    blinds = replace(hidden, points=points[:3], r1=Scalar(0))
    return _closed(number, scalars, blinds, points)


def unblinded(number: int) -> Made:
    """Return a presentation that does not blind the nym secret: U is the identity."""
    scalars, hidden, nym, _ = _begun(number)
    *others, last = hidden.m_tilde
    T2 = hidden.points[4] - CONTEXT.generators.J[0] * last
    blinds = replace(hidden, m_tilde=(*others, Scalar(0)))
    points = (*hidden.points[:3], nym, hidden.points[3], T2, GROUP.g1_identity())
    return _closed(number, scalars, blinds, points)


def unsigned(number: int) -> Made:
    """Return a presentation of what its holder signed themselves."""
    forger = key_gen(b"a key of the prover's own, 32 bytes")
    held = person(number)
    C = profile.commitment(GROUP, CONTEXT.schema, held.blind, held.nym_secrets)
    forged = replace(held, signature=issue(CONTEXT, ATTRIBUTES, C, forger))
    made = profile.present(
        CONTEXT, forged, CTX, PH, SHOWN_INDEXES, source(f"forged {number}")
    )
    shown = showing(made)
    return Made(shown, make_hints(shown))


def _begun(number: int) -> tuple[Sequence[Scalar], proof.Hidden, G1, G1]:
    held = person(number)
    attributes = map_messages(held.attributes, API_PSEUDONYM)
    scalars = (*attributes, held.blind, *held.nym_secrets)
    disclosed = proof.select(attributes, SHOWN_INDEXES)
    hidden = proof.hide(
        CONTEXT.signed, held.signature, scalars, disclosed, source(f"shifted {number}")
    )
    nym = pseudonym.nym(GROUP, CTX, held.nym_secrets, API_PSEUDONYM)
    OP = pseudonym.context_point(GROUP, CTX, API_PSEUDONYM)
    U = OP * pseudonym.evaluate(hidden.m_tilde[-1:], CTX, API_PSEUDONYM)
    return scalars, hidden, nym, U


def _closed(
    number: int,
    scalars: Sequence[Scalar],
    hidden: proof.Hidden,
    points: Sequence[G1],
    instead: Mapping[str, bytes] = NOTHING,
) -> Made:
    """Hash the points, answer the challenge, and write the points as hints.

    Some may be shown, and hashed, in another encoding than theirs.
    """
    encoded = [
        instead.get(name, point.to_bytes())
        for name, point in zip(NAMES, points, strict=True)
    ]
    *shown, nym, T1, T2, U = encoded
    attributes = map_messages(person(number).attributes, API_PSEUDONYM)
    disclosed = proof.select(attributes, SHOWN_INDEXES)
    octets = b"".join((*shown, T1, T2, nym, U))
    c = proof.calculate_challenge(CONTEXT.signed, disclosed, octets, (PH, CTX))
    finalized = proof.finalize(hidden, person(number).signature.e, scalars, c)
    made = b"".join(shown) + finalized[3 * G1_LENGTH :]
    ys = (GROUP.coordinates(p)[COORDINATE_LENGTH:] for p in points[:4])
    hints = b"".join((*ys, *map(GROUP.coordinates, points[4:])))
    return Made(showing(Presentation(nym, made)), hints)
