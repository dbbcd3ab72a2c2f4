"""Entries up to OPEN that must be refused; a part of chapter sale."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fairlot.entry import Entry, EntryType, read_entry, sign_entry
from fairlot.identity.leaf import Leaf, sign_share
from fairlot.identity.registry import RollId
from fairlot.logs import LogKind
from fairlot.rehearsal.parts import SEASON, START, TIMES
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.roll import RollTerms
from fairlot.terms.terms import Terms
from fairlot.terms.times import MAX_TIME
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import i2osp
from generators.sale_refusal import (
    ANNOUNCED,
    LEAVES,
    REGISTERED,
    Refusal,
    entry_at,
)
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
        *_rolls(),
        *_openings(),
        *_unfit_rolls(),
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
    roll: dict[str, Value] = {"roll": on.roll_id}
    open_body = on.sign(EntryType.OPEN, {**roll, "note": "hello"})
    other_sale = sign_entry(EntryType.OPEN, bytes(32), roll, on.parts.board)
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
            "A sale's log begins with terms; nothing could be judged without them.",
            "phase.no-terms",
            ANNOUNCED,
            on.open_entry(),
        ),
        (
            "duplicate",
            "An entry stands once; it would count twice.",
            "entry.duplicate",
            LEAVES,
            on.leaf_entry(on.member("ann").identity),
        ),
        (
            "signature",
            "An entry is signed; anybody could speak for the board.",
            "entry.signature",
            REGISTERED,
            tampered(on.open_entry()),
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
            LEAVES - 1,
            other_registry,
        ),
        (
            "marker-by-seller",
            "Markers are the board's; the seller would choose the moment.",
            "entry.key",
            REGISTERED,
            on.sign(EntryType.OPEN, roll, seller),
        ),
        (
            "leaf-by-board",
            "Leaves are posted by issuers.",
            "entry.key",
            LEAVES - 1,
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
            REGISTERED,
            on.terms_entry(other),
            START,
        ),
        (
            "terms-of-other-sale",
            "The entry's scope is the hash of its terms.",
            "terms.sale-id",
            ANNOUNCED,
            sign_entry(EntryType.TERMS, other.sale_id, value, seller),
            START,
        ),
        (
            "terms-by-board",
            "The seller signs the terms; anybody could sell in the seller's name.",
            "terms.seller",
            ANNOUNCED,
            on.sign(EntryType.TERMS, value),
            START,
        ),
        (
            "terms-unknown-field",
            "Terms hold exactly the known fields; a hidden rule could be added.",
            "terms.field",
            ANNOUNCED,
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
            "A sale's log begins with terms; they say whose clock it is.",
            "phase.no-terms",
            ANNOUNCED,
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
        Refusal(name, rule, code, ANNOUNCED, on.terms_entry(terms), START)
        for name, rule, code, terms in rows
    ]


def _registries() -> Sequence[Refusal]:
    on = stage()
    registry, seller = on.registry, on.parts.seller
    value, scope = registry.to_value(), registry.registry_id
    earlier = replace(registry, season=SEASON - 1)
    again = sign_entry(EntryType.REGISTRY, scope, value, seller)
    rows: tuple[tuple[str, str, str, int, Entry], ...] = (
        (
            "registry-again",
            "A log has one registry; people would be counted twice.",
            "registry.again",
            LEAVES - 1,
            again,
        ),
        (
            "registry-of-another-hash",
            "The entry's scope is the hash of its registry.",
            "registry.id",
            0,
            on.registry_entry({"season": earlier.season}),
        ),
        (
            "registry-by-seller",
            "An issuer posts the registry.",
            "entry.key",
            0,
            again,
        ),
        (
            "leaf-without-registry",
            "Leaves follow the registry; nobody could have issued them.",
            "phase.no-registry",
            0,
            on.leaf_entry(on.member("ann").identity),
        ),
        (
            "time-without-registry",
            "A registry log begins with the registry, which says whose clock it is.",
            "phase.no-registry",
            0,
            on.time_entry(START, LogKind.REGISTRY),
        ),
        *((name, rule, code, ANNOUNCED, entry) for name, rule, code, entry in _unfit()),
    )
    return [Refusal(*row, START) for row in rows]


def _unfit() -> Sequence[tuple[str, str, str, Entry]]:
    """Return terms that their registry does not fit."""
    on = stage()
    terms, registry = on.terms, on.registry
    times = terms.times
    serves = registry.closes - registry.settles_after
    season = "registry.terms"
    inside = "Deposits open and close in the season; its issuers know no other people."
    tail = "A sale ends within the season's tail; nobody could claim what they won."
    return (
        (
            "terms-of-absent-registry",
            "The registry's log is at hand; nobody could say who may enter.",
            "registry.absent",
            on.terms_entry(replace(terms, registry=bytes(32))),
        ),
        (
            "terms-of-another-season",
            "The registry's season is that of the terms; nyms would be another season's.",
            season,
            on.terms_entry(replace(terms, season=SEASON - 1)),
        ),
        (
            "terms-before-season",
            inside,
            season,
            on.terms_entry(replace(terms, times=times.later(-1))),
        ),
        (
            "terms-after-season",
            inside,
            season,
            on.terms_entry(
                replace(terms, times=times.later(registry.ends - times.close))
            ),
        ),
        (
            "terms-unlock-after-tail",
            tail,
            season,
            on.terms_entry(replace(terms, times=replace(times, unlock=serves + 1))),
        ),
        *_locked_too_short(),
    )


def _locked_too_short() -> Iterator[tuple[str, str, str, Entry]]:
    """Yield terms whose lock-up is a second too short, counted from what comes last."""
    for name, on in (("reveals", stage()), ("round", stage().waiting())):
        earliest = on.terms.locked_from + on.registry.least_lockup
        times = replace(on.terms.times, unlock=earliest - 1)
        yield (
            f"terms-lockup-after-{name}",
            "A theft is undone before the unlock; a thief would take what was won.",
            "terms.lockup",
            on.terms_entry(replace(on.terms, times=times)),
        )


def _rolls() -> Sequence[Refusal]:
    on = stage()
    roll = on.roll.roll
    closes, sigs = on.registry.closes, on.roll_entry().body["sigs"]
    number = "Rolls are numbered without gaps; one could be hidden."
    tree = "A roll states the log as it was; leaves would be left out of it."
    serves = "A roll serves until the end of the season's tail at most."
    signed = "n - t issuers sign a roll; a board would say who may enter."
    unsigned: Value = [{"issuer": 1, "sig": bytes(64)}]
    stranger: Value = [{"issuer": 2, "sig": bytes(64)}]
    other = replace(roll, root=bytes(32))
    rows: tuple[tuple[str, str, str, Entry], ...] = (
        ("number", number, "roll.number", on.roll_entry(replace(roll, number=1))),
        ("time", tree, "roll.time", on.roll_entry(replace(roll, time=START - 1))),
        ("size", tree, "roll.tree", on.roll_entry(replace(roll, size=roll.size - 1))),
        ("root", tree, "roll.tree", on.roll_entry(other)),
        ("leaves", tree, "roll.leaves", on.roll_entry(replace(roll, leaves=1))),
        ("past", serves, "roll.expires", on.roll_entry(replace(roll, expires=START))),
        (
            "after-tail",
            serves,
            "roll.expires",
            on.roll_entry(replace(roll, expires=closes + 1)),
        ),
        ("nobody", signed, "roll.issuers", on.roll_entry(changes={"sigs": []})),
        ("unknown", signed, "roll.issuers", on.roll_entry(changes={"sigs": stranger})),
        ("forged", signed, "roll.signature", on.roll_entry(changes={"sigs": unsigned})),
        (
            "of-another-roll",
            "The issuers sign this roll, with all that it says.",
            "roll.signature",
            on.sign_registry(
                EntryType.ROLL,
                {"roll": {**roll.to_value(), "expires": closes - 1}, "sigs": sigs},
                on.parts.board,
            ),
        ),
        (
            "by-issuer",
            "The registry's board posts rolls, and nobody else.",
            "entry.key",
            on.sign_registry(EntryType.ROLL, on.roll_entry().body),
        ),
        (
            "unknown-field",
            "A body has no other fields than its type's.",
            "entry.field",
            on.roll_entry(changes={"note": "hello"}),
        ),
    )
    return [
        Refusal(f"roll-{name}", rule, code, LEAVES, entry, START)
        for name, rule, code, entry in rows
    ]


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
        Refusal(
            name,
            rule,
            code,
            LEAVES - 1,
            on.sign_registry(EntryType.LEAF, body, key),
            START,
        )
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
            LEAVES - 1,
            on.sign_registry(EntryType.LEAF, changed.to_value(), key),
            START,
        )
        for name, rule, code, changed in rows
    ]


def _openings() -> Sequence[Refusal]:
    on = stage()
    marker = on.open_entry()
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
            "Deposits begin with OPEN, which says who may enter.",
            "phase.wrong",
            REGISTERED,
            on.deposit("ann", FIRST),
            START,
        ),
        (
            "open-without-roll",
            "OPEN names a roll; anybody could enter.",
            "entry.field",
            REGISTERED,
            on.sign(EntryType.OPEN),
            START,
        ),
        (
            "open-unknown-roll",
            "The roll is on the registry's log; people would come from elsewhere.",
            "open.roll",
            REGISTERED,
            on.open_entry(RollId(bytes(32))),
            START,
        ),
    )
    return [Refusal(*row) for row in rows]


def _unfit_rolls() -> Sequence[Refusal]:
    """Open a sale with a roll that its terms do not allow."""
    on = stage()
    terms, roll = on.terms, on.roll.roll
    window = "The terms say which roll; a board would choose who may enter."
    small = (
        "A roll has as many leaves as the terms ask; few people would be recognised."
    )
    other = replace(terms, roll=RollTerms(0, id=bytes(32)))
    later = replace(terms, roll=RollTerms(0, window=(START + 1, START + 2)))
    earlier = replace(terms, roll=RollTerms(0, window=(START - 2, START - 1)))
    crowd = replace(terms, roll=replace(terms.roll, smallest=roll.leaves + 1))
    rows = (
        ("open-other-roll", window, "open.window", other),
        ("open-before-window", window, "open.window", later),
        ("open-after-window", window, "open.window", earlier),
        ("open-small-roll", small, "open.leaves", crowd),
    )
    return [
        Refusal(
            name, rule, code, ANNOUNCED, _opened(changed), START, _announced(changed)
        )
        for name, rule, code, changed in rows
    ]


def _announced(terms: Terms) -> Sequence[tuple[Entry, int]]:
    """Return TERMS and its TIME of a sale under other terms."""
    on = stage().with_terms(terms)
    return ((on.terms_entry(), START), (on.time_entry(START), START))


def _opened(terms: Terms) -> Entry:
    return stage().with_terms(terms).open_entry()
