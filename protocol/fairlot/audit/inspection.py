"""The board as people read it: one sentence per entry, one sentence per buyer.

Nothing here judges: an entry that the fold refused is shown as refused, and ``fairlot.audit``
says what that means for the sale.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fairlot.allocation.explain import explain
from fairlot.allocation.left_out import Bar, left_out
from fairlot.allocation.lots import pool_seed, rank
from fairlot.allocation.rivals import rivals
from fairlot.allocation.settlement import LedgerLine
from fairlot.board.log_replay import LogReplay, TimedEntry
from fairlot.board.phase import Phase
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import Replay
from fairlot.board.sale import SaleState
from fairlot.claim.claim import read_claim
from fairlot.delivery.entries import read_delivery, read_items
from fairlot.deposit.deposit import read_deposit
from fairlot.deposit.final import Position
from fairlot.deposit.payment import read_payment
from fairlot.entry import Entry, EntryType, body_fields
from fairlot.errors import Rejection
from fairlot.identity.acts import Contest, Freeze, Ruling, read_act
from fairlot.identity.leaf import read_leaf
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.roll import read_roll
from fairlot.logs import LogKind
from fairlot.money import Money, money_text, writing
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool
from fairlot.terms.terms import Terms
from fairlot.terms.times import MAX_TIME
from fairlot.text import counted


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One leaf of the tree of a log."""

    log: LogKind
    index: int
    time: int | None
    """Unix seconds of the last TIME before it; ``None`` without one, or if it was not read."""
    type: str | None
    hash: bytes | None
    refusal: str | None
    """The code with which it was refused."""
    sentence: str


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """What one buyer got from one pool."""

    pool: str
    place: int | None
    """The place in the drawing order, from 1, among those between whom it decided; ``None``
    if it decided nothing for this buyer."""
    among: int | None
    """How many these are, with this buyer."""
    entrants: int
    rank: bytes
    units: int
    payment: int
    part: str
    """The part of the pool that gave the units; empty for the pool itself."""
    reason: str
    """The reason, a word of specs/allocation.md, section 9."""
    why: str
    """The reason, in a clause."""


@dataclass(frozen=True, slots=True)
class NymFacts:
    """One buyer's position; money is in the smallest unit."""

    nym: Nym
    cancelled: bool
    """Whether the final entry is a CANCEL."""
    wants: int
    deposit: int
    """The amount of the final entry."""
    paid: int
    """The sum of the payments that the escrow reports."""
    place: int | None
    """The place that counted in the first pool entered, if any did there."""
    entrants: int | None
    """How many people entered that pool."""
    rank: bytes | None
    """The rank there (specs/allocation.md, section 2)."""
    pools: tuple[PoolFacts, ...]
    """Every pool entered, in the order of the pools; empty before the draw."""
    units: int | None
    payment: int | None
    refund: int | None
    """The line of the ledger; ``None`` until the sale has ended."""
    left_out: tuple[Bar, ...]
    """Why it can get nothing whatever others do, pool by pool; else empty, as before CLOSE."""
    sentence: str


def utc(time: int) -> str:
    """Return Unix seconds as a date; seconds outside the calendar as a number."""
    if time > MAX_TIME:
        return f"second {time}"
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def entry_facts(read: Replay) -> tuple[EntryFacts, ...]:
    """Return a sentence for every entry under a checkpoint: logs of registries first."""
    state = read.state
    money = writing(state.terms.currency if state.begun else None)
    return tuple(fact for log in read.logs for fact in _log_facts(log, money))


def _log_facts(
    log: LogReplay[RegistryState] | LogReplay[SaleState], money: Money
) -> Iterator[EntryFacts]:
    """Yield a sentence for every entry of a log, in its order."""
    judged = {timed.index: timed for timed in log.entries}
    for index in range(log.state.tree.size):
        if index in judged:
            yield _judged(judged[index], money)
        else:
            yield _unread(log.kind, index, log.unreadable.get(index))


