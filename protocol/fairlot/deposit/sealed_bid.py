"""Sealed bids: nobody can read one before the round that the terms name.

specs/deposit.md, section 1.3. What does not open as a bid is none: that is a rule, not an
error, since only the round shows it, when nothing can be corrected any more.
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
"""Whoever sealed the bid is at fault; any other failure is the caller's."""


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
    """Seal a bid, or that there is none: both look the same.

    Raises:
        CallerError: ``hashing.i2osp-range`` for a bid outside uint64.
        EncodingError: ``drand.public-key`` where the chain's key is no point.
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
    """Return the bid; ``None`` where there is none, or it was not sealed as one.

    Args:
        curve: the back-end.
        named: the round of the terms.
        sale_id: of the sale.
        nym: whose deposit holds it: a copy in another's deposit does not open.
        sealed: from the deposit.
        signature: of the round; the caller has verified it.

    Raises:
        EncodingError: ``tlock.scheme``, ``drand.signature-point``: never of a round
            that legal terms name, under the signature that it has.
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
