"""Vectors of tiles and bundles (specs/tiles.md)."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from fairlot_crypto.log.merkle import Tree, consistency_proof, inclusion_proof
from fairlot_crypto.log.tiles import (
    Tile,
    TiledTree,
    bundles_of,
    hash_tile,
    read_bundle,
    tiles_of,
    write_bundle,
)
from generators.case import Case, Chapter, Raw, accept, reject

_SIZE = 300
_OLD, _INDEX = 255, 299


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "tiles",
        "`op` names the operation. path: write the path of a file; `level` is null for a "
        "bundle. parse: read a path. files: list the paths of the tiles and bundles of a "
        "log of `size` entries that one of `since` lacks, tiles first, from level 0. bundle: "
        "write a bundle. read-bundle: read one. tree: take the hashes of the leaves and of "
        "full tiles from `tiles`, by path, and make the root, the inclusion proof of `index` "
        "and the consistency proof from `old`.",
        (*_paths(), *_files(), *_bundles(), *_trees(), *_refused()),
    )


def leaves() -> list[bytes]:
    """Return 300 entries: their numbers, one to three bytes each."""
    return [str(number).encode() for number in range(_SIZE)]


def served(size: int = _SIZE) -> dict[str, bytes]:
    """Return the tiles of hashes of the first ``size`` entries, by path."""
    tree = Tree()
    for leaf in leaves():
        tree.append(leaf)
    return {tile.path: hash_tile(tree, tile) for tile in tiles_of(size)}


def _paths() -> Iterator[Case]:
    rows = (
        ("first", "Three digits at least.", Tile(0, 0)),
        (
            "deep",
            "Groups of three digits, all but the last behind x.",
            Tile(1, 1234067),
        ),
        ("partial", "The right edge names how much it holds.", Tile(0, 273, 112)),
        ("entries", "A bundle stands beside level 0.", Tile(None, 1000, 1)),
        (
            "far",
            "The highest level, and six groups.",
            Tile(7, 10**15),
        ),
    )
    for name, comment, tile in rows:
        fields = {"level": tile.level, "index": tile.index, "width": tile.width}
        yield accept(
            f"path-{name}", comment, {"op": "path", **fields}, {"path": tile.path}
        )
        parsed = Tile.parse(tile.path)
        yield accept(
            f"parse-{name}",
            "And back.",
            {"op": "parse", "path": tile.path},
            {"level": parsed.level, "index": parsed.index, "width": parsed.width},
        )


def _files() -> Iterator[Case]:
    rows = (
        ("none", "An empty log has no files.", 0, 0),
        ("one", "One entry: a tile and a bundle of width 1.", 1, 0),
        ("full", "256 entries fill a tile, and begin the level above.", 256, 0),
        ("more", "A log that grows: what was full does not change.", 514, 300),
        ("far", "Only the edge of a large log is new.", 70_000, 69_990),
        ("same", "Nothing is new.", 300, 300),
    )
    for name, comment, size, since in rows:
        tiles, bundles = tiles_of(size, since), bundles_of(size, since)
        yield accept(
            f"files-{name}",
            comment,
            {"op": "files", "size": size, "since": since},
            {"paths": [tile.path for tile in (*tiles, *bundles)]},
        )


def _bundles() -> Iterator[Case]:
    rows = (
        ("three", "Each entry behind its length.", [b"a", b"", b"bcd"]),
        ("long", "A length of two bytes.", [bytes(257)]),
    )
    for name, comment, entries in rows:
        data = write_bundle(entries)
        yield accept(
            f"bundle-{name}",
            comment,
            {"op": "bundle", "entries": entries},
            {"data": data},
        )
        yield accept(
            f"read-bundle-{name}",
            "And back.",
            {"op": "read-bundle", "data": data, "width": len(entries)},
            {"entries": list(read_bundle(data, len(entries)))},
        )


def _tree(
    size: int, index: int, old: int, tiles: Mapping[str, bytes]
) -> dict[str, Raw]:
    tree = TiledTree(size, lambda tile: tiles[tile.path])
    return {
        "root": tree.root(),
        "inclusion": list(inclusion_proof(tree, index)),
        "consistency": list(consistency_proof(tree, old)),
    }


def _trees() -> Iterator[Case]:
    rows = (
        ("small", "One partial tile.", 13, 5, 8),
        ("full", "One full tile: the root stands at level 1.", 256, 0, 255),
        ("large", "A full tile and a partial one.", _SIZE, _INDEX, _OLD),
    )
    for name, comment, size, index, old in rows:
        tiles = served(size)
        made = _tree(size, index, old, tiles)
        given: dict[str, Raw] = {"op": "tree", "size": size, "tiles": tiles}
        given |= {"index": index, "old": old}
        yield accept(f"tree-{name}", comment, given, made)


def _refused() -> Iterator[Case]:
    paths = (
        ("root", "It starts with tile/.", "tiles/0/000"),
        ("level", "A level is below 8.", "tile/8/000"),
        ("level-zeros", "A level has no leading zeros.", "tile/00/000"),
        ("level-empty", "A level is there.", "tile//000"),
        ("level-word", "entries is the only word.", "tile/data/000"),
        ("number", "A number has three digits a group.", "tile/0/12"),
        ("group", "All groups but the last start with x.", "tile/0/001/234"),
        ("last", "The last group does not start with x.", "tile/0/x001"),
        ("zeros", "No group too many.", "tile/0/x000/001"),
        ("digits", "ASCII digits only.", "tile/0/00\u0663"),
        ("width-none", "A width is at least 1.", "tile/0/000.p/0"),
        ("width-full", "256 is not written.", "tile/0/000.p/256"),
        ("width-zeros", "A width has no leading zeros.", "tile/0/000.p/01"),
        ("width-empty", "A width is there behind .p/.", "tile/0/000.p/"),
        ("behind", "Nothing follows.", "tile/0/000/"),
        ("up", "A path leads to no other folder.", "tile/0/../000"),
        ("huge", "An index of a tree of less than 2^63 leaves.", "tile/0/x999" * 9),
        (
            "beyond",
            "The same, by one.",
            "tile/0/x036/x028/x797/x018/x963/968",
        ),
    )
    for name, rule, path in paths:
        yield reject(
            f"parse-{name}",
            rule,
            "tiles.path",
            {"op": "parse", "path": path},
            partial(Tile.parse, path),
        )
    whole = write_bundle([b"a", b"bc"])
    bundles = (
        ("short", "An entry is as long as its length says.", whole[:-1], 2),
        ("half", "A length has two bytes.", whole + b"\0", 2),
        ("fewer", "The path says how many entries there are.", whole, 3),
        ("more", "No entry follows the last.", whole, 1),
        ("empty", "A bundle without entries does not exist.", b"", 1),
    )
    for name, rule, data, width in bundles:
        yield reject(
            f"read-bundle-{name}",
            rule,
            "tiles.bundle",
            {"op": "read-bundle", "data": data, "width": width},
            partial(read_bundle, data, width),
        )
    yield reject(
        "bundle-too-long",
        "An entry has at most 65,535 bytes.",
        "tiles.entry",
        {"op": "bundle", "entries": [bytes(65_536)]},
        partial(write_bundle, [bytes(65_536)]),
    )
    yield from _refused_trees()


def _refused_trees() -> Iterator[Case]:
    tiles = served(13)
    (path,) = tiles
    rows: Sequence[tuple[str, str, bytes]] = (
        ("short", "A tile holds as many hashes as its path says.", tiles[path][:-32]),
        ("half", "A hash has 32 bytes.", tiles[path][:-1]),
        ("long", "Nothing follows the last hash.", tiles[path] + bytes(32)),
    )
    for name, rule, data in rows:
        wrong = {path: data}
        yield reject(
            f"tree-{name}",
            rule,
            "tiles.length",
            {"op": "tree", "size": 13, "index": 5, "old": 8, "tiles": wrong},
            partial(_tree, 13, 5, 8, wrong),
        )
