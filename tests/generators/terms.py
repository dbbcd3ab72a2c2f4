"""Vectors of the canonical terms and of ``sale_id`` (specs/terms.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairlot.fields import UINT_MAX
from fairlot.terms.beacon import MAX_CONTRIBUTORS, MAX_DELAY
from fairlot.terms.terms import MAX_SEASON, REFUND_WITH_POSITION, Terms
from fairlot.terms.times import MAX_TIME, Times
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import i2osp
from generators import terms_leftovers, terms_pools
from generators.case import Case, Chapter
from generators.terms_collect import accepted_collect, refused_collect
from generators.terms_pools import Change, Row
from generators.terms_rounds import accepted_rounds, refused_rounds
from generators.terms_setting import (
    MODULUS,
    OPEN,
    accept_terms,
    refuse_terms,
    sample_key,
    sample_terms,
)
from generators.terms_watch import accepted_watch, refused_watch

_SMALL_ORDER_KEY = i2osp(1, 1) + bytes(31)
"""The neutral element of Ed25519."""


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "terms",
        "`cbor` is the encoding of a value. Decode it, read it as canonical terms, and "
        "compare sale_id; or refuse it. Seeds of the Ed25519 keys are SHA-256 of a "
        "label; h and its proof are checked in chapter beacon, not here.",
        (
            *_accepted(),
            *(refuse_terms(sample_terms(), *row) for row in _REFUSED),
            *refused_rounds(),
            *accepted_watch(),
            *refused_watch(),
            *(accept_terms(*row) for row in terms_pools.accepted(sample_terms())),
            *(
                refuse_terms(terms_pools.conference(sample_terms()), *row)
                for row in terms_pools.REFUSED
            ),
            *(accept_terms(*row) for row in terms_leftovers.accepted(sample_terms())),
            *(
                refuse_terms(terms_leftovers.leaving(sample_terms()), *row)
                for row in terms_leftovers.refused(sample_terms())
            ),
            *accepted_collect(),
            *refused_collect(),
        ),
    )


def _accepted() -> Sequence[Case]:
    terms = sample_terms()
    (pool,) = terms.pools
    nothing = replace(pool, supply=0, price=0, cap=1)
    limit = replace(pool, supply=UINT_MAX, price=UINT_MAX, cap=UINT_MAX)
    roster = tuple(sample_key(f"member {i}") for i in range(MAX_CONTRIBUTORS))
    tight = Times(
        open=MAX_TIME - 5,
        close=MAX_TIME - 4,
        commit_end=MAX_TIME - 3,
        seal_end=MAX_TIME - 2,
        reveal_end=MAX_TIME - 1,
        unlock=MAX_TIME,
        slack=1,
    )
    largest = replace(
        terms,
        title="é" * 100,
        season=MAX_SEASON,
        pools=(limit,),
        times=tight,
        beacon=replace(terms.beacon, delay=MAX_DELAY, roster=roster),
    )
    return (
        accept_terms("lottery", "A rehearsal that sells 120 seats.", terms),
        accept_terms(
            "nothing",
            "Supply 0 and price 0 are legal.",
            replace(terms, pools=(nothing,)),
        ),
        accept_terms(
            "refund-with-position",
            "Refunds wait for the claim that takes what was won.",
            replace(terms, refund=REFUND_WITH_POSITION),
        ),
        accept_terms("largest", "Every field at its upper limit.", largest),
        accept_terms(
            "two-of-three",
            "Two of three contributors are enough.",
            replace(terms, beacon=replace(terms.beacon, min_commits=2)),
        ),
        accept_terms(
            "title-of-unicode-14",
            "U+1FAE0 came with Unicode 14.0.",
            replace(terms, title="Club \U0001fae0"),
        ),
        accept_terms(
            "title-of-format-and-private-use",
            "U+200C and U+E000 are legal.",
            replace(terms, title="\u200cClub \ue000"),
        ),
        *accepted_rounds(),
        accept_terms("narrow", "A modulus of 1024 bits.", _sized(1024)),
        accept_terms("wide", "A modulus of 4096 bits.", _sized(4096)),
    )


def _sized(bits: int) -> Terms:
    terms, width = sample_terms(), bits // 8
    four = i2osp(4, width)
    modulus = i2osp(2 ** (bits - 1) + 1, width)
    beacon = replace(terms.beacon, modulus=modulus, h=four, proof=four)
    return replace(terms, beacon=beacon)


def _set(value: Value) -> Change:
    return lambda _: value


def _without(key: str) -> Change:
    return lambda found: {k: v for k, v in found.items() if k != key}


def _with(extra: Mapping[str, Value]) -> Change:
    return lambda found: {**found, **extra}


_REFUSED: Sequence[Row] = (
    (
        "not-a-map",
        "Terms are a map; a list of values leaves open what each means.",
        "terms.field",
        "terms",
        lambda found: list(found.values()),
    ),
    (
        "version-2",
        "v is 1; a reader of this version cannot know what version 2 means.",
        "terms.version",
        "terms/v",
        _set(2),
    ),
    (
        "missing-field",
        "Every field is there; a default would let two texts mean one sale.",
        "terms.field",
        "terms",
        _without("refund"),
    ),
    (
        "unknown-field",
        "No other field is there; a rule that readers skip would bind nobody.",
        "terms.field",
        "terms",
        _with({"fee": 0}),
    ),
    (
        "unknown-pool-field",
        "Pools hold no other field; a hidden rule would bind nobody.",
        "terms.field",
        "terms/pools/0",
        _with({"discount": 0}),
    ),
    (
        "rehearsal-as-number",
        "rehearsal is a boolean; 1 would be another encoding of true.",
        "terms.field",
        "terms/rehearsal",
        _set(1),
    ),
    (
        "supply-as-boolean",
        "supply is an integer; true would be another encoding of 1.",
        "terms.field",
        "terms/pools/0/supply",
        _set(value=True),
    ),
    (
        "negative-price",
        "price is at least 0; buyers would be paid for buying.",
        "terms.field",
        "terms/pools/0/price",
        _set(-1),
    ),
    (
        "cap-zero",
        "cap is at least 1; nobody could get anything, and deposits would be bait.",
        "terms.field",
        "terms/pools/0/cap",
        _set(0),
    ),
    (
        "two-pools",
        "Names of pools are distinct; two pools would draw the same lots.",
        "terms.pools",
        "terms/pools",
        lambda found: [*found, *found],
    ),
    (
        "no-pool",
        "There is a pool; a sale of nothing has no outcome.",
        "terms.pools",
        "terms/pools",
        _set([]),
    ),
    (
        "pool-name",
        "Names of pools have no capitals; they enter the ranks.",
        "terms.pool-name",
        "terms/pools/0/name",
        _set("Main"),
    ),
    (
        "mechanism",
        "The mechanism is known; otherwise nobody can compute the outcome.",
        "terms.mechanism",
        "terms/pools/0/mechanism",
        _set("first-come"),
    ),
    (
        "refund",
        "refund is at-once or with-position; other rules are not defined.",
        "terms.refund",
        "terms/refund",
        _set("never"),
    ),
    (
        "refund-empty",
        "An empty word is no rule; money would go nowhere.",
        "terms.refund",
        "terms/refund",
        _set(""),
    ),
    (
        "refund-capital",
        "The words have one spelling; one sale would have two names.",
        "terms.refund",
        "terms/refund",
        _set("With-position"),
    ),
    (
        "refund-underscore",
        "The words have one spelling; one sale would have two names.",
        "terms.refund",
        "terms/refund",
        _set("with_position"),
    ),
    (
        "refund-blank",
        "The words have one spelling; one sale would have two names.",
        "terms.refund",
        "terms/refund",
        _set("with-position "),
    ),
    (
        "refund-boolean",
        "refund is a text.",
        "terms.field",
        "terms/refund",
        _set(True),
    ),
    (
        "refund-null",
        "refund is a text; nobody supplies a default.",
        "terms.field",
        "terms/refund",
        _set(None),
    ),
    (
        "empty-title",
        "A title is not empty; people could not tell sales apart.",
        "terms.text",
        "terms/title",
        _set(""),
    ),
    (
        "long-title",
        "A title has at most 200 bytes of UTF-8.",
        "terms.text",
        "terms/title",
        _set("é" * 101),
    ),
    (
        "title-with-escape",
        "No control character; it could rewrite what a terminal shows.",
        "terms.text",
        "terms/title",
        _set("Club\x1b[2Jconcert"),
    ),
    (
        "title-not-nfc",
        "Text is in NFC; two titles that look the same would be two sales.",
        "terms.text",
        "terms/title",
        _set("Cafe\u0301"),
    ),
    (
        "asset-with-outer-blank",
        "No outer blank; two assets that look the same would be two sales.",
        "terms.text",
        "terms/asset",
        _set("seat\u00a0"),
    ),
    (
        "title-with-delete",
        "U+007F is a control character.",
        "terms.text",
        "terms/title",
        _set("Club\x7f"),
    ),
    (
        "title-with-next-line",
        "U+0085 is a control character; some readers would see two lines.",
        "terms.text",
        "terms/title",
        _set("Club\x85concert"),
    ),
    (
        "title-with-line-separator",
        "U+2028 separates lines.",
        "terms.text",
        "terms/title",
        _set("Club\u2028concert"),
    ),
    (
        "title-unassigned",
        "Unicode 14.0 assigns each code point; else its normal form could change.",
        "terms.text",
        "terms/title",
        _set("Club \u0378"),
    ),
    (
        "title-of-unicode-15",
        "U+1FAE8 came with Unicode 15.0; older readers cannot know its normal form.",
        "terms.text",
        "terms/title",
        _set("Club \U0001fae8"),
    ),
    (
        "title-noncharacter",
        "U+FFFE is no character in any version.",
        "terms.text",
        "terms/title",
        _set("Club \ufffe"),
    ),
    (
        "asset-with-wide-blank",
        "U+3000 is a blank; no blank at the beginning.",
        "terms.text",
        "terms/asset",
        _set("\u3000seat"),
    ),
    (
        "season-too-large",
        "season fits 4 bytes; it would wrap in the labels of the issuers.",
        "terms.field",
        "terms/season",
        _set(MAX_SEASON + 1),
    ),
    (
        "close-before-open",
        "Times ascend; a sale that closes before it opens has no deposits.",
        "terms.times",
        "terms/times/close",
        _set(OPEN),
    ),
    (
        "slack-beyond-phase",
        "A phase is not shorter than the slack; two markers could be due at once.",
        "terms.slack",
        "terms/times/slack",
        _set(61),
    ),
    (
        "slack-zero",
        "slack is at least 1; no marker could be in time.",
        "terms.field",
        "terms/times/slack",
        _set(0),
    ),
    (
        "unlock-after-9999",
        "Times are not later than the year 9999; calendars could not show them.",
        "terms.field",
        "terms/times/unlock",
        _set(MAX_TIME + 1),
    ),
    (
        "short-registry",
        "registry is a hash of 32 bytes.",
        "terms.field",
        "terms/registry",
        _set(bytes(31)),
    ),
    (
        "board-name-with-blank",
        "The board's name is one word; its signature lines would be ambiguous.",
        "terms.board-name",
        "terms/board/name",
        _set("my board"),
    ),
    (
        "board-name-with-plus",
        "The board's name holds no +; its key line would be ambiguous.",
        "terms.board-name",
        "terms/board/name",
        _set("a+b"),
    ),
    (
        "small-order-board-key",
        "Keys have prime order; one signature would fit many messages.",
        "terms.key",
        "terms/board/key",
        _set(_SMALL_ORDER_KEY),
    ),
    (
        "short-seller-key",
        "Keys have 32 bytes.",
        "terms.key",
        "terms/seller",
        lambda found: found[:-1],
    ),
    (
        "escrow-as-text",
        "Keys are byte strings.",
        "terms.field",
        "terms/escrow",
        lambda found: found.hex(),
    ),
    (
        "even-modulus",
        "N is odd; an even N is not the product of two large primes.",
        "terms.modulus",
        "terms/beacon/modulus",
        _set(i2osp(MODULUS - 1, 256)),
    ),
    (
        "small-modulus",
        "N has at least 1024 bits; a smaller one is factored, and the delay skipped.",
        "terms.modulus",
        "terms/beacon/modulus",
        _set(i2osp(2**1022 + 1, 128)),
    ),
    (
        "large-modulus",
        "N has at most 4096 bits; checking a larger one would stall every reader.",
        "terms.modulus",
        "terms/beacon/modulus",
        _set(i2osp(2**4096 + 1, 513)),
    ),
    (
        "padded-modulus",
        "N has no leading zero byte; one group would have two names.",
        "terms.modulus",
        "terms/beacon/modulus",
        lambda found: b"\x00" + found,
    ),
    (
        "no-commitments",
        "At least one contributor commits; the seed would be known beforehand.",
        "terms.field",
        "terms/beacon",
        lambda found: {**found, "min_commits": 0},
    ),
    (
        "more-commitments-than-contributors",
        "Not more must commit than there are; the sale would be void from the start.",
        "terms.field",
        "terms/beacon",
        lambda found: {**found, "min_commits": 4},
    ),
    (
        "all-commitments-by-number",
        "An absent key already means all of the roster; one sale would have two names.",
        "terms.field",
        "terms/beacon",
        lambda found: {**found, "min_commits": 3},
    ),
    (
        "round-by-null",
        "An absent value has no key; one sale would have two names.",
        "terms.field",
        "terms/beacon",
        lambda found: {**found, "drand": None},
    ),
    (
        "commitments-by-null",
        "An absent value has no key; one sale would have two names.",
        "terms.field",
        "terms/beacon",
        lambda found: {**found, "min_commits": None},
    ),
    (
        "h-above-half",
        "h is the smaller of the two representatives; the other encodes the same.",
        "terms.element",
        "terms/beacon/h",
        _set(i2osp(MODULUS - 4, 256)),
    ),
    (
        "h-zero",
        "h is not 0; every reveal would give the same seed.",
        "terms.element",
        "terms/beacon/h",
        _set(bytes(256)),
    ),
    (
        "proof-too-short",
        "Elements are as wide as N.",
        "terms.field",
        "terms/beacon/proof",
        lambda found: found[1:],
    ),
    (
        "delay-zero",
        "delay is at least 1; h would be g.",
        "terms.field",
        "terms/beacon/delay",
        _set(0),
    ),
    (
        "delay-too-long",
        "delay is at most 2^40; no recovery would end.",
        "terms.field",
        "terms/beacon/delay",
        _set(MAX_DELAY + 1),
    ),
    (
        "empty-roster",
        "Somebody contributes; the seed would be known beforehand.",
        "terms.roster",
        "terms/beacon/roster",
        _set([]),
    ),
    (
        "repeated-contributor",
        "Contributors are distinct; one would pass for two.",
        "terms.roster",
        "terms/beacon/roster",
        lambda found: [found[0], *found],
    ),
    (
        "roster-of-65",
        "At most 64 contributors.",
        "terms.roster",
        "terms/beacon/roster",
        _set([sample_key(f"member {i}") for i in range(MAX_CONTRIBUTORS + 1)]),
    ),
)
