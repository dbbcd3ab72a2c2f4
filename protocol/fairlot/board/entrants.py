"""Who takes part in the draw, and with which order (specs/sale.md, steps 8 and 9)."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from fairlot.allocation.entering import Entrant
from fairlot.bids import Bid
from fairlot.deposit.deposits import Wanted
from fairlot.deposit.final import Positions
from fairlot.deposit.sealed_bid import open_bid
from fairlot.errors import Rejection
from fairlot.names import Nym
from fairlot.terms.named_round import RoundName
from fairlot.terms.terms import Terms
from fairlot_crypto.curve import Backend

Opener: TypeAlias = Callable[[Nym, bytes], Bid | None]
"""Opens the sealed bid of a nym."""


def entrants_of(
    curve: Backend,
    terms: Terms,
    positions: Positions,
    signatures: Mapping[RoundName, bytes],
) -> tuple[Entrant, ...]:
    """Return the final, funded deposits with their bids opened (steps 8 and 9).

    Args:
        curve: the back-end.
        terms: the terms of the sale.
        positions: the positions of all nyms.
        signatures: S of each round of drand that is on the board, verified.

    Raises:
        Rejection: ``result.round`` if the round that opens the bids is not on the board.
    """
    opened = _opener(curve, terms, signatures)
    return tuple(
        _entrant(nym, wanted, opened)
        for nym, funded, wanted in positions.wanted()
        if funded
    )


_NONE_SOLVED = frozenset[str]()
"""One for all: an empty set takes 216 bytes."""


def _entrant(nym: Nym, wanted: Wanted, opened: Opener) -> Entrant:
    return Entrant(
        nym=nym,
        wants=wanted.wants,
        amount=wanted.amount,
        bid=None if wanted.bid is None else opened(nym, wanted.bid),
        tier=wanted.tier,
        group=wanted.group,
        attributes=tuple(sorted(wanted.disclosed)),
        solved=frozenset(wanted.solutions) if wanted.solutions else _NONE_SOLVED,
        choices=wanted.choices,
    )


def _opener(
    curve: Backend, terms: Terms, signatures: Mapping[RoundName, bytes]
) -> Opener:
    """Return the function that opens bids, once the round that the terms name is there."""
    named, sale_id, steps = terms.bids, terms.sale_id, terms.bid_steps
    if named is None:
        return lambda _nym, _sealed: None
    signature = signatures.get(named.name)
    if signature is None:
        problem = f"round {named.round_number}, which opens bids, is not on the board"
        raise Rejection("result.round", problem)
    return lambda nym, sealed: open_bid(
        curve, named, sale_id, nym, sealed, signature, steps
    )
