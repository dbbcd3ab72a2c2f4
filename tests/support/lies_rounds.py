"""Lies about the round of drand that the terms name."""

from collections.abc import Callable
from dataclasses import replace

from fairlot.beacon.contributions import Contributions
from fairlot.beacon.rounds import make_round
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.rehearsal.parts import Clock
from fairlot_crypto.cbor import Value
from fairlot_crypto.timelock.chain import QUICKNET
from kit.lying_board import LyingBoard, play_with
from kit.sales import GROUP, clocked, source, stage
from lies_draw import nothing, real
from lies_file import STRANGER, Make, Row
from lies_people import changed, posted_terms


def _round(board: LyingBoard, number: int | None = None, **changes: Value) -> Entry:
    """Return the ROUND entry of a round of the own clock, with some fields changed."""
    on = board.on
    (named,) = on.terms.named_rounds()
    beacon = on.parts.clock.sign(GROUP, number or named.round_number)
    body = {**make_round(on.terms.sale_id, named.chain, beacon, STRANGER).body}
    return sign_entry(EntryType.ROUND, on.terms.sale_id, {**body, **changes}, STRANGER)


def _round_lie(step: str, make: Callable[[LyingBoard], Entry]) -> Make:
    """Post a ROUND entry before a step of a sale that waits for a round."""

    def lie(board: LyingBoard, time: int) -> None:
        board.batch(time, make(board))

    return lambda: play_with(clocked(), before={step: lie})


def _unnamed() -> bytes:
    """Post a round in a sale that names none."""
    clock = stage().parts.clock

    def lie(board: LyingBoard, time: int) -> None:
        beacon = clock.sign(GROUP, 1)
        on = board.on
        board.batch(time, make_round(on.terms.sale_id, clock.chain, beacon, STRANGER))

    return play_with(stage(), before={"result": lie})


def _of_another_clock(board: LyingBoard) -> Entry:
    """Return a round that another clock has signed, under the name of the right one."""
    (named,) = board.on.terms.named_rounds()
    other = Clock.generate(GROUP, source("another clock"))
    signature = other.sign(GROUP, named.round_number).signature
    return _round(board, signature=signature)


def _without_the_round() -> bytes:
    """Post a RESULT that leaves the named round out."""

    def lie(board: LyingBoard, time: int) -> None:
        state = board.state
        fewer = Contributions(
            replace(board.on.terms.beacon, drand=None),
            state.contributions.frozen,
            commitments=state.contributions.commitments,
            openings=state.contributions.openings,
        )
        drawn = fewer.draw(state.sale_id).to_value()
        body: dict[str, Value] = {**drawn, "outcome": bytes(32)}
        board.batch(time, board.on.sign(EntryType.RESULT, body))

    return play_with(clocked(), instead={"round": nothing, "result": lie})


def _seed_without_the_round() -> bytes:
    """Post the round, and a RESULT whose seed leaves it out."""

    def lie(board: LyingBoard, time: int) -> None:
        made = board.state.contributions
        made.beacon = replace(made.beacon, drand=None)
        without = made.draw(board.state.sale_id).to_value()
        made.beacon = board.on.terms.beacon
        board.batch(time, board.on.result(board.state, seed=without["seed"]))

    return play_with(clocked(), instead={"result": lie})


def _terms(path: str, new: Value) -> Make:
    return posted_terms(changed(clocked().terms.to_value(), path, new))


ROUNDS = (
    Row(
        "A05",
        "terms.round",
        "the terms name a round by a scheme that nobody knows",
        _terms("beacon.drand.scheme", "bls-bn254-unchained-on-g1"),
    ),
    Row(
        "A05",
        "terms.round-time",
        "the terms name a round that is known when commitments are made",
        _terms("beacon.drand.round", 1),
    ),
    Row(
        "A05",
        "terms.round-time",
        "the terms name a round that may be known before all is sealed",
        _terms("beacon.drand.round", 1271),
    ),
    Row(
        "A05",
        "terms.expiry",
        "a sale that expires before its round has had a day to come",
        _terms("times.expiry", clocked().terms.named_rounds()[0].due + 86_399),
    ),
    Row("A24", "round.unnamed", "a round that no terms name", _unnamed),
    Row(
        "A24",
        "round.unnamed",
        "a later round, true as it is",
        _round_lie("round", lambda b: _round(b, number=1273)),
    ),
    Row(
        "A24",
        "round.unnamed",
        "the round of that number of another chain",
        _round_lie("round", lambda b: _round(b, chain=QUICKNET.chain_hash())),
    ),
    Row(
        "A24",
        "round.twice",
        "the round is posted again",
        _round_lie("result", _round),
    ),
    Row(
        "A24",
        "round.early",
        "whoever holds the clock posts the round before it is due",
        _round_lie("reveal-end", _round),
    ),
    Row(
        "A24",
        "round.signature",
        "the round is signed by another clock",
        _round_lie("round", _of_another_clock),
    ),
    Row(
        "A24",
        "round.signature",
        "another round under the number of the one named",
        _round_lie("round", lambda b: _round(b, number=1271, round=1272)),
    ),
    Row(
        "A24",
        "round.signature",
        "a signature of the round before where none is signed",
        _round_lie("round", lambda b: _round(b, previous=bytes(96))),
    ),
    Row(
        "A24",
        "round.chain",
        "a real sale on a clock of the seller's own",
        lambda: play_with(real().waiting(), until="terms"),
    ),
    Row(
        "A20",
        "result.round",
        "a draw without the round that the terms name",
        _without_the_round,
    ),
    Row(
        "A20",
        "result.draw",
        "a seed without the round that is on the board",
        _seed_without_the_round,
    ),
)
