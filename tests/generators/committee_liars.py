"""Vectors of answers that are proven, and of lies (specs/committee.md, section 3)."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from fairlot_crypto.committee import shamir
from fairlot_crypto.committee.answer import ProvenAnswer, prove_share, verify_answer
from fairlot_crypto.committee.liars import (
    Lie,
    SignedPart,
    find_signature,
    name_liars,
    sign_part,
    verify_lie,
)
from fairlot_crypto.committee.threshold import PartialSignature, sign_share
from fairlot_crypto.curve import G1, Scalar, inverse, scalar_to_bytes
from fairlot_crypto.hashing import GROUP_ORDER, i2osp
from fairlot_crypto.keys import SigningKey
from generators.case import Case, Raw, accept, reject
from generators.committee_setting import (
    GROUP,
    KeyDeal,
    key_deal,
    keys_of,
    partial,
    sharing_of,
    stream,
)

FOUR, SEVEN = (4, 1), (7, 2)


def cases() -> tuple[Case, ...]:
    """Return the cases."""
    return (
        *_points(),
        *(_proof(n, t, member) for n, t, member in ((1, 0, 1), (4, 1, 3), (7, 2, 7))),
        *_proofs_refused(),
        *_found(),
        *_named(),
        *_lies_refused(),
    )


def _points() -> Sequence[Case]:
    shares = shamir.split(9, 7, 2, stream("agreeing"))
    points = {i: GROUP.g1_generator() * s for i, s in shares.items()}
    through = {3: shares[3], 4: shares[4], 8: Scalar(5)}
    forged = {i: GROUP.g1_generator() * shamir.interpolate(through, i) for i in (1, 2)}
    few = {i: points[i] for i in (1, 2, 3, 4)}
    accepted = (
        ("all", "Nobody is off.", points),
        (
            "two-liars",
            "1 and 2 are on a polynomial through 3 and 4; the honest five decide.",
            {**points, **forged},
        ),
        (
            "silent",
            "Two are silent.",
            {i: p for i, p in points.items() if i not in {2, 6}},
        ),
    )
    return (
        *(
            accept(
                f"agreeing-{name}",
                comment,
                _point_inputs(given),
                {"members": list(shamir.agreeing(given, 2))},
            )
            for name, comment, given in accepted
        ),
        *(
            reject(
                f"agreeing-{name}",
                "2t + 1 points decide: t of fewer may be of liars.",
                "shamir.disagreement",
                _point_inputs(given),
                functools.partial(shamir.agreeing, given, 2),
            )
            for name, given in (
                ("too-few", few),
                ("too-many-liars", {**points, **forged, 3: forged[1]}),
                ("nobody", {}),
            )
        ),
    )


def _point_inputs(points: Mapping[int, G1]) -> dict[str, Raw]:
    indexed: dict[str, Raw] = {str(i): p.to_bytes() for i, p in points.items()}
    return {"op": "agreeing", "degree": 2, "points": indexed}


@cache
def _answers(n: int, t: int) -> tuple[ProvenAnswer, ...]:
    deal = key_deal(n, t)
    return tuple(
        prove_share(GROUP, s, deal.B, deal.domain, stream(f"proof {s.index}"))
        for s in deal.shares
    )


def _answer(made: ProvenAnswer) -> dict[str, Raw]:
    return {
        **partial(made.part),
        "masks": [z.to_bytes() for z in made.masks],
        "Q": made.key.to_bytes(),
        "proof": made.proof,
    }


def _setting(deal: KeyDeal) -> dict[str, Raw]:
    return {
        "degree": deal.public.degree,
        "shares": sharing_of(deal.public),
        "B": deal.B.to_bytes(),
        "domain": scalar_to_bytes(deal.domain),
    }


def _proof(n: int, t: int, member: int) -> Case:
    deal = key_deal(n, t)
    share = deal.shares[member - 1]
    return accept(
        f"prove-share-{n}-{member}",
        "A member's answer with its proof.",
        {
            "op": "prove-share",
            **_setting(deal),
            "index": member,
            "secret": scalar_to_bytes(share.secret),
            "exponent_key": share.exponent_key,
            "keys": keys_of(share.prss.keys),
            "seed": stream.seed(f"proof {member}"),
        },
        _answer(_answers(n, t)[member - 1]),
    )


def _proofs_refused() -> Sequence[Case]:
    made, deal, G = _answers(*FOUR)[0], key_deal(*FOUR), GROUP.g1_generator()
    part = made.part
    more = Scalar((part.u + 1) % GROUP_ORDER)
    rows = (
        ("u", "u_i is what A_i, W_i and the masks make it.", _part(made, u=more)),
        ("A", "A_i is B·a_i.", _part(made, A=part.A + G)),
        ("e", "e is in the key equation.", _part(made, exponent=Scalar(5))),
        ("other-member", "W_i is the member's.", _part(made, index=2)),
        ("index-zero", "Members are numbered from 1.", _part(made, index=0)),
        ("index-five", "Members are numbered to n.", _part(made, index=5)),
        ("mask", "A mask is in the proof.", replace(made, masks=(made.masks[0] + G,))),
        ("masks", "There are t masks.", replace(made, masks=(*made.masks, G))),
        ("no-mask", "There are t masks.", replace(made, masks=())),
        ("Q", "Q is in the proof.", replace(made, key=made.key + G)),
        ("short", "A proof has 160 bytes.", replace(made, proof=made.proof[:-1])),
        ("zero", "Its scalars are in [1, r-1].", replace(made, proof=bytes(160))),
        *(
            (f"scalar-{k}", "All five scalars count.", _flipped(made, 32 * k + 31))
            for k in range(5)
        ),
    )
    return [
        reject(
            f"verify-answer-{name}",
            rule,
            "threshold.proof",
            {"op": "verify-answer", **_setting(deal), "answer": _answer(each)},
            functools.partial(
                verify_answer, GROUP, deal.public, deal.B, deal.domain, each
            ),
        )
        for name, rule, each in rows
    ]


def _part(made: ProvenAnswer, **changes: object) -> ProvenAnswer:
    return replace(made, part=replace(made.part, **changes))  # type: ignore[arg-type]


def _flipped(made: ProvenAnswer, at: int) -> ProvenAnswer:
    changed = bytes([made.proof[at] ^ 1])
    return replace(made, proof=made.proof[:at] + changed + made.proof[at + 1 :])


def _parts(n: int, t: int) -> dict[int, PartialSignature]:
    return {each.part.index: each.part for each in _answers(n, t)}


def _wrong(part: PartialSignature, delta: int = 1) -> PartialSignature:
    return replace(part, u=Scalar((part.u + delta) % GROUP_ORDER))


def _cancelling() -> dict[int, PartialSignature]:
    """Return lies of members 1 and 2 of 7 that cancel over {1, 2, 3, 4, 5}."""
    parts = _parts(*SEVEN)
    one, two, *_ = shamir.lagrange((1, 2, 3, 4, 5))
    delta = -one * inverse(two) % GROUP_ORDER
    return {1: _wrong(parts[1]), 2: _wrong(parts[2], delta)}


def _found() -> Sequence[Case]:
    four = _parts(*FOUR)
    lie = {**four, 1: _wrong(four[1])}
    silent = {i: p for i, p in four.items() if i != 2}
    two = {**lie, 2: _wrong(four[2], 5)}
    seven = {**_parts(*SEVEN), **_cancelling()}
    signature, few = "threshold.signature", "threshold.too-few"
    rows = (
        ("liar", FOUR, lie, "The first three give nothing, the last three do."),
        ("silent", FOUR, silent, "Three are enough."),
        ("cancelling", SEVEN, seven, "Lies that cancel do no harm to the signature."),
    )
    refused = (
        ("two-liars", two, signature, "2t + 1 must be honest."),
        (
            "silent-and-liar",
            {k: lie[k] for k in (1, 2, 3)},
            signature,
            "2t + 1 honest.",
        ),
        ("too-few", {k: four[k] for k in (1, 2)}, few, "2t + 1 must answer."),
    )
    return (
        *(
            accept(
                f"find-signature-{name}",
                comment,
                _finding(key_deal(*size), parts),
                {"signature": _signature(key_deal(*size), parts)},
            )
            for name, size, parts, comment in rows
        ),
        *(
            reject(
                f"find-signature-{name}",
                rule,
                code,
                _finding(key_deal(*FOUR), parts),
                functools.partial(_signature, key_deal(*FOUR), parts),
            )
            for name, parts, code, rule in refused
        ),
    )


def _finding(deal: KeyDeal, parts: Mapping[int, PartialSignature]) -> dict[str, Raw]:
    return {
        "op": "find-signature",
        **_setting(deal),
        "partials": [partial(each) for each in parts.values()],
    }


def _signature(deal: KeyDeal, parts: Mapping[int, PartialSignature]) -> bytes:
    return find_signature(GROUP, deal.public, deal.B, [*parts.values()]).to_bytes()


def key_of(index: int) -> SigningKey:
    """Return the Ed25519 key of a member."""
    return SigningKey.from_seed(i2osp(index, 1) * 32)


def _told(
    deal: KeyDeal, lies: Mapping[int, PartialSignature], size: tuple[int, int]
) -> list[SignedPart]:
    told = {**_parts(*size), **lies}
    return [
        sign_part(deal.public.sharing_id, deal.B, deal.domain, part, key_of(i))
        for i, part in told.items()
    ]


def _signed(each: SignedPart) -> dict[str, Raw]:
    return {**partial(each.part), "signature": each.signature}


def _named() -> Sequence[Case]:
    four = _parts(*FOUR)
    rows: Sequence[
        tuple[str, tuple[int, int], dict[int, PartialSignature], int, str]
    ] = (
        ("nobody", FOUR, {}, 0, "All told the truth."),
        ("u", FOUR, {1: _wrong(four[1])}, 1, "The liar proves nothing."),
        ("e", FOUR, {2: replace(four[2], exponent=Scalar(5))}, 0, "e is a part of it."),
        (
            "cancelling",
            SEVEN,
            _cancelling(),
            2,
            "Over {1, 2, 3, 4, 5} the lies cancel, and 6 and 7 would seem to be off.",
        ),
    )
    return [_naming(*row) for row in rows]


def _naming(
    name: str,
    size: tuple[int, int],
    lies: Mapping[int, PartialSignature],
    unproven: int,
    comment: str,
) -> Case:
    deal = key_deal(*size)
    told, answers = _told(deal, lies, size), _answers(*size)[unproven:]
    found = name_liars(GROUP, deal.public, deal.B, deal.domain, told, answers)
    return accept(
        f"name-liars-{name}",
        comment,
        {
            "op": "name-liars",
            **_setting(deal),
            "told": [_signed(each) for each in told],
            "answers": [_answer(each) for each in answers],
        },
        {"members": [each.told.part.index for each in found]},
    )


def _lies_refused() -> Sequence[Case]:
    deal, parts, answers = key_deal(*FOUR), _parts(*FOUR), _answers(*FOUR)
    told = _told(deal, {1: _wrong(parts[1])}, FOUR)
    (lie,) = name_liars(GROUP, deal.public, deal.B, deal.domain, told, answers)
    honest = replace(lie, told=told[1])
    elsewhere = sign_share(deal.shares[1], deal.B + deal.B, deal.domain)
    other = sign_part(
        deal.public.sharing_id, deal.B + deal.B, deal.domain, elsewhere, key_of(2)
    )
    fifth = _told(deal, {1: replace(parts[1], index=5)}, FOUR)[0]
    unsigned, shown = "signature.invalid", "threshold.evidence"
    rows = (
        ("honest", "What is right is no lie.", shown, 2, honest),
        ("stranger", "A lie is a member's.", shown, 1, replace(lie, told=fifth)),
        ("other-key", "The member signed it.", unsigned, 2, lie),
        ("other-base", "It was said of B.", unsigned, 2, replace(lie, told=other)),
        (
            "too-few",
            "2t + 1 proofs decide: t of fewer may be of liars.",
            "threshold.agreement",
            1,
            replace(lie, proven=lie.proven[:2]),
        ),
        (
            "forged",
            "Proofs are verified.",
            "threshold.agreement",
            1,
            replace(lie, proven=(_flipped(lie.proven[0], 31), *lie.proven[1:])),
        ),
        (
            "one-thrice",
            "Proofs are of distinct members.",
            "shamir.indexes",
            1,
            replace(lie, proven=lie.proven[:1] * 3),
        ),
    )
    return (
        accept(
            "verify-lie",
            "Shown to whoever knows the sharing.",
            _lie(deal, 1, lie),
            {"valid": True},
        ),
        *(
            reject(
                f"verify-lie-{name}",
                rule,
                code,
                _lie(deal, member, each),
                functools.partial(
                    verify_lie, GROUP, deal.public, key_of(member).public, each
                ),
            )
            for name, rule, code, member, each in rows
        ),
    )


def _lie(deal: KeyDeal, member: int, lie: Lie) -> dict[str, Raw]:
    return {
        "op": "verify-lie",
        **_setting(deal),
        "key": key_of(member).public,
        "told": _signed(lie.told),
        "answers": [_answer(each) for each in lie.proven],
    }
