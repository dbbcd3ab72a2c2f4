"""What the keyed function refuses (specs/uniqueness-tag.md); a part of its chapter."""

from collections.abc import Mapping, Sequence

from fairlot_crypto.committee import shamir
from fairlot_crypto.curve import G1
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.voprf.dleq import verify_proof
from fairlot_crypto.voprf.oprf import Evaluated
from fairlot_crypto.voprf.suite import elements_from_bytes
from fairlot_crypto.voprf.threshold import PublicShares, combine
from generators.case import Case, Raw, reject
from generators.committee_setting import GROUP, stream
from generators.uniqueness_tag_setting import (
    IDENTITY,
    OFF_SUBGROUP,
    answers_of,
    decoded,
    points,
    tag_deal,
)

_FREE = "The identity is every key's value of the identity: it would prove nothing."
_SUBGROUP = "A small part outside the group would leak the key modulo its order."
_PROOF = "voprf.proof"
_OTHERS = "With a value of another key the tag is another: one person, two leaves."


def cases() -> Sequence[Case]:
    """Return the cases."""
    return (*_elements(), *_proofs(), *_encodings(), *_sharings(), *_combinations())


def _elements() -> Sequence[Case]:
    good = tag_deal(1, 0).elements[0].to_bytes()
    rows = (
        ("identity", _FREE, "groups.identity", IDENTITY),
        ("off-subgroup", _SUBGROUP, "groups.point", OFF_SUBGROUP),
        (
            "infinity-sign",
            "An element has one name.",
            "groups.point",
            b"\xe0" + bytes(47),
        ),
        (
            "uncompressed",
            "An element has one name.",
            "groups.point",
            b"\x17" + good[1:],
        ),
        ("short", "The length is exact.", "groups.length", good[:-1]),
        ("long", "The length is exact.", "groups.length", good + b"\x00"),
    )
    return [_element(*row, good) for row in rows]


def _element(name: str, rule: str, code: str, data: bytes, good: bytes) -> Case:
    return reject(
        f"element-{name}",
        rule,
        code,
        {"op": "elements", "elements": [good, data]},
        lambda: elements_from_bytes(GROUP, (good, data)),
    )


def _proofs() -> Sequence[Case]:
    deal, other = tag_deal(4, 1), tag_deal(4, 1, label="other")
    K, C = deal.public.shares[0], deal.elements
    made, second = deal.answers[1], deal.answers[2]
    D, proof = made.elements, made.proof.to_bytes()
    late = (GROUP_ORDER - 1).to_bytes(32, "big")
    order = "The proof binds the order: else two people would exchange their tags."
    batch = "Every element is evaluated once, and one proof has some."
    shift = GROUP.g1_generator()
    rows: tuple[tuple[str, str, str, G1, Sequence[G1], Sequence[G1], bytes], ...] = (
        ("other-member", _OTHERS, _PROOF, deal.public.shares[1], C, D, proof),
        ("other-sharing", _OTHERS, _PROOF, other.public.shares[0], C, D, proof),
        ("values-of-other", _OTHERS, _PROOF, K, C, second.elements, proof),
        ("proof-of-other", _OTHERS, _PROOF, K, C, D, second.proof.to_bytes()),
        ("values-swapped", order, _PROOF, K, C, D[::-1], proof),
        ("elements-swapped", order, _PROOF, K, C[::-1], D, proof),
        ("both-swapped", order, _PROOF, K, C[::-1], D[::-1], proof),
        ("value-changed", _OTHERS, _PROOF, K, C, (D[0] + shift, D[1]), proof),
        (
            "sum-kept",
            "The elements are weighted, so that errors do not cancel.",
            _PROOF,
            K,
            C,
            (D[0] + shift, D[1] - shift),
            proof,
        ),
        ("value-negated", _OTHERS, _PROOF, K, C, (-D[0], -D[1]), proof),
        ("one-of-two", batch, "voprf.batch", K, C, D[:1], proof),
        ("three-of-two", batch, "voprf.batch", K, C, (*D, D[0]), proof),
        ("none", batch, "voprf.batch", K, (), (), proof),
        ("part-of-batch", order, _PROOF, K, C[:1], D[:1], proof),
        ("challenge-changed", _OTHERS, _PROOF, K, C, D, late + proof[32:]),
        ("response-changed", _OTHERS, _PROOF, K, C, D, proof[:32] + late),
        ("halves-swapped", _OTHERS, _PROOF, K, C, D, proof[32:] + proof[:32]),
    )
    return [_proof(*row) for row in rows]


