"""Chains and rounds of a threshold clock: reading, hash, arithmetic, verification."""

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Backend, Scalar
from fairlot_crypto.errors import CryptoError, EncodingError, ProofError
from fairlot_crypto.timelock.chain import (
    DEFAULT_CHAIN,
    LEAGUE_OF_ENTROPY,
    QUICKNET,
    ChainInfo,
    first_round_after,
    read_chain_info,
    round_at,
    time_of_round,
)
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.drand import (
    Beacon,
    read_beacon,
    round_message,
    verify_round,
)
from fairlot_crypto.timelock.scheme import (
    CHAINED,
    UNCHAINED,
    UNCHAINED_G1,
    UNCHAINED_G1_LEGACY,
    Scheme,
    scheme_of,
)

SECRET = Scalar(0xC10C)
SEED = bytes(range(32))
SCHEMES = (CHAINED, UNCHAINED, UNCHAINED_G1, UNCHAINED_G1_LEGACY)


@pytest.fixture(params=["native", "reference"])
def curve(request: pytest.FixtureRequest) -> Backend:
    return groups.backend(str(request.param))


def clock(curve: Backend, scheme: Scheme) -> ChainInfo:
    return ChainInfo(scheme, clock_key(curve, scheme, SECRET), 30, 1000, SEED, "own")


def first_round(curve: Backend, chain: ChainInfo) -> Beacon:
    previous = SEED if chain.scheme.chained else None
    return sign_round(curve, chain, SECRET, 1, previous)


def code_of(attempt: Callable[[], object]) -> str:
    with pytest.raises(CryptoError) as caught:
        attempt()
    return caught.value.code


def described(chain: ChainInfo) -> dict[str, Any]:
    return {
        "public_key": chain.public_key.hex(),
        "period": chain.period,
        "genesis_time": chain.genesis_time,
        "hash": chain.chain_hash().hex(),
        "groupHash": chain.genesis_seed.hex(),
        "schemeID": chain.scheme.scheme_id,
        "metadata": {"beaconID": chain.beacon_id},
    }


def written(fields: object) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    ("chain", "name"),
    [
        (
            DEFAULT_CHAIN,
            "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce",
        ),
        (QUICKNET, "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"),
    ],
)
def test_the_chain_hash_of_the_league_of_entropy_is_recomputed(
    chain: ChainInfo, name: str
) -> None:
    assert chain.chain_hash().hex() == name
    assert chain in LEAGUE_OF_ENTROPY


def test_the_hash_holds_every_field_but_the_scheme() -> None:
    changed = [
        replace(QUICKNET, public_key=bytes(96)),
        replace(QUICKNET, period=4),
        replace(QUICKNET, genesis_time=0),
        replace(QUICKNET, genesis_seed=bytes(32)),
        replace(QUICKNET, beacon_id="quicknet2"),
        replace(QUICKNET, beacon_id="default"),
    ]
    hashes = {chain.chain_hash() for chain in (QUICKNET, *changed)}
    assert len(hashes) == 7
    legacy = replace(QUICKNET, scheme=UNCHAINED_G1_LEGACY)
    assert legacy.chain_hash() == QUICKNET.chain_hash()


def test_the_id_default_is_not_hashed() -> None:
    joined = (30).to_bytes(4, "big") + (1595431050).to_bytes(8, "big")
    joined += DEFAULT_CHAIN.public_key + DEFAULT_CHAIN.genesis_seed
    assert DEFAULT_CHAIN.chain_hash() == hashlib.sha256(joined).digest()
    named = replace(DEFAULT_CHAIN, beacon_id="other").chain_hash()
    assert named == hashlib.sha256(joined + b"other").digest()


