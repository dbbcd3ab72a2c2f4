"""Hints: what a verifier would compute from a presentation, written down beside it.

With T1, T2 and U given, the challenge is checked by one hash, and all equations of many
presentations together (specs/batch.md). Hints are untrusted: anybody can make them again, and
a wrong one costs time and changes no verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fairlot_crypto.bbs import octets
from fairlot_crypto.bbs.ciphersuite import API_PSEUDONYM
from fairlot_crypto.bbs.profile import IssuerContext, Presentation
from fairlot_crypto.bbs.proof import (
    FIXED_SCALARS,
    POINTS,
    Disclosed,
    disclosed_scalars,
    refused_proof,
)
from fairlot_crypto.bbs.pseudonym import (
    Opened,
    challenge_with_nym,
    commitments,
    decode_presentation,
)
from fairlot_crypto.curve import (
    COORDINATE_LENGTH,
    COORDINATES_LENGTH,
    G1_LENGTH,
    Backend,
    OnCurve,
    Scalar,
)
from fairlot_crypto.errors import CryptoError

SHOWN_POINTS = POINTS + 1
"""Points that a presentation shows: Abar, Bbar, D and the nym."""
COMMITMENTS = 3
"""Points that it does not show: T1, T2 and U."""
HINTS_LENGTH = SHOWN_POINTS * COORDINATE_LENGTH + COMMITMENTS * COORDINATES_LENGTH
"""Bytes of the hints of one presentation: 480."""

_FLAGS = 0xE0
"""The bits of the first byte of a compressed point that are not of x."""
_INFINITY = 0x40


@dataclass(frozen=True, slots=True)
class Showing:
    """A presentation, and what the verifier wants it to show."""

    context: IssuerContext
    """Of the expected header; the presentation does not choose it."""
    presentation: Presentation
    """As it came from outside."""
    ctx: bytes
    """The context of the nym."""
    ph: bytes
    """The presentation header."""
    disclosed: Mapping[int, bytes]
    """Attributes by index, exactly those that the verifier requires."""

    def scalars(self) -> Disclosed:
        """Return the disclosed attributes, mapped.

        Raises:
            EncodingError: ``presentation.index``.
        """
        count = self.context.schema.attributes
        return disclosed_scalars(self.disclosed, count, API_PSEUDONYM)


@dataclass(frozen=True, slots=True)
class Hinted:
    """A presentation whose hints lead to its challenge; its equations are not checked."""

    points: tuple[OnCurve, ...]
    """Abar, Bbar, D, nym, T1, T2, U: of the curve, perhaps outside G1."""
    scalars: tuple[Scalar, ...]
    """e^, r1^, r3^, m^_j1.., c."""
    disclosed: Disclosed
    """The disclosed attributes, mapped."""


def make_hints(showing: Showing) -> bytes:
    """Return the 480 bytes of hints of a presentation, whether it verifies or not.

    Raises:
        EncodingError: ``presentation.length``, ``presentation.scalar``,
            ``presentation.point``, ``presentation.identity``, ``presentation.index`` for
            one that cannot be read: it has no hints.
    """
    context, disclosed = showing.context.signed, showing.scalars()
    # Step 8.
    proof, nym = decode_presentation(context, showing.presentation, disclosed)
    # Step 9.
    count = showing.context.schema.nym_secrets
    made = commitments(context, proof, nym, disclosed, count, showing.ctx)
    return hints_of_opened(showing, Opened(proof, nym, made))


def hints_of_opened(showing: Showing, opened: Opened) -> bytes:
    """Return the 480 bytes of hints of a presentation whose T1, T2 and U are known."""
    # Step 10.
    curve, proof = showing.context.curve, opened.proof
    shown = (proof.A_bar, proof.B_bar, proof.D, opened.nym)
    ys = (curve.coordinates(point)[COORDINATE_LENGTH:] for point in shown)
    return b"".join((*ys, *map(curve.coordinates, opened.commitments)))


def read_hints(showing: Showing, hints: bytes) -> Hinted | None:
    """Open a presentation with its hints, without deciding anything.

    Returns:
        What is left to check; ``None`` where presentation and hints do not fit, so that
        the presentation must be verified without them.
    """
    try:
        return _read(showing, hints)
    except CryptoError:
        return None


def _read(showing: Showing, hints: bytes) -> Hinted | None:
    # Step 11.
    shown, curve = showing.presentation, showing.context.curve
    if len(hints) != HINTS_LENGTH or len(shown.nym) != G1_LENGTH:
        return None
    disclosed = showing.scalars()
    hidden = len(showing.context.signed.generators) - len(disclosed)
    scalars = octets.decode_scalars(
        shown.proof, POINTS, FIXED_SCALARS + hidden, refused_proof
    )
    # Step 12.
    points = _shown_points(curve, shown, hints) + _commitments(curve, hints)
    # Step 13.
    T1, T2, U = (point.to_bytes() for point in points[SHOWN_POINTS:])
    if U[0] & _INFINITY:
        return None
    challenge = challenge_with_nym(
        showing.context.signed,
        shown,
        (T1, T2, U),
        disclosed,
        showing.ctx,
        showing.ph,
    )
    return Hinted(points, scalars, disclosed) if scalars[-1] == challenge else None


def _shown_points(
    curve: Backend, shown: Presentation, hints: bytes
) -> tuple[OnCurve, ...]:
    """Decode Abar, Bbar, D and the nym with the hinted y."""
    xs = shown.proof[: POINTS * G1_LENGTH] + shown.nym
    return tuple(
        _with_y(curve, xs[i : i + G1_LENGTH], hints[i : i + COORDINATE_LENGTH])
        for i in range(0, SHOWN_POINTS * COORDINATE_LENGTH, COORDINATE_LENGTH)
    )


def _with_y(curve: Backend, encoded: bytes, y: bytes) -> OnCurve:
    """Decode a compressed point other than the identity, given its y."""
    point = curve.on_curve(bytes((encoded[0] & ~_FLAGS,)) + encoded[1:] + y)
    # Neither the identity, nor the other root, nor another encoding of x comes back.
    if encoded[0] & _INFINITY or point.to_bytes() != encoded:
        raise refused_proof(octets.Rule.POINT, "the hint is not of this point")
    return point


def _commitments(curve: Backend, hints: bytes) -> tuple[OnCurve, ...]:
    """Decode the coordinates of T1, T2 and U."""
    start = SHOWN_POINTS * COORDINATE_LENGTH
    return tuple(
        curve.on_curve(hints[i : i + COORDINATES_LENGTH])
        for i in range(start, HINTS_LENGTH, COORDINATES_LENGTH)
    )
