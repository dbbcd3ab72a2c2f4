"""A provider of accounts on loopback, and a browser in which somebody logs in there."""

import hashlib
import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

from fairlot.identity.base64url import encode_url
from generators.account_setting import Signer, ed_signer, header, token
from web_answers import Quiet, listening

CLIENT = "wallets"


@dataclass
class Played:
    """What the provider has, and whom it has seen."""

    url: str
    signer: Signer = field(default_factory=lambda: ed_signer("first"))
    """The key with which it signs, and the only one that it publishes."""
    fetched: int = 0
    """How often its keys were."""
    logins: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """By the code that was given: who it was, and what their wallet had asked."""

    def configuration(self) -> dict[str, object]:
        """Return what it says of itself."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "authorization_endpoint": f"{self.url}/auth",
            "token_endpoint": f"{self.url}/token",
        }

    def keys(self) -> dict[str, object]:
        """Return the set of its key."""
        self.fetched += 1
        own = self.signer.pinned
        said = {"kty": "OKP", "crv": "Ed25519", "kid": own.kid}
        return {"keys": [{**said, "x": encode_url(own.key)}]}

    def browse(self, who: str, address: str) -> None:
        """Log in as somebody, and go where the provider sends the browser."""
        asked = {name: text for name, (text,) in _fields(urlsplit(address).query)}
        code = encode_url(f"code of {who} for {asked['nonce']}".encode())
        self.logins[code] = asked | {"sub": who}
        back = urlencode({"code": code, "state": asked["state"]})
        with urlopen(f"{asked['redirect_uri']}?{back}", timeout=20) as answer:  # noqa: S310
            answer.read()

    def exchange(self, body: str) -> dict[str, object]:
        """Return the token for a code, to whoever asked for it."""
        said = {name: text for name, (text,) in _fields(body)}
        login = self.logins.pop(said["code"])
        shown = hashlib.sha256(said["code_verifier"].encode()).digest()
        if encode_url(shown) != login["code_challenge"]:
            return {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": login["sub"],
            "aud": said["client_id"],
            "exp": now + 3_600,
            "iat": now,
            "nonce": login["nonce"],
        }
        made = token(self.signer, header(self.signer), claims)
        return {"id_token": made, "token_type": "Bearer"}


def _fields(query: str) -> list[tuple[str, list[str]]]:
    return [*parse_qs(query, strict_parsing=True).items()]


@contextmanager
def playing_provider() -> Generator[Played]:
    """Answer as a provider does, and yield it."""

    class Handler(Quiet):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            length = int(self.headers.get("content-length", "0"))
            body = self.rfile.read(length).decode()
            if path == "/keys":
                said = played.keys()
            elif path == "/token":
                said = played.exchange(body)
            else:
                said = played.configuration()
            content = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with listening(Handler) as port:
        played = Played(f"http://127.0.0.1:{port}")
        yield played


@dataclass
class Browser:
    """Stands in for the person's browser: it logs in at once."""

    provider: Played
    who: str

    def open(self, address: str) -> bool:
        """Stand in for webbrowser.open."""
        Thread(target=self.provider.browse, args=(self.who, address)).start()
        return True
