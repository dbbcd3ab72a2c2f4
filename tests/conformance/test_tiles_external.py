"""Logs in tiles published by transparency-dev/tessera and FiloSottile/sunlight."""

from pathlib import Path

from external import external_vectors
from fairlot_crypto.log.checkpoint import Checkpoint
from fairlot_crypto.log.merkle import (
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from fairlot_crypto.log.note import Note
from fairlot_crypto.log.tiles import (
    Tile,
    TiledTree,
    bundles_of,
    hash_tile,
    read_bundle,
    tiles_of,
    write_bundle,
)

SIZES = range(16)


def head(file: Path) -> Checkpoint:
    return Checkpoint.parse(Note.parse(file.read_text(encoding="utf-8")).text)


def read(folder: Path, tile: Tile) -> bytes:
    return (folder / tile.path).read_bytes()


def test_every_size_of_a_log_of_fifteen_to_the_byte() -> None:
    folder = external_vectors("tiles/tessera-log")
    (last,) = bundles_of(15)
    entries = read_bundle(read(folder, last), 15)
    tree = Tree()
    for size in SIZES:
        at = head(folder / f"checkpoint.{size}")
        assert (at.size, at.root) == (size, tree.root())
        for tile in tiles_of(size):
            assert hash_tile(tree, tile) == read(folder, tile)
        for bundle in bundles_of(size):
            assert write_bundle(entries[:size]) == read(folder, bundle)
        assert TiledTree(size, lambda tile: read(folder, tile)).root() == at.root
        if size < len(entries):
            tree.append(entries[size])
    kept = {file.relative_to(folder).as_posix() for file in folder.rglob("*/*")}
    ours = {tile.path for n in SIZES for tile in (*tiles_of(n), *bundles_of(n))}
    assert ours == {path for path in kept if (folder / path).is_file()}


def test_all_proofs_from_the_tiles_of_each_size_verify() -> None:
    folder = external_vectors("tiles/tessera-log")
    entries = read_bundle(read(folder, *bundles_of(15)), 15)
    roots = [head(folder / f"checkpoint.{size}").root for size in SIZES]
    for size in SIZES[1:]:
        tree = TiledTree(size, lambda tile: read(folder, tile))
        for index in range(size):
            proof = inclusion_proof(tree, index)
            leaf = leaf_hash(entries[index])
            verify_inclusion(leaf, index, size, proof, roots[size])
            between = consistency_proof(tree, index + 1)
            verify_consistency(index + 1, size, roots[index + 1], roots[size], between)


def test_a_log_of_three_hundred_has_the_root_of_its_head() -> None:
    folder = external_vectors("tiles/mirror-300")
    at = head(folder / "checkpoint")
    asked: list[str] = []

    def fetch(tile: Tile) -> bytes:
        asked.append(tile.path)
        return read(folder, tile)

    tree = TiledTree(at.size, fetch)
    assert (at.size, tree.root()) == (300, at.root)
    assert asked == ["tile/1/000.p/1", "tile/0/001.p/44"]
    for index in (0, 255, 256, 299):
        place = divmod(index, 256)
        leaf = read(folder, tiles_of(300)[place[0]])[place[1] * 32 :][:32]
        verify_inclusion(leaf, index, 300, inclusion_proof(tree, index), at.root)
