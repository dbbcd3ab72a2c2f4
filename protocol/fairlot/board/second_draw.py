"""What a second draw gives, from the log of a sale (specs/lapses.md, section 8)."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from fairlot.allocation.entering import Entrant
from fairlot.allocation.outcome import Outcome
from fairlot.allocation.redraw import Redrawn, redraw, second_seed, waiting
from fairlot.allocation.settlement import Funding, LedgerLine, outcome_hash, settle
from fairlot.beacon.contributions import Draw
from fairlot.fields import Fields
from fairlot.names import HASH_LENGTH, Nym
from fairlot.terms.named_round import RoundName
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value


@dataclass(frozen=True, slots=True)
class Drawn:
    """A first draw, and for whom it was."""

    terms: Terms
    entrants: tuple[Entrant, ...]
    draw: Draw
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class SecondDraw:
    """What REDRAWN announces."""

    seed: bytes | None
    """The second seed; ``None`` where nothing is drawn again."""
    redrawn: Redrawn
    ledger: tuple[LedgerLine, ...]
    """Of all nyms, the last word."""
    waiting: Mapping[str, tuple[Nym, ...]]
    """By collecting pool, in their order: who waited for a seat, ascending."""

    def to_value(self, terms: Terms) -> dict[str, Value]:
        """Return the body of the REDRAWN entry."""
        value: dict[str, Value] = {"outcome": outcome_hash(self.ledger, terms.pools)}
        return value if self.seed is None else {**value, "seed": self.seed}


@dataclass(frozen=True, slots=True)
class SaidOfIt:
    """What a REDRAWN entry says."""

    outcome: bytes
    seed: bytes | None

    @classmethod
    def read(cls, fields: Fields) -> "SaidOfIt":
        """Read the body of a REDRAWN entry."""
        seed = fields.bytes("seed", HASH_LENGTH) if fields.has("seed") else None
        return cls(fields.bytes("outcome", HASH_LENGTH), seed)


def draw_again(
    first: Drawn,
    fundings: Iterable[Funding],
    collected: AbstractSet[Nym] | None,
    signatures: Mapping[RoundName, bytes],
) -> SecondDraw:
    """Return who gets what after the collecting (steps 15 and 16).

    Args:
        first: the first draw.
        fundings: of all nyms, whose refunds nobody holds for the second draw.
        collected: who has collected; ``None`` where COLLECT_END is missed: then nobody
            lapses.
        signatures: S of each round that is known; without that of the second draw the
            freed seats stay unsold.
    """
    terms, named = first.terms, first.terms.redraw
    # Step 15.
    everybody = frozenset(total.nym for total in first.outcome.totals)
    came = everybody if collected is None else collected
    signature = None if named is None else signatures.get(named.name)
    drawn = collected is not None and signature is not None
    seed = second_seed(first.draw.seed, signature or b"") if drawn else None
    # Step 16.
    given = redraw(
        terms.pools,
        first.entrants,
        terms.sale_id,
        first.outcome,
        terms.collecting,
        came,
        seed,
    )
    return SecondDraw(seed, given, settle(given, fundings), waiting_for(first))


def waiting_for(first: Drawn) -> Mapping[str, tuple[Nym, ...]]:
    """Return who waits for a seat of each collecting pool."""
    terms = first.terms
    return waiting(terms.pools, first.entrants, terms.sale_id, first.outcome)
