"""Lies about who wins and what it costs, after an honest draw.

Every lie balances its books and fits the invariants of the ledger, so that only whoever
computes the outcome anew sees it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from unittest.mock import patch

from ball import (
    Ball,
    auctioned,
    certain,
    chosen,
    grouped,
    paired,
    plenty,
    riddled,
    shared,
    sponsored,
    squared,
)
from fairlot.allocation.entering import Entrant, formed_groups
from fairlot.allocation.lots import SeededLots
from fairlot.allocation.mechanisms.groups import Table, table, verify
from fairlot.allocation.outcome import Gain
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import LedgerLine, check_ledger, outcome_hash, settle
from fairlot.bids import best_of
from fairlot.board.sale import SaleState
from fairlot.entry import EntryType
from fairlot.names import group_id
from fairlot.terms.pool import Pool
from former_draw import former_winners
from kit.lying_board import LyingBoard, play_with
from lies_file import Row

Lines = Sequence[LedgerLine]
Cheat = Callable[[Ball, SaleState, Lines], Lines]
"""Makes the ledger that somebody likes from the one that the draw gives."""


@dataclass(frozen=True, slots=True)
class Cheated:
    """A sale whose board posts the outcome that somebody likes."""

    sentence: str
    sale: Callable[[], Ball]
    cheat: Cheat

    def row(self) -> Row:
        """Return the row: the audit must name one check."""
        return Row("A21", "result.outcome", self.sentence, self.make)

    def make(self) -> bytes:
        """Return the transcript."""
        ball = self.sale()
        lies = {"result": self._lie}
        return play_with(ball.on, instead=lies, deposits=ball.entries)

    def _lie(self, board: LyingBoard, time: int) -> None:
        state = board.state
        draw, _, honest = state.result()
        lines = self.cheat(self.sale(), state, honest)
        check_ledger(lines, state.fundings())
        if tuple(lines) == honest:
            raise AssertionError(f"{self.sentence}: the draw gives that too")
        outcome = outcome_hash(lines, state.terms.pools)
        body = {**draw.to_value(), "outcome": outcome}
        board.batch(time, board.on.sign(EntryType.RESULT, body))


def _with(line: LedgerLine, units: int, payment: int, like: LedgerLine) -> LedgerLine:
    """Return a line with what another got."""
    refund = line.payment + line.refund - payment
    return replace(line, units=units, payment=payment, refund=refund, gains=like.gains)


def _exchanged(lines: Lines, first: LedgerLine, second: LedgerLine) -> Lines:
    """Give each of two what the other got."""
    given = {
        first.nym: _with(first, second.units, second.payment, second),
        second.nym: _with(second, first.units, first.payment, first),
    }
    return [given.get(line.nym, line) for line in lines]


def _of(ball: Ball, lines: Lines, number: int) -> LedgerLine:
    return next(line for line in lines if line.nym == ball.nym(number))


def _the_other_wins(_ball: Ball, _state: SaleState, lines: Lines) -> Lines:
    """Exchange the one with most units and the one with fewest."""
    ordered = sorted(lines, key=lambda line: line.units)
    return _exchanged(lines, ordered[0], ordered[-1])


def _pays(more: int, _ball: Ball, _state: SaleState, lines: Lines) -> Lines:
    """Have the first buyer pay another price."""
    buyer = next(line for line in lines if line.units)
    return [_repriced(x, x.payment + more) if x is buyer else x for x in lines]


def _repriced(line: LedgerLine, payment: int) -> LedgerLine:
    (gain,) = line.gains
    gains = (replace(gain, payment=payment),)
    refund = line.payment + line.refund - payment
    return replace(line, payment=payment, refund=refund, gains=gains)


def _first_price(_ball: Ball, state: SaleState, lines: Lines) -> Lines:
    """Have every winner of an auction pay what it bid."""
    bids = {e.nym: best_of(e.bid or 0) for e in state.entrants()}
    return [_repriced(x, bids[x.nym]) if x.units else x for x in lines]


def _certain_seat(payment: Callable[[int], int]) -> Cheat:
    """Have who bought the certain seat pay something else."""

    def cheat(_ball: Ball, _state: SaleState, lines: Lines) -> Lines:
        (buyer,) = (x for x in lines for g in x.gains if g.pool == "main/certain")
        return [_repriced(x, payment(x.payment)) if x is buyer else x for x in lines]

    return cheat


def _silver_for_gold(_ball: Ball, _state: SaleState, lines: Lines) -> Lines:
    (golden,) = (x for x in lines for g in x.gains if g.pool == "sponsors/gold")
    return [_repriced(x, 200) if x is golden else x for x in lines]


def _the_other_tier(ball: Ball, _state: SaleState, lines: Lines) -> Lines:
    """Exchange the two who named the highest tier."""
    return _exchanged(lines, *(_of(ball, lines, number) for number in (0, 1)))


def _from_another_pool(_ball: Ball, _state: SaleState, lines: Lines) -> Lines:
    """Have a seat come from another pool, at the same price."""
    early = next(x for x in lines for g in x.gains if g.pool == "early")
    gains = (Gain("late", 1, early.payment),)
    return [replace(x, gains=gains) if x is early else x for x in lines]


def _one_more(_ball: Ball, _state: SaleState, lines: Lines) -> Lines:
    """Give somebody a unit that is left, for the price."""
    first, *rest = lines
    gains = (Gain("main", first.units + 1, first.payment + 100),)
    like = replace(first, gains=gains)
    return [_with(first, first.units + 1, first.payment + 100, like), *rest]


def _split(_ball: Ball, state: SaleState, lines: Lines) -> Lines:
    """Part a group: one of its members changes places with a single."""
    entrants = sorted(state.entrants(), key=lambda e: e.nym)
    groups = formed_groups(state.sale_id, entrants)
    members = {entrants[i].nym for group in groups.values() for i in group}
    for line in (x for x in lines if x.nym in members):
        for other in (x for x in lines if x.nym not in members):
            if line.units != other.units:
                return _exchanged(lines, line, other)
    raise AssertionError("a draw of 8 seats for 10 leaves somebody out")


def _computed(
    entrants: Callable[[Ball, Entrant], Entrant] | None = None,
    pools: Callable[[Pool], Pool] | None = None,
) -> Cheat:
    """Compute the outcome for other entrants, or by other rules."""

    def cheat(ball: Ball, state: SaleState, _lines: Lines) -> Lines:
        draw, _, _ = state.result()
        asked, sold = state.entrants(), state.terms.pools
        if entrants:
            asked = tuple(entrants(ball, entrant) for entrant in asked)
        if pools:
            sold = tuple(map(pools, sold))
        made = allocate(sold, asked, draw.seed, state.sale_id)
        return settle(made, state.fundings())

    return cheat


def _bidding(number: int, bid: int | None) -> Cheat:
    """Take somebody's bid for another one."""

    def change(ball: Ball, entrant: Entrant) -> Entrant:
        return replace(entrant, bid=bid) if entrant.nym == ball.nym(number) else entrant

    return _computed(entrants=change)


