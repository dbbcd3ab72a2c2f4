"""The five aims as words with their numbers (specs/simulation.md, section 14)."""

from collections.abc import Iterator, Sequence

from fairlot.simulation.estimates import Estimate
from fairlot.simulation.trial import Result

COLUMNS = (
    "way of selling",
    "fair to people without money",
    "no race",
    "no knowledge of demand needed",
    "pleasant to take part in",
    "buyers gain on average",
)
"""The heads of the table."""


def aims_rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each way: its title, and a verdict with its number for each aim."""
    for each in results:
        yield (each.way.title, _fair(each), _race(each), _demand(each), *_rest(each))


def _fair(result: Result) -> str:
    """Step 1."""
    share = result.fair.mean
    word = "yes" if share >= 0.9 else "nearly" if share >= 0.7 else "no"
    return f"{word}: {_interval(result.fair)}"


def _race(result: Result) -> str:
    """Step 2."""
    part = result.measures["race"]
    return f"{'no' if part.mean else 'yes'}: {_interval(part)}"


def _demand(result: Result) -> str:
    """Step 3."""
    part = result.worst_sold
    word = "yes" if part.mean >= 0.9 else "no"
    return f"{word}: {part.mean:.2f} ({part.low:.2f} to {part.high:.2f})"


def _rest(result: Result) -> tuple[str, str]:
    """Steps 4 and 5."""
    regret, luck = (result.measures[name] for name in ("regret", "luck"))
    kept, surplus = (result.measures[name] for name in ("kept", "surplus"))
    luck_told = f"luck {luck.mean:.1f} ± {luck.half:.1f}"
    gain = "no" if surplus.low <= 0 else "yes" if kept.mean >= 0.5 else "partly"
    return (
        f"{'no' if regret.mean else 'yes'}: {_interval(regret)}; {luck_told}",
        f"{gain}: {_interval(kept)}",
    )


def _interval(found: Estimate) -> str:
    return f"{found.mean:.2f} ± {found.half:.2f}"
