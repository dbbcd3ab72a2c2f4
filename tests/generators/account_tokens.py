"""Vectors of tokens that show accounts (specs/attesters.md, section 2.2)."""

import hmac
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256

from fairlot.identity.account_token import AccountToken, judge_token, nonce_of
from fairlot.identity.attestation import Purpose, Subject
from fairlot.identity.base64url import encode_url
from fairlot.identity.provider_keys import ProviderKey, keys_value
from fairlot.identity.token_signature import check_token_signature
from fairlot_crypto import cbor
from generators.account_setting import (
    PROVIDER,
    SALT,
    Signer,
    claims,
    ec_signer,
    ed_signer,
    header,
    login,
    pinned,
    request,
    rsa_signer,
    shown,
    token,
)
from generators.case import Case, Raw, accept, reject
from generators.identity_setting import NOW

_OTHER = b"\x01" * 32


def cases() -> Sequence[Case]:
    """Return the cases."""
    return (*_judged(), *_malformed(), *_unsigned(), *_claimed())


def _inputs(
    account: AccountToken, keys: Sequence[ProviderKey], now: int
) -> dict[str, Raw]:
    return {
        "op": "token",
        "provider": {"issuer": PROVIDER.issuer, "client": PROVIDER.client},
        "keys": cbor.encode(keys_value(keys)),
        "request": request().to_bytes(),
        "account": account.to_bytes(),
        "now": now,
    }


def _judge(account: AccountToken, keys: Sequence[ProviderKey], now: int) -> str:
    return judge_token(PROVIDER, keys, request(), account, now, check_token_signature)


def _taken(
    name: str,
    comment: str,
    account: AccountToken,
    keys: Sequence[ProviderKey] | None = None,
    now: int = NOW,
) -> Case:
    listed = pinned() if keys is None else keys
    return accept(
        f"token-{name}",
        comment,
        _inputs(account, listed, now),
        {
            "person": _judge(account, listed, now),
            "token_hash": account.token_hash,
            "bound": account.bound_to(request()),
        },
    )


def _refused(
    name: str,
    rule: str,
    code: str,
    account: AccountToken,
    keys: Sequence[ProviderKey] | None = None,
    now: int = NOW,
) -> Case:
    listed = pinned() if keys is None else keys
    attempt = partial(_judge, account, listed, now)
    inputs = _inputs(account, listed, now)
    return reject(f"token-{name}", rule, code, inputs, attempt)


def _headed(signer: Signer, **changes: object) -> AccountToken:
    return shown(token(signer, header(signer, **changes), claims()))


def _judged() -> Sequence[Case]:
    ed, client = ed_signer(), PROVIDER.client
    return (
        _taken("rs256", "RSA.", login(rsa_signer())),
        _taken("es256", "P-256.", login(ec_signer())),
        _taken("eddsa", "Ed25519.", login()),
        _taken("typ", "It may say that it is a JWT.", _headed(ed, typ="jwt")),
        _taken("url", "Where keys lie is passed over.", _headed(ed, jku="https://x")),
        _taken("array", "An array of the client alone.", login(aud=[client])),
        _taken("azp", "The client is named twice.", login(azp=client)),
        _taken("more", "Other claims are passed over.", login(email="ann@example.org")),
        _taken("oldest", "600 seconds are not too many.", login(), now=NOW + 600),
        _taken("ahead", "A clock that is 60 seconds ahead.", login(), now=NOW - 60),
        _taken("last", "In its last second.", login(exp=NOW + 1)),
    )


def _malformed() -> Sequence[Case]:
    ed, code = ed_signer(), "account-token.form"
    good = login().token
    head, said, signature = good.split(".")
    last = signature[-1]
    twin = chr(ord(last) + 1)
    twice = b'{"sub":"a","sub":"b"}'
    rows: Sequence[tuple[str, str, str]] = (
        ("empty", "Nothing shows nothing.", ""),
        ("two-parts", "A token has a signature.", f"{head}.{said}"),
        ("four-parts", "A token has three parts.", f"{good}.{said}"),
        ("no-signature", "An unsigned token is nobody's.", f"{head}.{said}."),
        ("padded", "A token would have two spellings.", f"{head}=.{said}.{signature}"),
        ("alphabet", "The other alphabet.", f"{head}.{said}.+{signature[1:]}"),
        (
            "loose-bits",
            "Two spellings of one byte.",
            f"{head}.{said}.{signature[:-1]}{twin}",
        ),
        ("not-json", "Claims are an object.", token(ed, header(ed), b"sub")),
        ("claims-array", "Claims are an object.", token(ed, header(ed), b"[]")),
        (
            "name-twice",
            "Two readers would see two people.",
            token(ed, header(ed), twice),
        ),
        (
            "fraction",
            "A time is an integer.",
            token(ed, header(ed), claims(iat=NOW + 0.5)),
        ),
        ("deep", "It would exhaust a reader.", token(ed, header(ed), b"[" * 101)),
        ("header", "A header is an object.", token(ed, b"[]", claims())),
    )
    return [_refused(name, rule, code, shown(made)) for name, rule, made in rows]


