"""Signed notes, and the two kinds of key with which fairlot signs them (specs/log.md).

The format is C2SP signed-note, made strict: a note that parses serialises to the same bytes.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.keys import KEY_LENGTH, VerifyKey, check_verify_key

MAX_SIGNATURES = 64
"""The most signature lines of a note; C2SP asks for 16 at least."""

KEY_ID_LENGTH = 4

_DASH = "\u2014 "
_NOT_TEXT = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")


class KeyKind(IntEnum):
    """The signature type byte of C2SP signed-note."""

    ED25519 = 0x01
    """An Ed25519 signature over the text."""
    COSIGNATURE_V1 = 0x04
    """A time and an Ed25519 signature over the time and the text."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key as a signature line refers to it."""

    name: str
    """The key name: not empty, and without Unicode space or ``+``."""
    kind: KeyKind
    """The kind of message that the key signs."""
    key: VerifyKey
    """The Ed25519 public key, 32 bytes."""

    @property
    def key_id(self) -> bytes:
        """The 4 bytes SHA-256(name || 0x0A || kind || key)[:4]."""
        message = self.name.encode() + b"\n" + bytes([self.kind]) + self.key
        return hashlib.sha256(message).digest()[:KEY_ID_LENGTH]

    def to_text(self) -> str:
        """Return the vkey: ``name+key id in hex+base64(kind || key)``."""
        encoded = encode_base64(bytes([self.kind]) + self.key)
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> "NoteKey":
        """Read a vkey.

        Raises:
            EncodingError: ``note.vkey``, ``note.key-name``, ``note.base64``,
                ``signature.key``.
        """
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        check_key_name(name)
        material = decode_base64(encoded)
        if len(material) != 1 + KEY_LENGTH or material[0] not in list(KeyKind):
            raise EncodingError(
                "note.vkey", "the key must be an Ed25519 key of kind 0x01 or 0x04"
            )
        parsed = cls(name, KeyKind(material[0]), check_verify_key(material[1:]))
        if parsed.key_id.hex() != key_id:
            raise EncodingError(
                "note.vkey", "the key id must be that of this name and key"
            )
        return parsed


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature under a note."""

    name: str
    """The key name of the signer."""
    key_id: bytes
    """The id of the key, 4 bytes; with the name it identifies the key."""
    signature: bytes
    """The signature, at least 1 byte; the kind of the key gives it its form."""

    def to_text(self) -> str:
        """Return the line without its newline."""
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.signature)}"

    @classmethod
    def parse(cls, line: str) -> "SignatureLine":
        """Read a line without its newline (specs/log.md, section 3.1).

        Raises:
            EncodingError: ``note.signature-line``, ``note.key-name``, ``note.base64``.
        """
        # Step 4.
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not space:
            raise EncodingError(
                "note.signature-line",
                "a signature line must be: em dash, key name, base64",
            )
        # Step 5.
        check_key_name(name)
        # Step 6.
        material = decode_base64(encoded)
        # Step 7.
        if len(material) <= KEY_ID_LENGTH:
            raise EncodingError(
                "note.signature-line",
                "a signature line must hold a signature after the key id",
            )
        return cls(name, material[:KEY_ID_LENGTH], material[KEY_ID_LENGTH:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it."""

    text: str
    """The signed text, including its final newline."""
    lines: tuple[SignatureLine, ...]
    """The signature lines: at least one, and at most one of each key."""

    def to_text(self) -> str:
        """Return the signed note."""
        return self.text + "\n" + "".join(f"{s.to_text()}\n" for s in self.lines)

    @classmethod
    def parse(cls, note: str) -> "Note":
        """Read a signed note (specs/log.md, section 3.1).

        Raises:
            EncodingError: ``note.characters``, ``note.layout``,
                ``note.signature-count``, ``note.signature-line``, ``note.key-name``,
                ``note.base64``, ``note.duplicate-key``.
        """
        # Step 1.
        if not is_text(note):
            raise EncodingError(
                "note.characters",
                "a note must hold neither control characters nor surrogates",
            )
        # Step 2.
        text, blank, block = note.rpartition("\n\n")
        if not blank or not block.endswith("\n"):
            raise EncodingError(
                "note.layout",
                "a note must be: text, blank line, signature lines",
            )
        # Step 3.
        lines = block.removesuffix("\n").split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise EncodingError(
                "note.signature-count",
                f"a note must have at most {MAX_SIGNATURES} signature lines",
            )
        # Steps 4 to 7, line by line.
        parsed = tuple(SignatureLine.parse(line) for line in lines)
        # Step 8.
        if len({(line.name, line.key_id) for line in parsed}) != len(parsed):
            raise EncodingError(
                "note.duplicate-key", "every signature line must name another key"
            )
        return cls(text + "\n", parsed)


def line_of(lines: Iterable[SignatureLine], key: NoteKey) -> SignatureLine:
    """Return the line that names ``key``; its signature is not checked here.

    Raises:
        ProofError: ``note.unsigned`` if there is none.
    """
    for line in lines:
        if (line.name, line.key_id) == (key.name, key.key_id):
            return line
    raise ProofError(
        "note.unsigned", f"a signature line must name the key {key.to_text()}"
    )


def check_key_name(name: str) -> None:
    """Check a key name.

    Raises:
        EncodingError: ``note.key-name``.
    """
    if not name or not is_text(name) or any(c.isspace() or c == "+" for c in name):
        raise EncodingError(
            "note.key-name",
            "a key name must not be empty, and hold no blank, + or control character",
        )


def encode_base64(data: bytes) -> str:
    """Encode in the standard alphabet with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode()


def decode_base64(text: str) -> bytes:
    """Decode the one encoding that ``encode_base64`` gives.

    Raises:
        EncodingError: ``note.base64`` for other characters, missing padding and
            trailing bits that are not zero.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EncodingError(
            "note.base64", "the text must be base64 with padding"
        ) from error
    if encode_base64(data) != text:
        raise EncodingError(
            "note.base64",
            "base64 must be canonical: padded, and without stray bits at its end",
        )
    return data


def is_text(text: str) -> bool:
    """Tell whether a note may hold ``text``: Unicode, no control but newlines."""
    return _NOT_TEXT.search(text) is None
