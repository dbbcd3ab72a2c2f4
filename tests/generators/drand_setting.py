"""The clocks of the vectors of chapter drand, and how their rounds are written."""

from typing import Any

from fairlot_crypto.curve import Backend, Scalar
from fairlot_crypto.hashing import hash_to_scalar
from fairlot_crypto.timelock.chain import ChainInfo
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.drand import Beacon
from fairlot_crypto.timelock.scheme import Scheme
from generators.case import Raw

SECRET = Scalar(hash_to_scalar(b"drand clock", b"fairlot-v1/vectors_H2S_"))
GENESIS_SEED = bytes(range(32))


def clock(curve: Backend, scheme: Scheme) -> ChainInfo:
    """Return the clock of a scheme: a round every minute, from 2030-01-01 on."""
    key = clock_key(curve, scheme, SECRET)
    return ChainInfo(scheme, key, 60, 1893456000, GENESIS_SEED, "vectors")


def rounds(curve: Backend, chain: ChainInfo, count: int) -> list[Beacon]:
    """Return rounds 1 to ``count`` of a clock."""
    made: list[Beacon] = []
    for number in range(1, count + 1):
        before = made[-1].signature if made else GENESIS_SEED
        previous = before if chain.scheme.chained else None
        made.append(sign_round(curve, chain, SECRET, number, previous))
    return made


def described(chain: ChainInfo) -> dict[str, Any]:
    """Return a chain as a relay describes it."""
    return {
        "public_key": chain.public_key.hex(),
        "period": chain.period,
        "genesis_time": chain.genesis_time,
        "hash": chain.chain_hash().hex(),
        "groupHash": chain.genesis_seed.hex(),
        "schemeID": chain.scheme.scheme_id,
        "metadata": {"beaconID": chain.beacon_id},
    }


def relayed(beacon: Beacon) -> dict[str, Any]:
    """Return a round as a relay gives it."""
    fields: dict[str, Any] = {
        "round": beacon.round_number,
        "randomness": beacon.randomness().hex(),
        "signature": beacon.signature.hex(),
    }
    if beacon.previous_signature is not None:
        fields["previous_signature"] = beacon.previous_signature.hex()
    return fields


def chain_fields(chain: ChainInfo) -> dict[str, Raw]:
    """Return the fields of a chain as inputs and outputs of a vector."""
    return {
        "scheme": chain.scheme.scheme_id,
        "public_key": chain.public_key,
        "period": chain.period,
        "genesis_time": chain.genesis_time,
        "genesis_seed": chain.genesis_seed,
        "beacon_id": chain.beacon_id,
    }


def verify_inputs(chain: ChainInfo, beacon: Beacon, named: int) -> dict[str, Raw]:
    """Return the inputs of ``verify``."""
    return {
        "op": "verify",
        "chain": chain_fields(chain),
        "named": named,
        "round": beacon.round_number,
        "signature": beacon.signature,
        "previous_signature": beacon.previous_signature,
    }
