"""A consumer of the published vectors of witnesses over HTTP: one function an operation."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from fairlot.errors import FairlotError
from fairlot.logs import BoardIdentity, Witness
from fairlot.service.mailbox import Parcel, code_hash, kind_of, mail_id
from fairlot.service.witnessing import ConflictError, Watched, Witnessing
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import SigningKey, check_verify_key
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.submission import Submission

In: TypeAlias = Mapping[str, Any]
Out: TypeAlias = dict[str, Any]

FILE = Path(__file__).parents[1] / "vectors" / "service.json"


def write(given: In, _: Path) -> Out:
    proof = tuple(map(bytes.fromhex, given["proof"]))
    signed = SignedCheckpoint.parse(given["checkpoint"])
    return {"request": Submission(given["old"], proof, signed).to_bytes().decode()}


def read(given: In, _: Path) -> Out:
    found = Submission.parse(given["request"].encode())
    proof = [each.hex() for each in found.proof]
    return {"old": found.old, "proof": proof, "checkpoint": found.signed.to_text()}


def witness(given: In, folder: Path) -> Out:
    key = SigningKey(bytes.fromhex(given["seed"]))
    board = given["board"]
    keeper = check_verify_key(bytes.fromhex(board["key"]))
    if given["last"] is not None:
        origin = given["last"].partition("\n")[0]
        name = hashlib.sha256(origin.encode()).hexdigest()
        (folder / f"{name}.head").write_text(given["last"], encoding="utf-8")
    before = states(folder)
    who = Witness(given["name"], key.public)
    watched = Watched((BoardIdentity(board["name"], keeper),))
    judge = Witnessing(who, key, folder, watched, lambda: given["clock"])
    try:
        line = judge.add(given["request"].encode())
    except (ConflictError, CryptoError, FairlotError) as error:
        assert states(folder) == before, "the state is as before"
        if isinstance(error, ConflictError):
            return {"conflict": error.size}
        raise
    (state,) = states(folder)
    return {"answer": f"{line.to_text()}\n", "state": state}


def states(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in folder.glob("*.head")]


def named(given: In, _: Path) -> Out:
    invited = code_hash(given["code"])
    request = bytes.fromhex(given["request"])
    return {"code_hash": invited.hex(), "id": mail_id(invited, request)}


def kind(given: In, _: Path) -> Out:
    return {"kind": kind_of(bytes.fromhex(given["request"]))}


def pack(given: In, _: Path) -> Out:
    files = tuple(
        (each["name"], bytes.fromhex(each["data"])) for each in given["files"]
    )
    return {"parcel": Parcel(files, given["code"], given["detail"]).to_bytes().hex()}


def unpack(given: In, _: Path) -> Out:
    found = Parcel.from_bytes(bytes.fromhex(given["parcel"]))
    files = [{"name": name, "data": data.hex()} for name, data in found.files]
    return {"files": files, "code": found.code, "detail": found.detail}


DRIVERS: Mapping[str, Callable[[In, Path], Out]] = {
    "write": write,
    "read": read,
    "witness": witness,
    "mail-id": named,
    "kind": kind,
    "pack": pack,
    "unpack": unpack,
}


def cases(*, refused: bool) -> list[In]:
    document: In = json.loads(FILE.read_bytes())
    assert (document["format"], document["chapter"]) == ("fairlot-vectors/1", "service")
    return [case for case in document["cases"] if ("refused" in case) is refused]


def name(case: In) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", cases(refused=False), ids=name)
def test_an_accepted_case_gives_its_output(case: In, tmp_path: Path) -> None:
    assert DRIVERS[case["input"]["op"]](case["input"], tmp_path) == case["output"]


@pytest.mark.parametrize("case", cases(refused=True), ids=name)
def test_a_refused_case_ends_with_its_code(case: In, tmp_path: Path) -> None:
    with pytest.raises((CryptoError, FairlotError)) as caught:
        DRIVERS[case["input"]["op"]](case["input"], tmp_path)
    error = caught.value
    assert isinstance(error, CryptoError | FairlotError)
    assert error.code == case["refused"]["code"]


def test_every_operation_is_there_and_most_cases_are_refused() -> None:
    taken, refused = cases(refused=False), cases(refused=True)
    assert {case["input"]["op"] for case in taken} == set(DRIVERS)
    conflicts = [case for case in taken if "conflict" in case["output"]]
    assert len(taken) - len(conflicts) < len(refused)
