"""The odds of a sale before its draw, for people and for machines (specs/odds.md)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from fairlot.allocation.entering import Entrant
from fairlot.allocation.estimated_odds import MOST_PEOPLE, estimated_sale_odds
from fairlot.allocation.mechanisms.choices_odds import error_of
from fairlot.allocation.mechanisms.groups import worst_cost
from fairlot.allocation.odds import PoolOdds, sale_odds
from fairlot.allocation.prospect import Prospect
from fairlot.allocation.shape import Chance, Odds
from fairlot.allocation.whole_odds import MOST_OUTCOMES, whole_sale_odds
from fairlot.board.sale import SaleState
from fairlot.inputs.people_file import Person
from fairlot.inputs.stand_in import NO_SALE, stand_ins
from fairlot.inputs.terms_file import TermsFile
from fairlot.money import Money, writing
from fairlot.names import Nym
from fairlot.terms.pool import Pool
from fairlot.text import Viewed

_Known = TypeVar("_Known")
_Shown = TypeVar("_Shown")

_PER_CENT = 1000
"""A chance in tenths of a per cent."""
_LONG = 10**12
"""From here on nobody reads a denominator."""
_TOO_LONG = 10**300
"""From here on a denominator is not written at all."""
_DECIMALS = 10**12


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is known of a sale before its draw."""

    pools: tuple[PoolOdds, ...]
    """Pool by pool, in the order of the pools."""
    whole: Mapping[Nym, Prospect] | None
    """What each nym may expect of all pools together; ``None`` if it is not known."""
    draws: int | None = None
    """From how many simulated draws ``whole`` is estimated; ``None`` where it is exact."""


def people_odds(
    file: TermsFile, people: Sequence[Person]
) -> tuple[Forecast, Mapping[Nym, str]]:
    """Return the odds of a list of people, and the person of each nym in them (section 2).

    Every deposit is assumed to be paid in full. No draw is made: the nyms belong to nobody;
    they are numbers in the order of the list.
    """
    entrants = stand_ins(file.pools, people)
    names = {
        entrant.nym: person.name
        for entrant, person in zip(entrants, people, strict=True)
    }
    money = writing(file.currency)
    return _forecast(file.pools, entrants, NO_SALE, money), names


def state_odds(state: SaleState) -> Forecast:
    """Return the odds on a board, as they stood before its draw (section 4).

    Raises:
        Rejection: ``phase.wrong`` before CLOSE, ``result.round`` if bids cannot be
            opened yet.
    """
    state.check_closed()
    terms, entrants = state.terms, state.entrants()
    return _forecast(terms.pools, entrants, state.sale_id, writing(terms.currency))


def state_pool_odds(state: SaleState) -> tuple[PoolOdds, ...]:
    """Return the odds of each pool on a board, as ``state_odds`` does of the whole sale too.

    Raises:
        Rejection: as there.
    """
    state.check_closed()
    terms, entrants = state.terms, state.entrants()
    return sale_odds(terms.pools, entrants, state.sale_id, writing(terms.currency))


def _forecast(
    pools: Sequence[Pool], entrants: Sequence[Entrant], sale_id: bytes, money: Money
) -> Forecast:
    each = sale_odds(pools, entrants, sale_id, money)
    whole = whole_sale_odds(pools, entrants, sale_id)
    if whole is None and any(pool.options for pool in pools):
        estimated = estimated_sale_odds(pools, entrants, sale_id)
        if estimated is not None:
            return Forecast(each, estimated.whole, estimated.draws)
    return Forecast(each, whole)


def odds_document(
    odds: Forecast, name_of: Callable[[Nym], str]
) -> Mapping[str, Viewed]:
    """Return the odds for machines: chances as fractions ``a/b``."""
    return {
        "pools": [_pool(pool, name_of) for pool in odds.pools],
        "whole_sale": _whole(odds, name_of),
    }


def _whole(odds: Forecast, name_of: Callable[[Nym], str]) -> Mapping[str, Viewed]:
    known = odds.whole
    row_of = shared(_prospect)
    people = [
        {"who": name_of(nym), **row_of(prospect)}
        for nym, prospect in (known or {}).items()
    ]
    rule = list(whole_rule(odds))
    exact = known is not None and odds.draws is None
    return {"exact": exact, "draws": odds.draws, "rule": rule, "people": people}


def _prospect(prospect: Prospect) -> Mapping[str, Viewed]:
    return {"chance": _ratio(prospect.chance), "expected": _ratio(prospect.expected)}


