"""Wrong arguments are refused where they enter, as the calling program's fault."""

# ruff: noqa: ANN401 (wrong types are what is tested here)
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import fairlot
from fairlot import (
    CallerError,
    Entrant,
    EntryType,
    Funding,
    Mechanism,
    Nym,
    Pool,
    Tier,
    Wish,
    allocate,
    audit_transcript,
    cast_rehearsal,
    epoch_at,
    make_cancellation,
    make_commitment,
    make_deposit,
    make_payment,
    make_reveal,
    nym_of,
    sale_odds,
    settle,
    verify_deposit,
)
from fairlot.audit.expected import Expected
from fairlot.beacon.contributions import Frozen
from fairlot.board.keeper import Board, StartKeys, start_board
from fairlot.board.registry_keeper import start_registry
from fairlot.board.storage import MemoryStorage
from fairlot.deposit.make import make_entry
from fairlot.identity.committee import Committee
from fairlot.names import SaleId
from fairlot.rehearsal.parts import START
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SeededRandomness
from kit.sales import GROUP, PRICE, deposit, registered, source, stage
from kit.sales import nym_of as nym_in
from kit.stage import EPOCH, Stage

NYMS = tuple(Nym(bytes([i]) * 48) for i in range(3))
ZERO = bytes(32)
LOTTERY = Pool("main", Mechanism.LOTTERY, 1, 100, group_max=1)


def code_of(call: Callable[..., object], *arguments: Any, **named: Any) -> str:
    """Return the code with which a call is refused."""
    with pytest.raises(CallerError) as caught:
        call(*arguments, **named)
    return caught.value.code


def any_of(value: object) -> Any:
    """Return a value that no type checker would let pass."""
    return value


NO_UINT = (-1, 2**64, 1.5, "1", True, None)


@pytest.mark.parametrize("field", ["seq", "wants", "amount", "bid"])
@pytest.mark.parametrize("number", NO_UINT)
def test_a_wish_has_numbers(field: str, number: object) -> None:
    if (field, number) == ("bid", None):
        return
    numbers: Mapping[str, Any] = {"seq": 0, "wants": 1, "amount": 1, field: number}
    assert code_of(Wish, **numbers) == "wish.range"


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("names.nym", {"members": (NYMS[0], b"short")}),
        ("names.nym", {"members": (NYMS[0], NYMS[1].hex())}),
        ("wish.members", {"members": (NYMS[0], NYMS[0])}),
        ("wish.text", {"tier": ""}),
        ("wish.text", {"tier": 3}),
        ("wish.text", {"answers": ("owl", "")}),
        ("wish.text", {"answers": "owl"}),
        ("wish.text", {"answers": (b"owl",)}),
    ],
)
def test_a_wish_says_what_a_deposit_can_say(code: str, change: Any) -> None:
    assert code_of(Wish, 0, 1, 1, **change) == code


def made(
    on: Stage, wish: Wish, kind: EntryType = EntryType.DEPOSIT, epoch: int = EPOCH
) -> object:
    member = on.members[0]
    return make_entry(
        on.credentials,
        member.credential,
        on.terms,
        on.roll_id,
        kind,
        epoch,
        wish,
        source("made"),
    )


WISH = Wish(0, 1, PRICE)


@pytest.mark.parametrize(
    ("code", "wish"),
    [
        ("wish.bid", replace(WISH, bid=PRICE)),
        ("wish.answers", replace(WISH, answers=("owl",))),
        ("wish.tier", replace(WISH, tier="gold")),
        ("wish.group", replace(WISH, members=NYMS[:2])),
        ("wish.group", replace(WISH, members=NYMS[:1])),
    ],
)
def test_what_the_terms_do_not_take_is_not_signed(
    concert: Stage, code: str, wish: Wish
) -> None:
    assert code_of(made, concert, wish) == code


def test_a_deposit_lies_on_the_ladder(concert: Stage) -> None:
    on = concert.with_terms(replace(concert.terms, deposits=(0, PRICE)))
    made(on, WISH)
    assert code_of(made, on, replace(WISH, amount=1)) == "wish.ladder"