def _proof(
    name: str,
    rule: str,
    code: str,
    B: G1,
    C: Sequence[G1],
    D: Sequence[G1],
    proof: bytes,
) -> Case:
    def attempt() -> None:
        answer = decoded([each.to_bytes() for each in D], proof)
        verify_proof(GROUP, B, C, answer.elements, answer.proof)

    return reject(
        f"verify-{name}",
        rule,
        code,
        {
            "op": "verify-proof",
            "B": B.to_bytes(),
            "C": points(C),
            "D": points(D),
            "proof": proof,
        },
        attempt,
    )


def _encodings() -> Sequence[Case]:
    deal = tag_deal(4, 1)
    K, C = deal.public.shares[0], deal.elements
    D, proof = deal.answers[1].elements, deal.answers[1].proof.to_bytes()
    order = GROUP_ORDER.to_bytes(32, "big")
    one_name = "A scalar has one encoding, and is not 0."
    rows = (
        ("challenge-order", order + proof[32:]),
        ("response-order", proof[:32] + order),
        ("challenge-zero", bytes(32) + proof[32:]),
        ("short", proof[:-1]),
        ("long", proof + b"\x00"),
        ("empty", b""),
    )
    return [
        _proof(f"encoding-{name}", one_name, "groups.scalar", K, C, D, data)
        for name, data in rows
    ]


def _sharings() -> Sequence[Case]:
    deal, other = tag_deal(4, 1), tag_deal(4, 1, label="other")
    K = deal.public.shares
    zero = shamir.split(0, 4, 1, stream("zero"))
    nothing = tuple(GROUP.g1_generator() * k for k in zero.values())
    rows: tuple[tuple[str, str, int, Sequence[G1]], ...] = (
        ("few", "t + 1 shares determine the key.", 1, K[:1]),
        ("none", "t + 1 shares determine the key.", 0, ()),
        (
            "other",
            "Two choices of members would give two tags.",
            1,
            (*K[:3], other.public.shares[3]),
        ),
        ("swapped", "A share belongs to its member.", 1, (K[0], K[1], K[3], K[2])),
        ("degree", "The sharing has the degree that is stated.", 0, K),
        ("zero", "With the key 0 all tags can be guessed.", 1, nothing),
    )
    return [_sharing(*row) for row in rows]


def _sharing(name: str, rule: str, degree: int, shares: Sequence[G1]) -> Case:
    public = PublicShares(degree, tuple(shares))
    return reject(
        f"public-key-{name}",
        rule,
        "voprf.sharing",
        {"op": "public-key", "degree": degree, "shares": points(shares)},
        public.public_key,
    )


def _combinations() -> Sequence[Case]:
    deal, other = tag_deal(4, 1), tag_deal(4, 1, label="other")
    first, second, third = (deal.answers[i] for i in (1, 2, 3))
    stranger = other.answers[2]
    backwards = Evaluated(second.elements[::-1], second.proof)
    short = Evaluated(second.elements[:1], second.proof)
    few, member = "voprf.too-few", "voprf.member"
    needed = "t + 1 must answer truly; with fewer the tag would be another."
    rows: tuple[tuple[str, str, str, Mapping[int, Evaluated]], ...] = (
        ("none", needed, few, {}),
        ("too-few", needed, few, {1: first}),
        ("other-sharing", needed, few, {1: first, 2: stranger}),
        ("all-of-other-sharing", needed, few, dict(other.answers)),
        ("batch-order", needed, few, {1: first, 2: backwards}),
        ("batch-short", needed, few, {1: first, 2: short}),
        ("index-swapped", needed, few, {1: second, 2: first}),
        ("index-changed", needed, few, {1: first, 4: third}),
        ("index-zero", "Members are numbered from 1.", member, {0: first, 1: first}),
        ("index-unknown", "There are four members.", member, {1: first, 5: second}),
    )
    return [_combination(*row, deal.public, deal.elements) for row in rows]


def _combination(
    name: str,
    rule: str,
    code: str,
    answers: Mapping[int, Evaluated],
    public: PublicShares,
    elements: Sequence[G1],
) -> Case:
    inputs: dict[str, Raw] = {
        "op": "combine",
        "degree": public.degree,
        "shares": points(public.shares),
        "elements": points(elements),
        "answers": answers_of(answers),
    }
    return reject(
        f"combine-{name}",
        rule,
        code,
        inputs,
        lambda: combine(GROUP, public, elements, answers),
    )
