"""Issuers and attesters of a rehearsal, and their keys (specs/rehearsal.md, section 1)."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.identity.desks import DeskAttester, ListDesk
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.registry import Registry
from fairlot.identity.tag_issuing import local_issuers
from fairlot.identity.uniqueness import RATE_MAX, Uniqueness
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.kept import Listed
from fairlot_crypto.committee import prss, threshold
from fairlot_crypto.committee.prss import KEY_LENGTH
from fairlot_crypto.curve import Backend, random_scalar
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness, shuffled
from fairlot_crypto.voprf.threshold import KeyShare, PublicShares, deal_tag_key

LIST = Source("list", Canonicaliser.NAME)
"""By what a rehearsal tells people apart."""


def deal_issuers(
    curve: Backend, members: int, degree: int, randomness: Randomness
) -> tuple[threshold.PublicSharing, tuple[IssuerSecrets, ...]]:
    """Return the public sharing of the issuers' key, and what each of them holds.

    Args:
        curve: the back-end.
        members: n.
        degree: t.
        randomness: the rehearsal's source.
    """
    issuing = randomness.derive("issuers")
    public, shares = threshold.deal_key(curve, members, degree, issuing)
    season_keys = prss.deal(members, degree, randomness.derive("season"))
    return public, tuple(
        IssuerSecrets(
            share.index,
            role_key(randomness, f"issuer/{share.index}"),
            season_keys[share.index - 1],
            share,
        )
        for share in shares
    )


def misbehaving(
    issuers: Sequence[IssuerSecrets],
    tag_shares: Sequence[KeyShare],
    file: TermsFile,
    randomness: Randomness,
) -> tuple[tuple[IssuerSecrets, ...], tuple[KeyShare, ...]]:
    """Return the issuers who answer, of whom some have other keys than were dealt.

    Args:
        issuers: all of them, as they were dealt their keys.
        tag_shares: what each of them was dealt of the key of person tags.
        file: says how many are silent, and how many lie.
        randomness: the rehearsal's source.

    Returns:
        Their keys and their shares of the key of tags, both in the order of issuers.
    """
    order = shuffled(issuers, randomness.derive("order/misbehaving"))
    silent = {each.index for each in order[: file.silent]}
    lying = {each.index for each in order[file.silent :][: file.lying]}
    answering = [
        _liar(issuer, share, randomness) if issuer.index in lying else (issuer, share)
        for issuer, share in zip(issuers, tag_shares, strict=True)
        if issuer.index not in silent
    ]
    return (
        tuple(issuer for issuer, _ in answering),
        tuple(share for _, share in answering),
    )


def _liar(
    issuer: IssuerSecrets, share: KeyShare, randomness: Randomness
) -> tuple[IssuerSecrets, KeyShare]:
    """Return an issuer who answers with keys of its own invention, under its own name."""
    drawn = randomness.derive(f"lying/{issuer.index}")
    secret = random_scalar(drawn)
    invented = {held: drawn.take(KEY_LENGTH) for held in issuer.season_keys.keys}
    lying = replace(
        issuer,
        season_keys=replace(issuer.season_keys, keys=invented),
        signing=replace(issuer.signing, secret=secret),
    )
    return lying, replace(share, secret=random_scalar(drawn))


def deal_tags(
    curve: Backend, members: int, degree: int, randomness: Randomness
) -> tuple[PublicShares, tuple[KeyShare, ...]]:
    """Return the shared key of person tags, and what each issuer holds of it.

    Args:
        curve: the back-end.
        members: n.
        degree: t.
        randomness: the rehearsal's source.
    """
    return deal_tag_key(curve, members, degree, randomness.derive("tag-key"))


def attesting_keys(count: int, randomness: Randomness) -> tuple[SigningKey, ...]:
    """Return the keys of the rehearsal's attesters."""
    labels = ("attester", *(f"attester/{number}" for number in range(2, count + 1)))
    return tuple(role_key(randomness, label) for label in labels)


def told_apart(shares: PublicShares) -> Uniqueness:
    """Return how a rehearsal tells people apart: by the names on its list."""
    return Uniqueness(LIST, RATE_MAX, tuple(K.to_bytes() for K in shares.shares))


def list_attesters(
    curve: Backend,
    registry: Registry,
    issuers: Sequence[IssuerSecrets],
    tag_shares: Sequence[KeyShare],
    listed: Sequence[Listed],
    keys: Sequence[SigningKey],
    randomness: Randomness,
) -> tuple[DeskAttester, ...]:
    """Return attesters with these keys, who know these people and reach these issuers."""
    attributes = {each.name: each.attributes for each in listed}
    signing = [issuer.key for issuer in issuers]
    attesters: list[DeskAttester] = []
    for number, key in enumerate(keys, start=1):
        own = randomness if number == 1 else randomness.derive(str(number))
        issuing = local_issuers(
            curve, registry, tag_shares, signing, own.derive("issuers")
        )
        desk = ListDesk(registry, attributes)
        attesters.append(DeskAttester(curve, registry, key, desk, issuing, own))
    return tuple(attesters)


def role_key(randomness: Randomness, label: str) -> SigningKey:
    """Return the key of a role, from a stream of its own."""
    return SigningKey.generate(randomness.derive(label))
