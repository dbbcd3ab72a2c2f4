"""Presentations that are verified ahead of the fold, and hints beside the log."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from fairlot.audit.auditor import audit_transcript
from fairlot.board import ahead as module
from fairlot.board.ahead import shown_in
from fairlot.board.ahead_rules import Rules
from fairlot.board.hinting import hints_of
from fairlot.board.hints import MAGIC, RECORD_LENGTH, Hints, write_hints
from fairlot.board.replay import replay_file
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.identity.showing import learn_shown
from fairlot.text import json_view
from fairlot_crypto import cbor
from fairlot_crypto.bbs.batch import Verdict
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.bbs.profile import (
    IssuerContext,
    Presentation,
    verify_presentation,
)
from fairlot_crypto.randomness import Randomness, SystemRandomness
from fairlot_crypto.statements import Statements
from kit.claims import claimed
from kit.lying_board import LyingBoard, play_with
from kit.sales import (
    DEPOSIT_TIME,
    GROUP,
    cancel,
    default_deposits,
    deposit,
    draft,
    play,
)
from kit.stage import EPOCH, Stage

SYSTEM = SystemRandomness()


def stolen(on: Stage) -> Entry:
    """Return a deposit with the proof of another, which the fold refuses."""
    made = draft(on)
    body = dict(made.entry().body)
    return made.sign({**body, "proof": deposit(on, 1).body["proof"]})


def unreadable(on: Stage) -> Entry:
    made = draft(on)
    return made.sign({**made.entry().body, "proof": 7})


@pytest.fixture(scope="module")
def lied(concert: Stage) -> bytes:
    """A transcript with deposits that do not verify between those that do."""
    first, *others = default_deposits(concert)
    bad = (stolen(concert), unreadable(concert))

    def later(board: LyingBoard, _: int) -> None:
        board.batch(DEPOSIT_TIME + 5, cancel(concert, 1))

    return play_with(concert, {"close": later}, deposits=[first, *bad, *others])


def hinted(data: bytes) -> Hints:
    return hints_of(replay_file(data, GROUP, Statements()))


def report(data: bytes, hints: bytes = b"", *, batched: bool = True) -> object:
    """Audit with nothing remembered, and return every byte of the report."""
    found = audit_transcript(
        data,
        rehearsal=True,
        curve=GROUP,
        statements=Statements(),
        hints=hints,
        randomness=SYSTEM if batched else None,
    )
    return json_view(found.to_json())


@pytest.mark.thorough
def test_the_report_is_the_same_with_any_hints_and_without(lied: bytes) -> None:
    alone = report(lied, batched=False)
    assert "deposit.presentation" in str(alone)
    good = hinted(lied)
    swapped = write_hints(
        [(leaf, good.of(leaf + 1) or bytes(480)) for leaf in range(40)]
    )
    for hints in (
        b"",
        good.to_bytes(),
        good.to_bytes()[:-1],
        MAGIC,
        b"x" + good.to_bytes(),
        swapped.to_bytes(),
    ):
        assert report(lied, hints) == alone


def test_no_byte_of_the_hints_changes_the_report(concert_transcript: bytes) -> None:
    alone = report(concert_transcript, batched=False)
    good = hinted(concert_transcript).to_bytes()
    for place in (len(MAGIC), len(MAGIC) + 8, len(MAGIC) + 300, len(good) - 1):
        data = bytearray(good)
        data[place] ^= 1
        assert report(concert_transcript, bytes(data)) == alone


def counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return what the fold verifies by itself from now on."""
    single: list[object] = []

    def look(
        context: IssuerContext,
        shown: Presentation,
        ctx: bytes,
        ph: bytes,
        disclosed: Mapping[int, bytes],
    ) -> None:
        single.append(shown)
        verify_presentation(context, shown, ctx, ph, disclosed)

    monkeypatch.setattr("fairlot.identity.showing.verify_presentation", look)
    return single


