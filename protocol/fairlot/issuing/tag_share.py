"""Public shares of the key of tags, which a ceremony leaves in the other group.

specs/issuer.md, section 5. The ceremony ends with W_i = BP2·k_i, and issuers prove their
answers under K_i = BP1·k_i. One pairing compares the two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fairlot_crypto import cbor
from fairlot_crypto.committee.message import exact, number, octets
from fairlot_crypto.committee.plan import Plan
from fairlot_crypto.committee.shamir import interpolate_points
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import G1, G1_LENGTH, Backend, Scalar
from fairlot_crypto.errors import CryptoError, ProofError
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import SIGNATURE_LENGTH, SigningKey, verify_signature
from fairlot_crypto.voprf.threshold import PublicShares

FORMAT = 1
KIND = "tag-share"


@dataclass(frozen=True, slots=True)
class Published:
    """What issuers have published of the key of tags."""

    shares: PublicShares | None = None
    """Of all issuers; ``None`` before t + 1 are known."""
    liars: tuple[int, ...] = ()
    """Who signed another share than the one that the ceremony has given, ascending."""


def make_tag_share(
    curve: Backend, plan: Plan, sender: int, share: Scalar, key: SigningKey
) -> bytes:
    """Return the message in which an issuer publishes K_i (step 17)."""
    # Step 17.
    unsigned: dict[str, cbor.Value] = {
        "v": FORMAT,
        "kind": KIND,
        "ceremony": plan.ceremony_id,
        "from": sender,
        "share": (curve.g1_generator() * share).to_bytes(),
    }
    return cbor.encode({**unsigned, "sig": key.sign(_statement(unsigned))})


def read_tag_share(
    curve: Backend, plan: Plan, sharing: PublicSharing, data: bytes
) -> tuple[int, G1]:
    """Return who publishes a share, and K_i (step 18).

    Raises:
        EncodingError: ``cbor.*``, ``ceremony.message``, ``groups.*``.
        ProofError: ``signature.invalid``; ``issuer.tag-share`` for another share than the
            one that the ceremony has given to its sender, who signed it.
    """
    # Step 18.
    sender, K_i = _read(curve, plan, data)
    if not _is_given(curve, sharing, sender, K_i):
        raise ProofError(
            "issuer.tag-share", "the share must be the one that the ceremony has given"
        )
    return sender, K_i


def _read(curve: Backend, plan: Plan, data: bytes) -> tuple[int, G1]:
    fields = exact(cbor.decode(data), "v", "kind", "ceremony", "from", "share", "sig")
    unsigned = {name: part for name, part in fields.items() if name != "sig"}
    sender = number(fields["from"], plan.size)
    signature = octets(fields["sig"], SIGNATURE_LENGTH)
    verify_signature(plan.members[sender - 1], _statement(unsigned), signature)
    number(fields["v"], FORMAT)
    K_i = curve.g1_not_identity(octets(fields["share"], G1_LENGTH))
    if fields["ceremony"] != plan.ceremony_id or fields["kind"] != KIND:
        raise ProofError("issuer.tag-share", "the share must be of this ceremony")
    return sender, K_i


def _is_given(curve: Backend, sharing: PublicSharing, sender: int, K_i: G1) -> bool:
    """Tell whether a share is the one that the ceremony has given."""
    pairs = [
        (K_i, curve.g2_generator()),
        (-curve.g1_generator(), sharing.shares[sender - 1]),
    ]
    return curve.pairing_product_is_one(pairs)


def tag_shares(
    curve: Backend, plan: Plan, sharing: PublicSharing, messages: Iterable[bytes]
) -> Published:
    """Return the shares of all issuers, and who has published a false one (step 19)."""
    known: dict[int, G1] = {}
    liars: set[int] = set()
    for message in messages:
        try:
            sender, K_i = _read(curve, plan, message)
        except CryptoError:
            # Of something else, or signed by nobody: it names nobody.
            continue
        if _is_given(curve, sharing, sender, K_i):
            known[sender] = K_i
        else:
            liars.add(sender)
    named = tuple(sorted(liars))
    # Step 19.
    if len(known) <= plan.degree:
        return Published(None, named)
    used = dict(sorted(known.items())[: plan.degree + 1])
    points = tuple(interpolate_points(used, i) for i in plan.indexes)
    return Published(PublicShares(plan.degree, points), named)


def _statement(unsigned: Mapping[str, cbor.Value]) -> bytes:
    return tag("issuer-tag-share").encode() + b"\x00" + cbor.encode(dict(unsigned))
