"""Presentations that are verified ahead of the fold, and hints beside the log."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from fairlot.audit.auditor import audit_transcript
from fairlot.board import ahead as module
from fairlot.board.ahead import Ahead, shown_in
from fairlot.board.hinting import hints_of
from fairlot.board.hints import MAGIC, RECORD_LENGTH, Hints, write_hints
from fairlot.board.replay import replay_file
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType
from fairlot.identity.showing import learn_shown
from fairlot.text import json_view
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.bbs.profile import (
    IssuerContext,
    Presentation,
    verify_presentation,
)
from fairlot_crypto.randomness import Randomness, SystemRandomness
from fairlot_crypto.statements import Statements
from kit.claims import claimed
from kit.lying_board import play_with
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
    return play_with(concert, deposits=[first, *bad, *others, cancel(concert, 1)])


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


def test_the_report_is_the_same_with_any_hints_and_without(lied: bytes) -> None:
    alone = report(lied, batched=False)
    assert "deposit.presentation" in str(alone)
    good = hinted(lied)
    swapped = write_hints(
        [(leaf, good.of(leaf + 1) or bytes(480)) for leaf in range(40)]
    )
    for hints in (
        b"",
        good.data,
        good.data[:-1],
        MAGIC,
        b"x" + good.data,
        swapped.data,
    ):
        assert report(lied, hints) == alone


def test_no_byte_of_the_hints_changes_the_report(concert_transcript: bytes) -> None:
    alone = report(concert_transcript, batched=False)
    good = hinted(concert_transcript).data
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
    hints = hinted(lied).data
    single = counted(monkeypatch)
    report(lied, hints)
    assert len(single) == 1
    report(lied, batched=False)
    assert len(single) == 1 + 4


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_look_goes_on_where_the_last_one_ended(
    lied: bytes, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    alone = report(lied, batched=False)
    hints = hinted(lied).data
    monkeypatch.setattr(module, "MOST", most)
    asked: list[int] = []

    def look(
        shown: Sequence[Showing],
        given: Sequence[bytes | None],
        statements: Statements,
        randomness: Randomness,
    ) -> None:
        asked.append(len(shown))
        learn_shown(shown, given, statements, randomness)

    monkeypatch.setattr(module, "learn_shown", look)
    single = counted(monkeypatch)
    assert report(lied, hints) == alone
    assert max(asked) == most
    assert sum(asked) == 4
    assert len(single) == 1


def test_hints_are_of_the_entries_that_the_fold_took(lied: bytes) -> None:
    read = replay_file(lied, GROUP, Statements())
    made = hints_of(read)
    kinds = (EntryType.DEPOSIT, EntryType.CANCEL)
    taken = [e.index for e in read.entries if e.entry.type in kinds and not e.refusal]
    assert made.count == len(taken) == 3
    assert all(made.of(leaf) is not None for leaf in taken)
    assert made == hinted(lied)
    assert len(made.data) == len(MAGIC) + 3 * RECORD_LENGTH


def test_a_log_without_a_sale_has_no_hints(concert: Stage) -> None:
    board = play(concert.board(), concert, until="terms")
    data = bytes(board.storage.read())
    assert hinted(data).count == 0
    Ahead(SYSTEM).look(board.state, [], 0)
    assert not board.state.opened


def opened(on: Stage) -> SaleState:
    return play(on.board(), on, until="deposits").state


def test_only_what_the_fold_might_verify_is_looked_at(concert: Stage) -> None:
    state = opened(concert)
    one = deposit(concert, 0)
    credential = concert.members[0].credential
    claim = claimed(concert, credential, EPOCH).entry
    for entry in (one, cancel(concert, 0), claim):
        assert shown_in(state, entry, DEPOSIT_TIME) is not None
        assert shown_in(state, entry, None) is not None
        late = DEPOSIT_TIME + 9 * concert.registry.epoch
        assert shown_in(state, entry, late) is None
    assert shown_in(state, unreadable(concert), DEPOSIT_TIME) is None
    assert shown_in(state, concert.time_entry(DEPOSIT_TIME), DEPOSIT_TIME) is None


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
    assert replace(made, data=made.data[:-1]).of(12) is None
    assert Hints(b"").of(0) is None
    assert Hints().count == 0