def test_the_fold_verifies_by_itself_only_what_is_bad(
    lied: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    hints = hinted(lied).to_bytes()
    single = counted(monkeypatch)
    report(lied, hints)
    assert len(single) == 1
    report(lied, batched=False)
    assert len(single) == 1 + 4


@pytest.mark.thorough
@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_range_begins_where_the_last_one_ended(
    lied: bytes, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    alone = report(lied, batched=False)
    hints = hinted(lied).to_bytes()
    monkeypatch.setattr(module, "RANGE", most)
    found: list[bytes] = []

    def look(
        shown: Sequence[Showing],
        given: Sequence[bytes | None],
        statements: Statements,
        randomness: Randomness,
    ) -> tuple[Verdict, ...]:
        assert len(shown) <= most
        found.extend(hint for hint in given if hint is not None)
        return learn_shown(shown, given, statements, randomness)

    monkeypatch.setattr("fairlot.board.ranges.learn_shown", look)
    single = counted(monkeypatch)
    assert report(lied, hints) == alone
    # Those of the three that the fold takes, wherever a range begins.
    assert len(found) == 3
    assert len(single) == 1


def test_hints_are_of_the_entries_that_the_fold_took(lied: bytes) -> None:
    read = replay_file(lied, GROUP, Statements())
    made = hints_of(read)
    kinds = (EntryType.DEPOSIT, EntryType.CANCEL)
    taken = [e.index for e in read.entries if e.entry.type in kinds and not e.refusal]
    assert made.count == len(taken) == 3
    assert all(made.of(leaf) is not None for leaf in taken)
    assert made == hinted(lied)
    assert len(made.to_bytes()) == len(MAGIC) + 3 * RECORD_LENGTH


def test_a_log_without_a_sale_has_no_hints(concert: Stage) -> None:
    board = play(concert.board(), concert, until="terms")
    data = bytes(board.storage.read())
    assert hinted(data).count == 0


def opened(on: Stage) -> SaleState:
    return play(on.board(), on, until="deposits").state


def test_only_what_the_fold_might_verify_is_looked_at(concert: Stage) -> None:
    state = opened(concert)
    one = deposit(concert, 0)
    credential = concert.members[0].credential
    claim = claimed(concert, credential, EPOCH).entry
    rules = Rules.of(
        GROUP.name,
        cbor.encode(state.credentials.registry.to_value()),
        cbor.encode(state.terms.to_value()),
        state.roll.roll_id,
    )
    late = DEPOSIT_TIME + 9 * concert.registry.epoch
    for entry in (one, cancel(concert, 0), claim):
        assert shown_in(state, entry) is not None
        assert rules.try_entry(entry, DEPOSIT_TIME, Statements())[1] is not None
    for entry in (one, cancel(concert, 0)):
        with pytest.raises(Rejection):
            rules.try_entry(entry, late, Statements())
    assert rules.try_entry(claim, late, Statements()) == (None, None)
    for entry in (unreadable(concert), concert.time_entry(DEPOSIT_TIME)):
        assert shown_in(state, entry) is None


def test_a_clock_that_runs_ahead_changes_no_report(concert: Stage) -> None:
    """A TIME that nobody accepts makes later epochs look stale: they are verified alone."""
    first, *others = default_deposits(concert)
    wild = concert.time_entry(2**62)
    data = play_with(concert, deposits=[first, wild, *others])
    assert report(data) == report(data, batched=False)


def test_hints_are_found_by_the_index_of_the_leaf() -> None:
    hints = [bytes([k]) * 480 for k in range(5)]
    made = write_hints([(3 * k, each) for k, each in enumerate(hints)])
    for leaf in range(15):
        expected = None if leaf % 3 else hints[leaf // 3]
        assert made.of(leaf) == expected
    assert made.of(2**63) is None
    assert made.among(0, 15) == {3 * k: each for k, each in enumerate(hints)}
    assert replace(made, data=made.to_bytes()[:-1]).of(12) is None
    assert Hints(b"").of(0) is None
    assert Hints().count == 0


@pytest.mark.parametrize("order", [(6, 3, 9), (9, 6, 3), (3, 3, 9), (3, 9, 6)])
def test_hints_in_disorder_are_found_among_others_as_they_are_alone(
    order: tuple[int, ...],
) -> None:
    made = write_hints([(leaf, bytes([k]) * 480) for k, leaf in enumerate(order)])
    alone = {leaf: made.of(leaf) for leaf in range(12)}
    found = {leaf: hints for leaf, hints in alone.items() if hints is not None}
    assert made.among(0, 12) == found