def _unsigned() -> Sequence[Case]:
    ed, rsa, stranger = ed_signer(), rsa_signer(), ed_signer("stranger")
    good = login()
    signed, _, signature = good.token.rpartition(".")
    flipped = f"{signed}.{encode_url(bytes(64))}"
    none = f"{_signed(header(ed, alg='none'))}.{signature}"
    confused = _signed(header(rsa, alg="HS256"))
    shared = hmac.digest(rsa.pinned.key, confused.encode(), sha256)
    crossed = header(rsa, kid="ed")
    alg, key = "account-token.algorithm", "account-token.key"
    head, false = "account-token.header", "account-token.signature"
    return (
        _refused("alg-none", "Everybody could sign.", alg, shown(none)),
        _refused(
            "alg-confusion",
            "HS256 with the public key: everybody knows that secret.",
            alg,
            shown(f"{confused}.{encode_url(shared)}"),
        ),
        _refused("alg-missing", "An algorithm is named.", alg, _headed(ed, alg=None)),
        _refused("alg-list", "One algorithm.", alg, _headed(ed, alg=["EdDSA"])),
        _refused(
            "alg-other", "PS256 is not on the list.", alg, _headed(rsa, alg="PS256")
        ),
        _refused(
            "alg-of-another-key",
            "A key signs by its own algorithm alone.",
            alg,
            shown(token(rsa, crossed, claims())),
        ),
        _refused(
            "kid-missing", "Which key it is, is said.", key, _headed(ed, kid=None)
        ),
        _refused("kid-number", "A kid is a text.", key, _headed(ed, kid=1)),
        _refused("unpinned", "Keys are those on the log.", key, login(stranger)),
        _refused(
            "brought-along",
            "A token's own key proves nothing.",
            key,
            _headed(stranger, jwk={"kty": "OKP", "crv": "Ed25519"}),
        ),
        _refused(
            "rotated-out",
            "A key that is not on the newest list verifies nothing.",
            key,
            good,
            (rsa.pinned,),
        ),
        _refused("no-keys", "An empty list pins none.", key, good, ()),
        _refused(
            "critical", "Nobody knows what it means.", head, _headed(ed, crit=["x"])
        ),
        _refused(
            "unencoded", "It would be read in two ways.", head, _headed(ed, b64=False)
        ),
        _refused(
            "access", "An access token says nothing.", head, _headed(ed, typ="at+jwt")
        ),
        _refused("forged", "Somebody else's signature.", false, shown(flipped)),
        _refused(
            "same-kid",
            "Another's key under a pinned name.",
            false,
            shown(token(stranger, header(ed), claims())),
        ),
        _refused(
            "rsa-other",
            "A signature of other claims.",
            false,
            shown(_grafted(rsa)),
        ),
        _refused(
            "ec-other",
            "A signature of other claims.",
            false,
            shown(_grafted(ec_signer())),
        ),
    )


def _signed(head: dict[str, object]) -> str:
    return token(ed_signer(), head, claims()).rpartition(".")[0]


def _grafted(signer: Signer) -> str:
    """Return claims of one token under the signature of another."""
    said = token(signer, header(signer), claims(sub="victim")).rpartition(".")[0]
    return f"{said}.{login(signer).token.rpartition('.')[2]}"


def _claimed() -> Sequence[Case]:
    iss, aud = "account-token.issuer", "account-token.audience"
    exp, time = "account-token.expired", "account-token.time"
    client, phished = PROVIDER.client, nonce_of(request("thief"), SALT)
    nonce = "account-token.nonce"
    other_event = nonce_of(request(subject=Subject(Purpose.RECOVER, 1, 1)), SALT)
    slash, stranger = f"{PROVIDER.issuer}/", "a-shop"
    two: list[object] = [client, stranger]
    again = replace(login(), salt=_OTHER)
    return (
        _refused("issuer", "Accounts are of one provider.", iss, login(iss=slash)),
        _refused("issuer-missing", "It says whose it is.", iss, login(iss=None)),
        _refused(
            "audience", "A login to a shop is none here.", aud, login(aud=stranger)
        ),
        _refused("audiences", "A shop could bring it.", aud, login(aud=two)),
        _refused("audience-none", "It is for somebody.", aud, login(aud=[])),
        _refused("audience-missing", "It is for somebody.", aud, login(aud=None)),
        _refused(
            "other-azp", "It was given to another client.", aud, login(azp=stranger)
        ),
        _refused("expired", "Its last second is over.", exp, login(exp=NOW)),
        _refused("exp-missing", "It would never end.", exp, login(exp=None)),
        _refused("exp-text", "A time is an integer.", exp, login(exp=str(NOW + 9))),
        _refused("exp-true", "A truth value is no time.", exp, login(exp=True)),
        _refused("old", "A login of 601 seconds ago.", time, login(), now=NOW + 601),
        _refused("future", "A login that is to come.", time, login(), now=NOW - 61),
        _refused("iat-missing", "When it was, is said.", time, login(iat=None)),
        _refused("not-yet", "It is not valid yet.", time, login(nbf=NOW + 61)),
        _refused("nbf-text", "A time is an integer.", time, login(nbf="0")),
        _refused("phished", "Somebody else's keys.", nonce, login(nonce=phished)),
        _refused(
            "other-event", "A login for a recovery.", nonce, login(nonce=other_event)
        ),
        _refused("other-salt", "The salt is that of the login.", nonce, again),
        _refused("nonce-missing", "It is for no keys.", nonce, login(nonce=None)),
        _refused("sub-empty", "It is somebody.", "identifier.account", login(sub="")),
        _refused(
            "sub-missing", "It is somebody.", "identifier.account", login(sub=None)
        ),
        _refused(
            "sub-number", "A subject is a text.", "identifier.account", login(sub=7)
        ),
    )
