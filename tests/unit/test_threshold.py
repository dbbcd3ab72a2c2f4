"""Threshold signing gives the BBS signature that one signer would give."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

import pytest

from fairlot_crypto.bbs import profile
from fairlot_crypto.bbs.profile import Credential, IssuerContext, Schema
from fairlot_crypto.committee.shamir import interpolate
from fairlot_crypto.committee.threshold import (
    PartialSignature,
    PublicSharing,
    SigningShare,
    combine,
    deal_key,
    sign_share,
    signature_exponent,
    verify_base,
)
from fairlot_crypto.curve import G1, Scalar, backend, inverse
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.randomness import SeededRandomness

GROUP = backend("native")
COMMITTEES = [(1, 0), (4, 1), (7, 2)]
ATTRIBUTES = (b"assurance=listed", b"region=")
BLIND, SECRETS = Scalar(11), (Scalar(12),)


@dataclass(frozen=True, slots=True, eq=False)
class Committee:
    """A committee and what it signs."""

    public: PublicSharing
    shares: tuple[SigningShare, ...]
    context: IssuerContext
    B: G1

    def partials(self) -> tuple[PartialSignature, ...]:
        return tuple(sign_share(s, self.B, self.context.domain) for s in self.shares)

    def combine(self, partials: Sequence[PartialSignature]) -> Credential:
        key = self.context.public_key
        signature = combine(GROUP, self.public.degree, key, self.B, partials)
        return Credential(ATTRIBUTES, signature, BLIND, SECRETS)


@cache
def committee(members: int, degree: int, label: str = "deal") -> Committee:
    randomness = SeededRandomness(bytes(32)).derive(label)
    public, shares = deal_key(GROUP, members, degree, randomness)
    schema = Schema(len(ATTRIBUTES), len(SECRETS))
    context = profile.issuer_context(GROUP, public.public_key(), schema, b"header")
    commitment = profile.commitment(GROUP, schema, BLIND, SECRETS)
    B = profile.signature_base(context, ATTRIBUTES, commitment)
    return Committee(public, shares, context, B)


@pytest.mark.parametrize(("members", "degree"), COMMITTEES)
def test_every_choice_of_signers_gives_the_same_bbs_signature(
    members: int, degree: int
) -> None:
    made = committee(members, degree)
    partials = made.partials()
    found = set[bytes]()
    for chosen in combinations(partials, 2 * degree + 1):
        credential = made.combine(chosen)
        profile.verify_credential(made.context, credential)
        found.add(credential.signature.to_bytes())
    assert len(found) == 1


def test_the_order_of_answers_does_not_matter() -> None:
    made = committee(4, 1)
    partials = made.partials()
    forward = made.combine(partials[:3]).signature
    assert made.combine(partials[2::-1]).signature == forward


@pytest.mark.parametrize(("members", "degree"), COMMITTEES)
def test_it_is_the_signature_of_the_whole_key(members: int, degree: int) -> None:
    """A = B·(x + e)^-1 with the x that nobody holds."""
    made = committee(members, degree)
    x = interpolate({s.index: s.secret for s in made.shares[: degree + 1]})
    signature = made.combine(made.partials()).signature
    assert GROUP.g2_generator() * x == made.context.public_key
    assert made.B * inverse((x + signature.e) % GROUP_ORDER) == signature.A


def test_e_is_a_function_of_what_is_signed() -> None:
    made = committee(4, 1)
    key, domain = made.shares[0].exponent_key, made.context.domain
    e = signature_exponent(key, made.B, domain)
    assert {p.exponent for p in made.partials()} == {e}
    assert signature_exponent(key, made.B + made.B, domain) != e
    assert signature_exponent(key, made.B, Scalar(domain - 1)) != e


@pytest.mark.parametrize(("members", "degree"), COMMITTEES)
@pytest.mark.parametrize("what", ["u", "A"])
def test_a_tampered_answer_is_refused(members: int, degree: int, what: str) -> None:
    made = committee(members, degree)
    honest = made.partials()
    for number in range(degree + 1):
        bad = honest[number]
        lies = {
            "u": replace(bad, u=Scalar((bad.u + 1) % GROUP_ORDER)),
            "A": replace(bad, A=bad.A + bad.A),
        }
        partials = [*honest[:number], lies[what], *honest[number + 1 :]]
        with pytest.raises(ProofError) as caught:
            made.combine(partials)
        assert caught.value.code == "threshold.signature"


def test_answers_with_different_exponents_do_not_combine() -> None:
    made = committee(4, 1)
    first, *rest = made.partials()
    with pytest.raises(ProofError) as caught:
        made.combine([first, *(replace(p, exponent=Scalar(5)) for p in rest)])
    assert caught.value.code == "threshold.signature"


def test_another_exponent_agreed_by_all_is_refused() -> None:
    made = committee(4, 1)
    changed = [replace(p, exponent=Scalar(5)) for p in made.partials()]
    with pytest.raises(ProofError) as caught:
        made.combine(changed)
    assert caught.value.code == "threshold.signature"


def test_answers_that_cancel_out_are_refused() -> None:
    """u = 0 has no inverse."""
    made = committee(1, 0)
    (partial,) = made.partials()
    with pytest.raises(ProofError) as caught:
        made.combine([replace(partial, u=Scalar(0))])
    assert caught.value.code == "threshold.signature"


def test_answers_for_something_else_are_refused() -> None:
    made = committee(4, 1)
    other = [sign_share(s, made.B + made.B, made.context.domain) for s in made.shares]
    with pytest.raises(ProofError) as caught:
        made.combine(other)
    assert caught.value.code == "threshold.signature"


def test_too_few_answers_are_refused() -> None:
    made = committee(4, 1)
    with pytest.raises(CallerError) as caught:
        made.combine(made.partials()[:2])
    assert caught.value.code == "threshold.too-few"


def test_a_member_answers_once() -> None:
    made = committee(4, 1)
    first, second, *_ = made.partials()
    with pytest.raises(CallerError) as caught:
        made.combine([first, second, second])
    assert caught.value.code == "shamir.indexes"


def test_an_identity_is_no_signature() -> None:
    made = committee(1, 0)
    signature = made.combine(made.partials()).signature
    nothing = replace(signature, A=GROUP.g1_identity())
    with pytest.raises(ProofError) as caught:
        verify_base(GROUP, made.context.public_key, made.B, nothing)
    assert caught.value.code == "threshold.signature"


def test_the_nonce_depends_on_the_sharing() -> None:
    """A new sharing of the key never reuses the blinding of an old one."""
    made = committee(4, 1)
    share = made.shares[0]
    moved = replace(share, sharing_id=bytes(32))
    domain = made.context.domain
    assert sign_share(moved, made.B, domain).A != sign_share(share, made.B, domain).A


def test_sharings_have_ids_of_their_own() -> None:
    ids = {committee(n, t).public.sharing_id for n, t in COMMITTEES}
    ids.add(committee(4, 1, "other").public.sharing_id)
    assert len(ids) == len(COMMITTEES) + 1
    made = committee(4, 1)
    assert {s.sharing_id for s in made.shares} == {made.public.sharing_id}
    assert replace(made.public, degree=0).sharing_id != made.public.sharing_id


def test_public_shares_off_the_polynomial_are_refused() -> None:
    public = committee(4, 1).public
    for number in range(4):
        shares = list(public.shares)
        shares[number] = shares[number] + GROUP.g2_generator()
        with pytest.raises(EncodingError) as caught:
            replace(public, shares=tuple(shares)).public_key()
        assert caught.value.code == "threshold.sharing"


def test_too_few_public_shares_are_refused() -> None:
    public = committee(4, 1).public
    with pytest.raises(EncodingError) as caught:
        replace(public, shares=public.shares[:1]).public_key()
    assert caught.value.code == "threshold.sharing"


@pytest.mark.parametrize(("members", "degree"), [(0, 0), (3, 1), (6, 2), (1, -1)])
def test_a_committee_has_more_than_3t_members(members: int, degree: int) -> None:
    with pytest.raises(CallerError) as caught:
        deal_key(GROUP, members, degree, SeededRandomness(bytes(32)))
    assert caught.value.code == "threshold.members"