def test_a_group_holds_who_asks_for_it(concert: Stage) -> None:
    pool = Pool("main", Mechanism.LOTTERY, 4, PRICE, group_max=2)
    on = concert.with_terms(replace(concert.terms, pools=(pool,)))
    own = nym_of(GROUP, on.members[0].identity, on.terms.sale_id)
    made(on, replace(WISH, members=(own, NYMS[1])))
    others = replace(WISH, members=NYMS[1:3])
    assert code_of(made, on, others) == "wish.group"
    crowd = replace(WISH, members=(own, *NYMS[1:3]))
    assert code_of(made, on, crowd) == "wish.group"


@pytest.mark.parametrize(
    "kind", [each for each in EntryType if each not in ("DEPOSIT", "CANCEL")]
)
def test_a_holder_makes_deposits_and_cancellations(
    concert: Stage, kind: EntryType
) -> None:
    assert code_of(made, concert, WISH, kind) == "wish.kind"


def test_a_cancellation_asks_for_nothing(concert: Stage) -> None:
    for wish in (WISH, Wish(1, 0, 1), replace(Wish(1, 0, 0), tier="gold")):
        code = code_of(made, concert, wish, EntryType.CANCEL)
        assert code == "wish.cancel"
    member = concert.members[0]
    credentials, terms = concert.credentials, concert.terms
    arguments = credentials, member.credential, terms, concert.roll_id
    made_one = make_cancellation(*arguments, 1, EPOCH, source("cancelled"))
    assert made_one.entry.type is EntryType.CANCEL
    assert made_one.amount == 0
    code = code_of(make_cancellation, *arguments, -1, EPOCH, source("c"))
    assert code == "wish.range"


@pytest.mark.parametrize("epoch", NO_UINT)
def test_an_epoch_is_a_number(concert: Stage, epoch: object) -> None:
    assert code_of(made, concert, WISH, epoch=any_of(epoch)) == "credential.epoch"


def test_terms_and_registry_belong_together(concert: Stage) -> None:
    other = replace(concert.terms, registry=ZERO)
    member = concert.members[0]
    roll = concert.roll_id
    arguments = concert.credentials, member.credential, other, roll, WISH, EPOCH
    assert code_of(make_deposit, *arguments, source("x")) == "wish.registry"
    entry = deposit(concert, 0)
    code = code_of(verify_deposit, concert.credentials, other, roll, entry, START)
    assert code == "verify.registry"


def test_only_deposits_are_verified_as_such(concert: Stage) -> None:
    paid = concert.payment(NYMS[0], 1)
    arguments = concert.credentials, concert.terms, concert.roll_id
    assert code_of(verify_deposit, *arguments, paid, START) == "verify.type"
    entry = deposit(concert, 0)
    assert verify_deposit(*arguments, entry, START).nym == nym_in(entry)
    for time in NO_UINT:
        assert code_of(verify_deposit, *arguments, entry, any_of(time)) == "names.time"


def test_what_others_sent_is_their_fault(concert: Stage) -> None:
    """Not the caller's: a verifier tells bad data from a bad program."""
    arguments = concert.credentials, concert.terms, concert.roll_id
    entry = deposit(concert, 0)
    forged = replace(entry, sig=type(entry.sig)(bytes(64)))
    elsewhere = replace(concert.terms, title="Another")
    for terms, sent, code in (
        (concert.terms, forged, "entry.signature"),
        (elsewhere, entry, "entry.scope"),
    ):
        with pytest.raises(fairlot.Rejection) as caught:
            verify_deposit(concert.credentials, terms, concert.roll_id, sent, START)
        assert caught.value.code == code
    late = concert.terms.times.close + concert.terms.times.slack + 1
    with pytest.raises(fairlot.Rejection) as caught:
        verify_deposit(*arguments, entry, late)
    assert caught.value.code == "deposit.not-after"


