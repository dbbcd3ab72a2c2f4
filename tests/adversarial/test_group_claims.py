"""Faked and double memberships, missing signatures: refused by name, or harmless."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fairlot.allocation.entering import Entrant, formed_groups
from fairlot.board.sale import SaleState
from fairlot.deposit.deposit import Deposit, read_deposit
from fairlot.deposit.rules import check_order
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.names import Nym, group_id
from fairlot_crypto.statements import Statements
from kit.gala import ANN, BOB, CAT, FRIENDS, WISH, gala, nyms, opened, says, together
from kit.sales import DEPOSIT_TIME, forced

PAIR = together(ANN, BOB)
LATER = replace(PAIR, seq=1)


def refusal(state: SaleState, entry: Entry) -> str:
    before = dict(state.positions.by_nym)
    with pytest.raises(Rejection) as caught:
        state.apply(entry, DEPOSIT_TIME)
    assert state.positions.by_nym == before
    return caught.value.code


def groups(state: SaleState) -> Sequence[tuple[Nym, ...]]:
    """Return the groups of all final deposits, whether or not they are paid."""
    finals = [p.final for p in state.positions.by_nym.values()]
    entrants = [
        Entrant(d.nym, 1, 300, group=d.binding.group)
        for d in finals
        if d.binding.type is EntryType.DEPOSIT
    ]
    formed = formed_groups(gala().terms.sale_id, entrants)
    return [tuple(Nym(entrants[i].nym) for i in each) for each in formed.values()]


def claiming(number: int, group: bytes | None, members: tuple[Nym, ...]) -> Deposit:
    """Return a deposit that claims anything; its presentation is checked later."""
    made = read_deposit(says(number, WISH))
    binding = replace(made.binding, group=group, members=members)
    return replace(made, binding=binding)


def claim_refused(made: Deposit) -> None:
    on = gala()
    with pytest.raises(Rejection) as caught:
        check_order(on.terms, on.registry, made, Statements())
    assert caught.value.code == "deposit.group"


def test_who_all_sign_the_same_form_a_group() -> None:
    state = opened(says(ANN, PAIR), says(BOB, PAIR), says(CAT, WISH))
    assert [set(group) for group in groups(state)] == [set(nyms(ANN, BOB))]


# Faked memberships.


def test_a_stranger_cannot_sign_for_a_group_of_others() -> None:
    """So strangers can neither join it nor break it, at whatever price."""
    state = opened(says(ANN, PAIR))
    assert refusal(state, forced(gala(), CAT, PAIR)) == "deposit.group"
    state.apply(says(BOB, PAIR), DEPOSIT_TIME)
    assert len(groups(state)) == 1


def test_the_bare_id_of_a_group_is_no_claim() -> None:
    gid = group_id(gala().terms.sale_id, nyms(ANN, BOB))
    claim_refused(claiming(CAT, gid, ()))
    claim_refused(claiming(ANN, gid, ()))
    claim_refused(claiming(CAT, None, tuple(sorted(nyms(BOB, CAT)))))


def test_the_id_is_that_of_the_named_members() -> None:
    gid = group_id(gala().terms.sale_id, nyms(ANN, BOB))
    claim_refused(claiming(CAT, gid, tuple(sorted(nyms(BOB, CAT)))))
    claim_refused(claiming(CAT, bytes(32), tuple(sorted(nyms(BOB, CAT)))))
    elsewhere = group_id(bytes(32), nyms(BOB, CAT))
    claim_refused(claiming(CAT, elsewhere, tuple(sorted(nyms(BOB, CAT)))))


def test_members_have_one_order_and_stand_once() -> None:
    pair = tuple(sorted(nyms(ANN, BOB)))
    for members in (pair[::-1], (pair[0], pair[0]), (*pair, pair[1])):
        gid = group_id(gala().terms.sale_id, members)
        claim_refused(claiming(ANN, gid, members))


def test_a_group_is_neither_one_nor_more_than_any_pool_draws() -> None:
    assert FRIENDS.group_max == 2
    for members in (nyms(ANN), nyms(ANN, BOB, CAT)):
        ordered = tuple(sorted(members))
        gid = group_id(gala().terms.sale_id, ordered)
        claim_refused(claiming(ANN, gid, ordered))


def test_no_group_where_no_pool_draws_groups() -> None:
    on = gala()
    terms = replace(on.terms, pools=(replace(FRIENDS, group_max=1),))
    with pytest.raises(Rejection) as caught:
        check_order(terms, on.registry, read_deposit(says(ANN, PAIR)), Statements())
    assert caught.value.code == "deposit.group"


def test_a_cancellation_names_no_group() -> None:
    made = read_deposit(says(ANN, PAIR))
    binding = replace(made.binding, type=EntryType.CANCEL, bid=None)
    claim_refused(replace(made, binding=binding))


def test_a_membership_cannot_be_added_to_a_signed_deposit() -> None:
    """Group and members are bound by the presentation."""
    plain, grouped = says(ANN, WISH), says(ANN, PAIR)
    body = {**plain.body, "ph": grouped.body["ph"]}
    stolen = replace(grouped, body=body)
    assert refusal(opened(), stolen) == "entry.signature"


# Missing signatures and double memberships.


def test_who_is_named_and_did_not_sign_makes_singles_of_the_others() -> None:
    for bobs in ([], [says(BOB, WISH)]):
        assert groups(opened(says(ANN, PAIR), *bobs)) == []


def test_a_person_is_in_the_group_of_the_final_deposit_only() -> None:
    other = replace(together(ANN, CAT), seq=1)
    entries = [says(ANN, PAIR), says(BOB, PAIR), says(CAT, other), says(ANN, other)]
    for order in (entries, entries[::-1]):
        assert [set(g) for g in groups(opened(*order))] == [set(nyms(ANN, CAT))]


def test_who_leaves_or_cancels_leaves_singles_behind() -> None:
    alone = replace(WISH, seq=1)
    cancelled = replace(alone, wants=0, amount=0)
    for exit_entry in (says(ANN, alone), says(ANN, cancelled, EntryType.CANCEL)):
        state = opened(says(ANN, PAIR), says(BOB, PAIR), exit_entry)
        assert groups(state) == []


def test_a_group_can_be_formed_again() -> None:
    alone = replace(WISH, seq=1)
    again = replace(PAIR, seq=2)
    state = opened(says(ANN, PAIR), says(BOB, PAIR), says(ANN, alone), says(ANN, again))
    assert len(groups(state)) == 1


def test_the_same_members_are_the_same_group_whatever_their_sequence_numbers() -> None:
    assert len(groups(opened(says(ANN, PAIR), says(BOB, LATER)))) == 1
