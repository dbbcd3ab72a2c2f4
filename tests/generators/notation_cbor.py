"""The CBOR vectors of the chapter "notation" (specs/notation.md, section 4)."""

from collections.abc import Callable
from typing import cast

from fairlot_crypto import cbor
from generators.case import Case, Raw, accept, reject


def cases() -> list[Case]:
    """Return accepted encodings, then the refused ones."""
    return [*_accepted(), *_refused()]


_ACCEPTED: dict[str, cbor.Value] = {
    "cbor-greatest-integer": 2**64 - 1,
    "cbor-greatest-number": 2**53 - 1,
    "cbor-least-string": 2**53,
    "cbor-least-integer": -(2**63),
    "cbor-integer-23": 23,
    "cbor-integer-24": 24,
    "cbor-text": "é",
    "cbor-bytes": b"\x00\xff",
    "cbor-booleans-and-null": [True, False, None],
    "cbor-empty": [[], {}],
    "cbor-map-order": {"aa": 3, "a": 2, "": 0, "B": 1},
    "cbor-16-levels": [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]],
}


def _accepted() -> list[Case]:
    return [
        accept(
            name,
            "The one encoding of this value.",
            {"function": "cbor-decode", "data": cbor.encode(value)},
            {"value": cast("Raw", value)},
        )
        for name, value in _ACCEPTED.items()
    ]


_AMBIGUOUS = "cbor.not-deterministic"
_OUTSIDE = "cbor.malformed"
_TORN = "cbor.truncated"

_REFUSED: dict[str, tuple[str, str, str]] = {
    "cbor-long-integer": (_AMBIGUOUS, "1817", "23 fits the first byte"),
    "cbor-long-integer-8": (_AMBIGUOUS, "1b0000000000000001", "1 fits the first byte"),
    "cbor-long-negative": (_AMBIGUOUS, "3800", "-1 fits the first byte"),
    "cbor-long-bytes-length": (_AMBIGUOUS, "580141", "length 1 fits the first byte"),
    "cbor-long-text-length": (_AMBIGUOUS, "780161", "length 1 fits the first byte"),
    "cbor-long-array-length": (_AMBIGUOUS, "980101", "length 1 fits the first byte"),
    "cbor-long-map-length": (_AMBIGUOUS, "b801616101", "size 1 fits the first byte"),
    "cbor-map-not-sorted": (_AMBIGUOUS, "a2616201616102", "keys are sorted"),
    "cbor-map-sorted-as-text": (
        _AMBIGUOUS,
        "a262616101616202",
        "keys are sorted by encoding: b before aa",
    ),
    "cbor-not-sorted-inside": (
        _AMBIGUOUS,
        "a16178a2616201616102",
        "the rules hold at every level",
    ),
    "cbor-duplicate-key": (_OUTSIDE, "a2616101616102", "keys are distinct"),
    "cbor-integer-key": (_OUTSIDE, "a10101", "keys are text"),
    "cbor-bytes-key": (_OUTSIDE, "a1416101", "keys are text"),
    "cbor-indefinite-bytes": (_OUTSIDE, "5f4100ff", "lengths are definite"),
    "cbor-indefinite-text": (_OUTSIDE, "7f6161ff", "lengths are definite"),
    "cbor-indefinite-array": (_OUTSIDE, "9f01ff", "lengths are definite"),
    "cbor-indefinite-map": (_OUTSIDE, "bf616101ff", "lengths are definite"),
    "cbor-float": (_OUTSIDE, "fb3ff0000000000000", "there are no floats"),
    "cbor-half-float": (_OUTSIDE, "f93c00", "there are no floats"),
    "cbor-nan": (_OUTSIDE, "f97e00", "there are no floats"),
    "cbor-undefined": (_OUTSIDE, "f7", "the only simple values: true, false, null"),
    "cbor-simple-value": (_OUTSIDE, "f0", "the only simple values: true, false, null"),
    "cbor-big-integer": (_OUTSIDE, "c249010000000000000000", "there are no tags"),
    "cbor-date": (_OUTSIDE, "c100", "there are no tags"),
    "cbor-regular-expression": (_OUTSIDE, "d82363612b24", "there are no tags"),
    "cbor-self-described": (_OUTSIDE, "d9d9f700", "there are no tags"),
    "cbor-below-least-integer": (
        _OUTSIDE,
        "3b8000000000000000",
        "integers are at least -2^63",
    ),
    "cbor-17-levels": (_OUTSIDE, "81" * 16 + "80", "at most 16 levels"),
    "cbor-text-not-utf-8": (_OUTSIDE, "62c328", "text is UTF-8"),
    "cbor-text-surrogate": (_OUTSIDE, "63eda080", "UTF-8 has no surrogates"),
    "cbor-break": (_OUTSIDE, "ff", "a break is not an item"),
    "cbor-reserved": (_OUTSIDE, "1c", "reserved forms are not used"),
    "cbor-empty-input": (_TORN, "", "there is one item"),
    "cbor-cut-text": (_TORN, "6261", "an item is complete"),
    "cbor-huge-length": (_TORN, "5bffffffffffffffff", "an item is complete"),
    "cbor-trailing-byte": ("cbor.trailing", "0000", "there is one item only"),
}

