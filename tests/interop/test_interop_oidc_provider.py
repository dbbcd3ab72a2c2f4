"""Logins at the provider oidc-provider 9.13.3, from a browser's forms to a leaf.

``npm ci`` fetches the packages of the lock file into a temporary copy of the folder, so this
needs a network or a filled npm cache; hence ``slow``.
"""

import json
import re
import subprocess
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from account_office import Member, pin, posted, with_accounts
from command import FAIRLOT, code_of
from fairlot.cli.provider_site import ProviderSite
from fairlot.cli.wallet.logging_in import Listener
from fairlot.identity.account_token import AccountToken
from fairlot.identity.provider import Provider
from fairlot.identity.requests import AttestRequest, read_attest_request
from fairlot.wallet.login import Login
from node_package import installed
from registry_office import Office, office_of

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent / "oidc"
WALLETS, SHOP = "fairlot-wallets", "a-shop"
_FORM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
_INPUT = re.compile(r'<input[^>]*name="([^"]+)"(?:[^>]*value="([^"]*)")?')


Kinds = type[RSAKey] | type[ECKey] | type[OKPKey]
Jwk = dict[str, Any]


def key(kind: Kinds, size: Any, kid: str) -> Jwk:  # noqa: ANN401 - bits, or a curve
    """Return a new private key as a JWK."""
    made = kind.generate_key(size, {"kid": kid, "use": "sig"})
    return dict(made.as_dict(private=True))


@dataclass
class Running:
    """A provider that runs, and its keys."""

    folder: Path
    keys: list[Jwk]
    port: int = 0
    issuer: str = ""
    process: "subprocess.Popen[str] | None" = None
    algorithm: str = "RS256"

    def start(self) -> None:
        """Start it, with the keys as they are."""
        self.process = subprocess.Popen(
            ["node", "provider.mjs"],
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        clients = [
            {"client_id": each, "id_token_signed_response_alg": self.algorithm}
            for each in (WALLETS, SHOP)
        ]
        said = {"port": self.port, "keys": self.keys, "clients": clients}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(said) + "\n")
        self.process.stdin.flush()
        self.issuer = self.process.stdout.readline().strip()
        self.port = urlsplit(self.issuer).port or 0
        assert self.port

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            self.process.communicate()
            self.process = None

    def rotate(self, algorithm: str, *keys: Jwk) -> None:
        """Go on with other keys, the first of which signs."""
        self.stop()
        self.algorithm, self.keys = algorithm, [*keys]
        self.start()


@dataclass
class Browser:
    """Somebody's browser: it keeps cookies, follows redirects and fills forms in."""

    account: str
    opener: OpenerDirector = field(
        default_factory=lambda: build_opener(HTTPCookieProcessor(CookieJar()))
    )

    def log_in(self, address: str) -> str:
        """Log in, agree, and return the text of the last page."""
        page, where = self._get(Request(address))  # noqa: S310 - a test's own address
        for _ in range(5):
            form = _FORM.search(page)
            if form is None:
                return page
            fields = {name: value or "" for name, value in _INPUT.findall(form[2])}
            fields |= {n: self.account for n in ("login", "password") if n in fields}
            data = urlencode(fields).encode()
            request = Request(urljoin(where, form[1]), data)  # noqa: S310
            page, where = self._get(request)
        raise AssertionError(page)

    def _get(self, request: Request) -> tuple[str, str]:
        with self.opener.open(request, timeout=60) as answer:
            return answer.read().decode(), answer.geturl()


@pytest.fixture(scope="module", name="packages")
def _packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(HERE, tmp_path_factory.mktemp("oidc"), "provider.mjs")


@pytest.fixture(name="running")
def _running(packages: Path) -> Generator[Running]:
    made = Running(packages, [key(RSAKey, 2048, "first")])
    made.start()
    yield made
    made.stop()


def office_at(path: Path, running: Running, client: str = WALLETS) -> Office:
    """Return an office of one issuer, which has pinned the provider's keys by itself."""
    provider = Provider(running.issuer, client)
    office = with_accounts(office_of(path, 1, 0, provider, int(time.time())))
    ran = pin(office, 1)
    assert ran.code == 0, ran.err
    posted(office, 1)
    return office


