"""``fairlot hints``: what makes an audit fast, and changes no word of it."""

from pathlib import Path

import pytest

from command import fairlot


@pytest.fixture
def transcript(tmp_path: Path, concert_transcript: bytes) -> Path:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(concert_transcript)
    return path


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
