"""What must not open, and what must not be sealed (specs/tlock.md, sections 3 and 4)."""

from collections.abc import Sequence
from dataclasses import replace

from nacl import bindings

from fairlot_crypto.curve import Backend, Scalar
from fairlot_crypto.timelock.chain import ChainInfo
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.ibe import (
    Ciphertext,
    encrypt,
    mask_of_pairing,
    mask_of_sigma,
    read_ciphertext,
    round_point,
)
from fairlot_crypto.timelock.scheme import (
    CHAINED,
    UNCHAINED,
    UNCHAINED_G1,
    UNCHAINED_G1_LEGACY,
)
from fairlot_crypto.timelock.sealed import binding, box_key, seal
from generators import tlock_altered
from generators.case import Case, reject
from generators.drand_setting import SECRET, chain_fields, clock, rounds
from generators.tlock_setting import (
    CONTEXT,
    DRAWN,
    MESSAGE,
    NAMED,
    PLAINTEXT,
    SIGMA,
    U_LENGTH,
    Given,
    flipped,
    honest,
    in_g2,
    infinity,
    refused_opening,
)

_OTHER_SECRET = Scalar(5)


def cases(curve: Backend) -> Sequence[Case]:
    """Return the cases."""
    return (
        *_other_rounds(curve),
        *_other_contexts(curve),
        *tlock_altered.cases(curve),
        *_dishonest(curve),
        *_signatures(curve),
        *_in_g1(curve),
        *_encryptions(curve),
    )


def _other_rounds(curve: Backend) -> Sequence[Case]:
    good = honest(curve, UNCHAINED_G1)
    first, _, third = (r.signature for r in rounds(curve, good.chain, 3))
    key = clock_key(curve, UNCHAINED_G1, _OTHER_SECRET)
    own = replace(good.chain, public_key=key)
    forged = sign_round(curve, own, _OTHER_SECRET, NAMED).signature
    legacy = clock(curve, UNCHAINED_G1_LEGACY)
    other_tag = rounds(curve, legacy, NAMED)[-1].signature
    early = "Else it would open before its round"
    wrong = "Only the round's signature opens"
    rows = (
        ("earlier", f"{early}; with the round before.", replace(good, signature=first)),
        (
            "earlier-named",
            f"{early}; with that round, and under its number.",
            replace(good, signature=first, round_number=1),
        ),
        ("later", f"{wrong}; not a later one.", replace(good, signature=third)),
        (
            "later-named",
            f"{wrong}; not a later one, under its number.",
            replace(good, signature=third, round_number=3),
        ),
        (
            "other-clock",
            f"{wrong}; not of another key.",
            replace(good, signature=forged),
        ),
        (
            "other-clock-named",
            f"{wrong}; not of another chain under its hash.",
            replace(good, signature=forged, chain=own),
        ),
        (
            "other-scheme",
            "The tag of the scheme is in Q; the chain hash is the same.",
            replace(good, signature=other_tag, chain=legacy),
        ),
        (
            "negative-signature",
            f"{wrong}; not its negative.",
            replace(good, signature=flipped(good.signature, 0, 0x20)),
        ),
    )
    return [
        refused_opening(curve, name, rule, "tlock.ciphertext", opening)
        for name, rule, opening in rows
    ]


def _other_contexts(curve: Backend) -> Sequence[Case]:
    good = honest(curve, UNCHAINED_G1)
    rule = "It belongs to one context, chain and round, else it could be copied"
    rows = (
        ("context", "the context", replace(good, context=b"sale and mym")),
        ("context-empty", "the context", replace(good, context=b"")),
        ("context-shorter", "the context", replace(good, context=CONTEXT[:-1])),
        ("context-longer", "the context", replace(good, context=CONTEXT + b"\0")),
        ("round-number", "the round's number", replace(good, round_number=NAMED + 1)),
        (
            "period",
            "the chain hash, by the period",
            replace(good, chain=replace(good.chain, period=3)),
        ),
        (
            "beacon-id",
            "the chain hash, by the id",
            replace(good, chain=replace(good.chain, beacon_id="other")),
        ),
    )
    return [
        refused_opening(
            curve, name, f"{rule}; here {what}.", "tlock.authentication", opening
        )
        for name, what, opening in rows
    ]


def _dishonest(curve: Backend) -> Sequence[Case]:
    """What a sender makes who has all secrets and keeps no rule."""
    good = honest(curve, UNCHAINED_G1)
    chain, end = good.chain, U_LENGTH + 32
    other = seal(curve, chain, NAMED, PLAINTEXT, CONTEXT, Given(DRAWN[::-1]))
    ciphertext = read_ciphertext(curve, UNCHAINED_G1, good.sealed[:end])
    bound = binding(chain, NAMED, CONTEXT, ciphertext)
    chosen = _with_exponent(curve, chain, Scalar(9))
    chosen_bound = binding(chain, NAMED, CONTEXT, chosen)
    key = box_key(MESSAGE, bound)
    rule = "There is one way to seal, so that there is one opening"
    rows = (
        (
            "exponent",
            "r is not H3(σ, M)",
            "ciphertext",
            chosen.to_bytes() + _box(box_key(MESSAGE, chosen_bound), chosen_bound),
        ),
        (
            "box-of-another",
            "another's box",
            "authentication",
            good.sealed[:end] + other[end:],
        ),
        (
            "key",
            "K is the key",
            "authentication",
            good.sealed[:end] + _box(MESSAGE * 2, bound),
        ),
        (
            "no-data",
            "nothing is bound",
            "authentication",
            good.sealed[:end] + _box(key, b""),
        ),
        (
            "nonce",
            "another nonce",
            "authentication",
            good.sealed[:end] + _box(key, bound, b"\x01" + bytes(11)),
        ),
    )
    return [
        refused_opening(
            *(curve, f"dishonest-{name}", f"{rule}; here {what}.", f"tlock.{code}"),
            replace(good, sealed=data),
        )
        for name, what, code, data in rows
    ]


