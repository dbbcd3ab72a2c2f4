"""A chain of drand: its key, its clock, its hash (specs/drand.md, sections 3 and 4)."""

import hashlib
import re
from dataclasses import dataclass
from typing import NewType

from fairlot_crypto.errors import EncodingError
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.json_object import read_json_object
from fairlot_crypto.timelock.scheme import CHAINED, UNCHAINED_G1, Scheme, scheme_of

ChainHash = NewType("ChainHash", bytes)
"""The hash by which drand names a chain, 32 bytes."""

SEED_LENGTH = 32
GREATEST_ROUND = 2**64 - 1

_GREATEST_PERIOD = 2**32 - 1
_GREATEST_TIME = 2**63 - 1
_BEACON_ID = re.compile(r"[!-~]{1,64}")
_HASHED_WITHOUT_ID = "default"
_FIELDS = (
    *("public_key", "period", "genesis_time", "hash"),
    *("groupHash", "schemeID", "metadata"),
)


@dataclass(frozen=True, slots=True)
class ChainInfo:
    """The description of a chain, which never changes.

    Raises:
        EncodingError: ``drand.chain-info`` for a value outside its range. Whether the
            key is a point is checked where it is used.
    """

    scheme: Scheme
    """The scheme by which rounds are signed."""
    public_key: bytes
    """PK, the compressed key of the network, which outlasts every change of members."""
    period: int
    """Seconds from one round to the next, in [1, 2^32 - 1]."""
    genesis_time: int
    """The Unix time of round 1, in [0, 2^63 - 1]."""
    genesis_seed: bytes
    """The hash of the first group, 32 bytes, which round 1 of a chained scheme follows."""
    beacon_id: str
    """The name of the chain within its network, 1 to 64 visible ASCII characters."""

    def __post_init__(self) -> None:
        """Check lengths and ranges."""
        if len(self.public_key) != self.scheme.key_length:
            expected = self.scheme.key_length
            raise _illegal(f"the public key must have {expected} bytes")
        if not 1 <= self.period <= _GREATEST_PERIOD:
            raise _illegal("the period must lie in [1, 2^32 - 1]")
        if not 0 <= self.genesis_time <= _GREATEST_TIME:
            raise _illegal("the genesis time must lie in [0, 2^63 - 1]")
        if len(self.genesis_seed) != SEED_LENGTH:
            raise _illegal("the genesis seed must have 32 bytes")
        if not _BEACON_ID.fullmatch(self.beacon_id):
            raise _illegal("the beacon id must have 1 to 64 visible ASCII characters")

    def chain_hash(self) -> ChainHash:
        """Return drand's hash of the chain, to which the scheme does not belong."""
        named = self.beacon_id != _HASHED_WITHOUT_ID
        return ChainHash(
            hashlib.sha256(
                i2osp(self.period, 4)
                + i2osp(self.genesis_time, 8)
                + self.public_key
                + self.genesis_seed
                + (self.beacon_id.encode() if named else b"")
            ).digest()
        )


def read_chain_info(data: bytes) -> ChainInfo:
    """Read the JSON with which a relay describes a chain (specs/drand.md, section 3.3).

    The description is then consistent, but need not be of the right chain: compare it with
    a known chain.

    Raises:
        EncodingError: ``drand.json``, ``drand.scheme``, ``drand.chain-info``;
            ``drand.chain-hash`` if the hash is not that of the other fields.
    """
    # Step 1.
    fields = read_json_object(data, _FIELDS, (), malformed)
    # Step 2.
    chain = ChainInfo(
        scheme=scheme_of(fields.text("schemeID")),
        public_key=fields.octets("public_key"),
        period=fields.integer("period"),
        genesis_time=fields.integer("genesis_time"),
        genesis_seed=fields.octets("groupHash"),
        beacon_id=fields.object("metadata", ["beaconID"]).text("beaconID"),
    )
    # Step 3.
    if fields.octets("hash") != chain.chain_hash():
        raise EncodingError(
            "drand.chain-hash", "the hash must be that of the other fields"
        )
    # Step 4.
    return chain


def check_round_number(round_number: int) -> None:
    """Check that a chain can have a round of this number.

    Raises:
        EncodingError: ``drand.round`` outside [1, 2^64 - 1].
    """
    if not 1 <= round_number <= GREATEST_ROUND:
        raise EncodingError(
            "drand.round", "the number of a round must lie in [1, 2^64 - 1]"
        )


def time_of_round(chain: ChainInfo, round_number: int) -> int:
    """Return the Unix time at which a round is due; round 1 is due at the genesis time.

    Raises:
        EncodingError: ``drand.round``.
    """
    check_round_number(round_number)
    return chain.genesis_time + (round_number - 1) * chain.period


def round_at(chain: ChainInfo, time: int) -> int:
    """Return the latest round due at ``time`` or before; 0 before the genesis time."""
    if time < chain.genesis_time:
        return 0
    return (time - chain.genesis_time) // chain.period + 1


def first_round_after(chain: ChainInfo, time: int) -> int:
    """Return the earliest round that is due later than ``time``."""
    return round_at(chain, time) + 1


def _illegal(problem: str) -> EncodingError:
    return EncodingError("drand.chain-info", problem)


DEFAULT_CHAIN = ChainInfo(
    scheme=CHAINED,
    public_key=bytes.fromhex(
        "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5c"
        "ce96366b5d7a569937c529eeda66c7293784a9402801af31"
    ),
    period=30,
    genesis_time=1595431050,
    genesis_seed=bytes.fromhex(
        "176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a"
    ),
    beacon_id="default",
)
"""The League of Entropy's chain of 2020-07-22, a round every 30 seconds.

As published by the relays of drand under the chain hash
8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce.
"""

QUICKNET = ChainInfo(
    scheme=UNCHAINED_G1,
    public_key=bytes.fromhex(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911f"
        "b90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809"
        "bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    ),
    period=3,
    genesis_time=1692803367,
    genesis_seed=bytes.fromhex(
        "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"
    ),
    beacon_id="quicknet",
)
"""The League of Entropy's chain of 2023-08-23, a round every 3 seconds.

As published by the relays of drand under the chain hash
52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971.
"""

LEAGUE_OF_ENTROPY = (DEFAULT_CHAIN, QUICKNET)
"""The chains that many independent organisations run together."""


def malformed(problem: str) -> EncodingError:
    """Return the error for JSON of a relay that is not as specified."""
    return EncodingError("drand.json", problem)
