"""Vectors of sharing, PRSS and threshold signing (specs/committee.md)."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from itertools import combinations

from fairlot_crypto.committee import prss, shamir
from fairlot_crypto.committee.prss import PrssKeys
from fairlot_crypto.committee.threshold import combine, deal_key, sign_share
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.hashing import i2osp, scalar_for, tagged_hash
from generators import committee_liars, committee_refused
from generators.case import Case, Chapter, Raw, accept
from generators.committee_setting import (
    GROUP,
    KeyDeal,
    deal_inputs,
    key_deal,
    keys_of,
    octets,
    partial,
    sample_points,
    sharing_of,
    stream,
)

_SIZES = ((1, 0), (4, 1), (7, 2))


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "committee",
        "`op` names a procedure of specs/committee.md. Scalars have 32 bytes, big-endian; "
        "points are compressed; the keys of `shares`, `values` and `points` are the "
        "members' indexes. `seed` starts a seeded source of specs/notation.md, section 6. "
        "A list `keys` holds k_A and, as `without`, the members of A.",
        (
            *_shamir(),
            *_split(),
            *_dealt_keys(),
            *(_prss(*size) for size in _SIZES),
            *(_przs(*size) for size in _SIZES),
            *_dealt_signing_keys(),
            *_signed(),
            *_combined(),
            *committee_refused.cases(),
            *committee_liars.cases(),
        ),
    )


def _shamir() -> Sequence[Case]:
    rows = (("one", (1,), 0), ("three", (1, 2, 3), 0), ("elsewhere", (2, 5, 7), 3))
    factors = [
        accept(
            f"lagrange-{name}",
            "The factors in the order of the indexes.",
            {"op": "lagrange", "indexes": list(indexes), "at": at},
            {"factors": octets(shamir.lagrange(indexes, at))},
        )
        for name, indexes, at in rows
    ]
    values = {i: scalar_for("vectors", i2osp(i, 1)) for i in (2, 4, 5)}
    points = sample_points((1, 3, 4))
    return (
        *factors,
        accept(
            "interpolate",
            "A polynomial of degree 2 at 0.",
            {"op": "interpolate", "at": 0, "shares": _indexed(values)},
            {"value": scalar_to_bytes(shamir.interpolate(values))},
        ),
        accept(
            "interpolate-points",
            "The same, with points.",
            {
                "op": "interpolate-points",
                "at": 0,
                "points": {str(i): point.to_bytes() for i, point in points.items()},
            },
            {"point": shamir.interpolate_points(points).to_bytes()},
        ),
    )


def _indexed(values: Mapping[int, int]) -> dict[str, Raw]:
    return {str(i): scalar_to_bytes(value) for i, value in values.items()}


def _split() -> Sequence[Case]:
    secret = scalar_for("vectors", b"secret")
    return [
        accept(
            f"split-{n}-{t}",
            "The coefficients are drawn in the order of their powers, from 1.",
            {
                "op": "split",
                "secret": scalar_to_bytes(secret),
                "members": n,
                "degree": t,
                "seed": stream.seed(f"split {n}"),
            },
            {"shares": _indexed(shamir.split(secret, n, t, stream(f"split {n}")))},
        )
        for n, t in _SIZES
    ]


def _dealt_keys() -> Sequence[Case]:
    return [
        accept(
            f"prss-deal-{n}-{t}",
            "32 bytes for each subset, subsets in lexicographic order.",
            {"op": "prss-deal", **deal_inputs(n, t, f"prss {n}")},
            {"keys": keys_of(_all_keys(n, t))},
        )
        for n, t in _SIZES[:2]
    ]


def _all_keys(n: int, t: int) -> dict[prss.Subset, bytes]:
    held = prss.deal(n, t, stream(f"prss {n}"))
    merged = {a: key for member in held for a, key in member.keys.items()}
    return {a: merged[a] for a in combinations(range(1, n + 1), t)}


def _prss(n: int, t: int) -> Case:
    label = f"label for {n}".encode()
    members = prss.deal(n, t, stream(f"prss {n}"))
    shares = {m.index: prss.share(m, label) for m in members}
    return accept(
        f"prss-share-{n}-{t}",
        "Every member's share, and the value that any t + 1 of them give.",
        _sharing_inputs("prss-share", n, t, label),
        {
            "shares": _indexed(shares),
            "value": scalar_to_bytes(shamir.interpolate(shares)),
        },
        {"psi": _psi(members, label)},
    )


def _psi(members: Sequence[PrssKeys], label: bytes) -> list[Raw]:
    keys = {a: key for member in members for a, key in member.keys.items()}
    macs = {a: hmac.digest(keys[a], label, hashlib.sha256) for a in sorted(keys)}
    return [
        {
            "without": list(a),
            "hmac": mac,
            "scalar": scalar_to_bytes(scalar_for("prss", mac)),
        }
        for a, mac in macs.items()
    ]


def _przs(n: int, t: int) -> Case:
    label = f"label for {n}".encode()
    members = prss.deal(n, t, stream(f"prss {n}"))
    shares = {m.index: prss.zero_share(m, label) for m in members}
    return accept(
        f"przs-share-{n}-{t}",
        "Shares of degree 2t; any 2t + 1 of them give zero.",
        _sharing_inputs("przs-share", n, t, label),
        {
            "shares": _indexed(shares),
            "value": scalar_to_bytes(shamir.interpolate(shares)),
        },
        {"psi": {str(m): _psi(members, label + i2osp(m, 1)) for m in range(1, t + 1)}},
    )


def _sharing_inputs(op: str, n: int, t: int, label: bytes) -> dict[str, Raw]:
    keys = keys_of(_all_keys(n, t))
    return {"op": op, "members": n, "degree": t, "keys": keys, "label": label}


def _dealt_signing_keys() -> Sequence[Case]:
    return [_dealt_signing_key(n, t) for n, t in _SIZES]


def _dealt_signing_key(n: int, t: int) -> Case:
    public, held = deal_key(GROUP, n, t, stream(f"key {n}"))
    return accept(
        f"deal-key-{n}-{t}",
        "x, then its sharing, then k_e, then the PRSS keys, from one source.",
        {"op": "deal-key", **deal_inputs(n, t, f"key {n}")},
        {
            "secrets": _indexed({share.index: share.secret for share in held}),
            "exponent_key": held[0].exponent_key,
            "shares": [w.to_bytes() for w in public.shares],
            "sharing_id": public.sharing_id,
            "public_key": public.public_key().to_bytes(),
        },
    )


def _signed() -> Sequence[Case]:
    return [_signed_share(key_deal(n, t), member) for n, t, member in _SIGNERS]


_SIGNERS = ((1, 0, 1), (4, 1, 1), (4, 1, 3), (7, 2, 7))


def _signed_share(deal: KeyDeal, member: int) -> Case:
    share = deal.shares[member - 1]
    made = sign_share(share, deal.B, deal.domain)
    statement = deal.B.to_bytes(), made.exponent, deal.domain
    message = deal.B.to_bytes() + scalar_to_bytes(deal.domain)
    nonce = tagged_hash(
        "tbbs",
        share.sharing_id,
        statement[0],
        scalar_to_bytes(made.exponent),
        scalar_to_bytes(deal.domain),
    )
    return accept(
        f"sign-share-{deal.size}-{member}",
        "One member's answer, with everything that it derives.",
        {
            "op": "sign-share",
            "index": member,
            "degree": deal.public.degree,
            "shares": sharing_of(deal.public),
            "secret": scalar_to_bytes(share.secret),
            "exponent_key": share.exponent_key,
            "keys": keys_of(share.prss.keys),
            "B": deal.B.to_bytes(),
            "domain": scalar_to_bytes(deal.domain),
        },
        partial(made),
        {
            "e_hmac": hmac.digest(share.exponent_key, message, hashlib.sha256),
            "sharing_id": share.sharing_id,
            "nonce": nonce,
            "a_i": scalar_to_bytes(prss.share(share.prss, b"a" + nonce)),
            "z_i": scalar_to_bytes(prss.zero_share(share.prss, b"z" + nonce)),
        },
    )


def _combined() -> Sequence[Case]:
    rows = (
        ("alone", (1, 0), (1,), "Plain BBS: u = a·(x + e)."),
        ("first", (4, 1), (1, 2, 3), "Three of four."),
        (
            "last",
            (4, 1),
            (4, 3, 2),
            "Another three, in another order: the same signature.",
        ),
        ("more", (4, 1), (1, 2, 3, 4), "The fourth answer is not looked at."),
        ("seven", (7, 2), (1, 3, 4, 6, 7), "Five of seven."),
    )
    return [_combination(*row) for row in rows]


def _combination(
    name: str, size: tuple[int, int], members: Sequence[int], comment: str
) -> Case:
    deal = key_deal(*size)
    partials = [sign_share(deal.shares[i - 1], deal.B, deal.domain) for i in members]
    degree, W = deal.public.degree, deal.public.public_key()
    signature = combine(GROUP, degree, W, deal.B, partials)
    used = partials[: 2 * degree + 1]
    return accept(
        f"combine-{name}",
        comment,
        {
            "op": "combine",
            "degree": degree,
            "public_key": W.to_bytes(),
            "B": deal.B.to_bytes(),
            "partials": [partial(p) for p in partials],
        },
        {"signature": signature.to_bytes()},
        {"u": scalar_to_bytes(shamir.interpolate({p.index: p.u for p in used}))},
    )
