"""What shows an account: a token that its provider has signed for one request.

specs/attesters.md, section 2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.base64url import decode_url, encode_url
from fairlot.identity.identifier import Canonicaliser, canonical
from fairlot.identity.provider import Provider
from fairlot.identity.provider_keys import Algorithm, ProviderKey
from fairlot.identity.registry import RegistryId
from fairlot.identity.requests import (
    AttestRequest,
    message_file,
    read_message_file,
)
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.json_object import JsonObject, read_json_object

TOKEN_MAX = 16_384
"""Characters of a token."""
AGE_MAX = 600
"""Seconds since a login."""
SALT_LENGTH = 32

_SKEW = 60
"""Seconds by which the provider's clock may be ahead."""

CheckSignature = Callable[[str, bytes, bytes, ProviderKey], None]
"""As ``token_signature.check_token_signature``, which only who judges tokens loads."""


@dataclass(frozen=True, slots=True)
class AccountToken:
    """A token, and the salt with which it was asked for."""

    registry_id: RegistryId
    salt: bytes = field(repr=False)
    token: str = field(repr=False)
    """A login: with the request it gives an attestation."""

    def to_bytes(self) -> bytes:
        """Return the file (step 15)."""
        said: dict[str, Value] = {"salt": self.salt, "token": self.token}
        return message_file("account", self.registry_id, said)

    @property
    def token_hash(self) -> bytes:
        """Return what is kept of it: of what is signed, not of the signature (step 26)."""
        # Step 26.
        signed = self.token.rpartition(".")[0]
        return tagged_hash("account-token", self.registry_id, signed.encode())

    def bound_to(self, request: AttestRequest) -> bytes:
        """Return what its row in the book is bound to (step 27)."""
        # Step 27.
        return tagged_hash("account-request", request.to_bytes(), self.token.encode())


def read_account_token(data: bytes) -> AccountToken:
    """Read what a person's wallet has written (step 15); nothing of it is judged yet.

    Raises:
        InputError: ``issuer.request``.
    """
    # Step 15.
    return read_message_file(data, "account", _account)


def nonce_of(request: AttestRequest, salt: bytes) -> str:
    """Return the nonce of a login for a request: for its keys and its event (step 15)."""
    # Step 15.
    return encode_url(tagged_hash("account-nonce", request.to_bytes(), salt))


def judge_token(
    provider: Provider,
    pinned: Sequence[ProviderKey],
    request: AttestRequest,
    shown: AccountToken,
    now: int,
    check_signature: CheckSignature,
) -> str:
    """Return the person whose account a token shows (steps 16 to 24).

    Args:
        provider: of the registry.
        pinned: its keys that count, from the registry log.
        request: that the person has brought.
        shown: what shows their account.
        now: the attester's clock, Unix seconds.
        check_signature: verifies a signature with a key.

    Raises:
        Rejection: ``account-token.*``, ``identifier.account``.
    """
    # Step 16.
    header, claims, signature = _parts(shown.token)
    key = _key(header, pinned)
    # Step 19.
    signed = shown.token.rpartition(".")[0].encode()
    check_signature(shown.token, signed, signature, key)
    _check_parties(provider, claims)
    _check_times(claims, now)
    # Step 23.
    if claims.values.get("nonce") != nonce_of(request, shown.salt):
        problem = "the login was for other keys, another event or another salt"
        raise Rejection("account-token.nonce", f"{problem}: log in for this request")
    # Step 24.
    subject = claims.values.get("sub")
    typed = provider.person(subject if isinstance(subject, str) else "")
    return canonical(Canonicaliser.ACCOUNT, typed)


def _account(registry_id: RegistryId, fields: Fields) -> AccountToken:
    salt, token = fields.bytes("salt", SALT_LENGTH), fields.text("token")
    if len(token) > TOKEN_MAX:
        raise fields.error("token", f"must have at most {TOKEN_MAX} characters")
    return AccountToken(registry_id, salt, token)


def _parts(token: str) -> tuple[JsonObject, JsonObject, bytes]:
    parts = token.split(".") if len(token) <= TOKEN_MAX else []
    if len(parts) != 3:
        problem = (
            f"three parts with points between them, at most {TOKEN_MAX} characters"
        )
        raise _form(problem)
    header, claims, signature = map(_decoded, parts)
    return _object(header), _object(claims), signature


def _decoded(part: str) -> bytes:
    try:
        return decode_url(part)
    except ValueError as error:
        raise _form(str(error)) from error


def _object(data: bytes) -> JsonObject:
    return read_json_object(data, (), None, _form, TOKEN_MAX)


def _form(why: str) -> Rejection:
    return Rejection("account-token.form", f"it is no ID Token: {why}")


def _key(header: JsonObject, pinned: Sequence[ProviderKey]) -> ProviderKey:
    """Return the pinned key that a header names (steps 17 and 18)."""
    # Step 17.
    algorithm = header.values.get("alg")
    if algorithm not in tuple(Algorithm):
        problem = f"a token must be signed by {', '.join(Algorithm)}"
        raise Rejection("account-token.algorithm", problem)
    kind = header.values.get("typ", "JWT")
    plain = isinstance(kind, str) and kind.upper() == "JWT"
    if not plain or header.has("crit") or header.has("b64"):
        problem = "the header is of another kind of token, or has extensions"
        raise Rejection("account-token.header", problem)
    # Step 18.
    kid = header.values.get("kid")
    key = next((each for each in pinned if each.kid == kid), None)
    if key is None:
        problem = "the token's key is none that the registry has pinned"
        remedy = "issuers pin the provider's new keys with a PROVIDER entry"
        raise Rejection("account-token.key", f"{problem}: {remedy}")
    if key.algorithm != algorithm:
        problem = f"the key {key.kid!r} is for {key.algorithm} alone"
        raise Rejection("account-token.algorithm", problem)
    return key


def _check_parties(provider: Provider, claims: JsonObject) -> None:
    """Check who says it, and to whom (steps 20 and 21)."""
    # Step 20.
    said = claims.values
    if said.get("iss") != provider.issuer:
        problem = f"the token is not of {provider.issuer}"
        raise Rejection("account-token.issuer", problem)
    # Step 21.
    client = provider.client
    alone = said.get("aud") in (client, [client])
    if not alone or said.get("azp", client) != client:
        problem = "the token is for another client of the provider"
        remedy = "log in with fairlot wallet login"
        raise Rejection("account-token.audience", f"{problem}: {remedy}")


def _check_times(claims: JsonObject, now: int) -> None:
    """Check that a login was just now (step 22)."""
    # Step 22.
    said = claims.values
    expires, issued = _number(said.get("exp")), _number(said.get("iat"))
    if expires is None or expires <= now:
        raise Rejection("account-token.expired", "the token has expired: log in again")
    if issued is None or not now - AGE_MAX <= issued <= now + _SKEW:
        problem = f"the login must be of the last {AGE_MAX} seconds"
        raise Rejection("account-token.time", f"{problem}: log in again")
    begins = _number(said.get("nbf", now))
    if begins is None or begins > now + _SKEW:
        raise Rejection("account-token.time", "the token is not valid yet")


def _number(value: object) -> int | None:
    return value if type(value) is int else None
