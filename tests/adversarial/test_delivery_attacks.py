"""What a seller may try with the items, and what others learn from a box."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot.delivery.box import open_item, seal_item
from fairlot.delivery.items import ItemBook, Items, units_of
from fairlot.errors import InputError, Rejection
from fairlot.inputs.item_list import read_item_list
from fairlot.names import Nym, SaleId
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import OpeningKey
from kit.sales import source
from kit.won import outcome_of

SALE, ELSEWHERE = SaleId(bytes([1]) * 32), SaleId(bytes([2]) * 32)
ANN, BOB = (Nym(bytes([number]) * 48) for number in (1, 2))
UNITS = units_of(outcome_of([("main", [(ANN, 2), (BOB, 1)])]))
GOOD, POOR, OTHER = b"front row", b"behind a pillar", b"standing"
CLAIM, THIEF = (OpeningKey.generate(source(name)) for name in ("claim", "thief"))


def book(
    items: tuple[bytes, ...] = (GOOD, POOR, OTHER), sale: SaleId = SALE
) -> ItemBook:
    return ItemBook.fill(sale, UNITS, items, source("salts"))


def sent(of: ItemBook, unit: int) -> bytes:
    return seal_item(of, unit, CLAIM.public, source("box"))


def refusal(
    items: Items, unit: int, box: bytes, sale: SaleId = SALE, key: OpeningKey = CLAIM
) -> str:
    with pytest.raises(Rejection) as caught:
        open_item(sale, items, unit, box, key)
    return caught.value.code


def test_each_unit_gets_its_item() -> None:
    own = book()
    opened = [open_item(SALE, own.public, k, sent(own, k), CLAIM) for k in range(3)]
    assert opened == [GOOD, POOR, OTHER]


def test_a_seller_cannot_give_the_good_item_to_a_friend() -> None:
    """Once the root is published, another order is another root."""
    own, swapped = book(), book((POOR, GOOD, OTHER))
    assert swapped.public.root != own.public.root
    assert refusal(own.public, 0, sent(swapped, 0)) == "delivery.item"
    assert refusal(own.public, 0, sent(own, 1)) == "delivery.item"


def test_a_seller_cannot_answer_with_the_item_of_another_sale() -> None:
    own, other = book(), book(sale=ELSEWHERE)
    assert refusal(own.public, 0, sent(other, 0)) == "delivery.item"
    assert refusal(other.public, 0, sent(other, 0)) == "delivery.item"


def test_only_the_claim_opens_the_box() -> None:
    own = book()
    assert refusal(own.public, 0, sent(own, 0), key=THIEF) == "delivery.box"


def test_whoever_has_the_key_of_the_claim_sees_that_a_delivery_is_wrong() -> None:
    """An auditor takes the same steps as the person, and finds the same."""
    own, box = book(), sent(book((POOR, GOOD, OTHER)), 0)
    shown = OpeningKey(CLAIM.secret)
    assert refusal(own.public, 0, box, key=shown) == "delivery.item"
    assert open_item(SALE, own.public, 0, sent(own, 0), shown) == GOOD


def test_a_person_cannot_make_a_right_delivery_look_wrong_with_another_key() -> None:
    """The key that is shown has to be the one whose public half is in the claim."""
    own = book()
    assert refusal(own.public, 0, sent(own, 0), key=THIEF) == "delivery.box"
    assert THIEF.public != CLAIM.public


def test_equal_items_of_two_sales_have_different_commitments() -> None:
    """Short codes cannot be guessed, nor sales be linked by them."""
    here = ItemBook.fill(SALE, UNITS, (GOOD, POOR, OTHER), source("other salts"))
    assert here.public.root != book().public.root
    assert book(sale=ELSEWHERE).public.root != book().public.root


def test_no_item_is_given_to_two_people() -> None:
    with pytest.raises(CallerError, match=r"items\.twice"):
        book((GOOD, POOR, GOOD))


def test_a_list_names_every_line_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "items.txt"
    path.write_text("A\n\nB\nA\n C\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_item_list(path)
    found = (caught.value, *caught.value.more)
    assert [(each.code, each.line) for each in found] == [
        ("items-file.text", 2),
        ("items-file.twice", 4),
        ("items-file.text", 5),
    ]


def test_a_list_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_item_list(tmp_path / "none.txt")
    assert caught.value.code == "items-file.unreadable"


@given(st.lists(st.integers(0, 4), max_size=6))
def test_the_order_of_units_does_not_depend_on_the_order_of_awards(
    units: list[int],
) -> None:
    rows = [(Nym(bytes([n]) * 48), count) for n, count in enumerate(units)]
    turned = [*reversed(rows)]
    expected = [nym for nym, count in rows for _ in range(count)]
    for each in (rows, turned):
        found = units_of(outcome_of([("main", each)]))
        assert [unit.nym for unit in found] == expected
