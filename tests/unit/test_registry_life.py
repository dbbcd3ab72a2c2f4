"""What the life of leaves does to the registry: who is on a roll, and who gets credentials."""

from dataclasses import replace

import pytest

from fairlot.board.registry_state import RegistryState
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.identity.leaf import LeafStatus, holder_hash
from fairlot.rehearsal.parts import START
from fairlot_crypto.keys import SigningKey
from kit import lives
from kit.sales import source
from kit.stage import STATEMENTS, Stage

NEW = SigningKey.generate(source("new holder"))


def registered(on: Stage) -> RegistryState:
    return on.registered().registry


def test_a_roll_neither_counts_nor_covers_who_is_closed(concert: Stage) -> None:
    state, parts = registered(concert), concert.parts
    closing = lives.decided(parts, EntryType.CLOSURE, 0)
    state.append(closing, START)
    done = START + concert.registry.recovery.cooling
    before = state.next_roll(state.tree.size, state.tree.root(), done, done + 1)
    assert before.leaves == len(concert.members)
    state.append(lives.decided(parts, EntryType.CLOSED, 0), done)
    size, root = state.tree.size, state.tree.root()
    due = state.next_roll(size, root, done, concert.registry.closes)
    assert due.leaves == len(concert.members) - 1
    state.append(concert.roll_entry(due), done)
    first, second = state.rolls.values()
    assert (first.covers(0), second.covers(0), second.covers(1)) == (True, False, True)


def test_issuers_see_the_leaf_that_the_log_shows(concert: Stage) -> None:
    """A freeze expires by their clock, with no entry that says so."""
    state, parts = registered(concert), concert.parts
    holder = concert.members[0].holder.signing
    state.append(lives.freeze(parts, 0, holder), START)
    thaws = START + concert.registry.recovery.freeze
    assert state.leaf_at(0, START).status is LeafStatus.FROZEN
    assert state.leaf_at(0, thaws).status is LeafStatus.ACTIVE
    state.append(lives.recovery(parts, 0, NEW), START)
    assert state.leaf_at(0, thaws).status is LeafStatus.PENDING
    state.append(lives.switch(parts, 0, NEW), thaws)
    held = holder_hash(NEW.public)
    registered_as = concert.members[0].identity.leaf
    assert state.leaf_at(0, thaws) == replace(registered_as, version=2, holder=held)


def test_a_leaf_is_carried_over_once_and_by_whom_the_registry_before_shows(
    concert: Stage,
) -> None:
    """Across a season boundary, nobody continues a leaf that another key holds."""
    before, parts = registered(concert), concert.parts
    old = concert.registry
    registry = replace(old, season=old.season + 1, previous=old.registry_id)
    after = replace(concert, parts=replace(parts, registry=registry))
    with pytest.raises(Rejection, match="once"):
        _carried(after, RegistryState(concert.curve, STATEMENTS), previous=None)
    before.append(lives.freeze(parts, 0, concert.members[0].holder.signing), START)
    state = RegistryState(concert.curve, STATEMENTS, before)
    with pytest.raises(Rejection, match="active there"):
        _carried(after, state, previous=old.registry_id)


def _carried(on: Stage, state: RegistryState, previous: bytes | None) -> None:
    """Put a leaf on a log whose registry continues another one, or none."""
    registry = on.registry if previous else replace(on.registry, previous=None)
    part = replace(on, parts=replace(on.parts, registry=registry))
    named = replace(on.terms, registry=registry.registry_id)
    made = part.with_terms(named)
    state.append(made.registry_entry(), START)
    late = START + registry.view_age + 1
    state.append(made.leaf_entry(on.members[0].identity, {"previous": 0}), late)
