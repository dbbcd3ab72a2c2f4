"""What a committee refuses (specs/committee.md); a part of chapter committee."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from fairlot_crypto.bbs.ciphersuite import Signature
from fairlot_crypto.committee import prss, shamir
from fairlot_crypto.committee.threshold import (
    PartialSignature,
    PublicSharing,
    combine,
    deal_key,
    sign_share,
    verify_base,
)
from fairlot_crypto.curve import G1, G2, Scalar, scalar_to_bytes
from fairlot_crypto.hashing import GROUP_ORDER, scalar_for
from generators.case import Case, Raw, reject
from generators.committee_setting import (
    GROUP,
    KeyDeal,
    deal_inputs,
    key_deal,
    partial,
    sample_points,
    sharing_of,
    stream,
)


def cases() -> Sequence[Case]:
    """Return the cases."""
    return (
        *_indexes(),
        *_sizes(),
        *_sharings(),
        *_combinations(),
        *_signatures(),
    )


def _indexes() -> Sequence[Case]:
    rows: tuple[tuple[str, str, tuple[int, ...]], ...] = (
        ("repeated", "Indexes are distinct; a factor would divide by zero.", (1, 2, 2)),
        ("zero", "Indexes are from 1; the member 0 would hold the secret.", (0, 1)),
        ("negative", "Indexes are from 1.", (-1, 2)),
    )
    return (
        *(_lagrange(*row) for row in rows),
        reject(
            "interpolate-no-points",
            "Without shares there is no point; the identity would pass for one.",
            "shamir.indexes",
            {"op": "interpolate-points", "at": 0, "points": {}},
            lambda: shamir.interpolate_points(dict[int, G1]()),
        ),
    )


def _lagrange(name: str, rule: str, indexes: tuple[int, ...]) -> Case:
    return reject(
        f"lagrange-{name}",
        rule,
        "shamir.indexes",
        {"op": "lagrange", "indexes": list(indexes), "at": 0},
        lambda: shamir.lagrange(indexes),
    )


def _sizes() -> Sequence[Case]:
    source = stream("refused")
    dealers: dict[str, Callable[[int, int], object]] = {
        "split": lambda n, t: shamir.split(1, n, t, source),
        "prss-deal": lambda n, t: prss.deal(n, t, source),
        "deal-key": lambda n, t: deal_key(GROUP, n, t, source),
    }
    few = "All n shares would not give the secret."
    third = "With n ≤ 3t, t silent members stop signing."
    rows = (
        ("split", 4, 4, "shamir.degree", few),
        ("split", 0, 0, "shamir.degree", few),
        ("split", 4, -1, "shamir.degree", "There is no such polynomial."),
        ("prss-deal", 3, 3, "shamir.degree", few),
        ("prss-deal", 3, -1, "shamir.degree", "There is no such polynomial."),
        ("deal-key", 3, 1, "threshold.members", third),
        ("deal-key", 6, 2, "threshold.members", third),
        ("deal-key", 0, 0, "threshold.members", "Somebody must hold the key."),
        ("deal-key", 4, -1, "threshold.members", "There is no such polynomial."),
    )
    return [_size(*row, dealers[row[0]]) for row in rows]


def _size(
    op: str, n: int, t: int, code: str, rule: str, deal: Callable[[int, int], object]
) -> Case:
    inputs: dict[str, Raw] = {"op": op, **deal_inputs(n, t, "refused")}
    if op == "split":
        inputs["secret"] = scalar_to_bytes(1)
    return reject(f"{op}-{n}-{t}", rule, code, inputs, lambda: deal(n, t))


def _sharings() -> Sequence[Case]:
    public = key_deal(4, 1).public
    w = public.shares
    bp2 = GROUP.g2_generator()
    off = "The shares lie on no polynomial of degree t; subsets would disagree on W."
    zero = shamir.split(0, 4, 1, stream("zero"))
    rows: tuple[tuple[str, str, int, Sequence[G2]], ...] = (
        ("last-off", off, 1, (*w[:3], w[3] + bp2)),
        ("first-off", off, 1, (w[0] + bp2, *w[1:])),
        ("swapped", off, 1, (w[1], w[0], *w[2:])),
        ("degree-too-high", off, 0, w),
        ("too-few", "Fewer than t + 1 shares determine no key.", 2, w[:2]),
        ("none", "Fewer than t + 1 shares determine no key.", 0, ()),
        (
            "zero-key",
            "x = 0 and W = 0: A = B·e^-1 verifies, so anybody signs anything.",
            1,
            [bp2 * x for x in zero.values()],
        ),
    )
    return [_sharing(*row) for row in rows]


def _sharing(name: str, rule: str, degree: int, shares: Sequence[G2]) -> Case:
    public = PublicSharing(degree, tuple(shares))
    inputs: dict[str, Raw] = {
        "op": "public-key",
        "degree": degree,
        "shares": sharing_of(public),
    }
    return reject(
        f"sharing-{name}", rule, "threshold.sharing", inputs, public.public_key
    )


def _answers(deal: KeyDeal) -> list[PartialSignature]:
    return [sign_share(share, deal.B, deal.domain) for share in deal.shares]


def _combinations() -> Sequence[Case]:
    deal, other = key_deal(4, 1), key_deal(4, 1, "reshared")
    first, second, third, _ = _answers(deal)
    stranger = _answers(other)[1]
    elsewhere = sign_share(deal.shares[1], sample_points((2,))[2], deal.domain)
    domain = Scalar(scalar_for("vectors", b"another domain"))
    misled = sign_share(deal.shares[1], deal.B, domain)
    signature, indexes = "threshold.signature", "shamir.indexes"
    wrong = "A wrong share gives a wrong signature; the holder would keep it."
    one = "All answers have one e; shares under two nonces do not combine."
    plus = Scalar((second.u + 1) % GROUP_ORDER)
    first_u, second_u = replace(first, u=second.u), replace(second, u=first.u)
    first_A, second_A = replace(first, A=second.A), replace(second, A=first.A)
    off_A = replace(second, A=second.A + deal.B)
    at_zero = replace(first, index=0)
    rows: tuple[tuple[str, str, str, Sequence[PartialSignature]], ...] = (
        ("too-few", "2t + 1 must answer.", "threshold.too-few", (first, second)),
        ("none", "2t + 1 must answer.", "threshold.too-few", ()),
        ("twice", "A member answers once.", indexes, (first, second, second)),
        ("index-zero", "Indexes are from 1.", indexes, (at_zero, second, third)),
        (
            "other-e",
            one,
            signature,
            (first, replace(second, exponent=Scalar(5)), third),
        ),
        ("other-base", one, signature, (first, elsewhere, third)),
        ("other-domain", one, signature, (first, misled, third)),
        ("other-sharing", one, signature, (first, stranger, third)),
        ("u-changed", wrong, signature, (first, replace(second, u=plus), third)),
        ("u-swapped", wrong, signature, (first_u, second_u, third)),
        ("A-changed", wrong, signature, (first, off_A, third)),
        ("A-swapped", wrong, signature, (first_A, second_A, third)),
        ("index-changed", wrong, signature, (first, second, replace(third, index=4))),
        ("index-unknown", wrong, signature, (first, second, replace(third, index=5))),
    )
    return (
        *(_combination(*row, deal.public.public_key(), deal) for row in rows),
        *_combinations_alone(),
        _combination(
            "other-key",
            "The signature is under the issuers' key.",
            signature,
            (first, second, third),
            other.public.public_key(),
            deal,
        ),
    )


def _combinations_alone() -> Sequence[Case]:
    deal = key_deal(1, 0)
    (only,) = _answers(deal)
    W = deal.public.public_key()
    rows = (
        ("u-zero", "u has an inverse.", replace(only, u=Scalar(0))),
        ("A-identity", "A is not the identity.", replace(only, A=GROUP.g1_identity())),
        ("A-negated", "Signatures have a sign.", replace(only, A=-only.A)),
    )
    return [
        _combination(name, rule, "threshold.signature", (answer,), W, deal)
        for name, rule, answer in rows
    ]


def _combination(
    name: str,
    rule: str,
    code: str,
    partials: Sequence[PartialSignature],
    key: G2,
    deal: KeyDeal,
) -> Case:
    degree = deal.public.degree
    inputs: dict[str, Raw] = {
        "op": "combine",
        "degree": degree,
        "public_key": key.to_bytes(),
        "B": deal.B.to_bytes(),
        "partials": [partial(p) for p in partials],
    }
    return reject(
        f"combine-{name}",
        rule,
        code,
        inputs,
        lambda: combine(GROUP, degree, key, deal.B, partials),
    )


def _signatures() -> Sequence[Case]:
    deal = key_deal(1, 0)
    W, B = deal.public.public_key(), deal.B
    made = combine(GROUP, 0, W, B, _answers(deal))
    nothing = GROUP.g1_identity()
    next_e = Scalar((made.e + 1) % GROUP_ORDER)
    rows: tuple[tuple[str, str, G2, G1, Signature], ...] = (
        ("e", "e is part of the key equation.", W, B, Signature(made.A, next_e)),
        ("A", "A is B·(x + e)^-1.", W, B, Signature(made.A + B, made.e)),
        ("B", "The signature is over B.", W, B + B, made),
        ("W", "The signature is under W.", W + W, B, made),
        (
            "identities",
            "A is not the identity: with B the identity it would fit every key.",
            W,
            nothing,
            Signature(nothing, made.e),
        ),
    )
    return [_signature(*row) for row in rows]


def _signature(name: str, rule: str, W: G2, B: G1, signature: Signature) -> Case:
    return reject(
        f"verify-{name}",
        rule,
        "threshold.signature",
        {
            "op": "verify-base",
            "public_key": W.to_bytes(),
            "B": B.to_bytes(),
            "A": signature.A.to_bytes(),
            "e": scalar_to_bytes(signature.e),
        },
        lambda: verify_base(GROUP, W, B, signature),
    )
