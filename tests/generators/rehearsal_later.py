"""Later sales of a registry that was kept; a part of chapter rehearsal."""

from collections.abc import Iterator, Mapping, Sequence

from generators.case import Case, Raw, accept, reject
from generators.rehearsal_setting import (
    SEED,
    inputs_of,
    output_of,
    play_later,
    trace_of,
)

_ELSE = "The file says of a registry that goes on what it is: people were told so."
_LEFT = "when,person,event\n1,Bob,leave\n"
_REFUSED: Sequence[tuple[str, str, str, str, str]] = (
    ("cooling", _ELSE, "times", 'cooling = "2 hours"', 'cooling = "3 hours"'),
    ("epoch", _ELSE, "times", 'epoch = "1 hour"', 'epoch = "2 hours"'),
    ("season", _ELSE, "times", 'season = "30 days"', 'season = "31 days"'),
    ("detection", _ELSE, "times", 'detection = "6 hours"', 'detection = "7 hours"'),
    ("tail", _ELSE, "times", 'tail = "20 days"', 'tail = "21 days"'),
    ("issuers", _ELSE, "issuers", "n = 4", "n = 5"),
    ("threshold", _ELSE, "issuers", "n = 4", "n = 4\nt = 0"),
    ("quorum", _ELSE, "issuers", "q_recover = 2", "q_recover = 1"),
)


def later_cases(terms: str, people: str) -> Iterator[Case]:
    """Yield later sales of the registry of a sale.

    Args:
        terms: of the first sale, with issuers and times of its own.
        people: of the first sale: Ann, Bob and others.
    """
    lockup = terms.replace('lockup = "1 day"', 'lockup = "30 hours"')
    yield _accept(
        "later",
        (
            "A later sale of the same registry: somebody new is enrolled, the sale has other "
            "times, and its own lock-up."
        ),
        (terms, people, None),
        (lockup, f"{people}Dan,1,100\n"),
    )
    for name, rule, code, old, new in _REFUSED:
        later = terms.replace(old, new), people
        yield _reject(f"later-{name}", rule, code, (terms, people, None), later)
    yield _reject(
        "later-schema",
        "A registry's schema is fixed: nobody could have attested another attribute.",
        "schema",
        (terms, people, None),
        (terms, f"{people.splitlines()[0]},attr:region\nAnn,1,100,north\n"),
    )
    yield _reject(
        "later-left",
        "Whoever left has no leaf until the season is over.",
        "closed",
        (terms, people, _LEFT),
        (terms, people),
    )


def _accept(
    name: str, comment: str, first: tuple[str, str, str | None], later: tuple[str, str]
) -> Case:
    done, data = play_later(*first, *later)
    output, trace = output_of(done, data), trace_of(done, data)
    return accept(name, comment, _inputs(first, later), output, trace)


def _reject(
    name: str,
    rule: str,
    code: str,
    first: tuple[str, str, str | None],
    later: tuple[str, str],
) -> Case:
    inputs = _inputs(first, later)
    code = f"registry-dir.{code}"
    return reject(name, rule, code, inputs, lambda: play_later(*first, *later))


def _inputs(
    first: tuple[str, str, str | None], later: tuple[str, str]
) -> Mapping[str, Raw]:
    terms, people = later
    given = inputs_of(SEED, *first, None)
    return {**given, "later_terms": terms, "later_people": people}
