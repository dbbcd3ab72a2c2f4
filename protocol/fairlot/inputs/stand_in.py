"""Entrants that stand for the people on a list (specs/odds.md, section 2)."""

from collections.abc import Mapping, Sequence

from fairlot.allocation.entering import Entrant
from fairlot.deposit.puzzle import answer_key
from fairlot.inputs.people_file import Person
from fairlot.names import NYM_LENGTH, Nym, group_id
from fairlot.terms.pool import Pool
from fairlot_crypto.hashing import i2osp

NO_SALE = bytes(32)
"""Takes the place of the sale_id, which needs keys that a list of people does not have."""
ASSURANCE, LISTED = "assurance", "listed"
"""The attester's value of ``assurance`` for everybody, unless the list has one."""


def stand_ins(pools: Sequence[Pool], people: Sequence[Person]) -> tuple[Entrant, ...]:
    """Return an entrant for each person, whose deposit is paid and whose bid is opened.

    The nyms belong to nobody: they are numbers in the order of the list.
    """
    nyms = [Nym(i2osp(index, NYM_LENGTH)) for index in range(len(people))]
    groups: dict[str, list[Nym]] = {}
    for nym, person in zip(nyms, people, strict=True):
        if person.group is not None:
            groups.setdefault(person.group, []).append(nym)
    ids = {label: group_id(NO_SALE, members) for label, members in groups.items()}
    places = {
        option.name: index
        for pool in pools
        for index, option in enumerate(pool.options)
    }
    solved = {answer: _solved(pools, answer) for answer in {p.answer for p in people}}
    return tuple(
        _stand_in(nym, person, ids, solved[person.answer], places)
        for nym, person in zip(nyms, people, strict=True)
    )


def disclosed(person: Person) -> tuple[tuple[str, str], ...]:
    """Return what the attester of a rehearsal says of a person, ascending."""
    if not person.attributes:
        return ((ASSURANCE, LISTED),)
    return tuple(sorted(({ASSURANCE: LISTED} | dict(person.attributes)).items()))


def _solved(pools: Sequence[Pool], answer: str | None) -> frozenset[str]:
    if answer is None:
        return frozenset()
    key = answer_key(answer).public
    return frozenset(pool.name for pool in pools if pool.puzzle == key)


def _stand_in(
    nym: Nym,
    person: Person,
    groups: Mapping[str, bytes],
    solved: frozenset[str],
    places: Mapping[str, int],
) -> Entrant:
    return Entrant(
        nym=nym,
        wants=person.wants,
        amount=person.amount,
        bid=person.bid,
        tier=person.tier,
        group=None if person.group is None else groups[person.group],
        attributes=disclosed(person),
        solved=solved,
        choices=tuple(places[name] for name in person.choices),
    )
