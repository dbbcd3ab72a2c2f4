"""Deposits that say more than units: groups, tiers, puzzles, bids, attributes.

A part of chapter deposit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairlot.deposit.make import make_entry
from fairlot.deposit.nym import nym_of
from fairlot.deposit.puzzle import answer_key, solution_message, solve
from fairlot.deposit.sealed_bid import open_bid
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryType
from fairlot.names import Nym, SaleId
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import Mechanism, Option, Pool, Requirement, Tier
from fairlot.terms.terms import Terms
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import i2osp, tagged_hash
from fairlot_crypto.timelock.chain import first_round_after
from fairlot_crypto.timelock.clock import sign_round
from fairlot_crypto.timelock.scheme import UNCHAINED_G1
from fairlot_crypto.timelock.sealed import seal
from generators.case import Case, Raw, accept, reject
from generators.committee_setting import GROUP, stream
from generators.credential_setting import EPOCH, issued
from generators.deposit_setting import (
    TIMES,
    Made,
    check_entry,
    check_inputs,
    presented,
    rebound,
    resigned,
    sale,
    signed_body,
)
from generators.drand_setting import SECRET, clock
from generators.identity_setting import NOW
from kit.stage import issue

ANSWER = "the owl of Minerva"
_POOLS = (
    Pool(
        "sponsors",
        Mechanism.TIERS,
        supply=3,
        tiers=(Tier("gold", 9_000, 1), Tier("silver", 6_000, 2)),
    ),
    Pool(
        "friends",
        Mechanism.LOTTERY,
        supply=8,
        price=4_500,
        group_max=2,
        requires=(Requirement("region", ("north", "south")),),
    ),
    Pool(
        "solvers",
        Mechanism.LOTTERY,
        supply=2,
        price=4_500,
        puzzle=answer_key(ANSWER).public,
    ),
    Pool("bidders", Mechanism.AUCTION, supply=2, price=4_500),
    Pool(
        "dates",
        Mechanism.CHOICES,
        supply=6,
        options=(
            Option("july", 4_500, 2),
            Option("may", 0, 3),
            Option("june", 9_000, 1),
        ),
    ),
)


def _named() -> NamedRound:
    chain = clock(GROUP, UNCHAINED_G1)
    return NamedRound(chain, first_round_after(chain, TIMES.drawn_from))


def _terms() -> Terms:
    plain = sale(issued(), "Gala")
    return replace(plain, pools=_POOLS, deposits=(0, 4_500, 9_000), bids=_named())


def own_nym() -> Nym:
    """Return the nym of the person of all vectors."""
    return nym_of(GROUP, issued().case.identity, _terms().sale_id)


def friend() -> Nym:
    """Return the nym of somebody else, who is not of these vectors."""
    scalar = int.from_bytes(tagged_hash("sale", b"a friend")[:16], "big")
    return Nym((GROUP.g1_generator() * scalar).to_bytes())


_PLAIN = Wish(seq=0, wants=1, amount=4_500)


def _wishes() -> Mapping[str, tuple[str, Wish, EntryType]]:
    deposit = EntryType.DEPOSIT
    pair = (own_nym(), friend())
    listed = ("june", "july")
    everything = Wish(0, 2, 9_000, pair, "gold", 8_000, (ANSWER,), listed)
    nothing = Wish(1, 0, 0)
    return {
        "rich-plain": ("People who do not bid seal just that.", _PLAIN, deposit),
        "rich-bid": ("The same length.", replace(_PLAIN, bid=4_500), deposit),
        "rich-group": (
            "Two, one not there yet.",
            replace(_PLAIN, members=pair),
            deposit,
        ),
        "rich-tier": ("Named.", replace(_PLAIN, amount=9_000, tier="silver"), deposit),
        "rich-solved": (
            "One pool.",
            replace(_PLAIN, answers=("hawk", ANSWER)),
            deposit,
        ),
        "rich-wrong": ("No solution.", replace(_PLAIN, answers=("hawk",)), deposit),
        "rich-choices": (
            "Indices, the best first; may is not wanted.",
            replace(_PLAIN, choices=listed),
            deposit,
        ),
        "rich-all": ("Everything at once.", everything, deposit),
        "rich-cancel": ("It discloses the same.", nothing, EntryType.CANCEL),
    }


def rich(name: str) -> Made:
    """Make one of the entries."""
    _, wish, kind = _wishes()[name]
    each, terms = issued(), _terms()
    made_entry = make_entry(
        each.case.credentials,
        each.credential,
        terms,
        each.case.roll_id,
        kind,
        EPOCH,
        wish,
        stream(name),
    )
    return Made(each, terms, made_entry.entry, made_entry.keys, name)


def wishes() -> Sequence[tuple[str, str, Made, Mapping[str, Raw]]]:
    """Return name, comment, entry and what it was made from beside seq, wants, amount."""
    return [
        (name, comment, rich(name), _beyond(wish))
        for name, (comment, wish, _) in _wishes().items()
    ]


def _beyond(wish: Wish) -> dict[str, Raw]:
    given: dict[str, Raw] = {
        "members": list(wish.members),
        "tier": wish.tier,
        "bid": wish.bid,
        "answers": list(wish.answers),
        "choices": list(wish.choices),
    }
    return given


def refused() -> Sequence[Case]:
    """Return the entries that do not fit the terms."""
    unfit = [
        (name, rule, code, start, rebound(start, path, new))
        for name, rule, code, start, path, new in (*_unfit(), *_unfit_group())
    ]
    return [_refused(*row) for row in (*unfit, *_unshown())]


Row = tuple[str, str, str, Made, str, Value]
"""Name, rule, code, start, path into what is bound, new value."""


def _unfit() -> Sequence[Row]:
    plain, solved, cancel = rich("rich-plain"), rich("rich-solved"), rich("rich-cancel")
    key, sale_id = answer_key(ANSWER), plain.terms.sale_id
    own = plain.deposit.binding.settle_pk
    for_friend = solve(key, sale_id, friend(), own)
    other = solve(answer_key("hawk"), sale_id, own_nym(), own)
    right = solve(key, sale_id, own_nym(), own)
    copied = solved.deposit.binding.solutions["solvers"]
    of_cancel = solve(key, sale_id, own_nym(), cancel.deposit.binding.settle_pk)
    sealed = plain.deposit.binding.bid or b""
    tells = "An amount off the ladder would reveal the bid."
    bids = "Otherwise it would show who has a bid and who has none."
    forged = "It would be solved by a copy."
    at = "ph/order/solutions"
    empty = "A list that would be empty is absent."
    tier, bid, solution = "deposit.tier", "deposit.bid", "deposit.solution"
    field, nothing = "entry.field", "deposit.cancel"
    at_tier, at_bid = "ph/order/tier", "ph/order/bid"
    listed, at_list = "deposit.choices", "ph/order/choices"
    once, uint = "Places on a list are places.", "An index is a uint, not a name."
    return (
        ("ladder", tells, "deposit.ladder", plain, "ph/amount", 4_501),
        ("tier", "Nobody sells it.", tier, plain, at_tier, "bronze"),
        ("tier-pool", "A pool is not a tier.", tier, plain, at_tier, "sponsors"),
        ("bid-short", bids, bid, plain, at_bid, sealed[:-1]),
        ("bid-long", bids, bid, plain, at_bid, sealed + b"\0"),
        ("bid-none", bids, bid, plain, "ph/order", {"wants": 1}),
        ("bid-cancel", "It has none.", bid, cancel, at_bid, sealed),
        ("solution-friend", forged, solution, plain, at, {"solvers": for_friend}),
        ("solution-answer", forged, solution, plain, at, {"solvers": other}),
        ("solution-old-key", forged, solution, plain, at, {"solvers": copied}),
        ("solution-pool", "It has no puzzle.", solution, plain, at, {"friends": right}),
        ("solution-nowhere", "No such pool.", solution, plain, at, {"x": right}),
        ("solution-cancel", "It orders none.", nothing, cancel, at, {"solvers": of_cancel}),
        ("choice-beyond", "There are three options.", listed, plain, at_list, [0, 3]),
        ("choice-twice", once, listed, plain, at_list, [2, 0, 2]),
        ("choice-name", uint, field, plain, at_list, ["july"]),
        ("choice-negative", uint, field, plain, at_list, [-1]),
        ("choices-empty", empty, field, plain, at_list, []),
        ("choices-cancel", "It orders none.", nothing, cancel, at_list, [0]),
        ("tier-cancel", "It orders none.", nothing, cancel, at_tier, "gold"),
        ("solutions-empty", empty, field, plain, at, {}),
        ("members-empty", empty, field, plain, "ph/order/members", []),
    )  # fmt: skip


def _unfit_group() -> Sequence[Row]:
    plain, pair = rich("rich-plain"), rich("rich-group")
    binding = pair.deposit.binding
    ours, sale_id = list(binding.members), plain.terms.sale_id
    third = Nym((GROUP.g1_generator() * 7).to_bytes())
    strangers = sorted([friend(), third])
    gid = binding.group
    named = "Whoever only knows the id could break or join a group."
    hashed = "The id says who goes together."
    once = "One group would have several ids."
    size = "No pool draws such a group."

    def claim(members: list[Nym]) -> Value:
        claimed = replace(
            plain.deposit.binding,
            group=tagged_hash("group", sale_id, *members),
            members=tuple(members),
        )
        return claimed.to_value()

    return (
        ("group", named, "deposit.group", plain, "ph/group", gid),
        ("group-stranger", named, "deposit.group", plain, "ph", claim(strangers)),
        ("group-members", hashed, "deposit.group", plain, "ph/order/members", list(ours)),
        ("group-other-id", hashed, "deposit.group", pair, "ph/group", bytes(32)),
        ("group-order", once, "deposit.group", plain, "ph", claim(ours[::-1])),
        ("group-twice", once, "deposit.group", plain, "ph", claim([own_nym()] * 2)),
        ("group-of-one", size, "deposit.group", plain, "ph", claim([own_nym()])),
        ("group-of-three", size, "deposit.group", plain, "ph", claim(sorted([*ours, third]))),
    )  # fmt: skip


def _unshown() -> Sequence[tuple[str, str, str, Made, bytes]]:
    start, schema = rich("rich-plain"), "deposit.disclosed"
    same = "Everybody shows the same attributes, and no others."
    alone = "A value that only one person has is a name."
    lie, proof = "The credential says otherwise.", "deposit.presentation"
    shown = (
        ("nothing", same, _showing(start, ())),
        ("more", same, _showing(start, ("assurance", "region"))),
        ("other", same, _showing(start, ("assurance",))),
        ("value", alone, _showing(start, ("region",), _westerner())),
    )
    south = resigned(start, "disclosed", {"region": "south"})
    hidden = resigned(start, "disclosed", {"region": ""})
    return (
        *(
            (f"disclosed-{name}", rule, schema, start, body)
            for name, rule, body in shown
        ),
        ("disclosed-lie", lie, proof, start, south),
        ("disclosed-hidden", lie, proof, start, hidden),
    )


def _showing(
    start: Made, names: Sequence[str], credential: Credential | None = None
) -> bytes:
    """Return the entry with a presentation that discloses these attributes."""
    binding = start.deposit.binding.to_value()
    body = presented(start, binding, names, credential)
    return signed_body(start.entry.type, start.terms, body, start.keys.settle)


def _westerner() -> Credential:
    """Return the person's credential as issuers make it who keep to no schema."""
    case = issued().case
    identity = replace(case.identity, attributes=("listed", "west", "", ""))
    sources = (case.credentials, case.issuers, identity, case.rolls, case.holder)
    made = issue(*sources, EPOCH, NOW, lambda what: stream(f"west {what}"))
    return made.credentials[case.roll_id]


