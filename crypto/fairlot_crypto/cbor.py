"""Strict deterministic CBOR: one value, one encoding (specs/notation.md, section 4).

The profile of RFC 8949, section 4.2.1: integers in [-2^63, 2^64-1], byte strings, text,
arrays, maps with text keys, booleans, null; nothing else, at most 16 levels deep. What a
library reads and writes again as the same bytes is taken from it (``quick_cbor``). For
anything else the decoder here reads from left to right, so that the first broken rule is
known, encodes the value again and compares the bytes.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias, cast

from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.quick_cbor import (
    HIGHEST,
    LOWEST,
    MAX_DEPTH,
    encode_quickly,
    read_quickly,
)

Value: TypeAlias = (
    int
    | bytes
    | str
    | bool
    | list["Value"]
    | tuple["Value", ...]
    | Mapping[str, "Value"]
    | None
)
"""What the profile can carry: lists and tuples are arrays, dicts are maps."""


def encode(value: Value) -> bytes:
    """Return the one encoding of ``value`` (specs/notation.md, section 4.2).

    Only the built-in types themselves are carried: an instance of a subclass (an enum
    member, a named tuple) may mean more than its encoding says.

    Raises:
        CallerError: ``cbor.value`` for a value that the profile cannot carry.
    """
    try:
        return encode_quickly(value) or _encode(value)
    except UnicodeEncodeError as error:
        raise CallerError(
            "cbor.value", "a text must not hold half of a surrogate pair"
        ) from error


def _encode(value: Value) -> bytes:
    problem = _problem(value, MAX_DEPTH)
    if problem:
        raise CallerError("cbor.value", problem)
    # Steps 1 and 2 are cbor2's canonical form.
    return _canonical(value)


def decode(data: bytes) -> Value:
    """Return the value that the whole of ``data`` encodes (specs/notation.md, section 4.3).

    Raises:
        EncodingError: as ``decode_first``; ``cbor.trailing`` if bytes are left over.
    """
    # Steps 1 and 2.
    value, end = decode_first(data)
    # Step 3.
    if end != len(data):
        raise EncodingError(
            "cbor.trailing",
            f"nothing must follow the value, which ends at byte {end} of {len(data)}",
        )
    return value


def decode_first(data: bytes, offset: int = 0) -> tuple[Value, int]:
    """Return the value at ``offset`` of a CBOR sequence, and the offset behind it.

    The work depends on the length of that one value, not on the length of ``data``. The
    steps are those of specs/notation.md, section 4.3.

    Raises:
        CallerError: ``cbor.offset`` outside ``data``.
        EncodingError: ``cbor.truncated`` if ``data`` ends inside the value;
            ``cbor.malformed`` for anything but an item of the profile;
            ``cbor.not-deterministic`` for another encoding of such an item.
    """
    if not 0 <= offset <= len(data):
        raise CallerError(
            "cbor.offset", f"the offset must lie in [0, {len(data)}], and is {offset}"
        )
    # Steps 1 and 2, where nothing is wrong.
    quick = read_quickly(data, offset)
    if quick is not None:
        return cast("tuple[Value, int]", quick)
    # Step 1.
    value, end = _read_item(data, offset, 1)
    # Step 2.
    if _canonical(value) != data[offset:end]:
        raise EncodingError(
            "cbor.not-deterministic",
            "the value must be in its one deterministic encoding",
        )
    return value, end


def _canonical(value: Value) -> bytes:
    # Only who encodes pays for loading what encodes.
    import cbor2  # noqa: PLC0415

    return cbor2.dumps(value, canonical=True)


_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
"""Major types."""
_SIMPLE: Mapping[int, bool | None] = {0xF4: False, 0xF5: True, 0xF6: None}
"""The values of major type 7 that the profile has, by their only byte."""


def _read_item(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    """Return the item at ``at`` and the offset behind it (specs/notation.md, section 4.3).

    Args:
        data: at least all of the item, or it is truncated.
        at: where the item begins.
        depth: how deep an array or a map would be here, from 1.

    Raises:
        EncodingError: ``cbor.truncated``, ``cbor.malformed``: whatever comes first.
    """
    initial = data[at : at + 1]
    if initial and initial[0] in _SIMPLE:
        return _SIMPLE[initial[0]], at + 1
    major, argument, at = _read_head(data, at)
    if major == _UNSIGNED:
        return argument, at
    if major == _NEGATIVE:
        return -1 - argument, at
    if major in {_BYTES, _TEXT}:
        return _read_string(data, at, major, argument)
    # Step 7.
    if depth > MAX_DEPTH:
        raise _malformed(f"arrays and maps must be at most {MAX_DEPTH} deep")
    if major == _MAP:
        return _read_map(data, at, depth, argument)
    # Step 8.
    items: list[Value] = []
    for _ in range(argument):
        item, at = _read_item(data, at, depth + 1)
        items.append(item)
    return items, at


def _read_head(data: bytes, at: int) -> tuple[int, int, int]:
    """Return major type, argument, and the offset behind them (steps 4 and 5)."""
    # Step 4.
    if at == len(data):
        raise _truncated()
    major, low = divmod(data[at], 32)
    if major > _MAP or low > 27:
        raise _malformed(f"no item of the profile begins with 0x{data[at]:02x}")
    # Step 5.
    at += 1
    if low < 24:
        return major, low, at
    end = at + (1 << low - 24)
    if end > len(data):
        raise _truncated()
    argument = int.from_bytes(data[at:end])
    if major == _NEGATIVE and argument > -1 - LOWEST:
        raise _malformed("an integer must be at least -2^63")
    return major, argument, end


def _read_string(
    data: bytes, at: int, major: int, length: int
) -> tuple[bytes | str, int]:
    """Return a byte string or a text, and the offset behind it (step 6)."""
    # Step 6.
    end = at + length
    if end > len(data):
        raise _truncated()
    if major == _BYTES:
        return data[at:end], end
    try:
        return data[at:end].decode(), end
    except UnicodeDecodeError as error:
        raise _malformed("a text must be UTF-8") from error


def _read_map(
    data: bytes, at: int, depth: int, count: int
) -> tuple[dict[str, Value], int]:
    """Return a map of so many entries, and the offset behind it (step 9)."""
    # Step 9.
    items: dict[str, Value] = {}
    for _ in range(count):
        if data[at : at + 1] and data[at] >> 5 != _TEXT:
            raise _malformed("the keys of a map must be texts")
        major, length, at = _read_head(data, at)
        key, at = _read_string(data, at, major, length)
        if key in items:
            raise _malformed("the keys of a map must be distinct")
        items[cast("str", key)], at = _read_item(data, at, depth + 1)
    return items, at


def _truncated() -> EncodingError:
    return EncodingError(
        "cbor.truncated", "the value must be complete, but the bytes end inside it"
    )


def _malformed(rule: str) -> EncodingError:
    return EncodingError(
        "cbor.malformed", f"the bytes must be CBOR of this profile: {rule}"
    )


def _problem(value: object, depth: int) -> str | None:
    """Say why the profile cannot carry ``value``; return ``None`` if it can."""
    kind = type(value)
    if kind in {bytes, str, bool, type(None)}:
        return None
    if kind is int:
        inside = LOWEST <= cast("int", value) <= HIGHEST
        return None if inside else "an integer must lie in [-2^63, 2^64-1]"
    if kind in {list, tuple}:
        return _first_problem(cast("list[object]", value), depth)
    if kind is dict:
        items = cast("dict[object, object]", value)
        if not all(type(key) is str for key in items):
            return "the keys of a map must be texts"
        return _first_problem(items.values(), depth)
    return f"a value must not be of the type {kind.__name__}"


def _first_problem(values: Iterable[object], depth: int) -> str | None:
    if depth == 0:
        return f"arrays and maps must be at most {MAX_DEPTH} deep"
    return next(filter(None, (_problem(value, depth - 1) for value in values)), None)