def _solved(_ball: Ball, entrant: Entrant) -> Entrant:
    return replace(entrant, solved=frozenset({"solvers"}))


def _signed(ball: Ball, entrant: Entrant) -> Entrant:
    """Take people whom another names as if they had signed too."""
    if entrant.nym != ball.nym(5):
        return entrant
    gid = group_id(ball.on.terms.sale_id, [ball.nym(4), ball.nym(5)])
    return replace(entrant, group=gid)


def _by_another_table(_ball: Ball, state: SaleState, _lines: Lines) -> Lines:
    """Draw three pairs and four singles for six from a table that is optimal too."""

    def another(supply: int, groups: Mapping[int, int]) -> Table:
        found = replace(table(supply, groups), rows=((3, 0), (1, 4)), weights=(2, 3))
        verify(found)
        return found

    draw, _, _ = state.result()
    with patch("fairlot.allocation.mechanisms.lottery.table", another):
        made = allocate(state.terms.pools, state.entrants(), draw.seed, state.sale_id)
    return settle(made, state.fundings())


def _by_mode(mode: str) -> Cheat:
    """Draw by the walk that groups were drawn by before there was a table."""

    def cheat(_ball: Ball, state: SaleState, lines: Lines) -> Lines:
        draw, _, _ = state.result()
        (pool,) = state.terms.pools
        entrants = sorted(state.entrants(), key=lambda e: e.nym)
        nyms = tuple(e.nym for e in entrants)
        lots = SeededLots(draw.seed, state.sale_id, pool.name, nyms)
        formed = formed_groups(state.sale_id, entrants)
        ids = sorted(formed)
        groups = [formed[ids[i]] for i in lots.group_permutation(ids)]
        grouped = {i for group in groups for i in group}
        singles = [i for i in lots.permutation() if i not in grouped]
        used, won = former_winners(pool.supply, groups, singles, lots.uniform)
        if used != mode:
            raise AssertionError(f"this crowd was drawn in mode {used}")
        return [_seated(x, x.nym in {nyms[i] for i in won}) for x in lines]

    return cheat


def _seated(line: LedgerLine, won: bool) -> LedgerLine:
    gains = (Gain("main", 1, 100),) if won else ()
    like = replace(line, gains=gains)
    return _with(line, int(won), 100 * won, like)


