"""Lies about the draw, and how it ended."""

from collections.abc import Callable, Sequence

from fairlot.beacon.contributions import Frozen, make_commitment, make_reveal
from fairlot.board.phase import VoidReason
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot_crypto.cbor import Value
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.keys import SigningKey
from kit import roles
from kit.lying_board import LyingBoard, play_with
from kit.sales import alpha, stage
from kit.stage import Stage
from lies_file import STRANGER, Make, Row, slipped, told
from lies_people import void_entry

OTHER_ALPHA = 9


def nothing(_board: LyingBoard, _time: int) -> None:
    return


def real() -> Stage:
    """Return a sale that says it is none of the rehearsals, and has nobody in it."""
    return roles.real(stage(names=()))


def _commit(board: LyingBoard, key: SigningKey, number: int = 0) -> Entry:
    on = board.on
    return make_commitment(
        on.terms, board.state.contributions.frozen, alpha(number), key
    )


def _commitment_to_nothing(board: LyingBoard) -> Entry:
    """Return a COMMIT of g^0: whatever is drawn, it adds nothing."""
    body: dict[str, Value] = {
        "c": (1).to_bytes(256, "big"),
        **board.state.contributions.frozen.to_value(),
    }
    key = board.on.parts.contributors[0]
    return sign_entry(EntryType.COMMIT, board.on.terms.sale_id, body, key)


def _commits_after_the_end(board: LyingBoard, _time: int) -> None:
    end = board.on.terms.times.commit_end
    board.batch(end, board.on.sign(EntryType.COMMIT_END))
    board.batch(end, board.on.commit(board.state.contributions.frozen))


def _commits_with_close(board: LyingBoard, time: int) -> None:
    """Put CLOSE and the commitments under one checkpoint."""
    board.put(time, board.on.close(board.state))
    board.batch(time, board.on.commit(board.state.contributions.frozen))


def _reveal(on: Stage, key: SigningKey, number: int) -> Entry:
    return make_reveal(on.terms.sale_id, alpha(number), key)


BEACON = (
    Row(
        "A18",
        "commit.roster",
        "a stranger commits",
        slipped("commit-end", lambda b: [_commit(b, STRANGER)]),
    ),
    Row(
        "A18",
        "commit.twice",
        "a contributor commits again",
        slipped(
            "commit-end",
            lambda b: [_commit(b, b.on.parts.contributors[0], OTHER_ALPHA)],
        ),
    ),
    Row(
        "A18",
        "commit.frozen",
        "a commitment for other deposits",
        slipped("commits", lambda b: [b.on.commit(Frozen(1, bytes(32)))]),
    ),
    Row(
        "A18",
        "commit.value",
        "a commitment to nothing",
        slipped("commits", lambda b: [_commitment_to_nothing(b)]),
    ),
    Row(
        "A02",
        "checkpoint.missing",
        "no checkpoint fixes the entries before the first commitment",
        lambda: play_with(
            stage(), instead={"close": _commits_with_close, "commits": nothing}
        ),
    ),
    Row(
        "A09",
        "phase.wrong",
        "somebody commits once the sale is void without",
        told("commits", _commits_after_the_end, until="commits"),
    ),
    Row(
        "A19",
        "reveal.commitment",
        "somebody reveals who has not committed",
        slipped("reveal-end", lambda b: [_reveal(b.on, STRANGER, 0)]),
    ),
    Row(
        "A19",
        "reveal.twice",
        "a contributor reveals something else as well",
        slipped(
            "reveal-end",
            lambda b: [_reveal(b.on, b.on.parts.contributors[0], OTHER_ALPHA)],
        ),
    ),
    Row(
        "A19",
        "reveal.opening",
        "a contributor reveals something else first",
        slipped(
            "reveals",
            lambda b: [_reveal(b.on, b.on.parts.contributors[0], OTHER_ALPHA)],
        ),
    ),
)


def _recovery(board: LyingBoard, **changes: Value) -> Entry:
    return board.on.recovery(board.state.contributions, **changes)


def _withholding(before: Callable[[LyingBoard], Entry | None]) -> Make:
    """Withhold the one reveal, post what ``before`` gives, and recover in earnest."""

    def recover(board: LyingBoard, time: int) -> None:
        lie = before(board)
        if lie:
            board.batch(time, lie)
        board.batch(time, _recovery(board))

    return lambda: play_with(
        stage(), before={"result": recover}, instead={"reveals": nothing}
    )


def _forged(rule: str, sentence: str, field: str, value: Value) -> Row:
    changes = {field: value}
    make = _withholding(lambda board: _recovery(board, **changes))
    return Row("A20", f"recover.{rule}", sentence, make)


def _reveal_after_recovery() -> bytes:
    def both(board: LyingBoard, time: int) -> None:
        board.batch(time, _recovery(board))
        board.batch(time, board.on.reveal())

    return play_with(stage(), before={"result": both}, instead={"reveals": nothing})


def _encoded(x: int) -> bytes:
    return x.to_bytes(256, "big")


def _sealing(**changes: Value) -> Make:
    """Post a contributor's seal over something else before the right one."""

    def make(board: LyingBoard) -> Sequence[Entry]:
        body = {**board.on.seal(board.state).body, **changes}
        return [board.on.sign(EntryType.SEAL, body, board.on.parts.contributors[0])]

    return slipped("seals", make)


