"""The suite: RFC 9497 in mode VOPRF over BLS12-381 G1 (specs/uniqueness-tag.md, section 1).

RFC 9497 defines no suite with this group. The structure of every transcript is the RFC's;
group and identifier are this project's own.
"""

from collections.abc import Iterable

from fairlot_crypto.curve import G1, Backend, Scalar
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import hash_to_scalar, i2osp, tag

CONTEXT = b"OPRFV1-" + i2osp(1, 1) + b"-" + tag("BLS12381G1-SHA256").encode()
"""contextString of the RFC: version, mode VOPRF, identifier of the suite."""
GROUP_DST = b"HashToGroup-" + CONTEXT
SCALAR_DST = b"HashToScalar-" + CONTEXT
SEED_DST = b"Seed-" + CONTEXT

BATCH_MAX = 2**16 - 1
"""Elements of one proof: their number fits the two bytes of the transcript."""


def with_length(data: bytes) -> bytes:
    """Return I2OSP(|data|, 2) || data, as the RFC writes what it hashes.

    Raises:
        CallerError: ``hashing.i2osp-range`` from 65,536 bytes upwards.
    """
    return i2osp(len(data), 2) + data


def input_element(curve: Backend, identifier: bytes) -> G1:
    """Return HashToGroup(identifier), of which nobody knows the discrete logarithm.

    specs/uniqueness-tag.md, section 2.1.

    Raises:
        CallerError: ``voprf.input`` if that is the identity, whose tag anybody knows.
    """
    # Step 1.
    element = curve.hash_to_g1(identifier, GROUP_DST)
    if element.is_identity():
        raise CallerError("voprf.input", "the input must not hash to the identity")
    return element


def to_scalar(transcript: bytes) -> Scalar:
    """Return HashToScalar(transcript)."""
    return Scalar(hash_to_scalar(transcript, SCALAR_DST))


def elements_from_bytes(curve: Backend, encoded: Iterable[bytes]) -> tuple[G1, ...]:
    """Decode elements that somebody sent, none of them the identity.

    Raises:
        EncodingError: ``groups.length``, ``groups.point``, ``groups.identity``.
    """
    return tuple(curve.g1_not_identity(data) for data in encoded)