def nym_facts(state: SaleState, nym: Nym) -> NymFacts | None:
    """Return one buyer's position; ``None`` if the board does not know the nym."""
    position = state.positions.by_nym.get(nym)
    if position is None:
        return None
    binding = position.final.binding
    pools = _pools(state, nym)
    bars = _bars(state, nym)
    first = pools[0] if pools else None
    line = _ledger_line(state, nym)
    return NymFacts(
        nym=nym,
        cancelled=binding.type is EntryType.CANCEL,
        wants=binding.wants,
        deposit=binding.amount,
        paid=position.paid,
        place=first.place if first else None,
        entrants=first.entrants if first else None,
        rank=first.rank if first else None,
        pools=pools,
        units=line.units if line else None,
        payment=line.payment if line else None,
        refund=line.refund if line else None,
        left_out=bars,
        sentence=f"Nym {nym.hex()} {_standing(position, writing(state.terms.currency))}"
        f"{_fate(state, line, pools, bars)}.",
    )


def _judged(timed: TimedEntry, money: Money) -> EntryFacts:
    entry = timed.entry
    return EntryFacts(
        log=entry.log,
        index=timed.index,
        time=timed.time or None,
        type=entry.type.value,
        hash=entry.hash,
        refusal=timed.refusal,
        sentence="Refused." if timed.refusal else _SENTENCES[entry.type](entry, money),
    )


def _unread(log: LogKind, index: int, code: str | None) -> EntryFacts:
    why = "Unreadable." if code else "Not judged: the log has no legal beginning."
    return EntryFacts(log, index, None, None, None, code, why)


def _pools(state: SaleState, nym: Nym) -> tuple[PoolFacts, ...]:
    if state.outcome is None or state.draw is None:
        return ()
    found: list[PoolFacts] = []
    for result in state.outcome.pools:
        award = result.of(nym)
        if award is not None:
            seed_L = pool_seed(state.draw.seed, state.sale_id, result.pool.name)
            own = (rank(seed_L, nym), nym)
            drawn = rivals(result, nym)
            ahead = sum((rank(seed_L, other), other) < own for other in drawn)
            found.append(
                PoolFacts(
                    pool=result.pool.name,
                    place=ahead + 1 if drawn else None,
                    among=len(drawn) or None,
                    entrants=len(result.awards),
                    rank=own[0],
                    units=award.units,
                    payment=award.payment,
                    part=award.part,
                    reason=award.reason.value,
                    why=explain(result, nym, writing(state.terms.currency)),
                )
            )
    return tuple(found)


def _bars(state: SaleState, nym: Nym) -> tuple[Bar, ...]:
    """Return why a nym can get nothing, once deposits are closed and bids can be opened."""
    try:
        state.check_closed()
        entrants = state.entrants()
    except Rejection:
        return ()
    own = [entrant for entrant in entrants if entrant.nym == nym]
    return left_out(state.terms.pools, own).get(nym, ())


def _ledger_line(state: SaleState, nym: Nym) -> LedgerLine | None:
    return next((line for line in state.ledger if line.nym == nym), None)


def _standing(position: Position, money: Money) -> str:
    binding = position.final.binding
    if binding.type is EntryType.CANCEL:
        return f"cancelled its deposit, after {money(position.paid)} had been paid"
    asked = f"deposited {money(binding.amount)} for up to {_units(binding.wants)}"
    if position.funded:
        return asked
    return f"{asked}, of which only {money(position.paid)} was paid"


def _fate(
    state: SaleState,
    line: LedgerLine | None,
    pools: Sequence[PoolFacts],
    bars: Sequence[Bar],
) -> str:
    reasons = "; ".join(f"pool {bar.pool}: {bar.clause}" for bar in bars)
    if line is None:
        why = f"; it can get nothing ({reasons})" if bars else ""
        return f"{why}; nothing is decided yet, the sale stands in phase {state.phase}"
    currency = state.terms.currency
    paid, back = (money_text(a, currency) for a in (line.payment, line.refund))
    later = " once its claim is released" if line.held else ""
    money = f"pays {paid} and gets {back} back{later}"
    if state.phase is Phase.VOID:
        return f"; the sale is void ({state.void_reason}), so it {money}"
    if not pools:
        why = f" ({reasons})" if bars else ""
        return f"; it did not take part in the draw{why}, gets no unit, {money}"
    said = "".join(f"; {_in_pool(facts)}" for facts in pools)
    entered = {facts.pool for facts in pools}
    out = [bar for bar in bars if bar.pool not in entered]
    said += "".join(
        f"; pool {bar.pool} has nothing for it: {bar.clause}" for bar in out
    )
    return f"{said}; in all it gets {_units(line.units)}, {money}"


