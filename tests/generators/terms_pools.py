"""Vectors of the terms of several pools and of sealed bids (specs/terms.md, 7 and 8)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from fairlot.fields import UINT_MAX
from fairlot.money import Currency
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import (
    Exclusion,
    Fares,
    Mechanism,
    Option,
    Pool,
    Requirement,
    Tier,
)
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.timelock.chain import DEFAULT_CHAIN, QUICKNET, first_round_after

Change = Callable[[Any], Any]
Row = tuple[str, str, str, str, Change]
"""Name, rule, code, path in the terms, and how the value there is changed."""

_PUZZLE = SigningKey.from_seed(hashlib.sha256(b"puzzle").digest()).public


def conference(terms: Terms) -> Terms:
    """Return terms with a pool of every mechanism, a ladder and sealed bids."""
    tiers = (Tier("gold", 500, 2), Tier("silver", 200, 3))
    dates = (Option("2030-07-01", 50, 3), Option("2030-07-02", 70, 2))
    cohort = Requirement("cohort_a", ("2028", "2029"))
    return replace(
        terms,
        title="Conference",
        pools=(
            Pool("sponsors", Mechanism.TIERS, 5, tiers=tiers, unsold="guests"),
            Pool("guests", Mechanism.LOTTERY, 8, 50, certain=2, requires=(cohort,)),
            Pool("crowd", Mechanism.LOTTERY, 16, 50, group_max=4, puzzle=_PUZZLE),
            Pool("tokens", Mechanism.QUADRATIC, 20, 1, 5, again=True),
            Pool("rest", Mechanism.EQUAL_SHARE, 3, 10, 2),
            Pool("dates", Mechanism.CHOICES, 5, group_max=3, options=dates),
        ),
        deposits=(50, 500, 1000),
        bids=opening(terms),
    )


def accepted(terms: Terms) -> Sequence[tuple[str, str, Terms]]:
    """Return the terms to accept: name, what they are, terms."""
    whole = conference(terms)
    cohort = Requirement("cohort_a", ("2028", "2029"))
    auction = Pool("main", Mechanism.AUCTION, 3, 100)
    groups = Pool("main", Mechanism.LOTTERY, 8, 50, group_max=8)
    largest = Pool(
        "a" * 32,
        Mechanism.TIERS,
        UINT_MAX,
        tiers=(Tier("a", UINT_MAX, UINT_MAX), Tier("b-0", 0, 0)),
        requires=(Requirement("0_" * 16, tuple(f"{i:02}" for i in range(64))),),
    )
    spare = (Option(f"{i}", i, 0) for i in range(499))
    options = (Option("0-" * 16, UINT_MAX, UINT_MAX), *spare)
    choices = Pool("c", Mechanism.CHOICES, UINT_MAX, options=options)
    many = tuple(Pool(f"p{i}", Mechanism.LOTTERY, 1, 0) for i in range(64))
    newcomers = replace(groups, excludes=(Exclusion("cohort_a", ("2028", "2029")),))
    others = replace(
        newcomers,
        requires=(Requirement("region", ("north",)),),
        excludes=(
            Exclusion("0_" * 16, tuple(f"{i:02}" for i in range(64))),
            Exclusion("cohort_a", ("2029",)),
        ),
    )
    return (
        ("conference", "A pool of every mechanism, run in order.", whole),
        (
            "auction",
            "An auction, whose bids a round of a clock opens.",
            replace(whole, pools=(auction,)),
        ),
        (
            "lottery-alone",
            "A lottery in which the person is the unit; all defaults are absent.",
            replace(terms, pools=(Pool("main", Mechanism.LOTTERY, 8, 50),)),
        ),
        (
            "groups-of-all",
            "The greatest group takes the whole supply.",
            replace(terms, pools=(groups,)),
        ),
        (
            "ladder-without-bids",
            "A ladder of deposits is legal where no pool takes bids.",
            replace(terms, deposits=(0, UINT_MAX)),
        ),
        (
            "tiers-at-the-limit",
            "Names, prices, supplies and values at their limits.",
            replace(terms, pools=(largest,)),
        ),
        (
            "options-at-the-limit",
            "500 options, one of them with all units.",
            replace(terms, pools=(choices,)),
        ),
        ("sixty-four-pools", "64 pools.", replace(terms, pools=many)),
        (
            "excludes",
            "For those who were not there in the last two years.",
            replace(terms, pools=(newcomers,)),
        ),
        (
            "excludes-beside-requires",
            "Other attributes are required; 64 values keep out.",
            replace(terms, pools=(others,)),
        ),
        (
            "points",
            "Chances in proportion to years of waiting.",
            replace(
                terms, pools=(Pool("main", Mechanism.LOTTERY, 8, 50, points="years"),)
            ),
        ),
        (
            "fares",
            "A lottery with a price for each age, groups, and a share with others.",
            replace(
                terms,
                pools=(
                    Pool(
                        "main",
                        Mechanism.LOTTERY,
                        8,
                        15,
                        group_max=4,
                        fares=Fares("age", (("adult", 40), ("child", 15))),
                    ),
                    Pool(
                        "rest",
                        Mechanism.EQUAL_SHARE,
                        8,
                        0,
                        2,
                        requires=(cohort,),
                        fares=Fares("region", (("east", UINT_MAX), ("north", 0))),
                    ),
                ),
            ),
        ),
        (
            "currency",
            "Amounts are written with two decimals; here they are integers.",
            replace(whole, currency=Currency("EUR", 2)),
        ),
        (
            "currency-at-the-limit",
            "A code of 12 letters, 9 decimals.",
            replace(terms, currency=Currency("nanofrancsCH", 9)),
        ),
        (
            "quadratic-then-auction",
            "What is left of one pool goes to a later one.",
            replace(
                whole,
                pools=(
                    Pool("first", Mechanism.QUADRATIC, 0, 1, 1, unsold="last"),
                    replace(auction, name="last", again=True),
                ),
            ),
        ),
    )


def opening(terms: Terms) -> NamedRound:
    """Return the first round of quicknet that may open the bids of these terms."""
    committed = terms.times.drawn_from
    return NamedRound(QUICKNET, first_round_after(QUICKNET, committed))


def _with_drand(scheme: str) -> Change:
    """Name one round twice, for the seed by a scheme of its own."""

    def change(found: Mapping[str, Any]) -> Value:
        bids = {**found["bids"], "round": found["bids"]["round"] + 5}
        beacon = {**found["beacon"], "drand": {**bids, "scheme": scheme}}
        return {**found, "beacon": beacon, "bids": bids}

    return change


def _set(value: Value) -> Change:
    return lambda _: value


def _with(extra: Mapping[str, Value]) -> Change:
    return lambda found: {**found, **extra}


def _without(key: str) -> Change:
    return lambda found: {k: v for k, v in found.items() if k != key}


_SPONSORS, _GUESTS, _CROWD, _TOKENS, _REST, _DATES = (
    f"terms/pools/{i}" for i in range(6)
)
_SMALL_ORDER_KEY = i2osp(1, 1) + bytes(31)

_EXCLUSIONS: Sequence[tuple[str, str, str, Value]] = (
    (
        "nothing",
        "An empty map of attributes is left out; one sale would have two names.",
        "terms.excludes",
        {},
    ),
    (
        "by-null",
        "An absent value has no key; one sale would have two names.",
        "terms.field",
        None,
    ),
    ("as-array", "It is a map.", "terms.field", ["2029"]),
    (
        "no-value",
        "An attribute has a value to exclude; it would change nothing.",
        "terms.excludes",
        {"cohort_a": []},
    ),
    (
        "unsorted",
        "Values ascend; one sale would have two names.",
        "terms.excludes",
        {"cohort_a": ["2029", "2028"]},
    ),
    (
        "a-value-twice",
        "Values are distinct.",
        "terms.excludes",
        {"cohort_a": ["2029", "2029"]},
    ),
    (
        "the-empty-value",
        "The empty value says that a person has none; it keeps nobody out.",
        "terms.excludes",
        {"cohort_a": ["", "2029"]},
    ),
    (
        "65-values",
        "At most 64 values.",
        "terms.excludes",
        {"cohort_a": [f"{i:02}" for i in range(65)]},
    ),
    (
        "65-attributes",
        "No registry has more than 64 attributes.",
        "terms.excludes",
        {f"a{i}": ["x"] for i in range(65)},
    ),
    (
        "an-unnameable-attribute",
        "No registry can name such an attribute.",
        "terms.excludes",
        {"cohort-a": ["2029"]},
    ),
    ("a-number", "Values are texts.", "terms.field", {"cohort_a": [2029]}),
    (
        "a-range",
        "Values are listed; a range is for the file that people write, one text here.",
        "terms.field",
        {"cohort_a": "7..9"},
    ),
)

_AGES: Mapping[str, Value] = {"age": {"adult": 40, "child": 15}}


def _instead(key: str, extra: Mapping[str, Value]) -> Change:
    """Put keys in the place of another."""
    put, take = _with(extra), _without(key)
    return lambda found: put(take(found))


def _leaving_to_fares(found: Value) -> Value:
    """Let a pool with groups leave units to one with fares."""
    first: dict[str, Value] = {
        "name": "first",
        "mechanism": "lottery",
        "supply": 8,
        "price": 50,
        "group_max": 4,
        "unsold": "last",
    }
    last = {**first, "name": "last", "fares": _AGES}
    del last["price"], last["unsold"]
    put, take = _with({"pools": [first, last]}), _without("bids")
    return cast("Value", take(put(found)))


_FARES: Sequence[tuple[str, str, str, str, Value]] = (
    (
        "beside-certain-seats",
        "Bids set the price of a certain seat; a fare would have no meaning.",
        "terms.fares",
        _GUESTS,
        _AGES,
    ),
    ("of-tokens", "A quadratic price has no fares.", "terms.field", _TOKENS, _AGES),
    ("of-tiers", "Tiers have prices of their own.", "terms.field", _SPONSORS, _AGES),
    (
        "of-no-attribute",
        "Fares are by an attribute.",
        "terms.fares",
        _CROWD,
        {},
    ),
    (
        "of-two-attributes",
        "Fares are by one attribute; with two it is open which of two prices counts.",
        "terms.fares",
        _CROWD,
        {**_AGES, "region": {"east": 1, "west": 2}},
    ),
    (
        "of-a-name-that-is-none",
        "Names of attributes hold no blanks.",
        "terms.fares",
        _CROWD,
        {"Age group": {"adult": 40, "child": 15}},
    ),
    ("of-nobody", "There is a value with a fare.", "terms.fares", _CROWD, {"age": {}}),
    (
        "all-alike",
        "Prices differ; else the sale has two names.",
        "terms.fares",
        _CROWD,
        {"age": {"adult": 40, "child": 40}},
    ),
    (
        "one-value",
        "Prices differ; one value is a price and a requirement.",
        "terms.fares",
        _CROWD,
        {"age": {"adult": 40}},
    ),
    (
        "empty-value",
        "Who has no value discloses the empty one, which has no fare.",
        "terms.fares",
        _CROWD,
        {"age": {"": 40, "child": 15}},
    ),
    (
        "of-65-values",
        "At most 64 values.",
        "terms.fares",
        _CROWD,
        {"age": {f"{i:02}": i for i in range(65)}},
    ),
    (
        "negative",
        "A price is a uint; people would be paid.",
        "terms.field",
        _CROWD,
        {"age": {"adult": 40, "child": -1}},
    ),
    (
        "as-text",
        "A price is a uint.",
        "terms.field",
        _CROWD,
        {"age": {"adult": "40", "child": 15}},
    ),
    ("as-a-number", "Fares are a map.", "terms.field", _CROWD, 40),
    (
        "as-an-array",
        "Fares are a map of a map.",
        "terms.field",
        _CROWD,
        {"age": [40, 15]},
    ),
)

_POINTS: Sequence[tuple[str, str, str, str, Value]] = (
    (
        "beside-groups",
        "A group has no points; its chance would be anybody's guess.",
        "terms.points",
        _CROWD,
        "years",
    ),
    (
        "beside-certain-seats",
        "No points beside certain seats.",
        "terms.points",
        _GUESTS,
        "years",
    ),
    (
        "of-shares",
        "Points count in a lottery only.",
        "terms.field",
        _REST,
        "years",
    ),
    ("of-tiers", "Points count in a lottery only.", "terms.field", _SPONSORS, "years"),
    (
        "of-no-attribute",
        "Points are those of an attribute; no deposit could disclose them.",
        "terms.points",
        _GUESTS,
        "Years waited",
    ),
    ("empty", "An attribute has a name.", "terms.points", _GUESTS, ""),
    ("as-a-number", "Points name an attribute.", "terms.field", _GUESTS, 3),
)

_CURRENCIES: Sequence[tuple[str, str, str, Value]] = (
    (
        "by-null",
        "An absent value has no key; one sale would have two names.",
        "terms.field",
        None,
    ),
    ("as-text", "A currency is a map.", "terms.field", "EUR"),
    (
        "without-decimals",
        "It has decimals; amounts would be read in two ways.",
        "terms.field",
        {"code": "EUR"},
    ),
    ("without-code", "It has a code.", "terms.field", {"decimals": 2}),
    (
        "with-symbol",
        "It holds no other field.",
        "terms.field",
        {"code": "EUR", "decimals": 2, "symbol": "€"},
    ),
    (
        "of-ten-decimals",
        "It has at most 9 decimals.",
        "terms.field",
        {"code": "EUR", "decimals": 10},
    ),
    (
        "of-true-decimals",
        "decimals is an integer; true would be another encoding of 1.",
        "terms.field",
        {"code": "EUR", "decimals": True},
    ),
    (
        "empty",
        "A code has a letter; amounts could not be told from integers.",
        "terms.currency",
        {"code": "", "decimals": 2},
    ),
    (
        "with-digit",
        "A code has letters only; 450.00 5EUR could be misread.",
        "terms.currency",
        {"code": "5EUR", "decimals": 2},
    ),
    (
        "of-a-sign",
        "A code has letters of ASCII; signs stand for several currencies.",
        "terms.currency",
        {"code": "€", "decimals": 2},
    ),
    (
        "of-thirteen-letters",
        "A code has at most 12 letters.",
        "terms.currency",
        {"code": "a" * 13, "decimals": 2},
    ),
)

REFUSED: Sequence[Row] = (
    (
        "sixty-five-pools",
        "At most 64 pools; reading more would be work without end.",
        "terms.pools",
        "terms/pools",
        lambda found: [{**found[4], "name": f"p{i}"} for i in range(65)],
    ),
    (
        "pool-named-twice",
        "Names are distinct; two pools would draw the same lots.",
        "terms.pools",
        f"{_REST}/name",
        _set("guests"),
    ),
    (
        "two-pools-with-tiers",
        "There is at most one pool with tiers; an order names one tier.",
        "terms.pools",
        "terms/pools",
        lambda found: [
            *found,
            {**found[0], "name": "more", "unsold": "last"},
            {**found[4], "name": "last"},
        ],
    ),
    (
        "two-pools-with-bids",
        "There is at most one pool that takes bids; an order holds one bid.",
        "terms.pools",
        "terms/pools",
        lambda found: [*found, {**found[1], "name": "more"}],
    ),
    (
        "unsold-to-an-earlier-pool",
        "What is left goes to a later pool; an earlier one has run already.",
        "terms.pools",
        _CROWD,
        _with({"unsold": "guests"}),
    ),
    (
        "unsold-to-itself",
        "What is left goes to a later pool; its own never ends.",
        "terms.pools",
        _CROWD,
        _with({"unsold": "crowd"}),
    ),
    (
        "unsold-to-nobody",
        "Unsold units go to a pool that exists.",
        "terms.pools",
        _CROWD,
        _with({"unsold": "return"}),
    ),
    (
        "pool-name-with-slash",
        "Names hold no /; a pool could pass for the part of another.",
        "terms.pool-name",
        f"{_REST}/name",
        _set("guests/certain"),
    ),
    (
        "pool-name-of-33",
        "Names have at most 32 characters.",
        "terms.pool-name",
        f"{_REST}/name",
        _set("a" * 33),
    ),
    (
        "pool-name-begins-with-digit",
        "Names begin with a letter.",
        "terms.pool-name",
        f"{_REST}/name",
        _set("1st"),
    ),
    (
        "pool-name-empty",
        "Names are not empty.",
        "terms.pool-name",
        f"{_REST}/name",
        _set(""),
    ),
    (
        "mechanism-in-capitals",
        "Mechanisms are written in one way.",
        "terms.mechanism",
        f"{_CROWD}/mechanism",
        _set("Lottery"),
    ),
    (
        "unsold-by-null",
        "An absent value has no key; one sale would have two names.",
        "terms.field",
        _CROWD,
        _with({"unsold": None}),
    ),
    (
        "again-false",
        "No key states its default; one sale would have two names.",
        "terms.field",
        _CROWD,
        _with({"again": False}),
    ),
    (
        "group-of-one",
        "No key states its default; one sale would have two names.",
        "terms.field",
        f"{_CROWD}/group_max",
        _set(1),
    ),
    (
        "certain-zero",
        "No key states its default; one sale would have two names.",
        "terms.field",
        f"{_GUESTS}/certain",
        _set(0),
    ),
    *(
        (f"fares-{name}", rule, code, place, _instead("price", {"fares": value}))
        for name, rule, code, place, value in _FARES
    ),
    (
        "fares-beside-a-price",
        "Prices are one price, or fares; two would leave it open what to pay.",
        "terms.fares",
        _REST,
        _with({"fares": _AGES}),
    ),
    (
        "fares-and-what-is-required",
        "Who has a fare may enter; a rule for the same attribute says it again.",
        "terms.fares",
        _REST,
        _instead("price", {"fares": _AGES, "requires": {"age": ["adult"]}}),
    ),
    (
        "fares-and-what-is-excluded",
        "Who has a fare may enter; a rule for the same attribute says it again.",
        "terms.fares",
        _REST,
        _instead("price", {"fares": _AGES, "excludes": {"age": ["senior"]}}),
    ),
    (
        "leftovers-to-fares",
        "What groups leave goes where all of them have a price.",
        "terms.unsold",
        "terms",
        _leaving_to_fares,
    ),
    *(
        (f"points-{name}", rule, code, place, _with({"points": value}))
        for name, rule, code, place, value in _POINTS
    ),
    (
        "equal-share-without-cap",
        "An equal share has a cap; no reader may choose one.",
        "terms.field",
        _REST,
        _without("cap"),
    ),
    (
        "quadratic-without-cap",
        "A quadratic price has a greatest cap; no reader may choose one.",
        "terms.field",
        _TOKENS,
        _without("cap"),
    ),
    (
        "quadratic-for-nothing",
        "A quadratic price is at least 1; no budget would bound an order.",
        "terms.field",
        f"{_TOKENS}/price",
        _set(0),
    ),
    (
        "lottery-with-cap",
        "A lottery has no cap; a person gets one unit.",
        "terms.field",
        _CROWD,
        _with({"cap": 2}),
    ),
    (
        "equal-share-with-groups",
        "Only a lottery has groups; a key without meaning would bind nobody.",
        "terms.field",
        _REST,
        _with({"group_max": 2}),
    ),
    (
        "quadratic-with-certain",
        "Only a lottery has certain seats.",
        "terms.field",
        _TOKENS,
        _with({"certain": 1}),
    ),
    (
        "tiers-with-supply",
        "The supply of tiers is their sum; it could contradict them.",
        "terms.field",
        _SPONSORS,
        _with({"supply": 5}),
    ),
    (
        "tiers-with-price",
        "Tiers have prices of their own.",
        "terms.field",
        _SPONSORS,
        _with({"price": 0}),
    ),
    (
        "lottery-with-tiers",
        "Only a pool of the mechanism tiers has tiers.",
        "terms.field",
        _CROWD,
        _with({"tiers": []}),
    ),
    (
        "two-pools-of-choices",
        "There is at most one pool of choices; a deposit holds one list.",
        "terms.pools",
        "terms/pools",
        lambda found: [*found, {**found[5], "name": "more"}],
    ),
    (
        "unsold-to-choices",
        "A unit that is left is none of an option; nobody could say of which.",
        "terms.pools",
        _REST,
        _with({"unsold": "dates"}),
    ),
    (
        "choices-with-unsold",
        "What is left of an option goes back to the seller.",
        "terms.field",
        _DATES,
        _with({"unsold": "rest"}),
    ),
    (
        "choices-with-supply",
        "The supply of options is their sum; it could contradict them.",
        "terms.field",
        _DATES,
        _with({"supply": 5}),
    ),
    (
        "choices-with-price",
        "Options have prices of their own.",
        "terms.field",
        _DATES,
        _with({"price": 50}),
    ),
    (
        "choices-with-tiers",
        "Options are no tiers: their prices need not fall, and nobody falls to the next.",
        "terms.field",
        _DATES,
        _with({"tiers": []}),
    ),
    (
        "lottery-with-options",
        "Only a pool of choices has options.",
        "terms.field",
        _CROWD,
        _with({"options": []}),
    ),
    (
        "no-option",
        "There is something to choose.",
        "terms.options",
        f"{_DATES}/options",
        _set([]),
    ),
    (
        "too-many-options",
        "At most 500 options; a list of more would be a burden to everybody.",
        "terms.options",
        f"{_DATES}/options",
        lambda found: [{**found[0], "name": f"{i}"} for i in range(501)],
    ),
    (
        "option-named-twice",
        "Names are distinct; winners could not be told apart.",
        "terms.options",
        f"{_DATES}/options/1/name",
        _set("2030-07-01"),
    ),
    (
        "option-name-with-slash",
        "A name is that of a part: it has no slash.",
        "terms.options",
        f"{_DATES}/options/1/name",
        _set("2030/07"),
    ),
    (
        "option-name-with-greater",
        "A name has no sign that stands between names of a list.",
        "terms.options",
        f"{_DATES}/options/1/name",
        _set("july>may"),
    ),
    (
        "option-name-empty",
        "A name has a character.",
        "terms.options",
        f"{_DATES}/options/1/name",
        _set(""),
    ),
    (
        "option-name-with-hyphen-first",
        "A name begins with a letter or a digit.",
        "terms.options",
        f"{_DATES}/options/1/name",
        _set("-july"),
    ),
    (
        "option-name-too-long",
        "A name has at most 32 characters.",
        "terms.options",
        f"{_DATES}/options/1/name",
        _set("a" * 33),
    ),
    (
        "option-without-supply",
        "An option has a supply; nobody could tell how many there are.",
        "terms.field",
        f"{_DATES}/options/1",
        lambda found: {
            name: value for name, value in found.items() if name != "supply"
        },
    ),
    (
        "option-with-negative-price",
        "A price is a uint.",
        "terms.field",
        f"{_DATES}/options/1/price",
        _set(-1),
    ),
    (
        "options-too-many-units",
        "Options add up to a uint64.",
        "terms.options",
        f"{_DATES}/options/1/supply",
        _set(UINT_MAX),
    ),
    (
        "group-above-every-option",
        "The greatest group is at most the greatest option; it could never win.",
        "terms.group",
        f"{_DATES}/group_max",
        _set(4),
    ),
    (
        "group-above-the-supply",
        "The greatest group is at most the supply; it could never win.",
        "terms.group",
        f"{_CROWD}/supply",
        _set(3),
    ),
    (
        "certain-all",
        "Not every seat is certain; nothing would be drawn.",
        "terms.certain",
        f"{_GUESTS}/certain",
        _set(8),
    ),
    (
        "certain-seats-and-groups",
        "Certain seats and groups are not in one pool; their odds are not defined.",
        "terms.certain",
        _GUESTS,
        _with({"group_max": 2}),
    ),
    ("no-tier", "There is a tier.", "terms.tiers", f"{_SPONSORS}/tiers", _set([])),
    (
        "seventeen-tiers",
        "At most 16 tiers.",
        "terms.tiers",
        f"{_SPONSORS}/tiers",
        _set([{"name": f"t{i}", "price": 99 - i, "supply": 1} for i in range(17)]),
    ),
    (
        "tier-named-twice",
        "Names of tiers are distinct; an order could mean either.",
        "terms.tiers",
        f"{_SPONSORS}/tiers/1/name",
        _set("gold"),
    ),
    (
        "tier-name",
        "Names of tiers have the form of pool names.",
        "terms.tiers",
        f"{_SPONSORS}/tiers/1/name",
        _set("Silver"),
    ),
    (
        "tiers-at-one-price",
        "Prices fall strictly; which of two equal tiers is higher would be open.",
        "terms.tiers",
        f"{_SPONSORS}/tiers/1/price",
        _set(500),
    ),
    (
        "tiers-of-rising-price",
        "Prices fall; whoever misses a tier could not pay for the next.",
        "terms.tiers",
        f"{_SPONSORS}/tiers/1/price",
        _set(501),
    ),
    (
        "tiers-beyond-64-bits",
        "The sum of the supplies is a uint; it would wrap.",
        "terms.tiers",
        f"{_SPONSORS}/tiers/0/supply",
        _set(UINT_MAX),
    ),
    (
        "tier-with-cap",
        "Tiers hold no other field.",
        "terms.field",
        f"{_SPONSORS}/tiers/0",
        _with({"cap": 1}),
    ),
    (
        "requires-nothing",
        "An empty map of attributes is left out; one sale would have two names.",
        "terms.requires",
        f"{_GUESTS}/requires",
        _set({}),
    ),
    (
        "requires-no-value",
        "An attribute has a value to require; nobody could enter.",
        "terms.requires",
        f"{_GUESTS}/requires/cohort_a",
        _set([]),
    ),
    (
        "requires-unsorted",
        "Values ascend; one sale would have two names.",
        "terms.requires",
        f"{_GUESTS}/requires/cohort_a",
        _set(["2029", "2028"]),
    ),
    (
        "requires-a-value-twice",
        "Values are distinct.",
        "terms.requires",
        f"{_GUESTS}/requires/cohort_a",
        _set(["2029", "2029"]),
    ),
    (
        "requires-the-empty-value",
        "The empty value says that a person has none; it gives no right to enter.",
        "terms.requires",
        f"{_GUESTS}/requires/cohort_a",
        _set(["", "2029"]),
    ),
    (
        "requires-65-values",
        "At most 64 values.",
        "terms.requires",
        f"{_GUESTS}/requires/cohort_a",
        _set([f"{i:02}" for i in range(65)]),
    ),
    (
        "requires-an-unnameable-attribute",
        "No registry can name such an attribute.",
        "terms.requires",
        f"{_GUESTS}/requires",
        _with({"cohort-a": ["2029"]}),
    ),
    (
        "requires-65-attributes",
        "No registry has more than 64 attributes.",
        "terms.requires",
        f"{_GUESTS}/requires",
        _set({f"a{i}": ["x"] for i in range(65)}),
    ),
    (
        "requires-a-number",
        "Values are texts.",
        "terms.field",
        f"{_GUESTS}/requires/cohort_a",
        _set([2029]),
    ),
    *(
        (f"excludes-{name}", rule, code, _REST, _with({"excludes": value}))
        for name, rule, code, value in _EXCLUSIONS
    ),
    (
        "excludes-what-is-required",
        "An attribute is not in both; a shorter list of values says the same.",
        "terms.excludes",
        _GUESTS,
        _with({"excludes": {"cohort_a": ["2027"]}}),
    ),
    (
        "small-order-puzzle",
        "Keys have prime order; everybody would know a solution.",
        "terms.key",
        f"{_CROWD}/puzzle",
        _set(_SMALL_ORDER_KEY),
    ),
    *(
        (f"currency-{name}", rule, code, "terms", _with({"currency": value}))
        for name, rule, code, value in _CURRENCIES
    ),
    (
        "empty-ladder",
        "A ladder that is present has an amount; no deposit would be legal.",
        "terms.deposits",
        "terms/deposits",
        _set([]),
    ),
    (
        "ladder-of-65",
        "At most 64 amounts.",
        "terms.deposits",
        "terms/deposits",
        _set(list(range(65))),
    ),
    (
        "unsorted-ladder",
        "Amounts ascend; one sale would have two names.",
        "terms.deposits",
        "terms/deposits",
        _set([500, 50]),
    ),
    (
        "amount-twice",
        "Amounts are distinct.",
        "terms.deposits",
        "terms/deposits",
        _set([50, 50]),
    ),
    (
        "ladder-of-booleans",
        "Amounts are integers.",
        "terms.field",
        "terms/deposits",
        _set([False, True]),
    ),
    (
        "amount-beyond-64-bits",
        "Amounts are uints.",
        "terms.field",
        "terms/deposits",
        _set([-1]),
    ),
    (
        "bids-without-ladder",
        "A pool that takes bids has a ladder; a free amount would reveal the bid.",
        "terms.deposits",
        "terms",
        _without("deposits"),
    ),
    (
        "bids-that-nobody-opens",
        "A pool that takes bids has a round that opens them.",
        "terms.bids",
        "terms",
        _without("bids"),
    ),
    (
        "round-without-bids",
        "No round is named if nobody bids; the sale would wait for nothing.",
        "terms.bids",
        _GUESTS,
        _without("certain"),
    ),
    (
        "bids-open-before-the-close",
        "Bids open after the last that can be made; a late one would see the others.",
        "terms.bids",
        "terms/bids/round",
        lambda found: found - 31,
    ),
    (
        "bids-open-while-commitments-are-open",
        "Bids open after COMMIT_END; whoever reads them before could void the sale.",
        "terms.bids",
        "terms/bids/round",
        lambda found: found - 1,
    ),
    (
        "bids-open-after-unlock",
        "Bids open before the sale ends.",
        "terms.bids",
        "terms/bids/round",
        lambda found: found + 400_000,
    ),
    (
        "bids-under-the-name-of-another-round",
        "One name on the board means one round; bids would open with a wrong one.",
        "terms.bids",
        "terms",
        _with_drand("bls-unchained-on-g1"),
    ),
    (
        "bids-of-a-chained-clock",
        "Only rounds of the scheme that can be sealed to; bids would never open.",
        "terms.bids",
        "terms/bids",
        lambda found: NamedRound(DEFAULT_CHAIN, found["round"]).to_value(),
    ),
    (
        "round-zero",
        "Rounds are counted from 1.",
        "terms.round",
        "terms/bids/round",
        _set(0),
    ),
    (
        "unknown-clock-scheme",
        "The scheme is known; otherwise nobody can verify the round.",
        "terms.round",
        "terms/bids/scheme",
        _set("bls-of-tomorrow"),
    ),
    (
        "bids-of-another-scheme",
        "Only the scheme whose hash is that of RFC 9380; others seal otherwise.",
        "terms.bids",
        "terms/bids/scheme",
        _set("bls-unchained-on-g1"),
    ),
    (
        "bids-with-hash",
        "The round holds no other field.",
        "terms.field",
        "terms/bids",
        _with({"hash": bytes(32)}),
    ),
)