def _sealed_without_seals(board: LyingBoard, time: int) -> None:
    """Say that all is sealed when it is not; then the sale is void, and says so."""
    board.batch(time, board.on.sign(EntryType.SEALED))
    late = time + board.on.terms.times.slack + 1
    board.batch(late, void_entry(board.on, VoidReason.SEALED_MISSED))


SEALS = (
    Row(
        "A27",
        "seal.commitment",
        "somebody seals who has not committed",
        slipped("sealed", lambda b: [b.on.seal(b.state, key=STRANGER)]),
    ),
    Row(
        "A27",
        "seal.twice",
        "a contributor seals another set as well",
        slipped("sealed", lambda b: [_other_seal(b)]),
    ),
    Row(
        "A27",
        "seal.set",
        "a contributor seals other commitments",
        _sealing(b_star=bytes(32)),
    ),
    Row(
        "A27",
        "seal.head",
        "a contributor seals a checkpoint of another size",
        _sealing(size=1),
    ),
    Row(
        "A27",
        "seal.head",
        "a contributor seals the checkpoint of another board",
        _sealing(root=bytes(32)),
    ),
    Row(
        "A27",
        "seal.missing",
        "it is sealed without the seals",
        lambda: play_with(
            stage(),
            instead={"seals": nothing, "sealed": _sealed_without_seals},
            until="sealed",
        ),
    ),
)


def _other_seal(board: LyingBoard) -> Entry:
    body = {**board.on.seal(board.state).body, "b_star": bytes(32)}
    return board.on.sign(EntryType.SEAL, body, board.on.parts.contributors[0])


RECOVERY = (
    Row(
        "A19",
        "reveal.fixed",
        "a contributor reveals when all is recovered",
        _reveal_after_recovery,
    ),
    Row(
        "A20",
        "recover.not-needed",
        "somebody recovers what is revealed",
        slipped("result", lambda b: [_recovery(b)]),
    ),
    _forged("modulus", "recovered in another group", "modulus", _encoded(15)),
    _forged("delay", "recovered with fewer squarings", "delay", 2),
    _forged("length", "a proof that is cut off", "proof", bytes(255)),
    _forged("zero", "recovered as nothing at all", "y", bytes(256)),
    _forged("minus-one", "recovered as minus one", "y", _encoded(RSA_2048.n - 1)),
    _forged("sign", "recovered with the other sign", "y", _encoded(RSA_2048.n - 4)),
    _forged("input", "something else is recovered", "x", _encoded(4)),
    _forged("trivial", "recovered as one", "y", _encoded(1)),
    _forged("proof", "recovered as what somebody likes", "y", _encoded(4)),
)


def _result(**changes: Value) -> Make:
    def lie(board: LyingBoard, time: int) -> None:
        board.batch(time, board.on.result(board.state, **changes))

    return told("result", lie)


def _withheld() -> bytes:
    """Post a RESULT where the one opening is missing."""

    def made_up(board: LyingBoard, time: int) -> None:
        names = ("b_star", "omega", "seed", "outcome")
        body: dict[str, Value] = {name: bytes(32) for name in names}
        board.batch(time, board.on.sign(EntryType.RESULT, body))

    return play_with(stage(), instead={"reveals": nothing, "result": made_up})


def _stopped(after: str, tail: bytes = b"") -> Make:
    return lambda: play_with(stage(), until=after) + tail


RESULTS = (
    Row("A20", "result.draw", "another seed", _result(seed=bytes(32))),
    Row("A20", "result.draw", "another b*", _result(b_star=bytes(32))),
    Row("A20", "result.draw", "another Ω", _result(omega=bytes(256))),
    Row("A20", "result.withheld", "a draw without the last opening", _withheld),
    Row("A21", "result.outcome", "a friend wins", _result(outcome=bytes(32))),
    Row(
        "A22",
        "void.reason",
        "a sale is called off for no reason",
        slipped("close", lambda b: [void_entry(b.on, VoidReason.CLOSE_MISSED)]),
    ),
    Row(
        "A22",
        "void.reason",
        "a sale is called off for a reason that nobody knows",
        slipped("close", lambda b: [b.on.sign(EntryType.VOID, {"reason": "rain"})]),
    ),
    Row(
        "A22",
        "void.reason",
        "a sale is called off once it is sealed",
        slipped("reveals", lambda b: [void_entry(b.on, VoidReason.SEALED_MISSED)]),
    ),
    *(
        Row("A23", "sale.incomplete", f"it stops after {name}", _stopped(name))
        for name in (
            "terms",
            "leaves",
            "open",
            "close",
            "commit-end",
            "seals",
            "sealed",
        )
    ),
    Row(
        "A23",
        "sale.incomplete",
        "it stops before its result",
        _stopped("reveal-end"),
    ),
    Row(
        "A23",
        "sale.incomplete",
        "it stops within an entry",
        _stopped("deposits", b"\xa7\x61"),
    ),
    Row("A23", "sale.incomplete", "it never begins", lambda: b""),
)

DRAW = (*BEACON, *SEALS, *RECOVERY, *RESULTS)
