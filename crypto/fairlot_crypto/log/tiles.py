"""A log as files that anybody can serve, cache and mirror (specs/tiles.md).

The format is C2SP tlog-tiles: 256 hashes of one height make a tile, 256 entries a bundle.
A file never changes once it is full, and every root and proof can be made from them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.log.checkpoint import MAX_INTEGER, read_decimal
from fairlot_crypto.log.merkle import (
    EMPTY_ROOT,
    HASH_LENGTH,
    Subtrees,
    node_hash,
)

HEIGHT = 8
"""How many levels of the tree a tile spans."""
WIDTH = 1 << HEIGHT
"""Hashes in a full tile, entries in a full bundle."""
LEVELS = 8
"""Levels of tiles in a tree of less than 2^63 leaves."""
ENTRY_MAX = 65_535
"""The longest entry that a bundle holds, in bytes."""

_ROOT = "tile/"
_ENTRIES = "entries"
_NUMBER = re.compile(r"(?:x\d{3}/)*\d{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tile:
    """Which file: a tile of hashes, or a bundle of entries."""

    level: int | None
    """0 for the hashes of leaves, 1 above them; ``None`` for a bundle of entries."""
    index: int
    """Its place within the level, from 0."""
    width: int = WIDTH
    """How many hashes or entries it holds: less than 256 only at the right edge."""

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            CallerError: ``tiles.field``.
        """
        level = 0 if self.level is None else self.level
        in_range = 0 <= level < LEVELS and 0 <= self.index <= MAX_INTEGER >> HEIGHT
        if not in_range or not 0 < self.width <= WIDTH:
            problem = f"there is no tile {self.index} of {self.width} at level {level}"
            raise CallerError("tiles.field", problem)

    @property
    def path(self) -> str:
        """Its path below the address of the log."""
        level = _ENTRIES if self.level is None else str(self.level)
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{each}" for each in groups[:-1]), groups[-1]])
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{_ROOT}{level}/{number}{part}"

    @classmethod
    def parse(cls, path: str) -> "Tile":
        """Read a path (specs/tiles.md, section 3).

        Raises:
            EncodingError: ``tiles.path``.
        """
        tile = _parsed(path)
        # Step 5.
        if tile is None or tile.path != path:
            raise EncodingError(
                "tiles.path", "this is not the path of a tile or bundle"
            )
        return tile

    @property
    def full(self) -> "Tile":
        """The same file once it is full."""
        return Tile(self.level, self.index)


def _parsed(path: str) -> Tile | None:
    # Step 1.
    if not path.startswith(_ROOT):
        return None
    level, _, rest = path.removeprefix(_ROOT).partition("/")
    # Step 2.
    number, cut, part = rest.partition(".p/")
    width = read_decimal(part) if cut else WIDTH
    # Step 3.
    high = None if level == _ENTRIES else read_decimal(level)
    known = level == _ENTRIES or (high is not None and high < LEVELS)
    # Step 4.
    if not known or not _NUMBER.fullmatch(number) or not width or width > WIDTH:
        return None
    index = int(number.replace("x", "").replace("/", ""))
    return Tile(high, index, width) if index <= MAX_INTEGER >> HEIGHT else None


def tiles_of(size: int, since: int = 0) -> tuple[Tile, ...]:
    """Return the tiles of a tree that one of ``since`` leaves does not have, from level 0.

    Args:
        size: leaves of the tree.
        since: leaves of an earlier one, at most ``size``.

    Raises:
        CallerError: ``tiles.size``.
    """
    _check_sizes(since, size)
    levels = (_at_level(level, size, since) for level in range(LEVELS))
    return tuple(tile for tiles in levels for tile in tiles)


def bundles_of(size: int, since: int = 0) -> tuple[Tile, ...]:
    """Return the bundles of a log that one of ``since`` entries does not have.

    Raises:
        CallerError: ``tiles.size``.
    """
    _check_sizes(since, size)
    return tuple(
        Tile(None, each.index, each.width) for each in _at_level(0, size, since)
    )


