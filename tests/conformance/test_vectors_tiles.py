"""A consumer of the published vectors of tiles: one function an operation."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from fairlot_crypto.errors import CryptoError
from fairlot_crypto.log.merkle import consistency_proof, inclusion_proof
from fairlot_crypto.log.tiles import (
    Tile,
    TiledTree,
    bundles_of,
    read_bundle,
    tiles_of,
    write_bundle,
)

In: TypeAlias = Mapping[str, Any]
Out: TypeAlias = dict[str, Any]

FILE = Path(__file__).parents[1] / "vectors" / "tiles.json"


def path(given: In) -> Out:
    return {"path": Tile(given["level"], given["index"], given["width"]).path}


def parse(given: In) -> Out:
    tile = Tile.parse(given["path"])
    return {"level": tile.level, "index": tile.index, "width": tile.width}


def files(given: In) -> Out:
    sizes = given["size"], given["since"]
    return {"paths": [tile.path for tile in (*tiles_of(*sizes), *bundles_of(*sizes))]}


def bundle(given: In) -> Out:
    entries = [bytes.fromhex(each) for each in given["entries"]]
    return {"data": write_bundle(entries).hex()}


def unbundle(given: In) -> Out:
    entries = read_bundle(bytes.fromhex(given["data"]), given["width"])
    return {"entries": [each.hex() for each in entries]}


def tree(given: In) -> Out:
    read = TiledTree(
        given["size"], lambda tile: bytes.fromhex(given["tiles"][tile.path])
    )
    return {
        "root": read.root().hex(),
        "inclusion": [each.hex() for each in inclusion_proof(read, given["index"])],
        "consistency": [each.hex() for each in consistency_proof(read, given["old"])],
    }


DRIVERS: Mapping[str, Callable[[In], Out]] = {
    "path": path,
    "parse": parse,
    "files": files,
    "bundle": bundle,
    "read-bundle": unbundle,
    "tree": tree,
}


def cases(*, refused: bool) -> list[In]:
    document: In = json.loads(FILE.read_bytes())
    assert (document["format"], document["chapter"]) == ("fairlot-vectors/1", "tiles")
    return [case for case in document["cases"] if ("refused" in case) is refused]


def name(case: In) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", cases(refused=False), ids=name)
def test_an_accepted_case_gives_its_output(case: In) -> None:
    assert DRIVERS[case["input"]["op"]](case["input"]) == case["output"]


@pytest.mark.parametrize("case", cases(refused=True), ids=name)
def test_a_refused_case_ends_with_its_code(case: In) -> None:
    with pytest.raises(CryptoError) as caught:
        DRIVERS[case["input"]["op"]](case["input"])
    assert caught.value.code == case["refused"]["code"]


def test_every_operation_is_there_and_most_cases_are_refused() -> None:
    taken, refused = cases(refused=False), cases(refused=True)
    assert {case["input"]["op"] for case in taken} == set(DRIVERS)
    assert len(taken) < len(refused)
