"""The operations of the curve that a presentation cannot do without, and nothing else.

specs/command-line.md, section 22.1. They are those of the back-end, on points and scalars
made beforehand.
"""

from collections.abc import Callable

from fairlot_crypto.bbs.profile import Schema
from fairlot_crypto.curve import Backend, random_scalar
from fairlot_crypto.randomness import Randomness

_DST = b"fairlot-v1/bench"


def bare_verification(
    curve: Backend, schema: Schema, disclosed: int, randomness: Randomness
) -> Callable[[], object]:
    """Return what one verification needs.

    Four decodings, T1 and T2 and U as sums of products, their encodings, and a product of two
    pairings. What depends on the issuer or the sale alone is no part of it: it can be kept.

    Args:
        curve: the back-end.
        schema: of the credential.
        disclosed: how many attributes are shown.
        randomness: for the points and scalars.
    """
    hidden = _hidden(schema, disclosed)
    points = [
        curve.hash_to_g1(randomness.take(32), _DST) for _ in range(max(3, 2 + hidden))
    ]
    scalars = [random_scalar(randomness) for _ in points]
    encoded, g2 = points[0].to_bytes(), curve.g2_generator()

    def run() -> None:
        for _ in range(4):
            curve.g1_from_bytes(encoded)
        for size in (3, 2 + hidden, 2):
            curve.msm(points[:size], scalars[:size]).to_bytes()
        curve.pairing_product_is_one([(points[0], g2), (points[1], g2)])

    return run


def bare_presentation(
    curve: Backend, schema: Schema, disclosed: int, randomness: Randomness
) -> Callable[[], object]:
    """Return what one presentation needs.

    D, Abar, nym and U as products, Bbar, T1 and T2 as sums of them, and seven encodings. B is
    no part of it, nor the context point: whoever presents can keep them.

    Args:
        curve: the back-end.
        schema: of the credential.
        disclosed: how many attributes are shown.
        randomness: for the points and scalars.
    """
    hidden = _hidden(schema, disclosed)
    points = [curve.hash_to_g1(randomness.take(32), _DST) for _ in range(1 + hidden)]
    scalars = [random_scalar(randomness) for _ in points]

    def run() -> None:
        for _ in range(4):
            (points[0] * scalars[0]).to_bytes()
        for size in (2, 2, 1 + hidden):
            curve.msm(points[:size], scalars[:size]).to_bytes()

    return run


def _hidden(schema: Schema, disclosed: int) -> int:
    """Return how many messages stay hidden: attributes, the blind, and nym secrets."""
    return schema.attributes - disclosed + 1 + schema.nym_secrets
