"""Whatever happens to people: one position each, and who came back in time holds it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from fairlot.board.phase import Phase
from fairlot.board.storage import MemoryStorage
from fairlot.errors import InputError
from fairlot.inputs.events_file import Event, Kind
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.draw import NobodyWatches
from fairlot.rehearsal.play import Rehearsed, rehearse
from fairlot.rehearsal.plot import Act, beginnings, calendar_of, plot
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from fairlot.workers import InProcess
from kit.sales import GROUP, PRICE, source

NAMES = ("ann", "bob")
PEOPLE = [Person(name, 1, PRICE) for name in NAMES]
POOL = Pool(MAIN_POOL, Mechanism.EQUAL_SHARE, 2, PRICE, 1)
FILE = TermsFile("Concert", "seat", (POOL,), 1, 0, 1, 1)
CALENDAR = calendar_of(FILE, None)
TIMES = st.one_of(
    st.sampled_from((Phase.ANNOUNCED, Phase.OPEN, Phase.LOCKED, Phase.UNLOCKED)),
    st.integers(1, 20),
)
ROWS = st.lists(
    st.tuples(TIMES, st.sampled_from(NAMES), st.sampled_from(tuple(Kind))), max_size=9
)


def possible(
    rows: list[tuple[Phase | int, str, Kind]],
) -> tuple[list[Event], tuple[Act, ...]]:
    """Return the rows that can happen, in order, and the acts of all of them."""
    events: list[Event] = []
    acts: tuple[Act, ...] = ()
    starts = beginnings(PEOPLE, None)
    for row in sorted(rows, key=lambda row: CALENDAR.time_of(row[0])):
        try:
            tried = plot([*events, Event(*row)], CALENDAR, starts, Path("events.csv"))
        except InputError:
            continue
        events.append(Event(*row))
        acts = tried
    return events, acts


def played(acts: tuple[Act, ...]) -> Rehearsed:
    drawn = source("what happens to people")
    storage, workers = MemoryStorage(), InProcess()
    return rehearse(
        GROUP, FILE, PEOPLE, storage, drawn, workers, NobodyWatches(), acts=acts
    )


@pytest.mark.slow
@examples(30)
@given(ROWS)
def test_whatever_happens_the_logs_agree(
    rows: list[tuple[Phase | int, str, Kind]],
) -> None:
    """What the plot allows, both folds take; nobody has two positions."""
    events, acts = possible(rows)
    done = played(acts)
    state = done.state
    nyms = {nym for _, nym in done.nyms}
    assert state.positions.by_nym.keys() <= nyms
    fundings, ledger = state.fundings(), state.ledger
    assert sum(f.paid for f in fundings) == sum(x.payment + x.refund for x in ledger)
    struck = {event.person for event in events}
    for name, nym in done.nyms:
        if name not in struck:
            assert done.holders[name] == name
        if nym not in state.positions.by_nym:
            assert done.holders[name] == ""


@pytest.mark.slow
@examples(20)
@given(
    ROWS,
    st.sampled_from((Phase.ANNOUNCED, Phase.OPEN, Phase.LOCKED, 1)),
    st.integers(2, 9),
)
def test_who_comes_back_in_time_and_stays_holds_it(
    rows: list[tuple[Phase | int, str, Kind]], sold: Phase | int, back: int
) -> None:
    """Bob's events do not matter to what was Ann's, nor does a buyer's contest."""
    others = [row for row in rows if row[1] == "bob"]
    own: list[tuple[Phase | int, str, Kind]] = [
        (sold, "ann", Kind.SELL),
        (back, "ann", Kind.VERIFY),
        (back + 1, "ann", Kind.CONTEST),
    ]
    events, acts = possible([*others, *own])
    assert [event.kind for event in events if event.person == "ann"] == [
        Kind.SELL,
        Kind.VERIFY,
        Kind.CONTEST,
    ]
    assert played(acts).holders["ann"] == "ann"
