"""A reader of logs in tiles, written from the texts of C2SP alone.

It shares no code with what it reads: signed-note, tlog-checkpoint and tlog-tiles by their
words, the tree by RFC 6962, section 2.1.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nacl.signing import VerifyKey

ED25519 = b"\x01"


class LieError(Exception):
    """What was served is not the log's."""


@dataclass
class Follower:
    """Follows one log: keeps its last checkpoint, and every hash of a leaf before it."""

    origin: str
    key: bytes
    fetch: Callable[[str], bytes | None]
    """Returns the content of a path; ``None`` where there is no such file."""
    hashes: list[bytes] = field(default_factory=list[bytes])
    entries: list[bytes] = field(default_factory=list[bytes])

    def update(self) -> int:
        """Read up to the checkpoint, check everything that is read, and return its size."""
        size, root = self._checkpoint()
        if size < len(self.hashes):
            raise LieError("the log has shrunk")
        new = list(self.entries)
        for number in range(len(self.entries) // 256, (size + 255) // 256):
            bundle = _split(self._get("entries", number, size, ""))
            wanted = min(256, size - number * 256)
            if bundle[: len(new) - number * 256] != new[number * 256 :]:
                raise LieError("an entry has changed")
            new[number * 256 :] = bundle[:wanted]
        hashes = [hashlib.sha256(b"\0" + entry).digest() for entry in new]
        if len(hashes) != size or _root(hashes) != root:
            raise LieError("the entries do not lead to the checkpoint")
        self._tiles(hashes)
        self.entries, self.hashes = new, hashes
        return size

    def _checkpoint(self) -> tuple[int, bytes]:
        data = self.fetch("checkpoint") or b""
        text, _, signatures = data.decode().rpartition("\n\n")
        body = text + "\n"
        key_id = hashlib.sha256(self.origin.encode() + b"\n" + ED25519 + self.key)
        for line in signatures.splitlines():
            dash, name, encoded = line.split(" ")
            raw = base64.b64decode(encoded, validate=True)
            if (dash, name, raw[:4]) == ("\u2014", self.origin, key_id.digest()[:4]):
                VerifyKey(self.key).verify(body.encode(), raw[4:])
                break
        else:
            raise LieError("the log has not signed")
        origin, size, root = body.splitlines()[:3]
        if origin != self.origin:
            raise LieError("another log")
        return int(size), base64.b64decode(root, validate=True)

    def _tiles(self, hashes: Sequence[bytes]) -> None:
        """Compare every tile with the hashes that the entries have."""
        level, row = 0, list(hashes)
        while row:
            for number in range((len(row) + 255) // 256):
                part = row[number * 256 : number * 256 + 256]
                data = self._get(str(level), number, len(row), "")
                if data[: 32 * len(part)] != b"".join(part):
                    raise LieError("a tile does not hold the hashes of its level")
            full = len(row) // 256
            row = [_root(row[n * 256 : n * 256 + 256]) for n in range(full)]
            level += 1

    def _get(self, kind: str, number: int, count: int, prefix: str) -> bytes:
        digits = f"{number:03}"
        while len(digits) % 3:
            digits = "0" + digits
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        path = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
        full = f"{prefix}tile/{kind}/{path}"
        width = count - number * 256
        data = None if width >= 256 else self.fetch(f"{full}.p/{width}")
        data = self.fetch(full) if data is None else data
        if data is None:
            raise LieError(f"{full} is not there")
        return data


def _split(data: bytes) -> list[bytes]:
    entries: list[bytes] = []
    while data:
        length = int.from_bytes(data[:2], "big")
        entries.append(data[2 : 2 + length])
        if len(entries[-1]) != length:
            raise LieError("a bundle ends within an entry")
        data = data[2 + length :]
    return entries


def _root(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    left, right = _root(hashes[:half]), _root(hashes[half:])
    return hashlib.sha256(b"\1" + left + right).digest()
