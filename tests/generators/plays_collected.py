"""The sales of the vectors whose winner must collect."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType
from fairlot.rehearsal.parts import LOCKUP, TIMES
from fairlot.terms.collecting import recovery_time, redrawn_from
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from generators import plays
from generators.plays import Scene
from generators.stage import PRICE, stage
from kit.board import Batch, fold
from kit.collecting import collect, redrawn, winners
from kit.stage import Stage


@cache
def collecting_stage() -> Stage:
    """Return the stage with a lottery of its one seat, which must be collected."""
    on = stage()
    pools = (Pool(MAIN_POOL, Mechanism.LOTTERY, 1, PRICE, collect=True),)
    known = TIMES.reveal_end + TIMES.slack + recovery_time(on.terms.beacon.delay)
    ends = known + LOCKUP
    chain = on.parts.clock.chain
    named = NamedRound.after(chain, redrawn_from(ends, TIMES.slack))
    times = replace(TIMES, collect=ends, unlock=named.due + LOCKUP)
    terms = replace(on.terms, pools=pools, times=times, redraw=named)
    return replace(on, terms=terms)


def ends() -> int:
    """Return t_collect."""
    return collecting_stage().terms.times.collect or 0


def second() -> NamedRound:
    """Return the round of the second draw."""
    named = collecting_stage().terms.redraw
    if named is None:
        raise LookupError("the stage names no round")
    return named


def late() -> int:
    """Return the first second at which COLLECT_END cannot come any more."""
    return ends() + TIMES.slack + 1


def out() -> int:
    """Return the first second at which the round has stayed out."""
    return collecting_stage().terms.redrawn_by + 1


def collects(on: Stage, state: SaleState) -> Sequence[Entry]:
    """Let the winner collect."""
    return [collect(on, nym) for nym in winners(state)]


def end(on: Stage, _state: SaleState) -> Sequence[Entry]:
    """End the time to collect."""
    return (on.sign(EntryType.COLLECT_END),)


def come(on: Stage, _state: SaleState) -> Sequence[Entry]:
    """Post the round of the second draw."""
    return (on.round(second()),)


def announced(time: int) -> Scene:
    """Announce what the second draw gives."""
    return lambda on, state: (redrawn(on, state, time),)


COLLECTS: tuple[int, Scene] = (TIMES.reveal_end + 60, collects)
END: tuple[int, Scene] = (ends(), end)
ROUND: tuple[int, Scene] = (second().due, come)
REDRAWN: tuple[int, Scene] = (second().due, announced(second().due))


@cache
def collected() -> tuple[Batch, ...]:
    """The winner collects, and nothing is drawn again."""
    return _play(COLLECTS, END, ROUND, REDRAWN)


@cache
def lapsed() -> tuple[Batch, ...]:
    """The winner does not collect, and the other gets the seat."""
    return _play(END, ROUND, REDRAWN)


@cache
def end_missed() -> tuple[Batch, ...]:
    """The winner does not collect, nor does the board end it in time: nobody lapses."""
    return _play((late(), announced(late())))


@cache
def stayed_out() -> tuple[Batch, ...]:
    """The winner does not collect, and the round does not come: nobody gets the seat."""
    return _play(END, (out(), announced(out())))


def _play(*scenes: tuple[int, Scene]) -> tuple[Batch, ...]:
    on = collecting_stage()
    batches = plays.lie((*plays.DRAWN, *scenes), on)
    fold(on, batches)
    return batches
