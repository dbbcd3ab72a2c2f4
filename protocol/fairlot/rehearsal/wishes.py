"""What the people on a list want, as their wallets see it (specs/rehearsal.md, section 2)."""

from collections.abc import Mapping, Sequence

from fairlot.deposit.nym import nym_of
from fairlot.deposit.wish import Wish
from fairlot.identity.enrolment import Identity
from fairlot.inputs.people_file import Person
from fairlot.names import Nym
from fairlot.terms.terms import Terms
from fairlot_crypto.curve import Backend


def wishes(
    curve: Backend,
    terms: Terms,
    people: Sequence[Person],
    identities: Mapping[str, Identity],
) -> dict[str, Wish]:
    """Return everybody's wish by name.

    Members of a group tell each other their nyms, which they know before they deposit.

    Args:
        curve: the back-end.
        terms: the terms of the sale.
        people: the list.
        identities: everybody's identity by name.
    """
    together = _together(terms, people)
    nyms = {
        label: tuple(nym_of(curve, identities[n], terms.sale_id) for n in names)
        for label, names in together.items()
    }
    puzzling = any(pool.puzzle is not None for pool in terms.pools)
    return {p.name: _wish(p, nyms, puzzling=puzzling) for p in people}


def _together(terms: Terms, people: Sequence[Person]) -> dict[str, list[str]]:
    """Return the people who share a label, if a pool draws groups of that size."""
    labels: dict[str, list[str]] = {}
    for person in people:
        if person.group is not None:
            labels.setdefault(person.group, []).append(person.name)
    sizes = range(2, terms.group_max + 1)
    return {label: names for label, names in labels.items() if len(names) in sizes}


def _wish(
    person: Person, nyms: Mapping[str, tuple[Nym, ...]], *, puzzling: bool
) -> Wish:
    # A wallet has nothing to sign with an answer where there is no puzzle.
    answer = person.answer if puzzling else None
    return Wish(
        seq=0,
        wants=person.wants,
        amount=person.amount,
        members=nyms.get(person.group, ()) if person.group is not None else (),
        tier=person.tier,
        bid=person.bid,
        answers=() if answer is None else (answer,),
        choices=person.choices,
    )
