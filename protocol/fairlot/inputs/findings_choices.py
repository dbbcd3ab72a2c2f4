"""What is to be said of lists of choices (specs/check.md, section 3)."""

from collections.abc import Iterator

from fairlot.inputs.finding import Finding, FindingCode, TermsAndPeople


def choices_findings(both: TermsAndPeople) -> Iterator[Finding]:
    """Return what is to be said of lists of choices, in the order of the codes."""
    for place, pool in enumerate(both.pools):
        if pool.options:
            yield from _dear(both, place)
            yield from _alone(both, place)
            yield from _unlisted(both, place)


def _dear(both: TermsAndPeople, place: int) -> Iterator[Finding]:
    """Name who lists options that the deposit does not cover, beside some that it does."""
    options = both.pools[place].options
    found = [
        i
        for i in both.admitted(place)
        if both.bars[i][place] is None
        and any(
            options[choice].price > both.people[i].amount
            for choice in both.entrants[i].choices
        )
    ]
    if found:
        yield Finding(
            FindingCode.CHOICE_VOID,
            f"list options of {both.pools[place].name} that cost more than the deposit: "
            "these are passed over",
            "raise the deposit to the dearest option listed",
            both.names(found),
        )


def _alone(both: TermsAndPeople, place: int) -> Iterator[Finding]:
    """Name who has a list that nobody else has: everybody can read it on the board."""
    by_list: dict[tuple[str, ...], list[int]] = {}
    for i in both.admitted(place):
        if both.people[i].choices:
            by_list.setdefault(both.people[i].choices, []).append(i)
    alone = sorted(found[0] for found in by_list.values() if len(found) == 1)
    if alone:
        yield Finding(
            FindingCode.CHOICES_ALONE,
            f"have a list of choices in {both.pools[place].name} that nobody else has, "
            "and everybody can read it: whoever knows it knows their deposit",
            "offer fewer options, or say so before they deposit",
            both.names(alone),
        )


def _unlisted(both: TermsAndPeople, place: int) -> Iterator[Finding]:
    """Name the options that nobody lists."""
    pool = both.pools[place]
    listed = {c for i in both.admitted(place) for c in both.entrants[i].choices}
    spare = [o.name for i, o in enumerate(pool.options) if i not in listed]
    if spare:
        yield Finding(
            FindingCode.OPTION_UNLISTED,
            f"nobody lists these options of {pool.name}: {', '.join(spare)}",
            "see that names mean the same in both files",
        )
