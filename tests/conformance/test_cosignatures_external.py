"""Checkpoints with cosignatures published by FiloSottile/sunlight."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from external import external_vectors
from fairlot_crypto.errors import ProofError
from fairlot_crypto.log.checkpoint import SignedCheckpoint, verify_cosignature
from fairlot_crypto.log.note import KeyKind, NoteKey, line_of

TIME = 8
"""The bytes of a cosignature's time; its signature follows."""


def published() -> Iterator[tuple[str, NoteKey]]:
    """Yield each checkpoint with each of the keys that have cosigned it."""
    file = external_vectors("cosignatures.json")
    for case in json.loads(file.read_text(encoding="utf-8")):
        for vkey in case["cosigner_vkeys"]:
            key = NoteKey.parse(vkey)
            assert key.to_text() == vkey
            yield case["checkpoint"], key


def with_line(signed: SignedCheckpoint, key: NoteKey, data: bytes) -> SignedCheckpoint:
    """Return the checkpoint with other bytes in the line of the key."""
    old = line_of(signed.lines, key)
    lines = tuple(
        replace(each, signature=data) if each is old else each for each in signed.lines
    )
    return replace(signed, lines=lines)


def test_every_cosignature_verifies_and_reads_back_to_the_byte() -> None:
    dates: list[int] = []
    for text, key in published():
        signed = SignedCheckpoint.parse(text)
        assert signed.to_text() == text
        assert key.kind is KeyKind.COSIGNATURE_V1
        dates.append(verify_cosignature(signed, key.name, key.key))
    assert dates == [1_767_139_200] * 3


def test_another_date_size_or_root_does_not_verify() -> None:
    for text, key in published():
        signed = SignedCheckpoint.parse(text)
        data = line_of(signed.lines, key).signature
        later = (int.from_bytes(data[:TIME], "big") + 1).to_bytes(TIME, "big")
        head = signed.checkpoint
        for changed in (
            with_line(signed, key, later + data[TIME:]),
            replace(signed, checkpoint=replace(head, size=head.size + 1)),
            replace(signed, checkpoint=replace(head, root=bytes(len(head.root)))),
            replace(signed, checkpoint=replace(head, origin=f"{head.origin}.other")),
        ):
            with pytest.raises(ProofError) as caught:
                verify_cosignature(changed, key.name, key.key)
            assert caught.value.code == "signature.invalid"


def test_no_witness_has_signed_for_another() -> None:
    checked = 0
    for text, key in published():
        signed = SignedCheckpoint.parse(text)
        for _, other in published():
            if other != key:
                with pytest.raises(ProofError) as caught:
                    verify_cosignature(signed, other.name, other.key)
                assert caught.value.code == "note.unsigned"
                checked += 1
    assert checked == 6
