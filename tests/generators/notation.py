"""Vectors of specs/notation.md: hashes, CBOR, randomness, signatures, sealed boxes."""

import hashlib

from nacl import bindings

from fairlot_crypto.hashing import (
    expand_message_xmd,
    hash_to_scalar,
    i2osp,
    scalar_for,
    tagged_hash,
)
from fairlot_crypto.keys import (
    OpeningKey,
    SealKey,
    SigningKey,
    VerifyKey,
    check_verify_key,
    seal,
    verify_signature,
)
from fairlot_crypto.randomness import SeededRandomness
from generators import notation_cbor
from generators.case import Case, Chapter, accept, reject

_SEED = hashlib.sha256(b"fairlot-v1 vectors, notation").digest()
_OF_ZERO = bytes.fromhex(
    "351f86faa3b988468a850122b65b0acece9c4826806aeee63de9c0da2bd7f91e"
)
"""HSalsa20 of a zero key and nonce: what seals a box whose shared secret is zero."""
_ORDER_25519 = 2**252 + 27742317777372353535851937790883648493


def chapter() -> Chapter:
    """Return the vectors of notation."""
    return Chapter(
        "notation",
        "The field `function` of the input names a function of specs/notation.md; "
        "the other fields are its arguments. `cbor-decode` gives the JSON view of the "
        "value (section 4.4) in `value` where it is accepted.",
        (
            *_hashes(),
            *_randomness(),
            *notation_cbor.cases(),
            *_signatures(),
            *_signatures_refused(),
            *_sealed_boxes(),
        ),
    )


def _hashes() -> list[Case]:
    return [
        _tagged("tagged-hash-of-nothing", "No part at all."),
        _tagged(
            "tagged-hash-of-an-empty-part", "An empty part differs from no part.", b""
        ),
        _tagged(
            "tagged-hash-of-two-parts",
            "Each part comes after its length.",
            b"ab",
            b"c",
        ),
        _tagged(
            "tagged-hash-cut-elsewhere", "The same bytes in other parts.", b"a", b"bc"
        ),
        _expanded("expand-message-48", b"message", b"fairlot-v1/rho_H2S_", 48),
        _expanded("expand-message-oversize-dst", b"message", b"d" * 256, 48),
        _expanded("expand-message-272", b"", b"fairlot-v1/g", 272),
        accept(
            "hash-to-scalar",
            "h2s is the expansion to 48 bytes, read big-endian, mod r.",
            {"function": "h2s", "message": b"message", "dst": b"any tag"},
            {"scalar": i2osp(hash_to_scalar(b"message", b"any tag"), 32)},
            {"expanded": expand_message_xmd(b"message", b"any tag", 48)},
        ),
        accept(
            "hash-to-scalar-of-a-purpose",
            "h2s with one argument has the DST of its purpose.",
            {"function": "h2s", "message": b"message", "purpose": "rho"},
            {"scalar": i2osp(scalar_for("rho", b"message"), 32)},
            {"dst": b"fairlot-v1/rho_H2S_"},
        ),
        reject(
            "expand-message-empty-dst",
            "A DST is not empty: all uses without one would share one hash.",
            "hashing.dst-empty",
            {"function": "expand_message", "message": b"m", "dst": b"", "length": 48},
            lambda: expand_message_xmd(b"m", b"", 48),
        ),
        reject(
            "expand-message-too-long",
            "At most 255 blocks are expanded: the block counter has one byte.",
            "hashing.expand-length",
            {
                "function": "expand_message",
                "message": b"m",
                "dst": b"d",
                "length": 8161,
            },
            lambda: expand_message_xmd(b"m", b"d", 8161),
        ),
    ]


def _tagged(name: str, comment: str, *parts: bytes) -> Case:
    prefix = hashlib.sha256(b"fairlot-v1/sale").digest()
    return accept(
        name,
        comment,
        {"function": "H", "tag": "fairlot-v1/sale", "parts": list(parts)},
        {"hash": tagged_hash("sale", *parts)},
        {
            "prefix": prefix,
            "hashed": prefix * 2 + b"".join(i2osp(len(p), 8) + p for p in parts),
        },
    )


def _expanded(name: str, message: bytes, dst: bytes, length: int) -> Case:
    return accept(
        name,
        "RFC 9380, section 5.3.1, with SHA-256.",
        {
            "function": "expand_message",
            "message": message,
            "dst": dst,
            "length": length,
        },
        {"expanded": expand_message_xmd(message, dst, length)},
    )


def _randomness() -> list[Case]:
    root = SeededRandomness(_SEED)
    child, grandchild = root.derive("holder/0"), root.derive("holder/0").derive("salt")
    return [
        _stream("stream-of-a-seed", "Three blocks, cut after 80 bytes.", (), root),
        _stream("stream-of-a-child", "A child by its label.", ("holder/0",), child),
        _stream(
            "stream-of-a-grandchild",
            "Labels nest; they are not joined.",
            ("holder/0", "salt"),
            grandchild,
        ),
        reject(
            "seed-of-31-bytes",
            "A seed has 32 bytes: a short one, padded, would name another stream.",
            "randomness.seed-length",
            {"function": "stream", "seed": bytes(31), "labels": [], "length": 1},
            lambda: SeededRandomness(bytes(31)),
        ),
    ]


def _stream(
    name: str, comment: str, labels: tuple[str, ...], stream: SeededRandomness
) -> Case:
    return accept(
        name,
        comment,
        {"function": "stream", "seed": _SEED, "labels": labels, "length": 80},
        {"bytes": stream.take(80)},
    )


