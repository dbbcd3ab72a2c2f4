"""Asks a provider of accounts where it does what (specs/attesters.md, section 2.4).

What it says is used by whoever asks now: keys that count are those on the registry log.
"""

from dataclasses import dataclass
from urllib.parse import SplitResult

from fairlot.cli.over_http import Answer, ask
from fairlot.errors import InputError
from fairlot.identity.provider import Provider
from fairlot.text import shown
from fairlot.web_address import LOOPBACK, web_parts
from fairlot_crypto.json_object import JsonObject, read_json_object

WELL_KNOWN = "/.well-known/openid-configuration"

_LARGEST = 1 << 17


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider does something."""

    url: SplitResult
    query: str

    @property
    def address(self) -> str:
        """The whole address."""
        return f"{self.url.geturl()}{self.query}"

    def ask(
        self, method: str, body: bytes | None = None, kind: str | None = None
    ) -> Answer:
        """Send one request.

        Args:
            method: of HTTP.
            body: what is sent.
            kind: its media type.

        Raises:
            InputError: ``http.unreachable``, ``http.answer``.
        """
        said = {"accept": "application/json"}
        if kind is not None:
            said["content-type"] = kind
        return ask(self.url, method, self.query, _LARGEST, body, said)


@dataclass(frozen=True, slots=True)
class ProviderSite:
    """What a provider says of itself."""

    provider: Provider
    said: JsonObject

    @classmethod
    def discover(cls, provider: Provider) -> "ProviderSite":
        """Ask a provider for its configuration (step 29).

        Raises:
            InputError: ``discovery.answer``, ``http.unreachable``, ``http.answer``.
        """
        # Step 29.
        base = provider.issuer.removesuffix("/")
        content = fetched(_endpoint(provider, f"{base}{WELL_KNOWN}"))
        said = read_json_object(content, ("issuer",), None, _strange, _LARGEST)
        if said.values["issuer"] != provider.issuer:
            problem = f"{provider.issuer} says that it is somebody else"
            raise _strange(problem)
        return cls(provider, said)

    def endpoint(self, name: str) -> Endpoint:
        """Return where a provider does something (step 30).

        Raises:
            InputError: ``discovery.answer``.
        """
        # Step 30.
        if not self.said.has(name):
            raise _strange(f"it names no {name}")
        return _endpoint(self.provider, self.said.text(name))


def fetched(endpoint: Endpoint) -> bytes:
    """Return what lies at an address.

    Raises:
        InputError: ``discovery.answer``, ``http.unreachable``, ``http.answer``.
    """
    answer = endpoint.ask("GET")
    if answer.status != 200:
        raise _strange(f"{endpoint.address} answers with status {answer.status}")
    return answer.content


def _endpoint(provider: Provider, text: str) -> Endpoint:
    address, mark, query = text.partition("?")
    url = web_parts(address)
    near = provider.issuer.startswith("http://") and url is not None
    safe = url is not None and (
        url.scheme == "https" or (near and url.hostname in LOOPBACK)
    )
    if url is None or not safe or not text.isascii() or " " in text:
        raise _strange(f"{shown(text)} is no address that begins with https://")
    return Endpoint(url, f"{mark}{query}")


def _strange(why: str) -> InputError:
    return InputError(
        "discovery.answer", f"the provider does not answer as it should: {why}"
    )