@pytest.mark.parametrize(
    ("code", "change"),
    [
        *(("payment.amount", {"amount": n}) for n in (*NO_UINT, 0)),
        ("names.nym", {"nym": NYMS[0].hex()}),
        ("names.nym", {"nym": b"x" * 47}),
        ("names.sale-id", {"sale_id": ZERO.hex()}),
        ("names.sale-id", {"sale_id": ZERO + b"\0"}),
    ],
)
def test_a_payment_is_of_somebody_for_something(code: str, change: Any) -> None:
    right: dict[str, Any] = {"sale_id": ZERO, "nym": NYMS[0], "amount": 1}
    key, randomness = SigningKey.generate(source("escrow")), source("ref")
    make_payment(**right, escrow=key, randomness=randomness)
    wrong = {**right, **change}
    assert code_of(make_payment, **wrong, escrow=key, randomness=randomness) == code


def test_a_nym_is_of_a_sale(concert: Stage) -> None:
    identity = concert.members[0].identity
    for wrong in (b"", ZERO.hex(), bytes(33)):
        assert (
            code_of(nym_of, GROUP, identity, SaleId(any_of(wrong))) == "names.sale-id"
        )


def test_contributors_open_what_they_can_have_committed_to(concert: Stage) -> None:
    key = SigningKey.generate(source("contributor"))
    assert code_of(make_reveal, SaleId(b""), 5, key) == "names.sale-id"
    sale_id = concert.terms.sale_id
    for alpha in (-1, 2**2176):
        code = code_of(make_reveal, sale_id, alpha, key)
        assert code == "hashing.i2osp-range"
        frozen = Frozen(0, ZERO)
        assert (
            code_of(make_commitment, concert.terms, frozen, alpha, key)
            == "bicorn.alpha"
        )


@pytest.mark.parametrize("time", NO_UINT)
def test_a_time_is_whole_seconds(concert: Stage, time: object) -> None:
    assert code_of(epoch_at, concert.registry, any_of(time)) == "names.time"


POOLS: Mapping[str, tuple[str, object]] = {
    "twice": ("pools.rule", (LOTTERY, LOTTERY)),
    "no-name": ("pools.rule", (replace(LOTTERY, name=""),)),
    "unsold-nowhere": ("pools.rule", (replace(LOTTERY, unsold="later"),)),
    "leftovers-of-groups": (
        "pools.rule",
        (
            replace(LOTTERY, supply=2, group_max=2, unsold="later"),
            replace(LOTTERY, name="later"),
        ),
    ),
    "group-above-supply": ("pools.rule", (replace(LOTTERY, group_max=2),)),
    "no-tiers": ("pools.rule", (replace(LOTTERY, mechanism=Mechanism.TIERS),)),
    "negative": ("pools.range", (replace(LOTTERY, supply=-1),)),
    "too-much": ("pools.range", (replace(LOTTERY, price=2**64),)),
    "fraction": ("pools.range", (replace(LOTTERY, price=any_of(1.5)),)),
    "negative-tier": (
        "pools.range",
        (Pool("t", Mechanism.TIERS, 1, tiers=(Tier("gold", -1, 1),)),),
    ),
    "word": ("pools.type", (replace(LOTTERY, mechanism=any_of("lottery")),)),
    "no-pool": ("pools.type", ({"name": "main"},)),
}


@pytest.mark.parametrize(("code", "pools"), POOLS.values(), ids=POOLS)
def test_pools_are_those_that_terms_can_have(code: str, pools: Any) -> None:
    entrant = Entrant(NYMS[0], 1, 100)
    calls: tuple[Callable[[], object], ...] = (
        lambda: allocate(pools, [entrant], ZERO, ZERO),
        lambda: sale_odds(pools, [entrant], ZERO),
        lambda: cast_rehearsal("Concert", "seat", pools, ["ann"], source("cast")),
    )
    for call in calls:
        assert code_of(call) == code


