"""Signatures in spite of members who lie, and who they are (specs/committee.md, section 3.5).

Whoever combines tries sets of 2t + 1 parts until one gives a signature. That does not say who
lied: several liars can choose parts that fit one another, and make an honest member look like
the one who is off. So names rest on proofs, and on nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from fairlot_crypto.bbs.ciphersuite import Signature
from fairlot_crypto.committee import shamir
from fairlot_crypto.committee.answer import ProvenAnswer, verify_answer
from fairlot_crypto.committee.pedersen import at
from fairlot_crypto.committee.threshold import (
    PartialSignature,
    PublicSharing,
    combine,
)
from fairlot_crypto.curve import G1, Backend, Scalar, scalar_to_bytes
from fairlot_crypto.errors import CallerError, ProofError
from fairlot_crypto.hashing import i2osp, scalar_for, tag
from fairlot_crypto.keys import Signature as Ed25519Signature
from fairlot_crypto.keys import (
    SigningKey,
    VerifyKey,
    verify_signature,
)


@dataclass(frozen=True, slots=True)
class SignedPart:
    """A member's part, signed with its own key: it cannot deny it."""

    part: PartialSignature
    signature: Ed25519Signature


@dataclass(frozen=True, slots=True)
class Lie:
    """A part that is wrong, and what shows it to whoever knows the sharing."""

    told: SignedPart
    """By the member who is named."""
    B: G1
    """The point that was signed."""
    domain: Scalar
    """The domain inside B."""
    proven: tuple[ProvenAnswer, ...]
    """2t + 1 parts that are right."""


def sign_part(
    sharing_id: bytes, B: G1, domain: Scalar, part: PartialSignature, key: SigningKey
) -> SignedPart:
    """Sign a part with the member's own key (specs/committee.md, section 3.5)."""
    # Step 15.
    return SignedPart(part, key.sign(_statement(sharing_id, B, domain, part)))


def verify_part(
    sharing_id: bytes, B: G1, domain: Scalar, told: SignedPart, key: VerifyKey
) -> None:
    """Check that a member said so (specs/committee.md, section 3.5).

    Raises:
        ProofError: ``signature.invalid``.
    """
    # Step 15.
    verify_signature(key, _statement(sharing_id, B, domain, told.part), told.signature)


def find_signature(
    curve: Backend,
    public: PublicSharing,
    B: G1,
    parts: Sequence[PartialSignature],
) -> Signature:
    """Combine the first 2t + 1 parts that give a signature (section 3.5).

    With n members of whom t are silent or lie there is such a set. The steps are those of
    specs/committee.md, section 3.5.

    Raises:
        CallerError: ``threshold.too-few``, ``shamir.indexes``.
        ProofError: ``threshold.signature`` if no set does.
        EncodingError: ``threshold.sharing``.
    """
    # Step 16.
    W, t = public.public_key(), public.degree
    ascending = sorted(parts, key=lambda part: part.index)
    if len({part.index for part in parts}) != len(parts):
        raise CallerError("shamir.indexes", "the members who answer must be distinct")
    for chosen in combinations(ascending, 2 * t + 1):
        try:
            return combine(curve, t, W, B, chosen)
        except ProofError:
            continue
    # Too few, or more liars than there may be.
    return combine(curve, t, W, B, ascending)


def agree(
    curve: Backend,
    public: PublicSharing,
    B: G1,
    domain: Scalar,
    answers: Sequence[ProvenAnswer],
) -> tuple[ProvenAnswer, ...]:
    """Return 2t + 1 answers that are right (section 3.6).

    The steps are those of specs/committee.md, section 3.6.

    Raises:
        CallerError: ``shamir.indexes`` for two answers of a member.
        ProofError: ``threshold.agreement`` if fewer than 2t + 1 verify and agree.
    """
    # Step 17.
    by_index = {answer.part.index: answer for answer in answers}
    if len(by_index) != len(answers):
        raise CallerError("shamir.indexes", "the members who answer must be distinct")
    right = [
        a for _, a in sorted(by_index.items()) if _verifies(curve, public, B, domain, a)
    ]
    # Step 18.
    for chosen in combinations(right, 2 * public.degree + 1):
        one_e = len({answer.part.exponent for answer in chosen}) == 1
        if one_e and _fit(chosen, public.degree):
            return chosen
    raise ProofError(
        "threshold.agreement",
        f"at least {2 * public.degree + 1} members must prove parts that agree",
    )


