"""How a sale ended: shown to people, and as tables (specs/command-line.md, section 2)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from fairlot.allocation.mechanisms.equal_share import EqualShareFacts
from fairlot.allocation.outcome import Outcome, PoolResult
from fairlot.allocation.settlement import (
    LedgerLine,
    allocation_csv,
    in_parts,
    pools_csv,
    winners_csv,
)
from fairlot.board.collected_tables import collected_csv, waiting_csv
from fairlot.board.sale import SaleState
from fairlot.board.second_draw import SecondDraw
from fairlot.cli.output import say
from fairlot.cli.table import show_table
from fairlot.money import Money, money_text, writing
from fairlot.names import Nym
from fairlot.terms.pool import Pool
from fairlot_crypto.durable import PRIVATE, PUBLIC, write_file

ALLOCATION = "allocation.csv"
POOLS = "pools.csv"
WINNERS = "winners.csv"
COLLECTED = "collected.csv"
WAITING = "waiting.csv"
TABLES = (ALLOCATION, POOLS, WINNERS, COLLECTED, WAITING)
"""All that a sale may leave for everybody."""
_NAMED = (WINNERS, COLLECTED, WAITING)
"""Those that name persons where these are known."""

_Row: TypeAlias = tuple[str, int | str, str]
"""A row of the closing table: name, number or amount, and what it counts."""


def tables(
    pools: Sequence[Pool],
    ledger: Sequence[LedgerLine],
    persons: Mapping[Nym, str] | None = None,
) -> dict[str, bytes]:
    """Return who gets and pays what, as files by their names.

    Args:
        pools: the terms' pools.
        ledger: everybody's line.
        persons: the person of each nym, if it is known.
    """
    made = {
        WINNERS: winners_csv(ledger, persons),
        ALLOCATION: allocation_csv(ledger),
    }
    return {**made, POOLS: pools_csv(ledger)} if in_parts(pools) else made


def collected_tables(
    first: Outcome, second: SecondDraw, persons: Mapping[Nym, str] | None = None
) -> dict[str, bytes]:
    """Return who has collected, and who waited, as files by their names.

    Args:
        first: the outcome of the first draw.
        second: what the second draw gave.
        persons: the person of each nym, if it is known.
    """
    return {
        COLLECTED: collected_csv(first, second, persons),
        WAITING: waiting_csv(second, persons),
    }


def write_tables(folder: Path, made: Mapping[str, bytes], *, named: bool) -> None:
    """Leave tables in a folder, each file complete at once.

    Args:
        folder: an existing folder.
        made: the tables by their names.
        named: whether they name persons: those are private then.

    Raises:
        OSError: as the system says.
    """
    for name, table in made.items():
        write_file(
            folder / name, table, PRIVATE if named and name in _NAMED else PUBLIC
        )


def name_tables(pools: Sequence[Pool], *, named: bool) -> None:
    """Print the names of the tables, and what they hold.

    Args:
        pools: the terms' pools.
        named: whether winners.csv names persons.
    """
    say(f"  {ALLOCATION}      units, payment and refund of every nym")
    if in_parts(pools):
        say(f"  {POOLS}           which pool gave the units, and what was paid there")
    whose = ", with their names: private" if named else ""
    say(f"  {WINNERS}         who got units, from which pool{whose}")
    if any(pool.collect for pool in pools):
        say(f"  {COLLECTED}       who has collected what the first draw gave{whose}")
        say(f"  {WAITING}         who waited, and what the second draw gave{whose}")


def show_closing(state: SaleState) -> None:
    """Print how the sale of a board that says so has ended."""
    show_settlement(state, state.outcome, state.ledger, state.second)


def show_settlement(
    state: SaleState,
    outcome: Outcome | None,
    ledger: Sequence[LedgerLine],
    second: SecondDraw | None = None,
) -> None:
    """Print how each pool is cleared, and the closing table.

    Args:
        state: of the sale.
        outcome: ``None`` for a void sale.
        ledger: everybody's line.
        second: what a second draw gave; ``None`` where there is none, or not yet.
    """
    rows = list(_money_rows(state, ledger))
    if outcome is not None:
        _show_certificates(outcome.pools, writing(state.terms.currency))
        pools = [row for pool in outcome.pools for row in _pool_rows(state, pool)]
        unsold = ("unsold", outcome.unsold, "units")
        if second is not None:
            pools += _second_rows(outcome, second)
            unsold = ("unsold", second.redrawn.unsold, "units")
        rows = [*_draw_rows(state), *pools, *rows, unsold]
    show_table(("", "", ""), [(name, str(count), why) for name, count, why in rows])


def _show_certificates(pools: tuple[PoolResult, ...], money: Money) -> None:
    for result in pools:
        pool = result.pool
        say(f"Pool {pool.name} ({pool.mechanism.value}):")
        for line in result.facts.lines(money):
            say(f"  {line}")
    say()


def _draw_rows(state: SaleState) -> Iterator[_Row]:
    unsealed = len(state.seals.missing) if state.seals is not None else 0
    if unsealed:
        why = "contributors committed and never sealed; enough of the others did"
        yield "unsealed", unsealed, why
    withheld = len(state.contributions.withheld)
    if withheld:
        why = "openings were withheld; the seed is what it would have been with them"
        yield "recovered", withheld, why


def _pool_rows(state: SaleState, result: PoolResult) -> Iterator[_Row]:
    several = len(state.terms.pools) > 1
    before = f"{result.pool.name}: " if several else ""
    supply = result.pool.supply
    wanted = f"units that people could take and pay for, of {supply}"
    yield f"{before}demand", result.demand, wanted
    if isinstance(result.facts, EqualShareFacts):
        why = "units for everyone who could take as many"
        yield f"{before}level", result.facts.level, why
    yield f"{before}winners", result.winners, f"of {len(result.awards)} deposits"


def _second_rows(first: Outcome, second: SecondDraw) -> Iterator[_Row]:
    lapsed = len(second.redrawn.lapsed)
    won = {a.nym for r in first.pools if r.pool.collect for a in r.awards if a.units}
    why = f"of {len(won)} winners; {lapsed} lapsed, refunded in full"
    yield "collected", len(won) - lapsed, why
    waited = len(set(chain.from_iterable(second.waiting.values())))
    given = sum(result.sold for result in second.redrawn.pools)
    drawn = "drawn again" if second.seed is not None else "not drawn again"
    yield "again", given, f"units {drawn}, among {waited} who waited"


def _money_rows(state: SaleState, ledger: Sequence[LedgerLine]) -> Iterator[_Row]:
    paid = sum(stake.paid for stake in state.positions.stakes())
    payments = sum(line.payment for line in ledger)
    held = sum(line.held for line in ledger)
    refunds = sum(line.refund for line in ledger) - held
    amounts = (paid, payments, refunds, payments + refunds, held)
    came, kept, back, out, waits = (
        money_text(amount, state.terms.currency) for amount in amounts
    )
    yield "money in", came, "deposited"
    yield "money out", out, f"{kept} to the seller, {back} back"
    if held:
        yield "money held", waits, "refunds that the escrow keeps for those who claim"
