"""Strategies: any legal sale, of every mechanism, with people at the extremes too.

``any_sale()`` draws one to four pools and everybody who has money on the board;
``any_sale("lottery")`` draws a sale of pools of the kinds that are named, in this order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from fairlot.allocation.entering import Entrant
from fairlot.allocation.settlement import Funding
from fairlot.deposit.puzzle import answer_key
from fairlot.errors import TermsError
from fairlot.fields import UINT_MAX
from fairlot.names import Nym, group_id
from fairlot.terms.pool import (
    Exclusion,
    Fares,
    Mechanism,
    Option,
    Pool,
    Requirement,
    Tier,
)
from fairlot.terms.pool_rules import check_pools

KINDS = (
    *("share", "square", "lottery", "groups", "auction", "certain", "tiers"),
    "choices",
)
BIDDING = frozenset({"auction", "certain"})
EXTREMES = (0, 1, 2, UINT_MAX - 1, UINT_MAX)
FARED = frozenset({"share", "lottery", "groups"})
MOST_FARE = 9
"""With groups most people can pay, so that some groups win."""
TIERS = ("gold", "silver", "bronze")
OPTIONS = ("july", "may", "june")
REGIONS = ("", "north", "south")
SALE = bytes(range(32))
OTHER_SALE = bytes(32)
PUZZLE = answer_key("the owl of Minerva").public
NOT_NORTH = (Exclusion("region", ("north",)),)
NORTH = (Requirement("region", ("north",)),)

numbers = st.integers(0, 9) | st.sampled_from(EXTREMES)
"""Mostly so small that people compete, else at an end of the range."""


def nym(i: int) -> Nym:
    """Return the nym of person ``i``."""
    return Nym(i.to_bytes(48, "big"))


@dataclass(frozen=True)
class AnySale:
    """Pools, who takes part, and everybody's money."""

    pools: tuple[Pool, ...]
    entrants: tuple[Entrant, ...]
    seed: bytes
    overpaid: tuple[int, ...]
    """What each entrant paid above its deposit."""
    others: tuple[Funding, ...]
    """Accounts of those who are no entrants: cancelled, or not fully funded."""

    @property
    def fundings(self) -> tuple[Funding, ...]:
        """What the board says about everybody's money."""
        paid = zip(self.entrants, self.overpaid, strict=True)
        own = (Funding(e.nym, e.amount + more, e.nym[-2:]) for e, more in paid)
        return (*own, *self.others)


@st.composite
def any_sale(draw: st.DrawFn, *kinds: str, most_people: int = 7) -> AnySale:
    """Draw a sale; its pools are of these kinds, or of any."""
    pools = draw(any_pools(*kinds))
    entrants = draw(any_entrants(pools, most_people))
    people = len(entrants)
    above = st.integers(0, 5)
    overpaid = draw(st.lists(above, min_size=people, max_size=people))
    room = (
        min(o, UINT_MAX - e.amount) for o, e in zip(overpaid, entrants, strict=True)
    )
    other = st.builds(Funding, st.just(b""), numbers, st.just(b"other"), st.booleans())
    others = (
        replace(funding, nym=nym(100 + i))
        for i, funding in enumerate(draw(st.lists(other, max_size=3)))
    )
    return AnySale(
        pools,
        entrants,
        draw(st.binary(min_size=32, max_size=32)),
        tuple(room),
        tuple(others),
    )


@st.composite
def any_pools(draw: st.DrawFn, *kinds: str) -> tuple[Pool, ...]:
    """Draw legal pools: of these kinds, or one to four of any."""
    chosen = kinds or tuple(
        draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    )
    names = [f"p{place}" for place in range(len(chosen))]
    pools: list[Pool] = []
    for place, kind in enumerate(_legal(chosen)):
        again = draw(st.booleans())
        pool = replace(draw(one_pool(kind)), name=names[place], again=again)
        if kind in FARED and draw(st.integers(0, 3)) == 0:
            pool = draw(fared(pool))
        elif draw(st.integers(0, 4)) == 0:
            pool = replace(pool, requires=NORTH)
        elif draw(st.integers(0, 4)) == 0:
            pool = replace(pool, excludes=NOT_NORTH)
        if draw(st.integers(0, 4)) == 0:
            pool = replace(pool, puzzle=PUZZLE)
        pools.append(pool)
    return draw(handed_on(pools))


@st.composite
def fared(draw: st.DrawFn, pool: Pool) -> Pool:
    """Draw fares by region for a pool, so that some people have none."""
    some = st.lists(numbers, min_size=2, max_size=2, unique=True)
    prices = draw(some.filter(lambda two: pool.group_max == 1 or max(two) <= MOST_FARE))
    fares = Fares("region", tuple(zip(("north", "south"), prices, strict=True)))
    return replace(pool, price=fares.lowest, fares=fares)


@st.composite
def handed_on(draw: st.DrawFn, pools: Sequence[Pool]) -> tuple[Pool, ...]:
    """Draw where legal pools leave what they do not sell."""
    given = list(pools)
    for place, pool in enumerate(pools):
        leaving = [replace(pool, unsold=to.name) for to in pools[place + 1 :]]
        legal = [one for one in leaving if _may_leave(one, pools[place + 1 :])]
        given[place] = draw(st.sampled_from([pool, *legal]))
    return tuple(given)


