"""Small sales of every mechanism, with one cast: ten people and their deposits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from fairlot.deposit.deposit import read_deposit
from fairlot.deposit.nym import nym_of
from fairlot.deposit.puzzle import answer_key
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import OWN_CLOCK, BidsFile, TermsFile
from fairlot.names import Nym
from fairlot.terms.pool import MAIN_POOL, Mechanism, Option, Pool, Tier
from kit.sales import GROUP, draft, staged, wished
from kit.sales import nym_of as nym_in
from kit.stage import Stage

CROWD = 10
ANSWER = "the cat that grins"
LADDER = (100, 300, 900)


@dataclass(frozen=True, slots=True, eq=False)
class Ball:
    """A sale with its deposits and payments."""

    on: Stage
    entries: tuple[Entry, ...]

    def nym(self, number: int) -> Nym:
        """Return the nym of a person in this sale."""
        return nym_at(self.on, number)


def nym_at(on: Stage, number: int) -> Nym:
    """Return the nym of a person."""
    return nym_of(GROUP, on.members[number].identity, on.terms.sale_id)


@cache
def cast() -> Stage:
    """Return ten people, in a sale that takes bids."""
    pool = Pool(MAIN_POOL, Mechanism.AUCTION, 1, 100)
    bids = BidsFile(OWN_CLOCK, None)
    file = TermsFile("Ball", "seat", (pool,), 1, 0, 1, 1, deposits=LADDER, bids=bids)
    return staged(file, [Person(f"guest {i}", 1, 300) for i in range(CROWD)])


def selling(*pools: Pool) -> Stage:
    """Return the sale of some pools to the same people."""
    on = cast()
    terms = replace(on.terms, pools=pools)
    if not terms.takes_bids:
        terms = replace(terms, deposits=(), bids=None)
    return on.with_terms(terms)


def attended(on: Stage, deposits: Iterable[Entry], amounts: Sequence[int]) -> Ball:
    """Return a sale with deposits that are paid."""
    made = tuple(deposits)
    paid = zip(made, amounts, strict=True)
    return Ball(on, (*made, *(on.payment(nym_in(e), amount) for e, amount in paid)))


def wishing(on: Stage, *wishes: Wish) -> Ball:
    """Return a sale to the first people, each with a wish."""
    made = [wished(on, number, wish) for number, wish in enumerate(wishes)]
    return attended(on, made, [wish.amount for wish in wishes])


@cache
def shared() -> Ball:
    """Return 4 units for three people who want 2 each."""
    pool = Pool(MAIN_POOL, Mechanism.EQUAL_SHARE, 4, 100, 2)
    return wishing(selling(pool), *[Wish(0, 2, 300)] * 3)


@cache
def plenty() -> Ball:
    """Return 5 units for two people who want one each."""
    pool = Pool(MAIN_POOL, Mechanism.EQUAL_SHARE, 5, 100, 2)
    return wishing(selling(pool), *[Wish(0, 1, 300)] * 2)


@cache
def squared() -> Ball:
    """Return 5 units at 10 times their square for two people who want 4 each."""
    pool = Pool(MAIN_POOL, Mechanism.QUADRATIC, 5, 10, 4)
    return wishing(selling(pool), *[Wish(0, 4, 300)] * 2)


@cache
def grouped() -> Ball:
    """Return 8 seats for two pairs, and six people one of whom names another."""
    on = selling(Pool(MAIN_POOL, Mechanism.LOTTERY, 8, 100, group_max=2))
    pairs = [(0, 1), (0, 1), (2, 3), (2, 3), (4, 5)]
    named = [tuple(nym_at(on, number) for number in pair) for pair in pairs]
    wishes = [Wish(0, 1, 300, members=members) for members in named]
    return wishing(on, *wishes, *[Wish(0, 1, 300)] * (CROWD - len(pairs)))


@cache
def paired(seats: int, pairs: int) -> Ball:
    """Return some seats for ten people, so many pairs among them."""
    on = selling(Pool(MAIN_POOL, Mechanism.LOTTERY, seats, 100, group_max=2))
    both = [(i, i + 1) for i in range(0, 2 * pairs, 2) for _ in range(2)]
    named = [tuple(nym_at(on, number) for number in pair) for pair in both]
    wishes = [Wish(0, 1, 300, members=members) for members in named]
    return wishing(on, *wishes, *[Wish(0, 1, 300)] * (CROWD - len(both)))


@cache
def certain() -> Ball:
    """Return 2 seats, one of them for certain, for four people who bid."""
    pool = Pool(MAIN_POOL, Mechanism.LOTTERY, 2, 100, certain=1)
    bids = (250, 200, None, 150)
    return wishing(selling(pool), *[Wish(0, 1, 300, bid=bid) for bid in bids])


@cache
def auctioned() -> Ball:
    """Return 2 seats, and five deposits: three bids, one above its deposit, one copied."""
    on = selling(Pool(MAIN_POOL, Mechanism.AUCTION, 2, 100))
    bids = (250, 200, 150, 301)
    made = [wished(on, i, Wish(0, 1, 300, bid=bid)) for i, bid in enumerate(bids)]
    return attended(on, [*made, copies(on, made[0], len(bids))], [300] * 5)


def copies(on: Stage, victim: Entry, number: int) -> Entry:
    """Return a person's deposit with the sealed bid of another's."""
    made = draft(on, number)
    binding = replace(made.binding, amount=300, bid=read_deposit(victim).binding.bid)
    return replace(made, binding=binding).entry()


@cache
def sponsored() -> Ball:
    """Return three tiers, two of them asked for, and what is left for a later pool."""
    tiers = (Tier("gold", 300, 1), Tier("silver", 200, 1), Tier("bronze", 150, 1))
    on = selling(
        Pool("sponsors", Mechanism.TIERS, 3, tiers=tiers, unsold="late"),
        Pool("early", Mechanism.LOTTERY, 1, 100),
        Pool("late", Mechanism.LOTTERY, 1, 100),
    )
    asked = ("gold", "gold", None, None, None)
    return wishing(on, *[Wish(0, 2, 300, tier=tier) for tier in asked])


@cache
def chosen() -> Ball:
    """Return two places in july and one in may, for a pair and four who come alone."""
    options = (Option("july", 200, 2), Option("may", 100, 1))
    on = selling(Pool(MAIN_POOL, Mechanism.CHOICES, 3, options=options, group_max=2))
    both = ("july", "may")
    pair = tuple(nym_at(on, number) for number in (0, 1))
    wishes = [Wish(0, 1, 300, members=pair, choices=both)] * 2
    lists = (both, ("july",), both, both)
    return wishing(on, *wishes, *[Wish(0, 1, 300, choices=each) for each in lists])


@cache
def riddled() -> Ball:
    """Return a seat for whoever solves a puzzle, and one for all; one of three solves."""
    key = answer_key(ANSWER).public
    on = selling(
        Pool("all", Mechanism.LOTTERY, 1, 100),
        Pool("solvers", Mechanism.LOTTERY, 2, 100, puzzle=key),
    )
    answers = ((ANSWER,), ("no idea",), ())
    return wishing(on, *[Wish(0, 1, 300, answers=each) for each in answers])
