"""Files of the secret shares that an issuer holds (specs/issuer.md, section 5.1)."""

from collections.abc import Mapping

from fairlot.errors import InputError
from fairlot.issuing.plan import VERSION, Plan
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee import season
from fairlot_crypto.committee.member import Held
from fairlot_crypto.committee.threshold import SigningShare
from fairlot_crypto.curve import scalar_to_bytes

SIGNING, TAGS, SEASON = "signing.share", "tags.share", "season.keys"


def share_files(plan: Plan, held: Mapping[str, Held]) -> dict[str, bytes]:
    """Return the files of all that an issuer holds, by name (step 20)."""
    keys = held["season"].prss
    return {
        SIGNING: _signing(plan, held["signing"]),
        TAGS: _tags(plan, held["tags"]),
        SEASON: season.keep(plan.ceremony("season"), keys),
    }


def _signing(plan: Plan, held: Held) -> bytes:
    share = _share(held)
    slots = plan.ceremony("signing").held(share.index)
    keys = [share.prss.keys[slot.without] for slot in slots if slot.name == "a"]
    return cbor.encode(
        {
            **_begin(plan, "signing", share),
            "exponent_key": share.exponent_key,
            "keys": list[Value](keys),
        }
    )


def _tags(plan: Plan, held: Held) -> bytes:
    return cbor.encode(_begin(plan, "tags", _share(held)))


def _begin(plan: Plan, name: str, share: SigningShare) -> dict[str, Value]:
    return {
        "v": VERSION,
        "ceremony": plan.ceremony(name).ceremony_id,
        "member": share.index,
        "share": scalar_to_bytes(share.secret),
    }


def _share(held: Held) -> SigningShare:
    if held.signing is None:
        raise InputError("issuer.state", "the ceremony must make a key")
    return held.signing
