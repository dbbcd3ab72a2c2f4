"""The generators: points of G1 whose mutual logarithms nobody knows.

draft-irtf-cfrg-bbs-signatures-09, section 4.1.1 (specs/bbs.md, section 4).
"""

from functools import lru_cache

from fairlot_crypto.curve import G1, Backend
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import EXPAND_LENGTH, expand_message_xmd, i2osp

MAX_GENERATORS = 4096
"""The most generators of one statement, since counts follow from untrusted lengths."""


def create_generators(curve: Backend, count: int, api_id: bytes) -> tuple[G1, ...]:
    """Return the first ``count`` generators of the interface ``api_id``.

    Raises:
        CallerError: ``bbs.generator-count`` outside [0, 4096].
    """
    if not 0 <= count <= MAX_GENERATORS:
        raise CallerError(
            "bbs.generator-count",
            f"the number of generators must lie in [0, {MAX_GENERATORS}]",
        )
    return _create(curve, count, api_id, api_id + b"MESSAGE_GENERATOR_SEED")


def create_blind_generators(
    curve: Backend, count: int, api_id: bytes
) -> tuple[G1, ...]:
    """Return Q_2, J_1, ..: the generators of the values that the signer does not see.

    Raises:
        CallerError: ``bbs.generator-count`` outside [0, 4096].
    """
    return create_generators(curve, count, b"BLIND_" + api_id)


@lru_cache(maxsize=64)
def _create(
    curve: Backend, count: int, api_id: bytes, generator_seed: bytes
) -> tuple[G1, ...]:
    seed_dst = api_id + b"SIG_GENERATOR_SEED_"
    generator_dst = api_id + b"SIG_GENERATOR_DST_"
    # Step 1.
    v = expand_message_xmd(generator_seed, seed_dst, EXPAND_LENGTH)
    points: list[G1] = []
    # Step 2.
    for i in range(1, count + 1):
        v = expand_message_xmd(v + i2osp(i, 8), seed_dst, EXPAND_LENGTH)
        points.append(curve.hash_to_g1(v, generator_dst))
    return tuple(points)
