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
"""How deep arrays and maps may enclose one another."""

_LOWEST = -(2**63)
_HIGHEST = 2**64 - 1


def encode(value: Value) -> bytes:
    """Return the one encoding of ``value`` (specs/notation.md, section 4.2).

    Only the built-in types themselves are carried: an instance of a subclass (an enum
    member, a named tuple) may mean more than its encoding says.

    Raises:
        CallerError: ``cbor.value`` for a value that the profile cannot carry.
    """
    problem = _problem(value, MAX_DEPTH)
    if problem:
        raise CallerError("cbor.value", problem)
    # Steps 1 and 2 are cbor2's canonical form.
    try:
        return cbor2.dumps(value, canonical=True)
    except UnicodeEncodeError as error:
        raise CallerError(
            "cbor.value", "a text must not hold half of a surrogate pair"
        ) from error


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
    """Refuses every tag before its content is looked at.

    Without it cbor2 would do what the sender asks for: compile regular expressions, build
    decimals, follow shared references.
    """

    def __getitem__(self, tag: int) -> cbor2.ShareableDecoderInitializer:
        return _refuse_tag

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


@cbor2.shareable_decoder
def _refuse_tag(immutable: bool) -> NoReturn:  # noqa: ARG001
    raise EncodingError("cbor.malformed", "there must be no tags")


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
        raise EncodingError(
            "cbor.truncated", "the value must be complete, but the bytes end inside it"
        ) from error
    except cbor2.CBORDecodeError as error:
        raise EncodingError(
            "cbor.malformed", f"the bytes must be CBOR of this profile: {error}"
        ) from error
    return value, stream.tell()


def _problem(value: object, depth: int) -> str | None:
    """Say why the profile cannot carry ``value``; return ``None`` if it can."""
    kind = type(value)
    if kind in {bytes, str, bool, type(None)}:
        return None
    if kind is int:
        inside = _LOWEST <= cast("int", value) <= _HIGHEST
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
