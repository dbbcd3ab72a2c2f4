"""Each person's chance over all pools, from simulated draws (specs/odds.md, section 6).

For sales where people choose, and exact chances would take too long. Anybody can repeat the
draws, and whoever states the chances says that they are estimates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fairlot.allocation.entering import Entrant
from fairlot.allocation.prospect import Prospect
from fairlot.allocation.run_pools import allocate
from fairlot.names import Nym, SaleId
from fairlot.terms.pool import Pool
from fairlot_crypto.hashing import i2osp, tagged_hash

MOST_DRAWS, FEWEST_DRAWS = 1_000, 100
MOST_PEOPLE = 5_000
_TOTALS = 100_000
"""How many people's results are simulated, unless that would be too many or too few draws."""


@dataclass(frozen=True, slots=True)
class EstimatedOdds:
    """What people may expect of a whole sale, from simulated draws."""

    whole: Mapping[Nym, Prospect]
    """For each nym."""
    draws: int
    """How many were simulated."""


def estimated_sale_odds(
    pools: Sequence[Pool],
    entrants: Iterable[Entrant],
    sale_id: bytes,
) -> EstimatedOdds | None:
    """Return estimates of what each nym may expect of the whole sale (step 7).

    Args:
        pools: the terms' pools.
        entrants: the funded final deposits with their bids opened, in any order.
        sale_id: 32 bytes, to which groups are bound.

    Returns:
        The estimates; ``None`` for more than ``MOST_PEOPLE``.

    Raises:
        CallerError: as ``allocate``.
    """
    present = tuple(entrants)
    if len(present) > MOST_PEOPLE:
        return None
    draws = _draws_for(len(present))
    won = dict.fromkeys((entrant.nym for entrant in present), 0)
    units = dict(won)
    # Step 7.
    for draw in range(draws):
        seed = tagged_hash("odds", i2osp(draw, 4))
        for total in allocate(pools, present, seed, SaleId(sale_id)).totals:
            won[total.nym] += total.units > 0
            units[total.nym] += total.units
    whole = {
        nym: Prospect(Fraction(won[nym], draws), Fraction(units[nym], draws))
        for nym in won
    }
    return EstimatedOdds(whole, draws)


def _draws_for(people: int) -> int:
    """Return from how many draws the chances of so many people are estimated."""
    return max(FEWEST_DRAWS, min(MOST_DRAWS, _TOTALS // max(1, people)))
