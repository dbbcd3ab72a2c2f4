"""Seals what a wallet holds under a password (specs/wallet.md)."""

import hashlib
import unicodedata

from nacl.bindings import (
    crypto_aead_chacha20poly1305_ietf_decrypt,
    crypto_aead_chacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError as SealError

from fairlot.errors import InputError
from fairlot.fields import Fields, Problem
from fairlot.text import check_text
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CallerError, CryptoError
from fairlot_crypto.randomness import Randomness

WALLET_VERSION = 1
WALLET = "WALLET"
"""The type of the file."""
COST_MIN = 14
COST = 17
"""What is taken for a new file: 128 MiB."""
COST_MAX = 18
"""The largest exponent of scrypt's N that is read: 256 MiB."""
SALT_LENGTH = 32
BLOCK = 1024
"""What a content is padded to a multiple of, bytes."""
CONTENT_MAX = (1 << 24) - 1
"""Bytes of a content."""

_R = 8
_P = 1
_KEY_LENGTH = 32
_MEMORY = 1 << 29
"""What scrypt may take, bytes: more than it needs at the largest cost."""
_NONCE = bytes(12)
_TAG_LENGTH = 16
_MARK = b"\x80"


def seal(
    content: bytes, password: str, randomness: Randomness, cost: int = COST
) -> bytes:
    """Return the file of a wallet (steps 1 to 4).

    Args:
        content: what the wallet holds, at most ``CONTENT_MAX`` bytes.
        password: a text, in any normal form.
        randomness: 32 bytes are taken, for each file anew.
        cost: the exponent of scrypt's N, ``COST_MIN`` to ``COST_MAX``.

    Raises:
        InputError: ``wallet.password``.
        CallerError: ``wallet.cost``, ``wallet.content``.
    """
    if not COST_MIN <= cost <= COST_MAX:
        problem = f"the cost is not {COST_MIN}..{COST_MAX}"
        raise CallerError("wallet.cost", problem)
    if len(content) > CONTENT_MAX:
        raise CallerError("wallet.content", f"the content is above {CONTENT_MAX} bytes")
    # Step 2.
    salt = randomness.take(SALT_LENGTH)
    key = _key(password, salt, cost)
    # Step 3.
    padded = content + _MARK
    padded += bytes(-len(padded) % BLOCK)
    # Step 4.
    head = _head(cost, salt)
    sealed = crypto_aead_chacha20poly1305_ietf_encrypt(
        padded, cbor.encode(head), _NONCE, key
    )
    return cbor.encode({**head, "sealed": sealed})


def unseal(data: bytes, password: str) -> bytes:
    """Return the content of a wallet's file (steps 5 to 7).

    Raises:
        InputError: ``wallet.file`` for what is no such file, before scrypt is asked for
            anything, ``wallet.password``, ``wallet.locked`` if it does not open.
    """
    # Step 5.
    cost, salt, sealed = _read(data)
    # Step 6.
    key = _key(password, salt, cost)
    try:
        padded = crypto_aead_chacha20poly1305_ietf_decrypt(
            sealed, cbor.encode(_head(cost, salt)), _NONCE, key
        )
    except SealError as error:
        problem = "the wallet does not open: the password is another, or it was altered"
        raise InputError("wallet.locked", problem) from error
    # Step 7.
    content = padded.rstrip(b"\x00")
    if content[-1:] != _MARK or len(padded) - len(content) >= BLOCK:
        raise InputError("wallet.file", "it is no file of a wallet: its padding is off")
    return content[:-1]


def cost_of(data: bytes) -> int:
    """Return the cost of a wallet's file (step 5).

    Raises:
        InputError: ``wallet.file``.
    """
    # Step 5.
    cost, *_ = _read(data)
    return cost


def _key(password: str, salt: bytes, cost: int) -> bytes:
    """Return the key of one file (steps 1 and 2)."""
    # Step 1.
    text = unicodedata.normalize("NFC", password)
    check_text(text, _bad_password)
    # Step 2.
    return hashlib.scrypt(
        text.encode(),
        salt=salt,
        n=1 << cost,
        r=_R,
        p=_P,
        maxmem=_MEMORY,
        dklen=_KEY_LENGTH,
    )


def _head(cost: int, salt: bytes) -> dict[str, Value]:
    return {"v": WALLET_VERSION, "type": WALLET, "cost": cost, "salt": salt}


def _read(data: bytes) -> tuple[int, bytes, bytes]:
    """Return cost, salt and what is sealed."""
    try:
        fields = Fields(cbor.decode(data), ("file",), _no_wallet)
    except CryptoError as error:
        problem = f"it is no file of a wallet: {error.message}"
        raise InputError("wallet.file", problem) from error
    fields.exactly("v", WALLET_VERSION)
    fields.exactly("type", WALLET)
    cost = fields.uint("cost", COST_MIN, COST_MAX)
    salt = fields.bytes("salt", SALT_LENGTH)
    sealed = fields.bytes("sealed")
    fields.done()
    length = len(sealed) - _TAG_LENGTH
    if length % BLOCK or not BLOCK <= length <= CONTENT_MAX + 1:
        raise fields.error("sealed", "is of a length that no wallet has")
    return cost, salt, sealed


def _no_wallet(found: Problem) -> InputError:
    return InputError("wallet.file", f"it is no file of a wallet: {found}")


def _bad_password(problem: str) -> InputError:
    return InputError("wallet.password", f"the password {problem}: take another")
