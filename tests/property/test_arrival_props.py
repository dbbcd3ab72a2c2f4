"""Who comes first gets nothing for it; asking for more gives no less in one pool."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from fairlot.allocation.entering import Entrant
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import Funding, outcome_hash, settle
from fairlot.bids import best_of
from fairlot.board.sale import SaleState
from fairlot.deposit.deposit import Deposit, read_deposit
from fairlot.deposit.nym import nym_of
from fairlot.entry import Entry, EntryType
from fairlot.fields import UINT_MAX
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Option, Pool, Tier
from kit.any_sale import KINDS, SALE, AnySale, any_sale, nym
from kit.gala import ANN, ANSWER, BOB, CAT, FILE, PEOPLE, WISH
from kit.sales import DEPOSIT_TIME, GROUP, play, staged, wished
from kit.stage import Stage

SEED = bytes(range(32, 64))
PAIR = group_id(SALE, [nym(1), nym(3)])
CROWD = tuple(
    Entrant(
        nym(i),
        wants=1 + i % 2,
        amount=20,
        bid=(9, 9, 7, None, 9)[i],
        tier=("gold", "silver", "gold", "silver", None)[i],
        group=PAIR if i in {1, 3} else None,
        choices=(0, 1),
    )
    for i in range(5)
)
ALONE = {
    "share": Pool("p", Mechanism.EQUAL_SHARE, 4, 2, 3),
    "square": Pool("p", Mechanism.QUADRATIC, 4, 2, 3),
    "lottery": Pool("p", Mechanism.LOTTERY, 2, 2),
    "groups": Pool("p", Mechanism.LOTTERY, 4, 2, group_max=2),
    "auction": Pool("p", Mechanism.AUCTION, 2, 2),
    "certain": Pool("p", Mechanism.LOTTERY, 3, 2, certain=1),
    "tiers": Pool(
        "p", Mechanism.TIERS, 2, tiers=(Tier("gold", 9, 1), Tier("silver", 4, 1))
    ),
    "choices": Pool(
        "p",
        Mechanism.CHOICES,
        3,
        options=(Option("july", 9, 2), Option("may", 4, 1)),
        group_max=2,
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_all_arrivals_have_one_outcome(kind: str) -> None:
    """Five people, two of them together, come in all 120 orders, and some lose."""
    pools = [ALONE[kind]]
    outcome = allocate(pools, CROWD, SEED, SALE)
    assert {total.units > 0 for total in outcome.totals} == {True, False}
    for arrived in permutations(CROWD):
        assert allocate(pools, arrived, SEED, SALE) == outcome


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@examples(30)
@given(st.data())
def test_raising_ones_order_never_lowers_what_one_gets_in_one_pool(
    kind: str, data: st.DataObject
) -> None:
    sale = data.draw(any_sale(kind).filter(lambda sale: bool(sale.entrants)))
    index = data.draw(st.integers(0, len(sale.entrants) - 1))
    entrants = list(sale.entrants)
    before = units_of(sale, entrants, index)
    entrants[index] = data.draw(raised(sale.pools[0], entrants[index]))
    assert units_of(sale, entrants, index) >= before


def units_of(sale: AnySale, entrants: Sequence[Entrant], index: int) -> int:
    outcome = allocate(sale.pools, entrants, sale.seed, SALE)
    return outcome.totals[index].units


@st.composite
def raised(draw: st.DrawFn, pool: Pool, entrant: Entrant) -> Entrant:
    """Ask for more units, or more money, a higher bid or tier that the money covers."""
    wants = draw(st.integers(entrant.wants, UINT_MAX) | st.just(entrant.wants))
    deposit = draw(st.integers(entrant.amount, UINT_MAX) | st.just(entrant.amount))
    made = best_of(entrant.bid) if entrant.bid is not None else 0
    valid = made if made <= entrant.amount else 0
    bid = draw(st.just(entrant.bid) | st.integers(valid, deposit))
    names = [tier.name for tier in pool.tiers]
    covered = [tier.name for tier in pool.tiers if tier.price <= entrant.amount]
    above = names[: names.index(entrant.tier)] if entrant.tier in covered else names
    paid = [tier.name for tier in pool.tiers if tier.price <= deposit]
    tier = draw(
        st.sampled_from([entrant.tier, *(name for name in paid if name in above)])
    )
    return replace(entrant, wants=wants, amount=deposit, bid=bid, tier=tier)


def got(pools: Sequence[Pool], *entrants: Entrant) -> list[int]:
    """Return the units of each."""
    outcome = allocate(pools, entrants, SEED, SALE)
    return [total.units for total in outcome.totals]


SEAT = Pool("seat", Mechanism.EQUAL_SHARE, 1, 10, 1)
PIECES = Pool("pieces", Mechanism.EQUAL_SHARE, 100, 1, 100)


def test_a_unit_that_is_won_early_keeps_out_of_a_later_pool() -> None:
    """Across pools more can be less: specs/allocation.md, section 12."""
    poor = Entrant(nym(0), 100, 9)
    assert got([SEAT, PIECES], poor) == [9]
    assert got([SEAT, PIECES], replace(poor, amount=10)) == [1]


def test_money_that_is_spent_early_buys_nothing_later() -> None:
    again = replace(PIECES, again=True)
    poor = Entrant(nym(0), 100, 9)
    assert got([SEAT, again], poor) == [9]
    assert got([SEAT, again], replace(poor, amount=10)) == [1]


def test_who_wins_early_leaves_others_with_more_to_bid_against_it() -> None:
    """Whoever loses the seat to me comes with all its money to the next pool."""
    again = replace(PIECES, again=True)
    rival = Entrant(nym(0), 100, 100)
    seats = [replace(SEAT, price=100), again]
    for i in range(1, 9):
        mine = Entrant(nym(i), 200, 99)
        before = got(seats, rival, mine)
        after = got(seats, rival, replace(mine, amount=199))
        assert before == [1, 99]
        assert after in ([1, 100], [50, 51])
        if after[1] < before[1]:
            return
    pytest.fail("nobody drew before the rival")


@cache
def on_stage() -> Stage:
    """Return the gala without its auction, so that no round need come."""
    return staged(replace(FILE, pools=FILE.pools[:3], bids=None), PEOPLE)


@cache
def entries() -> tuple[Entry, ...]:
    """Return deposits, replaced ones and a cancelled one; a pair goes together."""
    on = on_stage()
    sale_id = on.terms.sale_id
    pair = tuple(
        nym_of(GROUP, on.members[number].identity, sale_id) for number in (ANN, BOB)
    )
    paired, solved = replace(WISH, members=pair), (ANSWER,)
    return (
        wished(on, ANN, replace(paired, answers=solved)),
        wished(on, BOB, WISH),
        wished(on, BOB, replace(paired, seq=2)),
        wished(on, CAT, replace(WISH, seq=1, tier="silver", amount=1_000)),
        wished(on, CAT, replace(WISH, seq=3, wants=0, amount=0), EntryType.CANCEL),
        wished(on, CAT, replace(WISH, seq=4, wants=2)),
    )


@cache
def payments() -> tuple[Entry, ...]:
    """Return what the escrow books: somebody pays in two parts, somebody too much."""
    on = on_stage()
    ann, bob, cat = (read_deposit(entries()[i]).nym for i in (0, 1, 3))
    paid = ((ann, 300), (bob, 100), (bob, 200), (cat, 1_000))
    return tuple(on.payment(nym, much, str(i)) for i, (nym, much) in enumerate(paid))


def folded(*arrived: Entry) -> SaleState:
    on = on_stage()
    state = play(on.board(), on, until="open").state
    for entry in arrived:
        state.apply(entry, DEPOSIT_TIME)
    return state


def standings(state: SaleState) -> dict[Nym, tuple[Deposit, int]]:
    positions = state.positions.by_nym
    return {nym: (each.final, each.paid) for nym, each in positions.items()}


def hash_of(state: SaleState) -> bytes:
    pools, sale_id = state.terms.pools, state.terms.sale_id
    outcome = allocate(pools, state.entrants(), SEED, sale_id)
    fundings = [
        Funding(nym, each.paid, each.refund_to)
        for nym, each in state.positions.by_nym.items()
    ]
    return outcome_hash(settle(outcome, fundings), pools)


@examples(20)
@given(st.data())
def test_posted_in_any_order_deposits_leave_the_same_sale(data: st.DataObject) -> None:
    """Only where a refund goes is decided by somebody's own first entry."""
    arrived = data.draw(st.permutations(entries()))
    paid = data.draw(st.permutations(payments()))
    usual = folded(*entries(), *payments())
    state = folded(*arrived, *paid)
    assert standings(state) == standings(usual)
    assert len(state.entrants()) == len(PEOPLE)
    assert set(state.entrants()) == set(usual.entrants())
    assert hash_of(state) == hash_of(usual)
    for one, position in state.positions.by_nym.items():
        own = [made for made in map(read_deposit, arrived) if made.nym == one]
        assert position.refund_to == own[0].binding.refund_to
