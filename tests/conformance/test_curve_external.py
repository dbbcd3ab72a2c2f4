"""Published vectors of the groups and of hashing to them."""

import json
from pathlib import Path
from typing import Any

import pytest

from external import external_vectors
from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.hashing import expand_message_xmd

SIGN_BIT = 1 << 381
COMPRESSED_BIT = 1 << 383


@pytest.fixture(params=["native", "reference"])
def curve(request: pytest.FixtureRequest) -> Backend:
    return groups.backend(str(request.param))


def read(path: Path) -> Any:  # noqa: ANN401 - JSON of another project
    return json.loads(path.read_text(encoding="utf-8"))


def accepts(curve: Backend, kind: str, data: bytes) -> bool:
    decode = curve.g1_from_bytes if kind == "G1" else curve.g2_from_bytes
    try:
        point = decode(data)
    except EncodingError:
        return False
    assert point.to_bytes() == data
    return True


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "field"), [("G1", "pubkey"), ("G2", "signature")])
def test_deserialisation(curve: Backend, kind: str, field: str) -> None:
    paths = sorted(external_vectors(f"bls12381/deserialization_{kind}").glob("*.json"))
    assert len(paths) == {"G1": 13, "G2": 15}[kind]
    verdicts = set[bool]()
    for path in paths:
        case = read(path)
        data = bytes.fromhex(case["input"][field])
        assert accepts(curve, kind, data) is case["output"], path.name
        verdicts.add(case["output"])
    assert verdicts == {True, False}


def half_of_field(coordinates: list[int], modulus: int) -> bool:
    """Tell the sign: the last non-zero coordinate is above half of the field."""
    last = next(value for value in reversed(coordinates) if value)
    return last > modulus // 2


def compressed(point: dict[str, str], modulus: int) -> bytes:
    """Encode affine coordinates, written here a second time from the format."""
    x = [int(part, 16) for part in point["x"].split(",")]
    y = [int(part, 16) for part in point["y"].split(",")]
    head = x[-1] | COMPRESSED_BIT | (SIGN_BIT if half_of_field(y, modulus) else 0)
    return b"".join(part.to_bytes(48, "big") for part in [head, *reversed(x[:-1])])


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["G1", "G2"])
def test_hash_to_curve(curve: Backend, kind: str) -> None:
    name = f"BLS12381{kind}_XMD_SHA-256_SSWU_RO_.json"
    suite = read(external_vectors("rfc9380") / name)
    modulus = int(suite["field"]["p"], 16)
    hash_to = curve.hash_to_g1 if kind == "G1" else curve.hash_to_g2
    assert len(suite["vectors"]) == 5
    for vector in suite["vectors"]:
        point = hash_to(vector["msg"].encode(), suite["dst"].encode())
        assert point.to_bytes() == compressed(vector["P"], modulus), vector["msg"]


@pytest.mark.parametrize("size", ["38", "256"])
def test_expand_message_xmd(size: str) -> None:
    suite = read(external_vectors("rfc9380") / f"expand_message_xmd_SHA256_{size}.json")
    assert len(suite["tests"]) == 10
    for vector in suite["tests"]:
        length = int(vector["len_in_bytes"], 16)
        message, dst = vector["msg"].encode(), suite["DST"].encode()
        expanded = expand_message_xmd(message, dst, length)
        assert expanded.hex() == vector["uniform_bytes"], vector["msg"]
