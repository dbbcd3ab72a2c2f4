"""Attempts to gain by groups: bundling, splitting, faking, and choosing ids."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256

import pytest

from exact_draw import expected_units
from fairlot.allocation.entering import Entrant, Standing, entering, formed_groups
from fairlot.allocation.lots import SeededLots
from fairlot.allocation.mechanisms.groups import table, worst_cost
from fairlot.allocation.mechanisms.lottery import lottery, lottery_odds
from fairlot.allocation.shape import Lots, Order
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Pool

SALE = bytes(32)
POOL = Pool("main", Mechanism.LOTTERY, 12, 10, group_max=3)


def nym(name: str) -> Nym:
    return Nym(sha256(name.encode()).digest() + bytes(16))


def signed(names: str, of: str | None = None) -> list[Entrant]:
    """Return entrants, a letter each, who sign the group of ``of``."""
    gid = group_id(SALE, [nym(name) for name in of or names])
    return [Entrant(nym(name), 1, 10, group=gid) for name in names]


def alone(names: str) -> list[Entrant]:
    return [Entrant(nym(name), 1, 10) for name in names]


def orders_of(entrants: Sequence[Entrant], pool: Pool = POOL) -> list[Order]:
    groups = formed_groups(SALE, entrants)
    entered = entering(pool, entrants, [Standing()] * len(entrants), groups)
    return [order for _, order in entered]


# A faked or half-formed group is drawn as persons alone (pitfall: bundles, fake groups).


@pytest.mark.parametrize(
    "members",
    [
        signed("ab", of="abc"),
        signed("abc", of="ab"),
        signed("a", of="ab") + alone("b"),
        signed("a") + alone("b"),
        signed("abcd"),
        [replace(one, group=bytes(32)) for one in alone("ab")],
    ],
    ids=[
        "one is missing",
        "one too many",
        "not signed",
        "of one",
        "too large",
        "made up",
    ],
)
def test_what_is_no_group_is_drawn_as_singles(members: Sequence[Entrant]) -> None:
    orders = orders_of([*members, *alone("stuvwxyz")])
    assert [order.group for order in orders] == [None] * (len(members) + 8)
    assert len({chance.expected for chance in lottery_odds(POOL, orders).chances}) == 1


def test_nobody_is_in_two_groups() -> None:
    """a signs once: the group that it did not sign does not form, whoever names it."""
    ab, ac = signed("ab"), signed("ac")
    orders = orders_of([*ab, ac[1], *alone("uvwxyz")])
    assert [order.group for order in orders[:3]] == [ab[0].group, ab[0].group, None]


def test_a_group_of_another_sale_is_none_here() -> None:
    gid = group_id(sha256(b"other").digest(), [nym("a"), nym("b")])
    members = [replace(one, group=gid) for one in alone("ab")]
    assert not formed_groups(SALE, members)


def test_a_member_who_cannot_pay_parts_the_group() -> None:
    poor, rich = signed("ab")
    orders = orders_of([replace(poor, amount=9), rich, *alone("uvwxyz")])
    assert not any(order.group for order in orders)


# Chances: no group has more for itself, and what it costs others is bounded.


@pytest.mark.thorough
def test_all_lots_give_a_bundle_no_more_than_persons_alone() -> None:
    """Five persons, three units: every drawing order and every draw."""
    pool = replace(POOL, supply=3)
    for entrants in (
        alone("abcde"),
        signed("ab") + alone("cde"),
        signed("abc") + alone("de"),
    ):
        orders = orders_of(entrants, pool)

        def units(lots: Lots, orders: Sequence[Order] = orders) -> Sequence[int]:
            return lottery(pool, orders, lots).units

        means = expected_units(units, 5)
        assert len(set(means)) == 1
        assert means[0] <= Fraction(3, 5)


def test_a_saboteur_costs_himself_as_much_as_everybody() -> None:
    """Two of three for two units become a pair: it costs all alike, up to the bound."""
    before, after = table(2, {1: 3}), table(2, {2: 1, 1: 1})
    assert before.chance == Fraction(2, 3)
    assert after.chance == Fraction(1, 2) >= before.chance * (1 - worst_cost(2, 2))


def test_unsold_units_of_whole_groups_go_to_nobody() -> None:
    """13 units and only pairs: in no seed does the 13th go to half a pair."""
    names = "abcdefghijklmnop"
    pairs = [one for i in range(0, 16, 2) for one in signed(names[i : i + 2])]
    pool = replace(POOL, supply=13)
    for number in range(40):
        seed = sha256(bytes([number])).digest()
        lots = SeededLots(seed, SALE, "main", tuple(one.nym for one in pairs))
        units = lottery(pool, orders_of(pairs, pool), lots).units
        assert sum(units) == 12
        assert units[::2] == units[1::2]


def test_a_group_id_cannot_be_ground() -> None:
    """It is the hash of the sale and the members: neither their order nor a salt is free."""
    assert group_id(SALE, [nym("a"), nym("b")]) == group_id(SALE, [nym("b"), nym("a")])
    ids = {group_id(SALE, [nym(a), nym(b)]) for a, b in ("ab", "ac", "bc")}
    assert len(ids) == 3
