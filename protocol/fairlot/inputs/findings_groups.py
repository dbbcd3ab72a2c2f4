"""What is to be said of groups (specs/check.md, section 5)."""

from collections.abc import Iterator, Mapping, Sequence

from fairlot.inputs.finding import Finding, FindingCode, TermsAndPeople
from fairlot.inputs.near import labels_alike
from fairlot.terms.pool import Pool
from fairlot.text import shown


def group_findings(both: TermsAndPeople) -> Iterator[Finding]:
    """Return what is to be said of groups, in the order of the codes."""
    labels: dict[str, list[int]] = {}
    for index, person in enumerate(both.people):
        if person.group is not None:
            labels.setdefault(person.group, []).append(index)
    pools = [(i, pool) for i, pool in enumerate(both.pools) if pool.group_max > 1]
    for same in labels_alike(labels).values():
        names = " and ".join(map(shown, same))
        found = sorted(index for label in same for index in labels[label])
        yield Finding(
            FindingCode.GROUP_ALIKE,
            f"are in groups whose labels {names} look the same and are not",
            "write one label for one group",
            both.names(found),
        )
    alone = [members[0] for members in labels.values() if len(members) == 1]
    if alone:
        yield Finding(
            FindingCode.GROUP_ALONE,
            "have a group's label that nobody else has: they enter alone",
            "correct the label, or leave the cell empty",
            both.names(sorted(alone)),
        )
    several = {label: m for label, m in labels.items() if len(m) > 1}
    yield from _large(both, several, pools)
    yield from _split(both, several, pools)
    yield from _short(both, several, pools)


def _large(
    both: TermsAndPeople,
    labels: Mapping[str, Sequence[int]],
    pools: Sequence[tuple[int, Pool]],
) -> Iterator[Finding]:
    for label, members in labels.items():
        for place, pool in pools:
            inside = [i for i in members if both.admits(place, i)]
            if len(members) > pool.group_max and len(inside) > 1:
                yield Finding(
                    FindingCode.GROUP_LARGE,
                    f"are {len(members)} in the group {shown(label)}, and {pool.name} "
                    f"draws groups of {pool.group_max} at most: they enter alone",
                    f"make groups of {pool.group_max} or fewer",
                    both.names(inside),
                )


def _split(
    both: TermsAndPeople,
    labels: Mapping[str, Sequence[int]],
    pools: Sequence[tuple[int, Pool]],
) -> Iterator[Finding]:
    """Name groups of whose members a pool admits some and not the others."""
    for label, members in labels.items():
        for place, pool in pools:
            inside = [i for i in members if both.admits(place, i)]
            if len(members) <= pool.group_max and 0 < len(inside) < len(members):
                yield Finding(
                    FindingCode.GROUP_SPLIT,
                    f"are in the group {shown(label)}, of which {pool.name} admits only "
                    f"{len(inside)} of {len(members)}: the others stay out there",
                    "put people into one group whom the same pools admit",
                    both.names(members),
                )


def _short(
    both: TermsAndPeople,
    labels: Mapping[str, Sequence[int]],
    pools: Sequence[tuple[int, Pool]],
) -> Iterator[Finding]:
    """Name groups with a member who enters and can take no unit."""
    for label, members in labels.items():
        for place, pool in pools:
            inside = [i for i in members if both.admits(place, i)]
            short = [i for i in inside if both.bars[i][place] is not None]
            if len(members) <= pool.group_max and len(inside) > 1 and short:
                who = ", ".join(both.names(short))
                yield Finding(
                    FindingCode.GROUP_SHORT,
                    f"are in the group {shown(label)}, of which {who} can take no unit of "
                    f"{pool.name}: the group falls apart there, and they enter alone",
                    "see that all members want a unit and can pay for it",
                    both.names(inside),
                )
