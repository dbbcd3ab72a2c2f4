"""Threshold BBS signing in one round (specs/committee.md, section 3).

A signature is ``A = B·(x + e)^-1``. The members hold shares of x. They publish shares of
``a·(x + e)``, where a is a pseudorandom scalar, blinded with a sharing of zero, and shares of
``B·a``. Both e and a are functions of what is signed; nobody chooses them. With n = 1 and
t = 0 it is plain BBS signing.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fairlot_crypto.bbs.ciphersuite import Signature
from fairlot_crypto.committee import prss, shamir
from fairlot_crypto.committee.prss import PrssKeys
from fairlot_crypto.curve import (
    G1,
    G2,
    Backend,
    Scalar,
    inverse,
    random_scalar,
    scalar_to_bytes,
)
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, scalar_for, tagged_hash
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class PublicSharing:
    """The public part of a shared signing key."""

    degree: int
    """t, the degree of the sharing: t + 1 members determine the key."""
    shares: tuple[G2, ...]
    """W_i = BP2·x_i for the members 1..n."""

    @property
    def sharing_id(self) -> bytes:
        """The id of this sharing of the key, which no other sharing has."""
        sizes = i2osp(len(self.shares), 1), i2osp(self.degree, 1)
        return tagged_hash("sharing", *sizes, *(w.to_bytes() for w in self.shares))

    def public_key(self) -> G2:
        """Return W = BP2·x.

        Raises:
            EncodingError: ``threshold.sharing`` if the shares lie on no polynomial of
                degree t, are too few, or share the zero key.
        """
        by_index = dict(enumerate(self.shares, 1))
        known = {i: w for i, w in by_index.items() if i <= self.degree + 1}
        if len(known) != self.degree + 1:
            raise EncodingError(
                "threshold.sharing",
                f"there must be at least {self.degree + 1} shares, not {len(known)}",
            )
        off = shamir.first_off_polynomial(by_index, self.degree)
        if off is not None:
            raise EncodingError(
                "threshold.sharing",
                f"the share of member {off} must fit those of the members before it",
            )
        W = shamir.interpolate_points(known)
        if W.is_identity():
            raise EncodingError(
                "threshold.sharing",
                "the shared key must not be 0, with which anybody could sign",
            )
        return W


@dataclass(frozen=True, slots=True)
class SigningShare:
    """One member's share of the signing key."""

    index: int
    """i, the member's number, from 1."""
    secret: Scalar = field(repr=False)
    """x_i, the member's share of the signing key."""
    exponent_key: bytes = field(repr=False)
    """k_e, a key of 32 bytes that all members hold."""
    prss: PrssKeys
    """The keys of this sharing alone: a new sharing of the signing key needs new ones."""
    sharing_id: bytes
    """The id of this sharing, 32 bytes."""


@dataclass(frozen=True, slots=True)
class PartialSignature:
    """One member's part of a signature."""

    index: int
    """i, the member's number, from 1."""
    exponent: Scalar
    """e, which all members compute alike."""
    u: Scalar
    """u_i, a share of degree 2t of a·(x + e)."""
    A: G1
    """A_i = B·a_i, a share of the signature's point."""


def deal_key(
    curve: Backend, members: int, degree: int, randomness: Randomness
) -> tuple[PublicSharing, tuple[SigningShare, ...]]:
    """Deal a fresh signing key, as a trusted dealer does in a rehearsal.

    Raises:
        CallerError: ``threshold.members`` unless members >= 3·degree + 1.
    """
    if not 0 <= 3 * degree < members:
        raise CallerError(
            "threshold.members",
            "the degree t must not be negative, and the members at least 3t + 1",
        )
    shares = shamir.split(random_scalar(randomness), members, degree, randomness)
    public = PublicSharing(
        degree, tuple(curve.g2_generator() * x for x in shares.values())
    )
    exponent_key = randomness.take(prss.KEY_LENGTH)
    keys = prss.deal(members, degree, randomness)
    held = tuple(
        SigningShare(i, x, exponent_key, keys[i - 1], public.sharing_id)
        for i, x in shares.items()
    )
    return public, held