@pytest.mark.parametrize(
    ("code", "entrants"),
    [
        ("allocation.duplicate-nym", [Entrant(NYMS[0], 1, 1)] * 2),
        ("allocation.nym-length", [Entrant(Nym(b"short"), 1, 1)]),
        ("allocation.nym-length", [Entrant(any_of("a" * 48), 1, 1)]),
        ("allocation.range", [Entrant(NYMS[0], -1, 1)]),
        ("allocation.range", [Entrant(NYMS[0], 1, 2**64)]),
        ("allocation.range", [Entrant(NYMS[0], 1, any_of(1.5))]),
        ("allocation.range", [Entrant(NYMS[0], 1, 1, bid=-1)]),
        ("allocation.group-id", [Entrant(NYMS[0], 1, 1, group=b"friends")]),
        ("allocation.group-id", [Entrant(NYMS[0], 1, 1, group=any_of("a" * 32))]),
    ],
)
def test_entrants_are_those_that_a_board_can_have(code: str, entrants: Any) -> None:
    assert code_of(allocate, [LOTTERY], entrants, ZERO, ZERO) == code
    assert code_of(sale_odds, [LOTTERY], entrants, ZERO) == code


@pytest.mark.parametrize("wrong", [b"", bytes(31), ZERO.hex(), "a" * 32, None])
def test_seed_and_sale_are_hashes(wrong: Any) -> None:
    code = "allocation.seed-length"
    assert code_of(allocate, [LOTTERY], [], wrong, ZERO) == code
    assert code_of(allocate, [LOTTERY], [], ZERO, wrong) == code
    assert code_of(sale_odds, [LOTTERY], [], wrong) == code


@pytest.mark.parametrize(
    ("code", "fundings"),
    [
        ("settlement.no-funding", []),
        ("settlement.no-funding", [Funding(NYMS[0], 100, b"", final=False)]),
        ("settlement.duplicate-nym", [Funding(NYMS[0], 100, b"")] * 2),
        ("settlement.range", [Funding(NYMS[0], -1, b"")]),
        ("settlement.range", [Funding(NYMS[0], any_of("100"), b"")]),
        ("settlement.refund-to", [Funding(NYMS[0], 100, any_of("IBAN"))]),
        ("names.nym", [Funding(Nym(b""), 100, b"")]),
    ],
)
def test_fundings_are_of_everybody(code: str, fundings: Any) -> None:
    outcome = allocate([LOTTERY], [Entrant(NYMS[0], 1, 100)], ZERO, ZERO)
    assert code_of(settle, outcome, fundings) == code


@pytest.mark.parametrize("root", [ZERO.hex(), b"", bytes(31), bytes(33), 7])
@pytest.mark.parametrize("name", ["sale_id", "board_key"])
def test_a_trust_root_is_32_bytes(name: str, root: object) -> None:
    roots: Mapping[str, Any] = {name: root}
    assert code_of(Expected, **roots) == "audit.root"
    assert code_of(audit_transcript, b"", **roots) == "audit.root"


@pytest.mark.parametrize("flag", ["no", "", 1, None])
def test_a_rehearsal_is_accepted_or_not(flag: object) -> None:
    """A text such as "no" would accept one."""
    assert code_of(Expected, rehearsal=any_of(flag)) == "audit.flag"
    assert code_of(audit_transcript, b"", rehearsal=any_of(flag)) == "audit.flag"


def test_a_transcript_is_bytes_or_a_path(
    tmp_path: Path, concert_transcript: bytes
) -> None:
    for wrong in (None, 7, [b""]):
        assert code_of(audit_transcript, any_of(wrong)) == "audit.transcript"
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(concert_transcript)
    given = (path, str(path), concert_transcript)
    reports = [audit_transcript(each, rehearsal=True) for each in given]
    assert all(report.holds for report in reports)
    assert not audit_transcript(path).holds
    assert reports[0].roots.from_file
    with pytest.raises(fairlot.InputError) as caught:
        audit_transcript(tmp_path / "nothing")
    assert caught.value.code == "transcript.unreadable"