def _in_pool(facts: PoolFacts) -> str:
    place = ""
    if facts.place is not None:
        place = f" (place {facts.place} of {facts.among}, rank {facts.rank.hex()})"
    return f"in pool {facts.pool}{place} it {facts.why}"


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count} units"


def _terms(entry: Entry, money: Money) -> str:
    terms = Terms.from_value(entry.body)
    offers = "; ".join(_offer(pool, terms.asset, money) for pool in terms.pools)
    return (
        f"The seller announces the sale “{terms.title}”: {offers}. Deposits until "
        f"{utc(terms.times.close)}; {len(terms.beacon.roster)} take part in the draw"
        f"{_waits(terms)}."
    )


def _waits(terms: Terms) -> str:
    named = terms.beacon.drand
    if named is None:
        return ""
    return f", which waits for {_round_of(*named.name)} due {utc(named.due)}"


def _round_of(chain_hash: bytes, number: int) -> str:
    return f"round {number} of drand's chain {chain_hash.hex()}"


def _offer(pool: Pool, asset: str, money: Money) -> str:
    return f"{pool.supply} × {asset} {_OFFERS[pool.mechanism](pool, money)}"


def _tiers(pool: Pool, money: Money) -> str:
    named = (f"{t.name} ({t.supply} at {money(t.price)})" for t in pool.tiers)
    return f"to sponsors: {', '.join(named)}"


def _lottery(pool: Pool, money: Money) -> str:
    groups = f", groups of up to {pool.group_max}" if pool.group_max > 1 else ""
    certain = f", {pool.certain} of them to the highest bids" if pool.certain else ""
    return f"at {money(pool.price)}, one a person by lot{groups}{certain}"


_OFFERS: Mapping[Mechanism, Callable[[Pool, Money], str]] = {
    Mechanism.EQUAL_SHARE: lambda p, m: (
        f"at {m(p.price)} each, at most {_units(p.cap)} a person (equal-share)"
    ),
    Mechanism.QUADRATIC: lambda p, m: (
        f"at {m(p.price)} times the square of their number, at most {_units(p.cap)} a person"
    ),
    Mechanism.LOTTERY: _lottery,
    Mechanism.AUCTION: lambda p, m: f"to the highest bids, from {m(p.price)} on",
    Mechanism.TIERS: _tiers,
}


def _registry(entry: Entry, _money: Money) -> str:
    registry = read_registry(entry.body)
    issuers = counted(len(registry.issuers), "issuer", "issuers")
    committee = f"{issuers}, t = {registry.threshold}"
    return f"The registry of season {registry.season}, with {committee}."


def _leaf(entry: Entry, _money: Money) -> str:
    leaf = read_leaf(body_fields(entry))
    commitment = leaf.commitment.hex()
    return f"Leaf {leaf.index}: one person, by the identity commitment {commitment}."


def _roll(entry: Entry, _money: Money) -> str:
    roll, _ = read_roll(body_fields(entry))
    leaves = counted(roll.leaves, "leaf", "leaves")
    return f"Roll {roll.number} of the registry: {leaves}, until {utc(roll.expires)}."


def _life(entry: Entry, _money: Money) -> str:
    act = read_act(entry)
    if isinstance(act, Freeze):
        return f"Leaf {act.index} is frozen for a while, by its {act.by}."
    if isinstance(act, Contest):
        return f"The holder of leaf {act.index} contests what has begun."
    if isinstance(act, Ruling):
        return f"The dispute about leaf {act.index} is decided: {act.outcome}."
    return _DECISIONS[act.type].format(act.index)


_DECISIONS: Mapping[EntryType, str] = {
    EntryType.RECOVERY: "A new key will hold leaf {}, unless the old one contests.",
    EntryType.CLOSURE: "Leaf {} will be closed, unless its holder contests.",
    EntryType.SWITCH: "A new key holds leaf {}.",
    EntryType.CLOSED: "Leaf {} is closed for the season.",
}


