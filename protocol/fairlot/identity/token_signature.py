"""Signatures of a provider's tokens (specs/attesters.md, step 19).

joserfc verifies them, of the extra ``oidc`` (adr/0067-accounts.md): who judges no token needs
nothing of it.
"""

from typing import assert_never

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from fairlot.errors import Rejection
from fairlot.identity.base64url import encode_url
from fairlot.identity.provider_keys import Algorithm, ProviderKey
from fairlot_crypto.errors import ProofError
from fairlot_crypto.keys import VerifyKey, verify_signature

_EXPONENT = "AQAB"
"""65537."""


def check_token_signature(
    token: str, signed: bytes, signature: bytes, key: ProviderKey
) -> None:
    """Verify the signature of a token with a pinned key, by its algorithm alone.

    Args:
        token: whole.
        signed: its first two parts with the point between them.
        signature: its third part, decoded.
        key: one that passes ``check_keys``.

    Raises:
        Rejection: ``account-token.signature``.
    """
    # Step 19.
    try:
        match key.algorithm:
            case Algorithm.EDDSA:
                verify_signature(VerifyKey(key.key), signed, signature)
            case Algorithm.RS256 | Algorithm.ES256:
                made = _key(key)
                jws.deserialize_compact(token, made, algorithms=[key.algorithm.value])
            case _:
                assert_never(key.algorithm)
    except (JoseError, ProofError, ValueError) as error:
        problem = f"the key {key.kid!r} of the provider has not signed this token"
        raise Rejection("account-token.signature", problem) from error


def _key(key: ProviderKey) -> RSAKey | ECKey:
    if key.algorithm is Algorithm.RS256:
        return RSAKey.import_key(
            {"kty": "RSA", "n": encode_url(key.key), "e": _EXPONENT}
        )
    x, y = encode_url(key.key[:32]), encode_url(key.key[32:])
    return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
