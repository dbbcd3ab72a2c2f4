"""A quick way to and from CBOR for what is as it should be (specs/notation.md, section 4).

A library in native code reads and writes; what it cannot be left to decide is looked at here.
Whatever is not certain is left to ``cbor``, which goes step by step and names the rule.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any, NoReturn, cast

from fairlot_crypto.cbor_forms import Forms

MAX_DEPTH = 16
"""How deep arrays and maps may enclose one another."""
LOWEST, HIGHEST = -(2**63), 2**64 - 1
"""The bounds of integers."""

_LEAVES = frozenset({bytes, str, bool, type(None)})
_BOXES = frozenset({list, tuple, dict})
_TEXT = frozenset({str})
_SHORT = 512
"""Letters of the keys of a map, altogether, up to which they are remembered."""


def encode_quickly(value: object) -> bytes | None:
    """Return the encoding of a value whose maps are in the order of their encoded keys.

    Returns:
        ``None`` for any other value, and for one that the profile cannot carry.

    Raises:
        UnicodeEncodeError: for a text with half of a surrogate pair.
    """
    # Only who encodes pays for loading what encodes.
    import cbor2  # noqa: PLC0415

    # Step 1 is cbor2's; step 2 holds already.
    return cbor2.dumps(value) if _all_fit((value,), MAX_DEPTH) else None


def read_quickly(data: bytes, offset: int) -> tuple[object, int] | None:
    """Return the item at ``offset`` and the offset behind it, if it is one of the profile.

    Returns:
        ``None`` for anything but an item of the profile in its one encoding.
    """
    import cbor2  # noqa: PLC0415

    form = _FORMS.find(data, offset)
    if form is not None:
        end = offset + form.size
        return cbor2.loads(data[offset:end]), end
    file = BytesIO(data)
    file.seek(offset)
    decoder = cbor2.CBORDecoder(
        file,
        semantic_decoders=_NO_TAGS,
        max_depth=MAX_DEPTH,
        allow_indefinite=False,
        allow_duplicate_keys=False,
        strict_hashable_types=True,
    )
    try:
        value = cast("object", decoder.decode())
    except cbor2.CBORDecodeError:
        return None
    if not _all_fit((value,), MAX_DEPTH):
        return None
    # The order of maps is looked at already: what is left is the form of each argument.
    encoded = cbor2.dumps(value)
    end = offset + len(encoded)
    if data[offset:end] != encoded:
        return None
    _FORMS.learn(encoded, None)
    return value, end


def _all_fit(values: Iterable[object], depth: int) -> bool:
    """Tell whether the profile carries values, and all maps in them are in their order.

    Args:
        values: of any type.
        depth: how deep arrays and maps may still enclose one another.
    """
    for each in values:
        if type(each) in _LEAVES:
            continue
        if type(each) is int:
            if not LOWEST <= each <= HIGHEST:
                return False
        elif type(each) not in _BOXES or not depth or not _fits(each, depth - 1):
            return False
    return True


def _fits(box: object, depth: int) -> bool:
    if type(box) is dict:
        entries = cast("dict[object, object]", box)
        return _ascend(tuple(entries)) and _all_fit(entries.values(), depth)
    return _all_fit(cast("Iterable[object]", box), depth)


def _ascend(keys: tuple[object, ...]) -> bool:
    """Tell whether all keys are texts, in the order of their encodings (step 2)."""
    if not _TEXT.issuperset(map(type, keys)):
        return False
    texts = cast("tuple[str, ...]", keys)
    short = sum(map(len, texts)) <= _SHORT
    return _short_ascend(texts) if short else _in_order(texts)


def _in_order(keys: tuple[str, ...]) -> bool:
    ranks = [(len(key), key) for key in map(str.encode, keys)]
    return ranks == sorted(ranks)


_FORMS = Forms[None]()
"""Of what was read last: whoever reads a long log meets the same few."""
_short_ascend = lru_cache(maxsize=256)(_in_order)
"""Remembers what is asked again and again: entries of one type have the same keys."""


class _NoTags(Mapping[int, Callable[[Any, bool], Any]]):
    """Says of every tag that it is refused: tags would let the sender choose a decoder."""

    def __getitem__(self, tag: int) -> Callable[[Any, bool], Any]:
        return _refuse

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _refuse(_decoder: object, _immutable: object) -> NoReturn:
    raise ValueError


_NO_TAGS = _NoTags()
