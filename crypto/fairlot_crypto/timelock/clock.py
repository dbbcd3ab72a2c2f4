"""A clock of one's own, with one secret key (specs/drand.md, section 6).

Whoever holds the secret knows every round in advance. Such a clock is for rehearsals, tests
and vectors, where nothing depends on its secrecy.
"""

from fairlot_crypto.curve import Backend, Scalar
from fairlot_crypto.timelock.chain import ChainInfo
from fairlot_crypto.timelock.drand import Beacon, round_message
from fairlot_crypto.timelock.scheme import Scheme


def clock_key(curve: Backend, scheme: Scheme, secret: Scalar) -> bytes:
    """Return the public key of a clock.

    Raises:
        CallerError: ``groups.scalar-range``.
    """
    if scheme.signs_in_g1:
        return (curve.g2_generator() * secret).to_bytes()
    return (curve.g1_generator() * secret).to_bytes()


def sign_round(
    curve: Backend,
    chain: ChainInfo,
    secret: Scalar,
    round_number: int,
    previous_signature: bytes | None = None,
) -> Beacon:
    """Return a round of the clock whose key is that of ``chain``.

    Args:
        curve: the back-end.
        chain: whose key is that of ``secret``; otherwise the round does not verify.
        secret: k, the secret key of the clock.
        round_number: ρ, the number of the round.
        previous_signature: of the round before, if the scheme is chained.

    Raises:
        CallerError: ``groups.scalar-range``.
        EncodingError: ``drand.round``, ``drand.previous-signature``.
    """
    message = round_message(chain, round_number, previous_signature)
    if chain.scheme.signs_in_g1:
        signature = (curve.hash_to_g1(message, chain.scheme.dst) * secret).to_bytes()
    else:
        signature = (curve.hash_to_g2(message, chain.scheme.dst) * secret).to_bytes()
    return Beacon(round_number, signature, previous_signature)
