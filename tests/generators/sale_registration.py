"""Entries up to OPEN that must be refused; a part of chapter sale."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.entry import Entry, EntryType, read_entry, sign_entry
from fairlot.identity.leaf import Leaf, sign_share
from fairlot.rehearsal.parts import SEASON, START, TIMES
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.times import MAX_TIME
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import i2osp
from generators.sale_refusal import REGISTERED, Refusal, entry_at
from generators.stage import FIRST, GROUP, stage

_LATE = TIMES.open + TIMES.slack + 1
_OTHER_MODULUS = i2osp(2**2047 + 1, 256)


def refusals() -> Sequence[Refusal]:
    """Return the refusals."""
    return (
        *_forms(),
        *_terms(),
        *_times(),
        *_setups(),
        *_registries(),
        *_leaves(),
        *_leaf_shares(),
        *_openings(),
    )


def tampered(entry: Entry) -> Entry:
    """Return ``entry`` with one bit of its signature flipped."""
    value = dict(_map(cbor.decode(entry.encoded)))
    value["sig"] = bytes([entry.sig[0] ^ 1]) + entry.sig[1:]
    return read_entry(value, cbor.encode(value))


def _map(value: Value) -> dict[str, Value]:
    return dict(value) if isinstance(value, dict) else {}


def _forms() -> Sequence[Refusal]:
    on = stage()
    seller = on.parts.seller
    open_body = sign_entry(
        EntryType.OPEN, on.terms.sale_id, {"note": "hello"}, on.parts.board
    )
    other_sale = sign_entry(EntryType.OPEN, bytes(32), {}, on.parts.board)
    other_registry = sign_entry(
        EntryType.LEAF,
        bytes(32),
        on.member("ann").identity.leaf.to_value(),
        on.parts.issuers[0].key,
    )
    leaf = on.member("ann").identity.leaf.to_value()
    by_board = on.sign_registry(EntryType.LEAF, leaf, on.parts.board)
    rows: tuple[tuple[str, str, str, int, Entry], ...] = (
        (
            "no-terms",
            "A board begins with terms; nothing could be judged without them.",
            "phase.no-terms",
            0,
            on.registry_entry(),
        ),
        (
            "duplicate",
            "An entry stands once; it would count twice.",
            "entry.duplicate",
            4,
            on.leaf_entry(on.member("ann").identity),
        ),
        (
            "signature",
            "An entry is signed; anybody could speak for the board.",
            "entry.signature",
            REGISTERED,
            tampered(on.sign(EntryType.OPEN)),
        ),
        (
            "other-sale",
            "An entry belongs to this sale; it would be replayed from another.",
            "entry.scope",
            REGISTERED,
            other_sale,
        ),
        (
            "other-registry",
            "A leaf belongs to this registry; people would come from another.",
            "entry.scope",
            3,
            other_registry,
        ),
        (
            "marker-by-seller",
            "Markers are the board's; the seller would choose the moment.",
            "entry.key",
            REGISTERED,
            on.sign(EntryType.OPEN, key=seller),
        ),
        (
            "leaf-by-board",
            "Leaves are posted by issuers.",
            "entry.key",
            3,
            by_board,
        ),
        (
            "marker-with-body",
            "A body has no other fields than its type's; they would mean nothing.",
            "entry.field",
            REGISTERED,
            open_body,
        ),
    )
    return [Refusal(*row, START) for row in rows]


def _terms() -> Sequence[Refusal]:
    on = stage()
    other = replace(on.terms, title="Another concert")
    value, seller = on.terms.to_value(), on.parts.seller
    unknown = {**value, "note": "hello"}
    rows: tuple[tuple[str, str, str, int, Entry, int], ...] = (
        (
            "terms-again",
            "A board has one sale; the terms would change while people deposit.",
            "terms.again",
            1,
            on.terms_entry(other),
            START,
        ),
        (
            "terms-of-other-sale",
            "The entry's scope is the hash of its terms.",
            "terms.sale-id",
            0,
            sign_entry(EntryType.TERMS, other.sale_id, value, seller),
            START,
        ),
        (
            "terms-by-board",
            "The seller signs the terms; anybody could sell in the seller's name.",
            "terms.seller",
            0,
            on.sign(EntryType.TERMS, value),
            START,
        ),
        (
            "terms-unknown-field",
            "Terms hold exactly the known fields; a hidden rule could be added.",
            "terms.field",
            0,
            sign_entry(EntryType.TERMS, on.terms.sale_id, unknown, seller),
            START,
        ),
    )
    return [Refusal(*row) for row in rows]


def _times() -> Sequence[Refusal]:
    on = stage()
    body: dict[str, Value] = {"time": START}
    rows: tuple[tuple[str, str, str, int, Entry], ...] = (
        (
            "time-before-terms",
            "A board begins with terms; they say whose clock it is.",
            "phase.no-terms",
            0,
            on.time_entry(START),
        ),
        (
            "time-again",
            "The clock goes on; a batch would be dated back.",
            "time.back",
            REGISTERED,
            on.sign(EntryType.TIME, {"time": START - 1}),
        ),
        (
            "time-by-seller",
            "The clock is the board's.",
            "entry.key",
            REGISTERED,
            on.sign(EntryType.TIME, {"time": START + 1}, on.parts.seller),
        ),
        (
            "time-too-large",
            "A time has a year of four digits.",
            "entry.field",
            REGISTERED,
            on.time_entry(MAX_TIME + 1),
        ),
        (
            "time-with-note",
            "A body has no other fields than its type's.",
            "entry.field",
            REGISTERED,
            on.sign(EntryType.TIME, {**body, "note": "hello"}),
        ),
    )
    return [Refusal(*row, START) for row in rows]


def _setups() -> Sequence[Refusal]:
    on = stage()
    beacon = on.terms.beacon
    real = replace(on.watched().terms, rehearsal=False)
    small = BeaconTerms(
        _OTHER_MODULUS, beacon.delay, i2osp(2, 256), i2osp(2, 256), beacon.roster
    )
    rows = (
        (
            "setup-other-delay",
            "h is proved for T; a contributor could know Ω sooner.",
            "beacon.setup",
            replace(on.terms, beacon=replace(beacon, delay=2)),
        ),
        (
            "setup-other-h",
            "h is proved; whoever chose it could know its logarithm.",
            "beacon.setup",
            replace(on.terms, beacon=replace(beacon, h=i2osp(2, 256))),
        ),
        (
            "setup-other-modulus",
            "A real sale uses RSA-2048; sellers would know the factors of an N of their own.",
            "beacon.modulus",
            replace(real, beacon=small),
        ),
        (
            "setup-short-delay",
            "The delay of a real sale is long, or it names a round; else the draw is known.",
            "beacon.margin",
            real,
        ),
    )
    return [
        Refusal(name, rule, code, 0, on.terms_entry(terms), START)
        for name, rule, code, terms in rows
    ]


def _registries() -> Sequence[Refusal]:
    on = stage()
    registry, key = on.parts.registry, on.parts.issuers[0].key
    value = registry.to_value()
    scope = registry.registry_id
    earlier = replace(registry, season=SEASON - 1)
    other_terms = replace(on.terms, season=SEASON - 1)
    again = sign_entry(EntryType.REGISTRY, scope, value, on.parts.seller)
    other = sign_entry(EntryType.REGISTRY, scope, earlier.to_value(), key)
    rows: tuple[tuple[str, str, str, int, Entry], ...] = (
        (
            "registry-again",
            "A sale has one registry; people would be counted twice.",
            "registry.again",
            3,
            again,
        ),
        (
            "registry-of-another-hash",
            "The registry is the one that the terms name.",
            "registry.id",
            1,
            other,
        ),
        (
            "registry-by-seller",
            "An issuer posts the registry.",
            "entry.key",
            1,
            again,
        ),
        (
            "leaf-without-registry",
            "Leaves follow the registry; nobody could have issued them.",
            "phase.no-registry",
            1,
            on.leaf_entry(on.member("ann").identity),
        ),
        (
            "open-without-registry",
            "A sale opens with a registry; nobody could take part.",
            "phase.no-registry",
            1,
            on.sign(EntryType.OPEN),
        ),
    )
    season = Refusal(
        "registry-of-another-season",
        "The registry's season is that of the terms; nyms would be another season's.",
        "registry.terms",
        0,
        on.registry_entry(),
        START,
        [(on.terms_entry(other_terms), START)],
    )
    return [*(Refusal(*row, START) for row in rows), season]


def _leaves() -> Sequence[Refusal]:
    on = stage()
    key = on.parts.issuers[0].key
    first = on.member("ann").identity.leaf
    second = on.member("bob").identity.leaf.to_value()
    repeated = _signed(replace(first, index=1)).to_value()
    ahead = _signed(replace(on.member("bob").identity.leaf, index=2)).to_value()
    foreign = {**second, "commitment": GROUP.g1_generator().to_bytes()}
    rows: tuple[tuple[str, str, str, dict[str, Value]], ...] = (
        (
            "leaf-index",
            "Leaves are numbered without gaps.",
            "leaf.index",
            ahead,
        ),
        (
            "leaf-status",
            "A new leaf is active.",
            "leaf.status",
            {**second, "status": "closed"},
        ),
        (
            "leaf-repeated",
            "An identity commitment has one leaf; one person would have two.",
            "leaf.repeated",
            repeated,
        ),
        (
            "leaf-commitment",
            "IC is the combination of the issuers' shares; somebody chose it.",
            "leaf.commitment",
            foreign,
        ),
        (
            "leaf-without-shares",
            "At least n - t issuers make a leaf; a single one could invent people.",
            "leaf.shares",
            {**second, "shares": []},
        ),
    )
    return [
        Refusal(name, rule, code, 4, on.sign_registry(EntryType.LEAF, body, key), START)
        for name, rule, code, body in rows
    ]


def _signed(leaf: Leaf) -> Leaf:
    """Return a leaf as its issuers sign it who do not count."""
    on = stage()
    keys = {issuer.index: issuer.key for issuer in on.parts.issuers}
    shares = tuple(
        sign_share(on.registry, leaf, each.issuer, each.commitment, keys[each.issuer])
        for each in leaf.shares
    )
    return replace(leaf, shares=shares)


def _leaf_shares() -> Sequence[Refusal]:
    on = stage()
    leaf = on.member("bob").identity.leaf
    share = leaf.shares[0]
    rows = (
        (
            "leaf-share-unsigned",
            "Each issuer signs its share of this leaf.",
            "leaf.signature",
            replace(leaf, shares=(replace(share, sig=entry_at(0).sig),)),
        ),
        (
            "leaf-other-holder",
            "The issuers sign the holder's key; a thief would substitute another.",
            "leaf.signature",
            replace(leaf, holder=bytes(32)),
        ),
        (
            "leaf-unknown-issuer",
            "Shares are those of the registry's issuers.",
            "leaf.shares",
            replace(leaf, shares=(replace(share, issuer=2),)),
        ),
    )
    key = on.parts.issuers[0].key
    return [
        Refusal(
            name,
            rule,
            code,
            4,
            on.sign_registry(EntryType.LEAF, changed.to_value(), key),
            START,
        )
        for name, rule, code, changed in rows
    ]


def _openings() -> Sequence[Refusal]:
    on = stage()
    marker = on.sign(EntryType.OPEN)
    third = replace(on.member("bob").identity.leaf, index=2).to_value()
    another_leaf = on.sign_registry(EntryType.LEAF, third, on.parts.issuers[0].key)
    void = on.sign(EntryType.VOID, {"reason": "open-missed"})
    rows: tuple[tuple[str, str, str, int, Entry, int], ...] = (
        (
            "open-early",
            "A marker is not early; people would miss the beginning.",
            "phase.early",
            REGISTERED,
            marker,
            TIMES.open - 1,
        ),
        (
            "open-late",
            "A marker is at most the slack late; the board would choose the moment.",
            "phase.late",
            REGISTERED,
            marker,
            _LATE,
        ),
        (
            "open-not-missed",
            "OPEN is missed only after the slack.",
            "void.reason",
            REGISTERED,
            void,
            _LATE - 1,
        ),
        (
            "deposit-before-open",
            "Deposits begin with OPEN; the first would see who is registered.",
            "phase.wrong",
            REGISTERED,
            on.deposit("ann", FIRST),
            START,
        ),
        (
            "leaf-after-open",
            "No leaf joins the log after OPEN; it would make room for one deposit more.",
            "phase.wrong",
            REGISTERED + 1,
            another_leaf,
            START,
        ),
    )
    return [Refusal(*row) for row in rows]
