"""Pools in canonical terms: what is absent, what joins several values, who asks what."""

from dataclasses import replace
from typing import Any

import pytest

from fairlot.errors import TermsError
from fairlot.terms.pool import Exclusion, Mechanism, Pool, Requirement, Tier
from fairlot.terms.pool_rules import check_pools
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value, decode, encode
from fairlot_crypto.timelock.chain import first_round_after
from fairlot_crypto.timelock.scheme import UNCHAINED_G1_LEGACY
from generators import terms_leftovers
from generators.terms_pools import accepted, conference
from generators.terms_setting import sample_terms

WHOLE = conference(sample_terms())
LOTTERY = Pool("main", Mechanism.LOTTERY, 16, 50)


def broken(*pools: Pool) -> str | None:
    """Return the code of the first rule that pools break."""
    try:
        check_pools(pools, [("pools", index) for index in range(len(pools))])
    except TermsError as error:
        return error.code
    return None


def reread(terms: Terms) -> Terms:
    return Terms.from_value(decode(encode(terms.to_value())))


def refused(terms: Terms) -> TermsError:
    with pytest.raises(TermsError) as caught:
        Terms.from_value(terms.to_value())
    return caught.value


@pytest.mark.parametrize(
    "row",
    [*accepted(sample_terms()), *terms_leftovers.accepted(sample_terms())],
    ids=lambda row: row[0],
)
def test_every_mechanism_survives_encoding(row: tuple[str, str, Terms]) -> None:
    assert reread(row[2]) == row[2]


def test_every_default_of_a_pool_is_absent() -> None:
    names = {"name", "mechanism", "supply", "price"}
    assert set(LOTTERY.to_value()) == names
    shared = Pool("main", Mechanism.EQUAL_SHARE, 16, 50, 1)
    assert set(shared.to_value()) == names | {"cap"}
    tiers = Pool("main", Mechanism.TIERS, 1, tiers=(Tier("a", 1, 1),))
    assert set(tiers.to_value()) == {"name", "mechanism", "tiers"}


def test_terms_without_bids_have_the_keys_of_before() -> None:
    assert not {"deposits", "bids"} & set(sample_terms().to_value())


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("group_max", 1),
        ("certain", 0),
        ("again", False),
        ("unsold", None),
        ("puzzle", None),
        ("tiers", []),
        ("cap", 1),
    ],
)
def test_a_stated_default_is_refused(key: str, default: Value) -> None:
    value = replace(sample_terms(), pools=(LOTTERY,)).to_value()
    pools: Any = value["pools"]
    pools[0][key] = default
    with pytest.raises(TermsError) as caught:
        Terms.from_value(value)
    assert caught.value.code == "terms.field"


@pytest.mark.parametrize(
    ("supply", "group_max", "legal"),
    [(16, 16, True), (16, 17, False), (2, 2, True), (1, 2, False), (0, 2, False)],
)
def test_a_group_is_at_most_the_supply(
    supply: int, group_max: int, legal: bool
) -> None:
    pool = replace(LOTTERY, supply=supply, group_max=group_max)
    assert broken(pool) == (None if legal else "terms.group")


@pytest.mark.parametrize(("certain", "legal"), [(1, True), (15, True), (16, False)])
def test_some_seats_are_drawn(certain: int, legal: bool) -> None:
    found = broken(replace(LOTTERY, certain=certain))
    assert found == (None if legal else "terms.certain")


def test_a_lottery_of_nothing_is_legal() -> None:
    empty = replace(sample_terms(), pools=(replace(LOTTERY, supply=0),))
    assert reread(empty) == empty


def test_the_place_of_a_broken_rule_is_named() -> None:
    sponsors, *others = WHOLE.pools
    gold, _ = sponsors.tiers
    tiers = (gold, replace(gold, name="other"))
    terms = replace(WHOLE, pools=(replace(sponsors, tiers=tiers), *others))
    assert "terms.pools[0].tiers[1].price must be below 500" in str(refused(terms))
    requires = (Requirement("cohort_a", ("b", "a")),)
    guests = replace(LOTTERY, name="guests", requires=requires)
    terms = replace(WHOLE, pools=(sponsors, guests))
    assert "terms.pools[1].requires.cohort_a must hold" in str(refused(terms))


def test_all_broken_rules_are_found_in_order() -> None:
    """Whoever mends what is named is told the next, until nothing is left."""
    first = Pool("A", Mechanism.LOTTERY, 4, 1, group_max=5, certain=4, unsold="C")
    second = Pool("B", Mechanism.AUCTION, 1, 1)
    found = [broken(first, second)]
    first = replace(first, name="b")
    found.append(broken(first, second))
    first = replace(first, unsold="B")
    found.append(broken(first, second))
    first = replace(first, group_max=2)
    found.append(broken(first, second))
    first = replace(first, certain=3)
    found.append(broken(first, second))
    first = replace(first, group_max=1)
    found.append(broken(first, second))
    second = replace(second, name="b")
    found.append(broken(replace(first, unsold=None), second))
    second = replace(second, name="c")
    found.append(broken(replace(first, unsold="c"), second))
    first = replace(first, unsold="c", certain=0)
    found.append(broken(replace(first, group_max=2), second))
    found.append(broken(first, second))
    assert found == [
        "terms.pool-name",
        "terms.pools",
        "terms.group",
        "terms.certain",
        "terms.certain",
        "terms.pool-name",
        "terms.pools",
        "terms.pools",
        "terms.unsold",
        None,
    ]


