"""A login at a provider, as the wallet has it (specs/attesters.md, section 2.5)."""

import json
from collections.abc import Callable
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from fairlot.cli.wallet.logging_in import Listener
from fairlot.identity.account_token import nonce_of
from fairlot.wallet.login import Login
from generators.account_setting import PROVIDER, SALT, request
from refusal import refusal

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
"""Of RFC 7636, appendix B."""
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
STATE = "a-state"
LOGIN = Login(PROVIDER, request(), SALT, STATE, VERIFIER)
REDIRECT = "http://127.0.0.1:4711/"


def test_what_is_asked_binds_code_answer_and_token() -> None:
    address = LOGIN.address("https://accounts.example/auth", REDIRECT)
    asked = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert {name: value for name, (value,) in asked.items()} == {
        "response_type": "code",
        "client_id": PROVIDER.client,
        "redirect_uri": REDIRECT,
        "scope": "openid",
        "state": STATE,
        "nonce": nonce_of(request(), SALT),
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    more = LOGIN.address("https://accounts.example/auth?p=x", REDIRECT)
    assert more.startswith("https://accounts.example/auth?p=x&response_type=code")
    form = parse_qs(LOGIN.exchange("c&1", REDIRECT).decode(), strict_parsing=True)
    assert form["code_verifier"] == [VERIFIER]
    assert (form["code"], form["redirect_uri"]) == (["c&1"], [REDIRECT])
    assert VERIFIER not in address
    assert VERIFIER not in repr(LOGIN)
    assert STATE not in repr(LOGIN)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"error": "access_denied"}, "login.refused"),
        ({"error": "x\x1b[2J"}, "login.refused"),
        ({}, "login.answer"),
        ({"code": ""}, "login.answer"),
        ({"code": "c", "iss": "https://elsewhere.example"}, "login.answer"),
    ],
)
def test_an_answer_without_a_code_is_refused(said: dict[str, str], code: str) -> None:
    assert refusal(LOGIN.code, {"state": STATE, **said}) == code
    assert LOGIN.code({"code": "c", "iss": PROVIDER.issuer}) == "c"


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [
        (400, b'{"error": "invalid_grant"}', "login.refused"),
        (500, b"<html>", "login.refused"),
        (302, b"", "login.refused"),
        (200, b"", "login.answer"),
        (200, b"[]", "login.answer"),
        (200, b'{"access_token": "x"}', "login.answer"),
        (200, b'{"id_token": ""}', "login.answer"),
        (200, b'{"id_token": 7}', "login.answer"),
        (200, json.dumps({"id_token": "x" * 16_385}).encode(), "login.answer"),
    ],
)
def test_an_answer_without_a_token_is_refused(
    status: int, content: bytes, code: str
) -> None:
    assert refusal(LOGIN.token, status, content) == code


def test_the_token_comes_with_its_salt() -> None:
    made = LOGIN.token(200, b'{"id_token": "a.b.c", "expires_in": 60}')
    assert (made.token, made.salt) == ("a.b.c", SALT)
    assert made.registry_id == request().registry_id


def status_of(address: str) -> int:
    try:
        with urlopen(address, timeout=5) as answer:  # noqa: S310 - on loopback
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def test_only_the_answer_to_this_login_ends_it() -> None:
    """Pages of others can make a browser ask the listener: they do not know the state."""
    with Listener(LOGIN.is_answer) as listener:
        at = f"http://127.0.0.1:{listener.server_port}"
        tried: list[int] = []

        def browse(ask: Callable[[str], int]) -> None:
            strangers = (
                *("/", "/favicon.ico", "/?code=evil", "/?code=evil&state=other"),
                *(f"/x?code=evil&state={STATE}", f"/?code=a&state={STATE}&code=b"),
                f"/?code={'x' * 9000}&state={STATE}",
            )
            tried.extend(ask(f"{at}{each}") for each in strangers)
            tried.append(ask(f"{at}/?code=good&state={STATE}"))

        browser = Thread(target=browse, args=(status_of,))
        browser.start()
        said = listener.answer(20)
        browser.join()
    assert said["code"] == "good"
    assert tried == [*[400] * 7, 200]


def test_a_login_that_nobody_ends_is_over_in_time() -> None:
    with Listener(LOGIN.is_answer) as listener:
        assert listener.server_address[0] == "127.0.0.1"
        assert refusal(listener.answer, 0.05) == "login.late"
