"""Files of the secret shares that an issuer holds (specs/issuer.md, sections 5.1 and 8.1)."""

from collections.abc import Mapping

from fairlot.errors import InputError
from fairlot.fields import Fields
from fairlot.issuing.plan import VERSION, Plan
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee import season
from fairlot_crypto.committee.member import Held
from fairlot_crypto.committee.prss import KEY_LENGTH, PrssKeys
from fairlot_crypto.committee.threshold import SigningShare
from fairlot_crypto.curve import scalar_from_bytes, scalar_to_bytes
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.voprf.threshold import KeyShare

SIGNING, TAGS, SEASON = "signing.share", "tags.share", "season.keys"


def share_files(plan: Plan, held: Mapping[str, Held]) -> dict[str, bytes]:
    """Return the files of all that an issuer holds, by name (step 20)."""
    keys = held["season"].prss
    return {
        SIGNING: _signing(plan, held["signing"]),
        TAGS: _tags(plan, held["tags"]),
        SEASON: season.keep(plan.ceremony("season"), keys),
    }


def read_signing(
    plan: Plan, index: int, sharing_id: bytes, data: bytes
) -> SigningShare:
    """Read the share of the key of credentials (step 27).

    Args:
        plan: of the committee.
        index: i, the issuer's number.
        sharing_id: of the committee's W_i.
        data: the file.

    Raises:
        InputError: ``issuer.share``.
    """
    # Step 27.
    try:
        fields = _started(plan, "signing", index, data)
        secret = scalar_from_bytes(fields.bytes("share"))
        exponent_key = fields.bytes("exponent_key", KEY_LENGTH)
        keys = fields.byte_strings("keys", KEY_LENGTH)
        fields.done()
    except CryptoError as error:
        raise _no_share(error.message) from error
    slots = plan.ceremony("signing").held(index)
    without = [slot.without for slot in slots if slot.name == "a"]
    if len(keys) != len(without):
        raise _no_share("it has another number of keys")
    prss = PrssKeys(index, plan.threshold, dict(zip(without, keys, strict=True)))
    return SigningShare(index, secret, exponent_key, prss, sharing_id)


def read_tags(plan: Plan, index: int, data: bytes) -> KeyShare:
    """Read the share of the key of tags (step 27).

    Raises:
        InputError: ``issuer.share``.
    """
    # Step 27.
    try:
        fields = _started(plan, "tags", index, data)
        secret = scalar_from_bytes(fields.bytes("share"))
        fields.done()
    except CryptoError as error:
        raise _no_share(error.message) from error
    return KeyShare(index, secret)


def as_given(share: KeyShare, sharing_id: bytes, degree: int) -> SigningShare:
    """Return the share of the key of tags as one that is given on.

    Args:
        share: k_i.
        sharing_id: of the W_i of the key.
        degree: t of that sharing.
    """
    none = PrssKeys(share.index, degree, {})
    return SigningShare(share.index, share.secret, b"", none, sharing_id)


def _started(plan: Plan, name: str, index: int, data: bytes) -> Fields:
    fields = Fields(cbor.decode(data), (), lambda found: _no_share(str(found)))
    fields.exactly("v", VERSION)
    fields.exactly("ceremony", plan.ceremony(name).ceremony_id)
    fields.exactly("member", index)
    return fields


def _no_share(why: str) -> InputError:
    return InputError("issuer.share", f"it is no share of this committee: {why}")


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