def _may_leave(pool: Pool, later: Sequence[Pool]) -> bool:
    """Tell whether a pool that leaves something is legal before these."""
    try:
        check_pools([pool, *later], [()] * (1 + len(later)))
    except TermsError:
        return False
    return True


def _legal(kinds: Sequence[str]) -> Iterator[str]:
    """Turn a second pool with bids, with tiers or of choices into a lottery."""
    for place, kind in enumerate(kinds):
        before = set(kinds[:place])
        second = kind in {"tiers", "choices"} and kind in before
        yield "lottery" if second or (kind in BIDDING and before & BIDDING) else kind


@st.composite
def one_pool(draw: st.DrawFn, kind: str) -> Pool:
    """Draw a legal pool of a kind, which everybody may enter."""
    supply, price, cap = (draw(numbers) for _ in range(3))
    if kind in {"share", "square"}:
        how = Mechanism.EQUAL_SHARE if kind == "share" else Mechanism.QUADRATIC
        return Pool("p", how, supply, max(price, int(kind == "square")), max(1, cap))
    if kind == "groups":
        most = draw(st.integers(2, 3))
        least = most
        enough = draw(st.sampled_from((least, least + 1, UINT_MAX)))
        return Pool("p", Mechanism.LOTTERY, enough, min(price, 9), group_max=most)
    if kind == "certain":
        seats = max(2, supply)
        sold = draw(st.integers(1, min(4, seats - 1)))
        return Pool("p", Mechanism.LOTTERY, seats, price, certain=sold)
    if kind == "tiers":
        return draw(tiered())
    if kind == "choices":
        return draw(choosing())
    return Pool("p", Mechanism(kind), supply, price)


@st.composite
def tiered(draw: st.DrawFn) -> Pool:
    """Draw a legal pool of one to three tiers."""
    some = st.lists(numbers, min_size=1, max_size=len(TIERS), unique=True)
    prices = sorted(draw(some), reverse=True)
    most = st.integers(0, 3) | st.just(UINT_MAX // len(TIERS))
    rows = zip(TIERS, prices, strict=False)
    tiers = tuple(Tier(name, price, draw(most)) for name, price in rows)
    supply = sum(tier.supply for tier in tiers)
    return Pool("p", Mechanism.TIERS, supply, tiers=tiers)


@st.composite
def choosing(draw: st.DrawFn) -> Pool:
    """Draw a legal pool of three options, for groups or not."""
    most = st.integers(0, 3) | st.just(UINT_MAX // len(OPTIONS))
    options = tuple(Option(name, draw(numbers), draw(most)) for name in OPTIONS)
    supply = sum(option.supply for option in options)
    largest = max(option.supply for option in options)
    group_max = draw(st.integers(1, max(1, min(3, largest))))
    return Pool("p", Mechanism.CHOICES, supply, options=options, group_max=group_max)


@st.composite
def any_entrants(
    draw: st.DrawFn, pools: Sequence[Pool], most: int = 7
) -> tuple[Entrant, ...]:
    """Draw people for some pools: all different or all the same, alone or in groups."""
    crowded = any(pool.group_max > 1 for pool in pools) and draw(st.booleans())
    people = range(draw(st.integers(0, 2 * most + 2 if crowded else most)))
    puzzles = frozenset(pool.name for pool in pools if pool.puzzle)
    one = any_order(puzzles, ready=crowded)
    if draw(st.integers(0, 3)) == 0:
        alike = draw(one)
        asked = [alike for _ in people]
    else:
        asked = [draw(one) for _ in people]
    groups = draw(any_groups(len(people)))
    return tuple(
        replace(order, nym=nym(i), group=groups.get(i)) for i, order in enumerate(asked)
    )


@st.composite
def any_order(draw: st.DrawFn, puzzles: frozenset[str], *, ready: bool) -> Entrant:
    """Draw what a person asks for; who is ready can take a unit nearly everywhere."""
    wants, deposit = draw(numbers), draw(numbers)
    if ready:
        wants, deposit = max(1, wants), max(9, deposit)
    covered = st.just(deposit) | st.integers(0, deposit)
    return Entrant(
        nym=Nym(b""),
        wants=wants,
        amount=deposit,
        bid=draw(st.none() | covered | covered | numbers),
        tier=draw(st.sampled_from((None, *TIERS, *TIERS, "lead"))),
        attributes=(("region", "north" if ready else draw(st.sampled_from(REGIONS))),),
        solved=puzzles if ready or draw(st.booleans()) else frozenset(),
        choices=draw(st.sampled_from(((0, 1, 2), (0, 1, 2), (0,), (2, 1), (1, 0), ()))),
    )


@st.composite
def any_groups(draw: st.DrawFn, people: int) -> Mapping[int, bytes]:
    """Draw which group id each person names: some form, others only claim to."""
    left = list(draw(st.permutations(range(people))))
    named: dict[int, bytes] = {}
    for size in draw(st.lists(st.integers(1, 4), max_size=4)):
        members, left = left[:size], left[size:]
        how = draw(st.sampled_from(("formed", "formed", "half", "joined", "elsewhere")))
        sale = OTHER_SALE if how == "elsewhere" else SALE
        gid = group_id(sale, [nym(i) for i in members])
        if how == "half":
            members = members[1:]
        elif how == "joined":
            members, left = [*members, *left[:1]], left[1:]
        named |= dict.fromkeys(members, gid)
    return named
