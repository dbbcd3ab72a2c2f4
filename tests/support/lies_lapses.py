"""Lies about who has collected, and about second draws."""

from collections.abc import Callable, Mapping

from fairlot.claim.collect import make_collect
from fairlot.entry import Entry, EntryType
from fairlot.identity.registry import DAY
from fairlot.names import Nym
from fairlot_crypto.cbor import Value
from kit.claims import claimed
from kit.collecting import (
    collect,
    collecting,
    due,
    entered,
    later_steps,
    number_of,
    redrawn,
    winners,
)
from kit.lying_board import NO_LIES, Lie, LyingBoard, play_with
from kit.sales import deposit, nym_of, source, stage
from kit.stage import EPOCH
from lies_draw import nothing
from lies_file import STRANGER, Make, Row, slipped
from lies_people import changed, posted_terms

ENDS, SECOND = due(collecting())
"""t_collect, and the round of the second draw."""
LATE = ENDS + collecting().terms.times.slack + 1
"""When COLLECT_END cannot come any more."""


def play(
    before: Mapping[str, Lie] = NO_LIES, instead: Mapping[str, Lie] = NO_LIES
) -> bytes:
    """Play a sale whose winner must collect, with lies in it."""
    on = collecting()
    more = later_steps(on)
    return play_with(on, before, instead, "redrawn", entered(on), more)


def _posts(make: Callable[[LyingBoard], Entry]) -> Lie:
    return lambda board, time: board.batch(time, make(board))


def _before(step: str, make: Callable[[LyingBoard], Entry]) -> Make:
    return lambda: play(before={step: _posts(make)})


def _instead(step: str, make: Callable[[LyingBoard], Entry]) -> Make:
    return lambda: play(instead={step: _posts(make)})


def _winner(board: LyingBoard) -> Nym:
    (nym,) = winners(board.state)
    return nym


def _twice() -> bytes:
    """Collect by the deposit and by a claim."""

    def lie(board: LyingBoard, _time: int) -> None:
        on, nym, time = board.on, _winner(board), board.state.clock + 60
        made = claimed(on, on.members[number_of(on, nym)].credential, EPOCH)
        board.batch(time, made.entry, collect(on, nym, made.keys.settle))

    return play(before={"collects": lie})


def _late_end() -> bytes:
    """Post COLLECT_END too late, and then say that nobody lapses."""

    def late(board: LyingBoard, _time: int) -> None:
        board.batch(LATE, board.on.sign(EntryType.COLLECT_END))
        board.batch(LATE, redrawn(board.on, board.state, LATE))

    return play(
        instead={"collect-end": late, "second-round": nothing, "redrawn": nothing}
    )


def _end_unseen() -> bytes:
    """Say that COLLECT_END came in time, with a head of later."""

    def lie(board: LyingBoard, time: int) -> None:
        board.put(time, board.on.sign(EntryType.COLLECT_END))
        board.raw(board.checkpoint(LATE))

    return play(instead={"collect-end": lie})


def _no_end(date: int) -> Make:
    """Say that COLLECT_END was missed, with a head of a date."""

    def lie(board: LyingBoard, _time: int) -> None:
        board.put(LATE, redrawn(board.on, board.state, LATE))
        board.raw(board.checkpoint(date))

    lies = {"collect-end": lie, "second-round": nothing, "redrawn": nothing}
    return lambda: play(instead=lies)


def _too_early(board: LyingBoard, _time: int) -> None:
    """Announce before COLLECT_END is missed that it is."""
    said = _said(board, LATE)
    board.batch(LATE - 1, board.on.sign(EntryType.REDRAWN, said))


def _said(board: LyingBoard, time: int) -> dict[str, Value]:
    return {**redrawn(board.on, board.state, time).body}


def _without_its_round(board: LyingBoard, time: int) -> None:
    """Draw again without the round."""
    unlock = board.on.terms.times.unlock + 1
    board.batch(time, board.on.sign(EntryType.REDRAWN, _said(board, unlock)))


def _stayed_out() -> bytes:
    """Say that the round has stayed out, by a head of the last second for it."""

    def lie(board: LyingBoard, _time: int) -> None:
        last = board.on.terms.redrawn_by
        board.put(last + 1, redrawn(board.on, board.state, last + 1))
        board.raw(board.checkpoint(last))

    return play(instead={"second-round": nothing, "redrawn": lie})


def _for_a_friend(board: LyingBoard) -> Entry:
    """Announce that somebody else has got the seat."""
    changes: dict[str, Value] = {"outcome": source("another outcome").take(32)}
    return board.on.sign(EntryType.REDRAWN, {**_said(board, SECOND.due), **changes})


