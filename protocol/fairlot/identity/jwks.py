"""Keys as their provider publishes them: a JSON Web Key Set (specs/issuer.md, step 55)."""

from dataclasses import dataclass

from fairlot.errors import InputError
from fairlot.identity.base64url import decode_url
from fairlot.identity.provider_keys import Algorithm, ProviderKey
from fairlot_crypto.json_object import JsonObject, read_json_object

LARGEST = 1 << 17
"""Bytes of a set."""

_EXPONENT = "AQAB"
_KINDS = {
    ("RSA", None): (Algorithm.RS256, ("n",)),
    ("EC", "P-256"): (Algorithm.ES256, ("x", "y")),
    ("OKP", "Ed25519"): (Algorithm.EDDSA, ("x",)),
}
"""kty and crv to the algorithm, and the members that make the key."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """What a provider publishes."""

    usable: tuple[ProviderKey, ...]
    """Ascending by kid; nothing of them is checked yet."""
    passed_over: tuple[str, ...]
    """Names of those with which no token is verified here; empty for one without."""


def read_jwks(data: bytes) -> KeySet:
    """Read a set (step 55).

    Raises:
        InputError: ``jwks.form``.
    """
    # Step 55.
    read = read_json_object(data, ("keys",), None, _no_set, LARGEST)
    usable: list[ProviderKey] = []
    passed_over: list[str] = []
    for each in read.objects("keys"):
        key = _key(each)
        if key is None:
            kid = each.values.get("kid")
            passed_over.append(kid if isinstance(kid, str) else "")
        else:
            usable.append(key)
    ordered = sorted(usable, key=lambda key: key.kid)
    return KeySet(tuple(ordered), tuple(passed_over))


def _key(said: JsonObject) -> ProviderKey | None:
    """Return the key; ``None`` where it is for something else."""
    kid, kind = said.values.get("kid"), (said.values.get("kty"), said.values.get("crv"))
    found = next((_KINDS[known] for known in _KINDS if known == kind), None)
    if not isinstance(kid, str) or found is None:
        return None
    algorithm, members = found
    for_signatures = said.values.get("use", "sig") == "sig"
    named = said.values.get("alg", algorithm.value) == algorithm.value
    exponent = algorithm is not Algorithm.RS256 or said.values.get("e") == _EXPONENT
    if not (for_signatures and named and exponent):
        return None
    try:
        key = b"".join(decode_url(_text(said, name)) for name in members)
    except ValueError as error:
        raise _no_set(f"a member of the key {kid!r}: {error}") from error
    return ProviderKey(kid, algorithm, key)


def _text(said: JsonObject, name: str) -> str:
    if not said.has(name):
        raise _no_set(f"a key has no {name}")
    return said.text(name)


def _no_set(why: str) -> InputError:
    return InputError("jwks.form", f"it is no set of keys of a provider: {why}")
