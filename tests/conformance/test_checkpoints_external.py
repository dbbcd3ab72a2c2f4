"""Published signed notes and checkpoints."""

import json
from typing import Any

import pytest

from external import external_vectors
from fairlot_crypto.errors import CryptoError, EncodingError, ProofError
from fairlot_crypto.keys import VerifyKey, verify_signature
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    verify_checkpoint,
)
from fairlot_crypto.log.note import KeyKind, Note, NoteKey, line_of


def notes() -> list[dict[str, Any]]:
    file = external_vectors("checkpoints") / "signed-notes.json"
    published: list[dict[str, Any]] = json.loads(file.read_text())["notes"]
    assert published
    return published


def text_of(note: dict[str, Any]) -> str:
    lines = "".join(signature["line"] + "\n" for signature in note["signatures"])
    return f"{note['text']}\n{lines}"


def keys_of(note: dict[str, Any]) -> list[NoteKey]:
    return [NoteKey.parse(signature["vkey"]) for signature in note["signatures"]]


def test_every_note_reads_back_and_every_signature_verifies() -> None:
    verified = 0
    for published in notes():
        text = text_of(published)
        note = Note.parse(text)
        assert note.to_text() == text
        assert note.text == published["text"]
        for key, signature in zip(
            keys_of(published), published["signatures"], strict=True
        ):
            assert key.kind is KeyKind.ED25519
            assert key.to_text() == signature["vkey"]
            line = line_of(note.lines, key)
            assert line.to_text() == signature["line"]
            verify_signature(key.key, note.text.encode(), line.signature)
            verified += 1
    assert verified == 5


def test_the_checkpoints_among_them_read_back_and_verify() -> None:
    verified = 0
    for published in notes():
        text = text_of(published)
        if published["text"].count("\n") != 3:
            with pytest.raises(EncodingError):
                SignedCheckpoint.parse(text)
            continue
        signed = SignedCheckpoint.parse(text)
        assert signed.to_text() == text
        for key in keys_of(published):
            verify_checkpoint(signed, key.name, key.key)
        verified += 1
    assert verified == 4


def test_no_note_verifies_after_a_change_of_its_text() -> None:
    for published in notes():
        note = Note.parse(text_of(published))
        for key in keys_of(published):
            signature = line_of(note.lines, key).signature
            changed = note.text.replace("\n", "!\n", 1)
            with pytest.raises(ProofError):
                verify_signature(key.key, changed.encode(), signature)


def test_heads_of_the_witness_sequence_hold_and_the_forged_ones_do_not() -> None:
    """Only heads are read here: answering as a witness is another matter.

    One forged head differs in the trailing bits of its base64 alone.
    """
    file = external_vectors("checkpoints") / "tlog-witness-add-checkpoint-sequence.json"
    sequence = json.loads(file.read_text())
    key = VerifyKey(bytes.fromhex(sequence["log_ed25519_key_hex"]))
    accepted = forged = 0
    for request in sequence["requests"]:
        if request["http_status"] == 200:
            check_head(request["checkpoint"], key)
            accepted += 1
        if any("invalid signature" in text for text in request["asserts"]):
            with pytest.raises(CryptoError):
                check_head(request["checkpoint"], key)
            forged += 1
    assert accepted >= 2
    assert forged >= 1


def check_head(text: str, key: VerifyKey) -> None:
    signed = SignedCheckpoint.parse(text)
    assert signed.to_text() == text
    verify_checkpoint(signed, signed.checkpoint.origin, key)


def test_a_published_root_is_the_one_encoding_of_its_bytes() -> None:
    for published in notes():
        if published["text"].count("\n") == 3:
            checkpoint = Checkpoint.parse(published["text"])
            assert checkpoint.body() == published["text"]