@pytest.mark.parametrize("chain", LEAGUE_OF_ENTROPY)
def test_a_described_chain_is_read_back(chain: ChainInfo) -> None:
    assert read_chain_info(written(described(chain))) == chain


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("public_key", "00" * 95, "drand.chain-info"),
        ("public_key", "00" * 96, "drand.chain-hash"),
        ("public_key", QUICKNET.public_key.hex().upper(), "drand.json"),
        ("public_key", "0" * 191, "drand.json"),
        ("public_key", None, "drand.json"),
        ("period", 4, "drand.chain-hash"),
        ("period", 0, "drand.chain-info"),
        ("period", 2**32, "drand.chain-info"),
        ("period", 3.0, "drand.json"),
        ("period", True, "drand.json"),
        ("period", "3", "drand.json"),
        ("genesis_time", 1692803368, "drand.chain-hash"),
        ("genesis_time", -1, "drand.chain-info"),
        ("genesis_time", 2**63, "drand.chain-info"),
        ("hash", "00" * 32, "drand.chain-hash"),
        ("hash", "", "drand.chain-hash"),
        ("groupHash", "00" * 32, "drand.chain-hash"),
        ("groupHash", "00" * 31, "drand.chain-info"),
        ("schemeID", "bls-bn254-unchained-on-g1", "drand.scheme"),
        ("schemeID", "", "drand.scheme"),
        ("schemeID", "pedersen-bls-chained", "drand.chain-info"),
        ("metadata", {"beaconID": "other"}, "drand.chain-hash"),
        ("metadata", {"beaconID": ""}, "drand.chain-info"),
        ("metadata", {"beaconID": "q" * 65}, "drand.chain-info"),
        ("metadata", {"beaconID": "quick net"}, "drand.chain-info"),
        ("metadata", {"beaconID": "quicknet\n"}, "drand.chain-info"),
        ("metadata", {"beaconID": "\ud800"}, "drand.chain-info"),
        ("metadata", {"beaconID": "quicknet", "more": 1}, "drand.json"),
        ("metadata", {}, "drand.json"),
        ("metadata", "quicknet", "drand.json"),
        ("more", 1, "drand.json"),
    ],
)
def test_a_chain_with_one_wrong_field_is_refused(
    field: str, value: object, code: str
) -> None:
    data = written({**described(QUICKNET), field: value})
    assert code_of(lambda: read_chain_info(data)) == code


@pytest.mark.parametrize("field", sorted(described(QUICKNET)))
def test_a_chain_needs_every_field(field: str) -> None:
    fields = described(QUICKNET)
    del fields[field]
    assert code_of(lambda: read_chain_info(written(fields))) == "drand.json"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"1",
        b"null",
        b"{",
        b"{} {}",
        b"\xff\xfe{\x00}\x00",
        b'\xef\xbb\xbf{"round": 1, "signature": ""}',
        b'{"round": 1, "round": 1, "signature": ""}',
        b'{"round": 1, "signature": "\xff"}',
        b'{"round": NaN, "signature": ""}',
        b'{"round": 1, "signature": ""}' + b" " * 4068,
        b'{"round": ' + b"9" * 5000 + b', "signature": ""}',
        b'{"round": ' + b"[" * 90 + b"]" * 90 + b', "signature": ""}',
        b'{"round": ' + b"[" * 2000 + b"]" * 2000 + b"}",
    ],
)
def test_what_is_not_one_json_object_is_refused(data: bytes) -> None:
    assert code_of(lambda: read_beacon(data)) == "drand.json"


