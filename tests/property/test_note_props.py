"""A note that parses serialises to the same text, whatever was done to it."""

from hypothesis import given
from hypothesis import strategies as st

from fairlot_crypto.errors import EncodingError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.note import Note, SignatureLine

KEY = SigningKey.from_seed(bytes(range(32)))
NAMES = st.text(
    st.characters(exclude_categories=["Z", "C"], exclude_characters="+"), min_size=1
)
KEY_IDS = st.binary(min_size=4, max_size=4)
LINES = st.lists(
    st.builds(SignatureLine, NAMES, KEY_IDS, st.binary(min_size=1)),
    min_size=1,
    max_size=5,
    unique_by=lambda line: (line.name, line.key_id),
)
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n"))
SIZES = st.integers(0, 2**63 - 1)


@given(TEXTS, LINES)
def test_notes_read_back(text: str, lines: list[SignatureLine]) -> None:
    note = Note(text + "\n", tuple(lines))
    assert Note.parse(note.to_text()) == note


@given(SIZES, st.binary(min_size=32, max_size=32), SIZES, st.data())
def test_an_edited_checkpoint_is_refused_or_reads_back(
    size: int, root: bytes, time: int, data: st.DataObject
) -> None:
    checkpoint = Checkpoint("board.example", size, root)
    lines = (
        sign_checkpoint(checkpoint, "board.example", KEY),
        cosign_checkpoint(checkpoint, "board.example", KEY, time),
    )
    text = SignedCheckpoint(checkpoint, lines).to_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    edited = (
        text[:start] + data.draw(st.text("0123 \n=AB+/—é", max_size=3)) + text[end:]
    )
    try:
        signed = SignedCheckpoint.parse(edited)
    except EncodingError:
        return
    assert signed.to_text() == edited


@given(st.text("—na \n=ABCDEF+/\r\t", max_size=60))
def test_any_text_is_refused_or_reads_back(text: str) -> None:
    try:
        note = Note.parse(text)
    except EncodingError:
        return
    assert note.to_text() == text
