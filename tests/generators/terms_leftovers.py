"""Vectors of what pools with groups may leave to which (specs/terms.md, section 7, rule 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fairlot.terms.pool import Exclusion, Mechanism, Pool, Requirement
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value
from generators.terms_pools import Change, Row, opening
from generators.terms_setting import sample_key

_PUZZLE, _OTHER_PUZZLE = sample_key("puzzle"), sample_key("other puzzle")

_CROWD = Pool(
    "crowd",
    Mechanism.LOTTERY,
    16,
    50,
    group_max=4,
    unsold="last",
    requires=(Requirement("cohort_a", ("2029",)), Requirement("region", ("north",))),
    puzzle=_PUZZLE,
)
_LAST = Pool(
    "last",
    Mechanism.LOTTERY,
    8,
    50,
    group_max=4,
    requires=(Requirement("cohort_a", ("2028", "2029")),),
    puzzle=_PUZZLE,
)
"""A pool that everybody in the crowd can enter: more values, and one attribute fewer."""


def leaving(terms: Terms) -> Terms:
    """Return legal terms with a pool of groups that leaves to another."""
    return replace(terms, title="Crowd", pools=(_CROWD, _LAST))


def accepted(terms: Terms) -> Sequence[tuple[str, str, Terms]]:
    """Return the terms to accept: name, what they are, terms."""
    anybody = replace(
        _LAST, price=49, group_max=5, again=True, requires=(), puzzle=None
    )
    end = replace(anybody, name="end", supply=6, price=0, group_max=6)
    alone = replace(_CROWD, group_max=1)
    hunt = replace(_LAST, supply=0, price=90, group_max=1, puzzle=_OTHER_PUZZLE)
    return (
        (
            "leftovers-to-more-people",
            "What groups leave goes where more people qualify, and all who could enter.",
            leaving(terms),
        ),
        (
            "leftovers-to-anybody",
            "Where everybody qualifies, groups may be larger, and prices lower.",
            replace(terms, pools=(_CROWD, anybody)),
        ),
        (
            "leftovers-behind-the-same-door",
            "Both pools have one puzzle and the same requirements.",
            replace(terms, pools=(_CROWD, replace(_CROWD, name="last", unsold=None))),
        ),
        (
            "leftovers-go-on",
            "The pool that takes what groups leave leaves its own to the next.",
            replace(terms, pools=(_CROWD, replace(anybody, unsold="end"), end)),
        ),
        (
            "leftovers-to-larger-groups-that-must-qualify",
            "Who does not qualify keeps nobody else out: groups may be larger there, too.",
            replace(terms, pools=(_CROWD, replace(_LAST, group_max=6))),
        ),
        (
            "leftovers-without-those-excluded-before",
            "Whom the later pool excludes, the first excludes too, or does not let in.",
            replace(
                terms,
                pools=(
                    replace(
                        _CROWD, excludes=(Exclusion("assurance", ("high", "low")),)
                    ),
                    replace(
                        _LAST,
                        requires=(),
                        excludes=(
                            Exclusion("assurance", ("high",)),
                            Exclusion("cohort_a", ("2028",)),
                        ),
                    ),
                ),
            ),
        ),
        (
            "leftovers-of-singles",
            "Nobody makes leftovers in a lottery without groups: they may go anywhere.",
            replace(terms, pools=(alone, hunt)),
        ),
    )


def _with(extra: Mapping[str, Value]) -> Change:
    return lambda found: {**found, **extra}


def _without(key: str) -> Change:
    return lambda found: {k: v for k, v in found.items() if k != key}


def _sold_by(mechanism: str, **keys: Value) -> Change:
    """Have the last pool sell to everybody by another mechanism."""
    return lambda _: {"name": "last", "mechanism": mechanism, **keys}


def _sold_by_bids(terms: Terms, change: Change) -> Change:
    """Change the last pool into one that takes bids, with all that bids need."""
    named = opening(terms).to_value()

    def changed(found: Mapping[str, Any]) -> Value:
        first, last = found["pools"]
        pools = [first, change(last)]
        return {**found, "pools": pools, "deposits": [50, 500], "bids": named}

    return changed


def refused(terms: Terms) -> Sequence[Row]:
    """Return how ``leaving(terms)`` is changed, and why that is refused."""
    return [
        (name, rule, "terms.unsold", path, change)
        for name, rule, path, change in (*_by_mechanism(terms), *_DOORS)
    ]


def _by_mechanism(terms: Terms) -> Sequence[tuple[str, str, str, Change]]:
    offer: Mapping[str, Value] = {"supply": 8, "price": 50}
    tiers: Value = [{"name": "gold", "price": 50, "supply": 8}]
    return (
        (
            "leftovers-to-shares",
            "What groups leave goes to groups; an equal share would part them.",
            "terms/pools/1",
            _sold_by("equal-share", **offer, cap=1),
        ),
        (
            "leftovers-to-a-quadratic-price",
            "What groups leave goes to groups; a budget would count in place of a person.",
            "terms/pools/1",
            _sold_by("quadratic", **offer, cap=8),
        ),
        (
            "leftovers-to-tiers",
            "What groups leave goes to groups; only those who named a tier would enter.",
            "terms/pools/1",
            _sold_by("tiers", tiers=tiers),
        ),
        (
            "leftovers-to-an-auction",
            "What groups leave goes to groups; it would be for the highest bids.",
            "terms",
            _sold_by_bids(terms, _sold_by("auction", **offer)),
        ),
        (
            "leftovers-to-certain-seats",
            "What groups leave goes to groups; some of it would be for bids.",
            "terms",
            _sold_by_bids(terms, _sold_by("lottery", **offer, certain=2)),
        ),
        (
            "leftovers-to-singles",
            "What groups leave goes to groups; who came together would be parted.",
            "terms/pools/1",
            _without("group_max"),
        ),
    )


_DOORS: Sequence[tuple[str, str, str, Change]] = (
    (
        "leftovers-to-smaller-groups",
        "What groups leave goes where groups are as large; four would be parted.",
        "terms/pools/1",
        _with({"group_max": 3}),
    ),
    (
        "leftovers-at-a-higher-price",
        "A unit costs no more; a deposit that covers the first pool would not do.",
        "terms/pools/1",
        _with({"price": 51}),
    ),
    (
        "leftovers-behind-a-puzzle",
        "There is no puzzle but the pool's own; the solvers could leave all to themselves.",
        "terms/pools/0",
        _without("puzzle"),
    ),
    (
        "leftovers-behind-another-puzzle",
        "There is no puzzle but the pool's own; who solved one need not know the other.",
        "terms/pools/1",
        _with({"puzzle": _OTHER_PUZZLE}),
    ),
    (
        "leftovers-for-an-attribute",
        "No attribute is required that the pool does not require.",
        "terms/pools/0",
        _without("requires"),
    ),
    (
        "leftovers-for-one-attribute-more",
        "Every attribute that is required the pool requires too.",
        "terms/pools/1/requires",
        _with({"assurance": ["high"]}),
    ),
    (
        "leftovers-for-some-of-the-values",
        "Whoever has a value that the pool accepts is accepted; 2027 would stay out.",
        "terms/pools/0/requires",
        _with({"cohort_a": ["2027", "2029"]}),
    ),
    (
        "leftovers-for-another-value",
        "Whoever has a value that the pool accepts is accepted; nobody would be.",
        "terms/pools/1/requires",
        _with({"cohort_a": ["2028"]}),
    ),
    (
        "leftovers-without-some",
        "Nobody is excluded whom the pool lets in; they would stay out.",
        "terms/pools/1",
        _with({"excludes": {"assurance": ["high"]}}),
    ),
    (
        "leftovers-without-more-of-them",
        "Every excluded value is excluded before; who has another would stay out.",
        "terms/pools",
        lambda found: [
            {**found[0], "excludes": {"assurance": ["high"]}},
            {**found[1], "excludes": {"assurance": ["high", "low"]}},
        ],
    ),
    (
        "leftovers-without-those-required",
        "No value that the pool requires is excluded; nobody could go on.",
        "terms/pools/1",
        lambda found: {
            **{key: value for key, value in found.items() if key != "requires"},
            "excludes": {"region": ["north"]},
        },
    ),
    (
        "leftovers-closed-to-whoever-has-a-unit",
        "A pool that is open again leaves to one that is; some who enter could not go on.",
        "terms/pools/0",
        _with({"again": True}),
    ),
    (
        "leftovers-that-go-on-behind-a-puzzle",
        "The rule holds for each pool of a row; the last would be for the solvers.",
        "terms/pools",
        lambda found: [
            *(
                {**pool, "unsold": to}
                for pool, to in zip(found, ("last", "end"), strict=True)
            ),
            {**found[1], "name": "end", "puzzle": _OTHER_PUZZLE},
        ],
    ),
)
