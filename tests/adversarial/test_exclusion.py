"""Nobody is shut out by hand: who takes part follows from the terms and one's own entries."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fairlot.board.phase import PHASES, Phase
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType, Role, sign_entry
from fairlot.errors import Rejection
from fairlot_crypto.keys import SigningKey
from kit.board import extend
from kit.sales import DEPOSIT_TIME, PRICE, cancel, deposit, nym_of, play
from kit.stage import Stage
from lies_file import STRANGER
from lies_people import as_map, changed

LATER = DEPOSIT_TIME + 5


@pytest.fixture
def paid(concert: Stage) -> SaleState:
    """The sale, open, with two deposits that count."""
    return play(concert.board(), concert, until="deposits").state


def others(on: Stage) -> Sequence[SigningKey]:
    """Return the keys of everybody but the holders."""
    parts = on.parts
    roles = (parts.seller, parts.board, parts.escrow, on.issuer_key, STRANGER)
    return (*roles, *parts.contributors)


def test_nobody_else_takes_a_deposit_back(concert: Stage, paid: SaleState) -> None:
    """Not with a CANCEL that the holder once made, and not with a key put into it."""
    own = cancel(concert, 0)
    for key in others(concert):
        for body, code in (
            (own.body, "deposit.settle-key"),
            (
                as_map(changed(own.body, "ph.settle_pk", key.public)),
                "deposit.presentation",
            ),
        ):
            entry = sign_entry(EntryType.CANCEL, concert.terms.sale_id, body, key)
            with pytest.raises(Rejection) as caught:
                paid.apply(entry, LATER)
            assert caught.value.code == code
    assert len(paid.entrants()) == 2


def test_whatever_else_is_legal_leaves_everybody_in(
    concert: Stage, paid: SaleState
) -> None:
    """Another type that is legal while deposits are open needs a line here."""
    legal = {kind for kind, phases in PHASES.items() if Phase.OPEN in phases}
    own = {kind for kind in legal if kind.role is Role.HOLDER}
    assert own == {EntryType.DEPOSIT, EntryType.CANCEL}
    before = paid.entrants()
    more = concert.payment(nym_of(deposit(concert, 0)), PRICE, "more")
    added: dict[EntryType, list[Entry]] = {
        EntryType.TIME: [concert.time_entry(LATER)],
        EntryType.PAID: [more],
    }
    ending = {EntryType.CLOSE, EntryType.VOID}
    assert legal - own == added.keys() | ending
    for entries in added.values():
        extend(concert, paid, LATER, entries)
    assert paid.entrants() == before
    due = concert.terms.times.close
    extend(concert, paid, due, [concert.close(paid)])
    assert paid.entrants() == before


def test_nobody_is_shut_out_by_other_terms(concert: Stage, paid: SaleState) -> None:
    (pool,) = concert.terms.pools
    dearer = replace(concert.terms, pools=(replace(pool, price=PRICE + 1),))
    with pytest.raises(Rejection) as caught:
        paid.apply(concert.terms_entry(dearer), LATER)
    assert caught.value.code == "terms.again"
    assert len(paid.entrants()) == 2
