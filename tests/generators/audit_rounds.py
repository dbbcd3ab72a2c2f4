"""Lies about the round that a draw waits for; a part of chapter audit."""

from collections.abc import Sequence

from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType
from fairlot_crypto.cbor import Value
from generators import plays
from generators.audit_lies import Lie
from generators.plays import Scene, lie
from generators.stage import publish
from kit.stage import Stage

_NOTHING: dict[str, Value] = {
    name: bytes(32) for name in ("b_star", "omega", "seed", "outcome")
}


def round_lies() -> Sequence[Lie]:
    """Return lies about the round that the draw waits for."""
    before, (time, right), result = plays.WAITED[:-2], *plays.WAITED[-2:]
    (named,) = plays.waiting_stage().terms.named_rounds()
    number, strange = named.round_number, bytes(48)
    rows: tuple[tuple[str, str, str, Sequence[tuple[int, Scene]]], ...] = (
        (
            "A20-round",
            "The draw waits for the round that the terms name.",
            "result.round",
            (*before, (time, lambda on, _: (on.sign(EntryType.RESULT, _NOTHING),))),
        ),
        (
            "A24-other",
            "The terms fix the round.",
            "round.unnamed",
            (*before, (time, lambda on, _: (on.round(step=1), on.round())), result),
        ),
        (
            "A24-early",
            "No round is known before it is due.",
            "round.early",
            (*before[:7], (named.due - 1, right), *before[7:], (time, right), result),
        ),
        (
            "A24-twice",
            "A round is taken once.",
            "round.twice",
            (*before, (time, right), (time, _round_by_seller), result),
        ),
        (
            "A24-signature",
            "The chain signs the round.",
            "round.signature",
            (
                *before,
                (time, lambda on, _: (on.round(signature=strange), on.round())),
                result,
            ),
        ),
        (
            "A24-relabelled",
            "The number is signed.",
            "round.signature",
            (
                *before,
                (time, lambda on, _: (on.round(step=1, round=number), on.round())),
                result,
            ),
        ),
    )
    on = plays.waiting_stage()
    return [
        Lie(name, rule, code, publish(lie(scenes, on)))
        for name, rule, code, scenes in rows
    ]


def _round_by_seller(on: Stage, _state: SaleState) -> Sequence[Entry]:
    return (on.sign(EntryType.ROUND, on.round().body, on.parts.seller),)
