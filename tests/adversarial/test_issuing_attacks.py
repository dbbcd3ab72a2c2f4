"""Attacks on how a committee issues: nonces, credentials that combine, swapped shares.

Every attack is also run where the rule against it does not hold, and succeeds there: else
that it fails would say nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from inspect import signature

import pytest

from fairlot.errors import Rejection
from fairlot.identity.leaf import check_leaf
from fairlot.identity.leaf import sign_share as sign_leaf_share
from fairlot_crypto.bbs import profile, pseudonym
from fairlot_crypto.bbs.ciphersuite import API_PSEUDONYM, Signature, map_messages
from fairlot_crypto.bbs.profile import (
    Credential,
    IssuerContext,
    Presentation,
    Schema,
)
from fairlot_crypto.committee import prss, shamir
from fairlot_crypto.committee.answer import prove_share, verify_answer
from fairlot_crypto.committee.threshold import (
    PartialSignature,
    SigningShare,
    combine,
    deal_key,
    sign_share,
)
from fairlot_crypto.curve import G1, Scalar, backend, inverse
from fairlot_crypto.errors import CryptoError, EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER as Q
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.statements import Statements
from fairlot_crypto.voprf.threshold import PublicShares, deal_tag_key
from kit.holder import (
    CTX,
    GROUP,
    PH,
    context_for,
    credential_for,
    secrets,
    source,
)
from kit.sales import stage
from kit.stage import Stage

CURVE = backend("native")
POINT = CURVE.hash_to_g1(b"signed", b"fairlot-v1/tests")
DOMAIN = Scalar(5)
SIZE, DEGREE = 4, 1
PUBLIC, SHARES = deal_key(CURVE, SIZE, DEGREE, SeededRandomness(bytes(32)))
W = PUBLIC.public_key()
KEY = shamir.interpolate({s.index: s.secret for s in SHARES[: DEGREE + 1]})


def answers_of(shares: Sequence[SigningShare]) -> dict[int, PartialSignature]:
    return {share.index: sign_share(share, POINT, DOMAIN) for share in shares}


def careless(
    shares: Sequence[SigningShare], e: Scalar, nonce: bytes
) -> dict[int, PartialSignature]:
    """Return what members would answer who let somebody else choose e and the nonce."""
    answers: dict[int, PartialSignature] = {}
    for share in shares:
        a = prss.share(share.prss, b"a" + nonce)
        z = prss.zero_share(share.prss, b"z" + nonce)
        u = Scalar((a * (share.secret + e) + z) % Q)
        answers[share.index] = PartialSignature(share.index, e, u, POINT * a)
    return answers


def u_of(answers: Mapping[int, PartialSignature]) -> Scalar:
    """Return u = a·(x + e)."""
    return shamir.interpolate({i: answers[i].u for i in range(1, 2 * DEGREE + 2)})


# One nonce with two exponents.


def key_from_two_exponents(
    one: Mapping[int, PartialSignature], other: Mapping[int, PartialSignature]
) -> Scalar:
    """Return the key if both have one a: then u - u' = a·(e - e')."""
    e, f = one[1].exponent, other[1].exponent
    a = (u_of(one) - u_of(other)) * inverse(Scalar((e - f) % Q)) % Q
    return Scalar((u_of(one) * inverse(Scalar(a)) - e) % Q)


def test_nobody_hands_a_member_an_exponent_or_a_nonce() -> None:
    assert list(signature(sign_share).parameters) == ["share", "B", "domain"]
    asked = list(signature(prove_share).parameters)
    assert asked == ["curve", "share", "B", "domain", "randomness"]
    assert answers_of(SHARES) == answers_of(SHARES)


def test_one_nonce_with_two_exponents_would_reveal_the_key() -> None:
    one, other = (careless(SHARES, Scalar(e), b"nonce") for e in (3, 4))
    assert key_from_two_exponents(one, other) == KEY


def test_two_exponents_of_one_point_have_two_nonces() -> None:
    """Even where members were talked into another k_e, from which the exponent follows."""
    talked = [replace(share, exponent_key=bytes(32)) for share in SHARES]
    one, other = answers_of(SHARES), answers_of(talked)
    assert one[1].exponent != other[1].exponent
    for answers in (one, other):
        combine(CURVE, DEGREE, W, POINT, list(answers.values()))
    assert key_from_two_exponents(one, other) != KEY


# One nonce under two sharings.


def shared_again() -> tuple[SigningShare, ...]:
    """Share the key once more; the members keep all their other keys, as they must not."""
    drawn = SeededRandomness(bytes([1] * 32))
    secret = shamir.split(KEY, SIZE, DEGREE, drawn)
    points = tuple(CURVE.g2_generator() * x for x in secret.values())
    sharing_id = replace(PUBLIC, shares=points).sharing_id
    return tuple(
        replace(share, secret=secret[share.index], sharing_id=sharing_id)
        for share in SHARES
    )


def key_from_two_sharings(
    one: Mapping[int, PartialSignature],
    other: Mapping[int, PartialSignature],
    own: tuple[Scalar, Scalar],
) -> Scalar:
    """Return the key as member 1 finds it, if both have one a and one sharing of zero.

    Then u_i - u'_i = a_i·(x_i - x'_i), and x_i - x'_i = c·i, since both share one key;
    c is what member 1 holds.
    """
    c = (own[0] - own[1]) % Q
    a = shamir.interpolate(
        {
            i: (one[i].u - other[i].u) * inverse(Scalar(c * i % Q)) % Q
            for i in range(1, DEGREE + 2)
        }
    )
    return Scalar((u_of(one) * inverse(a) - one[1].exponent) % Q)


def test_one_nonce_under_two_sharings_would_reveal_the_key_to_one_member() -> None:
    again = shared_again()
    own = SHARES[0].secret, again[0].secret
    one, other = (careless(each, Scalar(3), b"nonce") for each in (SHARES, again))
    assert key_from_two_sharings(one, other, own) == KEY


def test_two_sharings_have_two_nonces_though_all_other_keys_are_the_same() -> None:
    again = shared_again()
    own = SHARES[0].secret, again[0].secret
    one, other = answers_of(SHARES), answers_of(again)
    assert one[1].exponent == other[1].exponent
    combine(CURVE, DEGREE, W, POINT, list(other.values()))
    assert key_from_two_sharings(one, other, own) != KEY


# Two credentials, combined into the credential of somebody else.

FORTH = Scalar(3)
"""Three times the one credential less two times the other: P1 and the domain stay."""


def affine(one: int, other: int) -> Scalar:
    return Scalar((FORTH * one + (1 - FORTH) * other) % Q)


def combined(one: Credential, other: Credential) -> Credential:
    first, second = one.signature, other.signature
    return Credential(
        one.attributes,
        Signature(
            first.A * FORTH + second.A * Scalar((1 - FORTH) % Q), Scalar(first.e)
        ),
        affine(one.blind, other.blind),
        tuple(
            affine(s, t)
            for s, t in zip(one.nym_secrets, other.nym_secrets, strict=True)
        ),
    )


SignBase = Callable[[G1, Scalar], Signature]


def by_committee(B: G1, domain: Scalar) -> Signature:
    answers = [sign_share(share, B, domain) for share in SHARES]
    return combine(CURVE, DEGREE, W, B, answers)


def with_one_exponent(B: G1, _domain: Scalar) -> Signature:
    e = Scalar(7)
    return Signature(B * inverse(Scalar((KEY + e) % Q)), e)


def two_credentials(sign: SignBase) -> tuple[IssuerContext, Credential, Credential]:
    """Return the credentials of two people with the same attributes and header."""
    context = profile.issuer_context(CURVE, W, Schema(1, 1), b"header")
    made: list[Credential] = []
    for number in (1, 2):
        blind, hidden = Scalar(10 + number), (Scalar(20 + number),)
        C = profile.commitment(CURVE, context.schema, blind, hidden)
        B = profile.signature_base(context, (b"name=value",), C)
        signed = sign(B, context.domain)
        made.append(Credential((b"name=value",), signed, blind, hidden))
        profile.verify_credential(context, made[-1])
    return context, made[0], made[1]


def test_credentials_with_one_exponent_would_combine_into_another_person() -> None:
    context, one, other = two_credentials(with_one_exponent)
    third = combined(one, other)
    profile.verify_credential(context, third)
    nyms = {
        profile.nym(CURVE, CTX, each.nym_secrets).to_bytes()
        for each in (one, other, third)
    }
    assert len(nyms) == 3


def test_an_affine_combination_of_two_credentials_is_none() -> None:
    context, one, other = two_credentials(by_committee)
    for first, second in ((one, other), (other, one)):
        third = combined(first, second)
        for e in (
            first.signature.e,
            second.signature.e,
            affine(first.signature.e, second.signature.e),
        ):
            forged = replace(third, signature=replace(third.signature, e=e))
            with pytest.raises(ProofError, match=r"credential\.signature"):
                profile.verify_credential(context, forged)


def test_one_point_in_two_domains_has_two_exponents() -> None:
    exponents = {
        sign_share(SHARES[0], POINT, Scalar(domain)).exponent for domain in (5, 6)
    }
    assert len(exponents) == 2


# Shares that are swapped, or off the polynomial.


def swapped(items: Sequence[G1]) -> tuple[G1, ...]:
    first, second, *rest = items
    return (second, first, *rest)


@pytest.mark.parametrize("off", [(1, 0), (0, 1), (2, 2)])
def test_no_key_has_shares_that_are_swapped_or_off(off: tuple[int, int]) -> None:
    """Neither the key that signs nor the one of tags."""
    one, two, *rest = PUBLIC.shares
    base = CURVE.g2_generator()
    moved = (one + base * off[0], two + base * off[1], *rest)
    for shares in (moved, (two, one, *rest)):
        with pytest.raises(EncodingError, match=r"threshold\.sharing"):
            replace(PUBLIC, shares=shares).public_key()
    tags, _ = deal_tag_key(CURVE, SIZE, DEGREE, SeededRandomness(bytes(32)))
    K, L, *others = tags.shares
    step = CURVE.g1_generator()
    for known in (
        swapped(tags.shares),
        (K + step * off[0], L + step * off[1], *others),
    ):
        with pytest.raises(EncodingError, match=r"voprf\.sharing"):
            PublicShares(DEGREE, known).public_key()


def test_two_members_who_swap_their_shares_prove_nothing() -> None:
    second, third = SHARES[1], SHARES[2]
    for share in (
        replace(second, secret=third.secret),
        replace(third, secret=second.secret),
    ):
        proven = prove_share(CURVE, share, POINT, DOMAIN, SeededRandomness(bytes(32)))
        with pytest.raises(ProofError, match=r"threshold\.proof"):
            verify_answer(CURVE, PUBLIC, POINT, DOMAIN, proven)


def test_a_leaf_whose_shares_are_swapped_or_off_is_no_leaf() -> None:
    """Signed by those who swapped them: only the polynomial shows it."""
    on: Stage = stage(committee=(SIZE, DEGREE))
    leaf = on.members[0].identity.leaf
    shares = list(leaf.shares)
    points = [share.commitment for share in shares]
    off = GROUP.g1_not_identity(points[2]) + GROUP.g1_generator()
    for changed in (
        [points[0], points[2], points[1], points[3]],
        [points[0], points[1], off.to_bytes(), points[3]],
    ):
        signed = [
            sign_leaf_share(on.registry, leaf, issuer.index, point, issuer.key)
            for issuer, point in zip(on.parts.issuers, changed, strict=True)
        ]
        with pytest.raises(Rejection, match=r"leaf\.commitment"):
            check_leaf(
                GROUP, on.registry, replace(leaf, shares=tuple(signed)), Statements()
            )


# The number of nym secrets, as a prover would like it.


def test_a_verifier_who_let_provers_choose_n_would_take_two_nyms_of_one_person() -> (
    None
):
    """The last secret alone is counted, the other passes for a hidden message."""
    context, credential = of_two_secrets()
    nyms: set[bytes] = set()
    for count in (1, 2):
        made = shown_with(context, credential, count)
        pseudonym.verify_core(context.signed, made, (), count, CTX, PH)
        nyms.add(made.nym)
    assert len(nyms) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_prover_does_not_choose_how_many_nym_secrets_count(count: int) -> None:
    context, credential = of_two_secrets()
    made = shown_with(context, credential, count)
    with pytest.raises(CryptoError, match=r"presentation\."):
        profile.verify_presentation(context, made, CTX, PH, {})


@pytest.mark.parametrize("schema", [Schema(4, 3), Schema(4, 1), Schema(3, 3)])
def test_a_credential_is_of_its_schema_and_no_other(schema: Schema) -> None:
    true, honest = of_two_secrets()
    hidden = (*honest.nym_secrets, Scalar(0))[: schema.nym_secrets]
    values = honest.attributes[: schema.attributes]
    forged = replace(honest, nym_secrets=hidden, attributes=values)
    own = context_for(schema)
    made = profile.present(own, forged, CTX, PH, (), source("another schema"))
    for context in (true, own):
        with pytest.raises(CryptoError, match=r"presentation\."):
            profile.verify_presentation(context, made, CTX, PH, {})


def of_two_secrets() -> tuple[IssuerContext, Credential]:
    context = context_for(Schema(4, 2))
    return context, credential_for(context, secrets(2))


def shown_with(
    context: IssuerContext, credential: Credential, count: int
) -> Presentation:
    """Return a presentation whose nym is made of the last ``count`` hidden scalars."""
    attributes = map_messages(credential.attributes, API_PSEUDONYM)
    scalars = (*attributes, credential.blind, *credential.nym_secrets)
    return pseudonym.prove_core(
        context.signed,
        credential.signature,
        scalars,
        (),
        count,
        CTX,
        PH,
        source("another N"),
    )
