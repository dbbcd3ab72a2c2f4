"""What a page says of the pools: demand, chances, units (specs/report.md, section 2)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from fairlot.allocation.odds import PoolOdds
from fairlot.allocation.shape import Odds
from fairlot.board.sale import SaleState
from fairlot.errors import Rejection
from fairlot.inputs.forecast import state_pool_odds, text_of
from fairlot.money import writing
from fairlot.report.charts import Bar, bars
from fairlot.report.markup import Markup, element, joined, paragraphs, section
from fairlot.terms.pool import Mechanism, Pool
from fairlot.text import counted

_CLASSES = 12
"""How many different chances of one pool are drawn; the others are counted."""
_UNITS = 12
"""How many different numbers of units are drawn."""


def demand(state: SaleState) -> Markup:
    """Return how demand met supply in each pool; before the draw, that it has not."""
    title = "How demand met supply"
    if state.outcome is None:
        return section("demand", title, element("p", "Nothing was drawn."))
    money = writing(state.terms.currency)
    drawn: list[Markup] = []
    for number, result in enumerate(state.outcome.pools):
        sizes = (
            ("demand", result.demand),
            ("supply", result.pool.supply),
            ("sold", result.sold),
        )
        whole = max(size for _, size in sizes)
        rows = [Bar(name, _units(size), size, whole) for name, size in sizes]
        said = "; ".join(f"{name} {size}" for name, size in sizes)
        drawn += [
            element("h3", f"Pool {result.pool.name}"),
            bars(f"demand-{number}", f"Pool {result.pool.name}", said, rows),
            paragraphs(f"{line}." for line in result.facts.lines(money)),
            element(
                "p", f"{result.winners} of {len(result.awards)} who entered got units."
            ),
        ]
    meaning = "Demand is what people could take and pay for."
    return section("demand", title, element("p", meaning), *drawn)


def chances(state: SaleState) -> Markup:
    """Return the chance that everybody had before the draw, pool by pool."""
    title = "The chance everybody had"
    try:
        odds = state_pool_odds(state)
    except Rejection as error:
        told = f"The odds cannot be told: {error.message}."
        return section("chances", title, element("p", told))
    shown = (_pool_chances(pool, number) for number, pool in enumerate(odds))
    before = (
        "Computed from the deposits alone, as the odds stood before the draw. How many "
        "people had which chance:"
    )
    return section("chances", title, element("p", before), *shown)


def _pool_chances(pool: PoolOdds, number: int) -> Markup:
    known = pool.odds
    said = (
        paragraphs(f"{line[:1].upper()}{line[1:]}." for line in pool.rule)
        if known is None
        else _classes(pool.pool, known, number)
    )
    return joined((element("h3", f"Pool {pool.pool.name}"), said))


def _classes(pool: Pool, odds: Odds, number: int) -> Markup:
    """Return a bar for each different chance, the greatest first."""
    classes = Counter((c.expected, c.least, c.more) for c in odds.chances)
    if not classes:
        return element("p", "Nobody entered.")
    ordered = sorted(classes.items(), reverse=True)
    most = ordered[0][0][0]
    rows = [
        _class(pool, kind, text_of(odds), people, most)
        for kind, people in ordered[:_CLASSES]
    ]
    said = "; ".join(f"{row.label}: {row.value}" for row in rows)
    title = f"Chances in pool {pool.name}"
    more = len(ordered) - len(rows)
    left = f"{counted(more, 'smaller chance is', 'smaller chances are')} not drawn."
    beyond = [element("p", left)] if more else []
    return joined((bars(f"chance-{number}", title, said, rows), *beyond))


def _class(
    pool: Pool,
    kind: tuple[Fraction, int, Fraction],
    text: Callable[[Fraction], str],
    people: int,
    most: Fraction,
) -> Bar:
    expected, least, more = kind
    whole = max(most, Fraction(1)) if pool.mechanism is Mechanism.LOTTERY else most
    part = expected / whole if whole else Fraction(0)
    label = counted(people, "person", "people")
    return Bar(label, _chance_text(least, more, text), part.numerator, part.denominator)


def _chance_text(least: int, more: Fraction, text: Callable[[Fraction], str]) -> str:
    chance = text(more)
    if not least:
        return f"{chance} for one unit" if more else "no chance of a unit"
    sure = f"{counted(least, 'unit', 'units')} for certain"
    return f"{sure}, {chance} for one more" if more else sure


def units_chart(state: SaleState) -> Markup:
    """Return how many nyms got how many units."""
    held = Counter(line.units for line in state.ledger)
    ordered = sorted(held.items())
    whole = max(held.values(), default=0)
    rows = list(_unit_bars(ordered, whole))
    said = "; ".join(f"{row.label}: {row.value}" for row in rows)
    return bars("units", "Nyms by the units that they got", said, rows)


def _unit_bars(ordered: Sequence[tuple[int, int]], whole: int) -> Iterator[Bar]:
    for units, nyms in ordered[:_UNITS]:
        yield Bar(_units(units), counted(nyms, "nym", "nyms"), nyms, whole)
    beyond = sum(nyms for _, nyms in ordered[_UNITS:])
    if beyond:
        yield Bar("more units", counted(beyond, "nym", "nyms"), beyond, whole)


def _units(count: int) -> str:
    return counted(count, "unit", "units")
