"""Files that drand's own programs encrypted to rounds: they decrypt, or fail, as stated."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from age_file import AgeFile, read_age_file
from external import external_vectors
from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.timelock.chain import ChainInfo, read_chain_info
from fairlot_crypto.timelock.drand import Beacon, verify_round
from fairlot_crypto.timelock.ibe import Ciphertext, decrypt, read_ciphertext
from fairlot_crypto.timelock.scheme import (
    UNCHAINED,
    UNCHAINED_G1,
    UNCHAINED_G1_LEGACY,
)

NATIVE = groups.backend("native")
LOREM_LENGTH = 1063


def read(name: str) -> Any:  # noqa: ANN401 - JSON of another project
    file = external_vectors("drand") / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8"))


def vectors() -> list[dict[str, Any]]:
    return list(read("tlock-vectors")["vectors"])


def chain_of(vector: dict[str, Any]) -> ChainInfo:
    described = read("chain-info").values()
    chains = [read_chain_info(json.dumps(fields).encode()) for fields in described]
    by_hash = {chain.chain_hash().hex(): chain for chain in chains}
    return by_hash[vector["chain_hash"]]


def parts(vector: dict[str, Any]) -> tuple[ChainInfo, AgeFile]:
    return chain_of(vector), read_age_file(vector["armored"])


def signed() -> Iterator[tuple[dict[str, Any], ChainInfo, AgeFile, bytes]]:
    for vector in vectors():
        if vector["round_signature"] is not None:
            signature = bytes.fromhex(vector["round_signature"])
            yield vector, *parts(vector), signature


def file_key(
    curve: Backend, chain: ChainInfo, file: AgeFile, signature: bytes
) -> bytes:
    ciphertext = read_ciphertext(curve, chain.scheme, file.body)
    return decrypt(curve, chain, ciphertext, signature)


def refusal(curve: Backend, chain: ChainInfo, file: AgeFile, signature: bytes) -> str:
    with pytest.raises(CryptoError) as caught:
        file_key(curve, chain, file, signature)
    return caught.value.code


def check_plaintext(vector: dict[str, Any], plaintext: bytes) -> None:
    expected = vector["expected_plaintext"]
    if expected.startswith("(exact contents of lorem.txt"):
        assert len(plaintext) == LOREM_LENGTH
        assert plaintext.startswith(b"Lorem ipsum dolor sit amet")
    else:
        assert plaintext == expected.encode()


def run(curve: Backend) -> list[str]:
    """Decrypt every file whose round is there, and return how each one ended."""
    endings: list[str] = []
    for vector, chain, file, signature in signed():
        verify_round(curve, chain, Beacon(vector["round"], signature), vector["round"])
        endings.append(vector["expected_result"])
        if vector["expected_result"].startswith("rejected"):
            assert refusal(curve, chain, file, signature) == "tlock.ciphertext"
            continue
        key = file_key(curve, chain, file, signature)
        assert key.hex() == vector.get("age_file_key_hex", key.hex())
        check_plaintext(vector, file.open(key))
    return endings


def test_every_file_whose_round_is_there_ends_as_stated() -> None:
    endings = run(NATIVE)
    assert endings.count("decrypts") == 4
    assert len(endings) == 5


@pytest.mark.slow
def test_every_file_ends_as_stated_on_the_reference_back_end() -> None:
    assert len(run(groups.backend("reference"))) == 5


def test_all_unchained_schemes_are_among_them() -> None:
    schemes = {chain.scheme for _, chain, _, _ in signed()}
    assert schemes == {UNCHAINED, UNCHAINED_G1, UNCHAINED_G1_LEGACY}


def test_every_stanza_names_round_and_chain_and_holds_the_ciphertext() -> None:
    found = vectors()
    assert len(found) == 8
    for vector in found:
        chain, file = parts(vector)
        named = ["tlock", str(vector["round"]), vector["chain_hash"]]
        assert file.arguments == named
        assert len(file.body) == vector["stanza_body_bytes"]
        point = "U_G2" if chain.scheme.signs_in_g1 else "U_G1"
        assert file.body.hex() == vector[point] + vector["V"] + vector["W"]
        ciphertext = read_ciphertext(NATIVE, chain.scheme, file.body)
        assert ciphertext.to_bytes() == file.body


def test_no_file_decrypts_with_the_round_of_another() -> None:
    everything = list(signed())
    for _, chain, file, own in everything:
        for _, _, _, signature in everything:
            if signature != own:
                code = refusal(NATIVE, chain, file, signature)
                assert code in {"tlock.ciphertext", "drand.signature-point"}


def test_no_file_decrypts_with_a_flipped_bit() -> None:
    for vector, chain, file, signature in signed():
        ciphertext = read_ciphertext(NATIVE, chain.scheme, file.body)
        if vector["expected_result"] == "decrypts":
            for position in (0, 7, 15):
                for wrong in flipped(ciphertext, position):
                    with pytest.raises(CryptoError, match=r"tlock\.ciphertext"):
                        decrypt(NATIVE, chain, wrong, signature)


def flipped(ciphertext: Ciphertext, position: int) -> Iterator[Ciphertext]:
    changed = bytes(position) + b"\x40" + bytes(15 - position)
    for V, W in ((changed, bytes(16)), (bytes(16), changed)):
        yield Ciphertext(ciphertext.U, xor(ciphertext.V, V), xor(ciphertext.W, W))


def xor(left: bytes, right: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(left, right, strict=True))
