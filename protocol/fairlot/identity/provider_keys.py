"""The keys with which a provider signs, as a registry pins them.

specs/attesters.md, section 2.1.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import check_verify_key

KEYS_MAX = 32

_KID = re.compile(r"[ -~]{1,256}")
_MODULUS_MIN, _MODULUS_MAX = 256, 1024
"""Bytes of n."""
_COORDINATE = 32
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
"""The field of P-256: y^2 = x^3 - 3x + b (SEC 2, section 2.4.2)."""
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


class Algorithm(StrEnum):
    """How a provider may sign: all that there is."""

    RS256 = "RS256"
    ES256 = "ES256"
    EDDSA = "EdDSA"


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """One key of a provider."""

    kid: str
    """Its name in tokens."""
    algorithm: Algorithm
    """The only one for which it serves."""
    key: bytes
    """As the table of step 13 says."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {"kid": self.kid, "alg": self.algorithm.value, "key": self.key}


def keys_value(pinned: Iterable[ProviderKey]) -> list[Value]:
    """Return the array of a list of keys."""
    return [each.to_value() for each in pinned]


def decode_keys(data: bytes) -> tuple[ProviderKey, ...]:
    """Read a list of keys by itself, and check it (steps 13 and 14).

    Raises:
        Rejection: ``provider.keys``.
        EncodingError: ``cbor.*``.
    """
    fields = Fields({"keys": cbor.decode(data)}, (), _no_keys)
    pinned = read_keys(fields.maps("keys"))
    check_keys(pinned)
    return pinned


def read_keys(maps: Iterable[Fields]) -> tuple[ProviderKey, ...]:
    """Read a list of keys; errors are those of the maps."""
    return tuple(map(_read_key, maps))


def check_keys(pinned: Sequence[ProviderKey]) -> None:
    """Check a list of keys (steps 13 and 14).

    Raises:
        Rejection: ``provider.keys``.
    """
    # Step 13.
    for each in pinned:
        if not _KID.fullmatch(each.kid):
            problem = "a kid must have 1 to 256 characters of printable ASCII"
            raise Rejection("provider.keys", problem)
        if not _CHECKS[each.algorithm](each.key):
            problem = f"{each.kid!r} is no key with which {each.algorithm} is verified"
            raise Rejection("provider.keys", problem)
    # Step 14.
    kids = [each.kid for each in pinned]
    if len(kids) > KEYS_MAX or kids != sorted(set(kids)):
        problem = f"there must be at most {KEYS_MAX} keys, ascending by kid, each once"
        raise Rejection("provider.keys", problem)


def _read_key(fields: Fields) -> ProviderKey:
    kid, algorithm = fields.text("kid"), fields.text("alg")
    if algorithm not in tuple(Algorithm):
        raise fields.error("alg", f"must be one of {', '.join(Algorithm)}")
    key = ProviderKey(kid, Algorithm(algorithm), fields.bytes("key"))
    fields.done()
    return key


def _is_modulus(key: bytes) -> bool:
    long = _MODULUS_MIN <= len(key) <= _MODULUS_MAX
    return long and key[0] >> 7 == 1 and key[-1] % 2 == 1


def _is_point(key: bytes) -> bool:
    if len(key) != 2 * _COORDINATE:
        return False
    x, y = int.from_bytes(key[:_COORDINATE]), int.from_bytes(key[_COORDINATE:])
    return max(x, y) < _P and (y * y - (x**3 - 3 * x + _B)) % _P == 0


def _is_ed25519(key: bytes) -> bool:
    try:
        check_verify_key(key)
    except CryptoError:
        return False
    return True


_CHECKS = {
    Algorithm.RS256: _is_modulus,
    Algorithm.ES256: _is_point,
    Algorithm.EDDSA: _is_ed25519,
}


def _no_keys(problem: Problem) -> Rejection:
    return Rejection("provider.keys", str(problem))
