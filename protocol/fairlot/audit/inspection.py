"""The board as people read it: one sentence per entry, one sentence per buyer.

Nothing here judges: an entry that the fold refused is shown as refused, and ``fairlot.audit``
says what that means for the sale.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairlot.allocation.explain import explain
from fairlot.allocation.left_out import Bar, left_out
from fairlot.allocation.lots import PoolSeed, Rank, best_rank, pool_seed, rank
from fairlot.allocation.outcome import PoolResult
from fairlot.allocation.rivals import rivals
from fairlot.allocation.settlement import LedgerLine
from fairlot.audit.sentences import sentence, units
from fairlot.board.log_entries import TimedEntry
from fairlot.board.log_replay import LogReplay
from fairlot.board.phase import Phase
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import Replay
from fairlot.board.sale import SaleState
from fairlot.deposit.final import Position
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.logs import LogKind
from fairlot.money import Money, money_text, writing
from fairlot.names import Nym


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
    collected: bool | None = None
    """Whether a nym that has won what must be collected has done so, so far; ``None`` where
    there is nothing to collect."""
    again: tuple[PoolFacts, ...] = ()
    """Every pool whose second draw it entered, in the order of the pools."""


def entry_facts(read: Replay) -> tuple[EntryFacts, ...]:
    """Return a sentence for every entry under a checkpoint: logs of registries first."""
    state = read.state
    money = writing(state.terms.currency if state.begun else None)
    return tuple(fact for log in read.logs for fact in _log_facts(log, money))


def _log_facts(
    log: LogReplay[RegistryState] | LogReplay[SaleState], money: Money
) -> Iterator[EntryFacts]:
    """Yield a sentence for every entry of a log, in its order."""
    index = 0
    for timed in log.entries:
        for unread in range(index, timed.index):
            yield _unread(log.kind, unread, log.judged.codes.get(unread))
        yield _judged(timed, money)
        index = timed.index + 1
    for unread in range(index, log.state.tree.size):
        yield _unread(log.kind, unread, log.judged.codes.get(unread))


def nym_facts(state: SaleState, nym: Nym) -> NymFacts | None:
    """Return one buyer's position; ``None`` if the board does not know the nym."""
    position = state.positions.by_nym.get(nym)
    if position is None:
        return None
    binding = position.final.binding
    pools = _pools(state, nym)
    again, collected = _again(state, nym), _collected(state, pools, nym)
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
        f"{_fate(state, line, pools, bars, _later(state, collected, again))}.",
        collected=collected,
        again=again,
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
        sentence="Refused." if timed.refusal else sentence(entry, money),
    )


def _unread(log: LogKind, index: int, code: str | None) -> EntryFacts:
    why = "Unreadable." if code else "Not judged: the log has no legal beginning."
    return EntryFacts(log, index, None, None, None, code, why)


def _pools(state: SaleState, nym: Nym) -> tuple[PoolFacts, ...]:
    if state.outcome is None or state.draw is None:
        return ()
    return _drawn(state, state.outcome.pools, state.draw.seed, nym)


def _again(state: SaleState, nym: Nym) -> tuple[PoolFacts, ...]:
    """Return what second draws gave a nym that waited."""
    second = state.second
    if second is None or second.seed is None:
        return ()
    return _drawn(state, second.redrawn.pools, second.seed, nym)


def _collected(state: SaleState, pools: Sequence[PoolFacts], nym: Nym) -> bool | None:
    collecting = state.terms.collecting
    won = any(facts.pool in collecting and facts.units for facts in pools)
    return nym in state.collects.nyms if won else None


def _later(state: SaleState, collected: bool | None, again: Sequence[PoolFacts]) -> str:
    """Say what became of a seat that was to be collected, and of a second draw."""
    said = "".join(f"; in the second draw, {_in_pool(facts)}" for facts in again)
    if collected is None:
        return said
    lapsed = state.second is not None and not collected
    so_far = "" if state.second is not None else " so far"
    kept = "; nobody loses a seat, as the collecting was not ended in time"
    if lapsed and state.collects.fixed is None:
        return f"{said}{kept}"
    if lapsed:
        return f"{said}; it has not collected, so its seat has lapsed"
    return f"{said}; it has {'' if collected else 'not '}collected{so_far}"


def _drawn(
    state: SaleState, results: Sequence[PoolResult], seed: bytes, nym: Nym
) -> tuple[PoolFacts, ...]:
    """Return what pools gave a nym by the lots of a seed."""
    found: list[PoolFacts] = []
    for result in results:
        award = result.of(nym)
        if award is not None:
            seed_L = pool_seed(seed, state.sale_id, result.pool.name)
            own = (_rank(result, seed_L, nym), nym)
            drawn = rivals(result, nym)
            ahead = sum((_rank(result, seed_L, other), other) < own for other in drawn)
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


def _rank(result: PoolResult, seed_L: PoolSeed, nym: Nym) -> Rank:
    """Return the rank of a nym, the best of them where points are counted."""
    order = result.order_of(nym)
    if result.pool.points is None or order is None:
        return rank(seed_L, nym)
    return best_rank(seed_L, nym, order.points)


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
    asked = f"deposited {money(binding.amount)} for up to {units(binding.wants)}"
    if position.funded:
        return asked
    return f"{asked}, of which only {money(position.paid)} was paid"


def _fate(
    state: SaleState,
    line: LedgerLine | None,
    pools: Sequence[PoolFacts],
    bars: Sequence[Bar],
    later: str,
) -> str:
    reasons = "; ".join(f"pool {bar.pool}: {bar.clause}" for bar in bars)
    if line is None:
        why = f"; it can get nothing ({reasons})" if bars else ""
        return f"{why}; nothing is decided yet, the sale stands in phase {state.phase}"
    currency = state.terms.currency
    paid, back = (money_text(a, currency) for a in (line.payment, line.refund))
    until = "the second draw is over" if state.waiting else "its claim is released"
    after = f" once {until}" if line.held else ""
    money = f"pays {paid} and gets {back} back{after}"
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
    return f"{said}{later}; in all it gets {units(line.units)}, {money}"


def _in_pool(facts: PoolFacts) -> str:
    place = ""
    if facts.place is not None:
        place = f" (place {facts.place} of {facts.among}, rank {facts.rank.hex()})"
    return f"in pool {facts.pool}{place} it {facts.why}"
