"""The file: a sequence of entries and checkpoints, read item by item."""

import pytest

from fairlot.board.replay import replay
from fairlot.board.transcript import (
    Record,
    Stop,
    Unreadable,
    read_records,
    registries_alone,
)
from fairlot.entry import Entry
from fairlot_crypto import cbor
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from kit.board import as_record
from kit.lying_board import LyingBoard
from kit.sales import deposit
from kit.stage import Stage


def test_nothing_is_no_record() -> None:
    assert list(read_records(b"")) == []


def test_the_records_are_the_file(concert_transcript: bytes) -> None:
    offset = 0
    for record in read_records(concert_transcript):
        assert isinstance(record, Record)
        assert isinstance(record.item, Entry | SignedCheckpoint)
        assert record.offset == offset
        assert concert_transcript.startswith(record.encoded, offset)
        offset += len(record.encoded)
    assert offset == len(concert_transcript)


def test_an_entry_keeps_its_bytes(concert: Stage) -> None:
    entry = deposit(concert, 0)
    (record,) = read_records(entry.encoded)
    assert isinstance(record, Record)
    assert record.item == entry


@pytest.mark.parametrize(
    ("data", "code", "is_leaf"),
    [
        (cbor.encode({}), "entry.field", True),
        (cbor.encode({"type": "PAID"}), "entry.field", True),
        (cbor.encode("hello"), "note.layout", False),
        (cbor.encode(b"bytes"), "record.type", False),
        (cbor.encode([1, 2]), "record.type", False),
        (cbor.encode(7), "record.type", False),
        (cbor.encode(None), "record.type", False),
    ],
)
def test_other_items_are_named_and_passed_over(
    concert: Stage, data: bytes, code: str, *, is_leaf: bool
) -> None:
    entry = deposit(concert, 0)
    first, second = read_records(data + entry.encoded)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert isinstance(first.item, Unreadable)
    assert (first.item.code, first.item.is_leaf) == (code, is_leaf)
    assert second.item == entry


@pytest.mark.parametrize(
    ("tail", "code"),
    [
        (b"\x58\x05ab", "cbor.truncated"),
        (b"\xa1", "cbor.truncated"),
        (b"\xff", "cbor.malformed"),
        (b"\xc1\x00", "cbor.malformed"),
        (b"\x9f\xff", "cbor.malformed"),
        (b"\xf9\x00\x00", "cbor.malformed"),
        (b"\x18\x01", "cbor.not-deterministic"),
        (b"\xa2\x61b\x00\x61a\x00", "cbor.not-deterministic"),
    ],
)
def test_reading_stops_where_no_item_can_be_told(
    concert: Stage, tail: bytes, code: str
) -> None:
    entry = deposit(concert, 0)
    first, second = read_records(entry.encoded + tail)
    assert isinstance(first, Record)
    assert isinstance(second, Stop)
    assert (second.offset, second.code) == (len(entry.encoded), code)


def test_what_stands_ends_with_the_last_checkpoint(
    concert: Stage, liar: LyingBoard
) -> None:
    liar.batch(0, concert.terms_entry())
    stands = len(liar.data)
    liar.put(0, concert.registry_entry())

    def acknowledged(data: bytes) -> int:
        return replay(data, concert.state()).acknowledged

    assert acknowledged(b"") == 0
    assert acknowledged(liar.data) == stands
    assert acknowledged(liar.data[:-1]) == stands
    assert acknowledged(liar.data[: stands - 1]) == 0
    assert acknowledged(liar.data + b"\xff") == stands


def test_a_checkpoint_is_a_text(concert: Stage, liar: LyingBoard) -> None:
    signed = liar.signed(liar.head(), 5)
    (record,) = read_records(as_record(signed))
    assert isinstance(record, Record)
    assert record.item == signed
    assert concert.terms.board.name in signed.to_text()


def test_the_registry_alone_is_what_is_left_without_the_sale(
    concert_transcript: bytes,
) -> None:
    alone = registries_alone(concert_transcript)
    assert alone
    assert concert_transcript.startswith(alone)
    sale = concert_transcript.removeprefix(alone)
    assert registries_alone(sale) == b""
    # However the logs lie between each other; what belongs to none is left out.
    record = next(each for each in read_records(alone) if isinstance(each, Record))
    end = len(record.encoded)
    loose = cbor.encode(7)
    assert registries_alone(alone[:end] + loose + sale + alone[end:]) == alone
