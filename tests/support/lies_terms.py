"""Lies about the terms."""

from collections.abc import Callable

from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.rehearsal.parts import START
from fairlot.terms.named_round import NamedRound
from fairlot_crypto.cbor import Value
from kit.gala import gala
from kit.lying_board import LyingBoard
from kit.sales import stage
from kit.stage import Stage
from lies_file import STRANGER, Make, Row, slipped, told
from lies_people import as_map, changed, posted_terms


def _terms(path: str, new: Value) -> Make:
    return posted_terms(changed(stage().terms.to_value(), path, new))


def _gala(path: str, new: Value) -> Make:
    """Post the terms of the sale with every mechanism, with a field changed."""
    return posted_terms(changed(gala().terms.to_value(), path, new), gala())


def _bids_round(earlier: int) -> Make:
    """Have the bids opened some rounds before the first one that is legal."""
    (named,) = gala().terms.named_rounds()
    return _gala("bids.round", named.round_number - earlier)


def _terms_entry(make: Callable[[Stage], Entry]) -> Make:
    def lie(board: LyingBoard, time: int) -> None:
        board.batch(time, make(board.on))

    return told("terms", lie, until="terms")


def _signed_terms(on: Stage, scope: bytes | None = None, *, stranger: bool) -> Entry:
    key = STRANGER if stranger else on.parts.seller
    name = on.terms.sale_id if scope is None else scope
    return sign_entry(EntryType.TERMS, name, on.terms.to_value(), key)


def _two_schemes() -> Value:
    """Name one round twice, by two schemes, which a chain's hash does not hold."""
    terms = gala().terms
    times = terms.times
    named = NamedRound.after(gala().parts.clock.chain, times.drawn_from)
    drand: Value = {**named.to_value(), "scheme": "bls-unchained-on-g1"}
    value = terms.to_value()
    beacon: Value = {**as_map(value["beacon"]), "drand": drand}
    return {**value, "bids": named.to_value(), "beacon": beacon}


_TERRACE: Value = {"name": "terrace", "supply": 1, "price": 100}
TWICE: Value = {
    "name": "places",
    "mechanism": "choices",
    "options": [_TERRACE, _TERRACE],
}
ALL_CERTAIN: Value = {
    "name": "bidders",
    "mechanism": "lottery",
    "supply": 2,
    "price": 100,
    "certain": 2,
}
_N = int.from_bytes(stage().terms.beacon.modulus, "big")

