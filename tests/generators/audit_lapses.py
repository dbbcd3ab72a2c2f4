"""Lies about collecting and second draws; a part of chapter audit."""

from collections.abc import Callable, Sequence

from fairlot.board.sale import SaleState
from fairlot.claim.collect import make_collect
from fairlot.entry import Entry, EntryType
from fairlot.names import Nym
from fairlot.rehearsal.parts import TIMES
from fairlot_crypto.cbor import Value
from generators.audit_lies import Lie
from generators.plays import DRAWN, Scene, lie, nym_of
from generators.plays_collected import (
    COLLECTS,
    END,
    REDRAWN,
    ROUND,
    collecting_stage,
    late,
    second,
)
from generators.stage import FIRST, publish
from kit.claims import claimed
from kit.collecting import collect, number_of, redrawn, winners
from kit.stage import EPOCH, Stage

_EARLY = TIMES.reveal_end + 50
_REST = (END, ROUND, REDRAWN)


def lapse_lies() -> Sequence[Lie]:
    """Return lies about who has collected, and about what was drawn again."""
    on = collecting_stage()
    escrow = on.parts.escrow
    nym = nym_of(on.deposit("ann", FIRST))
    revealing = DRAWN.index(next(s for s in DRAWN if s[0] == TIMES.seal_end + 10))
    rows: tuple[tuple[str, str, str, Sequence[tuple[int, Scene]]], ...] = (
        (
            "A38-outcome",
            "The second draw gives the seat by lot, not to whom the board likes.",
            "redraw.outcome",
            (*DRAWN, END, ROUND, _said(outcome=bytes(32))),
        ),
        (
            "A38-collected",
            "A seat that was collected is not drawn again.",
            "redraw.outcome",
            (*DRAWN, COLLECTS, END, ROUND, (second().due, _as_if_lapsed)),
        ),
        (
            "A38-seed",
            "The second seed is that of the first one and the round.",
            "redraw.seed",
            (*DRAWN, END, ROUND, _said(seed=bytes(32))),
        ),
        (
            "A38-round",
            "The second draw waits for its round.",
            "redraw.round",
            (*DRAWN, END, (second().due, _without_seed)),
        ),
        (
            "A38-early",
            "COLLECT_END is missed only when it cannot come any more.",
            "redraw.early",
            (*DRAWN, (late() - 1, _without_seed)),
        ),
        (
            "A39-early",
            "Nobody can collect before anybody can know who has won.",
            "collect.early",
            (
                *DRAWN[:revealing],
                (TIMES.seal_end + 5, lambda on, _: (collect(on, nym),)),
                *DRAWN[revealing:],
                *_REST,
            ),
        ),
        (
            "A39-nym",
            "Who has not deposited has nothing to collect.",
            "collect.nym",
            _with(lambda on, _: make_collect(on.terms.sale_id, Nym(bytes(48)), escrow)),
        ),
        (
            "A39-key",
            "A seat is collected by a key of its position.",
            "collect.key",
            _with(lambda on, state: collect(on, winners(state)[0], escrow)),
        ),
        (
            "A39-twice",
            "A seat is collected once.",
            "collect.twice",
            (*DRAWN, COLLECTS, (COLLECTS[0] + 60, _by_a_claim), *_REST),
        ),
        (
            "A09-collect",
            "Nobody collects after the end.",
            "phase.wrong",
            (*DRAWN, END, (END[0], COLLECTS[1]), ROUND, REDRAWN),
        ),
        (
            "A24-second",
            "The terms fix the round of the second draw.",
            "round.unnamed",
            (*DRAWN, END, (second().due + 3, _later_round), *_after()),
        ),
    )
    return [
        Lie(name, rule, code, publish(lie(scenes, on)))
        for name, rule, code, scenes in rows
    ]


def _with(
    make: Callable[[Stage, SaleState], Entry],
) -> Sequence[tuple[int, Scene]]:
    """Post an entry behind RESULT."""
    return (*DRAWN, (_EARLY, lambda on, state: (make(on, state),)), *_REST)


def _said(**changes: Value) -> tuple[int, Scene]:
    def scene(on: Stage, state: SaleState) -> Sequence[Entry]:
        body = {**redrawn(on, state, second().due).body, **changes}
        return (on.sign(EntryType.REDRAWN, body),)

    return second().due, scene


def _as_if_lapsed(on: Stage, state: SaleState) -> Sequence[Entry]:
    """Announce what the second draw would give if nobody had collected."""
    true = state.collects.fixed
    state.collects.fixed = frozenset()
    said = redrawn(on, state, second().due)
    state.collects.fixed = true
    return (said,)


def _without_seed(on: Stage, _state: SaleState) -> Sequence[Entry]:
    return (on.sign(EntryType.REDRAWN, {"outcome": bytes(32)}),)


def _by_a_claim(on: Stage, state: SaleState) -> Sequence[Entry]:
    (nym,) = winners(state)
    made = claimed(on, on.members[number_of(on, nym)].credential, EPOCH)
    return made.entry, collect(on, nym, made.keys.settle)


def _later_round(on: Stage, _state: SaleState) -> Sequence[Entry]:
    return on.round(second(), step=1), on.round(second())


def _after() -> Sequence[tuple[int, Scene]]:
    time = second().due + 3
    return ((time, lambda on, state: (redrawn(on, state, time),)),)
