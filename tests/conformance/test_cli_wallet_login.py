"""A wallet logs in, by the command line (specs/attesters.md, section 2.5).

The provider is played here; tests/interop logs in at one of others.
"""

import hashlib
import json
from collections.abc import Generator
from pathlib import Path
from threading import Thread
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from account_office import Member, with_accounts
from command import Ran, code_of, in_process
from fairlot.identity.account_token import nonce_of, read_account_token
from fairlot.identity.base64url import encode_url
from fairlot.identity.provider import Provider
from fairlot.identity.requests import read_attest_request
from registry_office import Office, office_of
from web_answers import Answers, answering

pytestmark = pytest.mark.thorough

WELL_KNOWN = "/.well-known/openid-configuration"


@pytest.fixture(scope="module", name="at")
def _at(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Office, Answers]]:
    """An office whose provider answers whatever a test wants."""
    with answering() as answers:
        provider = Provider(answers.url, "wallets")
        office = office_of(tmp_path_factory.mktemp("login"), 1, 0, provider)
        said = {"issuer": answers.url, "authorization_endpoint": f"{answers.url}/auth"}
        said["token_endpoint"] = f"{answers.url}/token"
        answers.of[WELL_KNOWN] = 200, json.dumps(said).encode()
        yield with_accounts(office), answers


class Browser:
    """Comes back to the wallet at once, as if somebody had logged in."""

    def __init__(self, comes_with: str = "code=a-code") -> None:
        """Say what the provider sends along."""
        self.comes_with = comes_with
        self.asked: dict[str, list[str]] = {}

    def open(self, address: str) -> bool:
        """Stand in for webbrowser.open."""
        self.asked = parse_qs(urlsplit(address).query, strict_parsing=True)
        (back,), (state,) = self.asked["redirect_uri"], self.asked["state"]
        Thread(
            target=self._come, args=(f"{back}?{self.comes_with}&state={state}",)
        ).start()
        return True

    def _come(self, address: str) -> None:
        with urlopen(address, timeout=20) as answer:  # noqa: S310 - on loopback
            answer.read()


def login(member: Member, request: Path, out: Path, browser: Browser) -> Ran:
    """Log in with a browser of one's own."""
    words = ("--request", request, "--out", out, "--wait", "60", "--browser")
    with in_process(), patch("webbrowser.open", browser.open):
        return member.with_log("login", *words)


def test_a_login_gives_what_the_attester_takes(at: tuple[Office, Answers]) -> None:
    office, answers = at
    ann, browser = Member(office, "Ann"), Browser()
    request, out = ann.asked(), ann.file("account")
    answers.of["/token"] = 200, b'{"id_token": "a.b.c", "token_type": "Bearer"}'
    ran = login(ann, request, out, browser)
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["step"] == "login"
    made = read_account_token(out.read_bytes())
    assert (made.token, made.registry_id) == ("a.b.c", office.registry.registry_id)
    asked = read_attest_request(request.read_bytes())
    assert browser.asked["nonce"] == [nonce_of(asked, made.salt)]
    assert browser.asked["scope"] == ["openid"]
    assert urlsplit(browser.asked["redirect_uri"][0]).hostname == "127.0.0.1"
    # Whoever has seen the code alone has no verifier.
    form = parse_qs(answers.bodies[-1].decode(), strict_parsing=True)
    digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
    assert browser.asked["code_challenge"] == [encode_url(digest)]
    assert (form["code"], form["client_id"]) == (["a-code"], ["wallets"])
    assert out.stat().st_mode & 0o077 == 0
    # A second login is another, and takes the place of none.
    assert code_of(login(ann, request, out, browser)) == (2, "wallet.exists")


def test_a_login_that_fails_writes_nothing(at: tuple[Office, Answers]) -> None:
    office, answers = at
    ben = Member(office, "Ben")
    request, out = ben.asked(), ben.file("account")
    rows: tuple[tuple[str, str, tuple[int, bytes]], ...] = (
        ("login.refused", "error=access_denied", (200, b"")),
        ("login.answer", "code=c&iss=https%3A%2F%2Fx.example", (200, b"")),
        ("login.refused", "code=c", (400, b'{"error": "invalid_grant"}')),
        ("login.answer", "code=c", (200, b"{}")),
    )
    for code, comes_with, answer in rows:
        answers.of["/token"] = answer
        ran = login(ben, request, out, Browser(comes_with))
        assert ran.code == 2
        assert f": {code}: " in ran.err
    assert not out.exists()


def test_a_wallet_logs_in_for_nobody_elses_request(at: tuple[Office, Answers]) -> None:
    """A file from somebody else would give them the account."""
    office, _ = at
    cid, eve, browser = Member(office, "Cid"), Member(office, "Eve"), Browser()
    out = cid.file("account")
    assert code_of(login(cid, eve.asked(), out, browser)) == (2, "login.request")
    assert browser.asked == {}
    assert not out.exists()


def test_where_nobody_has_an_account_there_is_no_login(tmp_path: Path) -> None:
    office = office_of(tmp_path, 1, 0)
    ann = Member(office, "Ann")
    ran = login(ann, ann.asked(), ann.file("account"), Browser())
    assert code_of(ran) == (2, "login.provider")
