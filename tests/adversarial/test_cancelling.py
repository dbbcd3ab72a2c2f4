"""Who would cancel a sale that they may not, or too late (specs/sale.md, step 12)."""

import pytest

from fairlot.audit.auditor import audit_transcript
from fairlot.audit.missing import MissingMarker
from fairlot.audit.report import Report
from fairlot.audit.settling import (
    NotYet,
    Settled,
    Settlement,
    ShownVoid,
    settle_transcript,
)
from fairlot.board.phase import Phase, VoidReason
from fairlot.board.storage import MemoryStorage
from fairlot.entry import Entry, EntryType, Role, read_entry
from fairlot_crypto import cbor
from kit.asgi import Answer
from kit.board import Dates, as_record, dated
from kit.claims import claimed
from kit.lying_board import LyingBoard, played
from kit.sales import DEPOSIT_TIME, deposit, play, stage
from kit.served import desk_of, sent
from kit.stage import EPOCH, STATEMENTS
from refusal import refusal

ON = stage()
WATCHED = ON.watched()
SALE = f"sale/{ON.terms.sale_id.hex()}"
REASON = {"reason": "cancelled"}


def judged(data: bytes, *heads: str) -> Report:
    return audit_transcript(data, rehearsal=True, heads=heads, statements=STATEMENTS)


def settled(data: bytes) -> Settlement:
    return settle_transcript(data, statements=STATEMENTS)


def failed(report: Report) -> dict[str, list[str]]:
    """Return which checks fail, and for which codes."""
    return {
        r.check.id: [f.code for f in r.findings] for r in report.results if r.findings
    }


def relabelled(entry: Entry, role: Role) -> Entry:
    """Return an entry under the same signature, with another role."""
    value = cbor.decode(entry.encoded)
    assert isinstance(value, dict)
    encoded = cbor.encode({**value, "role": role.value})
    return read_entry(cbor.decode(encoded), encoded)


@pytest.mark.parametrize(
    "until",
    ["close", "commits", "commit-end", "seals", "sealed", "reveals", "reveal-end"],
)
def test_a_seller_who_waits_for_the_draw_cannot_cancel(until: str) -> None:
    """However early the entry was signed, and whatever the board says the time is."""
    state = played(ON, until).state
    phase, times = state.phase, ON.terms.times
    for time in (times.open, times.close, state.clock, times.unlock):
        assert refusal(state.apply, ON.cancelling(), time) == "cancelled.late"
    assert (state.phase, state.void_reason) == (phase, None)


def cancelled(*dates: tuple[int, int]) -> bytes:
    """Return a watched sale in which the seller cancels; who has seen it, and when."""
    board = played(WATCHED, "deposits")
    seen(board, [(n, board.state.clock) for n in range(3)])
    board.put(WATCHED.terms.times.close - 1, WATCHED.cancelling())
    seen(board, dates)
    return board.data


def seen(board: LyingBoard, dates: Dates) -> None:
    board.raw(as_record(dated(board.on, board.head(), dates)))


def test_a_board_that_puts_the_cancelling_elsewhere_is_caught() -> None:
    """Seller and board know the draw, and show a history in which it never came to it."""
    honest = played(WATCHED, "reveal-end")
    kept = dated(WATCHED, honest.head(), [(0, 1), (1, 1)]).to_text()
    forked = cancelled((2, WATCHED.terms.times.close))
    assert not isinstance(settled(forked), Settled | ShownVoid)
    assert set(failed(judged(forked))) == {"A22", "A28"}
    assert "A29" in failed(judged(forked, kept))


@pytest.mark.parametrize("who", [(), (1,), (0, 2), (0, 1, 2)], ids=str)
def test_a_cancelling_counts_when_a_quorum_has_seen_it(who: tuple[int, ...]) -> None:
    """At any date: that CLOSE has not come by then is no other reason."""
    late = WATCHED.terms.times.unlock
    data = cancelled(*((n, late + n) for n in who))
    found, report = settled(data), judged(data)
    if len(who) >= 2:
        assert isinstance(found, ShownVoid)
        assert found.reason is VoidReason.CANCELLED
        assert all(line.refund > 0 for line in found.ledger)
        assert report.holds
        return
    if who:
        # One alone has dated a head without CLOSE: that shows nothing either.
        assert isinstance(found, NotYet)
        (missing,) = found.missing
        assert isinstance(missing, MissingMarker)
        assert (missing.kind, missing.seen) == (EntryType.VOID, 1)
    assert failed(report) == {"A22": ["void.not-shown"], "A28": ["witness.quorum"]}


def test_a_board_forges_no_cancelling() -> None:
    board = played(ON, "deposits")
    announced = ON.sign(EntryType.VOID, REASON)
    forged = {
        "cancelled.key": announced,
        "entry.key": ON.cancelling(key=ON.parts.board),
        "entry.signature": relabelled(announced, Role.SELLER),
    }
    for code, entry in forged.items():
        assert refusal(board.state.apply, entry, board.state.clock) == code
    assert refusal(relabelled, announced, Role.ESCROW) == "entry.field"


def test_a_seller_gives_no_other_reason() -> None:
    """Not even one that holds: what was missed, the board has missed."""
    times = ON.terms.times
    late = times.close + times.slack + 1
    board = played(ON, "deposits")
    board.batch(late, ON.cancelling("close-missed"))
    board.batch(late + 1, ON.cancelling())
    assert failed(judged(board.data)) == {"A40": ["cancelled.reason"]}


def test_what_waits_behind_a_cancelling_is_another_batch() -> None:
    """A head follows each marker, whoever posts it and however many come at once."""
    storage = MemoryStorage()
    board = play(ON.board(storage), ON, "deposits")
    claim = claimed(ON, ON.members[0].credential, EPOCH).entry
    entries = (ON.cancelling(), deposit(ON, 0, 9), claim)
    receipts = board.append(entries, DEPOSIT_TIME + 9)
    assert [r.refusal.code if r.refusal else "" for r in receipts] == [
        *("", "phase.wrong", "")
    ]
    assert board.state.phase is Phase.VOID
    assert judged(storage.data).holds


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, "" if answer.status == 200 else answer.json()["code"]


def test_a_served_board_takes_it_from_the_seller_alone_and_once() -> None:
    desk = desk_of(ON, "open", lambda: DEPOSIT_TIME)
    foreign = ON.cancelling(key=ON.parts.escrow)
    own = (ON.sign(EntryType.VOID, REASON), foreign, ON.cancelling(), ON.cancelling())
    answers = sent(desk, SALE, *(each.encoded for each in own))
    assert list(map(code, answers)) == [
        (403, "service.board-entry"),
        (422, "entry.key"),
        (200, ""),
        (200, ""),
    ]
    assert desk.writer.kept.sale is not None
    assert desk.writer.kept.sale.state.void_reason is VoidReason.CANCELLED
    (after,) = sent(desk, SALE, deposit(ON, 0).encoded)
    assert code(after) == (409, "phase.wrong")


def test_a_served_board_refuses_it_when_close_is_due() -> None:
    """The board posts CLOSE before it looks at what waits."""
    desk = desk_of(ON, "open", lambda: ON.terms.times.close)
    (answer,) = sent(desk, SALE, ON.cancelling().encoded)
    assert code(answer) == (422, "cancelled.late")
