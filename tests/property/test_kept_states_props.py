"""A fold that goes on from a kept state gives what a fold from nothing gives.

Logs are random, and so are the places at which a state was kept.
"""

from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlot.board.keeper import Board
from fairlot.board.kept_state import KeptState
from fairlot.board.recalling import States
from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.replay import Replay, replay_file
from fairlot.board.storage import MemoryStorage
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry, EntryType
from fairlot.identity.life import Outcome
from fairlot.identity.roll import roll_body, sign_roll
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from kit import lives
from kit.folds import form_of
from kit.sales import PRICE, cancel, deposit, nym_of, play, post, source, stage, steps
from kit.stage import STATEMENTS

ON = stage(names=("ann", "bob", "cat"), supply=3, cap=2)
PEOPLE = range(len(ON.members))
NYMS = [nym_of(deposit(ON, number)) for number in PEOPLE]
NEW = [SigningKey.generate(source(f"new holder {number}")) for number in PEOPLE]

Make = Callable[[int], Entry]


@cache
def makers() -> Sequence[Make]:
    """Return what makes the entries of a person, most of which a board takes."""
    parts = ON.parts
    return (
        lambda who: deposit(ON, who),
        lambda who: deposit(ON, who, 1, 2, 3 * PRICE),
        lambda who: deposit(ON, who, 2, 0, 0),
        lambda who: cancel(ON, who, 1),
        lambda who: cancel(ON, who, 3),
        lambda who: ON.payment(NYMS[who], PRICE),
        lambda who: ON.payment(NYMS[who], 2 * PRICE, "more"),
        lambda who: lives.freeze(parts, who, ON.members[who].holder.signing),
        lambda who: lives.recovery(parts, who, NEW[who]),
        lambda who: lives.contest(parts, who, ON.members[who].holder.signing),
        lambda who: lives.ruling(parts, who, Outcome.RECOVER),
        lambda who: lives.switch(parts, who, NEW[who]),
        lambda who: lives.decided(parts, EntryType.CLOSURE, who),
        lambda who: lives.decided(parts, EntryType.CLOSED, who),
    )


OPS = st.tuples(st.integers(0, len(makers()) - 1), st.sampled_from(PEOPLE))
BATCHES = st.lists(st.lists(OPS, min_size=1, max_size=5), max_size=9)
ENDS = ("open", "close", "seals", "result")


def played(batches: Sequence[Sequence[tuple[int, int]]], end: str, jump: int) -> bytes:
    """Return the transcript of a board that was sent some batches, up to a step."""
    storage = MemoryStorage()
    board = play(ON.board(storage), ON, until="open")
    name, key = ON.registry.board.name, ON.parts.board
    registrar = RegistryBoard(board.storage, name, key, board.state.registry)
    time, last = board.state.clock, ON.terms.times.close - 1
    for number, batch in enumerate(batches):
        time = min(time + (jump if number % 2 else 0), last)
        entries = [makers()[op](who) for op, who in batch]
        of_registry = [each for each in entries if each.log == "registry"]
        board.append([each for each in entries if each.log == "sale"], time)
        registrar.append(of_registry, time)
        if number % 4 == 3:
            _post_roll(registrar, time)
    if end != "open":
        _finish(board, end)
    return storage.data


def _post_roll(registrar: RegistryBoard, time: int) -> None:
    registry = ON.registry
    due = registrar.roll_due(time, registry.closes)
    issuers = ON.parts.issuers
    sigs = [sign_roll(registry.registry_id, due, i.index, i.key) for i in issuers]
    registrar.append_roll(roll_body(due, sigs), time)


def _finish(board: Board, end: str) -> None:
    rest = steps(ON, ())
    names = [step.name for step in rest]
    for step in rest[names.index("close") : names.index(end) + 1]:
        post(board, ON, step)


def heads_in(data: bytes) -> list[int]:
    """Return where the heads of a transcript end."""
    records = [each for each in read_records(data) if isinstance(each, Record)]
    heads = (each for each in records if isinstance(each.item, SignedCheckpoint))
    return [head.offset + len(head.encoded) for head in heads]


def read(data: bytes, states: States | None = None) -> Replay:
    return replay_file(data, ON.curve, STATEMENTS, states=states)


def kept_of(data: bytes) -> KeptState | None:
    """Return the state that a reader keeps, as it comes back from a file."""
    states = States(least=1)
    read(data, states)
    return None if states.made is None else KeptState.from_bytes(states.made.to_bytes())


def check(
    batches: list[list[tuple[int, int]]], end: str, jump: int, data: st.DataObject
) -> None:
    """Compare a fold that goes on, perhaps more than once, with one from nothing."""
    whole = played(batches, end, jump)
    expected = form_of(read(whole))
    known: KeptState | None = None
    cuts = data.draw(st.lists(st.sampled_from(heads_in(whole)), max_size=3))
    for cut in sorted(cuts):
        states = States(known, least=1)
        read(whole[:cut], states)
        made = states.made or states.known
        known = None if made is None else KeptState.from_bytes(made.to_bytes())
    states = States(known, least=1)
    assert form_of(read(whole, states)) == expected
    assert (states.known is None) == (known is None)
    if states.made is not None:
        # Whatever a state was made from, it is the same.
        assert states.made == kept_of(whole)


GIVEN = given(BATCHES, st.sampled_from(ENDS), st.integers(0, 600), st.data())


@settings(max_examples=3)
@GIVEN
def test_going_on_from_a_kept_state_is_folding_from_nothing(
    batches: list[list[tuple[int, int]]], end: str, jump: int, data: st.DataObject
) -> None:
    check(batches, end, jump, data)


@pytest.mark.slow
@settings(max_examples=30)
@GIVEN
def test_going_on_from_any_kept_state_is_folding_from_nothing(
    batches: list[list[tuple[int, int]]], end: str, jump: int, data: st.DataObject
) -> None:
    check(batches, end, jump, data)
