"""Who got what, by nym (specs/report.md, section 2)."""

from collections.abc import Callable, Iterator, Sequence

from fairlot.allocation.settlement import LedgerLine, in_parts
from fairlot.board.sale import SaleState
from fairlot.money import Currency, money_text
from fairlot.report.ending import is_over
from fairlot.report.figures import units_chart
from fairlot.report.markup import Child, Markup, code, element, row, section, table
from fairlot.text import counted

LISTED = 5_000
"""Above so many nyms a page shows totals, and the tables have the rows."""


def buyers(state: SaleState) -> Markup:
    """Return a row for each nym, or totals where there are too many."""
    title = "Who got what"
    if not is_over(state):
        nyms = counted(len(state.positions.by_nym), "nym has", "nyms have")
        told = f"{nyms} deposited. Who gets what is not on the board yet."
        return section("buyers", title, element("p", told))
    if not state.ledger:
        return section("buyers", title, element("p", "Nobody deposited."))
    if len(state.ledger) > LISTED:
        return section("buyers", title, units_chart(state), *_totals(state))
    return section("buyers", title, units_chart(state), _search(), _table(state))


def _totals(state: SaleState) -> Iterator[Markup]:
    yield element(
        "p",
        f"There are {len(state.ledger)} nyms, more than the {LISTED} that a page lists. "
        "The tables have a row for each: allocation.csv for everybody, winners.csv for "
        "those who got units. This makes them from the transcript:",
    )
    yield code("fairlot settle transcript.fairlot --out tables")
    parts: dict[str, list[int]] = {}
    for line in state.ledger:
        for gain in line.gains:
            total = parts.setdefault(gain.pool, [0, 0, 0])
            for index, more in enumerate((1, gain.units, gain.payment)):
                total[index] += more
    currency = state.terms.currency
    rows: list[Sequence[Child]] = [
        (name, nyms, units, money_text(paid, currency))
        for name, (nyms, units, paid) in parts.items()
    ]
    columns = ("pool or part", "nyms", "units", "paid")
    yield element("div", table("Totals", columns, rows), class_="numbers")


def _search() -> Markup:
    """Return the field that finds a nym; a script shows it, and nothing needs it."""
    label = element("label", "Find a nym, or a part of one", for_="find")
    field = element(
        "input", id="find", type="search", autocomplete="off", spellcheck="false"
    )
    found = element("p", id="found", class_="soft", aria_live="polite")
    return element("div", label, field, found, id="search", hidden=True)


def _table(state: SaleState) -> Markup:
    currency = state.terms.currency
    detailed = in_parts(state.terms.pools)
    columns = _columns(currency, detailed=detailed)
    digits = str if currency is None else currency.digits
    head = element(
        "thead", element("tr", *(element("th", n, scope="col") for n in columns))
    )
    rows = (
        row(
            columns, _cells(line, digits, detailed=detailed), id=f"nym-{line.nym.hex()}"
        )
        for line in state.ledger
    )
    caption = element("caption", "Every nym on the board, in ascending order")
    return element("table", caption, head, element("tbody", *rows), class_="numbers")


def _columns(currency: Currency | None, *, detailed: bool) -> tuple[str, ...]:
    unit = "" if currency is None else f", {currency.code}"
    columns = ("nym", "units", f"pays{unit}", f"gets back{unit}")
    return (*columns, "from") if detailed else columns


def _cells(
    line: LedgerLine, digits: Callable[[int], str], *, detailed: bool
) -> tuple[Child, ...]:
    nym = element("span", line.nym.hex(), class_="hex")
    cells = (nym, line.units, digits(line.payment), digits(line.refund))
    if not detailed:
        return cells
    return *cells, ", ".join(f"{gain.pool} ({gain.units})" for gain in line.gains)
