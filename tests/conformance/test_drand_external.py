"""Real rounds of drand: every one verifies, and nothing that differs from one does."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import pytest

from external import external_vectors
from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.timelock.chain import (
    DEFAULT_CHAIN,
    QUICKNET,
    ChainInfo,
    read_chain_info,
)
from fairlot_crypto.timelock.drand import Beacon, read_beacon, verify_round
from fairlot_crypto.timelock.scheme import (
    CHAINED,
    UNCHAINED,
    UNCHAINED_G1,
    UNCHAINED_G1_LEGACY,
)

NATIVE = groups.backend("native")
OURS = {"default": DEFAULT_CHAIN, "quicknet": QUICKNET}
SCHEMES = (CHAINED, UNCHAINED, UNCHAINED_G1, UNCHAINED_G1_LEGACY)


def read(name: str) -> Any:  # noqa: ANN401 - JSON of another project
    file = external_vectors("drand") / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8"))


def written(fields: object) -> bytes:
    return json.dumps(fields).encode()


def documents(name: str) -> list[dict[str, Any]]:
    """Return the rounds of a chain as a relay gives them."""
    rounds = read(f"beacons-{name}")["rounds"]
    return [
        {key: value for key, value in fields.items() if key != "sources"}
        for fields in rounds
    ]


def beacons(name: str) -> list[Beacon]:
    return [read_beacon(written(fields)) for fields in documents(name)]


def other_networks() -> Iterator[tuple[ChainInfo, Beacon]]:
    """Return the rounds that come with ciphertexts: of test networks and ended ones."""
    chains = [read_chain_info(written(v)) for v in read("chain-info").values()]
    by_hash = {chain.chain_hash().hex(): chain for chain in chains}
    for vector in read("tlock-vectors")["vectors"]:
        if vector["round_signature"] is not None:
            signature = bytes.fromhex(vector["round_signature"])
            yield by_hash[vector["chain_hash"]], Beacon(vector["round"], signature)


def refusal(
    chain: ChainInfo, beacon: Beacon, number: int | None = None, curve: Backend = NATIVE
) -> str:
    """Return why a round is refused, asked for under its own number or another."""
    with pytest.raises(CryptoError) as caught:
        verify_round(curve, chain, beacon, number or beacon.round_number)
    return caught.value.code


def accept(curve: Backend, chain: ChainInfo, fields: object) -> None:
    """Do what a reader of a relay's answer does."""
    beacon = read_beacon(written(fields))
    verify_round(curve, chain, beacon, beacon.round_number)


def document_refusal(curve: Backend, chain: ChainInfo, fields: object) -> str:
    with pytest.raises(CryptoError) as caught:
        accept(curve, chain, fields)
    return caught.value.code


def flipped(data: bytes, position: int, bit: int = 0) -> bytes:
    changed = bytearray(data)
    changed[position] ^= 1 << bit
    return bytes(changed)


def test_the_published_chains_are_ours() -> None:
    published = read("chain-info")
    for name, chain in OURS.items():
        assert read_chain_info(written(published[name])) == chain
        assert read(f"beacons-{name}")["chain_hash"] == chain.chain_hash().hex()


def test_the_hash_of_every_published_chain_is_recomputed() -> None:
    published = read("chain-info")
    assert len(published) == 7
    schemes = {read_chain_info(written(v)).scheme for v in published.values()}
    assert schemes == set(SCHEMES)


