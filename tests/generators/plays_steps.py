"""The sales of the vectors whose bids have several steps, and what boards lie about them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from fairlot.allocation.entering import Entrant
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import LedgerLine, outcome_hash, settle
from fairlot.bids import Step, Steps, steps_of
from fairlot.board.sale import SaleState
from fairlot.deposit.make import SettlementKeys, bind, present_binding
from fairlot.deposit.nym import nym_from
from fairlot.deposit.sealed_bid import bid_length
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType
from fairlot.names import Nym
from fairlot.rehearsal.parts import TIMES
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool, Pricing
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.keys import OpeningKey, SigningKey
from fairlot_crypto.timelock.sealed import seal
from generators.plays import Scene, bidding, lie, nym_of
from generators.stage import GROUP, stage
from kit.board import Batch, fold
from kit.stage import EPOCH, Stage

SUPPLY, RESERVE, CAP, STEPS = 8, 2, 8, 3
LADDER = (30, 40)
"""Bob and Ann deposit so much."""
ANN: Steps = (Step(6, 5), Step(2, 4))
BOB: Steps = (Step(5, 4), Step(3, 2))
"""7 units are bid for at 4, and 2 are left: one for each."""
RISING: Steps = (Step(2, 3), Step(6, 5))
"""No bid: a price is above the one before."""

Ledger = Callable[[Stage, SaleState], Sequence[LedgerLine]]
"""What a lying board says that everybody gets and pays."""


@cache
def steps_stage(pricing: Pricing) -> Stage:
    """Return the stage with an auction of eight units."""
    on = stage()
    pool = Pool(
        MAIN_POOL,
        Mechanism.AUCTION,
        SUPPLY,
        RESERVE,
        CAP,
        bid_steps=STEPS,
        pricing=pricing,
    )
    bids = NamedRound.after(on.parts.clock.chain, TIMES.drawn_from)
    terms = replace(on.terms, pools=(pool,), deposits=LADDER, bids=bids)
    return replace(on, terms=terms)


@cache
def clearing() -> tuple[Batch, ...]:
    """Two bids of two steps; all pay the highest losing price."""
    return _played(Pricing.CLEARING, STEPPED)


@cache
def vickrey() -> tuple[Batch, ...]:
    """The same bids; each pays what the other loses by them."""
    return _played(Pricing.VICKREY, STEPPED)


@cache
def rising() -> tuple[Batch, ...]:
    """Ann's prices rise, so hers is no bid; bob gets what he bids for."""
    return _played(Pricing.CLEARING, RISEN)


def bid_of_one(on: Stage) -> Entry:
    """Return a deposit whose sealed bid is as long as one for one unit."""
    return _with_plaintext(on, "bob", b"\x01" + i2osp(5, 8), 1)


def _with_plaintext(on: Stage, who: str, plaintext: bytes, seq: int = 0) -> Entry:
    """Return a deposit that seals any bytes as its bid."""
    named, sale_id = on.terms.bids, on.terms.sale_id
    if named is None:
        raise LookupError("the stage takes no bids")
    drawn, member = on.randomness.derive(f"plaintext/{who}"), on.member(who)
    nym = nym_from(GROUP, member.credential.nym_secrets, sale_id)
    keys = SettlementKeys(SigningKey.generate(drawn), OpeningKey.generate(drawn))
    wish = Wish(seq, CAP, LADDER[1])
    binding = bind(on.credentials, on.terms, EntryType.DEPOSIT, wish, keys, nym, drawn)
    context = sale_id + nym
    sealed = seal(GROUP, named.chain, named.round_number, plaintext, context, drawn)
    changed = replace(binding, bid=sealed)
    return present_binding(
        on.credentials,
        member.credential,
        on.terms,
        on.roll_id,
        EPOCH,
        changed,
        keys,
        drawn,
    )


def _bids(on: Stage, _state: SaleState) -> Sequence[Entry]:
    return _entry(on, "ann", ANN), _entry(on, "bob", BOB)


def _rising_bids(on: Stage, _state: SaleState) -> Sequence[Entry]:
    numbers = b"".join(i2osp(number, 8) for step in RISING for number in step)
    plaintext = (i2osp(len(RISING), 1) + numbers).ljust(bid_length(STEPS), b"\0")
    return _with_plaintext(on, "ann", plaintext), _entry(on, "bob", BOB)


def _entry(on: Stage, who: str, bid: Steps) -> Entry:
    return on.deposit(who, Wish(0, CAP, _money(who), bid=bid))


def _money(who: str) -> int:
    return LADDER[1] if who == "ann" else LADDER[0]


def _paid(bids: Scene) -> Scene:
    def scene(on: Stage, state: SaleState) -> Sequence[Entry]:
        made = zip(("ann", "bob"), bids(on, state), strict=True)
        return [on.payment(nym_of(each), _money(who), who) for who, each in made]

    return scene


