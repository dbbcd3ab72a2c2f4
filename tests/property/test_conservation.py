"""Money and supply are conserved over random sales of every mechanism and composition."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from examples import examples
from fairlot.allocation.entering import Entrant, formed_groups
from fairlot.allocation.explain import explain
from fairlot.allocation.odds import sale_odds
from fairlot.allocation.outcome import Outcome, part_id
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import (
    allocation_csv,
    in_parts,
    outcome_hash,
    pools_csv,
    settle,
)
from fairlot.allocation.shape import Reason
from fairlot.fields import UINT_MAX, Fields
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Option, Pool, Tier
from fairlot.terms.read_fields import field_error
from fairlot.terms.read_pools import read_pools
from fairlot_crypto.cbor import Value, encode
from fairlot_crypto.hashing import tagged_hash
from kit.any_sale import KINDS, SALE, AnySale, any_pools, any_sale


def outcome_of(sale: AnySale) -> Outcome:
    return allocate(sale.pools, sale.entrants, sale.seed, SALE)


@examples(40)
@given(any_pools())
def test_the_pools_are_legal_terms(pools: tuple[Pool, ...]) -> None:
    """They are what canonical terms can say, and read back as they are."""
    maps = [Fields(pool.to_value(), ("pool",), field_error) for pool in pools]
    assert read_pools(maps, ("pools",)) == pools


@examples(40)
@given(any_sale())
def test_every_unit_is_sold_handed_on_or_returned(sale: AnySale) -> None:
    outcome = outcome_of(sale)
    supply = Counter({pool.name: pool.supply for pool in sale.pools})
    returned = 0
    for pool, result in zip(sale.pools, outcome.pools, strict=True):
        sold = sum(award.units for award in result.awards)
        assert result.pool == replace(pool, supply=supply[pool.name])
        assert 0 <= sold <= supply[pool.name]
        assert sold + result.unsold == supply[pool.name]
        if pool.unsold is None:
            returned += result.unsold
        else:
            supply[pool.unsold] += result.unsold
    sold = sum(total.units for total in outcome.totals)
    assert outcome.unsold == returned
    assert sold + returned == sum(pool.supply for pool in sale.pools)


@examples(40)
@given(any_sale())
def test_every_unit_of_money_is_paid_or_refunded(sale: AnySale) -> None:
    outcome = outcome_of(sale)
    lines = settle(outcome, sale.fundings)
    paid = {funding.nym: funding.paid for funding in sale.fundings}
    assert [line.nym for line in lines] == sorted(paid)
    earned, back = (
        sum(line.payment for line in lines),
        sum(line.refund for line in lines),
    )
    assert sum(paid.values()) == earned + back
    owed = sum(a.payment for result in outcome.pools for a in result.awards)
    assert earned == owed
    deposits = {entrant.nym: entrant.amount for entrant in sale.entrants}
    for line in lines:
        assert 0 <= line.payment <= deposits.get(line.nym, 0)
        assert line.payment + line.refund == paid[line.nym]
        if line.units == 0:
            assert line.refund == paid[line.nym]
        if line.nym not in deposits:
            assert (line.units, line.gains) == (0, ())


@examples(40)
@given(any_sale())
def test_what_everybody_gets_adds_up_over_the_pools(sale: AnySale) -> None:
    outcome = outcome_of(sale)
    assert [total.nym for total in outcome.totals] == [e.nym for e in sale.entrants]
    for entrant, total in zip(sale.entrants, outcome.totals, strict=True):
        found: list[tuple[str, int, int]] = []
        left, wanted = entrant.amount, entrant.wants
        for result in outcome.pools:
            award = result.of(entrant.nym)
            if award is None:
                continue
            assert result.pool.again or not found
            assert 0 <= award.units <= award.q <= max(0, wanted)
            assert 0 <= award.payment <= left
            left, wanted = left - award.payment, wanted - award.units
            if award.units:
                name = part_id(result.pool.name, award.part)
                found.append((name, award.units, award.payment))
        assert [(g.pool, g.units, g.payment) for g in total.gains] == found
        assert total.units == sum(units for _, units, _ in found) <= entrant.wants
        assert total.payment == entrant.amount - left


@examples(40)
@given(any_sale())
def test_prices_are_those_of_the_terms(sale: AnySale) -> None:
    for result in outcome_of(sale).pools:
        pool, by_part = result.pool, dict[str, set[int]]()
        for order, award in zip(result.orders, result.awards, strict=True):
            square = pool.mechanism is Mechanism.QUADRATIC
            if award.units and pool.fares is not None:
                fares = [price for _, price in pool.fares.prices]
                assert order.fare in fares
                assert award.payment == order.fare * award.units
            elif award.units:
                price, rest = divmod(award.payment, award.units ** (1 + square))
                assert rest == 0
                by_part.setdefault(award.part, set()).add(price)
        stated = {part.name: part.price for part in pool.parts} or {"": pool.price}
        sold = Counter(award.part for award in result.awards if award.units)
        assert all(sold[option.name] <= option.supply for option in pool.options)
        for part, prices in by_part.items():
            (price,) = prices
            if part == "certain" or pool.mechanism is Mechanism.AUCTION:
                bids = {
                    order.bid or 0
                    for order, award in zip(result.orders, result.awards, strict=True)
                    if award.units and award.part == part
                }
                assert pool.price <= price <= min(bids)
            else:
                assert price == stated[part]


@examples(40)
@given(any_sale(), st.data())
def test_the_outcome_is_a_function_of_the_set(
    sale: AnySale, data: st.DataObject
) -> None:
    outcome = outcome_of(sale)
    arrived = data.draw(st.permutations(sale.entrants))
    paid = data.draw(st.permutations(sale.fundings))
    again = allocate(sale.pools, iter(arrived), sale.seed, SALE)
    assert again == outcome
    assert settle(again, paid) == settle(outcome, sale.fundings)


@examples(40)
@given(any_sale())
def test_everybody_is_told_why(sale: AnySale) -> None:
    for result in outcome_of(sale).pools:
        for entrant in sale.entrants:
            said, award = explain(result, entrant.nym), result.of(entrant.nym)
            assert said
            assert not said.endswith(".")
            assert (said == "did not enter") == (award is None)
            if award is not None:
                got = f"and pays {award.payment}"
                assert (got in said) == (award.units > 0)
                assert said.startswith("gets nothing: ") == (award.units == 0)


@examples(40)
@given(any_sale())
def test_only_who_qualifies_enters_and_groups_win_or_lose_together(
    sale: AnySale,
) -> None:
    formed = formed_groups(SALE, sale.entrants)
    by_nym = {entrant.nym: entrant for entrant in sale.entrants}
    for result in outcome_of(sale).pools:
        pool, together = result.pool, dict[bytes, list[int]]()
        for order, award in zip(result.orders, result.awards, strict=True):
            entrant = by_nym[award.nym]
            assert not pool.requires or ("region", "north") in entrant.attributes
            assert not pool.excludes or ("region", "north") not in entrant.attributes
            assert pool.puzzle is None or pool.name in entrant.solved
            if order.group is not None:
                assert order.group == entrant.group
                together.setdefault(order.group, []).append(award.units)
        for gid, units in together.items():
            assert 2 <= len(units) <= len(formed[gid]) <= pool.group_max
            assert len(set(units)) == 1


@pytest.mark.slow
@examples(60)
@given(any_sale())
def test_every_outcome_is_one_that_the_odds_allow(sale: AnySale) -> None:
    foretold = sale_odds(sale.pools, sale.entrants, SALE)
    for known, result in zip(foretold, outcome_of(sale).pools, strict=True):
        entered = [award.nym for award in result.awards]
        assert set(entered) <= set(known.nyms)
        assert known.entering[0] <= len(entered) <= known.entering[1]
        assert known.pool.supply <= result.pool.supply
        if known.odds is None:
            continue
        assert tuple(entered) == known.nyms
        assert known.pool == result.pool
        for award, chance in zip(result.awards, known.odds.chances, strict=True):
            most = chance.least + (chance.more > 0)
            assert chance.least <= award.units <= most
            if award.units and chance.parts:
                assert chance.parts[award.part] > 0
        if known.odds.unsold_certain:
            assert result.unsold == known.odds.expected_unsold


@examples(40)
@given(any_sale())
def test_hash_and_csv_say_what_the_ledger_says(sale: AnySale) -> None:
    lines = settle(outcome_of(sale), sale.fundings)
    detailed = in_parts(sale.pools)
    rows: list[Value] = []
    for line in lines:
        parts: list[Value] = [[g.pool, g.units, g.payment] for g in line.gains]
        row: list[Value] = [line.nym, line.units, line.payment, line.refund]
        rows.append([*row, parts] if detailed else row)
    expected = tagged_hash("outcome", encode(rows))
    assert outcome_hash(lines, sale.pools) == expected
    said = {row["nym"]: row for row in read_csv(allocation_csv(lines))}
    final = [line for line in lines if line.final]
    assert list(said) == [line.nym.hex() for line in final]
    gains = read_csv(pools_csv(lines))
    for line in final:
        told = said[line.nym.hex()]
        assert (line.units, line.payment) == (int(told["units"]), int(told["payment"]))
        assert line.refund == int(told["refund"])
        mine = [row for row in gains if row["nym"] == line.nym.hex()]
        assert line.units == sum(int(row["units"]) for row in mine)
        assert line.payment == sum(int(row["payment"]) for row in mine)
    assert all(int(row["units"]) > 0 for row in gains)


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("ascii"), newline="")))


def gives(reason: Reason) -> Callable[[Outcome], bool]:
    return lambda outcome: any(
        award.reason is reason for result in outcome.pools for award in result.awards
    )


REACHED: Mapping[str, tuple[tuple[str, ...], Callable[[Outcome], bool]]] = {
    "nothing": ((), gives(Reason.NOTHING)),
    "in-full": ((), gives(Reason.IN_FULL)),
    "level": (("share",), gives(Reason.LEVEL)),
    "level-and-one": (("share",), gives(Reason.LEVEL_AND_ONE)),
    "drawn": (("lottery",), gives(Reason.DRAWN)),
    "not-drawn": (("share",), gives(Reason.NOT_DRAWN)),
    "drawn-group": (("groups",), gives(Reason.DRAWN_GROUP)),
    "not-drawn-group": (("groups",), gives(Reason.NOT_DRAWN_GROUP)),
    "certain": (("certain",), gives(Reason.CERTAIN)),
    "outbid": (("auction",), gives(Reason.OUTBID)),
    "winning-bid": (("auction",), gives(Reason.WINNING_BID)),
    "no-bid": (("auction",), gives(Reason.NO_BID)),
    "tier": (("tiers",), gives(Reason.TIER)),
    "tiers-missed": (("tiers",), gives(Reason.TIERS_MISSED)),
    "no-tier": (("tiers",), gives(Reason.NO_TIER)),
    "chosen": (("choices",), gives(Reason.CHOSEN)),
    "choices-gone": (("choices",), gives(Reason.CHOICES_GONE)),
    "no-choice": (("choices",), gives(Reason.NO_CHOICE)),
    "chosen-together": (
        ("choices",),
        lambda outcome: any(
            order.group is not None and award.units
            for result in outcome.pools
            for order, award in zip(result.orders, result.awards, strict=True)
        ),
    ),
    "nobody": ((), lambda outcome: not outcome.totals),
    "roll-over": ((), lambda o: any(r.unsold and r.pool.unsold for r in o.pools)),
    "friends-roll-over": (
        ("groups", "groups"),
        lambda o: bool(o.pools[0].unsold and o.pools[0].pool.unsold),
    ),
    "two-pools": ((), lambda o: any(len(total.gains) > 1 for total in o.totals)),
    "somebody-out": ((), lambda o: any(len(r.awards) < len(o.totals) for r in o.pools)),
    "beyond-64-bits": (("share", "lottery"), lambda o: o.unsold > UINT_MAX),
}
"""What must be among the random sales, or the properties above would be worth little."""


@pytest.mark.slow
@pytest.mark.parametrize("name", REACHED)
def test_the_random_sales_come_to(name: str) -> None:
    kinds, reached = REACHED[name]
    find(
        any_sale(*kinds),
        lambda sale: reached(outcome_of(sale)),
        settings=settings(
            max_examples=2_000, phases=[Phase.generate], derandomize=True, database=None
        ),
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [0, 1, UINT_MAX])
@pytest.mark.parametrize("people", [0, 1, 2, 5])
def test_everybody_the_same_at_the_extremes(
    kind: str, number: int, people: int
) -> None:
    """Each number of pool and order is the same extreme, for as many as there are."""
    pool = extreme_pool(kind, number)
    same = Entrant(Nym(b""), number, number, bid=number, tier="gold", choices=(0,))
    entrants = [replace(same, nym=Nym(i.to_bytes(48, "big"))) for i in range(people)]
    outcome = allocate([pool], entrants, bytes(32), SALE)
    (result,) = outcome.pools
    takes = sum(award.q for award in result.awards)
    assert result.sold == min(pool.supply, takes)
    assert result.sold + outcome.unsold == pool.supply
    assert len({award.q for award in result.awards}) <= 1
    units = [award.units for award in result.awards]
    assert max(units, default=0) - min(units, default=0) <= 1


def extreme_pool(kind: str, number: int) -> Pool:
    """Return a pool whose numbers are this one, or the nearest that is legal."""
    least = max(1, number)
    pools = {
        "share": Pool("p", Mechanism.EQUAL_SHARE, number, number, least),
        "square": Pool("p", Mechanism.QUADRATIC, number, least, least),
        "lottery": Pool("p", Mechanism.LOTTERY, number, number),
        "groups": Pool("p", Mechanism.LOTTERY, max(8, number), number, group_max=2),
        "auction": Pool("p", Mechanism.AUCTION, number, number),
        "certain": Pool("p", Mechanism.LOTTERY, max(2, number), number, certain=1),
        "tiers": Pool(
            "p", Mechanism.TIERS, number, tiers=(Tier("gold", number, number),)
        ),
        "choices": Pool(
            "p", Mechanism.CHOICES, number, options=(Option("july", number, number),)
        ),
    }
    return pools[kind]
