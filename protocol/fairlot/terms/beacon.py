"""What the terms say about the beacon (specs/terms.md, section 2)."""

from dataclasses import asdict, dataclass, replace

from fairlot.errors import TermsError
from fairlot.fields import Fields
from fairlot.terms.named_round import NamedRound, read_named_round
from fairlot.terms.read_fields import read_keys
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.keys import VerifyKey

MAX_DELAY = 2**40
MAX_CONTRIBUTORS = 64
MIN_MODULUS_BITS, MAX_MODULUS_BITS = 1024, 4096
"""Lengths of N that the form of the terms allows; a real sale has RSA-2048."""


@dataclass(frozen=True, slots=True)
class BeaconTerms:
    """The group, the delay and the contributors of the draw."""

    modulus: bytes
    """N, the modulus: w bytes, big-endian, without leading zero bytes."""
    delay: int
    """T, the number of sequential squarings from g to h."""
    h: bytes
    """h = |g^(2^T)|, w bytes big-endian."""
    proof: bytes
    """π, the Wesolowski proof of h, w bytes big-endian."""
    roster: tuple[VerifyKey, ...]
    """Ed25519 keys of the contributors, distinct."""
    min_commits: int | None = None
    """How many of the roster must commit; ``None`` for all of them."""
    drand: NamedRound | None = None
    """The round that is mixed into the seed; ``None`` for no round."""

    @property
    def needed(self) -> int:
        """How many of the roster must commit."""
        return len(self.roster) if self.min_commits is None else self.min_commits

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map; an absent value has no key."""
        value: dict[str, Value] = {
            **asdict(replace(self, drand=None)),
            "roster": list(self.roster),
            "drand": self.drand.to_value() if self.drand else None,
        }
        return {name: item for name, item in value.items() if item is not None}


def read_beacon_terms(fields: Fields) -> BeaconTerms:
    """Return the beacon that a map of the terms describes (specs/terms.md, section 2).

    Raises:
        TermsError: ``terms.modulus``, ``terms.element``, ``terms.roster``,
            ``terms.key``, ``terms.min-commits``, ``terms.round``; for other fields or
            types what ``fields`` raises.
    """
    modulus = _modulus(fields)
    roster = _roster(fields)
    beacon = BeaconTerms(
        modulus=modulus,
        delay=fields.uint("delay", 1, MAX_DELAY),
        h=_element(fields, "h", modulus),
        proof=_element(fields, "proof", modulus),
        roster=roster,
        min_commits=_min_commits(fields, len(roster)),
        drand=read_named_round(fields.map("drand")) if fields.has("drand") else None,
    )
    fields.done()
    return beacon


def _modulus(fields: Fields) -> bytes:
    modulus = fields.bytes("modulus")
    n = os2ip(modulus)
    legal = n % 2 == 1 and MIN_MODULUS_BITS <= n.bit_length() <= MAX_MODULUS_BITS
    if not legal or modulus[0] == 0:
        bits = f"{MIN_MODULUS_BITS} to {MAX_MODULUS_BITS} bits"
        rule = f"must be odd, of {bits}, without leading zero bytes"
        raise TermsError("terms.modulus", fields.at("modulus"), rule)
    return modulus


def _min_commits(fields: Fields, contributors: int) -> int | None:
    if not fields.has("min_commits"):
        return None
    # An absent key already means all of them: one meaning has one encoding.
    needed = fields.uint("min_commits", 1, contributors - 1)
    if 2 * needed <= contributors:
        rule = f"must be above half of the roster of {contributors}: two sets would do"
        raise TermsError("terms.min-commits", fields.at("min_commits"), rule)
    return needed


def _element(fields: Fields, name: str, modulus: bytes) -> bytes:
    element = fields.bytes(name, len(modulus))
    if not 1 <= os2ip(element) <= os2ip(modulus) // 2:
        raise TermsError("terms.element", fields.at(name), "must be from 1 to N/2")
    return element


def _roster(fields: Fields) -> tuple[VerifyKey, ...]:
    where, count = fields.at("roster"), fields.length("roster")
    if count is not None and not 1 <= count <= MAX_CONTRIBUTORS:
        rule = f"must hold 1 to {MAX_CONTRIBUTORS} keys, and holds {count}"
        raise TermsError("terms.roster", where, rule)
    roster = read_keys(fields, "roster")
    if len(set(roster)) != len(roster):
        rule = "holds a key twice: each contributor has their own"
        raise TermsError("terms.roster", where, rule)
    return roster
