"""What issuers have made together, the same for all (specs/issuer.md, sections 5 and 8)."""

from dataclasses import dataclass

from fairlot.errors import InputError
from fairlot.fields import Fields
from fairlot.identity.registry import Issuer, Registry
from fairlot.issuing.plan import VERSION, FormerIssuers, Plan
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G1_LENGTH, G2_LENGTH
from fairlot_crypto.errors import CryptoError


@dataclass(frozen=True, slots=True)
class CommitteeFile:
    """The fields of a registry that its issuers determine, and hashes of the season's keys."""

    plan: Plan
    signing: tuple[bytes, ...]
    """W_i of the issuers 1..n, points of G2."""
    tags: tuple[bytes, ...]
    """K_i of the issuers 1..n, points of G1."""
    tag_keys: tuple[bytes, ...]
    """W_i of the key of tags, points of G2: with them it is shared again."""
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
                "tags": list(self.tag_keys),
                "hashes": list(self.season),
            }
        )

    def former(self) -> FormerIssuers:
        """Return these issuers as those whose keys are shared again."""
        plan = self.plan
        shares = self.signing, self.tag_keys
        return FormerIssuers(plan.plan_id, plan.threshold, plan.keys, *shares)

    def check_registry(self, registry: Registry) -> None:
        """Check that a registry has what this committee has made (step 28).

        Raises:
            InputError: ``issuer.committee``.
        """
        # Step 28.
        made = self.plan.season, self.plan.threshold, self.issuers, self.tags
        stated = registry.season, registry.threshold, registry.issuers
        if made != (*stated, registry.uniqueness.shares):
            problem = (
                "season, threshold, issuers and shares of a registry must be those"
            )
            raise InputError("issuer.committee", f"{problem} of the committee")


def read_committee(plan: Plan, data: bytes) -> CommitteeFile:
    """Read what the issuers of a plan have made (step 26).

    Raises:
        InputError: ``issuer.committee``.
    """
    # Step 26.
    try:
        fields = Fields(cbor.decode(data), (), lambda found: _no_committee(str(found)))
        fields.exactly("v", VERSION)
        fields.exactly("plan", plan.plan_id)
        fields.exactly("season", plan.season)
        fields.exactly("threshold", plan.threshold)
        keys: list[bytes] = []
        signing: list[bytes] = []
        for each in fields.maps("issuers"):
            keys.append(each.bytes("key"))
            signing.append(each.bytes("share", G2_LENGTH))
            each.done()
        tags = fields.byte_strings("shares", G1_LENGTH)
        tag_keys = fields.byte_strings("tags", G2_LENGTH)
        hashes = fields.byte_strings("hashes", HASH_LENGTH)
        fields.done()
    except CryptoError as error:
        raise _no_committee(error.message) from error
    slots = tuple(plan.ceremony("season").slots())
    sizes = len(tags), len(tag_keys), len(hashes)
    if tuple(keys) != plan.keys or sizes != (len(keys), len(keys), len(slots)):
        raise _no_committee("its issuers or hashes are not those of the plan")
    return CommitteeFile(plan, tuple(signing), tags, tag_keys, hashes)


def _no_committee(why: str) -> InputError:
    return InputError("issuer.committee", f"it is not what the plan has made: {why}")
