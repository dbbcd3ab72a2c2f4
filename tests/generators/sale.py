"""Vectors of the fold: whole small sales, and entries that must be refused in them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.entry import Entry
from generators import (
    plays,
    plays_collected,
    plays_steps,
    sale_bids,
    sale_cancelled,
    sale_deposits,
    sale_draw,
    sale_lapses,
    sale_registration,
    sale_rounds,
    sale_steps,
)
from generators.case import Case, Chapter, Raw, accept, reject
from generators.plays_delivered import delivered
from generators.sale_refusal import Refusal
from generators.stage import GROUP, publish, stage
from kit.board import Batch, fold_of
from kit.stage import STATEMENTS


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "sale",
        "`op` names the operation. fold: read `transcript` and apply its entries to the log "
        "that each names, each at "
        "the time that the last TIME entry before it states, 0 without one, and a TIME at "
        "its own; output the phase after each entry, the ledger and the draw. apply: take "
        "the first `entries` entries of the transcript of the case `play`; apply those of "
        "`then`, each at its time, which are accepted; then apply `entry` at `time`, which "
        "is refused and changes nothing.",
        (*_accepted(), *_refused()),
    )


@dataclass(frozen=True, slots=True)
class _Play:
    name: str
    comment: str
    batches: Callable[[], tuple[Batch, ...]]


_PLAYS = (
    _Play("drawn", "Two people want one seat; one gets it.", plays.drawn),
    _Play(
        "replaced",
        "A deposit is replaced, whatever order both came in, and paid in parts and "
        "beyond its amount; another is cancelled after it was made.",
        plays.replaced,
    ),
    _Play("nobody", "Nobody takes part; the opening comes late.", plays.nobody),
    _Play("recovered", "The reveal is withheld, and recovered.", plays.recovered),
    _Play("waited", "Nobody takes part; the draw waits for a round.", plays.waited),
    _Play("auctioned", "Two people bid; a round opens their bids.", plays.auctioned),
    _Play(
        "steps-clearing",
        "600@5 and the like: two bids of two steps; all pay the highest price that lost.",
        plays_steps.clearing,
    ),
    _Play(
        "steps-vickrey",
        "The same bids; each pays what the other loses by them.",
        plays_steps.vickrey,
    ),
    _Play(
        "steps-rising",
        "A bid whose prices rise is none; its deposit stands and is refunded.",
        plays_steps.rising,
    ),
    _Play("delivered", "What was won is claimed and delivered.", delivered),
    _Play("collected", "The winner collects.", plays_collected.collected),
    _Play(
        "lapsed",
        "The winner does not collect; the other gets the seat.",
        plays_collected.lapsed,
    ),
    _Play(
        "collect-end-missed",
        "COLLECT_END was missed: nobody lapses.",
        plays_collected.end_missed,
    ),
    _Play(
        "round-stayed-out",
        "The winner does not collect, and the second round does not come.",
        plays_collected.stayed_out,
    ),
    _Play("close-missed", "Void: CLOSE was missed.", plays.close_missed),
    _Play(
        "cancelled",
        "Void: the seller cancelled in time; who had paid gets everything back.",
        plays.cancelled,
    ),
    _Play(
        "cancelled-before-open",
        "Void: the seller cancelled before anybody could enter.",
        plays.cancelled_before_open,
    ),
    _Play(
        "cancelled-without-close",
        "CLOSE was missed, and nobody has said so: the seller may cancel still.",
        plays.cancelled_late,
    ),
    _Play("commits-missing", "Void: nobody committed.", plays.commits_missing),
    _Play("seals-missing", "Void: nobody sealed.", plays.seals_missing),
)


def _accepted() -> Sequence[Case]:
    return [_accept(play) for play in _PLAYS]


def _accept(play: _Play) -> Case:
    batches = play.batches()
    state, steps = SaleState(RegistryState(GROUP, STATEMENTS)), list[Raw]()
    for batch in batches:
        for entry in batch.entries:
            fold_of(state, entry.log).append(entry, batch.time)
            steps.append(_step(entry, state))
    output: dict[str, Raw] = {
        "phase": state.phase.value,
        "void_reason": state.void_reason.value if state.void_reason else None,
        "ledger": _ledger(state),
    }
    return accept(
        play.name,
        play.comment,
        {"op": "fold", "transcript": publish(batches)},
        output,
        {"sale_id": state.sale_id, "steps": steps, "draw": _draw(state)},
    )


def _step(entry: Entry, state: SaleState) -> Raw:
    return {
        "type": entry.type.value,
        "log": entry.log.value,
        "time": fold_of(state, entry.log).clock,
        "entry_hash": entry.hash,
        "phase": state.phase.value,
        "leaves": len(state.registry.leaves),
        "rolls": len(state.registry.rolls),
        "nyms": len(state.positions.by_nym),
        "funded": sum(p.funded for p in state.positions.by_nym.values()),
        "money_in": sum(funding.paid for funding in state.fundings()),
        "root": fold_of(state, entry.log).tree.root(),
    }


def _ledger(state: SaleState) -> Raw:
    return [
        {
            "nym": line.nym,
            "units": line.units,
            "payment": line.payment,
            "refund": line.refund,
            "refund_to": line.refund_to,
        }
        for line in state.ledger
    ]


def _draw(state: SaleState) -> Raw:
    if state.draw is None:
        return None
    return {
        "b_star": state.draw.b_star,
        "omega": state.draw.omega,
        "seed": state.draw.seed,
    }


def _refused() -> Sequence[Case]:
    refusals = (
        *sale_registration.refusals(),
        *sale_deposits.refusals(),
        *sale_draw.refusals(),
        *sale_rounds.refusals(),
        *sale_bids.refusals(),
        *sale_steps.refusals(),
        *sale_lapses.refusals(),
        *sale_cancelled.refusals(),
    )
    return [_reject(refusal) for refusal in refusals]


def _reject(refusal: Refusal) -> Case:
    batches = {play.name: play.batches for play in _PLAYS}[refusal.play]()
    state = stage().state()
    for batch in _first(batches, refusal.entries):
        for entry in batch.entries:
            fold_of(state, entry.log).append(entry, batch.time)
    for entry, time in refusal.then:
        fold_of(state, entry.log).append(entry, time)
    inputs: Mapping[str, Raw] = {
        "op": "apply",
        "play": refusal.play,
        "entries": refusal.entries,
        "then": [{"entry": e.encoded, "time": time} for e, time in refusal.then],
        "entry": refusal.entry.encoded,
        "time": refusal.time,
    }
    return reject(
        refusal.name,
        refusal.rule,
        refusal.code,
        inputs,
        lambda: fold_of(state, refusal.entry.log).append(refusal.entry, refusal.time),
    )


def _first(batches: Sequence[Batch], count: int) -> Sequence[Batch]:
    taken: list[Batch] = []
    for batch in batches:
        left = count - sum(len(b.entries) for b in taken)
        taken.append(Batch(batch.time, batch.entries[: max(0, left)]))
    return taken
