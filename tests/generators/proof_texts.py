"""Receipts that cannot be read (specs/log.md, section 7.2); a part of chapter log."""

import base64
from collections.abc import Sequence
from typing import TypeAlias

from fairlot_crypto.log.proof import LogProof
from generators.checkpoint import NAME, with_trailing_bit

Edits: TypeAlias = Sequence[tuple[str, str, str, bytes, bytes]]
"""Name, rule, code, the bytes that are changed, and what stands there then."""


def edits(proof: LogProof) -> Edits:
    """Return what makes a receipt of leaf 5 illegal."""
    return (*_heads(), *_numbers(), *_hashes(proof), *_notes(proof))


def _heads() -> Edits:
    first = "The first line says what follows"
    header = "proof.header"
    return (
        ("header-version", first, header, b"proof@v1", b"proof@v2"),
        ("header-missing", first, header, b"c2sp.org/tlog-proof@v1\n", b""),
        ("blank-first", first, header, b"c2sp", b"\nc2sp"),
        ("line-end", "Lines end with U+000A", header, b"v1\n", b"v1\r\n"),
        (
            "extra-empty",
            "Extra data that are none are left out; a receipt would have two texts",
            "proof.extra",
            b"index",
            b"extra \nindex",
        ),
        (
            "extra-base64",
            "Extra data have one encoding",
            "note.base64",
            b"index",
            b"extra AB==\nindex",
        ),
        (
            "extra-twice",
            "There is one line of extra data",
            "proof.index",
            b"index",
            b"extra AA==\nextra AA==\nindex",
        ),
        (
            "extra-behind",
            "Extra data come before the index",
            "note.base64",
            b"index 5\n",
            b"index 5\nextra AA==\n",
        ),
    )


def _numbers() -> Edits:
    one = "An index has one form"
    code = "proof.index"
    return (
        ("index-missing", "The index is there", code, b"index 5\n", b""),
        ("index-without-word", "The index is named", code, b"index 5", b"5"),
        ("index-empty", "The index is there", code, b"index 5", b"index "),
        ("index-zeros", one, code, b"index 5", b"index 05"),
        ("index-sign", one, code, b"index 5", b"index +5"),
        ("index-spaces", one, code, b"index 5", b"index  5"),
        ("index-digit", one, code, b"index 5", "index \u0665".encode()),
        (
            "index-64-bits",
            "An index is below 2^63",
            code,
            b"index 5",
            b"index 9223372036854775808",
        ),
    )


def _hashes(proof: LogProof) -> Edits:
    first = base64.b64encode(proof.hashes[0])
    head, _, checkpoint = proof.to_bytes().partition(b"\n\n")
    return (
        (
            "no-empty-line",
            "An empty line ends the hashes",
            "note.base64",
            b"\n\n" + NAME.encode(),
            b"\n" + NAME.encode(),
        ),
        (
            "two-empty-lines",
            "One empty line ends the hashes",
            "checkpoint.lines",
            b"\n\n" + NAME.encode(),
            b"\n\n\n" + NAME.encode(),
        ),
        (
            "cut",
            "The checkpoint follows",
            "proof.layout",
            head + b"\n\n" + checkpoint,
            head + b"\n",
        ),
        (
            "hash-of-31-bytes",
            "Hashes have 32 bytes; bytes could move between neighbours",
            "proof.hash",
            first,
            base64.b64encode(proof.hashes[0][:31]),
        ),
        (
            "hash-in-hex",
            "Hashes are base64",
            "proof.hash",
            first,
            proof.hashes[0].hex().encode(),
        ),
        (
            "hash-trailing-bits",
            "Unused bits are zero; a hash would have four texts",
            "note.base64",
            first,
            with_trailing_bit(f"{first.decode()}\n").strip().encode(),
        ),
        (
            "hashes-64",
            "A path has at most 63 hashes",
            "proof.hash-count",
            first,
            b"\n".join([first] * 61),
        ),
    )


def _notes(proof: LogProof) -> Edits:
    text = proof.signed.to_text().encode()
    rule = "The checkpoint is one of section 4"
    return (
        ("checkpoint-size", rule, "checkpoint.size", b"\n13\n", b"\n013\n"),
        (
            "checkpoint-unsigned",
            rule,
            "note.layout",
            text,
            text[: text.index(b"\n\n") + 1],
        ),
        ("checkpoint-missing", rule, "note.layout", text, b""),
        ("checkpoint-line-end", rule, "note.characters", b"\n13\n", b"\r\n13\n"),
        (
            "latin-1",
            "A receipt is UTF-8",
            "proof.characters",
            text,
            text + "\u2014 w".encode() + b"\xe9 AAAAAAA=\n",
        ),
        (
            "bytes-behind",
            "Nothing follows the checkpoint",
            "note.layout",
            text,
            text + b"\n",
        ),
    )