TERMS = (
    Row("A05", "terms.field", "terms say more than terms say", _terms("memo", "hello")),
    Row("A05", "terms.field", "the supply is a text", _terms("pools.0.supply", "120")),
    Row("A05", "terms.version", "terms of a version to come", _terms("v", 2)),
    Row("A05", "terms.text", "the title is blank", _terms("title", "")),
    Row("A05", "terms.key", "the escrow's key is no key", _terms("escrow", bytes(32))),
    Row("A05", "terms.pools", "nothing is sold", _terms("pools", [])),
    Row(
        "A05",
        "terms.pools",
        "what is unsold goes to a pool that was drawn before",
        _gala("pools.1.unsold", "sponsors"),
    ),
    Row(
        "A05",
        "terms.pool-name",
        "a pool has the name of a part",
        _terms("pools.0.name", "main/certain"),
    ),
    Row(
        "A05",
        "terms.group",
        "groups of more than all seats",
        _gala("pools.1.group_max", 9),
    ),
    Row(
        "A05",
        "terms.unsold",
        "what friends leave goes to whoever knows an answer",
        _gala("pools.1.unsold", "solvers"),
    ),
    Row(
        "A05",
        "terms.certain",
        "all seats of a lottery are certain",
        _gala("pools.3", ALL_CERTAIN),
    ),
    Row(
        "A05",
        "terms.points",
        "a pool counts the points of groups, which have none",
        _gala("pools.1.points", "cohort"),
    ),
    Row(
        "A05",
        "terms.fares",
        "a unit has one price and two others",
        _gala("pools.2.fares", {"cohort": {"2028": 40, "2029": 15}}),
    ),
    Row(
        "A05",
        "terms.options",
        "two options have one name",
        _gala("pools.3", TWICE),
    ),
    Row(
        "A05",
        "terms.tiers",
        "the second tier costs as much as the first",
        _gala("pools.0.tiers.1.price", 900),
    ),
    Row(
        "A05",
        "terms.requires",
        "a pool requires a value twice",
        _gala("pools.1.requires.cohort", ["2028", "2028"]),
    ),
    Row(
        "A05",
        "terms.excludes",
        "a pool excludes what it requires",
        _gala("pools.1.excludes", {"cohort": ["2027"]}),
    ),
    Row(
        "A05",
        "terms.currency",
        "a currency whose code could be misread as part of an amount",
        _gala("currency", {"code": "5EUR", "decimals": 2}),
    ),
    Row(
        "A05",
        "terms.key",
        "a puzzle whose solutions fit any message",
        _gala("pools.2.puzzle", bytes(32)),
    ),
    Row(
        "A05",
        "terms.deposits",
        "a ladder whose second step is its first",
        _gala("deposits", [100, 100]),
    ),
    Row(
        "A05",
        "terms.bids",
        "bids open while deposits are made",
        _bids_round(72),
    ),
    Row(
        "A05",
        "terms.bids",
        "bids open while a contributor may still not seal",
        _bids_round(1),
    ),
    Row(
        "A05",
        "terms.bids",
        "bids open when the commitments have just ended",
        _bids_round(40),
    ),
    Row(
        "A05",
        "terms.bids",
        "two rounds of one name, for the seed and for bids",
        posted_terms(_two_schemes(), gala()),
    ),
    Row(
        "A05",
        "terms.mechanism",
        "first come, first served",
        _terms("pools.0.mechanism", "first-come"),
    ),
    Row(
        "A05", "terms.times", "it closes before it opens", _terms("times.close", START)
    ),
    Row("A05", "terms.slack", "slack for a whole phase", _terms("times.slack", 61)),
    Row(
        "A05",
        "terms.board-name",
        "the board's name has a +",
        _terms("board.name", "a+b"),
    ),
    Row(
        "A05",
        "terms.witnesses",
        "nobody watches a real sale",
        _terms("rehearsal", new=False),
    ),
    Row(
        "A05",
        "terms.witnesses",
        "the board is its own witness",
        posted_terms(
            changed(
                stage().watched().terms.to_value(),
                "witnesses.0.key",
                stage().terms.board.key,
            )
        ),
    ),
    Row(
        "A05",
        "terms.min-commits",
        "half of the roster would do",
        posted_terms(
            changed(stage(contributors=2).terms.to_value(), "beacon.min_commits", 1)
        ),
    ),
    Row(
        "A05",
        "terms.expiry",
        "a sale expires that waits for nothing",
        _terms("times.expiry", stage().terms.times.unlock),
    ),
    Row(
        "A05",
        "terms.currency",
        "amounts are in a currency of no name",
        _terms("currency", {"code": "", "decimals": 2}),
    ),
    Row(
        "A05",
        "terms.modulus",
        "the modulus is even",
        _terms("beacon.modulus", b"\xff" * 255 + b"\x00"),
    ),
    Row(
        "A05",
        "terms.element",
        "h is the larger of its two names",
        _terms("beacon.h", (_N - 1).to_bytes(256, "big")),
    ),
    Row("A05", "terms.roster", "nobody draws", _terms("beacon.roster", [])),
    Row("A05", "terms.refund", "no refunds", _terms("refund", "never")),
    Row(
        "A05",
        "terms.again",
        "terms are posted twice",
        slipped("open", lambda b: [_signed_terms(b.on, stranger=True)]),
    ),
    Row(
        "A05",
        "terms.sale-id",
        "terms under another sale's name",
        _terms_entry(lambda on: _signed_terms(on, bytes(32), stranger=False)),
    ),
    Row(
        "A05",
        "terms.seller",
        "terms signed by a stranger",
        _terms_entry(lambda on: _signed_terms(on, stranger=True)),
    ),
)


OFFERS = (
    *TERMS,
    Row(
        "A05",
        "terms.roll",
        "the window for the roll ends before it begins",
        _terms("roll.until", 0),
    ),
)
