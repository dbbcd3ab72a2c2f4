"""What issuers have made together, the same for all (specs/issuer.md, section 5)."""

from dataclasses import dataclass

from fairlot.identity.registry import Issuer
from fairlot.issuing.plan import VERSION, Plan
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value


@dataclass(frozen=True, slots=True)
class CommitteeFile:
    """The fields of a registry that its issuers determine, and hashes of the season's keys."""

    plan: Plan
    signing: tuple[bytes, ...]
    """W_i of the issuers 1..n, points of G2."""
    tags: tuple[bytes, ...]
    """K_i of the issuers 1..n, points of G1."""
    season: tuple[bytes, ...]
    """The hash of each key of the season, in the order of slots."""

    @property
    def issuers(self) -> tuple[Issuer, ...]:
        """The field ``issuers`` of a registry."""
        pairs = zip(self.plan.keys, self.signing, strict=True)
        return tuple(Issuer(key, share) for key, share in pairs)

    def to_bytes(self) -> bytes:
        """Return the file."""
        issuers: list[Value] = [
            {"key": issuer.key, "share": issuer.share} for issuer in self.issuers
        ]
        return cbor.encode(
            {
                "v": VERSION,
                "plan": self.plan.plan_id,
                "season": self.plan.season,
                "threshold": self.plan.threshold,
                "issuers": issuers,
                "shares": list(self.tags),
                "hashes": list(self.season),
            }
        )
