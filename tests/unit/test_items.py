"""What the items of a piece are, also where it is seen by the form of others."""

import pytest

from fairlot.board.items import Piece, kind_of, read_piece
from fairlot.board.transcript import (
    LogName,
    Record,
    Stop,
    log_of,
    read_records,
    scope_of,
)
from fairlot.entry import EntryType, scope_in
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from kit.stage import Stage

Read = tuple[list[int], list[int], list[LogName | bytes], tuple[str, str] | None]
KEY, SIG = 10, 48
"""Where key and signature of an entry stand."""


def one_by_one(data: bytes) -> Read:
    """Return lengths, kinds, names and the stop, by reading each record strictly."""
    records = list(read_records(data))
    read = [each for each in records if isinstance(each, Record)]
    stops = [(each.code, each.message) for each in records if isinstance(each, Stop)]
    names = [log_of(each) or scope_of(each) for each in read]
    lengths = [len(each.encoded) for each in read]
    return lengths, [*map(kind_of, read)], names, stops[0] if stops else None


def as_piece(data: bytes) -> Read:
    items = read_piece(Piece(0, data))
    names: list[LogName | bytes] = [
        items.names[number - 1] if number else b"" for number in items.logs
    ]
    return list(items.lengths), list(items.kinds), names, items.stop


def test_a_whole_transcript_is_read_as_record_by_record(
    concert_transcript: bytes,
) -> None:
    assert as_piece(concert_transcript) == one_by_one(concert_transcript)


def changed(entry: bytes, **fields: Value) -> bytes:
    value = cbor.decode(entry)
    assert isinstance(value, dict)
    return cbor.encode({**value, **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"v": 2},
        {"v": 0},
        {"sale": bytes(32)},
        {"sale": bytes(31)},
        {"key": bytes(31)},
        {"type": "PAID"},
        {"type": "SEAL"},
        {"role": "anyone"},
        {"body": 7},
        {"more": None},
    ],
)
def test_an_entry_changed_behind_one_like_it_is_read_as_what_it_is(
    concert: Stage, fields: dict[str, Value]
) -> None:
    """The form of the first says nothing of the second but what it shares with it."""
    first, last = concert.time_entry(7).encoded, concert.time_entry(8).encoded
    data = first + changed(first, **fields) + last
    assert as_piece(data) == one_by_one(data)


def test_every_byte_of_an_entry_behind_one_like_it_counts(concert: Stage) -> None:
    first = concert.time_entry(7).encoded
    for place in {*range(len(first))} - {*range(KEY, KEY + 32), *range(SIG, SIG + 64)}:
        other = bytearray(first)
        other[place] ^= 0x21
        data = first + bytes(other) + first
        assert as_piece(data) == one_by_one(data), place


def test_the_scope_is_found_in_the_bytes_of_every_type() -> None:
    key, sig, scope = bytes(32), bytes(64), bytes(range(32))
    for kind in EntryType:
        for log in kind.logs:
            entry: dict[str, Value] = {
                "v": 1,
                "type": kind.value,
                log.value: scope,
                "body": {},
                "role": kind.role.value,
                "key": key,
                "sig": sig,
            }
            assert scope_in(cbor.encode(entry), kind, log) == scope