def _refused(name: str, rule: str, code: str, start: Made, encoded: bytes) -> Case:
    case, terms = issued().case, start.terms
    return reject(
        f"entry-{name}",
        rule,
        code,
        check_inputs(issued(), terms, encoded, NOW),
        lambda: check_entry(case.credentials, terms, case.roll_id, encoded, NOW),
    )


def bids() -> Sequence[Case]:
    """Return bids that open, and what opens as none."""
    sale_id, nym = _terms().sale_id, own_nym()
    bid, none = b"\x01" + i2osp(4_500, 8), bytes(9)
    context = sale_id + nym
    rows = (
        ("bid", "4500.", bid, context),
        ("highest", "2^64 - 1.", b"\x01" + b"\xff" * 8, context),
        ("zero", "A bid of nothing is a bid.", b"\x01" + bytes(8), context),
        ("none", "A person who does not bid.", none, context),
        ("none-filled", "It does not begin with 0x01.", b"\x00" + bid[1:], context),
        ("other-form", "It does not begin with 0x01.", b"\x02" + bid[1:], context),
        (
            "copied",
            "It belongs to another nym: it does not open.",
            bid,
            sale_id + friend(),
        ),
        ("other-sale", "It does not open.", bid, SaleId(bytes(32)) + nym),
        ("long", "Ten bytes: it does not open.", bid + b"\0", context),
    )
    return [_opened(*row) for row in rows] + [
        _opened(f"steps-{name}", comment, plaintext, context, 3)
        for name, comment, plaintext in _ladders()
    ]


