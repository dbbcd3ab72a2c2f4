"""What two byte strings have in common that could link them."""

from collections.abc import Mapping

from fairlot_crypto.cbor import Value

WINDOW = 16
"""Bytes in a row that do not agree by chance."""
CHANCE = 2
"""Random bytes that may, at either end of a common string."""
INNER = WINDOW - 2 * CHANCE


def windows(data: bytes, width: int = WINDOW) -> set[bytes]:
    return {data[i : i + width] for i in range(len(data) - width + 1)}


def check_unlinked(mine: tuple[bytes, bytes], other: tuple[bytes, bytes]) -> None:
    """What my two deposits share, mine and another's share as well.

    A random byte beside a fixed text may agree by chance: two bytes at either end of
    a common string are left out of account.
    """
    shared = shared_inside(mine[0], mine[1])
    assert shared, "the names of the fields, at least"
    assert shared <= windows(mine[0], INNER) & windows(other[1], INNER)
    assert shared <= windows(other[0], INNER) & windows(mine[1], INNER)


def shared_inside(mine: bytes, other: bytes) -> set[bytes]:
    """Return the windows that both have, without what chance may have added to them."""
    return {w[CHANCE:-CHANCE] for w in windows(mine) & windows(other)}


def shape(value: Value) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{k}:{shape(v)}" for k, v in value.items()) + "}"
    return f"{len(value)} bytes" if isinstance(value, bytes) else repr(value)