def changed_chains(fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {**fields, "public_key": "00" + fields["public_key"][2:]}
    yield {**fields, "period": fields["period"] + 1}
    yield {**fields, "genesis_time": fields["genesis_time"] - 1}
    yield {**fields, "hash": fields["hash"][:-2] + "00"}
    yield {**fields, "groupHash": fields["groupHash"][:-2] + "00"}
    yield {**fields, "schemeID": fields["schemeID"] + "x"}
    yield {**fields, "metadata": {"beaconID": fields["metadata"]["beaconID"] + "x"}}


def test_a_published_chain_with_one_changed_field_is_refused() -> None:
    for published in read("chain-info").values():
        changed = list(changed_chains(published))
        assert len(changed) == len(published)
        for wrong in changed:
            with pytest.raises(CryptoError, match=r"drand\.(chain-hash|scheme)"):
                read_chain_info(written(wrong))


@pytest.mark.parametrize(("name", "count"), [("default", 6), ("quicknet", 10)])
def test_every_round_verifies(name: str, count: int) -> None:
    rounds = beacons(name)
    assert len(rounds) == count
    for beacon in rounds:
        verify_round(NATIVE, OURS[name], beacon, beacon.round_number)


def test_rounds_of_other_networks_verify() -> None:
    found = list(other_networks())
    assert len(found) == 5
    assert {chain.scheme for chain, _ in found} == set(SCHEMES) - {CHAINED}
    for chain, beacon in found:
        verify_round(NATIVE, chain, beacon, beacon.round_number)


@pytest.mark.slow
def test_every_round_verifies_on_the_reference_back_end() -> None:
    reference = groups.backend("reference")
    for name, chain in OURS.items():
        for beacon in beacons(name):
            verify_round(reference, chain, beacon, beacon.round_number)
    for chain, beacon in other_networks():
        verify_round(reference, chain, beacon, beacon.round_number)


def mutated(fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Change a round, one field after the other, every time in another way."""
    for change in (-1, 1, 256, 2**32, 2**63):
        yield {**fields, "round": fields["round"] + change}
    for field in sorted(fields.keys() - {"round"}):
        value = fields[field]
        yield {**fields, field: value[2:]}
        yield {**fields, field: value + "00"}
        yield {**fields, field: "00" + value[2:]}
        yield {**fields, field: value.upper()}
        yield {**fields, field: "00" * (len(value) // 2)}
        yield {**fields, field: "c0" + "00" * (len(value) // 2 - 1)}
        yield {**fields, field: ""}
        yield {**fields, field: None}
    for field in sorted(fields.keys() - {"randomness"}):
        yield {key: value for key, value in fields.items() if key != field}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["default", "quicknet"])
def test_every_mutated_round_is_refused(name: str) -> None:
    for fields in documents(name):
        accept(NATIVE, OURS[name], fields)
        for wrong in mutated(fields):
            assert document_refusal(NATIVE, OURS[name], wrong).startswith("drand.")
            # The same without the randomness, so that nothing hides behind its hash.
            if wrong.pop("randomness", None) == fields["randomness"]:
                document_refusal(NATIVE, OURS[name], wrong)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["default", "quicknet"])
def test_mutated_rounds_are_refused_alike_by_both_back_ends(name: str) -> None:
    reference = groups.backend("reference")
    fields = documents(name)[-1]
    del fields["randomness"]
    for wrong in mutated(fields):
        code = document_refusal(reference, OURS[name], wrong)
        assert code == document_refusal(NATIVE, OURS[name], wrong)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["default", "quicknet"])
def test_no_flipped_bit_of_a_signature_verifies(name: str) -> None:
    for number, beacon in enumerate(beacons(name)):
        bits = range(8) if number == 0 else range(1)
        for position, bit in product(range(len(beacon.signature)), bits):
            wrong = replace(beacon, signature=flipped(beacon.signature, position, bit))
            code = refusal(OURS[name], wrong)
            assert code in {"drand.signature", "drand.signature-point"}


@pytest.mark.parametrize("name", ["default", "quicknet"])
def test_the_negative_of_a_signature_is_a_point_that_nobody_signed(name: str) -> None:
    for beacon in beacons(name):
        negative = replace(beacon, signature=flipped(beacon.signature, 0, 5))
        assert refusal(OURS[name], negative) == "drand.signature"


@pytest.mark.slow
def test_no_flipped_bit_of_a_previous_signature_verifies() -> None:
    for beacon in beacons("default"):
        previous = beacon.previous_signature or b""
        first = beacon.round_number == 1
        expected = "drand.previous-signature" if first else "drand.signature"
        for position in range(len(previous)):
            wrong = replace(beacon, previous_signature=flipped(previous, position, 7))
            assert refusal(DEFAULT_CHAIN, wrong) == expected


@pytest.mark.parametrize("name", ["default", "quicknet"])
def test_no_flipped_byte_of_the_key_verifies(name: str) -> None:
    beacon = beacons(name)[0]
    key = OURS[name].public_key
    for position in range(len(key)):
        chain = replace(OURS[name], public_key=flipped(key, position))
        assert refusal(chain, beacon) in {"drand.public-key", "drand.signature"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["default", "quicknet"])
def test_no_round_stands_for_another(name: str) -> None:
    for beacon, other in permutations(beacons(name), 2):
        number = other.round_number
        assert refusal(OURS[name], beacon, number) == "drand.other-round"
        swapped = replace(other, signature=beacon.signature)
        renamed = replace(beacon, round_number=number)
        assert refusal(OURS[name], swapped) == "drand.signature"
        assert refusal(OURS[name], renamed).startswith("drand.")


def all_rounds() -> Iterator[tuple[ChainInfo, Beacon]]:
    for name, chain in OURS.items():
        for beacon in beacons(name):
            yield chain, beacon
    yield from other_networks()


def test_no_round_verifies_under_another_chain() -> None:
    chains = [read_chain_info(written(v)) for v in read("chain-info").values()]
    for (own, beacon), chain in product(all_rounds(), chains):
        if chain != own:
            assert refusal(chain, beacon).startswith("drand.")


def test_no_round_verifies_under_another_scheme() -> None:
    for (own, beacon), scheme in product(all_rounds(), SCHEMES):
        if scheme != own.scheme and scheme.key_length == own.scheme.key_length:
            chain = replace(own, scheme=scheme)
            assert refusal(chain, beacon).startswith("drand.")
            unchained = replace(beacon, previous_signature=None)
            assert refusal(chain, unchained).startswith("drand.")
