"""Lies about the terms and the registry."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from fairlot.board.sale import VoidReason
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.registry import Attribute, Issuer, Registry
from fairlot.rehearsal.parts import START
from fairlot.terms.pool import Requirement
from fairlot_crypto.cbor import Value
from kit.gala import gala
from kit.lying_board import LyingBoard
from kit.sales import stage
from kit.stage import Stage
from lies_file import STRANGER, Make, Row, slipped, told
from lies_people import IDENTITY_G2, as_map, changed, posted_terms, void_entry


def _terms(path: str, new: Value) -> Make:
    return posted_terms(changed(stage().terms.to_value(), path, new))


def _gala(path: str, new: Value) -> Make:
    """Post the terms of the sale with every mechanism, with a field changed."""
    return posted_terms(changed(gala().terms.to_value(), path, new))


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
    named = gala().parts.clock.round_after(times.drawn_from)
    drand: Value = {**named.to_value(), "scheme": "bls-unchained-on-g1"}
    value = terms.to_value()
    beacon: Value = {**as_map(value["beacon"]), "drand": drand}
    return {**value, "bids": named.to_value(), "beacon": beacon}


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
        posted_terms(_two_schemes()),
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
        slipped("open", lambda b: [_signed_terms(b.on, bytes(32), stranger=False)]),
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


def _registry(path: str, new: Value) -> Make:
    """Post a malformed registry before the right one."""

    def make(board: LyingBoard) -> Sequence[Entry]:
        body = changed(board.on.registry.to_value(), path, new)
        return [board.on.registry_entry(as_map(body))]

    return slipped("registry", make)


def _named(change: Callable[[Registry], Registry]) -> Make:
    """Have the terms name a bad registry: the sale cannot open, and is void."""

    def make() -> bytes:
        on = stage()
        registry = change(on.registry)
        terms = replace(on.terms, registry=registry.registry_id)
        sale = on.with_terms(terms)
        board = LyingBoard(sale)
        board.batch(START, sale.terms_entry())
        board.batch(START, sale.registry_entry(registry.to_value()))
        board.batch(START + 31, void_entry(sale, VoidReason.OPEN_MISSED))
        return board.data

    return make


def _required() -> bytes:
    """Require what nobody can show: the registry does not fit, and the sale is void."""
    on = stage()
    need = Requirement("region", ("atlantis",))
    pools = tuple(replace(pool, requires=(need,)) for pool in on.terms.pools)
    sale = on.with_terms(replace(on.terms, pools=pools))
    board = LyingBoard(sale)
    board.batch(START, sale.terms_entry())
    board.batch(START, sale.registry_entry())
    board.batch(START + 31, void_entry(sale, VoidReason.OPEN_MISSED))
    return board.data


def _with_share(registry: Registry, share: bytes) -> Registry:
    issuers = tuple(Issuer(issuer.key, share) for issuer in registry.issuers)
    return replace(registry, issuers=issuers)


REGISTRIES = (
    Row(
        "A10",
        "registry.field",
        "a registry of no season",
        _registry("season", "spring"),
    ),
    Row(
        "A10",
        "registry.attributes",
        "an attribute without a name",
        _registry("attributes.0.name", ""),
    ),
    Row(
        "A10",
        "registry.attributes",
        "a value that two people could tell apart twice",
        _registry("attributes.0.values", ["a", "a"]),
    ),
    Row(
        "A10",
        "registry.attributes",
        "more attributes than anybody verifies",
        _named(
            lambda r: replace(
                r, attributes=tuple(Attribute(f"a{i}", ()) for i in range(65))
            )
        ),
    ),
    Row("A10", "registry.issuers", "no issuers", _registry("issuers", [])),
    Row(
        "A10",
        "registry.issuers",
        "one issuer of one must fail",
        _registry("threshold", 1),
    ),
    Row("A10", "registry.season", "it ends as it starts", _registry("ends", START)),
    Row(
        "A10",
        "registry.key",
        "an attester without a key",
        _registry("attesters.0", bytes(32)),
    ),
    Row(
        "A10",
        "registry.key",
        "the issuers sign with the key that anybody has",
        _named(lambda r: _with_share(r, IDENTITY_G2)),
    ),
    Row(
        "A10",
        "registry.id",
        "a registry that the terms do not name",
        _registry("nym_secrets", 2),
    ),
    Row(
        "A10",
        "registry.again",
        "a second registry",
        slipped("leaves", lambda b: [b.on.registry_entry({"nym_secrets": 2})]),
    ),
    Row(
        "A10",
        "registry.terms",
        "a registry of another season",
        _named(lambda r: replace(r, season=2031)),
    ),
    Row(
        "A10",
        "registry.terms",
        "a season that ends before the sale",
        _named(lambda r: replace(r, ends=START + 3_700)),
    ),
    Row(
        "A10",
        "registry.terms",
        "a real registry in a rehearsal",
        _named(lambda r: replace(r, rehearsal=False)),
    ),
    Row(
        "A10",
        "registry.requires",
        "a pool for people of a region that nobody is of",
        _required,
    ),
)


OFFERS = (*TERMS, *REGISTRIES)