def _signatures() -> list[Case]:
    key = SigningKey.from_seed(_SEED)
    return [
        accept(
            "ed25519-signature",
            "RFC 8032; `seed` is the private key.",
            {"function": "sign", "seed": _SEED, "message": b"message"},
            {"key": key.public, "signature": key.sign(b"message")},
        ),
        accept(
            "ed25519-signature-of-nothing",
            "An empty message can be signed.",
            {"function": "sign", "seed": _SEED, "message": b""},
            {"key": key.public, "signature": key.sign(b"")},
        ),
        *(_small_order_key(name, key) for name, key in _SMALL_ORDER.items()),
        _refused_key("ed25519-key-mixed", _MIXED, "not of prime order"),
        _refused_key("ed25519-key-off-curve", b"\x02" + bytes(31), "off the curve"),
        _refused_key("ed25519-key-short", bytes(key.public[:-1]), "31 bytes long"),
    ]


_SMALL_ORDER = {
    "order-1": b"\x01" + bytes(31),
    "order-2": b"\xec" + b"\xff" * 30 + b"\x7f",
    "order-4": bytes(32),
    "order-4-other": bytes(31) + b"\x80",
    "order-8": bytes.fromhex(
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
    ),
    "order-8-other": bytes.fromhex(
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
    ),
    "order-1-second-name": b"\xee" + b"\xff" * 30 + b"\x7f",
    "order-4-second-name": b"\xed" + b"\xff" * 30 + b"\x7f",
}

# The key of _SEED plus the last point of _SMALL_ORDER that is of order 8.
_MIXED = bytes.fromhex(
    "6b85ecfdc3a78afaa2f24cbcffe1c3484a1b364ad6b72649a0319a9e76939171"
)


def _small_order_key(name: str, key: bytes) -> Case:
    return _refused_key(f"ed25519-key-{name}", key, "of small order")


def _refused_key(name: str, key: bytes, fault: str) -> Case:
    return reject(
        name,
        f"A key is a canonical point of prime order; this one is {fault}. Else one "
        "signature could hold for many messages, or one person have several keys.",
        "signature.key",
        {"function": "check-key", "key": key},
        lambda: check_verify_key(key),
    )


def _signatures_refused() -> list[Case]:
    key = SigningKey.from_seed(_SEED)
    signature = key.sign(b"message")
    s = int.from_bytes(signature[32:], "little")
    alias = signature[:32] + (s + _ORDER_25519).to_bytes(32, "little")
    flipped = bytes([signature[0] ^ 1]) + signature[1:]
    weak = VerifyKey(_SMALL_ORDER["order-1"])
    zero = _SMALL_ORDER["order-1"] + bytes(32)
    rows: list[tuple[str, VerifyKey, bytes, bytes, str]] = [
        ("s-plus-order", key.public, b"message", alias, "S is below the order"),
        ("other-message", key.public, b"messagf", signature, "the message is signed"),
        ("flipped", key.public, b"message", flipped, "every bit counts"),
        ("short", key.public, b"message", signature[:-1], "64 bytes"),
        ("long", key.public, b"message", signature + b"\x00", "64 bytes"),
        ("small-order", weak, b"any message", zero, "no small order, in key or R"),
    ]
    return [_refused_signature(*row) for row in rows]


def _refused_signature(
    name: str, key: VerifyKey, message: bytes, signature: bytes, rule: str
) -> Case:
    return reject(
        f"ed25519-signature-{name}",
        f"A signature: {rule}. Else it could be forged, or altered without its key.",
        "signature.invalid",
        {"function": "verify", "key": key, "message": message, "signature": signature},
        lambda: verify_signature(key, message, signature),
    )


def _sealed_boxes() -> list[Case]:
    key = OpeningKey.generate(SeededRandomness(_SEED).derive("box"))
    entropy = SeededRandomness(_SEED).derive("ephemeral")
    sealed = seal(b"message", key.public, entropy)
    altered = sealed[:-1] + bytes([sealed[-1] ^ 1])
    nonce = hashlib.blake2b(sealed[:32] + key.public, digest_size=24).digest()
    weak = bytes(32)
    open_to_all = hashlib.blake2b(weak + key.public, digest_size=24).digest()
    anybody_s = weak + bindings.crypto_secretbox(b"message", open_to_all, _OF_ZERO)
    return [
        accept(
            "sealed-box",
            "The ephemeral secret key is the given entropy.",
            {
                "function": "seal",
                "message": b"message",
                "key": key.public,
                "entropy": SeededRandomness(_SEED).derive("ephemeral").take(32),
            },
            {"sealed": sealed, "opened": key.open(sealed)},
            {"secret": key.secret, "nonce": nonce},
        ),
        reject(
            "sealed-box-altered",
            "A box is authenticated; else shares could be changed on their way.",
            "sealed-box.invalid",
            {"function": "open", "secret": key.secret, "sealed": altered},
            lambda: key.open(altered),
        ),
        reject(
            "sealed-box-too-short",
            "A box has at least 48 bytes.",
            "sealed-box.invalid",
            {"function": "open", "secret": key.secret, "sealed": sealed[:47]},
            lambda: key.open(sealed[:47]),
        ),
        reject(
            "sealed-box-from-a-weak-key",
            "E has small order: the shared secret is zero for everybody.",
            "sealed-box.invalid",
            {"function": "open", "secret": key.secret, "sealed": anybody_s},
            lambda: key.open(anybody_s),
        ),
        reject(
            "sealed-box-to-a-weak-key",
            "A key of small order makes the shared secret public.",
            "sealed-box.key",
            {
                "function": "seal",
                "message": b"message",
                "key": bytes(32),
                "entropy": _SEED,
            },
            lambda: seal(b"message", SealKey(bytes(32)), SeededRandomness(_SEED)),
        ),
    ]
