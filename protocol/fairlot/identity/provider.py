"""A provider of accounts, by which the people of a registry are told apart.

specs/attesters.md, section 2.1.
"""

import re
from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.web_address import LOOPBACK, web_parts
from fairlot_crypto.cbor import Value

_CLIENT = re.compile(r"[!-~]{1,256}")


@dataclass(frozen=True, slots=True)
class Provider:
    """Where people have accounts, and as whom it knows the wallets of a registry."""

    issuer: str
    """Its Issuer Identifier."""
    client: str
    """The Client Identifier of the registry's wallets there."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {"issuer": self.issuer, "client": self.client}

    def person(self, subject: str) -> str:
        """Return the person of an account, as it is typed (step 12)."""
        # Step 12.
        return f"{self.issuer} {subject}"


def read_provider(fields: Fields) -> Provider:
    """Read the map; errors are those of ``fields``."""
    provider = Provider(fields.text("issuer"), fields.text("client"))
    fields.done()
    return provider


def check_provider(provider: Provider, *, rehearsal: bool) -> None:
    """Check what a registry says of its provider (step 11).

    Args:
        provider: the one that it names.
        rehearsal: whether nothing of the registry is real.

    Raises:
        Rejection: ``registry.provider``.
    """
    # Step 11.
    parts = web_parts(provider.issuer)
    ends = provider.issuer.endswith(("?", "#"))
    if not _CLIENT.fullmatch(provider.issuer) or parts is None or ends:
        problem = "the provider's issuer must be an address, of at most 256 characters"
        raise Rejection("registry.provider", problem)
    near = rehearsal and parts.hostname in LOOPBACK
    if not provider.issuer.startswith(
        "https://" if not near else ("https://", "http://")
    ):
        problem = "the provider's issuer must begin with https://"
        raise Rejection("registry.provider", problem)
    if not _CLIENT.fullmatch(provider.client):
        problem = "1 to 256 characters, printable ASCII without blanks"
        raise Rejection(
            "registry.provider", f"the client at the provider has {problem}"
        )
