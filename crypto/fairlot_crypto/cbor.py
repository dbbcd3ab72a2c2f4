"""Strict deterministic CBOR: one value, one encoding (specs/notation.md, section 4).

The profile of RFC 8949, section 4.2.1: integers in [-2^63, 2^64-1], byte strings, text,
arrays, maps with text keys, booleans, null; nothing else, at most 16 levels deep. The
decoder re-encodes what it read and compares the bytes.
"""

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import NoReturn, TypeAlias, cast

import cbor2

from fairlot_crypto.errors import CallerError, EncodingError

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

MAX_DEPTH = 16
"""Arrays and maps that may enclose one another."""

_LOWEST = -(2**63)
_HIGHEST = 2**64 - 1


def encode(value: Value) -> bytes:
    """Return the one encoding of ``value``.

    Only the built-in types themselves are carried: an instance of a subclass (an enum
    member, a named tuple) may mean more than its encoding says.

    Raises:
        CallerError: ``cbor.value`` for what the profile cannot carry.
    """
    problem = _problem(value, MAX_DEPTH)
    if problem:
        raise CallerError("cbor.value", problem)
    try:
        return cbor2.dumps(value, canonical=True)
    except UnicodeEncodeError as error:
        raise CallerError(
            "cbor.value", "a text holds half of a surrogate pair"
        ) from error


def decode(data: bytes) -> Value:
    """Return the value that ``data``, all of it, encodes.

    Raises:
        EncodingError: as ``decode_first``; ``cbor.trailing`` where bytes are left over.
    """
    value, end = decode_first(data)
    # Step 3.
    if end != len(data):
        raise EncodingError(
            "cbor.trailing", f"{len(data) - end} bytes follow the value"
        )
    return value


def decode_first(data: bytes, offset: int = 0) -> tuple[Value, int]:
    """Return the value at ``offset`` of a CBOR sequence, and the offset behind it.

    The work depends on the length of that one value, not on the length of ``data``.

    Raises:
        CallerError: ``cbor.offset`` outside ``data``.
        EncodingError: ``cbor.truncated`` where ``data`` ends inside the value;
            ``cbor.malformed`` for what is not an item of the profile;
            ``cbor.not-deterministic`` for another encoding of such an item.
    """
    if not 0 <= offset <= len(data):
        raise CallerError(
            "cbor.offset", f"offset {offset} lies outside {len(data)} bytes"
        )
    # Step 1.
    value, end = _read(data, offset)
    problem = _problem(value, MAX_DEPTH)
    if problem:
        raise EncodingError("cbor.malformed", problem)
    # Step 2.
    if cbor2.dumps(value, canonical=True) != data[offset:end]:
        raise EncodingError(
            "cbor.not-deterministic",
            "the value must be in its one deterministic encoding",
        )
    return cast("Value", value), end


class _RefusedTags(Mapping[int, cbor2.ShareableDecoderInitializer]):
    """Answers for every tag: refused, before its content is looked at.

    Without it cbor2 would run what the sender asks for: compile regular expressions,
    build decimals, follow shared references.
    """

    def __getitem__(self, tag: int) -> cbor2.ShareableDecoderInitializer:
        return _refuse_tag

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


@cbor2.shareable_decoder
def _refuse_tag(immutable: bool) -> NoReturn:  # noqa: ARG001
    raise EncodingError("cbor.malformed", "tags have no place in this profile of CBOR")


_REFUSED_TAGS = _RefusedTags()


def _read(data: bytes, offset: int) -> tuple[object, int]:
    stream = BytesIO(data)
    stream.seek(offset)
    decoder = cbor2.CBORDecoder(
        stream,
        semantic_decoders=_REFUSED_TAGS,
        max_depth=MAX_DEPTH,
        allow_indefinite=False,
        allow_duplicate_keys=False,
        strict_hashable_types=True,
    )
    try:
        value: object = decoder.decode()
    except cbor2.CBORDecodeEOF as error:
        raise EncodingError("cbor.truncated", "the bytes end inside a value") from error
    except cbor2.CBORDecodeError as error:
        raise EncodingError(
            "cbor.malformed", f"not CBOR of this profile: {error}"
        ) from error
    return value, stream.tell()


def _problem(value: object, depth: int) -> str | None:
    """Say why the profile cannot carry ``value``; ``None`` where it can."""
    kind = type(value)
    if kind in {bytes, str, bool, type(None)}:
        return None
    if kind is int:
        inside = _LOWEST <= cast("int", value) <= _HIGHEST
        return None if inside else "integers lie in [-2^63, 2^64-1]"
    if kind in {list, tuple}:
        return _first_problem(cast("list[object]", value), depth)
    if kind is dict:
        items = cast("dict[object, object]", value)
        if not all(type(key) is str for key in items):
            return "map keys are text"
        return _first_problem(items.values(), depth)
    return f"{kind.__name__} is not carried"


def _first_problem(values: Iterable[object], depth: int) -> str | None:
    if depth == 0:
        return f"more than {MAX_DEPTH} levels"
    return next(filter(None, (_problem(value, depth - 1) for value in values)), None)
