"""Who takes part in the draw, and what each asks (specs/sale.md, section 5)."""

from collections.abc import Mapping

from fairlot.allocation import Entrant
from fairlot.bid import open_bid
from fairlot.clock import RoundName
from fairlot.errors import Rejection
from fairlot.nym import Nym
from fairlot.positions import Position, Positions
from fairlot.terms import Terms
from fairlot_crypto.groups import Backend


def entrants_of(
    group: Backend,
    terms: Terms,
    positions: Positions,
    signatures: Mapping[RoundName, bytes],
) -> tuple[Entrant, ...]:
    """Return the final, funded deposits with their bids opened.

    Args:
        group: the back-end.
        terms: of the sale.
        positions: of all nyms.
        signatures: S of each round of drand that is on the board.

    Raises:
        Rejection: ``result.round`` where the round that opens the bids is not on the
            board.
    """
    return tuple(
        Entrant(
            nym=nym,
            wants=binding.wants,
            deposit=binding.amount,
            bid=_bid(group, terms, nym, position, signatures),
            tier=binding.tier,
            group=binding.group,
            attributes=tuple(sorted(position.final.disclosed.items())),
            solved=frozenset(binding.solutions),
        )
        for nym, position in positions.by_nym.items()
        if position.funded
        for binding in (position.final.binding,)
    )


def _bid(
    group: Backend,
    terms: Terms,
    nym: Nym,
    position: Position,
    signatures: Mapping[RoundName, bytes],
) -> int | None:
    named, sealed = terms.bids, position.final.binding.bid
    if named is None or sealed is None:
        return None
    signature = signatures.get(named.name)
    if signature is None:
        problem = (
            f"round {named.round_number}, which opens the bids, is not on the board"
        )
        raise Rejection("result.round", problem)
    return open_bid(group, named, terms.sale_id, nym, sealed, signature)