def _by_the_best_rank(_ball: Ball, state: SaleState, _lines: Lines) -> Lines:
    """Let a group take the turn of that of its members who is drawn first."""
    entrants = sorted(state.entrants(), key=lambda e: e.nym)
    members = formed_groups(state.sale_id, entrants)

    def turns(
        lots: SeededLots, singles: Sequence[int], groups: Sequence[bytes]
    ) -> Sequence[int]:
        ranks = lots.ranks()
        places = [ranks[i] for i in singles]
        places += [min(ranks[i] for i in members[gid]) for gid in groups]
        return sorted(range(len(places)), key=places.__getitem__)

    draw, _, _ = state.result()
    with patch.object(SeededLots, "turns", turns):
        made = allocate(state.terms.pools, state.entrants(), draw.seed, state.sale_id)
    return settle(made, state.fundings())


def _turned(_ball: Ball, entrant: Entrant) -> Entrant:
    """Take every list for the other way round."""
    return replace(entrant, choices=entrant.choices[::-1])


def _cheaper(_ball: Ball, _state: SaleState, lines: Lines) -> Lines:
    """Sell july at the price of may."""
    buyer = next(x for x in lines for g in x.gains if g.pool == "main/july")
    return [_repriced(x, 100) if x is buyer else x for x in lines]


def _left_out(ball: Ball, state: SaleState, lines: Lines) -> Lines:
    """Draw without the first buyer, as without a bot, and give the money back."""
    draw, _, _ = state.result()
    buyer = next(line.nym for line in lines if line.units)
    others = [entrant for entrant in state.entrants() if entrant.nym != buyer]
    made = allocate(ball.on.terms.pools, others, draw.seed, state.sale_id)
    return settle(made, state.fundings())


def _kept(pool: Pool) -> Pool:
    return replace(pool, unsold=None)


def _given_early(pool: Pool) -> Pool:
    return replace(pool, unsold="early") if pool.unsold else pool


def _again(pool: Pool) -> Pool:
    return replace(pool, again=True)


CHEATS = (
    Cheated("somebody gets the last unit out of turn", shared, _the_other_wins),
    Cheated("a unit costs one more than the price", shared, partial(_pays, 1)),
    Cheated("a unit that is left is sold all the same", plenty, _one_more),
    Cheated("somebody who paid is left out of the draw", shared, _left_out),
    Cheated("the square costs one less", squared, partial(_pays, -1)),
    Cheated("the last step goes to the other", squared, _the_other_wins),
    Cheated("a loser wins", grouped, _the_other_wins),
    Cheated("a group is parted", grouped, _split),
    Cheated(
        "who is named has not signed, and wins with a group",
        grouped,
        _computed(entrants=_signed),
    ),
    Cheated(
        "another table, as good, is drawn from",
        partial(paired, 6, 3),
        _by_another_table,
    ),
    Cheated("groups are drawn by a walk", partial(paired, 6, 3), _by_mode("A")),
    Cheated(
        "groups and singles are drawn by a walk", partial(paired, 7, 4), _by_mode("B")
    ),
    Cheated("a certain seat costs no premium", certain, _certain_seat(lambda _: 100)),
    Cheated("a premium is one too high", certain, _certain_seat(lambda x: x + 1)),
    Cheated("the second bid buys the certain seat", certain, _bidding(0, None)),
    Cheated("everybody pays their own bid", auctioned, _first_price),
    Cheated("the price is below the best losing bid", auctioned, _bidding(2, 149)),
    Cheated("the best bid is not opened", auctioned, _bidding(0, None)),
    Cheated("a bid above its deposit counts", auctioned, _bidding(3, 300)),
    Cheated("a copied bid counts", auctioned, _bidding(4, 250)),
    Cheated("a tier goes to the other sponsor", sponsored, _the_other_tier),
    Cheated("gold is sold at the price of silver", sponsored, _silver_for_gold),
    Cheated(
        "an unsold tier is kept from the pool it goes to",
        sponsored,
        _computed(pools=_kept),
    ),
    Cheated(
        "an unsold tier goes to another pool", sponsored, _computed(pools=_given_early)
    ),
    Cheated("an option goes to somebody out of turn", chosen, _the_other_wins),
    Cheated("a list is read from its end", chosen, _computed(entrants=_turned)),
    Cheated("a group chooses when its first member would", chosen, _by_the_best_rank),
    Cheated("an option is sold at the price of another", chosen, _cheaper),
    Cheated("a seat is said to come from another pool", sponsored, _from_another_pool),
    Cheated("a winner enters the next pool too", sponsored, _computed(pools=_again)),
    Cheated(
        "everybody is said to have solved the puzzle",
        riddled,
        _computed(entrants=_solved),
    ),
)
OUTCOMES = tuple(cheated.row() for cheated in CHEATS)