def sign_share(share: SigningShare, B: G1, domain: Scalar) -> PartialSignature:
    """Return member i's part of the signature over B (specs/committee.md, section 3.2).

    Args:
        share: the member's share of the key.
        B: the point to sign, P1 + Q_1·domain + Σ H_i·m_i + C.
        domain: the domain inside B.
    """
    # Step 1.
    e = signature_exponent(share.exponent_key, B, domain)
    # Step 2.
    nonce = signature_nonce(share.sharing_id, B, e, domain)
    # Step 3.
    a_i = prss.share(share.prss, b"a" + nonce)
    zero_i = prss.zero_share(share.prss, b"z" + nonce)
    # Step 4.
    u_i = (a_i * (share.secret + e) + zero_i) % GROUP_ORDER
    return PartialSignature(share.index, e, Scalar(u_i), B * a_i)


def signature_exponent(exponent_key: bytes, B: G1, domain: Scalar) -> Scalar:
    """Return e = h2s(HMAC(k_e, B || domain)), which no caller chooses."""
    message = B.to_bytes() + scalar_to_bytes(domain)
    return Scalar(
        scalar_for("tbbs-e", hmac.digest(exponent_key, message, hashlib.sha256))
    )


def signature_nonce(sharing_id: bytes, B: G1, e: Scalar, domain: Scalar) -> bytes:
    """Return the nonce of a signature, from which a and the sharing of zero follow."""
    statement = B.to_bytes(), scalar_to_bytes(e), scalar_to_bytes(domain)
    return tagged_hash("tbbs", sharing_id, *statement)


def combine(
    curve: Backend,
    degree: int,
    public_key: G2,
    B: G1,
    partials: Sequence[PartialSignature],
) -> Signature:
    """Combine 2t + 1 parts into a signature and verify it (specs/committee.md, section 3.3).

    Args:
        curve: the back-end.
        degree: t, the degree of the sharing.
        public_key: W, from ``PublicSharing.public_key``.
        B: the point that was signed.
        partials: the members' parts; those after the first 2t + 1 are not looked at.

    Raises:
        CallerError: ``threshold.too-few``, ``shamir.indexes``.
        ProofError: ``threshold.signature`` if the result does not verify.
    """
    # Step 5.
    needed = 2 * degree + 1
    if len(partials) < needed:
        raise CallerError(
            "threshold.too-few",
            f"at least {needed} members must answer, and {len(partials)} did",
        )
    chosen = {partial.index: partial for partial in partials[:needed]}
    if len(chosen) != needed:
        raise CallerError("shamir.indexes", "the members who answer must be distinct")
    # Step 6.
    u = shamir.interpolate({i: p.u for i, p in chosen.items()})
    e = partials[0].exponent
    if u == 0 or any(p.exponent != e for p in chosen.values()):
        raise ProofError(
            "threshold.signature",
            "the members' answers must fit one another: ask other members",
        )
    blinded = shamir.interpolate_points(_first(chosen, degree + 1))
    signature = Signature(blinded * inverse(u), e)
    # Step 7.
    verify_base(curve, public_key, B, signature)
    return signature


def verify_base(curve: Backend, public_key: G2, B: G1, signature: Signature) -> None:
    """Check e(A, W + BP2·e) = e(B, BP2).

    Raises:
        ProofError: ``threshold.signature``.
    """
    key = public_key + curve.g2_generator() * signature.e
    pairs = ((signature.A, key), (-B, curve.g2_generator()))
    if signature.A.is_identity() or not curve.pairing_product_is_one(pairs):
        raise ProofError(
            "threshold.signature",
            "the signature must be of this key and point: ask other members",
        )


def _first(chosen: Mapping[int, PartialSignature], count: int) -> dict[int, G1]:
    return {i: chosen[i].A for i in sorted(chosen)[:count]}
