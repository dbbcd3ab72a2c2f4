"""What is to be said of attributes and their values (specs/check.md, section 4)."""

from collections.abc import Iterator, Mapping, Sequence

from fairlot.inputs.finding import Finding, FindingCode, TermsAndPeople
from fairlot.inputs.near import NearMisses, near_hint
from fairlot.terms.pool import MAX_POINTS, Pool, points_of
from fairlot.text import counted, shown

FEW = 10
"""Whoever discloses what fewer people than this disclose is told apart by it."""


def value_findings(both: TermsAndPeople) -> Iterator[Finding]:
    """Return what is to be said of attributes, in the order of the codes."""
    listed = listed_values(both.pools)
    holders = _holders(both)
    missing = {
        name: [value for value in values if value not in holders.get(name, {})]
        for name, values in listed.items()
    }
    strange = {
        name: [value for value in holders.get(name, {}) if value not in values]
        for name, values in listed.items()
    }
    required = {need.attribute for pool in both.pools for need in pool.requires}
    required |= {pool.fares.attribute for pool in both.pools if pool.fares is not None}
    for name, values in strange.items():
        near = NearMisses(listed[name])
        for value in values:
            hint = near_hint(near, value)
            if name not in required and not hint:
                # Where values are only excluded, to have another is what most people do.
                continue
            yield Finding(
                FindingCode.VALUE_UNLISTED,
                f"{name} is {shown(value)}, which no pool lists{hint}",
                "correct the cell, or list the value",
                both.names(holders[name][value]),
            )
    for name, values in missing.items():
        near = NearMisses(strange[name])
        for value in values:
            hint = near_hint(near, value)
            yield Finding(
                FindingCode.VALUE_UNUSED,
                f"nobody on the list has {name} {shown(value)}, which a pool lists{hint}",
                "correct the terms, or the list",
            )
    used = frozenset[str]().union(*(pool.attributes for pool in both.pools))
    yield from _no_points(both, holders)
    for name, by_value in holders.items():
        if name not in used:
            found = sorted(index for some in by_value.values() for index in some)
            yield Finding(
                FindingCode.ATTRIBUTE_UNUSED,
                f"have a value of {name}, which no pool uses: nobody learns it",
                "remove the column, or use it in requires, excludes, fares or points",
                both.names(found),
            )
    yield from _few(both, sorted(used))


def listed_values(pools: Sequence[Pool]) -> Mapping[str, Sequence[str]]:
    """Return the values that pools list, by attribute, each once and in their order."""
    listed: dict[str, dict[str, None]] = {}
    for pool in pools:
        for name, values in pool.listed:
            listed.setdefault(name, {}).update(dict.fromkeys(values))
    return {name: list(values) for name, values in listed.items()}


def _holders(both: TermsAndPeople) -> Mapping[str, Mapping[str, Sequence[int]]]:
    """Return who has which value, by attribute; only what the list says itself."""
    holders: dict[str, dict[str, list[int]]] = {}
    for index, person in enumerate(both.people):
        for name, value in person.attributes:
            holders.setdefault(name, {}).setdefault(value, []).append(index)
    return holders


def _no_points(
    both: TermsAndPeople, holders: Mapping[str, Mapping[str, Sequence[int]]]
) -> Iterator[Finding]:
    """Name whoever has something else than a number where points are counted."""
    counted_here = {pool.points: None for pool in both.pools if pool.points is not None}
    for name in counted_here:
        void = [value for value in holders.get(name, {}) if points_of(value) is None]
        near = NearMisses(map(str, range(1, MAX_POINTS + 1)) if void else ())
        for value in void:
            yield Finding(
                FindingCode.POINTS_VOID,
                f"{name} is {shown(value)}, which is no number of points"
                f"{near_hint(near, value)}",
                f"write a number from 1 to {MAX_POINTS}",
                both.names(holders[name][value]),
            )


def _few(both: TermsAndPeople, names: Sequence[str]) -> Iterator[Finding]:
    """Name whoever discloses, with their deposit, what hardly anybody else does."""
    if not names:
        return
    sharing: dict[tuple[str, ...], list[int]] = {}
    for index, entrant in enumerate(both.entrants):
        has = dict(entrant.attributes)
        sharing.setdefault(tuple(has.get(n, "") for n in names), []).append(index)
    for values, found in sharing.items():
        if len(found) < FEW:
            pairs = zip(names, values, strict=True)
            said = ", ".join(f"{n} {shown(v) if v else 'empty'}" for n, v in pairs)
            yield Finding(
                FindingCode.DISCLOSED_FEW,
                f"disclose {said}, as only {counted(len(found), 'person', 'people')} "
                "on the list: it tells their deposits apart",
                "list fewer values, or group them",
                both.names(found),
            )