def whole_rule(odds: Forecast) -> tuple[str, ...]:
    """State in sentences what the chances over the whole sale are."""
    if odds.draws is not None:
        error = error_of(odds.draws)
        drawn = f"{odds.draws} simulated draws of the whole sale"
        off = f"of 100 of them, 95 are off by at most {error} %"
        return (
            "the chance of at least one unit from any of the pools, before all draws",
            f"the chances are estimated from {drawn}: {off}",
        )
    counting = [each.pool.name for each in odds.pools if each.pool.points is not None]
    if odds.whole is None and counting:
        return (
            f"pool {counting[0]} counts points: chances over all pools are not added up",
            "each pool's rule holds for whoever enters it",
        )
    if odds.whole is None and any(each.pool.options for each in odds.pools):
        many = f"with more than {MOST_PEOPLE} people who choose"
        return (f"{many}, chances over all pools are not added up",)
    if odds.whole is None:
        ways = f"the draws can end in more than {MOST_OUTCOMES} ways that matter later"
        return (
            f"{ways}: chances over all pools are not added up",
            "each pool's rule holds for whoever enters it",
        )
    return ("the chance of at least one unit from any of the pools, before all draws",)


def _pool(pool: PoolOdds, name_of: Callable[[Nym], str]) -> Mapping[str, Viewed]:
    exact, cost = pool.odds, cost_of(pool.pool)
    row_of = shared(_chance)
    return {
        "pool": pool.pool.name,
        "mechanism": pool.pool.mechanism.value,
        "supply": pool.pool.supply,
        "worst_cost": None if cost is None else str(cost),
        "exact": exact is not None and exact.draws is None and not exact.error,
        "error": None if exact is None or exact.draws else str(exact.error),
        "draws": None if exact is None else exact.draws,
        "entering": list(pool.entering),
        "depends_on": list(pool.depends_on),
        "rule": list(pool.rule),
        "chance_of_whoever_enters": None if pool.alike is None else str(pool.alike),
        "expected_unsold": None if exact is None else str(exact.expected_unsold),
        "people": [
            {"who": name_of(nym), **({} if chance is None else row_of(chance))}
            for nym, chance in _with_chances(pool)
        ],
    }


def shared(view: Callable[[_Known], _Shown]) -> Callable[[_Known], _Shown]:
    """Return ``view``, made once for each object: a crowd of people share few chances.

    The objects must outlive the function.
    """
    made: dict[int, _Shown] = {}

    def seen(known: _Known) -> _Shown:
        if id(known) not in made:
            made[id(known)] = view(known)
        return made[id(known)]

    return seen


def cost_of(pool: Pool) -> Fraction | None:
    """Return the part of their chance that everybody can lose by the groups that form.

    ``None`` if no group can form (specs/lottery.md, section 8), and where people choose.
    """
    if pool.group_max == 1 or pool.supply == 0 or pool.options:
        return None
    return worst_cost(pool.supply, pool.group_max)


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
    """Return a chance for people: exact, and in per cent rounded down.

    A fraction that is too long to be read is stated in per cent alone.
    """
    if chance.denominator == 1:
        return str(chance.numerator)
    tenths = chance.numerator * _PER_CENT // chance.denominator
    per_cent = f"{tenths // 10}.{tenths % 10} %"
    if chance.denominator >= _LONG:
        return f"about {per_cent}"
    return f"{chance} ({per_cent})"


def text_of(odds: Odds) -> Callable[[Fraction], str]:
    """Return what writes the chances of a pool for people, as exactly as they are known."""
    if odds.draws is not None:
        return _estimate_text
    return _near_text if odds.error else fraction_text


def whole_text(odds: Forecast) -> Callable[[Fraction], str]:
    """Return what writes chances over the whole sale, as exactly as they are known."""
    return fraction_text if odds.draws is None else _estimate_text


def _near_text(chance: Fraction) -> str:
    """Return a chance that is right to far more digits than are written."""
    if chance.denominator == 1:
        return fraction_text(chance)
    millionths = round(chance * 1_000_000)
    return f"about {millionths // 10_000}.{millionths % 10_000:04} %"


def _estimate_text(chance: Fraction) -> str:
    """Return an estimated chance for people, in per cent."""
    tenths = chance.numerator * _PER_CENT // chance.denominator
    return f"about {tenths // 10}.{tenths % 10} %"


def average_text(units: Fraction) -> str:
    """Return units on average for people: exact, and with two decimals, rounded down."""
    if units.denominator == 1:
        return str(units.numerator)
    whole, hundredths = divmod(units.numerator * 100 // units.denominator, 100)
    decimals = f"{whole}.{hundredths:02}"
    return (
        f"about {decimals}" if units.denominator >= _LONG else f"{units} ({decimals})"
    )


def _ratio(number: Fraction) -> str:
    """Return a fraction ``a/b``, or ``~`` and 12 decimals where that is too long.

    Each person has a line with it; the decimals are rounded down.
    """
    if number.denominator < _TOO_LONG:
        return str(number)
    whole, decimals = divmod(
        number.numerator * _DECIMALS // number.denominator, _DECIMALS
    )
    return f"~{whole}.{decimals:012}"