def _ladders() -> Sequence[tuple[str, str, bytes]]:
    """Return bids of up to three steps: 49 bytes whatever they say."""

    def written(many: int, *numbers: int) -> bytes:
        return (i2osp(many, 1) + b"".join(i2osp(n, 8) for n in numbers)).ljust(
            49, b"\0"
        )

    most = 2**64 - 1
    void = "It is no bid:"
    return (
        ("one", "5 for each of 600.", written(1, 600, 5)),
        ("two", "And 3 for each of 200 more.", written(2, 600, 5, 200, 3)),
        ("three", "All steps.", written(3, most, most, 1, most - 1, 1, 0)),
        ("none", "A person who does not bid.", bytes(49)),
        ("four", f"{void} it says more steps than there is room for.", b"\4" * 49),
        ("equal", f"{void} prices fall.", written(2, 6, 5, 2, 5)),
        ("rising", f"{void} prices fall.", written(2, 6, 5, 2, 6)),
        ("of-nothing", f"{void} a step has a unit.", written(2, 6, 5, 0, 3)),
        ("left", f"{void} what is not used is zero.", written(1, 600, 5, 200, 3)),
        (
            "left-last",
            f"{void} what is not used is zero.",
            written(1, 6, 5)[:-1] + b"\1",
        ),
        ("none-filled", f"{void} it has no step.", written(0, 600, 5)),
        ("plain", "Nine bytes: it does not open.", b"\1" + i2osp(4_500, 8)),
    )


