"""What a lying board or a courier may try on a signed checkpoint."""

import base64
from dataclasses import replace

import pytest

from fairlot_crypto.errors import CryptoError, EncodingError, ProofError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosignature,
)
from fairlot_crypto.log.note import KeyKind, NoteKey, SignatureLine

NAME = "board.example/sale"
KEY = SigningKey.from_seed(bytes(range(32)))
OTHER = SigningKey.from_seed(bytes(32))
CHECKPOINT = Checkpoint(NAME, 42, bytes(range(32)))
TIME = 1893456000
LINES = (
    sign_checkpoint(CHECKPOINT, NAME, KEY),
    cosign_checkpoint(CHECKPOINT, NAME, KEY, TIME),
)
SIGNED = SignedCheckpoint(CHECKPOINT, LINES)


def check(data: bytes) -> None:
    """Read and verify all of it, as an auditor does."""
    signed = SignedCheckpoint.parse(data.decode())
    verify_checkpoint(signed, NAME, KEY.public)
    verify_cosignature(signed, NAME, KEY.public)


def refusal(signed: SignedCheckpoint) -> str:
    with pytest.raises(ProofError) as caught:
        check(signed.to_text().encode())
    return caught.value.code


@pytest.mark.thorough
def test_no_flipped_bit_goes_unnoticed() -> None:
    data = SIGNED.to_text().encode()
    check(data)
    for position in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[position] ^= 1 << bit
            with pytest.raises((CryptoError, UnicodeDecodeError)):
                check(bytes(changed))


def test_no_cut_and_no_insertion_goes_unnoticed() -> None:
    data = SIGNED.to_text().encode()
    for position in range(len(data)):
        with pytest.raises((CryptoError, UnicodeDecodeError)):
            check(data[:position])
        with pytest.raises((CryptoError, UnicodeDecodeError)):
            check(data[:position] + data[position + 1 :])
        for extra in (b"\n", b" ", b"0", b"="):
            with pytest.raises((CryptoError, UnicodeDecodeError)):
                check(data[:position] + extra + data[position:])


def test_another_head_under_old_signatures_is_refused() -> None:
    for head in (
        replace(CHECKPOINT, size=43),
        replace(CHECKPOINT, root=bytes(32)),
        replace(CHECKPOINT, origin="board.example/other"),
    ):
        assert refusal(replace(SIGNED, checkpoint=head)) == "signature.invalid"


def test_a_missing_line_is_named() -> None:
    assert refusal(replace(SIGNED, lines=LINES[:1])) == "note.unsigned"
    assert refusal(replace(SIGNED, lines=LINES[1:])) == "note.unsigned"


def test_a_cosignature_cannot_be_redated() -> None:
    later = (TIME + 3600).to_bytes(8, "big") + LINES[1].signature[8:]
    redated = replace(LINES[1], signature=later)
    assert refusal(replace(SIGNED, lines=(LINES[0], redated))) == "signature.invalid"


def test_a_signature_of_one_kind_is_none_of_the_other() -> None:
    swapped = (
        replace(LINES[0], signature=LINES[1].signature[8:]),
        replace(LINES[1], signature=bytes(8) + LINES[0].signature),
    )
    for lines in ((swapped[0], LINES[1]), (LINES[0], swapped[1])):
        assert refusal(replace(SIGNED, lines=lines)) == "signature.invalid"


def test_a_log_whose_origin_looks_like_a_cosignature_signs_none() -> None:
    """The second line of a head is a size, that of a cosigned message is a time."""
    head = Checkpoint("cosignature/v1", TIME, bytes(32))
    signature = sign_checkpoint(head, NAME, KEY).signature
    forged = replace(LINES[1], signature=TIME.to_bytes(8, "big") + signature)
    assert refusal(replace(SIGNED, lines=(LINES[0], forged))) == "signature.invalid"


def test_a_stranger_under_the_board_s_name_is_not_the_board() -> None:
    lines = (
        sign_checkpoint(CHECKPOINT, NAME, OTHER),
        cosign_checkpoint(CHECKPOINT, NAME, OTHER, TIME),
    )
    assert refusal(replace(SIGNED, lines=lines)) == "note.unsigned"


def test_a_key_id_alone_proves_nothing() -> None:
    board_id = NoteKey(NAME, KeyKind.ED25519, KEY.public).key_id
    forged = SignatureLine(NAME, board_id, OTHER.sign(CHECKPOINT.body().encode()))
    assert refusal(replace(SIGNED, lines=(forged, LINES[1]))) == "signature.invalid"


@pytest.mark.parametrize("length", [1, 63, 65, 72])
def test_a_log_signature_of_another_length_is_refused(length: int) -> None:
    line = replace(LINES[0], signature=(LINES[0].signature * 2)[:length])
    assert refusal(replace(SIGNED, lines=(line, LINES[1]))) == "signature.invalid"


@pytest.mark.parametrize("length", [1, 8, 64, 71, 73])
def test_a_cosignature_of_another_length_is_refused(length: int) -> None:
    line = replace(LINES[1], signature=(LINES[1].signature * 2)[:length])
    assert refusal(replace(SIGNED, lines=(LINES[0], line))) == "checkpoint.cosignature"


def test_a_time_beyond_63_bits_is_refused_though_signed() -> None:
    time = 2**63
    message = f"cosignature/v1\ntime {time}\n{CHECKPOINT.body()}".encode()
    signature = time.to_bytes(8, "big") + KEY.sign(message)
    line = replace(LINES[1], signature=signature)
    assert refusal(replace(SIGNED, lines=(LINES[0], line))) == "checkpoint.cosignature"


def test_a_second_line_of_the_same_key_is_refused() -> None:
    second = cosign_checkpoint(CHECKPOINT, NAME, KEY, TIME + 1)
    signed = replace(SIGNED, lines=(*LINES, second))
    with pytest.raises(EncodingError) as caught:
        check(signed.to_text().encode())
    assert caught.value.code == "note.duplicate-key"


def test_a_signed_extension_line_is_refused() -> None:
    body = CHECKPOINT.body() + "extension\n"
    line = replace(LINES[0], signature=KEY.sign(body.encode()))
    with pytest.raises(EncodingError) as caught:
        check(f"{body}\n{line.to_text()}\n".encode())
    assert caught.value.code == "checkpoint.lines"


def test_slack_in_base64_is_refused() -> None:
    encoded = base64.b64encode(CHECKPOINT.root).decode()
    assert encoded.endswith("8=")
    for other in ("9=", "+=", "/=", "8", "8==", "8=\n"):
        with pytest.raises(EncodingError):
            check(SIGNED.to_text().replace("8=\n", other + "\n", 1).encode())
