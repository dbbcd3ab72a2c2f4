"""Money is conserved, to the unit, over random sales."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from fairlot.allocation.entering import Entrant
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import (
    Funding,
    allocation_csv,
    outcome_hash,
    settle,
    settle_void,
)
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool

LARGEST = 2**64 - 1
SEED, SALE = bytes(32), bytes(range(32))

uint64 = st.integers(0, LARGEST) | st.integers(0, 30) | st.just(LARGEST)


@st.composite
def sales(draw: st.DrawFn) -> tuple[Pool, list[Entrant], list[Funding]]:
    """A pool, funded deposits, and everybody's money, others' among it."""
    pool = Pool(
        "main", Mechanism.EQUAL_SHARE, draw(uint64), draw(uint64), draw(uint64) or 1
    )
    names = st.binary(min_size=48, max_size=48)
    entrants: list[Entrant] = []
    fundings: list[Funding] = []
    for nym in draw(st.lists(names, max_size=10, unique=True)):
        paid = draw(uint64)
        funding = Funding(
            Nym(nym), paid, draw(st.binary(max_size=4)), draw(st.booleans())
        )
        fundings.append(funding)
        if funding.final and draw(st.booleans()):
            deposit = draw(st.integers(0, paid))
            entrants.append(Entrant(Nym(nym), draw(uint64), deposit))
    return pool, entrants, draw(st.permutations(fundings))


@given(sales())
def test_money_is_conserved(sale: tuple[Pool, list[Entrant], list[Funding]]) -> None:
    pool, entrants, fundings = sale
    outcome = allocate([pool], entrants, SEED, SALE)
    lines = settle(outcome, fundings)
    paid = {funding.nym: funding for funding in fundings}
    assert [line.nym for line in lines] == sorted(paid)
    earned = sum(line.payment for line in lines)
    assert earned == pool.price * outcome.pools[0].sold
    assert sum(f.paid for f in fundings) == earned + sum(li.refund for li in lines)
    present = {entrant.nym: entrant for entrant in entrants}
    for line in lines:
        assert 0 <= line.payment <= paid[line.nym].paid
        assert line.refund_to == paid[line.nym].refund_to
        if line.nym in present:
            assert line.payment <= present[line.nym].amount
        if line.nym not in present or line.units == 0:
            assert (line.units, line.refund) == (0, paid[line.nym].paid)


@given(sales())
def test_a_void_sale_refunds_everything(
    sale: tuple[Pool, list[Entrant], list[Funding]],
) -> None:
    _, _, fundings = sale
    lines = settle_void(fundings)
    back = {line.nym: line.refund for line in lines}
    assert back == {funding.nym: funding.paid for funding in fundings}
    assert not any(line.units or line.payment for line in lines)


@given(sales())
def test_the_csv_says_what_the_ledger_says(
    sale: tuple[Pool, list[Entrant], list[Funding]],
) -> None:
    pool, entrants, fundings = sale
    lines = settle(allocate([pool], entrants, SEED, SALE), fundings)
    rows = list(csv.DictReader(io.StringIO(allocation_csv(lines).decode())))
    final = [line for line in lines if line.final]
    assert len(rows) == len(final)
    for row, line in zip(rows, final, strict=True):
        numbers = (int(row["units"]), int(row["payment"]), int(row["refund"]))
        assert bytes.fromhex(row["nym"]) == line.nym
        assert numbers == (line.units, line.payment, line.refund)


@given(sales(), st.data())
def test_ledger_and_hash_do_not_depend_on_the_order_of_accounts(
    sale: tuple[Pool, list[Entrant], list[Funding]], data: st.DataObject
) -> None:
    pool, entrants, fundings = sale
    outcome = allocate([pool], entrants, SEED, SALE)
    lines = settle(outcome, fundings)
    again = settle(outcome, iter(data.draw(st.permutations(fundings))))
    assert lines == again
    assert outcome_hash(lines, [pool]) == outcome_hash(again, [pool])
