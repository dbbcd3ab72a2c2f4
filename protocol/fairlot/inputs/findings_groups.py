"""What is to be said of groups (specs/check.md, section 5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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
    parties = _parties(both, labels)
    yield from _large(both, parties)
    yield from _split(both, parties)
    yield from _short(both, parties)
    yield from _differing(both, parties)


@dataclass(frozen=True, slots=True)
class _Party:
    """The people of one label, as a pool that draws groups sees them."""

    label: str
    members: Sequence[int]
    """All of them, at least two, by their places on the list."""
    place: int
    """Of the pool."""
    pool: Pool
    inside: Sequence[int]
    """Whom the pool admits."""

    @property
    def fits(self) -> bool:
        """Tell whether the pool draws groups of that size."""
        return len(self.members) <= self.pool.group_max


def _parties(
    both: TermsAndPeople, labels: Mapping[str, Sequence[int]]
) -> Sequence[_Party]:
    pools = [(i, pool) for i, pool in enumerate(both.pools) if pool.group_max > 1]
    return [
        _Party(
            label,
            members,
            place,
            pool,
            [i for i in members if both.admits(place, i)],
        )
        for label, members in labels.items()
        if len(members) > 1
        for place, pool in pools
    ]


def _large(both: TermsAndPeople, parties: Iterable[_Party]) -> Iterator[Finding]:
    for party in parties:
        if not party.fits and len(party.inside) > 1:
            pool = party.pool
            yield Finding(
                FindingCode.GROUP_LARGE,
                f"are {len(party.members)} in the group {shown(party.label)}, and "
                f"{pool.name} draws groups of {pool.group_max} at most: they enter alone",
                f"make groups of {pool.group_max} or fewer",
                both.names(party.inside),
            )


def _split(both: TermsAndPeople, parties: Iterable[_Party]) -> Iterator[Finding]:
    """Name groups of whose members a pool admits some and not the others."""
    for party in parties:
        inside, members = len(party.inside), len(party.members)
        if party.fits and 0 < inside < members:
            yield Finding(
                FindingCode.GROUP_SPLIT,
                f"are in the group {shown(party.label)}, of which {party.pool.name} "
                f"admits only {inside} of {members}: the others stay out there",
                "put people into one group whom the same pools admit",
                both.names(party.members),
            )


def _short(both: TermsAndPeople, parties: Iterable[_Party]) -> Iterator[Finding]:
    """Name groups with a member who enters and can take no unit."""
    for party in parties:
        short = [i for i in party.inside if both.bars[i][party.place] is not None]
        if party.fits and len(party.inside) > 1 and short:
            who = ", ".join(both.names(short))
            yield Finding(
                FindingCode.GROUP_SHORT,
                f"are in the group {shown(party.label)}, of which {who} can take no unit "
                f"of {party.pool.name}: the group falls apart there, and they enter alone",
                "see that all members want a unit and can pay for it",
                both.names(party.inside),
            )


def _differing(both: TermsAndPeople, parties: Iterable[_Party]) -> Iterator[Finding]:
    """Name groups whose members do not list the same choices."""
    for party in parties:
        lists = {both.people[i].choices for i in party.inside}
        if party.pool.options and party.fits and len(lists) > 1:
            yield Finding(
                FindingCode.GROUP_LISTS,
                f"are in the group {shown(party.label)}, and their lists of choices in "
                f"{party.pool.name} differ: the group falls apart, and they choose alone",
                "write the same list for all of a group",
                both.names(party.inside),
            )
