"""CBOR: round trips, one encoding per value, and no byte string beside it."""

import struct
from typing import cast

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import EncodingError

INTEGERS = st.integers(-(2**63), 2**64 - 1) | st.integers(-300, 300)
LEAVES = INTEGERS | st.binary() | st.text() | st.booleans() | st.none()
VALUES: st.SearchStrategy[Value] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5)
    ),
    max_leaves=20,
)


def head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    size = next(n for n in range(4) if argument < 2 ** (8 << n))
    return struct.pack(">B", major << 5 | 24 + size) + argument.to_bytes(1 << size)


def encode_again(value: Value) -> bytes:
    """RFC 8949, section 4.2.1, written a second time from the text."""
    if value is None or isinstance(value, bool):
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list | tuple):
        return head(4, len(value)) + b"".join(map(encode_again, value))
    pairs = sorted((encode_again(key), encode_again(value[key])) for key in value)
    return head(5, len(pairs)) + b"".join(key + item for key, item in pairs)


@pytest.mark.thorough
@given(VALUES)
def test_values_come_back_and_agree_with_a_second_encoder(value: Value) -> None:
    data = cbor.encode(value)
    assert data == encode_again(value)
    assert cbor.decode(data) == value


@given(VALUES, st.binary(max_size=20), st.binary(max_size=20))
def test_an_item_ends_where_its_encoding_ends(
    value: Value, before: bytes, after: bytes
) -> None:
    data = cbor.encode(value)
    read, end = cbor.decode_first(before + data + after, len(before))
    assert (read, end) == (value, len(before) + len(data))


def accepted(data: bytes) -> Value | EncodingError:
    try:
        return cbor.decode(data)
    except EncodingError as error:
        return error


@given(st.binary(max_size=40))
def test_arbitrary_bytes_are_refused_or_are_the_encoding_of_their_value(
    data: bytes,
) -> None:
    value = accepted(data)
    assert isinstance(value, EncodingError) or encode_again(value) == data


@given(VALUES, st.integers(0), st.integers(1, 255))
def test_an_altered_byte_is_refused_or_another_value(
    value: Value, position: int, difference: int
) -> None:
    data = bytearray(cbor.encode(value))
    data[position % len(data)] ^= difference
    other = accepted(bytes(data))
    assert isinstance(other, EncodingError) or encode_again(other) == data


@given(
    st.dictionaries(st.text(max_size=3), INTEGERS, min_size=2, max_size=6), st.data()
)
def test_no_other_order_of_a_map_is_accepted(
    value: dict[str, int], data: st.DataObject
) -> None:
    canonical = sorted(value, key=encode_again)
    order = data.draw(st.permutations(canonical))
    items = b"".join(encode_again(key) + encode_again(value[key]) for key in order)
    result = accepted(head(5, len(value)) + items)
    if order == canonical:
        assert result == value
    else:
        assert cast("EncodingError", result).code == "cbor.not-deterministic"


@given(VALUES, st.integers(0))
def test_a_cut_item_is_truncated_wherever_it_is_cut(value: Value, cut: int) -> None:
    data = cbor.encode(value)
    error = accepted(data[: cut % len(data)])
    assert cast("EncodingError", error).code == "cbor.truncated"


@given(VALUES, st.integers(0), st.binary(max_size=9))
def test_the_library_reads_the_same_in_what_is_accepted(
    value: Value, cut: int, tail: bytes
) -> None:
    data = cbor.encode(value)
    data = data[: cut % len(data)] + tail
    read = accepted(data)
    if not isinstance(read, EncodingError):
        assert cbor2.loads(data) == read
