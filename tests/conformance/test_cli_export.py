"""``fairlot export``: logs as files that a reader who trusts nobody can follow."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from command import Ran, fairlot
from fairlot.board.hints import write_hints
from fairlot_crypto import cbor
from fairlot_crypto.bbs.hints import HINTS_LENGTH
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.merkle import Tree
from tile_client import Follower, LieError

SCOPE = bytes(range(32))
ORIGIN = f"board.example/{SCOPE.hex()}"
FOLDER = Path("sale") / SCOPE.hex()
KEY = SigningKey.from_seed(bytes(32))
WITNESS = SigningKey.from_seed(bytes([1] * 32))


@dataclass
class Log:
    """A log that holds leaves of no meaning, and is signed like any other."""

    data: bytes = b""
    tree: Tree = field(default_factory=Tree)
    kind: str = "sale"

    def grow(
        self, leaves: int, size: int | None = None, root: bytes | None = None
    ) -> None:
        for _ in range(leaves):
            leaf = cbor.encode({"n": self.tree.size, self.kind: SCOPE, "type": "NONE"})
            self.data += leaf
            self.tree.append(leaf)
        head = Checkpoint(ORIGIN, size or self.tree.size, root or self.tree.root())
        line = sign_checkpoint(head, ORIGIN, KEY)
        self.data += cbor.encode(SignedCheckpoint(head, (line,)).to_text())

    def attach(self) -> None:
        """Repeat the last head, with a witness under it."""
        head = Checkpoint(ORIGIN, self.tree.size, self.tree.root())
        lines = (
            sign_checkpoint(head, ORIGIN, KEY),
            cosign_checkpoint(head, "witness.example", WITNESS, 1),
        )
        self.data += cbor.encode(SignedCheckpoint(head, lines).to_text())

    def export(self, folder: Path, *words: str) -> Ran:
        path = folder / "log.fairlot"
        path.write_bytes(self.data)
        return fairlot("export", path, "--out", folder / "public", *words)


def follower(folder: Path) -> Follower:
    def fetch(path: str) -> bytes | None:
        file = folder / "public" / FOLDER / path
        return file.read_bytes() if file.is_file() else None

    return Follower(ORIGIN, KEY.public, fetch)


def follow(folder: Path, steps: list[int]) -> None:
    log, reader, late = Log(), follower(folder), follower(folder)
    for step in steps:
        log.grow(step)
        assert log.export(folder).code == 0
        assert reader.update() == log.tree.size
        # Who comes seldom finds full files in the place of partial ones.
        if log.tree.size % 5 == 0:
            assert late.update() == log.tree.size
    late.update()
    assert late.entries == reader.entries
    assert reader.hashes == follower_from_nothing(folder)


def follower_from_nothing(folder: Path) -> list[bytes]:
    fresh = follower(folder)
    fresh.update()
    return fresh.hashes


def test_a_reader_follows_a_log_that_grows(tmp_path: Path) -> None:
    follow(tmp_path, [1, 2, 250, 2, 1, 1, 100, 156])


@pytest.mark.slow
def test_a_reader_follows_a_thousand_appends(tmp_path: Path) -> None:
    follow(tmp_path, [1, 2, 3, 4, 5, 6, 7] * 36)


@pytest.mark.slow
def test_a_sale_and_its_registry_lie_side_by_side(tmp_path: Path) -> None:
    kept, public = tmp_path / "kept", tmp_path / "public"
    assert fairlot("demo", "workshop", "--keep", kept).code == 0
    transcript = kept / "transcript.fairlot"
    ran = fairlot("export", transcript, "--out", public, "--json")
    logs = json.loads(ran.out)["logs"]
    assert [log["folder"].split("/")[0] for log in logs] == ["registry", "sale"]
    for log in logs:
        assert (public / log["folder"] / "checkpoint").is_file()
    (copy,) = public.rglob("transcript.fairlot")
    assert copy.parent == public / logs[1]["folder"]
    assert copy.read_bytes() == transcript.read_bytes()
    assert fairlot("audit", copy, "--rehearsal").code == 0
    again = fairlot("export", transcript, "--out", public)
    assert again.out.endswith("0 new files of tiles and bundles\n")


def test_hints_are_handed_out_beside_the_transcript(tmp_path: Path) -> None:
    log, beside = Log(), tmp_path / "log.fairlot.hints"
    log.grow(3)
    public = tmp_path / "public" / FOLDER / "transcript.fairlot.hints"
    for garbage in (b"", b"something else" * 100, write_hints(()).to_bytes()):
        beside.write_bytes(garbage)
        assert log.export(tmp_path).code == 0
        assert not public.exists()
    hints = write_hints([(1, bytes(HINTS_LENGTH))]).to_bytes()
    beside.write_bytes(hints)
    assert log.export(tmp_path).code == 0
    assert public.read_bytes() == hints
    # Those of more entries take their place, and where there are none they stay.
    log.grow(1)
    more = write_hints([(1, bytes(HINTS_LENGTH)), (3, bytes(HINTS_LENGTH))]).to_bytes()
    beside.write_bytes(more)
    assert log.export(tmp_path).code == 0
    assert public.read_bytes() == more
    beside.unlink()
    assert log.export(tmp_path).code == 0
    assert public.read_bytes() == more


def test_a_registry_has_no_hints(tmp_path: Path) -> None:
    log = Log(kind="registry")
    log.grow(3)
    hints = write_hints([(1, bytes(HINTS_LENGTH))]).to_bytes()
    (tmp_path / "log.fairlot.hints").write_bytes(hints)
    assert log.export(tmp_path).code == 0
    (copy,) = (tmp_path / "public").rglob("transcript.fairlot*")
    assert copy.name == "transcript.fairlot"


def test_co_signatures_that_came_later_are_in_the_checkpoint(tmp_path: Path) -> None:
    log = Log()
    log.grow(3)
    assert log.export(tmp_path).code == 0
    log.attach()
    assert log.export(tmp_path).code == 0
    text = (tmp_path / "public" / FOLDER / "checkpoint").read_text(encoding="utf-8")
    assert "\n\u2014 witness.example " in text


def test_what_nobody_promised_is_left_out(tmp_path: Path) -> None:
    log = Log()
    log.grow(3)
    log.data += cbor.encode({"n": 3, "sale": SCOPE, "type": "NONE"}) + b"\xa1\x61"
    assert log.export(tmp_path).code == 0
    assert follower(tmp_path).update() == 3


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("export.broken", cbor.encode([])),
        ("export.broken", b"\xff"),
        ("export.broken", cbor.encode("no head")),
    ],
)
def test_a_broken_file_is_refused_and_nothing_is_written(
    tmp_path: Path, code: str, data: bytes
) -> None:
    log = Log()
    log.grow(3)
    log.data += data
    ran = log.export(tmp_path)
    assert (ran.code, ran.err.split(": ")[1]) == (2, code)
    assert not (tmp_path / "public").exists()


@pytest.mark.parametrize(("size", "root"), [(4, None), (2, None), (None, bytes(32))])
def test_a_head_of_another_tree_is_refused(
    tmp_path: Path, size: int | None, root: bytes | None
) -> None:
    log = Log()
    log.grow(3, size, root)
    assert log.export(tmp_path).err.startswith("fairlot: export.broken: ")


def test_a_log_without_a_head_is_refused(tmp_path: Path) -> None:
    log = Log(cbor.encode({"n": 0, "sale": SCOPE, "type": "NONE"}))
    assert log.export(tmp_path).err.startswith("fairlot: export.none: ")


def test_the_folder_of_another_history_is_refused_whole(tmp_path: Path) -> None:
    log, other = Log(), Log()
    log.grow(3)
    assert log.export(tmp_path).code == 0
    other.tree.append(b"another beginning")
    other.data = cbor.encode({"n": 9, "sale": SCOPE, "type": "NONE"})
    other.tree = Tree()
    other.tree.append(other.data)
    other.grow(3)
    files = {path: path.read_bytes() for path in _files(tmp_path)}
    ran = other.export(tmp_path)
    assert (ran.code, ran.err.split(": ")[1]) == (2, "export.history")
    assert {path: path.read_bytes() for path in _files(tmp_path)} == files


def test_a_shorter_log_replaces_nothing(tmp_path: Path) -> None:
    log, older = Log(), Log()
    older.grow(2)
    log.data, log.tree = older.data, older.tree
    log.grow(1)
    assert log.export(tmp_path).code == 0
    short = Log()
    short.grow(2)
    assert short.export(tmp_path).err.startswith("fairlot: export.older: ")


def test_a_file_that_somebody_changed_is_not_mended_in_silence(tmp_path: Path) -> None:
    log = Log()
    log.grow(3)
    assert log.export(tmp_path).code == 0
    tile = tmp_path / "public" / FOLDER / "tile" / "0" / "000.p" / "3"
    tile.write_bytes(bytes(96))
    with pytest.raises(LieError):
        follower(tmp_path).update()
    assert log.export(tmp_path).err.startswith("fairlot: export.history: ")


def _files(folder: Path) -> list[Path]:
    return [path for path in (folder / "public").rglob("*") if path.is_file()]
