"""The folder of a board with two witnesses, for processes over loopback."""

import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from command import fairlot
from fairlot.board.storage import create_transcript
from fairlot.cli.beacon.files import write_key as write_key_file
from fairlot.cli.role_keys import PUBLIC, PublicKey
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from kit.c2sp_client import check_proof
from kit.sales import deposit, play, stage

ON = stage().watched()
NAMED = ON.terms.witnesses.named
SENT = deposit(ON, 0).encoded, deposit(ON, 1).encoded


def make_club(folder: Path) -> Path:
    """Make the folder of a board, and the keys of its two witnesses; return the first."""
    with closing(create_transcript(folder / "begun")) as storage:
        play(ON.board(storage), ON, until="terms")
    write_key(folder / "board.key", "board", ON.terms.board.name, ON.parts.board.seed)
    for number in (0, 1):
        seed = ON.witness_key(number).seed
        write_key(folder / f"w{number}.key", "witness", NAMED[number].name, seed)
        (folder / f"w{number}").mkdir()
    words = ("board", "new", folder / "club", "--from", folder / "begun")
    assert fairlot(*words, "--key", folder / "board.key").code == 0
    return folder / "club"


def write_key(path: Path, role: str, name: str, seed: bytes) -> None:
    """Write a key that the terms name, with its public file beside it."""
    key = SigningKey(seed)
    write_key_file(path, key)
    public = PublicKey(role, key.public, name).to_bytes()
    path.with_name(f"{path.name}{PUBLIC}").write_bytes(public)


def serving(folder: Path, number: int, port: int = 0) -> tuple[str | Path, ...]:
    words = ("witness", "serve", folder / f"w{number}", "--port", str(port))
    files = ("--key", folder / f"w{number}.key", "--board", folder / "board.key.pub")
    return (*words, *files)


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310
        found: bytes = answer.read()
    return found


def send(address: str, body: bytes) -> tuple[int, float]:
    """Send an entry; return its index and how long the answer took."""
    begun = time.monotonic()
    with urllib.request.urlopen(f"{address}/add", body, timeout=20) as answer:  # noqa: S310
        proof = answer.read()
    index = check_proof(proof, body, ON.terms.log.origin, ON.terms.board.key)
    return index, time.monotonic() - begun


def witnesses_of(address: str) -> set[str]:
    """Return whose co-signatures the last head shows."""
    head = SignedCheckpoint.parse(get(f"{address}/checkpoint").decode())
    return {line.name for line in head.lines[1:]}


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
