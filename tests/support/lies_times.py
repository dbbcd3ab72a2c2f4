"""Lies about time, and about how long the delay is."""

from collections.abc import Mapping
from dataclasses import replace

from fairlot.beacon.contributions import Frozen
from fairlot.board.phase import VoidReason
from fairlot.entry import EntryType
from fairlot_crypto.cbor import Value
from kit.lying_board import LyingBoard, play_with
from kit.sales import stage
from kit.stage import Stage
from lies_draw import real
from lies_file import Make, Row, slipped, told
from lies_people import changed, posted_terms, void_entry


def _late_open(board: LyingBoard, time: int) -> None:
    """Open too late; then the sale is void, and says so."""
    late = time + board.on.terms.times.slack + 1
    board.batch(late, board.on.open_entry())
    board.batch(late, void_entry(board.on, VoidReason.OPEN_MISSED))


def _late_close(board: LyingBoard, time: int) -> None:
    late = time + board.on.terms.times.slack + 1
    board.batch(late, board.on.close(board.state, late))
    board.batch(late, void_entry(board.on, VoidReason.CLOSE_MISSED))


def _late_commit_end(board: LyingBoard, time: int) -> None:
    late = time + board.on.terms.times.slack + 1
    board.batch(late, board.on.sign(EntryType.COMMIT_END))
    board.batch(late, void_entry(board.on, VoidReason.COMMIT_END_MISSED))


def _late_sealed(board: LyingBoard, time: int) -> None:
    late = time + board.on.terms.times.slack + 1
    board.batch(late, board.on.sign(EntryType.SEALED))
    board.batch(late, void_entry(board.on, VoidReason.SEALED_MISSED))


def _opening_first(board: LyingBoard, time: int) -> None:
    board.batch(time, board.on.open_entry())


TIMES = (
    Row(
        "A09",
        "phase.no-terms",
        "the log of the sale begins with OPEN",
        told("terms", _opening_first, until="terms"),
    ),
    Row(
        "A09",
        "phase.wrong",
        "a commitment before the deposits are closed",
        slipped("close", lambda b: [b.on.commit(Frozen(0, bytes(32)))]),
    ),
    Row(
        "A09",
        "phase.early",
        "the deposits close before their time",
        slipped("deposits", lambda b: [b.on.close(b.state)]),
    ),
    Row(
        "A09",
        "phase.early",
        "the reveals end before their time",
        slipped("reveals", lambda b: [b.on.sign(EntryType.REVEAL_END)]),
    ),
    Row(
        "A09",
        "phase.late",
        "the sale opens too late",
        told("open", _late_open, until="open"),
    ),
    Row(
        "A09",
        "phase.late",
        "the deposits close too late",
        told("close", _late_close, until="close"),
    ),
    Row(
        "A09",
        "phase.late",
        "the commitments end too late",
        told("commit-end", _late_commit_end, until="commit-end"),
    ),
    Row(
        "A09",
        "phase.early",
        "the seals end before their time",
        slipped("seals", lambda b: [b.on.sign(EntryType.SEALED)]),
    ),
    Row(
        "A09",
        "phase.late",
        "the seals end too late",
        told("sealed", _late_sealed, until="sealed"),
    ),
    Row(
        "A09",
        "phase.wrong",
        "a contributor reveals before the commitments are sealed",
        slipped("sealed", lambda b: [b.on.reveal(0, 1)]),
    ),
)

CLOSING = (
    Row(
        "A16",
        "close.tree",
        "CLOSE freezes a tree that leaves a deposit out",
        slipped(
            "close",
            lambda b: [
                b.on.sign(
                    EntryType.CLOSE,
                    {"size": b.state.tree.size - 1, "root": b.state.tree.root()},
                )
            ],
        ),
    ),
    Row(
        "A16",
        "close.tree",
        "CLOSE freezes another root",
        slipped(
            "close",
            lambda b: [
                b.on.sign(
                    EntryType.CLOSE, {"size": b.state.tree.size, "root": bytes(32)}
                )
            ],
        ),
    ),
)


def _beacon(changes: Mapping[str, Value]) -> Make:
    def make() -> bytes:
        value: Value = stage().terms.to_value()
        for path, new in changes.items():
            value = changed(value, path, new)
        return posted_terms(value)()

    return make


SETUPS = (
    Row(
        "A17",
        "beacon.setup",
        "the delay is said to be twice as long",
        _beacon({"beacon.delay": 2}),
    ),
    Row(
        "A17",
        "beacon.setup",
        "h is not g squared",
        _beacon({"beacon.h": (9).to_bytes(256, "big")}),
    ),
    Row(
        "A17",
        "beacon.modulus",
        "a real sale on a modulus of the seller's own",
        posted_terms(
            changed(real().terms.to_value(), "beacon.modulus", b"\xff" * 256), real()
        ),
    ),
)


def _without_round() -> Stage:
    on = real()
    return on.with_terms(replace(on.terms, beacon=replace(on.terms.beacon, drand=None)))


MARGIN = (
    Row(
        "A17",
        "beacon.margin",
        "a real sale whose delay ends before the commitments do",
        lambda: play_with(_without_round(), until="terms"),
    ),
)


PHASES = (*TIMES, *CLOSING, *SETUPS, *MARGIN)
