"""A leaf of the shares that agree, in spite of up to t issuers (specs/identity.md, step 6)."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.errors import Rejection
from fairlot.identity.leaf import Leaf, LeafShare, check_share, combine_shares
from fairlot.identity.lies import WrongShare
from fairlot.identity.registry import Registry
from fairlot_crypto.committee import shamir
from fairlot_crypto.curve import G1, Backend
from fairlot_crypto.errors import CryptoError, ProofError
from fairlot_crypto.statements import Statements


def assemble_leaf(
    curve: Backend, registry: Registry, draft: Leaf, shares: Sequence[LeafShare]
) -> tuple[Leaf, tuple[WrongShare, ...]]:
    """Return the leaf of the shares that agree, and what shows who signed a wrong one.

    Args:
        curve: the back-end.
        registry: whose leaf it is.
        draft: the leaf without its shares, as each issuer signed it.
        shares: what issuers gave, in any order. One that its issuer did not sign is left
            out, and so are all but the first of an issuer.

    Raises:
        Rejection: ``enrolment.issuers`` if fewer than n - t agree.
    """
    # Step 6.
    signed: dict[int, LeafShare] = {}
    for share in shares:
        try:
            check_share(registry, draft, share, Statements())
        except Rejection:
            continue
        signed.setdefault(share.issuer, share)
    points: dict[int, G1] = {}
    for issuer, share in signed.items():
        try:
            points[issuer] = curve.g1_not_identity(share.commitment)
        except CryptoError:
            continue
    agreed = _agreeing(points, registry)
    right = tuple(signed[i] for i in agreed)
    by_issuer = {share.issuer: share.commitment for share in right}
    combined = combine_shares(curve, by_issuer, registry.threshold)
    shown = right[: 2 * registry.threshold + 1]
    wrong = tuple(
        WrongShare(registry, draft, told, shown)
        for issuer, told in sorted(signed.items())
        if issuer not in agreed
    )
    return replace(draft, shares=right, commitment=combined), wrong


def _agreeing(points: dict[int, G1], registry: Registry) -> tuple[int, ...]:
    """Return the issuers whose points agree, ascending: n - t of them at least."""
    degree, needed = registry.threshold, len(registry.issuers) - registry.threshold
    agreed = tuple(sorted(points))
    if len(points) >= needed:
        ordered = {i: points[i] for i in agreed}
        if shamir.first_off_polynomial(ordered, degree) is None:
            return agreed
        try:
            agreed = shamir.agreeing(ordered, degree)
        except ProofError:
            agreed = ()
    if len(agreed) < needed:
        problem = f"at least {needed} issuers must give shares of a leaf that agree"
        raise Rejection("enrolment.issuers", f"{problem}, and {len(agreed)} did")
    return agreed