def _at_level(level: int, size: int, since: int) -> list[Tile]:
    """Return the tiles of a level: hashes of whole subtrees only, 256 a tile."""
    hashes, before = size >> HEIGHT * level, since >> HEIGHT * level
    if hashes == before:
        return []
    first, full = before >> HEIGHT, hashes >> HEIGHT
    tiles = [Tile(level, index) for index in range(first, full)]
    rest = hashes % WIDTH
    return [*tiles, Tile(level, full, rest)] if rest else tiles


def _check_sizes(since: int, size: int) -> None:
    if not 0 <= since <= size <= MAX_INTEGER:
        problem = f"sizes must ascend from 0, and are {since} and {size}"
        raise CallerError("tiles.size", problem)


def hash_tile(tree: Subtrees, tile: Tile) -> bytes:
    """Return the content of a tile: 32 bytes a hash.

    Raises:
        CallerError: ``tiles.field`` for a bundle; ``merkle.range`` where the tree is smaller.
    """
    if tile.level is None:
        raise CallerError("tiles.field", "a bundle holds entries, and no hashes")
    height = HEIGHT * tile.level
    first = tile.index << HEIGHT
    places = range(first, first + tile.width)
    return b"".join(
        tree.subtree(each << height, (each + 1) << height) for each in places
    )


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the content of a bundle: each entry behind its length in two bytes.

    Raises:
        CallerError: ``tiles.entry`` for one of more than 65,535 bytes.
    """
    if any(len(each) > ENTRY_MAX for each in entries):
        raise CallerError("tiles.entry", f"an entry has at most {ENTRY_MAX} bytes")
    return b"".join(len(each).to_bytes(2, "big") + each for each in entries)


def read_bundle(data: bytes, width: int) -> tuple[bytes, ...]:
    """Read a bundle (specs/tiles.md, section 4).

    Args:
        data: the file.
        width: how many entries its path says that it holds.

    Raises:
        EncodingError: ``tiles.bundle``.
    """
    entries, at = list[bytes](), 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        entries.append(data[start:at])
    if at != len(data) or len(entries) != width:
        problem = f"the bundle must hold {width} entries behind their lengths"
        raise EncodingError("tiles.bundle", problem)
    return tuple(entries)


class TiledTree:
    """A tree of a stated size that is read from tiles as they are needed.

    Whoever serves the tiles may lie: only a root that equals a checkpoint's, or a proof
    that leads to it, shows that they are the log's.
    """

    def __init__(self, size: int, fetch: Callable[[Tile], bytes]) -> None:
        """Read from ``fetch``, which returns the file of a tile; each is fetched once."""
        self._size = size
        self._fetch = fetch
        self._read: dict[Tile, bytes] = {}

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    def root(self) -> bytes:
        """Return the root over all leaves.

        Raises:
            EncodingError: ``tiles.length``.
        """
        return self._hash(0, self._size) if self._size else EMPTY_ROOT

    def subtree(self, start: int, end: int) -> bytes:
        """Return MTH(D[start:end]), the hash of an aligned subtree; 32 bytes.

        Raises:
            CallerError: ``merkle.range`` outside of the tree.
            EncodingError: ``tiles.length``.
        """
        if not 0 <= start < end <= self._size:
            problem = f"[{start}, {end}) is no range of the {self._size} leaves"
            raise CallerError("merkle.range", problem)
        return self._hash(start, end)

    def _hash(self, start: int, end: int) -> bytes:
        below = (end - start - 1).bit_length() - 1
        level, above = divmod(below + 1, HEIGHT)
        if end - start == 1 << below + 1 and above == 0:
            return self._node(level, start >> HEIGHT * level)
        middle = start + (1 << below)
        return node_hash(self._hash(start, middle), self._hash(middle, end))

    def _node(self, level: int, place: int) -> bytes:
        """Return a hash that stands in a tile."""
        index, at = divmod(place, WIDTH)
        hashes = self._size >> HEIGHT * level
        data = self._file(Tile(level, index, min(WIDTH, hashes - (index << HEIGHT))))
        return data[at * HASH_LENGTH : (at + 1) * HASH_LENGTH]

    def _file(self, tile: Tile) -> bytes:
        if tile not in self._read:
            data = self._fetch(tile)
            if len(data) != tile.width * HASH_LENGTH:
                problem = f"{tile.path} must hold {tile.width} hashes of 32 bytes"
                raise EncodingError("tiles.length", problem)
            self._read[tile] = data
        return self._read[tile]
