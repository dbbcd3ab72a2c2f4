"""Items that are read by the form of one before: never more than strict reading accepts."""

from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.cbor_forms import KEPT, LONGEST, MOST, Forms
from fairlot_crypto.errors import EncodingError

INTEGERS = st.one_of(
    st.integers(-300, 300),
    st.sampled_from([2**8, 2**16 - 1, 2**16, 2**32 - 1, 2**32, 2**64 - 1, -(2**63)]),
)
LEAVES = st.one_of(
    INTEGERS, st.binary(max_size=30), st.text(max_size=5), st.booleans(), st.none()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=4), inner, max_size=3),
    ),
    max_leaves=12,
)
MAPS = st.dictionaries(st.text(max_size=4), VALUES, min_size=1, max_size=5)
ITEM: dict[str, Value] = {"a": 1000, "b": b"abc", "c": "text", "d": [True, None, -5]}


def forms_of(item: bytes) -> Forms[str]:
    forms = Forms[str]()
    forms.learn(item, "known")
    return forms


def parts_of(value: Value) -> int:
    """Return how many keys and values there are, the outermost one with them."""
    if isinstance(value, dict):
        return 1 + len(value) + sum(map(parts_of, value.values()))
    return 1 + sum(map(parts_of, value)) if isinstance(value, list) else 1


def strict(data: bytes) -> bool:
    try:
        cbor.decode(data)
    except EncodingError:
        return False
    return True


@pytest.mark.thorough
@settings(max_examples=40)
@given(MAPS, st.data())
def test_whatever_fits_a_form_is_read_strictly_too(
    value: dict[str, Value], data: st.DataObject
) -> None:
    item = cbor.encode(value)
    forms = forms_of(item)
    # Of what has too many parts no form is known.
    assert (forms.find(item) is not None) is (parts_of(value) <= MOST)
    changed = bytearray(item)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(item) - 1))
        changed[place] = data.draw(st.integers(0, 255))
    if forms.find(bytes(changed)) is not None:
        # ``decode`` itself may know the form: the slow way must agree.
        read, end = cbor._read_item(bytes(changed), 0, 1)  # pyright: ignore[reportPrivateUsage]
        assert end == len(item)
        assert cbor.encode(read) == bytes(changed)
        assert cbor.decode(bytes(changed)) == read


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        ({**ITEM, "a": 65_535}, True),
        ({**ITEM, "a": 256}, True),
        ({**ITEM, "b": b"xyz"}, True),
        ({**ITEM, "a": 255}, False),
        ({**ITEM, "a": 65_536}, False),
        ({**ITEM, "b": b"wxyz"}, False),
        ({**ITEM, "c": "next"}, False),
        ({**ITEM, "d": [True, None, -6]}, False),
        ({**ITEM, "d": [False, None, -5]}, False),
        ({**ITEM, "e": 0}, False),
    ],
)
def test_only_byte_strings_and_integers_may_be_others(
    other: dict[str, Value], *, fits: bool
) -> None:
    forms = forms_of(cbor.encode(ITEM))
    assert (forms.find(cbor.encode(other)) is not None) is fits


@pytest.mark.parametrize(
    ("head", "argument"),
    [("00", "18"), ("1818", "17"), ("190100", "00ff"), ("1a00010000", "0000ffff")],
)
def test_an_integer_in_more_bytes_than_it_needs_has_no_form(
    head: str, argument: str
) -> None:
    """Else it would have a second encoding, and an entry a second hash."""
    before = bytes.fromhex(f"a16161{head}")
    after = before[: -len(argument) // 2] + bytes.fromhex(argument)
    assert strict(before)
    assert not strict(after)
    assert forms_of(before).find(after) is None


def test_a_torn_item_has_no_form() -> None:
    item = cbor.encode(ITEM)
    forms = forms_of(item)
    assert all(forms.find(item[:end]) is None for end in range(len(item)))
    assert all(forms.find(item, at) is None for at in range(1, len(item) + 2))


def test_items_are_found_behind_one_another() -> None:
    item = cbor.encode(ITEM)
    found = forms_of(item).find(item + item, len(item))
    assert found is not None
    assert (found.size, found.said) == (len(item), "known")


def test_few_forms_are_kept_and_those_met_last() -> None:
    forms = Forms[int]()
    items = [cbor.encode({"a": bytes(number)}) for number in range(KEPT + 1)]
    for number, item in enumerate(items[:KEPT]):
        forms.learn(item, number)
    assert forms.find(items[0]) is not None
    forms.learn(items[KEPT], KEPT)
    kept = {number for number, item in enumerate(items) if forms.find(item)}
    assert kept == {*range(KEPT + 1)} - {1}


def test_what_is_long_or_no_map_has_no_form() -> None:
    """Looking at it would take longer than reading it."""
    values: list[Value] = [
        7,
        "text",
        [b"abc"],
        {"a": bytes(LONGEST)},
        {"a": cast("Value", [0] * MOST)},
    ]
    for value in values:
        item = cbor.encode(value)
        assert forms_of(item).find(item) is None