def test_nesting_does_not_exhaust_the_stack_of_a_process_without_limit() -> None:
    """The library behind the reference back-end raises the limit of recursion."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        for deep in (b"[" * 100, b"[" * 101, b"[" * 4096, b"[" * 10**6):
            with pytest.raises(EncodingError, match=r"drand\.json"):
                read_beacon(deep)
        with pytest.raises(EncodingError, match=r"drand\.json"):
            read_beacon(b'{"a":' * 819)
    finally:
        sys.setrecursionlimit(before)


def test_a_text_of_the_greatest_length_is_read() -> None:
    data = b'{"round": 1, "signature": ""}'
    padded = data + b" " * (4096 - len(data))
    assert read_beacon(padded) == Beacon(1, b"")


def test_a_scheme_has_the_lengths_of_its_groups() -> None:
    lengths = {s.scheme_id: (s.key_length, s.signature_length) for s in SCHEMES}
    assert lengths == {
        "pedersen-bls-chained": (48, 96),
        "pedersen-bls-unchained": (48, 96),
        "bls-unchained-g1-rfc9380": (96, 48),
        "bls-unchained-on-g1": (96, 48),
    }
    assert all(scheme_of(s.scheme_id) is s for s in SCHEMES)


@pytest.mark.parametrize(
    ("time", "latest"),
    [
        (0, 0),
        (DEFAULT_CHAIN.genesis_time - 1, 0),
        (DEFAULT_CHAIN.genesis_time, 1),
        (DEFAULT_CHAIN.genesis_time + 29, 1),
        (DEFAULT_CHAIN.genesis_time + 30, 2),
        (DEFAULT_CHAIN.genesis_time + 59, 2),
    ],
)
def test_a_round_is_due_from_its_second_on(time: int, latest: int) -> None:
    assert round_at(DEFAULT_CHAIN, time) == latest
    assert first_round_after(DEFAULT_CHAIN, time) == latest + 1
    assert time_of_round(DEFAULT_CHAIN, latest + 1) > time
    if latest:
        assert time_of_round(DEFAULT_CHAIN, latest) <= time


def test_the_greatest_round_has_a_time() -> None:
    chain = replace(QUICKNET, period=2**32 - 1, genesis_time=2**63 - 1)
    greatest = time_of_round(chain, 2**64 - 1)
    assert greatest == 2**63 - 1 + (2**64 - 2) * (2**32 - 1)


@pytest.mark.parametrize("number", [0, -1, 2**64])
def test_rounds_have_numbers_from_one_to_sixty_four_bits(number: int) -> None:
    assert code_of(lambda: time_of_round(QUICKNET, number)) == "drand.round"
    assert code_of(lambda: Beacon(number, b"")) == "drand.round"
    assert code_of(lambda: round_message(QUICKNET, number, None)) == "drand.round"


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.scheme_id)
def test_a_round_verifies_on_each_back_end(curve: Backend, scheme: Scheme) -> None:
    chain = clock(curve, scheme)
    verify_round(curve, chain, first_round(curve, chain), 1)


@pytest.mark.slow
def test_a_chained_round_follows_the_one_before(curve: Backend) -> None:
    chain = clock(curve, CHAINED)
    first = first_round(curve, chain)
    second = sign_round(curve, chain, SECRET, 2, first.signature)
    verify_round(curve, chain, second, 2)
    assert second.previous_signature == first.signature


@pytest.mark.thorough
def test_both_back_ends_sign_alike() -> None:
    native, reference = groups.backend("native"), groups.backend("reference")
    for scheme in SCHEMES:
        chain = clock(native, scheme)
        assert clock(reference, scheme) == chain
        assert first_round(native, chain) == first_round(reference, chain)


def test_the_message_is_the_hash_of_previous_signature_and_round() -> None:
    previous = bytes(96)
    number = (7).to_bytes(8, "big")
    chained = round_message(DEFAULT_CHAIN, 7, previous)
    assert chained == hashlib.sha256(previous + number).digest()
    assert round_message(QUICKNET, 7, None) == hashlib.sha256(number).digest()


@pytest.mark.parametrize(
    ("chain", "number", "previous"),
    [
        (DEFAULT_CHAIN, 1, None),
        (DEFAULT_CHAIN, 1, bytes(32)),
        (DEFAULT_CHAIN, 1, bytes(96)),
        (DEFAULT_CHAIN, 1, DEFAULT_CHAIN.genesis_seed + b"\0"),
        (DEFAULT_CHAIN, 2, None),
        (DEFAULT_CHAIN, 2, b""),
        (DEFAULT_CHAIN, 2, DEFAULT_CHAIN.genesis_seed),
        (DEFAULT_CHAIN, 2, bytes(95)),
        (DEFAULT_CHAIN, 2, bytes(97)),
        (QUICKNET, 1, QUICKNET.genesis_seed),
        (QUICKNET, 2, b""),
        (QUICKNET, 2, bytes(48)),
    ],
)
def test_a_previous_signature_is_there_exactly_where_it_belongs(
    chain: ChainInfo, number: int, previous: bytes | None
) -> None:
    code = code_of(lambda: round_message(chain, number, previous))
    assert code == "drand.previous-signature"
    beacon = Beacon(number, bytes(chain.scheme.signature_length), previous)
    native = groups.backend("native")
    code = code_of(lambda: verify_round(native, chain, beacon, number))
    assert code == "drand.previous-signature"


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.scheme_id)
def test_a_refusal_says_which_part_is_wrong(curve: Backend, scheme: Scheme) -> None:
    chain = clock(curve, scheme)
    beacon = first_round(curve, chain)
    rows: list[tuple[ChainInfo, Beacon, int, type[CryptoError], str]] = [
        (chain, beacon, 2, ProofError, "drand.other-round"),
        (
            replace(chain, public_key=b"\xc0" + bytes(scheme.key_length - 1)),
            *(beacon, 1, EncodingError, "drand.public-key"),
        ),
        (
            chain,
            replace(beacon, signature=b"\xc0" + bytes(scheme.signature_length - 1)),
            *(1, EncodingError, "drand.signature-point"),
        ),
        (
            chain,
            replace(beacon, signature=beacon.signature[:-1]),
            *(1, EncodingError, "drand.signature-point"),
        ),
        (
            replace(chain, public_key=clock_key(curve, scheme, Scalar(5))),
            *(beacon, 1, ProofError, "drand.signature"),
        ),
    ]
    for known, given, number, error, code in rows:
        with pytest.raises(error) as caught:
            verify_round(curve, known, given, number)
        assert caught.value.code == code


@pytest.mark.parametrize("scheme", [CHAINED, UNCHAINED_G1], ids=lambda s: s.scheme_id)
def test_a_round_is_read_with_or_without_its_randomness(scheme: Scheme) -> None:
    native = groups.backend("native")
    beacon = first_round(native, clock(native, scheme))
    fields: dict[str, Any] = {"round": 1, "signature": beacon.signature.hex()}
    if beacon.previous_signature is not None:
        fields["previous_signature"] = beacon.previous_signature.hex()
    assert read_beacon(written(fields)) == beacon
    fields["randomness"] = hashlib.sha256(beacon.signature).hexdigest()
    assert read_beacon(written(fields)) == beacon
    assert beacon.randomness().hex() == fields["randomness"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("round", 0, "drand.round"),
        ("round", 2**64, "drand.round"),
        ("round", -1, "drand.round"),
        ("round", 10**4000, "drand.round"),
        ("round", "1", "drand.json"),
        ("round", 1.0, "drand.json"),
        ("round", None, "drand.json"),
        ("signature", "AB", "drand.json"),
        ("signature", " ab", "drand.json"),
        ("signature", "abc", "drand.json"),
        ("signature", "ab\n", "drand.json"),
        ("signature", "\u0661\u0662", "drand.json"),
        ("signature", [1], "drand.json"),
        ("previous_signature", None, "drand.json"),
        ("randomness", None, "drand.json"),
        ("randomness", "", "drand.randomness"),
        ("randomness", "00" * 32, "drand.randomness"),
        ("time", 1, "drand.json"),
    ],
)
def test_a_round_with_one_wrong_field_is_refused(
    field: str, value: object, code: str
) -> None:
    data = written({"round": 1, "signature": "abcd", field: value})
    assert code_of(lambda: read_beacon(data)) == code
