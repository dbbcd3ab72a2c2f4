"""The five aims as words with their numbers (specs/simulation.md, section 14)."""

from collections.abc import Iterator, Sequence

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
    measures = result.measures
    share = measures["poor"].mean / (measures["even"].mean or 1)
    word = "yes" if share >= 0.9 else "nearly" if share >= 0.7 else "no"
    return f"{word}: {share:.2f}"


def _race(result: Result) -> str:
    """Step 2."""
    part = result.measures["race"].mean
    return f"{'no' if part else 'yes'}: {part:.2f}"


def _demand(result: Result) -> str:
    """Step 3."""
    part = result.worst_sold
    return f"{'yes' if part >= 0.9 else 'no'}: {part:.2f}"


def _rest(result: Result) -> tuple[str, str]:
    """Steps 4 and 5."""
    regret, luck = (result.measures[name].mean for name in ("regret", "luck"))
    kept, surplus = (result.measures[name] for name in ("kept", "surplus"))
    gain = "no" if surplus.low <= 0 else "yes" if kept.mean >= 0.5 else "partly"
    return (
        f"{'no' if regret else 'yes'}: {regret:.2f}; luck {luck:.1f}",
        f"{gain}: {kept.mean:.2f}",
    )