CROWD, LAST = terms_leftovers.leaving(sample_terms()).pools


@pytest.mark.parametrize(
    ("crowd", "last", "why"),
    [
        (CROWD, replace(LAST, group_max=3), "which draws no groups of 4"),
        (CROWD, replace(LAST, price=51), "where a unit costs more, 51"),
        (replace(CROWD, again=True), LAST, "which is closed to whoever has a unit"),
        (replace(CROWD, puzzle=None), LAST, "which has a puzzle of its own"),
        (replace(CROWD, requires=()), LAST, "which requires more of cohort_a"),
        (
            CROWD,
            replace(LAST, excludes=(Exclusion("assurance", ("high",)),)),
            "which excludes more of assurance",
        ),
    ],
)
def test_it_is_said_who_could_not_get_what_groups_leave(
    crowd: Pool, last: Pool, why: str
) -> None:
    error = refused(replace(sample_terms(), pools=(crowd, last)))
    assert error.code == "terms.unsold"
    assert f"terms.pools[0].unsold is 'last', {why}" in str(error)


def test_terms_tell_what_a_deposit_may_hold() -> None:
    assert WHOLE.takes_bids
    assert WHOLE.group_max == 4
    assert WHOLE.attributes_required == ("cohort_a",)
    assert WHOLE.tiered == WHOLE.pools[0]
    assert WHOLE.pool("tokens") == WHOLE.pools[3]
    assert WHOLE.pool("main") is None
    assert WHOLE.bids in WHOLE.named_rounds()
    plain = sample_terms()
    assert not plain.takes_bids
    assert plain.group_max == 1
    assert plain.tiered is None
    assert plain.attributes_required == ()
    assert plain.named_rounds() == ()


def test_attributes_of_all_pools_are_required_once() -> None:
    def needing(name: str, *attributes: str) -> Pool:
        requires = tuple(Requirement(each, ("x",)) for each in attributes)
        return replace(LOTTERY, name=name, requires=requires)

    pools = (needing("a", "region"), needing("b", "cohort_a", "region"))
    assert replace(WHOLE, pools=pools).attributes_required == ("cohort_a", "region")


@pytest.mark.parametrize(
    "changed",
    [
        replace(WHOLE, deposits=(50, 500)),
        replace(WHOLE, pools=WHOLE.pools[::-1]),
        replace(WHOLE, pools=WHOLE.pools[:-1]),
        replace(WHOLE, bids=None),
    ],
)
def test_ladder_round_and_order_of_pools_move_the_sale_id(changed: Terms) -> None:
    assert changed.sale_id != WHOLE.sale_id


def test_bids_open_when_nobody_can_void_any_more_and_before_unlock() -> None:
    """Round by round: exactly those due strictly between are legal."""
    bids, times = WHOLE.bids, replace(WHOLE.times, unlock=WHOLE.times.reveal_end + 60)
    assert bids is not None
    start = bids.round_number - 60
    legal = 0
    for number in range(start, start + 120):
        named = replace(bids, round_number=number)
        terms = replace(WHOLE, bids=named, times=times)
        if times.seal_end + times.slack + 60 < named.due < times.unlock:
            legal += 1
            assert reread(terms) == terms
        else:
            assert refused(terms).code == "terms.bids"
    assert 0 < legal < 60


def test_one_round_for_seed_and_bids_is_one_round() -> None:
    """The chain hash does not hold the scheme, and ROUND entries name chains by it."""
    bids, times = WHOLE.bids, WHOLE.times
    assert bids is not None
    late = first_round_after(bids.chain, times.drawn_from)
    shared = replace(bids, round_number=late)
    beacon = replace(WHOLE.beacon, drand=shared)
    both = replace(WHOLE, bids=shared, beacon=beacon)
    assert reread(both) == both
    assert both.named_rounds() == (shared,)
    other = replace(shared, chain=replace(shared.chain, scheme=UNCHAINED_G1_LEGACY))
    assert other.name == shared.name
    mixed = replace(WHOLE, bids=shared, beacon=replace(WHOLE.beacon, drand=other))
    assert refused(mixed).code == "terms.bids"
    next_round = replace(other, round_number=late + 1)
    apart = replace(WHOLE, bids=shared, beacon=replace(WHOLE.beacon, drand=next_round))
    assert reread(apart).named_rounds() == (next_round, shared)
