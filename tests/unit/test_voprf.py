"""The keyed function that names people, against RFC 9497 and against py_ecc."""

from itertools import combinations

import pytest

from fairlot_crypto.committee import shamir
from fairlot_crypto.curve import G1, Scalar, backend, scalar_to_bytes
from fairlot_crypto.errors import CallerError, CryptoError, EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, scalar_for
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.voprf import suite
from fairlot_crypto.voprf.dleq import Proof, composites, generate_proof, verify_proof
from fairlot_crypto.voprf.oprf import Evaluated, blind, blind_evaluate, finalize
from fairlot_crypto.voprf.threshold import (
    PublicShares,
    combine,
    deal_tag_key,
    evaluate_share,
)
from rfc9497 import P256, Bls12381G1, Voprf

CURVE = backend("native")
RFC = Voprf(Bls12381G1())
SLOW = Bls12381G1()
ID = b"deu/c01x00t47"
KEY = Scalar(scalar_for("vectors", b"tag key"))
COMMITTEES = [(1, 0), (4, 1), (7, 2)]


def source(label: str = "") -> SeededRandomness:
    return SeededRandomness(bytes(32)).derive(label)


# RFC 9497, appendix A.3.2: P-256, mode VOPRF.
SECRET = 0xCA5D94C8807817669A51B196C34C1B7F8442FDE4334A7121AE4736364312FCA6
BLINDS = (
    0x3338FA65EC36E0290022B48EB562889D89DBFA691D1CDE91517FA222ED7AD364,
    0xF9DB001266677F62C095021DB018CD8CBB55941D4073698CE45C405D1348B7B1,
)
INPUTS = (b"\x00", b"\x5a" * 17)
OUTPUTS = (
    "0412e8f78b02c415ab3a288e228978376f99927767ff37c5718d420010a645a1",
    "771e10dcd6bcd3664e23b8f2a710cfaaa8357747c4a8cbba03133967b5c24f18",
)
BATCH_R = 0x350E8040F828BF6CECA27405420CDF3D63CB3AEF005F40BA51943C8026877963
BATCH_PROOF = (
    "bdcc351707d02a72ce49511c7db990566d29d6153ad6f8982fad2b435d6ce4d6"
    "0da1e6b3fa740811bde34dd4fe0aa1b5fe6600d0440c9ddee95ea7fad7a60cf2"
)


def test_the_transcription_gives_the_vectors_of_the_rfc_over_its_own_group() -> None:
    group = P256()
    voprf = Voprf(group)
    elements = [
        group.times(voprf.input_element(x), beta)
        for x, beta in zip(INPUTS, BLINDS, strict=True)
    ]
    evaluated = [group.times(element, SECRET) for element in elements]
    c, s = voprf.prove(SECRET, elements, evaluated, BATCH_R)
    assert f"{c:064x}{s:064x}" == BATCH_PROOF
    B = group.times(group.generator(), SECRET)
    assert voprf.verifies(B, elements, evaluated, (c, s))
    for x, beta, D, output in zip(INPUTS, BLINDS, evaluated, OUTPUTS, strict=True):
        unblinded = group.times(D, pow(beta, -1, group.order))
        assert voprf.output(x, unblinded).hex() == output


def test_the_suite_is_built_as_the_rfc_builds_one() -> None:
    assert RFC.context == suite.CONTEXT
    expected = SLOW.encode(RFC.input_element(ID))
    assert suite.input_element(CURVE, ID).to_bytes() == expected
    assert suite.to_scalar(ID) == RFC.scalar(ID)


@pytest.mark.thorough
def test_a_proof_is_the_one_that_the_transcription_makes_with_py_ecc() -> None:
    blinded = [blind(CURVE, bytes([i]), source(f"blind {i}")) for i in range(2)]
    elements = tuple(b.element for b in blinded)
    made = blind_evaluate(CURVE, KEY, elements, source("proof"))
    C = [SLOW.times(RFC.input_element(b.identifier), b.blind) for b in blinded]
    D = [SLOW.times(each, KEY) for each in C]
    assert [e.to_bytes() for e in elements] == [SLOW.encode(each) for each in C]
    assert [e.to_bytes() for e in made.elements] == [SLOW.encode(each) for each in D]
    fresh = source("proof").take(32)
    M, Z = composites(CURVE, CURVE.g1_generator() * KEY, elements, made.elements)
    hedged = scalar_to_bytes(KEY), fresh, M.to_bytes(), Z.to_bytes()
    c, s = RFC.prove(KEY, C, D, scalar_for("voprf-nonce", *hedged))
    assert (made.proof.c, made.proof.s) == (c, s)
    B = SLOW.times(SLOW.generator(), KEY)
    assert RFC.verifies(B, C, D, (c, s))
    assert not RFC.verifies(B, C, D[::-1], (c, s))