def test_a_board_posts_entries_at_times(concert: Stage) -> None:
    board = registered(concert)
    entry = concert.terms_entry()
    for time in NO_UINT:
        assert code_of(board.append, [entry], any_of(time)) == "names.time"
    assert code_of(board.append, any_of([b"entry"]), START) == "board.entry"
    assert board.state.tree.size == 0
    board.append([entry], START)
    own = ("VOID", "OPEN", "ROLL")
    others = [k for k in EntryType if k.role.value != "board" or k in own]
    for kind in others:
        code = code_of(board.append_marker, kind, START)
        assert code == "board.marker"
    code = code_of(board.append_marker, EntryType.CLOSE, any_of("now"))
    assert code == "names.time"


@pytest.mark.parametrize("name", ["", "two words", "a+b", "n" * 201, "ünï"])
def test_a_board_has_a_name_that_terms_can_give(concert: Stage, name: str) -> None:
    key = concert.parts.board
    assert code_of(Board, MemoryStorage(), name, key, concert.state()) == "board.name"


def test_a_board_starts_with_the_keys_of_its_terms(concert: Stage) -> None:
    parts = concert.parts
    stranger = SigningKey.generate(source("stranger"))
    keys = StartKeys(parts.board, parts.seller)
    terms, registry = concert.terms, concert.registered().registry
    start_board(MemoryStorage(), terms, registry, keys, START)
    for each in (replace(keys, board=stranger), replace(keys, seller=stranger)):
        code = code_of(start_board, MemoryStorage(), terms, registry, each, START)
        assert code == "board.start"
    other = replace(terms, registry=ZERO)
    with pytest.raises(fairlot.Rejection) as caught:
        start_board(MemoryStorage(), other, registry, keys, START)
    assert caught.value.code == "registry.absent"


def test_a_registry_starts_with_the_keys_that_it_names(concert: Stage) -> None:
    parts, credentials = concert.parts, concert.credentials
    stranger = SigningKey.generate(source("stranger"))
    keys = parts.board, parts.issuers[0].key
    start_registry(MemoryStorage(), credentials, *keys, START)
    for each in ((stranger, keys[1]), (keys[0], stranger)):
        code = code_of(start_registry, MemoryStorage(), credentials, *each, START)
        assert code == "board.start"


def test_a_committee_is_the_registrys(concert: Stage) -> None:
    other = stage(("ann",), 1, 1, 1, (4, 1))
    assert (
        code_of(Committee, concert.credentials, other.parts.issuers)
        == "committee.issuers"
    )
    member = other.members[0]
    committee = Committee(other.credentials, other.parts.issuers)
    for time in NO_UINT:
        leaf = member.identity.leaf
        arguments = member.identity, member.holder, leaf, [other.roll], any_of(time)
        assert code_of(committee.issue, *arguments) == "names.time"


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("cast.people", {"people": ["ann", "ann"]}),
        ("cast.people", {"people": ["ann", "Ann\u200b"]}),
        ("cast.people", {"people": [""]}),
        ("cast.people", {"people": "ann"}),
        ("cast.people", {"attributes": {"eve": {"region": "north"}}}),
        ("cast.contributors", {"contributors": 0}),
        ("cast.contributors", {"contributors": 65}),
        ("cast.contributors", {"contributors": "three"}),
        ("threshold.members", {"issuers": 3, "threshold": 1}),
        ("wesolowski.squarings", {"delay": 0}),
    ],
)
def test_a_cast_can_play(code: str, change: Any) -> None:
    right: dict[str, Any] = {
        "title": "Concert",
        "asset": "seat",
        "pools": [LOTTERY],
        "people": ["ann"],
        "randomness": SeededRandomness(ZERO),
    }
    cast_rehearsal(**right)
    assert code_of(cast_rehearsal, **{**right, **change}) == code


def test_a_draw_is_of_the_board_of_the_cast() -> None:
    randomness = SeededRandomness(ZERO)
    one = cast_rehearsal("One", "seat", [LOTTERY], ["ann"], randomness)
    other = cast_rehearsal("Other", "seat", [LOTTERY], ["ann"], randomness)
    _, board = other.start_boards()
    code = code_of(fairlot.draw_sale, one, board, randomness)
    assert code == "cast.board"