def _signatures(curve: Backend) -> Sequence[Case]:
    good = honest(curve, UNCHAINED_G1)
    one = "A signature has one encoding"
    rows = (
        ("identity", "The identity is not a signature.", infinity(48)),
        ("short", f"{one}; 47 bytes.", good.signature[:-1]),
        ("of-g2", f"{one}; 96 bytes.", infinity(96)),
        ("no-flag", f"{one}; not compressed.", flipped(good.signature, 0, 0x80)),
        ("off-subgroup", "Pairings are not sound there.", b"\x80" + bytes(47)),
    )
    return [
        refused_opening(
            *(curve, f"signature-{name}", rule, "drand.signature-point"),
            replace(good, signature=data),
        )
        for name, rule, data in rows
    ]


def _in_g1(curve: Backend) -> Sequence[Case]:
    good = honest(curve, UNCHAINED)
    first = rounds(curve, good.chain, 1)[0].signature
    tail = good.sealed[48:]
    rows = (
        (
            "round",
            "Only its round opens.",
            "ciphertext",
            replace(good, signature=first),
        ),
        (
            "context",
            "It belongs to one context.",
            *("authentication", replace(good, context=b"")),
        ),
        (
            "identity",
            "Its mask is known to everybody.",
            *("point", replace(good, sealed=infinity(48) + tail)),
        ),
        (
            "off-subgroup",
            "Pairings are not sound there.",
            *("point", replace(good, sealed=b"\x80" + bytes(47) + tail)),
        ),
        (
            "changed",
            "Nothing can be altered.",
            *("ciphertext", replace(good, sealed=flipped(good.sealed, 48))),
        ),
        (
            "chained",
            "Nobody knows what a chained round signs before that round exists.",
            *("scheme", replace(good, chain=clock(curve, CHAINED))),
        ),
    )
    return [
        refused_opening(curve, f"g2-{name}", rule, f"tlock.{code}", opening)
        for name, rule, code, opening in rows
    ]


def _encryptions(curve: Backend) -> Sequence[Case]:
    good = honest(curve, UNCHAINED_G1)
    chain = good.chain
    numbers = "Rounds are numbered from 1 to 2^64 - 1; no other is ever signed."
    key = "Under such a key nobody could decrypt, or everybody"
    identity = replace(chain, public_key=infinity(U_LENGTH))
    off_subgroup = replace(chain, public_key=in_g2(2))
    chained = clock(curve, CHAINED)
    unknown = "Nobody knows what a chained round signs before that round exists."
    size = "A message has 16 bytes: it is a key."
    rows = (
        ("round-zero", numbers, "drand.round", chain, 0, MESSAGE),
        ("round-large", numbers, "drand.round", chain, 2**64, MESSAGE),
        ("chained", unknown, "tlock.scheme", chained, NAMED, MESSAGE),
        ("key-identity", f"{key}.", "drand.public-key", identity, NAMED, MESSAGE),
        ("key-subgroup", f"{key}.", "drand.public-key", off_subgroup, NAMED, MESSAGE),
        ("short", size, "tlock.message-length", chain, NAMED, MESSAGE[:-1]),
        ("long", size, "tlock.message-length", chain, NAMED, MESSAGE + b"\0"),
    )
    return [
        *(_encrypt(curve, *row) for row in rows),
        *(
            refused_opening(
                *(curve, f"round-{name}", numbers, "drand.round"),
                replace(good, round_number=number),
            )
            for name, number in (("zero", 0), ("large", 2**64))
        ),
    ]


def _encrypt(
    curve: Backend,
    name: str,
    rule: str,
    code: str,
    chain: ChainInfo,
    number: int,
    message: bytes,
) -> Case:
    return reject(
        f"encrypt-{name}",
        rule,
        code,
        {
            "op": "encrypt",
            "chain": chain_fields(chain),
            "round": number,
            "message": message,
            "randomness": SIGMA,
        },
        lambda: encrypt(curve, chain, number, message, Given(SIGMA)),
    )


def _with_exponent(curve: Backend, chain: ChainInfo, r: Scalar) -> Ciphertext:
    """Encrypt MESSAGE under SIGMA as if H3 had given ``r``."""
    Q = round_point(curve, chain, NAMED)
    S = curve.g1_from_bytes((Q * SECRET).to_bytes())
    U = curve.g2_generator() * r
    mask = mask_of_pairing(curve.pairing_bytes(S, U))
    return Ciphertext(U, _xor(SIGMA, mask), _xor(MESSAGE, mask_of_sigma(SIGMA)))


def _box(key: bytes, data: bytes, nonce: bytes = bytes(12)) -> bytes:
    return bindings.crypto_aead_chacha20poly1305_ietf_encrypt(
        PLAINTEXT, data, nonce, key
    )


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(left, right, strict=True))
