"""People of a rehearsal who claim: their own credentials, keys and order."""

from dataclasses import replace

import pytest

from fairlot.board.keeper import Board
from fairlot.board.phase import Phase
from fairlot.claim.make import MadeClaim
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.identity.committee import Holder
from fairlot.identity.registry import epoch_at
from fairlot.rehearsal.asking import Applicant
from fairlot.rehearsal.claiming import CLAIMS_AFTER, Claiming
from fairlot.rehearsal.draw import NobodyWatches, Poster
from fairlot.workers import InProcess
from kit.sales import play, source
from kit.stage import Stage


@pytest.fixture
def drawn(concert: Stage) -> Board:
    """The board of the concert, behind its RESULT."""
    return play(concert.board(), concert)


def claiming(on: Stage, board: Board) -> Claiming:
    poster = Poster(board, NobodyWatches())
    return Claiming(poster, on.parts, InProcess(), source("claiming"))


def applicants(on: Stage) -> list[Applicant]:
    return [
        Applicant(m.holder, m.identity, m.identity.leaf, m.identity.attributes)
        for m in on.members
    ]


def claim_all(on: Stage, board: Board, seq: int = 0) -> tuple[MadeClaim, ...]:
    by = claiming(on, board)
    return by.claim(applicants(on), by.unlock(), seq)


def test_everybody_claims_behind_the_unlock(concert: Stage, drawn: Board) -> None:
    made = claim_all(concert, drawn)
    assert drawn.state.phase is Phase.UNLOCKED
    assert drawn.state.clock == concert.terms.times.unlock + CLAIMS_AFTER
    for each in made:
        found = drawn.state.controller(each.nym)
        assert found.entry_hash == each.entry.hash
        assert found.epoch == epoch_at(concert.parts.registry, drawn.state.clock)
    assert len({each.nym for each in made}) == len(concert.members)


def test_a_claim_has_keys_of_its_own(concert: Stage, drawn: Board) -> None:
    first = claim_all(concert, drawn)
    second = claim_all(concert, drawn, seq=1)
    keys = {each.keys.settle.public for each in (*first, *second)}
    assert len(keys) == 2 * len(concert.members)
    for each in second:
        assert drawn.state.controller(each.nym).entry_hash == each.entry.hash


def test_the_sale_is_unlocked_once(concert: Stage, drawn: Board) -> None:
    by = claiming(concert, drawn)
    assert by.unlock() == by.unlock() == drawn.state.clock + CLAIMS_AFTER
    assert EntryType.UNLOCK in drawn.state.markers


def test_whoever_lost_the_leaf_gets_no_credential(concert: Stage, drawn: Board) -> None:
    """A holder key that is not the leaf's: the issuers refuse, and nothing is posted."""
    one = applicants(concert)[0]
    thief = replace(one, holder=Holder.generate(source("thief")))
    by = claiming(concert, drawn)
    time, size = by.unlock(), drawn.state.tree.size
    with pytest.raises(Rejection) as caught:
        by.claim([thief], time)
    assert caught.value.code == "request.holder"
    assert drawn.state.tree.size == size
