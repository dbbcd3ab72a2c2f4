"""What is said of a list states amounts in the currency of the terms, and names exclusions."""

from collections.abc import Sequence

import pytest

from fairlot.inputs.finding import Finding
from fairlot.inputs.findings import find
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.money import Currency
from fairlot.terms.pool import Exclusion, Mechanism, Pool

EUR = Currency("EUR", 2)
LOTTERY = Pool("seats", Mechanism.LOTTERY, 3, 45_000)
AUCTION = Pool("print", Mechanism.AUCTION, 1, 45_000)


def said(
    pool: Pool, people: Sequence[Person], currency: Currency | None
) -> dict[str, Finding]:
    file = TermsFile("t", "a", (pool,), 1, 0, 1, 1, currency=currency)
    return {finding.code.value: finding for finding in find(file, people)}


@pytest.mark.parametrize(
    ("currency", "highest", "price"),
    [(None, "450", "45000"), (EUR, "4.50 EUR", "450.00 EUR")],
)
def test_a_price_that_nobody_reaches_is_stated_as_people_write_it(
    currency: Currency | None, highest: str, price: str
) -> None:
    """The seller wrote the price in one unit and the list in another."""
    found = said(LOTTERY, [Person("Ann", 1, 450), Person("Bob", 1, 0)], currency)
    assert found["left-out"].people == ("Ann", "Bob")
    assert f"below the price in seats ({price})" in found["left-out"].sentence
    expected = f"the highest is {highest}, the price {price}"
    assert found["pool-empty"].sentence.endswith(expected)


def test_a_bid_below_the_reserve_is_stated_as_people_write_it() -> None:
    people = [
        Person("Ann", 1, 90_000, bid=44_999),
        Person("Bob", 1, 90_000, bid=50_000),
    ]
    found = said(AUCTION, people, EUR)
    assert found["left-out"].people == ("Ann",)
    assert "bid less than 450.00 EUR in print" in found["bid-low"].sentence


def test_whoever_is_excluded_is_named_with_the_reason() -> None:
    pool = Pool(
        "new",
        Mechanism.LOTTERY,
        3,
        0,
        excludes=(Exclusion("won", ("2028", "2029")),),
    )
    people = [
        Person("Ann", 1, 0, attributes=(("won", "2029"),)),
        Person("Bob", 1, 0, attributes=(("won", "in 2028"),)),
        Person("Cat", 1, 0, attributes=(("won", "2019"),)),
        Person("Dan", 1, 0),
    ]
    found = said(pool, people, None)
    assert found["left-out"].people == ("Ann",)
    assert "the won is excluded in new" in found["left-out"].sentence
    assert found["value-unlisted"].people == ("Bob",)
    assert "did you mean '2028'?" in found["value-unlisted"].sentence
    assert "won '2028', which a pool lists" in found["value-unused"].sentence
