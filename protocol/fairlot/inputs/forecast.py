"""The odds of a sale before its draw, for people and for machines (specs/odds.md)."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from fairlot.allocation.mechanisms.groups import worst_flip
from fairlot.allocation.odds import PoolOdds, sale_odds
from fairlot.allocation.shape import Chance
from fairlot.board.sale import SaleState
from fairlot.inputs.people_file import Person
from fairlot.inputs.stand_in import NO_SALE, stand_ins
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.terms.pool import Pool
from fairlot.text import Json, Viewed, json_view

_PER_CENT = 1000
"""A chance in tenths of a per cent."""


def people_odds(
    file: TermsFile, people: Sequence[Person]
) -> tuple[tuple[PoolOdds, ...], Mapping[Nym, str]]:
    """Return the odds of a list of people, and the person of each nym in them (section 2).

    Every deposit is assumed to be paid in full. No draw is made: the nyms belong to nobody;
    they are numbers in the order of the list.
    """
    entrants = stand_ins(file.pools, people)
    names = {
        entrant.nym: person.name
        for entrant, person in zip(entrants, people, strict=True)
    }
    return sale_odds(file.pools, entrants, NO_SALE), names


def state_odds(state: SaleState) -> tuple[PoolOdds, ...]:
    """Return the odds on a board, as they stood before its draw (section 4).

    Raises:
        Rejection: ``phase.wrong`` before CLOSE, ``result.round`` if bids cannot be
            opened yet.
    """
    state.check_closed()
    return sale_odds(state.terms.pools, state.entrants(), state.sale_id)


def odds_document(
    odds: Sequence[PoolOdds], name_of: Callable[[Nym], str]
) -> list[Mapping[str, Json]]:
    """Return the odds for machines: chances as fractions ``a/b``."""
    return [_pool(pool, name_of) for pool in odds]


def _pool(pool: PoolOdds, name_of: Callable[[Nym], str]) -> Mapping[str, Json]:
    exact, flip = pool.odds, flip_of(pool.pool)
    document: dict[str, Viewed] = {
        "pool": pool.pool.name,
        "mechanism": pool.pool.mechanism.value,
        "supply": pool.pool.supply,
        "worst_flip": None if flip is None else str(flip),
        "exact": exact is not None,
        "entering": list(pool.entering),
        "depends_on": list(pool.depends_on),
        "rule": list(pool.rule),
        "chance_of_whoever_enters": None if pool.alike is None else str(pool.alike),
        "expected_unsold": None if exact is None else str(exact.expected_unsold),
        "people": [
            {"who": name_of(nym), **({} if chance is None else _chance(chance))}
            for nym, chance in _with_chances(pool)
        ],
    }
    return json_view(document)


def flip_of(pool: Pool) -> Fraction | None:
    """Return the part of their chance that everybody can lose by the groups that form.

    ``None`` if no group can form (specs/lottery.md, section 7).
    """
    if pool.group_max == 1 or pool.supply == 0:
        return None
    return worst_flip(pool.supply, pool.group_max)


def _with_chances(pool: PoolOdds) -> Sequence[tuple[Nym, Chance | None]]:
    """Return who enters and each one's chance, ``None`` if it is not known yet."""
    if pool.odds is None:
        return [(nym, None) for nym in pool.nyms]
    return list(zip(pool.nyms, pool.odds.chances, strict=True))


def _chance(chance: Chance) -> Mapping[str, Viewed]:
    return {
        "least": chance.least,
        "chance_of_one_more": str(chance.more),
        "parts": {part: str(p) for part, p in chance.parts.items()},
        "expected": str(chance.expected),
    }


def fraction_text(chance: Fraction) -> str:
    """Return a chance for people: exact, and in per cent rounded down."""
    if chance.denominator == 1:
        return str(chance.numerator)
    tenths = chance.numerator * _PER_CENT // chance.denominator
    return f"{chance} ({tenths // 10}.{tenths % 10} %)"
