"""Where the bytes of a transcript come from: a file, or a stream that may never end."""

import gc
from io import BufferedReader, BytesIO, TextIOWrapper
from pathlib import Path
from typing import cast
from unittest.mock import patch
from weakref import ref

import pytest

from fairlot import audit_transcript
from fairlot.audit import transcript_file
from fairlot.audit.transcript_file import read_stream
from fairlot.cli.transcript import read_named, source_named
from fairlot.errors import InputError


@pytest.fixture
def streaming(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, concert_transcript: bytes
) -> bytes:
    """Work in an empty folder, with a transcript on standard input."""
    monkeypatch.chdir(tmp_path)
    stream = TextIOWrapper(BytesIO(concert_transcript))
    monkeypatch.setattr("sys.stdin", stream)
    return concert_transcript


@pytest.mark.parametrize("hyphen", ["-", Path("-")])
def test_a_hyphen_is_a_file_to_the_library(
    hyphen: str | Path, streaming: bytes
) -> None:
    with pytest.raises(InputError) as caught:
        audit_transcript(hyphen)
    assert caught.value.code == "transcript.unreadable"
    Path("-").write_bytes(streaming)
    assert audit_transcript(hyphen, rehearsal=True).holds


def test_a_hyphen_is_standard_input_to_a_command(streaming: bytes) -> None:
    assert read_named(Path("-")) == streaming


def test_a_file_that_nobody_uses_any_more_is_closed(
    tmp_path: Path, concert_transcript: bytes
) -> None:
    """A host's processes take thousands of steps: each would keep a file open."""
    path, opened = tmp_path / "transcript.fairlot", list[BufferedReader]()
    path.write_bytes(concert_transcript)
    real = Path.open

    def tell(self: Path, mode: str, size: int) -> BufferedReader:
        found = cast("BufferedReader", real(self, mode, size))
        opened.append(found)
        return found

    with patch.object(Path, "open", tell):
        source = source_named(path)
    (file,), used = opened, ref(source)
    assert source.read(0, 9) == concert_transcript[:9]
    assert not file.closed
    del source
    gc.collect()
    assert (used(), file.closed) == (None, True)


def test_a_stream_is_read_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch, concert_transcript: bytes
) -> None:
    longest = len(concert_transcript)
    monkeypatch.setattr(transcript_file, "STREAM_LIMIT", longest)
    assert read_stream("a", BytesIO(concert_transcript)) == concert_transcript
    with pytest.raises(InputError) as caught:
        read_stream("a", BytesIO(concert_transcript + b"\x00"))
    assert caught.value.code == "transcript.too-long"
