"""Vectors of a wallet's file (specs/wallet.md)."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, partial

from nacl.bindings import crypto_aead_chacha20poly1305_ietf_encrypt

from fairlot.wallet.sealed import BLOCK, COST_MAX, COST_MIN, seal, unseal
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.randomness import SeededRandomness
from generators.case import Case, Chapter, Raw, accept, reject
from generators.wallet_content import contents

PASSWORD = "Café beside the lake"  # noqa: S105
CONTENT = b"what a wallet holds"
SEED = bytes(range(32))


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "wallet",
        "`op` names a procedure of specs/wallet.md: seal is steps 1 to 4, with `seed` as "
        "the source of the salt, unseal steps 5 to 7, read-content step 11, with the keys of "
        "`registry` by step 9, order step 31, of a wish. `password` is text.",
        (
            *_sealed(),
            *_opened(),
            *_not_sealed(),
            *_other_files(),
            *_altered(),
            *contents(),
        ),
    )


@cache
def made(content: bytes = CONTENT) -> bytes:
    """Return a file of the smallest cost."""
    return seal(content, PASSWORD, SeededRandomness(SEED), COST_MIN)


def _seal_inputs(content: bytes, password: str, cost: int) -> dict[str, Raw]:
    said: dict[str, Raw] = {"op": "seal", "content": content, "password": password}
    return {**said, "cost": cost, "seed": SEED}


def _unseal_inputs(data: bytes, password: str = PASSWORD) -> dict[str, Raw]:
    return {"op": "unseal", "file": data, "password": password}


def _sealed() -> Sequence[Case]:
    rows = (
        ("content", "A content, padded.", CONTENT, COST_MIN),
        ("empty", "The least content.", b"", COST_MIN),
        ("full", "With its mark it fills a block.", bytes(BLOCK - 1), COST_MIN),
        ("over", "The mark begins a second block.", bytes(BLOCK), COST_MIN),
        ("marked", "A content may end as a padding does.", b"\x80\x00", COST_MIN),
        ("cost", "A dearer key.", CONTENT, COST_MIN + 1),
    )
    return [_seal(*row) for row in rows]


def _seal(name: str, comment: str, content: bytes, cost: int) -> Case:
    file = seal(content, PASSWORD, SeededRandomness(SEED), cost)
    inputs = _seal_inputs(content, PASSWORD, cost)
    return accept(f"seal-{name}", comment, inputs, {"file": file})


def _opened() -> Sequence[Case]:
    decomposed = unicodedata.normalize("NFD", PASSWORD)
    rows = (
        ("content", "What was sealed.", made(), PASSWORD),
        ("decomposed", "The same password in NFD.", made(), decomposed),
        ("marked", "The last mark counts.", made(b"\x80\x00"), PASSWORD),
    )
    return [
        accept(
            f"unseal-{name}",
            comment,
            _unseal_inputs(data, password),
            {"content": unseal(data, password)},
        )
        for name, comment, data, password in rows
    ]


def _not_sealed() -> Sequence[Case]:
    cost, bad = "wallet.cost", "wallet.password"
    rows = (
        ("cheap", "A cheaper key is guessed.", cost, PASSWORD, COST_MIN - 1),
        ("dear", "It could not be read.", cost, PASSWORD, COST_MAX + 1),
        ("no-password", "Everybody has the empty one.", bad, "", COST_MIN),
        ("blank", "A blank that nobody sees.", bad, "lake ", COST_MIN),
        ("control", "It cannot be typed.", bad, "la\x00ke", COST_MIN),
        ("long", "201 bytes of UTF-8.", bad, "a" * 201, COST_MIN),
    )
    return [
        reject(
            f"seal-{name}",
            rule,
            code,
            _seal_inputs(CONTENT, password, cost),
            partial(seal, CONTENT, password, SeededRandomness(SEED), cost),
        )
        for name, rule, code, password, cost in rows
    ]


def _map(data: bytes) -> Mapping[str, Value]:
    value = cbor.decode(data)
    return value if isinstance(value, Mapping) else {}


def _refused(name: str, rule: str, code: str, data: bytes) -> Case:
    inputs = _unseal_inputs(data)
    return reject(f"unseal-{name}", rule, code, inputs, lambda: unseal(data, PASSWORD))


def _other_files() -> Sequence[Case]:
    file = _map(made())
    fewer = {name: value for name, value in file.items() if name != "salt"}
    length = "The length is that of a padded content."
    rows: tuple[tuple[str, str, Value], ...] = (
        ("version", "The form has one version.", {**file, "v": 2}),
        ("type", "A question of a door is no wallet.", {**file, "type": "DOOR"}),
        ("missing", "Every key is there.", fewer),
        ("unknown", "No other key is.", {**file, "note": 1}),
        ("salt", "A salt has 32 bytes.", {**file, "salt": bytes(31)}),
        ("cheap", "A cost is 14 at least.", {**file, "cost": COST_MIN - 1}),
        (
            "dear",
            "A file does not choose how much memory is taken.",
            {**file, "cost": COST_MAX + 1},
        ),
        ("huge", "Nor is 2^63 tried.", {**file, "cost": 63}),
        ("cost-text", "A cost is an integer.", {**file, "cost": "14"}),
        ("empty", "A content is padded.", {**file, "sealed": b""}),
        ("tag", "One block at least.", {**file, "sealed": bytes(16)}),
        ("short", length, {**file, "sealed": bytes(BLOCK + 15)}),
        ("long", length, {**file, "sealed": bytes(BLOCK + 17)}),
        ("text", "It is a map.", "wallet"),
    )
    cases = [
        _refused(f"file-{name}", rule, "wallet.file", cbor.encode(value))
        for name, rule, value in rows
    ]
    trailing = _refused(
        "file-trailing", "Nothing follows.", "wallet.file", made() + b"\x00"
    )
    cut = _refused("file-cut", "It is whole.", "wallet.file", made()[:-1])
    return (*cases, trailing, cut)


def _altered() -> Sequence[Case]:
    file, locked = _map(made()), "wallet.locked"
    sealed = file["sealed"]
    octets = sealed if isinstance(sealed, bytes) else b""
    flipped = bytes([octets[0] ^ 1]) + octets[1:]
    tag = octets[:-1] + bytes([octets[-1] ^ 1])
    other = seal(CONTENT, PASSWORD, SeededRandomness(bytes(32)), COST_MIN)
    rows: tuple[tuple[str, str, Mapping[str, Value]], ...] = (
        ("flipped", "The content is bound.", {**file, "sealed": flipped}),
        ("tag", "The tag is checked.", {**file, "sealed": tag}),
        ("cost", "The key is of this cost.", {**file, "cost": COST_MIN + 1}),
        ("salt", "The key is of this salt.", {**file, "salt": _map(other)["salt"]}),
    )
    wrong = reject(
        "unseal-password",
        "Another password opens nothing.",
        locked,
        _unseal_inputs(made(), PASSWORD.lower()),
        lambda: unseal(made(), PASSWORD.lower()),
    )
    return (
        wrong,
        *(_refused(name, rule, locked, cbor.encode(v)) for name, rule, v in rows),
        *_bare(),
    )


def _bare() -> Sequence[Case]:
    """Return files that open, sealed by somebody who leaves a step out."""
    head = {name: value for name, value in _map(made()).items() if name != "sealed"}
    rule = "The padding has one form."
    rows = (
        ("no-mark", rule, "wallet.file", bytes(BLOCK), cbor.encode(head)),
        (
            "other-mark",
            rule,
            "wallet.file",
            b"\x01" + bytes(BLOCK - 1),
            cbor.encode(head),
        ),
        (
            "two-blocks",
            rule,
            "wallet.file",
            b"\x80" + bytes(2 * BLOCK - 1),
            cbor.encode(head),
        ),
        (
            "no-head",
            "The head is bound.",
            "wallet.locked",
            b"\x80" + bytes(BLOCK - 1),
            b"",
        ),
    )
    return [
        _refused(
            name, rule, code, cbor.encode({**head, "sealed": _bare_seal(padded, bound)})
        )
        for name, rule, code, padded, bound in rows
    ]


def _bare_seal(padded: bytes, bound: bytes) -> bytes:
    return crypto_aead_chacha20poly1305_ietf_encrypt(padded, bound, bytes(12), _key())


def _key() -> bytes:
    salt = SeededRandomness(SEED).take(32)
    return hashlib.scrypt(
        PASSWORD.encode(),
        salt=salt,
        n=1 << COST_MIN,
        r=8,
        p=1,
        maxmem=1 << 29,
        dklen=32,
    )
