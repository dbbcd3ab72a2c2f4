"""Members who answer wrongly when a signature is made (specs/committee.md, section 3).

Liars know each other, see all honest answers before they speak, and may choose their lies so
that somebody else seems to be the one who is off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

import pytest

from fairlot_crypto.bbs.ciphersuite import Signature
from fairlot_crypto.committee import answer as proofs
from fairlot_crypto.committee import prss, shamir
from fairlot_crypto.committee.answer import ProvenAnswer, prove_share, verify_answer
from fairlot_crypto.committee.liars import (
    Lie,
    SignedPart,
    agree,
    find_signature,
    name_liars,
    sign_part,
    verify_lie,
)
from fairlot_crypto.committee.pedersen import at, blinding_base
from fairlot_crypto.committee.prss import PrssKeys
from fairlot_crypto.committee.threshold import (
    PartialSignature,
    PublicSharing,
    SigningShare,
    combine,
    deal_key,
    sign_share,
    signature_nonce,
    verify_base,
)
from fairlot_crypto.curve import G1, Scalar, backend, inverse
from fairlot_crypto.errors import CallerError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SeededRandomness

CURVE = backend("native")
B = CURVE.hash_to_g1(b"signed", b"fairlot-v1/tests")
DOMAIN = Scalar(5)
SIZES = [(4, 1), (7, 2), pytest.param((10, 3), marks=pytest.mark.slow)]


@dataclass(frozen=True, slots=True, eq=False)
class Committee:
    public: PublicSharing
    shares: tuple[SigningShare, ...]
    proven: tuple[ProvenAnswer, ...]

    @property
    def parts(self) -> dict[int, PartialSignature]:
        return {each.part.index: each.part for each in self.proven}

    @property
    def signature(self) -> Signature:
        parts = [*self.parts.values()]
        t = self.public.degree
        return combine(CURVE, t, self.public.public_key(), B, parts)

    def told(self, lies: Mapping[int, PartialSignature]) -> list[SignedPart]:
        """Return what all say, some of them lies."""
        return [
            signed(self.public, lies.get(i, part)) for i, part in self.parts.items()
        ]

    def named(
        self,
        lies: Mapping[int, PartialSignature],
        answers: Sequence[ProvenAnswer] | None = None,
    ) -> list[int]:
        """Return who is named, all of them with evidence that verifies."""
        given = self.proven if answers is None else answers
        told = self.told(lies)
        found = name_liars(CURVE, self.public, B, DOMAIN, told, given)
        for lie in found:
            verify_lie(CURVE, self.public, key(lie.told.part.index).public, lie)
        return [lie.told.part.index for lie in found]


def key(index: int) -> SigningKey:
    return SigningKey.from_seed(bytes([index]) * 32)


def signed(public: PublicSharing, part: PartialSignature) -> SignedPart:
    return sign_part(public.sharing_id, B, DOMAIN, part, key(part.index))


@cache
def committee(members: int, degree: int) -> Committee:
    source = SeededRandomness(bytes(32)).derive("lying issuers")
    public, shares = deal_key(CURVE, members, degree, source)
    proven = tuple(
        prove_share(CURVE, s, B, DOMAIN, source.derive(str(s.index))) for s in shares
    )
    return Committee(public, shares, proven)


def plus(part: PartialSignature, delta: int) -> PartialSignature:
    return replace(part, u=Scalar((part.u + delta) % GROUP_ORDER))


def moved(part: PartialSignature, delta: int) -> PartialSignature:
    return replace(part, A=part.A + B * (delta % GROUP_ORDER))


def signs(made: Committee, parts: Sequence[PartialSignature]) -> bool:
    t = made.public.degree
    try:
        combine(CURVE, t, made.public.public_key(), B, parts)
    except ProofError:
        return False
    return True


# A signature in spite of them.


@pytest.mark.parametrize("size", SIZES)
def test_t_liars_do_not_stop_a_signature(size: tuple[int, int]) -> None:
    made, t = committee(*size), size[1]
    for liars in (range(1, t + 1), range(size[0] - t + 1, size[0] + 1)):
        lies = [plus(p, 1) if i in liars else p for i, p in made.parts.items()]
        found = find_signature(CURVE, made.public, B, lies)
        assert found == made.signature
        verify_base(CURVE, made.public.public_key(), B, found)


@pytest.mark.parametrize("size", SIZES)
def test_some_silent_and_some_lying_do_not_stop_it(size: tuple[int, int]) -> None:
    made, t = committee(*size), size[1]
    lies = [moved(p, 1) if i < t else p for i, p in made.parts.items()][: size[0] - 1]
    assert find_signature(CURVE, made.public, B, lies) == made.signature


def test_more_than_t_stop_it_with_a_code() -> None:
    made = committee(4, 1)
    first, second, *rest = made.parts.values()
    lies = [plus(first, 1), plus(second, 5), *rest]
    with pytest.raises(ProofError, match=r"threshold\.signature"):
        find_signature(CURVE, made.public, B, lies)
    with pytest.raises(CallerError, match=r"threshold\.too-few"):
        find_signature(CURVE, made.public, B, rest)
    with pytest.raises(CallerError, match=r"shamir\.indexes"):
        find_signature(CURVE, made.public, B, [first, *lies])


# Who it was.


@pytest.mark.parametrize("size", [(1, 0), *SIZES])
def test_proofs_are_accepted_and_nobody_is_named_who_told_the_truth(
    size: tuple[int, int],
) -> None:
    made = committee(*size)
    for each in made.proven:
        verify_answer(CURVE, made.public, B, DOMAIN, each)
    assert made.named({}) == []


@pytest.mark.thorough
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lie", ["u", "A", "e", "other base"])
def test_every_liar_is_named_though_it_proves_nothing(
    size: tuple[int, int], lie: str
) -> None:
    made, t = committee(*size), size[1]
    other = CURVE.hash_to_g1(b"other", b"fairlot-v1/tests")
    lies: dict[int, PartialSignature] = {}
    for i in range(1, t + 1):
        part = made.parts[i]
        lies[i] = {
            "u": plus(part, i),
            "A": moved(part, i),
            "e": replace(part, exponent=Scalar(7)),
            "other base": sign_share(made.shares[i - 1], other, DOMAIN),
        }[lie]
    assert made.named(lies, made.proven[t:]) == [*lies]


def correlated(made: Committee) -> tuple[dict[int, PartialSignature], list[int]]:
    """Return lies of members 1 and 2 that fit three honest members, and the others."""
    chosen = (1, 2, 3, 4, 5)
    one, two, *_ = shamir.lagrange(chosen)
    delta = Scalar(-one * inverse(two) % GROUP_ORDER)
    lies = {1: plus(made.parts[1], 1), 2: plus(made.parts[2], delta)}
    return lies, [6, 7]


def test_two_liars_cannot_frame_those_who_are_off_their_polynomial() -> None:
    """Their lies cancel at 0 over a set with three honest members: it gives the signature."""
    made = committee(7, 2)
    lies, framed = correlated(made)
    told = {**made.parts, **lies}
    accepted = [told[i] for i in (1, 2, 3, 4, 5)]
    assert signs(made, accepted)
    u = {part.index: part.u for part in accepted}
    assert [i for i in told if shamir.interpolate(u, i) != told[i].u] == framed
    assert made.named(lies) == [1, 2]
    assert made.named(lies, made.proven[2:]) == [1, 2]


@pytest.mark.slow
def test_lies_that_cancel_frame_nobody_in_any_set() -> None:
    """Over each set of five with both liars, whatever it is."""
    made = committee(7, 2)
    for others in combinations(range(3, 8), 3):
        one, two, *_ = shamir.lagrange((1, 2, *others))
        delta = Scalar(-one * inverse(two) % GROUP_ORDER)
        lies = {1: plus(made.parts[1], 1), 2: plus(made.parts[2], delta)}
        assert signs(made, [lies[1], lies[2], *(made.parts[i] for i in others)])
        assert made.named(lies) == [1, 2]


@pytest.mark.thorough
def test_a_liar_cannot_prove_its_lie_with_other_masks() -> None:
    """The proof of one answer alone holds; its masks are off those of the others."""
    made = committee(7, 2)
    forged = [masked_lie(made, i, delta=i) for i in (1, 2)]
    for each in forged:
        verify_answer(CURVE, made.public, B, DOMAIN, each)
    lies = {each.part.index: each.part for each in forged}
    answers = [*forged, *made.proven[2:]]
    assert made.named(lies, answers) == [1, 2]
    right = agree(CURVE, made.public, B, DOMAIN, answers)
    assert {each.part.index for each in right} == {3, 4, 5, 6, 7}


def test_correlated_masks_agree_with_no_honest_member() -> None:
    """Liars move their masks by a polynomial of their own, which fits t + 1 honest points."""
    made = committee(7, 2)
    forged = [masked_lie(made, i, delta=(i - 3) * (i - 4)) for i in (1, 2)]
    lies = {each.part.index: each.part for each in forged}
    assert made.named(lies, [*forged, *made.proven[2:]]) == [1, 2]


def masked_lie(made: Committee, index: int, *, delta: int) -> ProvenAnswer:
    """Return a wrong u_i with masks that make up for it, and a proof that verifies."""
    share = made.shares[index - 1]
    shifted = _ShiftedMasks(delta)
    return shifted.prove(share)


class _ShiftedMasks:
    """Proves an answer whose first mask commits to delta more than it should."""

    def __init__(self, delta: int) -> None:
        self.delta = delta

    def prove(self, share: SigningShare) -> ProvenAnswer:
        with pytest.MonkeyPatch.context() as patch:
            real = prss.share

            def shifted(keys: PrssKeys, label: bytes) -> Scalar:
                value = real(keys, label)
                first = label[:1] == b"z" and label[-1:] == b"\x01"
                more = self.delta if first else 0
                return Scalar((value + more) % GROUP_ORDER)

            def signing(share: SigningShare, B: G1, domain: Scalar) -> PartialSignature:
                return plus(sign_share(share, B, domain), self.delta * share.index)

            patch.setattr(prss, "share", shifted)
            patch.setattr(proofs, "sign_share", signing)
            source = SeededRandomness(bytes(32)).derive("forged")
            return prove_share(CURVE, share, B, DOMAIN, source)


@pytest.mark.parametrize("size", SIZES)
def test_more_liars_than_t_name_nobody(size: tuple[int, int]) -> None:
    made, t = committee(*size), size[1]
    with pytest.raises(ProofError, match=r"threshold\.agreement"):
        made.named({}, made.proven[: 2 * t])


# Evidence.


def lie_of(made: Committee) -> Lie:
    told = made.told({1: plus(made.parts[1], 1)})
    (lie,) = name_liars(CURVE, made.public, B, DOMAIN, told, made.proven)
    return lie


def test_evidence_names_nobody_who_did_not_say_it() -> None:
    made = committee(4, 1)
    lie = lie_of(made)
    with pytest.raises(ProofError, match=r"signature\.invalid"):
        verify_lie(CURVE, made.public, key(2).public, lie)
    honest = replace(lie, told=signed(made.public, made.parts[2]))
    with pytest.raises(ProofError, match=r"threshold\.evidence"):
        verify_lie(CURVE, made.public, key(2).public, honest)


def test_a_member_is_not_named_by_what_it_said_of_something_else() -> None:
    """Its answer to another B, domain or sharing is right there, and wrong here."""
    made = committee(4, 1)
    lie = lie_of(made)
    elsewhere = CURVE.hash_to_g1(b"other", b"fairlot-v1/tests")
    part = sign_share(made.shares[1], elsewhere, DOMAIN)
    told = sign_part(made.public.sharing_id, elsewhere, DOMAIN, part, key(2))
    domain = sign_share(made.shares[1], B, Scalar(6))
    later = sign_part(made.public.sharing_id, B, Scalar(6), domain, key(2))
    resharing = sign_part(bytes(32), B, DOMAIN, part, key(2))
    for each in (told, later, resharing):
        with pytest.raises(ProofError, match=r"signature\.invalid"):
            verify_lie(CURVE, made.public, key(2).public, replace(lie, told=each))


def test_evidence_needs_enough_members_who_proved_what_was_signed() -> None:
    made = committee(4, 1)
    lie = lie_of(made)
    key_1 = key(1).public
    rows = [
        replace(lie, proven=lie.proven[:2]),
        replace(lie, domain=Scalar(6), told=_resigned(made, lie, Scalar(6))),
    ]
    for each in rows:
        with pytest.raises(ProofError, match=r"threshold\.agreement"):
            verify_lie(CURVE, made.public, key_1, each)
    with pytest.raises(CallerError, match=r"shamir\.indexes"):
        verify_lie(CURVE, made.public, key_1, replace(lie, proven=lie.proven[:1] * 3))


def _resigned(made: Committee, lie: Lie, domain: Scalar) -> SignedPart:
    return sign_part(made.public.sharing_id, B, domain, lie.told.part, key(1))


def test_a_member_beyond_the_committee_is_not_named() -> None:
    made = committee(4, 1)
    lie = lie_of(made)
    told = signed(made.public, replace(lie.told.part, index=5))
    with pytest.raises(ProofError, match=r"threshold\.evidence"):
        verify_lie(CURVE, made.public, key(5).public, replace(lie, told=told))


# Proofs.


@pytest.mark.parametrize("size", [(1, 0), (4, 1), (7, 2)])
def test_a_proof_is_of_its_statement_and_no_other(size: tuple[int, int]) -> None:
    made = committee(*size)
    (first, *_), G = made.proven, CURVE.g1_generator()
    part = first.part
    edits = [
        replace(first, part=plus(part, 1)),
        replace(first, part=moved(part, 1)),
        replace(first, part=replace(part, exponent=Scalar(7))),
        replace(first, part=replace(part, index=0)),
        replace(first, part=replace(part, index=size[0] + 1)),
        replace(first, key=first.key + G),
        replace(first, masks=(*first.masks, G)),
        replace(first, proof=first.proof[:-32]),
        replace(first, proof=first.proof + bytes(32)),
        replace(first, proof=bytes(160)),
        *(replace(first, proof=_flipped(first.proof, 32 * k + 31)) for k in range(5)),
    ]
    if first.masks:
        edits.append(replace(first, masks=(first.masks[0] + G, *first.masks[1:])))
        edits.append(replace(first, part=replace(part, index=2)))
    for each in edits:
        with pytest.raises(ProofError, match=r"threshold\.proof"):
            verify_answer(CURVE, made.public, B, DOMAIN, each)
    other = CURVE.hash_to_g1(b"other", b"fairlot-v1/tests")
    for base, domain in ((other, DOMAIN), (B, Scalar(6))):
        with pytest.raises(ProofError, match=r"threshold\.proof"):
            verify_answer(CURVE, made.public, base, domain, first)


def _flipped(data: bytes, at_byte: int) -> bytes:
    return data[:at_byte] + bytes([data[at_byte] ^ 1]) + data[at_byte + 1 :]


def test_masks_hide_what_bare_points_would_give_away() -> None:
    """With BP1·z_{i,m} everybody had BP1·(a_i·(x_i + e)); the masks give another point."""
    made = committee(4, 1)
    for share, each in zip(made.shares, made.proven, strict=True):
        i = share.index
        product = CURVE.g1_generator() * each.part.u - at(each.masks, i) * i
        y = (share.secret + each.part.exponent) % GROUP_ORDER
        a = inverse(y) * _unmasked(made, share, each) % GROUP_ORDER
        assert product != CURVE.g1_generator() * (a * y % GROUP_ORDER)
    assert blinding_base(CURVE) != CURVE.g1_generator()


def _unmasked(made: Committee, share: SigningShare, each: ProvenAnswer) -> int:
    z = prss.zero_share(
        share.prss,
        b"z" + signature_nonce(made.public.sharing_id, B, each.part.exponent, DOMAIN),
    )
    return (each.part.u - z) % GROUP_ORDER


# Points on one polynomial.


@pytest.mark.parametrize("size", [(1, 0), *SIZES])
def test_agreeing_finds_the_honest_whatever_t_liars_publish(
    size: tuple[int, int],
) -> None:
    n, t = size
    source = SeededRandomness(bytes(32)).derive("agreeing")
    shares = shamir.split(Scalar(9), n, t, source)
    points = {i: B * s for i, s in shares.items()}
    assert shamir.agreeing(points, t) == tuple(range(1, n + 1))
    # On a polynomial of their own, through t honest points.
    other = shamir.split(Scalar(10), n, t, source)
    liars = range(1, t + 1)
    mine = {i: points[i] + B * other[i] for i in liars}
    assert shamir.agreeing({**points, **mine}, t) == tuple(range(t + 1, n + 1))


def test_liars_on_a_polynomial_through_honest_points_frame_nobody() -> None:
    """With t + 1 points as a majority, members 1 to 4 of 7 would outvote 5, 6 and 7."""
    shares = shamir.split(Scalar(9), 7, 2, SeededRandomness(bytes(32)))
    through = {3: shares[3], 4: shares[4], 8: Scalar(5)}
    forged = {i: B * shamir.interpolate(through, i) for i in (1, 2)}
    points = {**{i: B * s for i, s in shares.items()}, **forged}
    assert shamir.first_off_polynomial({i: points[i] for i in (1, 2, 3, 4)}, 2) is None
    assert shamir.agreeing(points, 2) == (3, 4, 5, 6, 7)


def test_agreeing_refuses_where_too_few_are_left() -> None:
    points = {1: B, 2: B + B, 3: B}
    with pytest.raises(ProofError, match=r"shamir\.disagreement"):
        shamir.agreeing(points, 1)
    with pytest.raises(ProofError, match=r"shamir\.disagreement"):
        shamir.agreeing({}, 0)