def _opened(
    name: str, comment: str, plaintext: bytes, context: bytes, steps: int = 0
) -> Case:
    named, sale_id, nym = _named(), _terms().sale_id, own_nym()
    chain, number = named.chain, named.round_number
    sealed = seal(GROUP, chain, number, plaintext, context, stream(f"bid {name}"))
    signature = sign_round(GROUP, chain, SECRET, number).signature
    bid = open_bid(GROUP, named, sale_id, nym, sealed, signature, steps)
    return accept(
        f"open-{name}",
        comment,
        {
            "op": "open-bid",
            "public_key": chain.public_key,
            "period": chain.period,
            "genesis_time": chain.genesis_time,
            "genesis_seed": chain.genesis_seed,
            "beacon_id": chain.beacon_id,
            "round": number,
            "sale_id": sale_id,
            "nym": nym,
            "sealed": sealed,
            "signature": signature,
            **({"bid_steps": steps} if steps else {}),
        },
        {"bid": [list(step) for step in bid] if isinstance(bid, tuple) else bid},
        {"plaintext": plaintext, "context": context},
    )


def order_trace(one: Made) -> Mapping[str, Raw]:
    """Return what the parts of an order are made of."""
    binding = one.deposit.binding
    trace: dict[str, Raw] = {}
    if binding.group is not None:
        trace["gid"] = binding.group
    if binding.bid is not None:
        trace["sealed_bid"] = binding.bid
    if binding.solutions:
        sale_id, nym = binding.sale_id, one.deposit.nym
        trace["solution_message"] = solution_message(sale_id, nym, binding.settle_pk)
    return trace
