"""A reader of tiled logs, written from C2SP's texts alone: it knows nothing of fairlot.

tlog-tiles (paths, widths, bundles), tlog-checkpoint and signed-note (texts, key ids),
tlog-cosignature/v1 and tlog-proof. Only hashlib, base64 and an Ed25519 library are used.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from nacl.signing import VerifyKey

Fetch = Callable[[str], bytes]


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _root(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return _node(_root(hashes[:split]), _root(hashes[split:]))


def _key_id(name: str, kind: int, key: bytes) -> bytes:
    text = name.encode() + b"\n" + bytes([kind]) + key
    return hashlib.sha256(text).digest()[:4]


def _number(index: int) -> str:
    """Three digits a path element, all but the last behind an x."""
    text = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        text = f"x{index % 1000:03d}/{text}"
    return text


def tile_path(level: str, index: int, width: int) -> str:
    part = "" if width == 256 else f".p/{width}"
    return f"tile/{level}/{_number(index)}{part}"


def open_checkpoint(text: str, origin: str, key: bytes) -> tuple[int, bytes]:
    """Verify the log's signature; return size and root."""
    body, _, lines = text.partition("\n\n")
    said, size, root = (body + "\n").split("\n")[:3]
    if said != origin:
        raise ValueError(f"the origin is {said}")
    for line in lines.splitlines():
        dash, name, encoded = line.split(" ")
        data = base64.b64decode(encoded, validate=True)
        if dash == "—" and name == origin and data[:4] == _key_id(name, 1, key):
            VerifyKey(key).verify(f"{body}\n".encode(), data[4:])
            return int(size), base64.b64decode(root, validate=True)
    raise ValueError("the log did not sign")


def check_proof(proof: bytes, entry: bytes, origin: str, key: bytes) -> int:
    """Verify a tlog-proof; return the index (RFC 9162, section 2.1.3.2)."""
    head, _, checkpoint = proof.decode().partition("\n\n")
    version, index_line, *hashes = head.split("\n")
    if version != "c2sp.org/tlog-proof@v1":
        raise ValueError(version)
    index = int(index_line.removeprefix("index "))
    size, root = open_checkpoint(checkpoint, origin, key)
    fn, sn, value = index, size - 1, _leaf(entry)
    for text in hashes:
        sibling = base64.b64decode(text, validate=True)
        if fn & 1 or fn == sn:
            value = _node(sibling, value)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            value = _node(value, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn or value != root:
        raise ValueError("the path does not lead to the root")
    return index


@dataclass
class Follower:
    """Follows one log, and fetches each file that it needs once."""

    fetch: Fetch
    origin: str
    key: bytes
    entries: list[bytes] = field(default_factory=list[bytes])
    fetched: list[str] = field(default_factory=list[str])

    def follow(self) -> int:
        """Read what is new; everything must lead to the signed root."""
        text = self.fetch("checkpoint").decode()
        size, root = open_checkpoint(text, self.origin, self.key)
        if size < len(self.entries):
            raise ValueError("the log has shrunk")
        first = len(self.entries) // 256
        del self.entries[first * 256 :]
        for index in range(first, -(-size // 256)):
            self.entries += self._bundle(index, min(256, size - index * 256))
        level, hashes = 0, [_leaf(entry) for entry in self.entries]
        if _root(hashes) != root:
            raise ValueError("the entries are not those of the root")
        while hashes:
            self._check_level(level, hashes)
            whole = len(hashes) // 256
            hashes = [_root(hashes[i * 256 : (i + 1) * 256]) for i in range(whole)]
            level += 1
        return size

    def _check_level(self, level: int, hashes: list[bytes]) -> None:
        """The last tile of each level holds what the entries give."""
        index, width = divmod(len(hashes), 256)
        if not width:
            index, width = index - 1, 256
        data = self._get(tile_path(str(level), index, width))
        if data != b"".join(hashes[index * 256 :][:width]):
            raise ValueError(f"tile {index} of level {level} lies")

    def _bundle(self, index: int, width: int) -> list[bytes]:
        data = self._get(tile_path("entries", index, width))
        found, at = list[bytes](), 0
        while at < len(data):
            length = int.from_bytes(data[at : at + 2], "big")
            found.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        if at != len(data) or len(found) != width:
            raise ValueError("the bundle does not end with an entry")
        return found

    def _get(self, path: str) -> bytes:
        self.fetched.append(path)
        return self.fetch(path)
