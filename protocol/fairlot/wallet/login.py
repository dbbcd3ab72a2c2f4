"""A login at the provider of accounts, for a request of the wallet's own keys.

specs/attesters.md, section 2.5. The wallet judges no token: that takes the attester.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from fairlot.errors import InputError
from fairlot.identity.account_token import (
    SALT_LENGTH,
    TOKEN_MAX,
    AccountToken,
    nonce_of,
)
from fairlot.identity.base64url import encode_url
from fairlot.identity.provider import Provider
from fairlot.identity.requests import AttestRequest
from fairlot.text import shown
from fairlot.wallet.looking import Looked
from fairlot_crypto.json_object import read_json_object
from fairlot_crypto.randomness import Randomness

ANSWER_MAX = 1 << 17
"""Bytes of the answer in which a token is."""

_DRAWN = 32
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Login:
    """A login that has begun: nobody but this wallet can end it."""

    provider: Provider
    request: AttestRequest
    salt: bytes = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    """What PKCE has: whoever sees the code alone gets no token."""

    def address(self, endpoint: str, redirect: str) -> str:
        """Return where the person logs in (step 33).

        Args:
            endpoint: the provider's authorization endpoint.
            redirect: the address of the wallet's listener.
        """
        # Step 33.
        challenge = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.provider.client,
            "redirect_uri": redirect,
            "scope": "openid",
            "state": self.state,
            "nonce": nonce_of(self.request, self.salt),
            "code_challenge": encode_url(challenge),
            "code_challenge_method": "S256",
        }
        mark = "&" if "?" in endpoint else "?"
        return f"{endpoint}{mark}{urlencode(asked)}"

    def is_answer(self, said: Mapping[str, str]) -> bool:
        """Tell whether what came to the listener is an answer to this login (step 34)."""
        # Step 34.
        return said.get("state") == self.state

    def code(self, said: Mapping[str, str]) -> str:
        """Return the code in the provider's answer (step 34).

        Raises:
            InputError: ``login.refused``, ``login.answer``.
        """
        # Step 34.
        if said.get("iss", self.provider.issuer) != self.provider.issuer:
            raise _strange("the answer is of another provider")
        if "error" in said:
            raise _refused(said["error"])
        if not said.get("code"):
            raise _strange("there is no code in the answer")
        return said["code"]

    def exchange(self, code: str, redirect: str) -> bytes:
        """Return the form that gets a token for a code (step 35)."""
        # Step 35.
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "client_id": self.provider.client,
            "code_verifier": self.verifier,
        }
        return urlencode(asked).encode()

    def token(self, status: int, content: bytes) -> AccountToken:
        """Return the token that came for the code (step 36).

        Raises:
            InputError: ``login.refused``, ``login.answer``.
        """
        # Step 36.
        if status != 200:
            raise _refused(_error(content) or f"status {status}")
        said = read_json_object(content, (), None, _strange, ANSWER_MAX)
        token = said.values.get("id_token")
        if not isinstance(token, str) or not 0 < len(token) <= TOKEN_MAX:
            raise _strange("there is no ID Token in the answer")
        return AccountToken(self.request.registry_id, self.salt, token)


def begin_login(
    looked: Looked, request: AttestRequest, randomness: Randomness
) -> Login:
    """Begin a login for a request of this wallet (steps 31 and 32).

    Args:
        looked: at the log of the registry.
        request: for an attester, as this wallet has written it.
        randomness: where salt, state and verifier come from.

    Raises:
        InputError: ``login.provider``, ``login.request``, ``wallet.moved``.
    """
    # Step 31.
    looked.content.check_signs()
    registry = looked.registry.registry
    provider = registry.uniqueness.provider
    if provider is None:
        problem = "the registry does not tell people apart by accounts"
        raise InputError("login.provider", f"{problem}: go to an attester")
    holder = looked.content.holder(registry.registry_id)
    own = registry.registry_id, holder.signing.public, holder.device.public
    asked = request.registry_id, request.holder_key, request.device_key
    if own != asked:
        problem = "the request is not of this wallet's keys for this registry"
        remedy = "write your own, and log in for nobody else"
        raise InputError("login.request", f"{problem}: {remedy}")
    # Step 32.
    drawn = (encode_url(randomness.take(_DRAWN)) for _ in range(2))
    return Login(provider, request, randomness.take(SALT_LENGTH), *drawn)


def _error(content: bytes) -> str:
    """Return what an answer calls its error, if it does (RFC 6749, section 5.2)."""
    try:
        return read_json_object(content, ("error",), None, ValueError).text("error")
    except ValueError:
        return ""


def _refused(why: str) -> InputError:
    problem = f"the provider has not logged you in: {shown(why[:_SHOWN])}"
    return InputError("login.refused", f"{problem}; begin anew")


def _strange(why: str) -> InputError:
    problem = f"the provider does not answer as it should: {why}"
    return InputError("login.answer", f"{problem}; begin anew")
