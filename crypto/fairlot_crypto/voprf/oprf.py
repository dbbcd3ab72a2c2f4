"""Blind, evaluate, unblind (specs/uniqueness-tag.md, section 2).

The client is who asks: it knows the input. The server is who holds a key: it sees a blinded
element, which is uniform whatever the input is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlot_crypto.curve import G1, Backend, Scalar, inverse, random_scalar
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.voprf.dleq import Proof, generate_proof
from fairlot_crypto.voprf.suite import input_element


@dataclass(frozen=True, slots=True)
class Blinded:
    """An input as its client keeps it, and what it sends of it."""

    identifier: bytes = field(repr=False)
    """The input, which has little entropy."""
    blind: Scalar = field(repr=False)
    """β: with it, whoever saw the element could try inputs if they knew one tag."""
    element: G1
    """The input element times β."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What one key made of blinded elements, and the proof of it."""

    elements: tuple[G1, ...]
    """D_i = C_i·k, in the order in which the C_i came."""
    proof: Proof
    """That one key, and the published one, made all of them."""


def blind(curve: Backend, identifier: bytes, randomness: Randomness) -> Blinded:
    """Blind an input (section 2.1).

    Raises:
        CallerError: ``voprf.input``.
    """
    element = input_element(curve, identifier)
    # Step 2.
    beta = random_scalar(randomness)
    return Blinded(identifier, beta, element * beta)


def blind_evaluate(
    curve: Backend, k: Scalar, elements: Sequence[G1], randomness: Randomness
) -> Evaluated:
    """Multiply elements by k, and prove that the key of BP1·k did it (section 2.3).

    Args:
        curve: the back-end.
        k: the key, or a share of it.
        elements: what was sent, none the identity.
        randomness: of the server.

    Raises:
        CallerError: ``voprf.batch``.
    """
    # Step 7.
    evaluated = tuple(element * k for element in elements)
    B = curve.g1_generator() * k
    proof = generate_proof(curve, k, B, elements, evaluated, randomness)
    return Evaluated(evaluated, proof)


def finalize(blinded: Blinded, evaluated: G1) -> bytes:
    """Return the tag of the input, 32 bytes (section 2.5).

    Args:
        blinded: what ``blind`` returned.
        evaluated: the element times the key, from checked answers only.
    """
    # Step 14.
    N = evaluated * inverse(blinded.blind)
    return person_tag(blinded.identifier, N)


def person_tag(identifier: bytes, N: G1) -> bytes:
    """Return u = H("person-tag", identifier, N) of the unblinded element N, 32 bytes."""
    # Step 15.
    return tagged_hash("person-tag", identifier, N.to_bytes())
