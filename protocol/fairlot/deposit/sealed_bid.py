"""Sealed bids: nobody can read one before the round that the terms name.

specs/deposit.md, section 1.3. A sealed bid that does not open counts as no bid. That is a
rule and not an error, since it shows only after the round, when nobody can correct it.
"""

from fairlot.bids import Bid, Step, Steps, bid_problem, steps_of
from fairlot.names import Nym, SaleId
from fairlot.terms.named_round import NamedRound
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.hashing import i2osp, os2ip
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.timelock.sealed import open_sealed, seal, sealed_length

BID_LENGTH = 9
_STEP_LENGTH = 16
_BIDS = b"\x01"
_UNOPENABLE = (
    "tlock.length",
    "tlock.point",
    "tlock.ciphertext",
    "tlock.authentication",
)
"""Codes for which whoever sealed the bid is at fault; other failures are the caller's."""


def bid_length(steps: int) -> int:
    """Return the bytes of every bid of a sale, as the terms' ``bid_steps`` say."""
    return 1 + steps * _STEP_LENGTH if steps else BID_LENGTH


def sealed_bid_length(named: NamedRound, steps: int = 0) -> int:
    """Return the bytes of every sealed bid of a sale.

    Args:
        named: the round that the terms name.
        steps: the terms' ``bid_steps``, 0 where a bid is for one unit.
    """
    return sealed_length(named.chain.scheme, bid_length(steps))


def seal_bid(
    curve: Backend,
    named: NamedRound,
    sale_id: SaleId,
    nym: Nym,
    bid: Bid | None,
    randomness: Randomness,
    steps: int = 0,
) -> bytes:
    """Seal a bid, or the statement that there is none: both look the same.

    Args:
        curve: the back-end.
        named: the round that the terms name.
        sale_id: the sale.
        nym: the nym of the deposit.
        bid: the bid; ``None`` for none.
        randomness: for the seal.
        steps: the terms' ``bid_steps``, 0 where a bid is for one unit.

    Raises:
        CallerError: ``wish.bid`` for a bid that such terms do not take.
        EncodingError: ``drand.public-key`` if the chain's key is not a point.
    """
    plaintext = _plaintext(bid, steps)
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
    steps: int = 0,
) -> Bid | None:
    """Return the bid; ``None`` if there is none, or if it does not open as one.

    Args:
        curve: the back-end.
        named: the round that the terms name.
        sale_id: the sale.
        nym: the nym of the deposit; a copy in another nym's deposit does not open.
        sealed: the sealed bid in the deposit.
        signature: the round's signature, which the caller has verified.
        steps: the terms' ``bid_steps``, 0 where a bid is for one unit.

    Raises:
        EncodingError: ``tlock.scheme``, ``drand.signature-point``: never for a round that
            legal terms name and its verified signature.
    """
    chain, round_number = named.chain, named.round_number
    context, length = sale_id + nym, bid_length(steps)
    try:
        plaintext = open_sealed(
            curve, chain, round_number, sealed, context, signature, length
        )
    except (EncodingError, ProofError) as error:
        if error.code not in _UNOPENABLE:
            raise
        return None
    if steps:
        return _read_steps(plaintext)
    return os2ip(plaintext[1:]) if plaintext[:1] == _BIDS else None


def _plaintext(bid: Bid | None, steps: int) -> bytes:
    """Return what is sealed: as many bytes for every bid of a sale."""
    if bid is None:
        return bytes(bid_length(steps))
    problem = bid_problem(bid, steps or 1)
    if problem is None and not (steps or isinstance(bid, int)):
        problem = "is for quantities, and the terms take an amount for one unit"
    if problem:
        raise CallerError("wish.bid", f"a bid {problem}")
    if isinstance(bid, int) and not steps:
        return _BIDS + i2osp(bid, 8)
    ladder = steps_of(bid)
    numbers = b"".join(i2osp(number, 8) for step in ladder for number in step)
    return (i2osp(len(ladder), 1) + numbers).ljust(bid_length(steps), b"\0")


def _read_steps(plaintext: bytes) -> Steps | None:
    """Return the steps; ``None`` for no bid, and for what breaks a rule of bids."""
    count, numbers = plaintext[0], plaintext[1:]
    pairs = [numbers[at : at + 16] for at in range(0, len(numbers), _STEP_LENGTH)]
    ladder = tuple(Step(os2ip(pair[:8]), os2ip(pair[8:])) for pair in pairs[:count])
    # What is not used is zero: there is one way to write a bid.
    void = count > len(pairs) or any(map(any, pairs[count:]))
    return None if void or bid_problem(ladder, len(pairs)) else ladder
