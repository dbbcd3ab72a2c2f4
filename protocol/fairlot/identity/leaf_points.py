"""The points of many leaves, shown to lie in G1 together (specs/batch.md, section 7, step 27).

Half of what it takes to read a point is to show that it lies in the subgroup.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from fairlot.entry import Entry, EntryType
from fairlot.identity.leaf import DecodePoint
from fairlot_crypto.curve import G1, Backend, OnCurve
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.randomness import Randomness

_INFINITY = 0x40


def decode_together(
    curve: Backend, entries: Sequence[Entry], randomness: Randomness
) -> DecodePoint:
    """Return what decodes points as ``g1_not_identity`` does, quickly for those of leaves.

    Args:
        curve: the back-end.
        entries: of the log of a registry, of which nothing is known.
        randomness: private and fresh: a point outside G1 is overlooked with probability
            2^-80 at most, unless somebody foresees it.
    """

    @cache
    def points() -> Mapping[bytes, G1]:
        # Not before somebody asks: who remembers all leaves does not.
        return _admitted(curve, entries, randomness)

    def decode(data: bytes) -> G1:
        known = points().get(data)
        return curve.g1_not_identity(data) if known is None else known

    return decode


def _admitted(
    curve: Backend, entries: Sequence[Entry], randomness: Randomness
) -> Mapping[bytes, G1]:
    found = dict(_on_curve(curve, entries))
    try:
        points = curve.admit([*found.values()], randomness)
    except EncodingError:
        # Whoever has posted a bad one costs time: all are decoded one by one.
        return {}
    return dict(zip(found, points, strict=True))


def _on_curve(
    curve: Backend, entries: Sequence[Entry]
) -> Iterator[tuple[bytes, OnCurve]]:
    """Yield what seem to be the points of leaves, but for those that are none."""
    for encoded in {each for entry in entries for each in _encoded(entry)}:
        try:
            point = curve.compressed_on_curve(encoded)
        except EncodingError:
            continue
        if not encoded[0] & _INFINITY:
            yield encoded, point


def _encoded(entry: Entry) -> Iterator[bytes]:
    shares = entry.body.get("shares") if entry.type is EntryType.LEAF else None
    for share in shares if isinstance(shares, list) else ():
        encoded = share.get("commitment") if isinstance(share, dict) else None
        if isinstance(encoded, bytes):
            yield encoded
