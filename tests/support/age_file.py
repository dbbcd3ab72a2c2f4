"""Reads armoured age files, as far as drand's ciphertexts need it (age-encryption.org/v1).

A file is a header of one stanza, authenticated under the file key, and a payload of chunks
that are encrypted under another key of it. The stanza holds the file key.
"""

import hashlib
import hmac
from base64 import b64decode
from dataclasses import dataclass

from nacl import bindings

BEGIN = "-----BEGIN AGE ENCRYPTED FILE-----"
END = "-----END AGE ENCRYPTED FILE-----"
CHUNK = 64 * 1024 + 16
COLUMNS = 64


@dataclass(frozen=True)
class AgeFile:
    arguments: list[str]
    """Of the stanza: its kind first."""
    body: bytes
    """Of the stanza: the wrapped file key."""
    header: bytes
    """What the MAC is over."""
    mac: bytes
    payload: bytes

    def open(self, file_key: bytes) -> bytes:
        """Return the plaintext, the header and every chunk of it authenticated."""
        mac_key = hkdf(file_key, b"", b"header")
        mac = hmac.digest(mac_key, self.header, hashlib.sha256)
        assert hmac.compare_digest(mac, self.mac), "the header is not authentic"
        key = hkdf(file_key, self.payload[:16], b"payload")
        chunks = split(self.payload[16:])
        opened = [
            bindings.crypto_aead_chacha20poly1305_ietf_decrypt(
                chunk, None, i.to_bytes(11, "big") + bytes([i == len(chunks) - 1]), key
            )
            for i, chunk in enumerate(chunks)
        ]
        return b"".join(opened)


def read_age_file(armored: str) -> AgeFile:
    """Return the parts of a file with exactly one stanza."""
    begin, *lines, end = armored.strip().split("\n")
    assert (begin, end) == (BEGIN, END)
    data = b64decode("".join(lines), validate=True)
    at = data.index(b"\n---") + 4
    header, (mac, _, payload) = data[:at], data[at:].partition(b"\n")
    version, first, *rest, _ = header.decode().split("\n")
    assert version == "age-encryption.org/v1"
    assert first.startswith("-> ")
    assert all(len(line) == COLUMNS for line in rest[:-1])
    assert len(rest[-1]) < COLUMNS
    body = unpadded("".join(rest))
    return AgeFile(
        first[3:].split(" "), body, header, unpadded(mac.decode()[1:]), payload
    )


def split(payload: bytes) -> list[bytes]:
    return [payload[at : at + CHUNK] for at in range(0, len(payload), CHUNK)]


def unpadded(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4), validate=True)


def hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    """Return 32 bytes (RFC 5869, SHA-256): the first block of the expansion."""
    extracted = hmac.digest(salt, key, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)