def _with_another_seed(board: LyingBoard) -> Entry:
    changes: dict[str, Value] = {"seed": bytes(32)}
    return board.on.sign(EntryType.REDRAWN, {**_said(board, SECOND.due), **changes})


def _promised_too_soon(board: LyingBoard) -> Entry:
    """Promise items before it is known who gets the seats."""
    body: dict[str, Value] = {"count": 1, "root": bytes(32)}
    return board.on.sign(EntryType.ITEMS, body, board.on.parts.seller)


def _terms(path: str, new: Value) -> Make:
    return posted_terms(changed(collecting().terms.to_value(), path, new))


LAPSES = (
    Row(
        "A05",
        "terms.collect",
        "the second draw's round may be known while people collect",
        _terms("redraw.round", SECOND.round_number - 1),
    ),
    Row(
        "A05",
        "terms.lockup",
        "people collect before who was robbed has their identity back",
        _terms("times.collect", ENDS - DAY - 1),
    ),
    Row(
        "A39",
        "collect.none",
        "somebody collects where nobody need",
        slipped(
            "result",
            lambda b: [
                make_collect(b.on.terms.sale_id, nym_of(deposit(stage(), 0)), STRANGER)
            ],
        ),
    ),
    Row(
        "A39",
        "collect.early",
        "somebody collects who cannot know yet who has won",
        _before("reveals", lambda b: collect(b.on, nym_of(entered(b.on)[0]))),
    ),
    Row(
        "A39",
        "collect.nym",
        "somebody collects who has not deposited",
        _before(
            "collects",
            lambda b: make_collect(b.on.terms.sale_id, Nym(bytes(48)), STRANGER),
        ),
    ),
    Row(
        "A39",
        "collect.key",
        "a friend of the seller collects for somebody who does not come",
        _instead("collects", lambda b: collect(b.on, _winner(b), STRANGER)),
    ),
    Row("A39", "collect.twice", "a seat is collected twice", _twice),
    Row(
        "A09",
        "phase.wrong",
        "somebody collects when the time is over",
        lambda: play(
            {"second-round": _posts(lambda b: collect(b.on, _winner(b)))},
            {"collects": nothing},
        ),
    ),
    Row(
        "A09",
        "phase.wrong",
        "items are promised before it is known who gets the seats",
        _before("redrawn", _promised_too_soon),
    ),
    Row(
        "A09",
        "phase.early",
        "the time to collect ends early",
        lambda: play(
            before={
                "collect-end": lambda b, t: b.batch(
                    t - 1, b.on.sign(EntryType.COLLECT_END)
                )
            }
        ),
    ),
    Row("A09", "phase.late", "the time to collect ends late", _late_end),
    Row(
        "A28",
        "witness.quorum",
        "nobody saw in time that the time to collect is over",
        _end_unseen,
    ),
    Row(
        "A38",
        "redraw.outcome",
        "a friend gets the seat that nobody collected",
        lambda: play(
            instead={"collects": nothing, "redrawn": _posts(_for_a_friend)},
        ),
    ),
    Row(
        "A38",
        "redraw.outcome",
        "a seat that was collected is drawn again",
        _instead("redrawn", _for_a_friend),
    ),
    Row(
        "A38",
        "redraw.seed",
        "the seed of the second draw is another",
        _instead("redrawn", _with_another_seed),
    ),
    Row(
        "A38",
        "redraw.round",
        "nothing is drawn again although the round may come",
        lambda: play(instead={"second-round": nothing, "redrawn": _without_its_round}),
    ),
    Row(
        "A38",
        "redraw.early",
        "nobody lapses, while COLLECT_END may still come",
        lambda: play(
            instead={
                "collect-end": _too_early,
                "second-round": nothing,
                "redrawn": nothing,
            }
        ),
    ),
    Row(
        "A38",
        "redraw.not-shown",
        "nobody saw that COLLECT_END was missed",
        _no_end(LATE - 1),
    ),
    Row(
        "A38",
        "redraw.not-shown",
        "nobody saw that the round has stayed out",
        _stayed_out,
    ),
    Row(
        "A24",
        "round.early",
        "whoever holds the clock posts the second draw's round while people collect",
        _before("collect-end", lambda b: b.on.round(SECOND)),
    ),
    Row(
        "A24",
        "round.unnamed",
        "the second draw has a later round, true as it is",
        _before("second-round", lambda b: b.on.round(SECOND, step=1)),
    ),
)
