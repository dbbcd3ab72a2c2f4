"""The one reader of JSON (specs/drand.md, section 3.1)."""

import pytest

from fairlot_crypto.delay.parameters import SetupFile, read_setup
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.json_object import JsonObject, read_json_object


class WrongError(Exception):
    """What the reader is told to raise."""


def read(text: str | bytes) -> JsonObject:
    data = text.encode() if isinstance(text, str) else text
    return read_json_object(data, ("a",), ("b", "c"), WrongError)


def refusal(text: str | bytes) -> str:
    with pytest.raises(WrongError) as caught:
        read(text)
    return str(caught.value)


def test_known_fields_are_read() -> None:
    fields = read(' {"a": 5, "b": "text", "c": "00ff"}\n')
    assert (fields.integer("a"), fields.text("b")) == (5, "text")
    assert fields.octets("c") == b"\x00\xff"
    assert fields.has("b")
    assert not read('{"a": 1}').has("b")


def test_integers_are_exact() -> None:
    for number in (0, -1, 2**64, -(2**70), 10**4000):
        assert read(f'{{"a": {number}}}').integer("a") == number


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "1.0", "1e2", "NaN", "Infinity", "-Infinity"]
)
@pytest.mark.parametrize("around", ["{}", "[{}]", '{{"x": {}}}'])
def test_what_is_no_integer_is_refused_even_where_nobody_looks(
    number: str, around: str
) -> None:
    problem = refusal(f'{{"a": {around.format(number)}}}')
    assert f"{number} is not an integer" in problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a": 1, "a": 1}', "twice"),
        ('{"a": 1, "\\u0061": 1}', "twice"),
        ('{"b": 1}', "must have the field a"),
        ('{"a": 1, "d": 1}', "must not have the field 'd'"),
        ("[]", "must be an object"),
        ("null", "must be an object"),
        ('"a"', "must be an object"),
        ("", "one JSON value"),
        ('{"a": 1} {}', "one JSON value"),
        ('{"a": 01}', "one JSON value"),
        ('{"a": +1}', "one JSON value"),
        ("{'a': 1}", "one JSON value"),
        ('{"a": "\n"}', "one JSON value"),
        ("\ufeff{}", "one JSON value"),
        (b'{"a": "\xff"}', "one JSON value"),
        (b'{"a": "\xed\xa0\x80"}', "one JSON value"),
        ('{"a": 1}' + " " * 4089, "at most 4096 bytes"),
        ("[" * 101, "at most 100 opening brackets"),
        ('{"a": ' * 101, "at most 100 opening brackets"),
    ],
)
def test_anything_else_is_refused_with_the_reason(
    text: str | bytes, problem: str
) -> None:
    assert problem in refusal(text)


def test_the_largest_document_is_read() -> None:
    assert read('{"a": 1}' + " " * 4088).integer("a") == 1
    assert read('{"a": ' + "[" * 99 + "]" * 99 + "}").has("a")


@pytest.mark.parametrize("value", ["true", "null", '"5"', "[5]", "{}"])
def test_another_type_is_no_integer(value: str) -> None:
    with pytest.raises(WrongError, match="a must be an integer"):
        read(f'{{"a": {value}}}').integer("a")


@pytest.mark.parametrize("value", ["5", "true", "null", '["00"]', "{}"])
def test_another_type_is_neither_text_nor_bytes(value: str) -> None:
    fields = read(f'{{"a": {value}}}')
    with pytest.raises(WrongError, match="a must be a text"):
        fields.text("a")
    with pytest.raises(WrongError, match="a must be a text"):
        fields.octets("a")


@pytest.mark.parametrize("value", ["0", "FF", "0x", "0g", " 00", "00\\n", "٠٠"])
def test_bytes_have_one_form(value: str) -> None:
    with pytest.raises(WrongError, match="lower-case hexadecimal"):
        read(f'{{"a": "{value}"}}').octets("a")


def test_an_object_inside_is_read_as_strictly() -> None:
    assert read('{"a": {"x": 1}}').object("a", ["x"]).integer("x") == 1
    for inside in ("1", "[]", "{}", '{"x": 1, "y": 1}', '{"x": 1, "x": 1}'):
        with pytest.raises(WrongError, match="a must"):
            read(f'{{"a": {inside}}}').object("a", ["x"])


def test_a_set_up_of_another_modulus_is_not_taken_for_one_of_ours() -> None:
    with pytest.raises(EncodingError) as caught:
        SetupFile("RSA-1024", 1, bytes(256), bytes(256)).setup()
    assert caught.value.code == "delay.setup-file"


def test_a_set_up_with_a_number_out_of_reach_is_refused() -> None:
    with pytest.raises(EncodingError) as caught:
        read_setup(b'{"modulus": "RSA-2048", "T": 1e999, "h": "", "proof": ""}')
    assert caught.value.code == "delay.setup-file"