def _open(entry: Entry, _money: Money) -> str:
    roll = body_fields(entry).bytes("roll").hex()
    return f"Deposits are open to whoever is on roll {roll}."


def _deposit(entry: Entry, money: Money) -> str:
    deposit = read_deposit(entry)
    binding = deposit.binding
    asks = (
        f"asks for up to {_units(binding.wants)} and promises {money(binding.amount)}"
    )
    return f"Nym {deposit.nym.hex()} {asks}."


def _paid(entry: Entry, money: Money) -> str:
    nym, amount, _ = read_payment(entry)
    return f"The escrow has received {money(amount)} for nym {nym.hex()}."


def _close(entry: Entry, _money: Money) -> str:
    fields = body_fields(entry)
    frozen = f"{fields.uint('size')} entries with root {fields.bytes('root').hex()}"
    return f"Deposits are closed: {frozen}."


def _round(entry: Entry, _money: Money) -> str:
    fields = body_fields(entry)
    named = _round_of(fields.bytes("chain"), fields.uint("round"))
    return f"Key {entry.key.hex()} posts {named}."


def _result(entry: Entry, _money: Money) -> str:
    fields = body_fields(entry)
    seed, outcome = fields.bytes("seed").hex(), fields.bytes("outcome").hex()
    return f"The draw gives the seed {seed} and the outcome {outcome}."


def _items(entry: Entry, _money: Money) -> str:
    promised = counted(read_items(entry).count, "item", "items")
    return f"The seller promises {promised}, one for each unit that was won."


def _delivery(entry: Entry, _money: Money) -> str:
    sent = read_delivery(entry)
    whose = f"the claim {sent.claim.hex()} of nym {sent.nym.hex()}"
    return f"The seller delivers unit {sent.unit} to {whose}."


def _void(entry: Entry, _money: Money) -> str:
    reason = body_fields(entry).text("reason")
    return f"The sale is void ({reason}): everybody gets everything back."


_SENTENCES: Mapping[EntryType, Callable[[Entry, Money], str]] = {
    EntryType.TERMS: _terms,
    EntryType.TIME: lambda e, _: f"It is {utc(body_fields(e).uint('time'))}.",
    EntryType.REGISTRY: _registry,
    EntryType.LEAF: _leaf,
    EntryType.FREEZE: _life,
    EntryType.RECOVERY: _life,
    EntryType.CLOSURE: _life,
    EntryType.CONTEST: _life,
    EntryType.RULING: _life,
    EntryType.SWITCH: _life,
    EntryType.CLOSED: _life,
    EntryType.ROLL: _roll,
    EntryType.OPEN: _open,
    EntryType.DEPOSIT: _deposit,
    EntryType.CANCEL: lambda e, _: (
        f"Nym {read_deposit(e).nym.hex()} takes its deposit back."
    ),
    EntryType.CLAIM: lambda e, _: (
        f"Nym {read_claim(e).nym.hex()} claims with new keys."
    ),
    EntryType.PAID: _paid,
    EntryType.CLOSE: _close,
    EntryType.COMMIT: lambda e, _: f"Contributor {e.key.hex()} commits to its share.",
    EntryType.COMMIT_END: lambda _e, _: "The time for commitments is over.",
    EntryType.SEAL: lambda e, _: f"Contributor {e.key.hex()} seals the commitments.",
    EntryType.SEALED: lambda _e, _: "The commitments are sealed: the draw is fixed.",
    EntryType.REVEAL: lambda e, _: f"Contributor {e.key.hex()} reveals its share.",
    EntryType.REVEAL_END: lambda _e, _: "The time for reveals is over.",
    EntryType.RECOVER: lambda e, _: (
        f"Key {e.key.hex()} proves what the missing reveals come to."
    ),
    EntryType.ROUND: _round,
    EntryType.RESULT: _result,
    EntryType.ITEMS: _items,
    EntryType.UNLOCK: lambda _e, _: "Items may be handed over from now on.",
    EntryType.DELIVERY: _delivery,
    EntryType.VOID: _void,
}
"""The sentences for accepted entries, whose form is known to be right."""
