"""Deterministic CBOR: published examples, the profile's edges, sequences."""

import enum
import time
from collections import OrderedDict
from typing import Any, NamedTuple, cast

import pytest

from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.quick_cbor import encode_quickly, read_quickly

# RFC 8949, appendix A: value and encoding, those that the profile carries.
RFC_8949: list[tuple[Value, str]] = [
    (0, "00"),
    (1, "01"),
    (10, "0a"),
    (23, "17"),
    (24, "1818"),
    (25, "1819"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (b"", "40"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("", "60"),
    ("a", "6161"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"),
    ([], "80"),
    ([1, 2, 3], "83010203"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    (["a", {"b": "c"}], "826161a161626163"),
    (
        {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"},
        "a56161614161626142616361436164614461656145",
    ),
]


@pytest.mark.parametrize(("value", "encoding"), RFC_8949)
def test_examples_of_rfc_8949(value: Value, encoding: str) -> None:
    assert cbor.encode(value).hex() == encoding
    decoded = cbor.decode(bytes.fromhex(encoding))
    assert decoded == value
    assert type(decoded) is type(value)


def test_map_keys_are_sorted_by_their_encoded_bytes() -> None:
    keys = ["b", "aa", "", "a", "z" * 24, "B", "y" * 300, "é", "x" * 23]
    encoded = cbor.encode(dict.fromkeys(keys, 0))
    order = list(cast("dict[str, int]", cbor.decode(encoded)))
    assert order == sorted(keys, key=cbor.encode)
    assert order == ["", "B", "a", "b", "aa", "é", "x" * 23, "z" * 24, "y" * 300]


def test_tuples_and_lists_are_the_same_array() -> None:
    assert cbor.encode((1, (2, b"x"))) == cbor.encode([1, [2, b"x"]])


def nested(levels: int) -> Value:
    value: Value = 0
    for _ in range(levels):
        value = [value]
    return value


def test_sixteen_levels_are_carried_and_no_more() -> None:
    assert cbor.decode(cbor.encode(nested(16))) == nested(16)
    with pytest.raises(CallerError, match=r"cbor\.value"):
        cbor.encode(nested(17))


def test_hugely_nested_values_and_bytes_are_refused_not_followed() -> None:
    with pytest.raises(CallerError, match=r"cbor\.value"):
        cbor.encode(nested(100_000))
    with pytest.raises(EncodingError, match=r"cbor\.malformed"):
        cbor.decode(b"\x81" * 1_000_000)


class Colour(enum.IntEnum):
    RED = 1


class Name(enum.StrEnum):
    RED = "red"


class Text(str):
    __slots__ = ()


class Pair(NamedTuple):
    a: int
    b: int


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**64,
        -(2**63) - 1,
        {1, 2},
        {1: 2},
        {b"a": 2},
        {None: 2},
        {Text("a"): 2},
        bytearray(b"a"),
        memoryview(b"a"),
        Colour.RED,
        Name.RED,
        Text("a"),
        Pair(1, 2),
        OrderedDict[str, int](a=1),
        [1, {"a": [Colour.RED]}],
        "\ud800",
        {"\udfff": 1},
        ["a", "b\ud800c"],
        object(),
        1j,
    ],
)
def test_what_the_profile_cannot_carry_is_the_callers_fault(value: object) -> None:
    with pytest.raises(CallerError, match=r"cbor\.value"):
        cbor.encode(cast("Any", value))


def test_64_bit_bounds_of_integers() -> None:
    for value in (2**64 - 1, -(2**63)):
        assert cbor.decode(cbor.encode(value)) == value


def test_sequence_is_read_item_by_item() -> None:
    items: list[Value] = [{"v": 1}, "note\n", b"", [], 2**40, None]
    data = b"".join(map(cbor.encode, items))
    offset, read = 0, list[Value]()
    while offset < len(data):
        value, end = cbor.decode_first(data, offset)
        assert data[offset:end] == cbor.encode(value)
        read.append(value)
        offset = end
    assert read == items


def test_end_of_an_item_does_not_depend_on_what_follows() -> None:
    item = cbor.encode({"a": [1, b"xy"]})
    for tail in (b"", b"\xff", b"\xff" * 100_000, b"\x5f", item):
        assert cbor.decode_first(item + tail) == ({"a": [1, b"xy"]}, len(item))
        assert cbor.decode_first(b"\xff" + item + tail, 1)[1] == len(item) + 1


def test_every_cut_of_an_item_is_reported_as_truncated() -> None:
    item = cbor.encode({"v": 1, "body": {"list": [1, 2**40, b"x" * 30, "text", None]}})
    for end in range(len(item)):
        with pytest.raises(EncodingError, match=r"cbor\.truncated"):
            cbor.decode(item[:end])


def test_offset_outside_the_data_is_the_callers_fault() -> None:
    for offset in (-1, 2):
        with pytest.raises(CallerError, match=r"cbor\.offset"):
            cbor.decode_first(b"\x00", offset)


def test_announced_lengths_cost_nothing_until_the_bytes_are_there() -> None:
    started = time.process_time()
    for head in ("5b", "7b", "9b", "bb"):
        for length in ("7fffffffffffffff", "ffffffffffffffff", "000000ffffffffff"):
            with pytest.raises(EncodingError, match=r"cbor\.(truncated|malformed)"):
                cbor.decode(bytes.fromhex(head + length) + b"\x00" * 8)
    assert time.process_time() - started < 1


def read_items(data: bytes, offset: int, count: int) -> float:
    started = time.process_time()
    for _ in range(count):
        _, offset = cbor.decode_first(data, offset)
    return time.process_time() - started


def test_cost_of_an_item_does_not_depend_on_the_length_of_the_sequence() -> None:
    item = cbor.encode({"body": b"x" * 1000})
    small, large = item * 500, item * 50_000  # half a megabyte, fifty megabytes
    read_items(small, 0, 500)
    alone = min(read_items(small, 0, 500) for _ in range(3))
    offset = len(large) - 500 * len(item)
    within = min(read_items(large, offset, 500) for _ in range(3))
    assert within < 5 * alone + 0.02


@pytest.mark.parametrize(
    "outside",
    [
        "f93c00",  # a float
        "fb3ff0000000000000",
        "f7",  # undefined
        "e0",  # another simple value
        "c100",  # a date
        "c24101",  # a number of any length
        "d8236161",  # a regular expression
        "d81c80",  # something to be shared
        "81d9d9f7a0",  # a tag without a meaning
        "3bffffffffffffffff",  # below -2^63
        "1817",  # a longer form
        "590001ff",
        "a16178190001",
        "9f00ff",  # an indefinite length
        "a1416100",  # a key that is no text
        "a2616200616100",  # keys in another order
        "a2616100616100",  # a key twice
        "81" * 17 + "00",  # too deep
        "62c328",  # not UTF-8
        "830102",  # cut
    ],
)
def test_the_quick_way_takes_nothing_but_the_profile(outside: str) -> None:
    data = bytes.fromhex(outside)
    assert read_quickly(data, 0) is None
    assert read_quickly(b"\x00" + data, 1) is None


@pytest.mark.parametrize(("value", "encoding"), RFC_8949)
def test_the_quick_way_takes_what_is_as_it_should_be(
    value: Value, encoding: str
) -> None:
    data = bytes.fromhex(encoding)
    assert read_quickly(data, 0) == (value, len(data))
    assert encode_quickly(value) == data


def test_the_quick_way_leaves_maps_in_another_order_to_the_other() -> None:
    ordered, other = {"b": 0, "aa": 1}, {"aa": 1, "b": 0}
    assert encode_quickly(other) is None
    assert encode_quickly([{"x" * 600: 0, "a": 1}]) is None
    assert cbor.encode(other) == encode_quickly(ordered)


def test_no_decoder_runs_that_a_tag_names() -> None:
    pattern = ("(a?b|c)" * 8_000).encode()
    expression = b"\xd8\x23\x7a" + len(pattern).to_bytes(4) + pattern
    started = time.process_time()
    assert read_quickly(expression, 0) is None
    assert time.process_time() - started < 0.05
