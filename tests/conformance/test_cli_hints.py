"""``fairlot hints``: what makes an audit fast, and changes no word of it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from command import fairlot, in_process
from fairlot.audit.compare import View, compare
from fairlot.board import ranges
from fairlot.board.hinting import hints_of
from fairlot.cli.beacon.steps import view_of
from fairlot.cli.compare import read_log
from fairlot.cli.transcript import replay_named
from fairlot.entry import EntryType
from fairlot.identity.showing import learn_shown
from fairlot_crypto.bbs.batch import Verdict
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements
from kit.sales import GROUP
from place import closed_place


@pytest.fixture
def transcript(tmp_path: Path, concert_transcript: bytes) -> Path:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(concert_transcript)
    return path


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[bytes | None]:
    """Return what is given as hints wherever presentations are verified together."""
    given: list[bytes | None] = []

    def learn(
        showings: Sequence[Showing],
        hints: Sequence[bytes | None],
        known: Statements,
        randomness: Randomness,
    ) -> tuple[Verdict, ...]:
        given.extend(hints)
        return learn_shown(showings, hints, known, randomness)

    monkeypatch.setattr(ranges, "learn_shown", learn)
    return given


@pytest.mark.thorough
def test_hints_lie_beside_the_file_and_change_no_word(transcript: Path) -> None:
    before = fairlot("audit", transcript, "--rehearsal", "--json")
    ran = fairlot("hints", transcript)
    beside = transcript.with_name("transcript.fairlot.hints")
    assert (ran.code, ran.err) == (0, "")
    assert str(beside) in ran.out
    data = beside.read_bytes()
    assert fairlot("hints", transcript).code == 0
    assert beside.read_bytes() == data
    for wrong in (data, data[:-100], bytes(len(data)), b""):
        beside.write_bytes(wrong)
        after = fairlot("audit", transcript, "--rehearsal", "--json")
        assert (after.code, after.out, after.err) == (0, before.out, "")
    beside.unlink()
    beside.mkdir()
    after = fairlot("audit", transcript, "--rehearsal", "--json")
    assert after.out == before.out


def test_what_is_no_transcript_has_no_hints(tmp_path: Path) -> None:
    ran = fairlot("hints", tmp_path / "none")
    assert ran.code == 2
    assert ran.err.startswith("fairlot: transcript.unreadable")
    assert not list(tmp_path.iterdir())


def test_who_compares_or_contributes_verifies_together_with_hints(
    transcript: Path, seen: list[bytes | None]
) -> None:
    beside = transcript.with_name("transcript.fairlot.hints")
    beside.write_bytes(
        hints_of(replay_named(transcript, GROUP, "", cache=False)).to_bytes()
    )
    # Nothing lay beside the file when it was read for its hints.
    seen.clear()
    view = view_of(GROUP, transcript, cache=False)
    assert seen
    assert None not in seen
    seen.clear()
    log = read_log(GROUP, transcript)
    assert seen
    assert None not in seen
    assert compare(log, View.of_log(view)) is None
    beside.write_bytes(bytes(len(beside.read_bytes())))
    assert compare(view_of(GROUP, transcript, cache=False), View.of_log(log)) is None


def test_who_keeps_a_board_verifies_together_with_hints(
    tmp_path: Path, seen: list[bytes | None]
) -> None:
    place = closed_place(tmp_path)
    beside = tmp_path / "transcript.fairlot.hints"
    made = hints_of(place.view()).data
    assert isinstance(made, bytes)
    beside.write_bytes(made)
    with in_process():
        assert place.mark(EntryType.COMMIT_END).code == 0
    assert len(seen) == 1
    assert None not in seen
