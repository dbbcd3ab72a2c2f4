"""Vectors of choices (specs/choices.md)."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fairlot.allocation.lots import SeededLots
from fairlot.allocation.mechanisms.choices import choices
from fairlot.allocation.mechanisms.choices_odds import choices_odds
from fairlot.allocation.shape import Order
from fairlot.fields import UINT_MAX
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Option, Pool
from generators.case import Case, Chapter, Raw, accept
from generators.mechanism import SALE_ID, SEED, GivenLots, Play, raw

_NAMES = ("july", "august", "may", "june")
_PRICES = (50, 50, 30, 40)
_GIDS = (b"\x01" * 32, b"\x02" * 32)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "choices",
        "`op` names the operation. choices: from pool, orders (of a group with its id) and "
        "order, the turns (indices of the parties: singles with q = 1 in the order of "
        "orders, then groups ascending by id; whoever has the first turn in front), "
        "compute quantities, units, payments, reasons and parts in the order of the orders, "
        "and the facts; trace holds the odds, which do not depend on the turns: for each "
        "order the least units, the chance of one more and that of each option that has "
        "any, as fractions, and the units that are left on average. turns: from seed, sale_id "
        "and pool compute the turns of singles (nyms) and groups (gids), as indices of both "
        "lists together. draw: from lists, with lots of the seed in place of turns, compute "
        "parts and facts; everybody wants a unit and can pay for it. estimate: from lists "
        "compute from how many draws chances are estimated, each order's chance of some "
        "unit, and the units that are left on average.",
        (*_accepted(), *_seeded(), *_refused()),
    )


def _offering(*supplies: int, group_max: int = 1) -> Pool:
    rows = zip(_NAMES, _PRICES, supplies, strict=False)
    options = tuple(Option(*row) for row in rows)
    return Pool(
        "main", Mechanism.CHOICES, sum(supplies), group_max=group_max, options=options
    )


def _listing(*lists: Sequence[int]) -> tuple[Order, ...]:
    return tuple(Order(1, 100, choices=tuple(each)) for each in lists)


def _together(listed: Sequence[int], size: int, gid: bytes) -> tuple[Order, ...]:
    return (Order(1, 100, group=gid, choices=tuple(listed)),) * size


def _play(
    pool: Pool, orders: Sequence[Order], turns: Sequence[int] | None = None
) -> Play:
    """Return the play; without turns, of a pool in which all orders are singles."""
    lots = GivenLots(range(len(orders)) if turns is None else turns)
    return Play("choices", choices, choices_odds, pool, orders, lots)


def _accepted() -> Iterator[Case]:
    alike = _listing((0, 1), (0, 1), (1, 0), (1, 0))
    yield _play(_offering(1, 1), alike, (1, 0, 2, 3)).accepted(
        "four-and-two",
        "Each gets the first option with 5/12 and the second with 1/12; nobody here gets "
        "what half a chance of the first alone would be worth.",
    )
    trio, pair = _together((0, 1), 3, _GIDS[0]), _together((1,), 2, _GIDS[1])
    groups = (*trio, *_listing((0,), (1, 0)), *pair)
    rows: tuple[tuple[str, str, Pool, Sequence[Order], Sequence[int] | None], ...] = (
        (
            "enough",
            "Everybody gets the first option of the list.",
            _offering(2, 2),
            _listing((0, 1), (1, 0), (1,)),
            None,
        ),
        (
            "second-choices",
            "The third finds the first two options gone.",
            _offering(1, 1, 1),
            _listing((0,), (1, 0), (0, 1, 2)),
            None,
        ),
        (
            "whole-groups",
            "Three take the option that has three left; two find one left, and nothing.",
            _offering(3, 2, group_max=3),
            groups,
            (2, 1, 0, 3),
        ),
        (
            "group-too-late",
            "A single takes one of three: the group takes its second option.",
            _offering(3, 3, group_max=3),
            groups,
            (0, 2, 3, 1),
        ),
        (
            "too-dear",
            (
                "What the deposit does not cover is passed over; a list of nothing else, an "
                "empty one and no wish take no turn."
            ),
            _offering(1, 1, 2),
            (
                Order(1, 40, choices=(0, 2)),
                Order(1, 29, choices=(0, 2)),
                Order(1, 100),
                Order(0, 100, choices=(0,)),
                Order(1, 50, choices=(0,)),
            ),
            (1, 0),
        ),
        (
            "poorest-member",
            "A group takes what all its members can pay for.",
            _offering(2, 2, 2, group_max=2),
            (
                Order(1, 100, group=_GIDS[0], choices=(0, 2)),
                Order(1, 30, group=_GIDS[0], choices=(0, 2)),
            ),
            (0,),
        ),
        (
            "wants-more",
            "One unit a person, whatever they want.",
            _offering(3),
            (Order(UINT_MAX, 100, choices=(0,)),),
            None,
        ),
        ("nobody", "Nobody chooses.", _offering(1, 1), (), None),
        (
            "no-supply",
            "An option without units.",
            _offering(0, 1),
            _listing((0,)),
            None,
        ),
        (
            "apart",
            "Two pairs of options, and nobody who lists of both: four draws apart.",
            _offering(1, 1, 1, 1),
            _listing((0, 1), (1, 0), (0,), (2, 3), (3, 2), (3,)),
            None,
        ),
        (
            "limits",
            "A price and a supply of 2^64 - 1.",
            Pool(
                "main",
                Mechanism.CHOICES,
                UINT_MAX,
                options=(Option("0-", UINT_MAX, UINT_MAX),),
            ),
            (
                Order(UINT_MAX, UINT_MAX, choices=(0,)),
                Order(1, UINT_MAX - 1, choices=(0,)),
            ),
            (0,),
        ),
    )
    for name, comment, pool, orders, turns in rows:
        yield _play(pool, orders, turns).accepted(name, comment)


def _nyms(count: int) -> tuple[Nym, ...]:
    return tuple(
        Nym(hashlib.sha512(f"person {i}".encode()).digest()[:48]) for i in range(count)
    )


def _seeded() -> Iterator[Case]:
    nyms = _nyms(9)
    gids = [group_id(SALE_ID, nyms[4:6]), group_id(SALE_ID, nyms[6:9])]
    lots = SeededLots(SEED, SALE_ID, "main", nyms)
    yield accept(
        "turns",
        "Singles at their rank and groups at the place of their id, in one order: a group "
        "is one party, however many it has.",
        {
            "op": "turns",
            "seed": SEED,
            "sale_id": SALE_ID,
            "pool": "main",
            "nyms": nyms[:4],
            "gids": gids,
        },
        {"turns": lots.turns(range(4), gids)},
        {"seed_L": lots.pool_seed, "ranks": lots.ranks()[:4]},
    )
    pool = _offering(2, 1, 2, 1)
    lists = (
        (0,),
        (0, 1),
        (0, 2, 3),
        (1, 0),
        (0, 1, 2),
        (3, 1, 0),
        (2, 1),
        (1, 3),
        (0, 3),
    )
    orders = _listing(*lists)
    shares = choices(pool, orders, lots)
    yield accept(
        "draw",
        "Nine people, with lots of the seed.",
        {
            "op": "draw",
            "seed": SEED,
            "sale_id": SALE_ID,
            "pool": _pool(pool),
            "nyms": nyms,
            "lists": [list(order.choices) for order in orders],
        },
        {"parts": shares.parts, "facts": raw(shares.facts.to_json())},
        {"turns": lots.permutation()},
    )
    many = tuple(
        Order(
            1, 100, choices=tuple((i * 7 + k * (1 + i % 4 * 2)) % 8 for k in range(4))
        )
        for i in range(24)
    )
    eight = tuple(Option(f"date-{i}", 10, 2) for i in range(8))
    crowd = Pool("main", Mechanism.CHOICES, 16, options=eight)
    odds = choices_odds(crowd, many)
    yield accept(
        "estimated",
        "Too many situations for exact chances: estimates of 10,000 draws, the same for "
        "everybody who makes them.",
        {
            "op": "estimate",
            "pool": _pool(crowd),
            "lists": [list(order.choices) for order in many],
        },
        {
            "draws": odds.draws,
            "chances": [str(chance.more) for chance in odds.chances],
            "expected_unsold": str(odds.expected_unsold),
        },
        {},
    )


def _pool(pool: Pool) -> Raw:
    return {
        "name": pool.name,
        "options": [
            {"name": each.name, "price": each.price, "supply": each.supply}
            for each in pool.options
        ],
    }


def _refused() -> Iterator[Case]:
    pool = _offering(1, 1, group_max=2)
    orders: tuple[tuple[str, str, str, Order], ...] = (
        (
            "choice-unknown",
            "A list holds indices of the pool's options.",
            "allocation.choices",
            Order(1, 100, choices=(0, 2)),
        ),
        (
            "choice-negative",
            "Options are counted from 0, not from the end.",
            "allocation.choices",
            Order(1, 100, choices=(-1,)),
        ),
        (
            "choice-twice",
            "A list names an option once: places on it would not be places.",
            "allocation.choices",
            Order(1, 100, choices=(0, 1, 0)),
        ),
        (
            "wants-negative",
            "Numbers are not negative.",
            "allocation.quantity",
            Order(-1, 100, choices=(0,)),
        ),
        (
            "deposit-negative",
            "Numbers are not negative.",
            "allocation.quantity",
            Order(1, -1, choices=(0,)),
        ),
        (
            "bid-above-deposit",
            "A bid is at most the deposit, even where nothing is auctioned.",
            "allocation.bid",
            Order(1, 100, 101, choices=(0,)),
        ),
        (
            "tier",
            "A pool of choices has no tiers.",
            "allocation.tier",
            Order(1, 100, tier=0, choices=(0,)),
        ),
        (
            "group-of-one",
            "A group has two members or more; one person would have another place.",
            "allocation.group",
            Order(1, 100, group=_GIDS[0], choices=(0,)),
        ),
    )
    for name, rule, code, order in orders:
        yield _play(pool, (*_listing((0,)), order)).refused(name, rule, code)
    pair = _together((0, 1), 2, _GIDS[0])
    groups: tuple[tuple[str, str, Sequence[Order]], ...] = (
        (
            "group-above-group-max",
            "A group has at most group_max members.",
            _together((0, 1), 3, _GIDS[0]),
        ),
        (
            "group-with-two-lists",
            "All of a group list the same; whose list counted would be open.",
            (pair[0], replace(pair[1], choices=(1, 0))),
        ),
        (
            "group-with-a-shorter-list",
            "All of a group list the same, to the end.",
            (pair[0], replace(pair[1], choices=(0,))),
        ),
        (
            "group-with-a-poor-member",
            "Each member can pay for some option of the list.",
            (pair[0], replace(pair[1], budget=49)),
        ),
        (
            "group-with-a-member-who-wants-nothing",
            "Each member takes a unit, or none does.",
            (pair[0], replace(pair[1], wants=0)),
        ),
    )
    for name, rule, members in groups:
        yield _play(pool, members, (0,)).refused(name, rule, "allocation.group")
    first, second = pool.options
    pools: tuple[tuple[str, str, str, Pool], ...] = (
        (
            "supply-above-the-options",
            "A unit that no earlier pool could leave is a unit of no option.",
            "allocation.options",
            replace(pool, supply=3),
        ),
        (
            "supply-below-the-options",
            "More would be sold than there is.",
            "allocation.options",
            replace(pool, supply=1),
        ),
        (
            "units-negative",
            "Numbers are not negative; the other option would have more than there is.",
            "allocation.quantity",
            replace(
                pool, options=(replace(first, supply=3), replace(second, supply=-1))
            ),
        ),
        (
            "price-negative",
            "Numbers are not negative; nobody is paid for a unit.",
            "allocation.quantity",
            replace(pool, options=(first, replace(second, price=-1))),
        ),
    )
    for name, rule, code, other in pools:
        yield _play(other, _listing((0,))).refused(name, rule, code)
    turns: tuple[tuple[str, Sequence[int]], ...] = (
        ("twice", (0, 0)),
        ("short", (0,)),
        ("of-others", (0, 2)),
        ("long", (0, 1, 2)),
    )
    for name, order_of in turns:
        yield _play(pool, _listing((0,), (1,)), order_of).refused(
            f"turns-{name}", "Each party has one turn.", "allocation.order"
        )
