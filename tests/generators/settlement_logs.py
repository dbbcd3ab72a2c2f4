"""Sales that anybody settles from their logs; a part of chapter settlement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from fairlot.audit.settling import (
    NotYet,
    Settled,
    Settlement,
    ShownVoid,
    settle_transcript,
)
from fairlot.board.phase import VoidReason
from fairlot.entry import EntryType
from fairlot.errors import InvariantError
from fairlot.rehearsal.parts import START, TIMES
from fairlot.terms.named_round import NamedRound
from fairlot_crypto.log.checkpoint import Checkpoint, SignedCheckpoint
from generators import plays
from generators.allocation_setting import ledger_maps
from generators.audit_watch import publish_watched, watched_stage
from generators.case import Case, Raw, accept, reject
from generators.plays import Scene, lie
from generators.stage import GROUP, publish, stage
from kit.board import Batch, Dates, dated, head, signed, tree_of
from kit.stage import STATEMENTS, Stage

_SEALED_AT = TIMES.seal_end + TIMES.slack
_CLOSE_BY = TIMES.close + TIMES.slack
_WORDS = {Settled: "settled", ShownVoid: "void", NotYet: "not-yet"}


@dataclass(frozen=True, slots=True)
class _Log:
    """A transcript, and what comes from elsewhere."""

    transcript: bytes
    rounds: tuple[bytes, ...] = ()
    heads: tuple[str, ...] = ()

    @property
    def inputs(self) -> dict[str, Raw]:
        """The input of a case."""
        return {
            "op": "log",
            "transcript": self.transcript,
            "rounds": [each.decode() for each in self.rounds],
            "heads": list(self.heads),
        }

    def settle(self) -> Settlement:
        """Settle it."""
        return settle_transcript(
            self.transcript,
            rounds=self.rounds,
            heads=self.heads,
            curve=GROUP,
            statements=STATEMENTS,
        )


def answered_logs() -> Sequence[Case]:
    """Return sales that are settled, void, or neither yet."""
    rows = (*_settled(), *_void(), *_not_yet())
    return [_accept(f"log-{name}", comment, log) for name, comment, log in rows]


def refused_logs() -> Sequence[Case]:
    """Return what is given and does not belong to the log."""
    rows = (*_other_rounds(), *_other_heads(), *_without_terms())
    return [
        reject(f"log-{name}", rule, code, log.inputs, log.settle)
        for name, rule, code, log in rows
    ]


def _settled() -> Sequence[tuple[str, str, _Log]]:
    drawn, auctioned = plays.drawn(), plays.auctioned()
    (named,) = plays.auction_stage().terms.named_rounds()
    opens = plays.auction_stage().relayed(named)
    seen = _seen(_sealed(), (1, _SEALED_AT))
    return (
        ("result", "RESULT says what anybody computes.", _Log(publish(drawn))),
        (
            "before-result",
            "The same sale, and a board that never posts RESULT.",
            _Log(publish(drawn[:-1])),
        ),
        (
            "before-reveal-end",
            "All have revealed: REVEAL_END need not come.",
            _Log(publish(drawn[:-2])),
        ),
        (
            "recovered",
            "What nobody revealed is recovered.",
            _Log(publish(plays.recovered()[:-1])),
        ),
        (
            "round-given",
            "A round that is not on the log opens the bids.",
            _Log(publish(auctioned[:-2]), (opens,)),
        ),
        (
            "head-given",
            "A head from elsewhere makes the quorum that saw SEALED in time.",
            _Log(seen, heads=(_head(_sealed(), (2, _SEALED_AT)),)),
        ),
        (
            "expired-round-given",
            "The board says that the round never came, and somebody has it.",
            _Log(_expired(), (_expiring().relayed(_named(_expiring())),)),
        ),
    )


def _void() -> Sequence[tuple[str, str, _Log]]:
    return (
        (
            "close-missed",
            "Two of three witnesses saw no CLOSE in time: void without a VOID.",
            _Log(_close_missed((0, 1), (2, 5))),
        ),
        (
            "commits-missing",
            "Too few committed.",
            _Log(publish(plays.commits_missing())),
        ),
        ("expired", "The round that the terms name did not come.", _Log(_expired())),
        (
            "cancelled",
            (
                "Two of three witnesses saw that the seller cancelled, long after CLOSE was "
                "due: the reason stays theirs."
            ),
            _Log(_cancelled((0, _CLOSE_BY + 9), (1, _CLOSE_BY + 9))),
        ),
    )


def _not_yet() -> Sequence[tuple[str, str, _Log]]:
    waited = plays.waited()
    result = lie(plays.NOBODY, watched_stage())
    return (
        (
            "close-missed-by-one",
            "One of three witnesses saw no CLOSE in time: nothing is shown.",
            _Log(_close_missed((0, 0), (2, 1))),
        ),
        (
            "no-quorum",
            "Too few saw SEALED in time, whatever RESULT says.",
            _Log(_seen(result, (1, _SEALED_AT))),
        ),
        (
            "no-opening",
            "The contributor has not revealed.",
            _Log(publish(plays.nobody()[:-3])),
        ),
        ("no-round", "The round is not there.", _Log(publish(waited[:-2]))),
        (
            "cancelled-seen-by-one",
            "One of three witnesses saw that the seller cancelled: nothing is shown.",
            _Log(_cancelled((1, TIMES.close - 1))),
        ),
    )


def _accept(name: str, comment: str, log: _Log) -> Case:
    found = log.settle()
    for finding in found.findings:
        raise InvariantError("vectors.other-findings", f"{name}: {finding}")
    return accept(name, comment, log.inputs, _answer(found))


def _answer(found: Settlement) -> dict[str, Raw]:
    draw = found.draw if isinstance(found, Settled) else None
    missing: list[Raw] = []
    if isinstance(found, NotYet):
        missing = [dict(each.to_json()) for each in found.missing]
    return {
        "result": _WORDS[type(found)],
        "reason": found.reason.value if isinstance(found, ShownVoid) else None,
        "b_star": draw.b_star if draw else None,
        "omega": draw.omega if draw else None,
        "seed": draw.seed if draw else None,
        "outcome": found.outcome_hash if isinstance(found, Settled) else None,
        "ledger": None if isinstance(found, NotYet) else ledger_maps(found.ledger),
        "missing": missing,
    }


def _named(on: Stage) -> NamedRound:
    (named,) = on.terms.named_rounds()
    return named


@cache
def _expiring() -> Stage:
    return stage().expiring()


@cache
def _expired() -> bytes:
    on = _expiring()
    late = (on.terms.times.expiry or 0) + 1
    reason = {"reason": VoidReason.EXPIRED.value}
    void: tuple[int, Scene] = (late, lambda on, _: (on.sign(EntryType.VOID, reason),))
    return publish(lie((*plays.WAITED[:-2], void), on))


@cache
def _sealed() -> tuple[Batch, ...]:
    """Return a watched sale up to SEALED and its reveals."""
    return lie((*plays.NOBODY[:7], plays.NOBODY[8]), watched_stage())


def _seen(batches: Sequence[Batch], *last: tuple[int, int]) -> bytes:
    """Return a log whose heads two of three saw in time, but for SEALED and later ones."""

    def dates(batch: Batch) -> Dates:
        if any(entry.type is EntryType.SEALED for entry in batch.entries):
            return last
        return [(i, batch.time) for i in (0, 2)] if batch.time < _SEALED_AT else []

    return publish_watched(batches, dates)


def _head(batches: Sequence[Batch], *dates: tuple[int, int]) -> str:
    return dated(watched_stage(), _said(batches), dates).to_text()


def _said(batches: Sequence[Batch]) -> Checkpoint:
    return head(watched_stage(), tree_of(batches))


def _cancelled(*last: tuple[int, int]) -> bytes:
    """Return a cancelled sale, whose last head has these co-signatures alone."""
    batches = lie(
        (*plays.REGISTERED, *plays.DEPOSITS, plays.CANCELLED), watched_stage()
    )

    def seen(batch: Batch) -> Dates:
        if batch is batches[-1]:
            return last
        return [(i, batch.time) for i in range(3)]

    return publish_watched(batches, seen)


def _close_missed(*dates: tuple[int, int]) -> bytes:
    """Return paid deposits, and heads without CLOSE, seconds after its last moment."""
    late: tuple[int, Scene] = (_CLOSE_BY + 9, lambda _on, _state: ())
    scenes = (*plays.REGISTERED, *plays.DEPOSITS, late)
    batches = lie(scenes, watched_stage())

    def seen(batch: Batch) -> Dates:
        if batch.time <= _CLOSE_BY:
            return [(i, batch.time) for i in range(3)]
        return [(number, _CLOSE_BY + after) for number, after in dates]

    return publish_watched(batches, seen)


def _other_rounds() -> Sequence[tuple[str, str, str, _Log]]:
    on = plays.waiting_stage()
    named = _named(on)
    data = publish(lie(plays.WAITED[:2], on))
    rows: tuple[tuple[str, str, str, bytes], ...] = (
        (
            "round-other",
            "The terms fix the round; whoever may choose one chooses the draw.",
            "round.unnamed",
            on.relayed(named, step=1),
        ),
        (
            "round-relabelled",
            "The chain signs the number; a later round would be taken for this one.",
            "round.signature",
            on.relayed(named, step=1, round=named.round_number),
        ),
        (
            "round-forged",
            "The chain signs the round; anybody would make the draw.",
            "round.signature",
            on.relayed(named, signature=f"{bytes(48).hex()}"),
        ),
        (
            "round-previous",
            "The chain does not sign the round before; a round would have many forms.",
            "round.signature",
            on.relayed(named, previous_signature=bytes(48).hex()),
        ),
        (
            "round-randomness",
            "The randomness is the hash of the signature; two values would be shown.",
            "drand.randomness",
            on.relayed(named, randomness=bytes(32).hex()),
        ),
        (
            "round-unreadable",
            "A round is one JSON object of known fields.",
            "drand.json",
            on.relayed(named, sources="two"),
        ),
    )
    return [
        (name, rule, code, _Log(data, (given,))) for name, rule, code, given in rows
    ]


def _other_heads() -> Sequence[tuple[str, str, str, _Log]]:
    on = watched_stage()
    batches = lie(plays.NOBODY[:2], on)
    said, time = _said(batches), START + TIMES.slack
    board, witness, *others = signed(on, said, time).lines
    forged = replace(board, signature=witness.signature[8:])
    early = replace(witness, signature=bytes(8) + witness.signature[8:])
    stranger = replace(witness, name="stranger.example")
    elsewhere = "elsewhere.example/board"
    rows: tuple[tuple[str, str, str, SignedCheckpoint], ...] = (
        (
            "head-other-log",
            "A head is this log's; what witnesses saw of another one would count.",
            "checkpoint.board-name",
            signed(on, replace(said, origin=elsewhere), time, name=elsewhere),
        ),
        (
            "head-other-tree",
            "The log extends the head; two histories would pass for one.",
            "checkpoint.tree",
            signed(on, replace(said, root=bytes(32)), time),
        ),
        (
            "head-longer",
            "The log extends the head; an old copy would pass for the log.",
            "checkpoint.tree",
            signed(on, replace(said, size=said.size + 1), time),
        ),
        (
            "head-without-board",
            "The board signs a head first; witnesses alone could make one.",
            "checkpoint.board-lines",
            SignedCheckpoint(said, (witness, *others)),
        ),
        (
            "head-other-board",
            "The key is the board's; anybody could make heads.",
            "checkpoint.board-lines",
            signed(on, said, time, key=on.parts.seller),
        ),
        (
            "head-forged",
            "The board signs what the head says; anybody could make heads.",
            "checkpoint.signature",
            SignedCheckpoint(said, (forged, witness, *others)),
        ),
        (
            "head-redated",
            "A witness signs its date; who carries a head could move it.",
            "checkpoint.signature",
            SignedCheckpoint(said, (board, early, *others)),
        ),
        (
            "head-stranger",
            "The terms name the witnesses; lines would hold what nobody checks.",
            "checkpoint.unknown-line",
            SignedCheckpoint(said, (board, stranger, *others)),
        ),
    )
    data = publish_watched(batches, lambda batch: [(i, batch.time) for i in (0, 2)])
    heads = [
        (name, rule, code, _Log(data, heads=(given.to_text(),)))
        for name, rule, code, given in rows
    ]
    unreadable = "A head is a signed note."
    note = _Log(data, heads=(said.body(),))
    return (*heads, ("head-unsigned", unreadable, "note.layout", note))


def _without_terms() -> Sequence[tuple[str, str, str, _Log]]:
    on = stage()
    posed = on.sign(EntryType.TERMS, on.terms.to_value())
    return (
        (
            "no-terms",
            "Without terms there is no sale.",
            "phase.no-terms",
            _Log(publish((Batch(START, (on.sign(EntryType.OPEN),)),))),
        ),
        (
            "terms-refused",
            "Without legal terms there is no sale.",
            "terms.seller",
            _Log(publish((Batch(START, (posed,)),))),
        ),
    )
