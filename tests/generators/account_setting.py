"""A provider of accounts with fixed keys, who signs whatever it is told to.

For the vectors of specs/attesters.md, section 2. The library ``cryptography`` signs, as no
randomness of ours would make it: RSA and Ed25519 have none, ES256 draws by RFC 6979.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import gmpy2
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from fairlot.identity.account_token import AccountToken, nonce_of
from fairlot.identity.attestation import ENROLMENT, Subject
from fairlot.identity.base64url import encode_url
from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.provider import Provider
from fairlot.identity.provider_keys import Algorithm, ProviderKey
from fairlot.identity.registry import Registry
from fairlot.identity.requests import AttestRequest
from fairlot_crypto.keys import OpeningKey
from generators.committee_setting import stream
from generators.identity_setting import NOW, setting, signing_key

PROVIDER = Provider("https://accounts.example", "fairlot-wallets")
SUBJECT = "248289761001"
SALT = bytes(range(32))
HALF = 128
"""Bytes of a prime of the RSA key."""

Claims = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Signer:
    """A key of the provider, and how it signs."""

    pinned: ProviderKey
    sign: Callable[[bytes], bytes]


@cache
def registry(members: int = 1, threshold: int = 0) -> Registry:
    """Return a registry whose people are told apart by accounts."""
    made = setting(members, threshold).registry
    source = Source("accounts", Canonicaliser.ACCOUNT)
    told_apart = replace(made.uniqueness, source=source, provider=PROVIDER)
    return replace(made, uniqueness=told_apart)


def request(whose: str = "holder", subject: Subject = ENROLMENT) -> AttestRequest:
    """Return what somebody takes to an attester."""
    device = OpeningKey(stream.seed(f"{whose} device")).public
    holder = signing_key(whose).public
    return AttestRequest(registry().registry_id, holder, device, subject)


@cache
def rsa_signer(kid: str = "rsa") -> Signer:
    """Return an RSA key of 2048 bits, of primes behind numbers of the stream."""
    drawn = stream("provider rsa")
    high = 3 << (8 * HALF - 2)
    p, q = (
        int(gmpy2.next_prime(int.from_bytes(drawn.take(HALF)) | high)) for _ in "pq"
    )
    n, e = p * q, 65_537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(e, n),
    )
    key = numbers.private_key()
    pinned = ProviderKey(kid, Algorithm.RS256, n.to_bytes(2 * HALF))
    return Signer(pinned, lambda data: key.sign(data, padding.PKCS1v15(), SHA256()))


@cache
def ec_signer(kid: str = "ec") -> Signer:
    """Return a key of P-256."""
    drawn = int.from_bytes(stream("provider ec").take(31)) + 1
    key = ec.derive_private_key(drawn, ec.SECP256R1())
    public = key.public_key().public_numbers()
    point = public.x.to_bytes(32) + public.y.to_bytes(32)

    def sign(data: bytes) -> bytes:
        made = key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(made)
        return r.to_bytes(32) + s.to_bytes(32)

    return Signer(ProviderKey(kid, Algorithm.ES256, point), sign)


@cache
def ed_signer(kid: str = "ed") -> Signer:
    """Return an Ed25519 key; the label makes another."""
    key = signing_key(f"provider {kid}")
    return Signer(ProviderKey(kid, Algorithm.EDDSA, key.public), key.sign)


@cache
def pinned() -> tuple[ProviderKey, ...]:
    """Return the list of the provider's three keys."""
    return tuple(each.pinned for each in (ec_signer(), ed_signer(), rsa_signer()))


def claims(asked: AttestRequest | None = None, **changes: object) -> dict[str, object]:
    """Return what a token of a login of now says; ``None`` leaves a claim out."""
    said: dict[str, object] = {
        "iss": PROVIDER.issuer,
        "sub": SUBJECT,
        "aud": PROVIDER.client,
        "exp": NOW + 3_600,
        "iat": NOW,
        "nonce": nonce_of(request() if asked is None else asked, SALT),
    }
    return {
        name: value for name, value in (said | changes).items() if value is not None
    }


def header(signer: Signer, **changes: object) -> dict[str, object]:
    """Return the header of a token that a key signs; ``None`` leaves a name out."""
    said: dict[str, object] = {
        "alg": signer.pinned.algorithm.value,
        "kid": signer.pinned.kid,
    }
    return {
        name: value for name, value in (said | changes).items() if value is not None
    }


def token(signer: Signer, head: Claims | bytes, said: Claims | bytes) -> str:
    """Return a token that a key signs, whatever it says."""
    signed = ".".join(encode_url(each) for each in (_json(head), _json(said)))
    return f"{signed}.{encode_url(signer.sign(signed.encode()))}"


def shown(made: str, salt: bytes = SALT) -> AccountToken:
    """Return a token as a wallet hands it over."""
    return AccountToken(registry().registry_id, salt, made)


def login(signer: Signer | None = None, **changes: object) -> AccountToken:
    """Return what a login of now gives, with other claims where they are named."""
    chosen = ed_signer() if signer is None else signer
    return shown(token(chosen, header(chosen), claims(None, **changes)))


def _json(said: Claims | bytes) -> bytes:
    if isinstance(said, bytes):
        return said
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode()
