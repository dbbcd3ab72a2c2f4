"""What the people of a rehearsal's list have attested, and what they wish."""

from dataclasses import replace

import pytest

from fairlot.identity.enrolment import Identity
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import OWN_CLOCK, QUICKNET_CLOCK, BidsFile
from fairlot.rehearsal.announcing import write_terms
from fairlot.rehearsal.parts import TIMES, cast_parts
from fairlot.rehearsal.wishes import wishes
from fairlot_crypto.timelock.chain import QUICKNET
from kit.gala import ANN, BOB, CAT, FILE, PEOPLE, gala, nyms
from kit.sales import GROUP, source
from kit.stage import setup_of_one

Schema = list[tuple[str, tuple[str, ...]]]


def schema(people: tuple[Person, ...]) -> Schema:
    plain = replace(FILE, pools=FILE.pools[:1])
    parts = cast_parts(GROUP, plain, people, source("parts"))
    return [(a.name, a.values) for a in parts.registry.attributes]


def person(**attributes: str) -> Person:
    return Person("eve", 1, 1, attributes=tuple(sorted(attributes.items())))


@pytest.mark.parametrize(
    ("attributes", "names"),
    [
        ({}, "assurance region cohort_a cohort_b"),
        ({"cohort_b": "x"}, "assurance cohort_b region cohort_a"),
        ({"age": "x", "zip": "y"}, "assurance age zip region"),
        ({"a": "1", "b": "1", "c": "1", "d": "1"}, "assurance a b c d"),
    ],
)
def test_the_schema_has_what_the_list_has(
    attributes: dict[str, str], names: str
) -> None:
    assert [name for name, _ in schema((person(**attributes),))] == names.split()


def test_the_schema_has_the_values_of_list_and_terms() -> None:
    values = {a.name: a.values for a in gala().registry.attributes}
    assert values == {
        "assurance": ("listed",),
        "cohort": ("2028", "2029"),
        "region": ("north",),
        "cohort_a": (),
    }


def test_everybody_is_attested_with_attributes_of_their_own() -> None:
    held = [member.attestation.attributes for member in gala().members]
    assert held == [
        ("listed", "2029", "north", ""),
        ("listed", "2028", "", ""),
        ("listed", "", "", ""),
    ]
    better = person(assurance="document")
    assert dict(schema((better,)))["assurance"] == ("document", "listed")


def test_whoever_shares_a_label_goes_together() -> None:
    grouped = tuple(
        replace(p, group=label)
        for p, label in zip(PEOPLE, ("us", None, "us"), strict=True)
    )
    wished = wishes(GROUP, gala().terms, grouped, identities())
    assert set(wished["ann"].members) == set(nyms(ANN, CAT))
    assert wished["ann"].members == wished["cat"].members
    assert wished["bob"].members == ()


@pytest.mark.parametrize("size", [1, 3])
def test_a_label_that_no_pool_can_draw_makes_singles(size: int) -> None:
    grouped = tuple(
        replace(p, group="us" if i < size else None) for i, p in enumerate(PEOPLE)
    )
    wished = wishes(GROUP, gala().terms, grouped, identities())
    assert all(wish.members == () for wish in wished.values())


def test_a_wish_says_what_the_row_says() -> None:
    row = replace(PEOPLE[BOB], bid=7, tier="gold", answer="owl", amount=1_000)
    wish = wishes(GROUP, gala().terms, (row,), identities())["bob"]
    assert (wish.seq, wish.wants, wish.amount) == (0, 1, 1_000)
    assert (wish.bid, wish.tier, wish.answers) == (7, "gold", ("owl",))


def test_bids_open_when_nobody_can_void_unless_the_file_says_when() -> None:
    named = gala().terms.bids
    assert named is not None
    earliest = TIMES.seal_end + TIMES.slack + 60
    assert earliest < named.due <= earliest + 3
    for bids, chain in (
        (BidsFile(OWN_CLOCK, 1_275), gala().parts.clock.chain),
        (BidsFile(QUICKNET_CLOCK, 66_885_490), QUICKNET),
    ):
        file = replace(FILE, bids=bids)
        made = write_terms(file, gala().parts, setup_of_one()).bids
        assert made is not None
        assert (made.chain, made.round_number) == (chain, bids.round)


def identities() -> dict[str, Identity]:
    return {member.name: member.identity for member in gala().members}
