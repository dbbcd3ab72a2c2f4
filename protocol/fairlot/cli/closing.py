"""Shows people how a sale ended."""

from collections.abc import Iterator
from typing import TypeAlias

from fairlot.allocation.mechanisms.equal_share import EqualShareFacts
from fairlot.allocation.outcome import PoolResult
from fairlot.board.sale import SaleState
from fairlot.cli.output import say, show_table

_Row: TypeAlias = tuple[str, int, str]
"""A row of the closing table: name, number, and what it counts."""


def void_sentence(state: SaleState) -> str:
    """State why a sale is void, and what happens to the money."""
    beacon = state.terms.beacon
    missing, did = state.contributions.missing, "committed"
    if state.seals is not None:
        missing, did = (*missing, *state.seals.missing), "sealed"
    there = len(beacon.roster) - len(missing)
    return (
        f"the sale is void ({state.void_reason}): {there} of {len(beacon.roster)} "
        f"contributors {did} and {beacon.needed} must; everybody is refunded in full"
    )


def show_closing(state: SaleState) -> None:
    """Print how each pool was cleared, and the closing table."""
    rows = list(_money_rows(state))
    if state.outcome is not None:
        _show_certificates(state.outcome.pools)
        pools = [row for pool in state.outcome.pools for row in _pool_rows(state, pool)]
        unsold = ("unsold", state.outcome.unsold, "units")
        rows = [*_draw_rows(state), *pools, *rows, unsold]
    show_table(("", "", ""), [(name, str(count), why) for name, count, why in rows])


def _show_certificates(pools: tuple[PoolResult, ...]) -> None:
    for result in pools:
        pool = result.pool
        say(f"Pool {pool.name} ({pool.mechanism.value}):")
        for line in result.facts.lines():
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


def _money_rows(state: SaleState) -> tuple[_Row, ...]:
    paid = sum(funding.paid for funding in state.fundings())
    payments = sum(line.payment for line in state.ledger)
    refunds = sum(line.refund for line in state.ledger)
    return (
        ("money in", paid, "deposited"),
        ("money out", payments + refunds, f"{payments} to the seller, {refunds} back"),
    )
