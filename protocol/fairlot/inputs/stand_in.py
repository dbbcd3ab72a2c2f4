"""Entrants that stand for the people on a list (specs/odds.md, section 2)."""

from collections.abc import Mapping, Sequence

from fairlot.allocation.entering import Entrant
from fairlot.deposit.puzzle import answer_key
from fairlot.inputs.people_file import Person
from fairlot.names import NYM_LENGTH, Nym, group_id
from fairlot.terms.pool import Pool
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.keys import VerifyKey

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
    answers = {person.answer for person in people if person.answer is not None}
    keys = {answer: answer_key(answer).public for answer in answers}
    return tuple(
        _stand_in(pools, nym, person, ids, keys)
        for nym, person in zip(nyms, people, strict=True)
    )


def disclosed(person: Person) -> tuple[tuple[str, str], ...]:
    """Return what the attester of a rehearsal says of a person, ascending."""
    if not person.attributes:
        return ((ASSURANCE, LISTED),)
    return tuple(sorted(({ASSURANCE: LISTED} | dict(person.attributes)).items()))


def _stand_in(
    pools: Sequence[Pool],
    nym: Nym,
    person: Person,
    groups: Mapping[str, bytes],
    keys: Mapping[str, VerifyKey],
) -> Entrant:
    key = None if person.answer is None else keys[person.answer]
    return Entrant(
        nym=nym,
        wants=person.wants,
        amount=person.amount,
        bid=person.bid,
        tier=person.tier,
        group=None if person.group is None else groups[person.group],
        attributes=disclosed(person),
        solved=frozenset(p.name for p in pools if p.puzzle and p.puzzle == key),
    )
