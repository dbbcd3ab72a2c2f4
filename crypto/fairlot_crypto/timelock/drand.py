"""A round of drand, and whether its chain signed it (specs/drand.md, section 5)."""

import hashlib
from dataclasses import dataclass

from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.json_object import read_json_object
from fairlot_crypto.timelock.chain import ChainInfo, check_round_number, malformed


@dataclass(frozen=True, slots=True)
class Beacon:
    """A round as a relay gives it; nothing of it is verified.

    Raises:
        EncodingError: ``drand.round``.
    """

    round_number: int
    """ρ, the number of the round, in [1, 2^64 - 1]."""
    signature: bytes
    """S, the compressed signature of the chain's key over the message of the round."""
    previous_signature: bytes | None = None
    """S', the signature of the round before or the genesis seed, if the scheme is chained."""

    def __post_init__(self) -> None:
        """Check the range of the round."""
        check_round_number(self.round_number)

    def randomness(self) -> bytes:
        """Return the round's 32 random bytes, which mean nothing until it verifies."""
        return hashlib.sha256(self.signature).digest()


def read_beacon(data: bytes) -> Beacon:
    """Read the JSON with which a relay gives a round (specs/drand.md, section 5.1).

    Raises:
        EncodingError: ``drand.json``, ``drand.round``; ``drand.randomness`` if that is
            given and is not the hash of the signature.
    """
    # Step 1.
    optional = ("previous_signature", "randomness")
    fields = read_json_object(data, ("round", "signature"), optional, malformed)
    chained = fields.has("previous_signature")
    # Step 2.
    beacon = Beacon(
        round_number=fields.integer("round"),
        signature=fields.octets("signature"),
        previous_signature=fields.octets("previous_signature") if chained else None,
    )
    # Step 3.
    given = fields.octets("randomness") if fields.has("randomness") else None
    if given not in {None, beacon.randomness()}:
        raise EncodingError(
            "drand.randomness", "the randomness must be the hash of the signature"
        )
    # Step 4.
    return beacon


def round_message(
    chain: ChainInfo, round_number: int, previous_signature: bytes | None
) -> bytes:
    """Return the 32 bytes that the chain signs in a round (specs/drand.md, section 5.2).

    Raises:
        EncodingError: ``drand.round``; ``drand.previous-signature`` if it is missing or
            not wanted, has another length than a signature, or, for round 1, is not the
            genesis seed.
    """
    # Step 1.
    check_round_number(round_number)
    # Step 2.
    if not chain.scheme.chained:
        if previous_signature is not None:
            raise _previous("must be left out, since the scheme is not chained")
        return hashlib.sha256(i2osp(round_number, 8)).digest()
    # Step 3.
    if previous_signature is None:
        raise _previous("must be given, since the scheme is chained")
    if round_number == 1 and previous_signature != chain.genesis_seed:
        raise _previous("must be the genesis seed for round 1")
    expected = chain.scheme.signature_length
    if round_number > 1 and len(previous_signature) != expected:
        raise _previous(f"must have {expected} bytes")
    # Step 4.
    return hashlib.sha256(previous_signature + i2osp(round_number, 8)).digest()


def verify_round(
    curve: Backend, chain: ChainInfo, beacon: Beacon, round_number: int
) -> None:
    """Check that ``beacon`` is the round ``round_number`` of a chain.

    The steps are those of specs/drand.md, section 5.3. The caller fixes chain and round
    beforehand: whoever may choose among rounds chooses among random values.

    Raises:
        EncodingError: ``drand.previous-signature``; ``drand.public-key``,
            ``drand.signature-point`` for anything but the canonical encoding of an
            element other than the identity.
        ProofError: ``drand.other-round`` for another round than the one named;
            ``drand.signature`` if the chain's key did not sign it.
    """
    # Step 1.
    if beacon.round_number != round_number:
        raise ProofError(
            "drand.other-round",
            f"the round must be number {round_number}, not {beacon.round_number}",
        )
    # Step 2.
    message = round_message(chain, round_number, beacon.previous_signature)
    # Steps 3 to 6.
    if chain.scheme.signs_in_g1:
        holds = _holds_in_g1(curve, chain, beacon, message)
    else:
        holds = _holds_in_g2(curve, chain, beacon, message)
    if not holds:
        raise ProofError(
            "drand.signature", "the chain's key must have signed this round"
        )


def key_error() -> EncodingError:
    """Return the error for a chain's key that is no point of its group."""
    return EncodingError(
        "drand.public-key",
        "the chain's public key must be a point of the group of its scheme",
    )


def signature_error() -> EncodingError:
    """Return the error for a signature that is no point of its group."""
    return EncodingError(
        "drand.signature-point",
        "the signature must be a point of the group of the chain's scheme",
    )


def _holds_in_g1(
    curve: Backend, chain: ChainInfo, beacon: Beacon, message: bytes
) -> bool:
    # Step 3.
    try:
        PK = curve.g2_not_identity(chain.public_key)
    except EncodingError as error:
        raise key_error() from error
    # Step 4.
    try:
        S = curve.g1_not_identity(beacon.signature)
    except EncodingError as error:
        raise signature_error() from error
    # Step 5.
    M = curve.hash_to_g1(message, chain.scheme.dst)
    # Step 6.
    return curve.pairing_product_is_one([(M, PK), (-S, curve.g2_generator())])


def _holds_in_g2(
    curve: Backend, chain: ChainInfo, beacon: Beacon, message: bytes
) -> bool:
    # Step 3.
    try:
        PK = curve.g1_not_identity(chain.public_key)
    except EncodingError as error:
        raise key_error() from error
    # Step 4.
    try:
        S = curve.g2_not_identity(beacon.signature)
    except EncodingError as error:
        raise signature_error() from error
    # Step 5.
    M = curve.hash_to_g2(message, chain.scheme.dst)
    # Step 6.
    return curve.pairing_product_is_one([(PK, M), (-curve.g1_generator(), S)])


def _previous(problem: str) -> EncodingError:
    return EncodingError(
        "drand.previous-signature", f"the signature of the round before {problem}"
    )