_FIRST: dict[str, tuple[str, str, str]] = {
    "float": (_OUTSIDE, "fb00", "a float is none at its first byte"),
    "simple-value": (_OUTSIDE, "f8", "a simple value is none at its first byte"),
    "tag": (_OUTSIDE, "c1", "a tag is none at its first byte"),
    "long-tag": (_OUTSIDE, "d9d9", "a tag is none at its first byte"),
    "indefinite-array": (_OUTSIDE, "9f", "a length is definite"),
    "undefined-in-an-array": (_OUTSIDE, "82f7", "undefined is not an item"),
    "break-in-an-array": (_OUTSIDE, "8201ff", "a break is not an item"),
    "integer-key": (_OUTSIDE, "a101", "a key is text, seen before its value"),
    "bytes-key": (_OUTSIDE, "a143", "a key is text, seen at its first byte"),
    "duplicate-key": (_OUTSIDE, "a26161016161", "keys are distinct"),
    "17-levels": (_OUTSIDE, "81" * 17, "at most 16 levels, whatever the last holds"),
    "below-least-integer": (
        _OUTSIDE,
        "823b8000000000000000",
        "integers are at least -2^63",
    ),
    "key": (_TORN, "a2616101", "the second entry has not begun"),
    "value": (_TORN, "a16161", "the value of a key has not begun"),
    "argument": (_TORN, "3b80", "an argument of 8 bytes is judged as a whole"),
    "character": (_TORN, "62c3", "a text is judged as a whole"),
    "wrong-character": (_TORN, "63c328", "a text is judged as a whole"),
    "16-levels": (_TORN, "81" * 16, "16 levels are legal, and the last is empty"),
    "level-17-argument": (_TORN, "81" * 16 + "98", "arguments precede depth"),
    "long-form": (_TORN, "781761", "the form is judged once the item is read"),
}
"""What is wrong with bytes that end too early: the first test that fails."""


def _refused() -> list[Case]:
    effect = "else one value could be hashed, signed and compared under two names"
    order = "else a torn write and damage would be told apart differently"
    return [
        *(_case(name, effect, *row) for name, row in _REFUSED.items()),
        *(_case(f"cbor-cut-{name}", order, *row) for name, row in _FIRST.items()),
    ]


def _case(name: str, effect: str, code: str, data: str, rule: str) -> Case:
    encoded = bytes.fromhex(data)
    return reject(
        name,
        f"The profile: {rule}; {effect}.",
        code,
        {"function": "cbor-decode", "data": encoded},
        _decoding(encoded),
    )


def _decoding(data: bytes) -> Callable[[], object]:
    return lambda: cbor.decode(data)
