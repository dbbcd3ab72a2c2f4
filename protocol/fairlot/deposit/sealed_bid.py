"""Sealed bids: nobody can read one before the round that the terms name.

specs/deposit.md, section 1.3. A sealed bid that does not open counts as no bid. That is a
rule and not an error, since it shows only after the round, when nobody can correct it.
"""

from fairlot.names import Nym, SaleId
from fairlot.terms.named_round import NamedRound
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.hashing import i2osp, os2ip
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.timelock.sealed import open_sealed, seal, sealed_length

BID_LENGTH = 9
_BIDS, _DOES_NOT = b"\x01", b"\x00"
_UNOPENABLE = (
    "tlock.length",
    "tlock.point",
    "tlock.ciphertext",
    "tlock.authentication",
)
"""Codes for which whoever sealed the bid is at fault; other failures are the caller's."""


def sealed_bid_length(named: NamedRound) -> int:
    """Return the bytes of every sealed bid of a sale."""
    return sealed_length(named.chain.scheme, BID_LENGTH)


def seal_bid(
    curve: Backend,
    named: NamedRound,
    sale_id: SaleId,
    nym: Nym,
    bid: int | None,
    randomness: Randomness,
) -> bytes:
    """Seal a bid, or the statement that there is none: both look the same.

    Raises:
        CallerError: ``hashing.i2osp-range`` for a bid outside uint64.
        EncodingError: ``drand.public-key`` if the chain's key is not a point.
    """
    plaintext = _DOES_NOT + bytes(8) if bid is None else _BIDS + i2osp(bid, 8)
    return seal(
        curve, named.chain, named.round_number, plaintext, sale_id + nym, randomness
    )


def open_bid(
    curve: Backend,
    named: NamedRound,
    sale_id: SaleId,
    nym: Nym,
    sealed: bytes,
    signature: bytes,
) -> int | None:
    """Return the bid; ``None`` if there is none, or if it does not open as one.

    Args:
        curve: the back-end.
        named: the round that the terms name.
        sale_id: the sale.
        nym: the nym of the deposit; a copy in another nym's deposit does not open.
        sealed: the sealed bid in the deposit.
        signature: the round's signature, which the caller has verified.

    Raises:
        EncodingError: ``tlock.scheme``, ``drand.signature-point``: never for a round that
            legal terms name and its verified signature.
    """
    chain, round_number = named.chain, named.round_number
    context = sale_id + nym
    try:
        plaintext = open_sealed(
            curve, chain, round_number, sealed, context, signature, BID_LENGTH
        )
    except (EncodingError, ProofError) as error:
        if error.code not in _UNOPENABLE:
            raise
        return None
    return os2ip(plaintext[1:]) if plaintext[:1] == _BIDS else None
