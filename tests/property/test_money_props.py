"""An escrow's book is a function of the set of payments (specs/money.md, section 4)."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from random import Random  # noqa: TID251

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlot.deposit.escrow_book import EscrowBook
from fairlot.escrow.notice import Notice
from fairlot.escrow.reconcile import (
    Came,
    Payment,
    Reconciled,
    Stands,
    reconcile,
    standing,
)
from fairlot.escrow.reference import bank_reference, in_blocks
from fairlot.names import Nym, SaleId
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.randomness import SeededRandomness, shuffled

SALE = SaleId(bytes([7]) * 32)
DUE = 4_500
NOTHING = EscrowBook({})


@cache
def notice(number: int) -> Notice:
    source = SeededRandomness(number.to_bytes(32, "big"))
    return Notice(SALE, Nym(source.take(48)), source.take(32), VerifyKey(bytes(32)))


def booked(
    payments: Sequence[Payment], people: int, before: EscrowBook = NOTHING
) -> Reconciled:
    notices = [notice(number) for number in range(people)]
    return reconcile(before, SALE, payments, notices, (), takes=True)


PEOPLE = 800


@cache
def thousand() -> Sequence[Payment]:
    """Return exact, partial, over, repeated and foreign payments."""
    rows: list[Payment] = []

    def comes(amount: int, reference: str) -> None:
        rows.append(Payment(f"bank/{len(rows):04}", amount, reference, "2030-05-02"))

    for number in range(780):
        written = notice(number).reference
        if number < 500:
            comes(DUE, written)
        elif number < 600:
            # In two parts, written as people write.
            comes(DUE - 1, in_blocks(written).lower())
            comes(1, f"ticket {written}")
        elif number < 700:
            comes(DUE - 100, written)
        else:
            comes(DUE + number, written)
    unknown = bank_reference(SALE, notice(0).nym, bytes(32))
    for amount in range(1, 31):
        comes(amount, "for the concert" if amount % 2 else unknown)
    return (*rows, *rows[:: len(rows) // 90][:90])


def test_a_thousand_payments_reconcile_to_the_unit() -> None:
    rows = thousand()
    assert len(rows) == 1_000
    found = booked(rows, PEOPLE)
    assert found.repeated == 90
    received = sum({each.number: each.amount for each in rows}.values())
    assert found.total() == received == sum(found.total(kind) for kind in Came)
    in_book = sum(each.amount for each in found.book.paid.values())
    assert in_book == found.total(Came.BOOKED) == received - sum(range(1, 31))
    assert found.total(Came.FOREIGN) == sum(range(1, 31, 2))
    asked = {notice(number).nym: DUE for number in range(PEOPLE)}
    dues = standing(found.book.paid.values(), asked, ())
    assert Counter(each.stands for each in dues) == {
        Stands.PAID: 600,
        Stands.PARTIAL: 100,
        Stands.OVER: 80,
        Stands.UNPAID: 20,
    }
    missing = sum(max(0, each.due - each.paid) for each in dues)
    over = sum(max(0, each.paid - each.due) for each in dues)
    assert in_book == PEOPLE * DUE - missing + over
    assert (missing, over) == (100 * 100 + 20 * DUE, sum(range(700, 780)))


@pytest.mark.thorough
def test_a_thousand_payments_twice_and_in_other_orders_are_one_book() -> None:
    rows = thousand()
    found = booked(rows, PEOPLE).book
    for each in (
        booked(shuffled(rows, SeededRandomness(bytes(32))), PEOPLE),
        booked(rows, PEOPLE, found),
        booked(rows[500:], PEOPLE, booked(rows[:500], PEOPLE).book),
        booked(rows[:500], PEOPLE, booked(rows[500:], PEOPLE).book),
    ):
        assert each.book.to_bytes() == found.to_bytes()


PAYMENTS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 9_000), st.booleans()), max_size=12
)


@settings(max_examples=25)
@given(PAYMENTS, st.randoms(use_true_random=False), st.integers(0, 12))
def test_order_and_number_of_runs_change_nothing(
    drawn: Sequence[tuple[int, int, bool]], order: Random, cut: int
) -> None:
    rows = [
        Payment(f"{place:02}", amount, notice(who).reference, "")
        for place, (who, amount, _) in enumerate(drawn)
    ]
    rows += [row for row, (_, _, twice) in zip(rows, drawn, strict=True) if twice]
    found = booked(rows, 4)
    mixed = list(rows)
    order.shuffle(mixed)
    parts = booked(mixed[cut:], 4, booked(mixed[:cut], 4).book)
    whole = booked(mixed, 4, parts.book)
    assert whole.book == parts.book == found.book
    assert whole.rows == found.rows
    assert found.total() == sum(amount for _, amount, _ in drawn)
    assert found.total(Came.NO_NOTICE) == sum(a for who, a, _ in drawn if who >= 4)


@pytest.mark.parametrize("place", range(25))
def test_one_wrong_character_pays_for_nobody_else(place: int) -> None:
    written = notice(0).reference
    came: Counter[Came] = Counter()
    for letter in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
        typed = f"{written[:place]}{letter}{written[place + 1 :]}"
        (row,) = booked([Payment("a", 1, typed, "")], 4).rows
        assert (row.nym is not None) == (typed == written)
        came[row.came] += 1
    # Check digits show almost all of them.
    assert (came[Came.BOOKED], came[Came.NO_NOTICE] <= 2) == (1, True)