def contradict(parts: Sequence[PartialSignature], degree: int) -> bool:
    """Tell whether parts cannot all be right, so that proofs are to be asked for.

    The steps are those of specs/committee.md, section 3.5. Of n - t parts or more, with at
    most t liars among all members, no wrong one escapes.

    Args:
        parts: 2t + 1 or more, of distinct members.
        degree: t.
    """
    # Step 16.
    first = sorted(parts, key=lambda part: part.index)[: 2 * degree + 1]
    return any(_differs(first, part) for part in parts)


def name_liars(
    curve: Backend,
    public: PublicSharing,
    B: G1,
    domain: Scalar,
    told: Sequence[SignedPart],
    answers: Sequence[ProvenAnswer],
) -> tuple[Lie, ...]:
    """Return the parts that are wrong, with what shows it.

    The steps are those of specs/committee.md, section 3.6.

    Args:
        curve: the back-end.
        public: the shares of the signing key.
        B: the point that was signed.
        domain: the domain inside B.
        told: what members said; their signatures have been verified.
        answers: what members could prove afterwards.

    Raises:
        CallerError, ProofError: as ``agree``.
    """
    # Step 19.
    proven = agree(curve, public, B, domain, answers)
    return tuple(
        Lie(each, B, domain, proven) for each in told if _is_off(proven, each.part)
    )


def verify_lie(curve: Backend, public: PublicSharing, key: VerifyKey, lie: Lie) -> None:
    """Check that a member lied, with its key and the public sharing alone.

    The steps are those of specs/committee.md, section 3.6.

    Raises:
        ProofError: ``signature.invalid`` if the member did not say so;
            ``threshold.agreement``; ``threshold.evidence`` if what it said is right.
        CallerError: ``shamir.indexes``.
    """
    # Step 20.
    part = lie.told.part
    verify_part(public.sharing_id, lie.B, lie.domain, lie.told, key)
    proven = agree(curve, public, lie.B, lie.domain, lie.proven)
    in_range = 1 <= part.index <= len(public.shares)
    if not in_range or not _is_off(proven, part):
        raise ProofError(
            "threshold.evidence", "the proven parts must show that the part is wrong"
        )


def _is_off(proven: Sequence[ProvenAnswer], part: PartialSignature) -> bool:
    """Tell whether a part is another than the proven ones determine."""
    return _differs([answer.part for answer in proven], part)


def _differs(parts: Sequence[PartialSignature], part: PartialSignature) -> bool:
    """Tell whether a part is another than 2t + 1 parts determine."""
    degree = (len(parts) - 1) // 2
    u = shamir.interpolate({p.index: p.u for p in parts}, part.index)
    A = shamir.interpolate_points(
        {p.index: p.A for p in parts[: degree + 1]}, part.index
    )
    return (part.exponent, part.u, part.A) != (parts[0].exponent, u, A)


def _verifies(
    curve: Backend, public: PublicSharing, B: G1, domain: Scalar, answer: ProvenAnswer
) -> bool:
    try:
        verify_answer(curve, public, B, domain, answer)
    except ProofError:
        return False
    return True


def _fit(answers: Sequence[ProvenAnswer], degree: int) -> bool:
    """Tell whether A_i + Σ Z_{i,m}·γ^m lie on a polynomial, with a γ of all that counts."""
    rows = [(each.part.index, (each.part.A, *each.masks)) for each in answers]
    encoded = (i2osp(i, 1) + b"".join(p.to_bytes() for p in row) for i, row in rows)
    gamma = Scalar(scalar_for("tbbs-agree", *encoded))
    folded = {i: at(row, gamma) for i, row in rows}
    return shamir.first_off_polynomial(folded, degree) is None


def _statement(
    sharing_id: bytes, B: G1, domain: Scalar, part: PartialSignature
) -> bytes:
    return b"".join(
        (
            tag("tbbs-signed").encode() + b"\x00",
            sharing_id,
            B.to_bytes(),
            scalar_to_bytes(domain),
            i2osp(part.index, 1),
            scalar_to_bytes(part.exponent),
            scalar_to_bytes(part.u),
            part.A.to_bytes(),
        )
    )
