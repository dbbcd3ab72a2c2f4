"""What a simulation leaves: tables, pictures, a page (specs/simulation.md, section 12)."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fairlot.report.frame import framed
from fairlot.report.markup import (
    Markup,
    element,
    listed,
    paragraphs,
    section,
    table,
)
from fairlot.simulation.aims import COLUMNS, aims_rows
from fairlot.simulation.estimates import Estimate
from fairlot.simulation.figures import bars_figure, curves_figure
from fairlot.simulation.measures import MEASURES
from fairlot.simulation.trial import SCALED, Plan, Result
from fairlot.text import Viewed

BEGIN = "<!doctype html>\n<!-- fairlot/simulation 1 -->\n"
"""The first bytes of every page."""
ACROSS = "units wanted for each that there is"
"""What the horizontal axis of curves shows."""
_LIMITS = (
    "People here do not learn, talk or react to each other, but in the queue; nobody errs.",
    "A comparator is a model of a kind of sale, not of any seller's.",
    "Budgets and values follow a model, or the list that was given; nobody was observed.",
    "The gain from selling on is what would be at stake in a market without friction.",
)


@dataclass(frozen=True, slots=True)
class About:
    """What was simulated, for people."""

    title: str
    people: str
    """Where the people come from."""
    source: str
    """What the model follows; empty for a list."""


def decimal(number: float) -> str:
    """Return a number with six decimals, never with a negative zero (step 2)."""
    text = f"{number:.6f}"
    return text.removeprefix("-") if float(text) == 0 else text


def document(about: About, plan: Plan, results: Sequence[Result]) -> dict[str, Viewed]:
    """Return what result.json holds after format and version."""
    return {
        "title": about.title,
        "people": about.people,
        "source": about.source,
        "size": plan.size,
        "price": plan.price,
        "runs": plan.runs,
        "scale_runs": plan.scale_runs,
        "seed": plan.seed,
        "ways": [
            {
                "name": each.way.name,
                "title": each.way.title,
                "comparator": each.way.comparator,
                "supply": each.way.supply,
                "fair": estimate_view(each.fair),
                "worst_sold": estimate_view(each.worst_sold),
                "measures": _estimates(each.measures),
                "scales": [
                    {
                        "scale": str(scale),
                        "size": plan.scales[scale],
                        "runs": plan.runs_at(plan.scales[scale]),
                        "measures": _estimates(found),
                    }
                    for scale, found in each.scales.items()
                ],
            }
            for each in results
        ],
    }


def _estimates(found: Mapping[str, Estimate]) -> dict[str, Viewed]:
    return {name: estimate_view(each) for name, each in found.items()}


def estimate_view(found: Estimate) -> dict[str, Viewed]:
    """Return a number with its interval for machines."""
    return {
        "mean": decimal(found.mean),
        "low": decimal(found.low),
        "high": decimal(found.high),
    }


def files_of(
    about: About, plan: Plan, results: Sequence[Result], version: str
) -> dict[str, bytes]:
    """Return every file but result.json, by name (steps 3 to 5).

    Args:
        about: what was simulated.
        plan: how.
        results: what came of it.
        version: of this software.
    """
    files: dict[str, bytes] = {}
    marked = [each.way.name for each in results if each.way.comparator]
    for name, title in MEASURES.items():
        rows = [(each.way.name, each.measures[name]) for each in results]
        files[f"{name}.svg"] = bars_figure(f"{name}: {title}", rows, marked=marked)
        files[f"{name}.csv"] = _csv(
            "way,mean,low,high", ((way, *_three(found)) for way, found in rows)
        )
    for name in SCALED if plan.scales else ():
        curves = curves_of(results, name)
        title = f"{name}: {MEASURES[name]}"
        files[f"scale-{name}.svg"] = curves_figure(title, curves, ACROSS)
        files[f"scale-{name}.csv"] = _csv(
            "way,scale,mean,low,high",
            (
                (way, str(x), *_three(found))
                for way, points in curves.items()
                for x, found in points
            ),
        )
    files["report.html"] = _page(about, plan, results, files, version)
    return files


def curves_of(
    results: Sequence[Result], name: str
) -> dict[str, list[tuple[float, Estimate]]]:
    """Return how a measure goes with demand, for each way of selling."""
    return {
        each.way.name: [(x, found[name]) for x, found in each.scales.items()]
        for each in results
    }


def _three(found: Estimate) -> tuple[str, str, str]:
    return decimal(found.mean), decimal(found.low), decimal(found.high)


def _csv(header: str, rows: Iterator[tuple[str, ...]]) -> bytes:
    """Return a table; names and numbers need no quotes."""
    lines = [header, *(",".join(row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _page(
    about: About,
    plan: Plan,
    results: Sequence[Result],
    files: Mapping[str, bytes],
    version: str,
) -> bytes:
    said = [
        f"{plan.runs} runs of {plan.size} people: {about.people}. Seed {plan.seed}.",
        "Every number is a mean over the runs, with its 95 % interval.",
        "Hatched bars are comparators: what is common elsewhere.",
    ]
    if about.source:
        said.append(f"The model follows {about.source}.")
    rows = aims_rows(results)
    body = element(
        "body",
        element("h1", about.title),
        paragraphs(said),
        section("limits", "What this does not show", listed(_LIMITS)),
        section(
            "aims",
            "The five aims",
            table("Each word with the number from which it follows", COLUMNS, rows),
        ),
        section("numbers", "In numbers", _summary(results)),
        section("figures", "One by one", *_pictures(files)),
        element("footer", element("p", f"Made by fairlot {version}.", class_="soft")),
    )
    return framed(BEGIN, f"{about.title}: simulation", "img-src data:", body)


_SUMMARY = ("poor", "race", "sold", "luck", "regret", "surplus", "revenue", "value")


def _summary(results: Sequence[Result]) -> Markup:
    rows = (
        (
            each.way.title,
            *(_interval(each.measures[name]) for name in _SUMMARY),
        )
        for each in results
    )
    told = "Means, with half their 95 % intervals"
    return table(told, ("way of selling", *_SUMMARY), rows)


def _interval(found: Estimate) -> str:
    return f"{found.mean:.2f} ± {found.half:.2f}"


def _pictures(files: Mapping[str, bytes]) -> Iterator[Markup]:
    for name, data in files.items():
        if name.endswith(".svg"):
            measured = name.removesuffix(".svg").removeprefix("scale-")
            told = MEASURES[measured]
            yield element("h3", f"{measured}: {told}")
            source = f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"
            table_name = name.removesuffix("svg") + "csv"
            yield element("img", src=source, alt=f"{told}; the numbers: {table_name}")
