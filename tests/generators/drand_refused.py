"""Rounds that must be refused (specs/drand.md, section 5.3)."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from fairlot_crypto.curve import G1_LENGTH, G2_LENGTH, Backend, Scalar
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.timelock.chain import ChainInfo
from fairlot_crypto.timelock.clock import clock_key
from fairlot_crypto.timelock.drand import Beacon, verify_round
from fairlot_crypto.timelock.scheme import (
    CHAINED,
    UNCHAINED,
    UNCHAINED_G1,
    UNCHAINED_G1_LEGACY,
)
from generators.case import Case, reject
from generators.drand_setting import SECRET, clock, rounds, verify_inputs

_IDENTITY = "An identity satisfies the equation without a secret"


def cases(curve: Backend) -> Sequence[Case]:
    """Return the cases."""
    return (
        *_rounds_in_g1(curve),
        *_keys_and_points(curve),
        *_rounds_in_g2(curve),
        *_pasts(curve),
    )


def _rounds_in_g1(curve: Backend) -> Sequence[Case]:
    chain = clock(curve, UNCHAINED_G1)
    first, second, third = rounds(curve, chain, 3)
    shifted = curve.g1_from_bytes(second.signature) + curve.g1_generator()
    own = replace(chain, public_key=clock_key(curve, UNCHAINED_G1, Scalar(5)))
    legacy = replace(chain, scheme=UNCHAINED_G1_LEGACY)
    other = "Whoever may choose among rounds chooses among random values"
    forged = "Only the chain's key gives a random value"
    with_past = replace(second, previous_signature=first.signature)
    signed_by_first = replace(second, signature=first.signature)
    plus_one = replace(second, signature=shifted.to_bytes())
    negative = replace(second, signature=_flipped(second.signature, 0x20))
    rows = (
        ("earlier", f"{other}; an earlier one.", "other-round", chain, first),
        ("later", f"{other}; a later one.", "other-round", chain, third),
        ("renamed", f"{other}; under its name.", "signature", chain, signed_by_first),
        ("negative", f"{forged}; not its negative.", "signature", chain, negative),
        ("shifted", f"{forged}; not plus BP1.", "signature", chain, plus_one),
        ("key", f"{forged}; not another key.", "signature", own, second),
        ("scheme", "The tag is the scheme's.", "signature", legacy, second),
        (
            "previous",
            "An unchained round has no past that a relay could choose.",
            *("previous-signature", chain, with_past),
        ),
        (
            "previous-empty",
            "Absent is not empty, else a round has two forms.",
            *("previous-signature", chain, replace(second, previous_signature=b"")),
        ),
    )
    return [_verify(curve, *row) for row in rows]


def _keys_and_points(curve: Backend) -> Sequence[Case]:
    chain = clock(curve, UNCHAINED_G1)
    second = rounds(curve, chain, 2)[1]
    signature, key = second.signature, chain.public_key
    one = "A signature has one encoding, else its hash could be chosen"
    points = (
        ("identity", f"{_IDENTITY}.", _infinity(G1_LENGTH)),
        ("short", f"{one}; 47 bytes.", signature[:-1]),
        ("long", f"{one}; 49 bytes.", signature + b"\0"),
        ("empty", f"{one}; no bytes.", b""),
        ("of-g2", f"{one}; 96 bytes.", _infinity(G2_LENGTH)),
        ("no-flag", f"{one}; not compressed.", _flipped(signature, 0x80)),
        ("infinity-flag", f"{one}; two flags.", _flipped(signature, 0x40)),
        ("infinity-all-bits", f"{one}; another identity.", b"\xff" * G1_LENGTH),
        ("off-subgroup", "Pairings are not sound there.", b"\x80" + bytes(47)),
        ("off-curve", "There is no such point.", b"\x80" + bytes(46) + b"\x01"),
    )
    keys = (
        ("identity", f"{_IDENTITY}.", _infinity(G2_LENGTH)),
        ("no-flag", "A key has one encoding.", _flipped(key, 0x80)),
        ("infinity-flag", "A key has one encoding.", _flipped(key, 0x40)),
        ("off-curve", "There is no such point.", b"\x80" + bytes(94) + b"\x01"),
        ("zero", "There is no such point.", bytes(96)),
    )
    return [
        *(
            _verify(
                *(curve, f"point-{name}", rule, "signature-point", chain),
                replace(second, signature=data),
            )
            for name, rule, data in points
        ),
        *(
            _verify(
                *(curve, f"key-{name}", rule, "public-key"),
                replace(chain, public_key=data),
                second,
            )
            for name, rule, data in keys
        ),
    ]


def _rounds_in_g2(curve: Backend) -> Sequence[Case]:
    chain = clock(curve, CHAINED)
    first, second, third = rounds(curve, chain, 3)
    unchained = replace(chain, scheme=UNCHAINED)
    no_past = replace(second, previous_signature=None)
    fork = replace(second, previous_signature=third.signature)
    identity = replace(second, signature=_infinity(G2_LENGTH))
    no_key = replace(chain, public_key=_infinity(G1_LENGTH))
    rows = (
        ("earlier", "An earlier round was known before.", "other-round", chain, first),
        ("fork", "A round is signed with its past.", "signature", chain, fork),
        (
            "scheme",
            "The scheme is not in the chain hash and says what is signed.",
            *("signature", unchained, no_past),
        ),
        ("identity", f"{_IDENTITY}.", "signature-point", chain, identity),
        ("identity-key", f"{_IDENTITY}.", "public-key", no_key, second),
    )
    return [_verify(curve, f"chained-{row[0]}", *row[1:]) for row in rows]


def _pasts(curve: Backend) -> Sequence[Case]:
    """Rounds of a signer who keeps no rule about the past."""
    chain = clock(curve, CHAINED)
    signature = rounds(curve, chain, 1)[0].signature
    length = "bytes would move between the past and the round"
    rows = (
        ("none", "A chained round has a past.", 2, None),
        ("empty", f"The past has 96 bytes, else {length}.", 2, b""),
        ("short", f"The past has 96 bytes, else {length}.", 2, signature[:-8]),
        ("long", f"The past has 96 bytes, else {length}.", 2, signature + bytes(8)),
        ("seed", "The seed is the past of round 1 only.", 2, chain.genesis_seed),
        ("first-other", "Round 1 follows the seed of its chain.", 1, bytes(32)),
        ("first-signature", "Nothing was signed before round 1.", 1, signature),
        ("first-none", "A chained round has a past.", 1, None),
    )
    return [
        _verify(
            *(curve, f"past-{name}", rule, "previous-signature", chain),
            _signed(curve, number, past),
            number,
        )
        for name, rule, number, past in rows
    ]


def _signed(curve: Backend, number: int, past: bytes | None) -> Beacon:
    message = hashlib.sha256((past or b"") + i2osp(number, 8)).digest()
    point = curve.hash_to_g2(message, CHAINED.dst) * SECRET
    return Beacon(number, point.to_bytes(), past)


def _infinity(length: int) -> bytes:
    return b"\xc0" + bytes(length - 1)


def _flipped(point: bytes, flag: int) -> bytes:
    return bytes([point[0] ^ flag]) + point[1:]


def _verify(
    curve: Backend,
    name: str,
    rule: str,
    code: str,
    chain: ChainInfo,
    beacon: Beacon,
    named: int = 2,
) -> Case:
    return reject(
        f"verify-{name}",
        rule,
        f"drand.{code}",
        verify_inputs(chain, beacon, named),
        lambda: verify_round(curve, chain, beacon, named),
    )
