"""An auditor is handed a file that is no transcript, or no longer one.

Nothing of the kind ever holds, and what was never a transcript is said to be none: no list
of checks about it is printed, some of which would hold of nothing. Elsewhere such files
passed (wmespi/honest-healthcare#52, TwiStarSystems/Secure-FTP-WEB#10).
"""

import base64
import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from command import SEED, fairlot, write_inputs


def _zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("transcript.fairlot", data)
    return buffer.getvalue()


def _tarred(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("transcript.fairlot")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


NONE: Mapping[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "gzip": gzip.compress,
    "zip": _zipped,
    "tar": _tarred,
    "base64": base64.encodebytes,
    "hex": lambda data: data.hex().encode(),
    "zeros": lambda data: bytes(len(data)),
    "byte-order-mark": lambda data: b"\xef\xbb\xbf" + data,
    "beginning-cut": lambda data: data[1:],
    "latin-1-to-utf-8": lambda data: data.decode("latin-1").encode(),
    "utf-8-with-losses": lambda data: data.decode(errors="replace").encode(),
    "terms": lambda _: b'title = "Sale"\n',
    "table": lambda _: b"nym,units,payment,refund\n",
    "page": lambda _: b"<!doctype html><title>Not found</title>",
}
DAMAGED: Mapping[str, Callable[[bytes], bytes]] = {
    "end-cut": lambda data: data[:-1],
    "half": lambda data: data[: len(data) // 2],
    "hundred-bytes": lambda data: data[:100],
    "line-ends": lambda data: data.replace(b"\n", b"\r\n"),
    "line-end-behind": lambda data: data + b"\n",
    "zeros-behind": lambda data: data + bytes(512),
    "twice": lambda data: data + data,
    "middle-lost": lambda data: data[: len(data) // 2] + data[len(data) // 2 + 4096 :],
}


@pytest.fixture(scope="module")
def transcript(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    home = tmp_path_factory.mktemp("sale")
    inputs = write_inputs(home)
    words = (inputs.terms, inputs.people, "--out", home / "out", "--seed", SEED)
    assert fairlot("run", *words).code == 0
    return (home / "out" / "transcript.fairlot").read_bytes()


@pytest.mark.thorough
@pytest.mark.parametrize("make", NONE.values(), ids=NONE)
@pytest.mark.parametrize("command", [("audit", "--rehearsal"), ("inspect",)])
def test_what_is_no_transcript_is_said_to_be_none(
    transcript: bytes,
    tmp_path: Path,
    make: Callable[[bytes], bytes],
    command: tuple[str, ...],
) -> None:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(make(transcript))
    ran = fairlot(*command, path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("fairlot: transcript.none: ")
    assert "this is no transcript" in ran.err


@pytest.mark.thorough
@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_what_is_no_longer_one_never_holds(
    transcript: bytes, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(damage(transcript))
    ran = fairlot("audit", path, "--rehearsal")
    assert ran.code == 1
    verdict = ran.out.splitlines()[-1]
    assert verdict.startswith("Verdict")
    assert "checks fail" in verdict
