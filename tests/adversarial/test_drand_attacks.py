"""Whoever wants another random value: other rounds, other chains, other encodings."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from curve import off_curve, off_subgroup, unreduced
from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Backend, Scalar
from fairlot_crypto.errors import CryptoError, EncodingError
from fairlot_crypto.timelock.chain import (
    LEAGUE_OF_ENTROPY,
    QUICKNET,
    ChainInfo,
    first_round_after,
    read_chain_info,
    time_of_round,
)
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.drand import Beacon, read_beacon, verify_round
from fairlot_crypto.timelock.scheme import (
    CHAINED,
    UNCHAINED,
    UNCHAINED_G1,
    UNCHAINED_G1_LEGACY,
    Scheme,
)

SECRET = Scalar(0xC10C)
SEED = bytes(range(32))
GENESIS, PERIOD = 1000, 30
NAMED = 5
SCHEMES = (CHAINED, UNCHAINED, UNCHAINED_G1, UNCHAINED_G1_LEGACY)


@pytest.fixture(params=["native", "reference"])
def curve(request: pytest.FixtureRequest) -> Backend:
    return groups.backend(str(request.param))


@pytest.fixture
def native() -> Backend:
    return groups.backend("native")


def clock(curve: Backend, scheme: Scheme, secret: Scalar = SECRET) -> ChainInfo:
    key = clock_key(curve, scheme, secret)
    return ChainInfo(scheme, key, PERIOD, GENESIS, SEED, "own")


def rounds(curve: Backend, chain: ChainInfo, count: int) -> list[Beacon]:
    """Return rounds 1 to ``count`` of the clock, each after the one before."""
    made: list[Beacon] = []
    for number in range(1, count + 1):
        before = made[-1].signature if made else SEED
        previous = before if chain.scheme.chained else None
        made.append(sign_round(curve, chain, SECRET, number, previous))
    return made


def refusal(
    curve: Backend, chain: ChainInfo, beacon: Beacon, number: int = NAMED
) -> str:
    with pytest.raises(CryptoError) as caught:
        verify_round(curve, chain, beacon, number)
    return caught.value.code


# --- Other rounds -------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.scheme_id)
def test_an_earlier_or_a_later_round_does_not_stand_for_the_one_named(
    native: Backend, scheme: Scheme
) -> None:
    chain = clock(native, scheme)
    for beacon in rounds(native, chain, NAMED + 2):
        if beacon.round_number == NAMED:
            verify_round(native, chain, beacon, NAMED)
            continue
        assert refusal(native, chain, beacon) == "drand.other-round"
        renamed = replace(beacon, round_number=NAMED)
        code = refusal(native, chain, renamed)
        first_of_chained = scheme.chained and beacon.round_number == 1
        assert code == (
            "drand.previous-signature" if first_of_chained else "drand.signature"
        )


def test_the_first_round_after_a_deadline_is_unknown_at_the_deadline() -> None:
    chain = QUICKNET
    for late in range(chain.period + 1):
        deadline = chain.genesis_time + 100 * chain.period + late
        number = first_round_after(chain, deadline)
        assert time_of_round(chain, number) > deadline
        assert time_of_round(chain, number - 1) <= deadline


def test_a_chained_round_with_another_past_is_refused(native: Backend) -> None:
    chain = clock(native, CHAINED)
    made = rounds(native, chain, NAMED)
    named = made[-1]
    for other in made:
        if other.signature != named.previous_signature:
            wrong = replace(named, previous_signature=other.signature)
            assert refusal(native, chain, wrong) == "drand.signature"
    wrong = replace(named, previous_signature=SEED)
    assert refusal(native, chain, wrong) == "drand.previous-signature"


def test_bytes_do_not_move_between_previous_signature_and_round(
    native: Backend,
) -> None:
    """A signer without rules would sign one message under two names of a round."""
    chain = clock(native, CHAINED)
    number = b"\x00" * 7 + b"\x01"
    ambiguous = bytes(88) + number
    message = hashlib.sha256(ambiguous + NAMED.to_bytes(8, "big")).digest()
    signature = (native.hash_to_g2(message, CHAINED.dst) * SECRET).to_bytes()
    verify_round(native, chain, Beacon(NAMED, signature, ambiguous), NAMED)
    for previous in (ambiguous[:-8], ambiguous + bytes(8), b"", None):
        wrong = Beacon(NAMED, signature, previous)
        assert refusal(native, chain, wrong) == "drand.previous-signature"


# --- Other chains -------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.scheme_id)
def test_a_clock_of_the_attacker_is_another_chain(
    native: Backend, scheme: Scheme
) -> None:
    chain, own = clock(native, scheme), clock(native, scheme, Scalar(1))
    previous = SEED if scheme.chained else None
    forged = sign_round(native, own, Scalar(1), 1, previous)
    verify_round(native, own, forged, 1)
    assert refusal(native, chain, forged, 1) == "drand.signature"
    assert own.chain_hash() != chain.chain_hash()


def test_a_description_may_be_consistent_and_of_another_chain(native: Backend) -> None:
    own = replace(
        QUICKNET, public_key=clock_key(native, UNCHAINED_G1, SECRET), genesis_time=0
    )
    data = json.dumps(
        {
            "public_key": own.public_key.hex(),
            "period": own.period,
            "genesis_time": own.genesis_time,
            "hash": own.chain_hash().hex(),
            "groupHash": own.genesis_seed.hex(),
            "schemeID": own.scheme.scheme_id,
            "metadata": {"beaconID": own.beacon_id},
        }
    ).encode()
    read = read_chain_info(data)
    assert read == own
    assert read not in LEAGUE_OF_ENTROPY
    assert read.chain_hash() != QUICKNET.chain_hash()
    with pytest.raises(EncodingError, match=r"drand\.chain-hash"):
        read_chain_info(
            data.replace(
                own.chain_hash().hex().encode(), QUICKNET.chain_hash().hex().encode()
            )
        )


@pytest.mark.parametrize(
    ("signed", "read"),
    [
        (CHAINED, UNCHAINED),
        (UNCHAINED, CHAINED),
        (UNCHAINED_G1, UNCHAINED_G1_LEGACY),
        (UNCHAINED_G1_LEGACY, UNCHAINED_G1),
    ],
    ids=lambda s: s.scheme_id,
)
def test_the_scheme_is_not_in_the_chain_hash_and_still_not_exchangeable(
    native: Backend, signed: Scheme, read: Scheme
) -> None:
    chain = clock(native, signed)
    confused = replace(chain, scheme=read)
    assert confused.chain_hash() == chain.chain_hash()
    beacon = rounds(native, chain, NAMED)[-1]
    for previous in (beacon.previous_signature, None, b"", SEED, bytes(96)):
        wrong = replace(beacon, previous_signature=previous)
        code = refusal(native, confused, wrong)
        assert code in {"drand.signature", "drand.previous-signature"}


def test_a_signature_for_another_purpose_is_none_of_a_round(native: Backend) -> None:
    chain = clock(native, UNCHAINED_G1)
    message = hashlib.sha256(NAMED.to_bytes(8, "big")).digest()
    other_dst = b"BLS_POP_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_"
    points = [
        native.hash_to_g1(message, other_dst),
        native.hash_to_g1(message[:-1], UNCHAINED_G1.dst),
        native.hash_to_g1(NAMED.to_bytes(8, "big"), UNCHAINED_G1.dst),
        native.hash_to_g1(message, UNCHAINED_G1.dst) + native.g1_generator(),
        native.g1_generator(),
    ]
    for point in points:
        wrong = Beacon(NAMED, (point * SECRET).to_bytes())
        assert refusal(native, chain, wrong) == "drand.signature"


# --- Encodings ----------------------------------------------------------------------


def infinity(length: int) -> bytes:
    return b"\xc0" + bytes(length - 1)


@pytest.mark.thorough
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.scheme_id)
def test_the_identity_would_satisfy_the_equation_and_is_refused(
    curve: Backend, scheme: Scheme
) -> None:
    zero_1 = curve.g1_identity()
    zero_2 = curve.g2_generator() - curve.g2_generator()
    pairs = [(zero_1, curve.g2_generator()), (curve.g1_generator(), zero_2)]
    assert curve.pairing_product_is_one(pairs)
    chain = replace(clock(curve, scheme), public_key=infinity(scheme.key_length))
    previous = SEED if scheme.chained else None
    forged = Beacon(1, infinity(scheme.signature_length), previous)
    assert refusal(curve, chain, forged, 1) == "drand.public-key"
    code = refusal(curve, clock(curve, scheme), forged, 1)
    assert code == "drand.signature-point"


def non_canonical(signature: bytes) -> Iterator[bytes]:
    length = len(signature)
    yield bytes([signature[0] & 0x7F]) + signature[1:]
    yield bytes([signature[0] | 0x40]) + signature[1:]
    yield b"\xff" * length
    yield b"\xe0" + bytes(length - 1)
    yield infinity(length - 1) + b"\x01"
    yield b"\x80" + bytes(length - 1)
    yield bytes(length)
    yield signature + b"\x00"
    yield signature[:-1]
    yield signature * 2
    yield b""


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.scheme_id)
def test_a_signature_has_one_encoding(curve: Backend, scheme: Scheme) -> None:
    """Else its hash, the random value, could be chosen among several."""
    chain = clock(curve, scheme)
    previous = SEED if scheme.chained else None
    beacon = sign_round(curve, chain, SECRET, 1, previous)
    for data in non_canonical(beacon.signature):
        wrong = replace(beacon, signature=data)
        assert refusal(curve, chain, wrong, 1) == "drand.signature-point"


@pytest.mark.thorough
def test_points_off_the_subgroup_and_off_the_curve_are_refused(curve: Backend) -> None:
    chain = clock(curve, UNCHAINED_G1)
    for data in (off_subgroup(), off_curve()):
        assert refusal(curve, chain, Beacon(NAMED, data)) == "drand.signature-point"
    keyed = clock(curve, UNCHAINED)
    beacon = sign_round(curve, keyed, SECRET, NAMED)
    for data in (off_subgroup(), off_curve()):
        wrong = replace(keyed, public_key=data)
        assert refusal(curve, wrong, beacon) == "drand.public-key"


@pytest.mark.slow
def test_an_unreduced_coordinate_is_refused(curve: Backend, native: Backend) -> None:
    chain = clock(curve, UNCHAINED_G1)
    found = 0
    for number in range(1, 60):
        beacon = sign_round(native, chain, SECRET, number)
        data = unreduced(beacon.signature)
        if data is not None:
            found += 1
            wrong = replace(beacon, signature=data)
            code = refusal(curve, chain, wrong, number)
            assert code == "drand.signature-point"
    assert found


def test_a_relay_does_not_choose_the_random_value(native: Backend) -> None:
    beacon = sign_round(native, clock(native, UNCHAINED_G1), SECRET, NAMED)
    fields = {"round": NAMED, "signature": beacon.signature.hex()}
    other = hashlib.sha256(b"wanted").hexdigest()
    with pytest.raises(EncodingError, match=r"drand\.randomness"):
        read_beacon(json.dumps({**fields, "randomness": other}).encode())
    twice = json.dumps(fields)[:-1] + f', "round": {NAMED + 1}}}'
    with pytest.raises(EncodingError, match=r"drand\.json"):
        read_beacon(twice.encode())
