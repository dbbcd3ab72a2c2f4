"""Files and streams that are made to wear an auditor out, or to get a verdict without one."""

import json
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from command import FAIRLOT, fairlot, run_program
from fairlot.audit.transcript_file import STREAM_LIMIT, read_stream
from fairlot.errors import InputError
from kit.sales import stage
from kit.sales import transcript as transcript_of


class Zeros:
    """A stream of zeros that never ends, and tells how much was read of it."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        """Return so many zeros; nobody may ask for all of them."""
        if size < 0:
            raise AssertionError("this stream never ends")
        self.taken += size
        return bytes(size)


@pytest.fixture(scope="module")
def transcript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the transcript of a small rehearsal."""
    path = tmp_path_factory.mktemp("fire") / "transcript.fairlot"
    path.write_bytes(transcript_of(stage()))
    return path


def test_hardly_anything_is_read_of_what_is_no_transcript() -> None:
    """200 MB of zeros took 2.6 GB and hours."""
    endless = Zeros()
    with pytest.raises(InputError, match=r"transcript\.none"):
        read_stream("zeros", cast("BinaryIO", endless))
    assert endless.taken < STREAM_LIMIT // 10_000


ODD_FILES = {
    "empty": b"",
    "zeros": bytes(1000),
    "ones": b"\xff" * 1000,
    "text": b"nym,units,payment,refund\n",
    "a picture": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500),
    "an archive": b"\x1f\x8b\x08\x00" + bytes(500),
    "a long text that is not there": b"\x7b" + b"\xff" * 8,
    "a deep array": b"\x81" * 100_000,
    "an empty map": b"\xa0" * 50,
    "an empty note": b"\x60" * 50,
    "every byte": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("name", ODD_FILES)
@pytest.mark.parametrize("command", ["audit", "inspect"])
def test_what_is_no_transcript_is_said_in_one_line(
    tmp_path: Path, command: str, name: str
) -> None:
    """It was "A05 holds, A13 holds" of a picture."""
    path = tmp_path / "odd"
    path.write_bytes(ODD_FILES[name])
    ran = fairlot(command, path, "--json")
    assert (ran.code, ran.out) == (2, "")
    assert "this is no transcript" in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.slow
def test_noise_behind_a_transcript_is_counted_not_kept(
    transcript: Path, tmp_path: Path
) -> None:
    path = tmp_path / "noisy"
    path.write_bytes(transcript.read_bytes() + bytes(200_000))
    ran = fairlot("audit", path, "--rehearsal", "--json")
    assert ran.code == 1
    report = json.loads(ran.out)
    (first, *_) = report["checks"]
    assert (first["holds"], first["found"]) == (False, 100_002)
    assert [f["code"] for f in first["findings"][-2:]] == ["file.given-up", "file.tail"]
    assert len(first["findings"]) == 1_002


@pytest.mark.slow
def test_endless_streams_are_not_read(transcript: Path) -> None:
    with Path("/dev/zero").open("rb") as endless:
        ran = run_program(FAIRLOT, "audit", "-", stdin=endless)
    assert (ran.code, ran.out) == (2, "")
    assert "this is no transcript" in ran.err
    with transcript.open("rb") as file:
        ran = run_program(FAIRLOT, "audit", "-", "--rehearsal", stdin=file)
    assert (ran.code, ran.err) == (0, "")


def test_endless_evidence_is_not_read() -> None:
    """A device that never ends was read whole, and is no evidence."""
    ran = fairlot("compare", "--evidence", Path("/dev/zero"))
    assert (ran.code, ran.out) == (2, "")
    assert "evidence.form" in ran.err


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["1", "2"])
def test_closed_output_does_not_change_the_verdict(
    transcript: Path, closed: str
) -> None:
    script = f'exec "$1" audit "$2" --rehearsal {closed}>&-'
    ran = run_program("/bin/sh", "-c", script, "sh", FAIRLOT, transcript)
    assert ran.code == 0