def log_in(
    member: Member,
    request: Path,
    account: str,
    name: str = "token",
    browser: Browser | None = None,
) -> Path:
    """Log in by the wallet and a browser; return the file for the attester."""
    out = member.file(name)
    told = ("--expect-registry", member.office.registry.registry_id.hex())
    words: list[str | Path] = [FAIRLOT, "wallet", "login", member.path]
    words += [member.office.log, *told]
    words += ["--request", request, "--out", out, "--wait", "120", "--json"]
    words += ["--password-file", member.password, "--time", str(member.office.now)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        address = process.stderr.readline().strip()
        assert address.startswith("http"), address + process.stderr.read()
        page = (browser or Browser(account)).log_in(address)
        assert "go back to fairlot" in page
        said, problem = process.communicate(timeout=120)
    assert process.returncode == 0, problem
    assert json.loads(said)["step"] == "login"
    return out


def test_a_login_ends_in_a_leaf_and_shows_nobody_else(
    running: Running, tmp_path: Path
) -> None:
    office = office_at(tmp_path, running)
    ann, eve = Member(office, "Ann"), Member(office, "Eve")
    request = ann.asked()
    token = log_in(ann, request, "ann")
    assert token.stat().st_mode & 0o077 == 0
    nothing, thiefs = office.path / "nothing", eve.asked()
    # Eve has seen the token on its way: it is not for her keys.
    ran = eve.visit("ask", thiefs, token, nothing)
    assert code_of(ran) == (1, "account-token.nonce")
    attestation = ann.attested_by(token, request)
    # Nor after it was used; and again it gives Ann the same.
    ran = eve.visit("ask", thiefs, token, nothing)
    assert code_of(ran) == (1, "account-token.used")
    office.now += 1
    assert ann.attested_by(token, request).read_bytes() == attestation.read_bytes()
    assert ann.enrol_with(attestation) == 0
    # The same account is the same person: no second leaf.
    office.follow_all()
    again = Member(office, "Ann-again")
    asked = again.asked()
    second = again.ask_for_leaf(again.attested_by(log_in(again, asked, "ann"), asked))
    ran = office.step(1, "enrol", second)
    assert code_of(ran) == (1, "enrolment.known-person")
    assert not nothing.exists()


def test_a_phished_login_and_another_clients_are_refused(
    running: Running, tmp_path: Path
) -> None:
    office = office_at(tmp_path, running)
    ann, eve = Member(office, "Ann"), Member(office, "Eve")
    request, nothing = ann.asked(), office.path / "nothing"
    # Eve begins a login for her own keys, and has Ann log in there: Ann's account, Eve's
    # nonce. It is no login of Ann's request.
    phished = log_in(eve, eve.asked(), "ann", browser=Browser("ann"))
    ran = ann.visit("ask", request, phished, nothing)
    assert code_of(ran) == (1, "account-token.nonce")
    # A wallet begins none for somebody else's request.
    told = ("--request", eve.file("attest"), "--out", ann.file("not-mine"))
    ran = ann.with_log("login", *told, "--wait", "1")
    assert code_of(ran) == (2, "login.request")
    # A shop at the same provider asks for a token with Ann's nonce, and gets one.
    token = shopped(running, read_attest_request(request.read_bytes()), "ann")
    moved = office.file("moved", token.to_bytes())
    ran = ann.visit("ask", request, moved, nothing)
    assert code_of(ran) == (1, "account-token.audience")
    assert not nothing.exists()


def shopped(running: Running, request: AttestRequest, account: str) -> AccountToken:
    """Let a shop get a token for a request, of a customer who logs in there."""
    provider = Provider(running.issuer, SHOP)
    login = Login(provider, request, bytes(32), "a-state", "v" * 43)
    site = ProviderSite.discover(provider)
    with Listener(login.is_answer) as listener:
        redirect = f"http://127.0.0.1:{listener.server_port}/"
        address = login.address(
            site.endpoint("authorization_endpoint").address, redirect
        )
        customer = Thread(target=Browser(account).log_in, args=(address,))
        customer.start()
        said = listener.answer(120)
        customer.join()
    form = login.exchange(login.code(said), redirect)
    kind = "application/x-www-form-urlencoded"
    got = site.endpoint("token_endpoint").ask("POST", form, kind)
    return login.token(got.status, got.content)


def test_keys_are_rotated_on_the_log(running: Running, tmp_path: Path) -> None:
    """From RS256 to ES256, and on to EdDSA."""
    office = office_at(tmp_path, running)
    (first,) = running.keys
    old, new = Member(office, "Ann"), Member(office, "Ben")
    nothing, request, asked = office.path / "nothing", old.asked(), new.asked()
    before = log_in(old, request, "ann")
    # The provider signs with a key that issuers have not pinned.
    running.rotate("ES256", key(ECKey, "P-256", "second"), first)
    after = log_in(new, asked, "ben")
    ran = new.visit("ask", asked, after, nothing)
    assert code_of(ran) == (1, "account-token.key")
    # They pin both; then both serve.
    assert pin(office, 1).code == 0
    posted(office, 1)
    for member, its, token in ((old, request, before), (new, asked, after)):
        ran = member.visit("ask", its, token, member.file("tags"))
        assert ran.code == 0, ran.err
    # The old ones are gone: what they have signed shows nobody who has not come yet.
    cid = Member(office, "Cid")
    late = cid.asked()
    stale = log_in(cid, late, "cid", "stale")
    running.rotate("EdDSA", key(OKPKey, "Ed25519", "third"), first)
    assert pin(office, 1).code == 0
    posted(office, 1)
    kids = [[key.kid for key in each.listed] for each in office.board.state.provided]
    assert kids == [["first"], ["first", "second"], ["first", "third"]]
    ran = cid.visit("ask", late, stale, nothing)
    assert code_of(ran) == (1, "account-token.key")
    assert not nothing.exists()
    assert cid.enrol_with(cid.attested_by(log_in(cid, late, "cid"), late)) == 0
