"""Checkpoints: three lines, a log's signature, cosignatures with a time."""

import base64
from dataclasses import replace

import pytest

from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.keys import SigningKey, verify_signature
from fairlot_crypto.log.checkpoint import (
    MAX_INTEGER,
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
    unknown_lines,
    verify_checkpoint,
    verify_cosignature,
)
from fairlot_crypto.log.note import KeyKind, NoteKey

NAME = "board.example/sale"
KEY = SigningKey.from_seed(bytes(range(32)))
OTHER = SigningKey.from_seed(bytes(32))
ROOT = bytes(range(32))
CHECKPOINT = Checkpoint(NAME, 42, ROOT)
TIME = 1893456000
SIGNED = SignedCheckpoint(
    CHECKPOINT,
    (
        sign_checkpoint(CHECKPOINT, NAME, KEY),
        cosign_checkpoint(CHECKPOINT, NAME, KEY, TIME),
    ),
)
BODY = f"{NAME}\n42\n{base64.b64encode(ROOT).decode()}\n"


def test_the_body_is_three_lines() -> None:
    assert CHECKPOINT.body() == BODY
    assert Checkpoint.parse(BODY) == CHECKPOINT


def test_a_signed_checkpoint_reads_back_and_verifies() -> None:
    text = SIGNED.to_text()
    signed = SignedCheckpoint.parse(text)
    assert signed == SIGNED
    assert signed.to_text() == text
    verify_checkpoint(signed, NAME, KEY.public)
    assert verify_cosignature(signed, NAME, KEY.public) == TIME


def test_the_signature_is_over_the_body() -> None:
    verify_signature(KEY.public, BODY.encode(), SIGNED.lines[0].signature)


def test_the_cosignature_is_over_header_time_and_body() -> None:
    message = f"cosignature/v1\ntime {TIME}\n{BODY}".encode()
    time, signature = SIGNED.lines[1].signature[:8], SIGNED.lines[1].signature[8:]
    assert int.from_bytes(time, "big") == TIME
    verify_signature(KEY.public, message, signature)


def test_lines_of_unknown_keys_are_listed() -> None:
    board = NoteKey(NAME, KeyKind.ED25519, KEY.public)
    clock = NoteKey(NAME, KeyKind.COSIGNATURE_V1, KEY.public)
    assert unknown_lines(SIGNED, (board, clock)) == ()
    assert unknown_lines(SIGNED, (board,)) == SIGNED.lines[1:]
    stranger = cosign_checkpoint(CHECKPOINT, "w.example", OTHER, TIME)
    signed = replace(SIGNED, lines=(*SIGNED.lines, stranger))
    assert unknown_lines(signed, (board, clock)) == (stranger,)


@pytest.mark.parametrize("size", [0, 1, 9, 10, MAX_INTEGER])
def test_legal_sizes_read_back(size: int) -> None:
    checkpoint = Checkpoint(NAME, size, ROOT)
    assert Checkpoint.parse(checkpoint.body()) == checkpoint


@pytest.mark.parametrize(
    "size",
    [
        *("", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "0x1", "1.0", "1e3"),
        *("\uff11", "\u0661", str(MAX_INTEGER + 1), "9" * 5000),
    ],
)
def test_other_sizes_are_refused(size: str) -> None:
    with pytest.raises(EncodingError) as caught:
        Checkpoint.parse(BODY.replace("\n42\n", f"\n{size}\n"))
    assert caught.value.code == "checkpoint.size"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "checkpoint.lines"),
        (BODY.removesuffix("\n"), "checkpoint.lines"),
        (BODY + "\n", "checkpoint.lines"),
        (BODY + "extension\n", "checkpoint.lines"),
        (BODY.removeprefix(NAME), "checkpoint.origin"),
        ("a\tb" + BODY, "checkpoint.origin"),
        ("a\ud800" + BODY, "checkpoint.origin"),
        (f"{NAME}\n42\n{base64.b64encode(ROOT[1:]).decode()}\n", "checkpoint.root"),
        (f"{NAME}\n42\n\n", "checkpoint.root"),
        (f"{NAME}\n42\n{ROOT.hex()}\n", "checkpoint.root"),
        (BODY.replace("=\n", "\n"), "note.base64"),
        (BODY.replace("8=\n", "9=\n"), "note.base64"),
    ],
)
def test_other_bodies_are_refused(body: str, code: str) -> None:
    with pytest.raises(EncodingError) as caught:
        Checkpoint.parse(body)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        ("", 1, ROOT),
        ("a\nb", 1, ROOT),
        ("a\rb", 1, ROOT),
        ("a\ud800", 1, ROOT),
        (NAME, -1, ROOT),
        (NAME, MAX_INTEGER + 1, ROOT),
        (NAME, 1, ROOT[:31]),
        (NAME, 1, ROOT + b"\0"),
    ],
)
def test_a_checkpoint_that_could_not_be_written_is_not_made(
    origin: str, size: int, root: bytes
) -> None:
    with pytest.raises(CallerError) as caught:
        Checkpoint(origin, size, root)
    assert caught.value.code == "checkpoint.field"


@pytest.mark.parametrize("time", [-1, MAX_INTEGER + 1])
def test_a_time_out_of_range_is_not_cosigned(time: int) -> None:
    with pytest.raises(CallerError) as caught:
        cosign_checkpoint(CHECKPOINT, NAME, KEY, time)
    assert caught.value.code == "checkpoint.cosign-time"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n"])
def test_a_name_that_no_line_can_hold_does_not_sign(name: str) -> None:
    with pytest.raises(EncodingError) as caught:
        sign_checkpoint(CHECKPOINT, name, KEY)
    assert caught.value.code == "note.key-name"
    with pytest.raises(EncodingError) as caught:
        cosign_checkpoint(CHECKPOINT, name, KEY, TIME)
    assert caught.value.code == "note.key-name"