@pytest.mark.thorough
@pytest.mark.parametrize(("members", "degree"), COMMITTEES)
def test_shares_combine_to_what_py_ecc_makes_of_the_whole_key(
    members: int, degree: int
) -> None:
    public, held = deal_tag_key(CURVE, members, degree, source("key"))
    key = shamir.interpolate({share.index: share.secret for share in held})
    assert public.public_key() == CURVE.g1_generator() * key
    blinded = blind(CURVE, ID, source("blind"))
    elements = (blinded.element,)
    answers = {
        s.index: evaluate_share(CURVE, s, elements, source(f"{s.index}")) for s in held
    }
    expected = SLOW.encode(SLOW.times(RFC.input_element(ID), key * blinded.blind))
    tags = set[bytes]()
    for chosen in combinations(answers, degree + 1):
        made = combine(CURVE, public, elements, {i: answers[i] for i in chosen})
        assert made.elements[0].to_bytes() == expected
        assert made.liars == ()
        tags.add(finalize(blinded, made.elements[0]))
    assert len(tags) == 1


def test_the_tag_does_not_depend_on_the_blind() -> None:
    tags = set[bytes]()
    for label in ("one", "another"):
        blinded = blind(CURVE, ID, source(label))
        tags.add(finalize(blinded, blinded.element * KEY))
    assert len(tags) == 1


def evaluated(label: str = "proof", count: int = 2) -> tuple[tuple[G1, ...], Evaluated]:
    elements = tuple(
        blind(CURVE, bytes([i]), source(f"{i}")).element for i in range(count)
    )
    return elements, blind_evaluate(CURVE, KEY, elements, source(label))


def test_one_source_used_twice_gives_no_two_challenges_for_one_nonce() -> None:
    elements, first = evaluated()
    B = CURVE.g1_generator() * KEY
    second = generate_proof(
        CURVE, KEY, B, elements[:1], first.elements[:1], source("proof")
    )
    # With one r, k would be (s − s')/(c' − c).
    difference = (second.c - first.proof.c) * KEY
    assert (first.proof.s - second.s - difference) % GROUP_ORDER != 0


def code(call: object, *arguments: object) -> str:
    assert callable(call)
    with pytest.raises(CryptoError) as caught:
        call(*arguments)
    return caught.value.code


def test_a_batch_has_some_elements_each_evaluated_once() -> None:
    elements, made = evaluated()
    B = CURVE.g1_generator() * KEY
    for C, D in ((elements, made.elements[:1]), ((), ()), (elements[:1], ())):
        assert code(verify_proof, CURVE, B, C, D, made.proof) == "voprf.batch"


def test_a_proof_has_two_scalars() -> None:
    _, made = evaluated()
    data = made.proof.to_bytes()
    assert Proof.from_bytes(data) == made.proof
    order = GROUP_ORDER.to_bytes(32, "big")
    for wrong in (b"", data[:-1], data + b"\0", data[:32] + order, bytes(64)):
        with pytest.raises(EncodingError, match=r"groups\.scalar"):
            Proof.from_bytes(wrong)


def test_every_part_of_a_proof_counts() -> None:
    elements, made = evaluated()
    B, (first, second) = CURVE.g1_generator() * KEY, made.elements
    proof = made.proof
    off = Scalar((proof.c + 1) % GROUP_ORDER)
    for C, D, changed in (
        (elements, (second, first), proof),
        (elements[::-1], (first, second), proof),
        (elements, (first, first), proof),
        (elements, (first + B, second), proof),
        (elements, (first + B, second - B), proof),
        (elements, (first, second), Proof(off, proof.s)),
        (elements, (first, second), Proof(proof.c, off)),
    ):
        assert code(verify_proof, CURVE, B, C, D, changed) == "voprf.proof"
    other = B + CURVE.g1_generator()
    assert code(verify_proof, CURVE, other, elements, made.elements, proof) == (
        "voprf.proof"
    )


def test_an_answer_of_another_number_is_a_lie_and_no_mistake_of_the_caller() -> None:
    elements, made = evaluated()
    public = PublicShares(0, (CURVE.g1_generator() * KEY,))
    short = Evaluated(made.elements[:1], made.proof)
    with pytest.raises(ProofError, match=r"voprf\.too-few: .*\[1\]"):
        combine(CURVE, public, elements, {1: short})


def test_answers_are_of_members() -> None:
    elements, made = evaluated()
    public = PublicShares(0, (CURVE.g1_generator() * KEY,))
    for index in (0, 2, -1):
        with pytest.raises(CallerError, match=r"voprf\.member"):
            combine(CURVE, public, elements, {index: made})


def test_a_sharing_of_the_key_fits_together() -> None:
    public, _ = deal_tag_key(CURVE, 4, 1, source("key"))
    other, _ = deal_tag_key(CURVE, 4, 1, source("other"))
    none = CURVE.g1_identity()
    zero = shamir.split(0, 4, 1, source("zero"))
    for shares in (
        (*public.shares[:3], other.shares[3]),
        (*public.shares[:3], none),
        public.shares[:1],
        (none,) * 4,
        tuple(CURVE.g1_generator() * k for k in zero.values()),
    ):
        assert code(PublicShares(1, shares).public_key) == "voprf.sharing"
