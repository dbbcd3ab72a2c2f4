"""Tokens that show no account of whoever brings them (specs/attesters.md, section 2)."""

import hmac
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot.errors import Rejection
from fairlot.identity.account_token import AccountToken, judge_token, nonce_of
from fairlot.identity.attestation import Purpose, Subject
from fairlot.identity.base64url import decode_url, encode_url
from fairlot.identity.provider_keys import ProviderKey
from fairlot.identity.requests import AttestRequest
from fairlot.identity.token_signature import check_token_signature
from generators.account_setting import (
    PROVIDER,
    SALT,
    SUBJECT,
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
from generators.identity_setting import NOW
from refusal import refusal

SIGNERS = (rsa_signer, ec_signer, ed_signer)
P_256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the group of P-256."""


def judge(
    account: AccountToken,
    keys: tuple[ProviderKey, ...] | None = None,
    asked: AttestRequest | None = None,
    now: int = NOW,
) -> str:
    listed = pinned() if keys is None else keys
    wanted = request() if asked is None else asked
    return judge_token(PROVIDER, listed, wanted, account, now, check_token_signature)


@pytest.mark.parametrize("signer", SIGNERS)
def test_a_login_shows_who_has_logged_in(signer: Callable[[], Signer]) -> None:
    assert judge(login(signer())) == f"{PROVIDER.issuer} {SUBJECT}"


@pytest.mark.parametrize("signer", SIGNERS)
def test_a_token_shows_nobody_elses_keys(signer: Callable[[], Signer]) -> None:
    """Whoever sees a victim's token cannot come with it."""
    stolen = login(signer())
    thief = request("thief")
    assert refusal(judge, stolen, asked=thief) == "account-token.nonce"
    # Nor does another salt help: it would have to be found.
    salted = replace(stolen, salt=bytes(32))
    assert refusal(judge, salted, asked=thief) == "account-token.nonce"


def test_a_phished_login_shows_the_keys_of_nobody_who_was_phished() -> None:
    """The victim logs in at the thief's link: the nonce is that of the thief's keys."""
    phished = login(nonce=nonce_of(request("thief"), SALT))
    assert refusal(judge, phished) == "account-token.nonce"


def test_a_login_to_enrol_recovers_nothing() -> None:
    recovery = request(subject=Subject(Purpose.RECOVER, 1, 1))
    assert refusal(judge, login(), asked=recovery) == "account-token.nonce"


def test_a_token_of_another_audience_is_no_login_here() -> None:
    """A shop at the same provider has tokens of all its customers."""
    audiences: tuple[object, ...] = (
        "a-shop",
        [PROVIDER.client, "a-shop"],
        ["a-shop"],
        {},
    )
    for audience in audiences:
        account = login(aud=audience)
        assert refusal(judge, account) == "account-token.audience"
    assert refusal(judge, login(azp="a-shop")) == "account-token.audience"


def test_a_token_is_good_for_ten_minutes_and_not_after_it_has_expired() -> None:
    account = login(exp=NOW + 300)
    judge(account, now=NOW + 299)
    assert refusal(judge, account, now=NOW + 300) == "account-token.expired"
    longer = login(exp=NOW + 86_400)
    judge(longer, now=NOW + 600)
    assert refusal(judge, longer, now=NOW + 601) == "account-token.time"


@pytest.mark.parametrize("signer", SIGNERS)
def test_a_key_that_is_not_pinned_signs_nothing(signer: Callable[[], Signer]) -> None:
    made = signer()
    others = tuple(each for each in pinned() if each != made.pinned)
    assert refusal(judge, login(made), others) == "account-token.key"


def test_a_key_that_was_rotated_out_signs_nothing_and_the_new_one_does() -> None:
    before, after = ed_signer(), ed_signer("newer")
    judge(login(before), (before.pinned,))
    assert refusal(judge, login(before), (after.pinned,)) == "account-token.key"
    judge(login(after), (after.pinned,))
    # Nor under the name of the newer one.
    named = shown(token(before, header(before, kid="newer"), claims()))
    assert refusal(judge, named, (after.pinned,)) == "account-token.signature"


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", None, 0, []])
def test_an_unsigned_token_is_nobodys(name: object) -> None:
    ed = ed_signer()
    # Whichever key it names.
    for kid in ("unknown", "ed"):
        signed = token(ed, {"alg": name, "kid": kid}, claims()).rpartition(".")[0]
        for signature in ("AA", encode_url(bytes(64))):
            account = shown(f"{signed}.{signature}")
            assert refusal(judge, account) == "account-token.algorithm"
        assert refusal(judge, shown(f"{signed}.")) == "account-token.form"


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512", "RS256"])
@pytest.mark.parametrize("signer", SIGNERS)
def test_a_public_key_is_no_shared_secret(
    algorithm: str, signer: Callable[[], Signer]
) -> None:
    """The public key is on the log: whoever takes it for a secret signs as the provider."""
    key = signer().pinned
    head = {"alg": algorithm, "kid": key.kid}
    signed = token(ed_signer(), head, claims()).rpartition(".")[0]
    shared = hmac.digest(key.key, signed.encode(), sha256)
    account = shown(f"{signed}.{encode_url(shared)}")
    expected = {"account-token.algorithm", "account-token.signature"}
    assert refusal(judge, account) in expected


def test_a_token_brings_no_key_along() -> None:
    stranger = ed_signer("stranger")
    own = {"kty": "OKP", "crv": "Ed25519", "x": encode_url(stranger.pinned.key)}
    for more in ({"jwk": own}, {"jku": "https://thief.example/jwks"}, {"x5c": ["x"]}):
        for kid in ("stranger", "ed", None):
            head = header(stranger, kid=kid) | more
            account = shown(token(stranger, head, claims()))
            expected = "signature" if kid == "ed" else "key"
            assert refusal(judge, account) == f"account-token.{expected}"


def test_a_second_signature_of_the_same_token_is_the_same_token() -> None:
    """Of (r, s) everybody makes (r, -s): the book must not take it for another token."""
    account = login(ec_signer())
    signed, _, signature = account.token.rpartition(".")
    data = decode_url(signature)
    twin = data[:32] + (P_256 - int.from_bytes(data[32:])).to_bytes(32)
    second = replace(account, token=f"{signed}.{encode_url(twin)}")
    assert judge(second) == judge(account)
    assert second.token_hash == account.token_hash
    assert second.bound_to(request()) != account.bound_to(request())


@given(st.data())
def test_whatever_is_changed_in_a_token_is_refused(data: st.DataObject) -> None:
    account = login(data.draw(st.sampled_from(SIGNERS))())
    place = data.draw(st.integers(0, len(account.token) - 1))
    letter = data.draw(st.sampled_from("AQgwz019-_. =\n\u00e9"))
    changed = f"{account.token[:place]}{letter}{account.token[place + 1 :]}"
    if changed != account.token:
        with pytest.raises(Rejection):
            judge(replace(account, token=changed))


@given(st.binary(max_size=60).map(lambda data: data.decode("latin-1")))
def test_whatever_is_no_token_is_refused_by_name(text: str) -> None:
    assert refusal(judge, shown(text)) == "account-token.form"