STEPPED = bidding(_bids, _paid(_bids))
"""A sale with two bids of steps."""
RISEN = bidding(_rising_bids, _paid(_rising_bids))
"""One of whose bids rises."""


def _played(pricing: Pricing, scenes: Sequence[tuple[int, Scene]]) -> tuple[Batch, ...]:
    on = steps_stage(pricing)
    batches = lie(scenes, on)
    fold(on, batches)
    return batches


def said(ledger: Ledger) -> Scene:
    """Announce another outcome than the draw gives."""

    def scene(on: Stage, state: SaleState) -> Sequence[Entry]:
        hashed = outcome_hash(ledger(on, state), on.terms.pools)
        return (on.result(state, outcome=hashed),)

    return scene


def priced(pricing: Pricing) -> Ledger:
    """Let everybody pay by the other rule."""

    def ledger(on: Stage, state: SaleState) -> Sequence[LedgerLine]:
        (pool,) = on.terms.pools
        pools = (replace(pool, pricing=pricing),)
        draw, _, _ = state.result()
        outcome = allocate(pools, state.entrants(), draw.seed, state.sale_id)
        return settle(outcome, state.fundings())

    return ledger


def first_steps(on: Stage, state: SaleState) -> Sequence[LedgerLine]:
    """Count the first step of each bid only."""
    return _changed(on, state, lambda bid: bid[:1])


def sorted_steps(on: Stage, state: SaleState) -> Sequence[LedgerLine]:
    """Count a bid whose prices rise, as if they fell."""
    falling = tuple(sorted(RISING, key=lambda step: -step.price))
    return _changed(on, state, lambda bid: bid or falling)


def unopened(on: Stage, state: SaleState) -> Sequence[LedgerLine]:
    """Leave out a bid that opens: the dearest one."""
    return _changed(on, state, lambda bid: () if bid == ANN else bid)


def own_prices(_on: Stage, state: SaleState) -> Sequence[LedgerLine]:
    """Let everybody pay the prices of their own bid."""
    return _paying(state, lambda bid, units: sum(_each(bid)[:units]))


def own_units(_on: Stage, state: SaleState) -> Sequence[LedgerLine]:
    """Let a bidder's own losing units set what they pay, as if they were another's."""
    bids = _bids_of(state)
    won = {line.nym: line.units for line in state.result()[2]}
    lost = sorted(
        (p for nym, bid in bids.items() for p in _each(bid)[won[nym] :]), reverse=True
    )
    return _paying(state, lambda _, units: sum(lost[:units]))


def at_reserve(_on: Stage, state: SaleState) -> Sequence[LedgerLine]:
    """Let everybody pay the reserve, as if no unit had lost."""
    return _paying(state, lambda _, units: units * RESERVE)


def above_all(_on: Stage, state: SaleState) -> Sequence[LedgerLine]:
    """Let everybody pay one more than the highest price that lost."""
    return _paying(state, lambda _, units: units * (BOB[0].price + 1))


def all_at_the_margin(_on: Stage, state: SaleState) -> Sequence[LedgerLine]:
    """Give the units at the last price to one of those who bid for them."""
    lines: list[LedgerLine] = []
    for line in state.result()[2]:
        bid = _bids_of(state)[line.nym]
        units = sum(step.quantity for step in bid) if bid == ANN else 0
        money = line.payment + line.refund
        paid = units * BOB[0].price
        lines.append(replace(line, units=units, payment=paid, refund=money - paid))
    return lines


def _each(bid: Steps) -> list[int]:
    """Return the price of each unit of a bid, falling."""
    return [step.price for step in bid for _ in range(step.quantity)]


def _bids_of(state: SaleState) -> dict[Nym, Steps]:
    return {each.nym: steps_of(each.bid or ()) for each in state.entrants()}


def _changed(
    on: Stage, state: SaleState, change: Callable[[Steps], Steps]
) -> Sequence[LedgerLine]:
    """Return what other bids would give than those that were opened."""
    draw, _, _ = state.result()

    def other(entrant: Entrant) -> Entrant:
        return replace(entrant, bid=change(steps_of(entrant.bid or ())) or None)

    entrants = [other(entrant) for entrant in state.entrants()]
    outcome = allocate(on.terms.pools, entrants, draw.seed, state.sale_id)
    return settle(outcome, state.fundings())


def _paying(
    state: SaleState, payment: Callable[[Steps, int], int]
) -> Sequence[LedgerLine]:
    """Return the ledger with other payments for the same units."""
    lines: list[LedgerLine] = []
    for line in state.result()[2]:
        paid = payment(_bids_of(state)[line.nym], line.units)
        money = line.payment + line.refund
        lines.append(replace(line, payment=paid, refund=money - paid))
    return lines
