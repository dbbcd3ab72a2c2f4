"""Front-running of solutions, and what is shown that was not attested."""

from dataclasses import replace

import pytest

from fairlot.board.sale import SaleState
from fairlot.deposit.deposit import read_deposit
from fairlot.deposit.puzzle import answer_key, solve
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.names import Nym, SaleId
from fairlot_crypto.keys import Signature
from kit.gala import ANN, ANSWER, BOB, CAT, WISH, gala, opened, says
from kit.sales import DEPOSIT_TIME, Draft, draft
from lies_people import as_map, bound, changed

SOLVES = replace(WISH, answers=(ANSWER,))
SHOWS = ("cohort", "region")


def refusal(state: SaleState, entry: Entry) -> str:
    before = dict(state.positions.by_nym)
    with pytest.raises(Rejection) as caught:
        state.apply(entry, DEPOSIT_TIME)
    assert state.positions.by_nym == before
    return caught.value.code


def mine(number: int) -> Draft:
    """Return a good deposit of the gala, in parts."""
    binding = read_deposit(says(number, WISH)).binding
    start = replace(draft(gala(), number), shows=SHOWS)
    return bound(start, amount=WISH.amount, bid=binding.bid)


def nym_of(made: Draft) -> Nym:
    return read_deposit(made.entry()).nym


def stolen_solution() -> Signature:
    return read_deposit(says(ANN, SOLVES)).binding.solutions["solvers"]


def test_a_draft_is_a_good_deposit() -> None:
    """Otherwise the refusals below would say nothing."""
    made = mine(CAT)
    opened(made.entry())
    key = made.binding.settle_pk
    own = solve(answer_key(ANSWER), gala().terms.sale_id, nym_of(made), key)
    opened(bound(made, solutions={"solvers": own}).entry())


def test_a_solution_seen_on_its_way_helps_nobody_else() -> None:
    thief = bound(mine(CAT), solutions={"solvers": stolen_solution()})
    assert refusal(opened(), thief.entry()) == "deposit.solution"
    assert refusal(opened(says(ANN, SOLVES)), thief.entry()) == "deposit.solution"


def test_a_solution_is_not_moved_to_another_entry_of_the_same_person() -> None:
    """It is bound to settle_pk: whoever has the credential but no answer cannot keep it."""
    replaced = bound(mine(ANN), seq=1, solutions={"solvers": stolen_solution()})
    assert refusal(opened(says(ANN, SOLVES)), replaced.entry()) == "deposit.solution"


def test_a_solution_is_not_lent_with_the_settlement_key_that_it_names() -> None:
    """It is bound to the nym: whoever knows the answer cannot solve for others by it."""
    solver = mine(ANN)
    key = answer_key(ANSWER)
    borrowed = replace(
        bound(mine(CAT), settle_pk=solver.binding.settle_pk), keys=solver.keys
    )
    own, others = (
        solve(key, gala().terms.sale_id, nym_of(made), solver.binding.settle_pk)
        for made in (borrowed, solver)
    )
    opened(bound(solver, solutions={"solvers": others}).entry())
    opened(bound(borrowed, solutions={"solvers": own}).entry())
    lent = bound(borrowed, solutions={"solvers": others})
    assert refusal(opened(), lent.entry()) == "deposit.solution"


def test_a_solution_is_of_one_sale() -> None:
    """Whoever could have the nym and key of another sale still has to solve this one."""
    made = mine(ANN)
    nym, settle = nym_of(made), made.binding.settle_pk
    solution = solve(answer_key(ANSWER), SaleId(bytes(32)), nym, settle)
    elsewhere = bound(made, solutions={"solvers": solution})
    assert refusal(opened(), elsewhere.entry()) == "deposit.solution"


@pytest.mark.parametrize("pool", ["friends", "bidders", "nowhere", ""])
def test_a_solution_belongs_to_a_pool_with_a_puzzle(pool: str) -> None:
    made = bound(mine(ANN), solutions={pool: stolen_solution()})
    assert refusal(opened(), made.entry()) == "deposit.solution"


def test_the_name_of_the_pool_cannot_be_swapped_in_a_signed_entry() -> None:
    entry = says(ANN, SOLVES)
    body = as_map(changed(dict(entry.body), "ph.order.solutions", {"x": bytes(64)}))
    assert refusal(opened(), replace(entry, body=body)) == "entry.signature"


def test_all_who_solve_by_the_close_are_alike() -> None:
    entries = [says(number, SOLVES) for number in (ANN, BOB, CAT)]
    for order in (entries, entries[::-1]):
        state = opened(*order)
        solved = {
            nym: set(p.final.binding.solutions)
            for nym, p in state.positions.by_nym.items()
        }
        assert solved == {read_deposit(e).nym: {"solvers"} for e in entries}


# What is disclosed.


def shown(made: Draft, values: dict[str, str]) -> Entry:
    """Return a deposit whose body shows other values than its presentation."""
    return made.sign({**made.entry().body, "disclosed": dict(values)})


def test_nobody_shows_what_was_not_attested() -> None:
    """Cat has no cohort: that of another is legal to name, and not to prove."""
    entry = shown(mine(CAT), {"cohort": "2029", "region": ""})
    assert refusal(opened(), entry) == "deposit.presentation"


def test_nobody_hides_what_was_attested() -> None:
    entry = shown(mine(ANN), {"cohort": "", "region": "north"})
    assert refusal(opened(), entry) == "deposit.presentation"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"cohort": "2029"},
        {"cohort": "2029", "region": "north", "assurance": "listed"},
        {"cohort": "2029", "regions": "north"},
        {"cohort": "2030", "region": "north"},
        {"cohort": "2029", "region": "ann"},
    ],
)
def test_all_show_the_same_names_and_values_of_the_schema(
    values: dict[str, str],
) -> None:
    assert refusal(opened(), shown(mine(ANN), values)) == "deposit.disclosed"


@pytest.mark.parametrize("shows", [(), ("cohort",), ("assurance", "cohort", "region")])
def test_a_proof_opens_exactly_what_the_terms_require(shows: tuple[str, ...]) -> None:
    made = replace(mine(ANN), shows=shows)
    entry = shown(made, {"cohort": "2029", "region": "north"})
    assert refusal(opened(), entry) == "deposit.presentation"


def test_a_cancellation_tells_no_more_and_no_less() -> None:
    entry = says(ANN, Wish(1, 0, 0), EntryType.CANCEL)
    deposit = says(ANN, WISH)
    assert read_deposit(entry).disclosed == read_deposit(deposit).disclosed
    opened(deposit, entry)
