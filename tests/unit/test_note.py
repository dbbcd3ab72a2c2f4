"""Signed notes: one text, one reading."""

import base64
import hashlib

import pytest

from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.note import (
    MAX_SIGNATURES,
    KeyKind,
    Note,
    NoteKey,
    SignatureLine,
    line_of,
)

KEY = SigningKey.from_seed(bytes(range(32)))
BOARD = NoteKey("board.example/log", KeyKind.ED25519, KEY.public)
WITNESS = NoteKey("board.example/log", KeyKind.COSIGNATURE_V1, KEY.public)
LINE = SignatureLine("board.example/log", b"\1\2\3\4", b"signature")


def test_the_key_id_hashes_name_kind_and_key() -> None:
    message = b"board.example/log\n\x01" + KEY.public
    assert BOARD.key_id == hashlib.sha256(message).digest()[:4]
    assert WITNESS.key_id != BOARD.key_id


def test_a_vkey_reads_back() -> None:
    for key in (BOARD, WITNESS):
        assert NoteKey.parse(key.to_text()) == key
    name, key_id, material = BOARD.to_text().split("+", 2)
    assert name == "board.example/log"
    assert bytes.fromhex(key_id) == BOARD.key_id
    assert base64.b64decode(material) == b"\x01" + KEY.public


def vkey(name: str, material: bytes) -> str:
    key_id = hashlib.sha256(name.encode() + b"\n" + material).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(material).decode()}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOARD.to_text().replace("log+", "log2+"), "note.vkey"),
        (BOARD.to_text().replace(BOARD.key_id.hex(), "00000000"), "note.vkey"),
        (vkey("b", b"\x02" + KEY.public), "note.vkey"),
        (vkey("b", b"\x01" + KEY.public[:31]), "note.vkey"),
        (vkey("b", b"\x01" + KEY.public + b"\0"), "note.vkey"),
        (vkey("b", b""), "note.vkey"),
        (vkey("", b"\x01" + KEY.public), "note.key-name"),
        (vkey("a b", b"\x01" + KEY.public), "note.key-name"),
        (vkey("b", b"\x01" + KEY.public).rstrip("=") + "!", "note.base64"),
        (vkey("b", b"\x01" + b"\x01" + bytes(31)), "signature.key"),
        ("board.example", "note.vkey"),
    ],
)
def test_other_vkeys_are_refused(text: str, code: str) -> None:
    with pytest.raises(EncodingError) as caught:
        NoteKey.parse(text)
    assert caught.value.code == code


def test_an_upper_case_key_id_is_refused() -> None:
    text = BOARD.to_text()
    upper = BOARD.key_id.hex().upper()
    assert upper != BOARD.key_id.hex()
    with pytest.raises(EncodingError):
        NoteKey.parse(text.replace(BOARD.key_id.hex(), upper))


def test_a_note_reads_back_with_empty_lines_in_its_text() -> None:
    other = SignatureLine("w", b"\1\2\3\4", b"x")
    for text in ("a\n", "a\n\nb\n", "\n", "a\n\n", "— x AAAA\n\n— y\n", "é 漢\n"):
        note = Note(text, (LINE, other))
        assert Note.parse(note.to_text()) == note


def test_a_line_is_dash_name_and_base64_of_id_and_signature() -> None:
    encoded = base64.b64encode(b"\1\2\3\4signature").decode()
    assert LINE.to_text() == f"\u2014 board.example/log {encoded}"


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("", "note.layout"),
        ("text\n", "note.layout"),
        ("text\n\n", "note.layout"),
        ("text\n— n AQIDBAU=\n", "note.layout"),
        ("text\n\n— n AQIDBAU=", "note.layout"),
        ("text\n\n— n AQIDBAU=\n\n", "note.layout"),
        ("text\n\n— n AQIDBAU=\nmore\n", "note.signature-line"),
        ("text\n\n- n AQIDBAU=\n", "note.signature-line"),
        ("text\n\n—n AQIDBAU=\n", "note.signature-line"),
        ("text\n\n— AQIDBAU=\n", "note.signature-line"),
        ("text\n\n— n AQIDBA==\n", "note.signature-line"),
        ("text\n\n— n \n", "note.signature-line"),
        ("text\n\n—  AQIDBAU=\n", "note.key-name"),
        ("text\n\n— a+b AQIDBAU=\n", "note.key-name"),
        ("text\n\n— a\u00a0b AQIDBAU=\n", "note.key-name"),
        ("text\n\n— a\u2028b AQIDBAU=\n", "note.key-name"),
        ("text\n\n— n AQIDBAU\n", "note.base64"),
        ("text\n\n— n AQIDBAV=\n", "note.base64"),
        ("text\n\n— n AQIDBAU= \n", "note.base64"),
        ("text\n\n— n  AQIDBAU=\n", "note.base64"),
        ("text\n\n— n AQID_-U=\n", "note.base64"),
        ("text\n\n— n AQIDBAÜ=\n", "note.base64"),
        ("text\r\n\n— n AQIDBAU=\n", "note.characters"),
        ("te\txt\n\n— n AQIDBAU=\n", "note.characters"),
        ("te\0xt\n\n— n AQIDBAU=\n", "note.characters"),
        ("te\ud800xt\n\n— n AQIDBAU=\n", "note.characters"),
        ("text\n\n" + "— n AQIDBAU=\n" * 2, "note.duplicate-key"),
        ("text\n\n— n AQIDBAU=\n— n AQIDBAY=\n", "note.duplicate-key"),
    ],
)
def test_other_texts_are_no_notes(note: str, code: str) -> None:
    with pytest.raises(EncodingError) as caught:
        Note.parse(note)
    assert caught.value.code == code


def test_one_name_may_sign_with_two_keys() -> None:
    text = "text\n\n— n AQIDBAU=\n— n AQIDBQU=\n— m AQIDBAU=\n"
    assert len(Note.parse(text).lines) == 3


def test_the_number_of_signatures_is_bounded() -> None:
    lines = [f"— n{i} AQIDBAU=\n" for i in range(MAX_SIGNATURES + 1)]
    assert len(Note.parse("t\n\n" + "".join(lines[1:])).lines) == MAX_SIGNATURES
    with pytest.raises(EncodingError) as caught:
        Note.parse("t\n\n" + "".join(lines))
    assert caught.value.code == "note.signature-count"


def test_a_line_belongs_to_a_key_by_name_and_id_together() -> None:
    line = SignatureLine(BOARD.name, BOARD.key_id, b"x")
    assert line_of((LINE, line), BOARD) is line
    same_id = SignatureLine("other", BOARD.key_id, b"x")
    for lines in ((), (LINE,), (same_id,)):
        with pytest.raises(ProofError) as caught:
            line_of(lines, BOARD)
        assert caught.value.code == "note.unsigned"
