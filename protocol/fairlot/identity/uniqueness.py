"""By what a registry tells people apart, and who computes their tags.

specs/uniqueness-tag.md, sections 4 and 5.
"""

import re
from dataclasses import dataclass

from fairlot.fields import Fields
from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.provider import Provider, read_provider
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G1_LENGTH, Backend
from fairlot_crypto.voprf.suite import elements_from_bytes
from fairlot_crypto.voprf.threshold import PublicShares

RATE_MAX = 2**32 - 1

_SOURCE = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """One source of identifiers, the shared key that makes tags of them, and how fast."""

    source: Source
    rate: int
    """How many tags each issuer computes for one attester in one epoch, at most."""
    shares: tuple[bytes, ...]
    """K_i of the issuers 1..n, points of G1."""
    provider: Provider | None = None
    """Whose accounts they are; ``None`` where people are told apart by something else."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        value: dict[str, Value] = {
            "source": self.source.name,
            "canonicaliser": self.source.canonicaliser.value,
            "rate": self.rate,
            "shares": list(self.shares),
        }
        if self.provider is not None:
            value["provider"] = self.provider.to_value()
        return value

    def public(self, curve: Backend, threshold: int) -> PublicShares:
        """Return the shared key.

        Raises:
            EncodingError: ``groups.*``, ``voprf.sharing`` if the shares are not a sharing of
                degree ``threshold``.
        """
        shares = PublicShares(threshold, elements_from_bytes(curve, self.shares))
        shares.public_key()
        return shares


def read_uniqueness(fields: Fields) -> Uniqueness:
    """Read the map; errors are those of ``fields``, and its sharing is not checked."""
    name, rule = fields.text("source"), fields.text("canonicaliser")
    if not _SOURCE.fullmatch(name):
        raise fields.error("source", "must have 1 to 32 of a-z, 0-9 and -")
    if rule not in tuple(Canonicaliser):
        raise fields.error("canonicaliser", "must be a canonicaliser that is known")
    named = fields.has("provider")
    read = Uniqueness(
        source=Source(name, Canonicaliser(rule)),
        rate=fields.uint("rate", 1, RATE_MAX),
        shares=fields.byte_strings("shares", G1_LENGTH),
        provider=read_provider(fields.map("provider")) if named else None,
    )
    fields.done()
    return read
