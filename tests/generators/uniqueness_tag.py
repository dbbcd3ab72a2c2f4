"""Vectors of the uniqueness tag (specs/uniqueness-tag.md)."""

from collections.abc import Sequence
from hashlib import sha256

from fairlot_crypto.committee import shamir
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.hashing import scalar_for
from fairlot_crypto.voprf.dleq import composites
from fairlot_crypto.voprf.oprf import blind, blind_evaluate, finalize
from fairlot_crypto.voprf.suite import (
    CONTEXT,
    SEED_DST,
    input_element,
    with_length,
)
from fairlot_crypto.voprf.threshold import combine, deal_tag_key
from generators import uniqueness_tag_identifiers, uniqueness_tag_refused
from generators.case import Case, Chapter, Raw, accept
from generators.committee_setting import GROUP, deal_inputs, stream
from generators.uniqueness_tag_setting import (
    INPUTS,
    KEY,
    answers_of,
    indexed,
    points,
    tag_deal,
)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "uniqueness-tag",
        "`op` names a procedure of specs/uniqueness-tag.md. Scalars have 32 bytes, "
        "big-endian; elements are compressed; `id` is bytes. `seed` starts a seeded source "
        "of specs/notation.md, section 6. The keys of `answers` are the members' indexes, "
        "and `shares` are K_1..K_n in order.",
        (
            *_blinded(),
            *_evaluated(),
            _finalized(),
            *_dealt(),
            *_combined(),
            *uniqueness_tag_refused.cases(),
            *uniqueness_tag_identifiers.cases(),
        ),
    )


def _blinded() -> Sequence[Case]:
    return [_blind(i, identifier) for i, identifier in enumerate(INPUTS)]


def _blind(i: int, identifier: bytes) -> Case:
    made = blind(GROUP, identifier, stream(f"blind {i}"))
    return accept(
        f"blind-{identifier.decode().lower() or 'nothing'}",
        "The input element times a random scalar.",
        {"op": "blind", "id": identifier, "seed": stream.seed(f"blind {i}")},
        {"element": made.element.to_bytes(), "blind": scalar_to_bytes(made.blind)},
        {
            "context": CONTEXT,
            "input_element": input_element(GROUP, identifier).to_bytes(),
        },
    )


def _evaluated() -> Sequence[Case]:
    return [_evaluation(count) for count in (1, 2, 3)]


def _evaluation(count: int) -> Case:
    elements = tag_deal(1, 0, count).elements
    made = blind_evaluate(GROUP, KEY, elements, stream("fresh"))
    B = GROUP.g1_generator() * KEY
    M, Z = composites(GROUP, B, elements, made.elements)
    fresh = stream("fresh").take(32)
    nonce = scalar_to_bytes(KEY), fresh, M.to_bytes(), Z.to_bytes()
    r = scalar_for("voprf-nonce", *nonce)
    seed = with_length(B.to_bytes()) + with_length(SEED_DST)
    return accept(
        f"evaluate-{count}",
        f"One key, {count} elements, one proof.",
        {
            "op": "blind-evaluate",
            "key": scalar_to_bytes(KEY),
            "elements": points(elements),
            "seed": stream.seed("fresh"),
        },
        {"elements": points(made.elements), "proof": made.proof.to_bytes()},
        {
            "B": B.to_bytes(),
            "seed": sha256(seed).digest(),
            "M": M.to_bytes(),
            "Z": Z.to_bytes(),
            "r": scalar_to_bytes(r),
            "t2": (GROUP.g1_generator() * r).to_bytes(),
            "t3": (M * r).to_bytes(),
            "c": scalar_to_bytes(made.proof.c),
            "s": scalar_to_bytes(made.proof.s),
        },
    )


def _finalized() -> Case:
    (blinded,) = tag_deal(1, 0, 1).blinded
    element = blinded.element * KEY
    return accept(
        "finalize",
        "The blind goes, and the input comes into the hash beside the element.",
        {
            "op": "finalize",
            "id": blinded.identifier,
            "blind": scalar_to_bytes(blinded.blind),
            "element": element.to_bytes(),
        },
        {"tag": finalize(blinded, element)},
        {"N": (input_element(GROUP, blinded.identifier) * KEY).to_bytes()},
    )


def _dealt() -> Sequence[Case]:
    return [_deal(n, t) for n, t in ((1, 0), (4, 1), (7, 2))]


def _deal(n: int, t: int) -> Case:
    public, held = deal_tag_key(GROUP, n, t, stream(f"tag {n}"))
    key = shamir.interpolate({share.index: share.secret for share in held})
    return accept(
        f"deal-{n}-{t}",
        "k, then its sharing, from one source.",
        {"op": "deal-tag-key", **deal_inputs(n, t, f"tag {n}")},
        {
            "secrets": indexed(held),
            "shares": points(public.shares),
            "public_key": public.public_key().to_bytes(),
        },
        {"key": scalar_to_bytes(key)},
    )


def _combined() -> Sequence[Case]:
    rows = (
        ("alone", (1, 0), (1,), (), "One member: λ_1 is 1."),
        ("first", (4, 1), (1, 2), (), "Two of four."),
        ("last", (4, 1), (3, 4), (), "Another two: the same elements and tags."),
        ("all", (4, 1), (1, 2, 3, 4), (), "The first two that verify are used."),
        ("liar", (4, 1), (1, 2, 3), (1,), "Member 1 lies: it is named and left out."),
        ("liars", (7, 2), (1, 2, 3, 5, 7), (2, 5), "Two of seven lie."),
    )
    return [_combination(*row) for row in rows]


def _combination(
    name: str,
    size: tuple[int, int],
    members: Sequence[int],
    lying: Sequence[int],
    comment: str,
) -> Case:
    deal = tag_deal(*size)
    other = tag_deal(*size, label="other")
    answers = {i: (other if i in lying else deal).answers[i] for i in members}
    made = combine(GROUP, deal.public, deal.elements, answers)
    tags: list[Raw] = [
        finalize(blinded, element)
        for blinded, element in zip(deal.blinded, made.elements, strict=True)
    ]
    return accept(
        f"combine-{name}",
        comment,
        {
            "op": "combine",
            "degree": deal.public.degree,
            "shares": points(deal.public.shares),
            "elements": points(deal.elements),
            "answers": answers_of(answers),
            "ids": [each.identifier for each in deal.blinded],
            "blinds": [scalar_to_bytes(each.blind) for each in deal.blinded],
        },
        {
            "elements": points(made.elements),
            "liars": list(made.liars),
            "tags": tags,
        },
    )
