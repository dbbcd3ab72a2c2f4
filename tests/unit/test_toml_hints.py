"""Slips in TERMS.toml: each is refused, and the message says what to write instead."""

from pathlib import Path

import pytest

from fairlot.errors import InputError
from fairlot.inputs.terms_file import read_terms_file

HEAD = 'title = "Ballot"\nasset = "ticket"\n'
LINES = {
    "title": 'title = "Ballot"',
    "asset": 'asset = "ticket"',
    "supply": "supply = 5",
    "mechanism": 'mechanism = "lottery"',
    "price": "price = 45",
}


def ballot(extra: str = "", **changed: str) -> str:
    return "\n".join({**LINES, **changed}.values()) + f"\n{extra}"


def refused(folder: Path, text: str) -> InputError:
    path = folder / "TERMS.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_terms_file(path)
    return caught.value


@pytest.mark.parametrize(
    ("key", "line", "hint"),
    [
        (
            "mechanism",
            "mechanism = “lottery”",
            'write texts in straight quotes, "lottery"',
        ),
        ("title", 'title = "Ballot”', "write texts in straight quotes"),
        ("title", "title = «Ballot»", "write texts in straight quotes"),
        ("title", "title = Ballot", 'write texts in quotes: "Ballot"'),
        ("title", 'title: "Ballot"', "write title = …, with an equals sign"),
        ("price", "price =", "write a value behind the equals sign"),
        ("price", "price = 45,", "remove the comma at the end"),
        ("price", "price = 45,00", "write 45.00 with a point, with currency ="),
        ("price", "price = 45,00", "or 4500 of the smallest unit"),
        ("price", "price = 45,5 # each", "or 4550 of the smallest unit"),
        ("price", "price = 45 EUR", 'write the number alone; currency = "EUR"'),
        ("price", "price = €45", 'write the number alone; currency = "EUR"'),
        ("price", "price = 1.000,00", "write the digits alone, as in 1000"),
        ("supply", "supply = 1,000", "write the digits alone, as in 1000"),
        ("supply", "supply = 1'000", "write the digits alone, as in 1000"),
        ("supply", "supply = 1 000", "write the digits alone, as in 1000"),
        ("supply", "supply = 007", "write 7, without zeros in front"),
        ("supply", "supply = 5\nagain = True", "write true or false, in lower case"),
    ],
)
def test_what_is_not_toml_is_met_with_what_is(
    tmp_path: Path, key: str, line: str, hint: str
) -> None:
    error = refused(tmp_path, ballot(**{key: line}))
    assert error.code == "terms-file.toml"
    assert hint in error.message


@pytest.mark.parametrize("line", ["supply = 5 = 6", "[[pool", 'note = "a" "b"'])
def test_where_nothing_is_known_nothing_is_said(tmp_path: Path, line: str) -> None:
    error = refused(tmp_path, ballot(supply=line))
    assert error.code == "terms-file.toml"
    assert "write" not in error.message


@pytest.mark.parametrize(
    ("key", "line", "code", "hint"),
    [
        ("price", "price = 45.00", "integer", "found 45.00: write it with currency = "),
        ("price", "price = 45.00", "integer", "or 4500 of the smallest unit"),
        ("price", "price = 45.123", "integer", "or the integer of the smallest unit"),
        ("price", 'price = "45 EUR"', "integer", "without quotes and currency"),
        ("price", f"price = {2**64}", "range", "use a larger unit"),
        ("supply", f"supply = {2**64}", "range", "use a larger unit"),
        ("supply", "supply = 5.0", "integer", "found 5.0: write it without a point"),
        ("supply", 'supply = "5"', "integer", "write the number alone, without quotes"),
        ("mechanism", 'mechanism = "Lottery"', "mechanism", 'did you mean "lottery"?'),
        ("mechanism", 'mechanism = "raffle"', "mechanism", 'did you mean "lottery"?'),
        ("mechanism", 'mechanism = "Equal Share"', "mechanism", '"equal-share"?'),
        ("mechanism", 'mechanism = "sealed bids"', "mechanism", '"auction"?'),
        ("mechanism", 'mechanism = "quadratik"', "mechanism", '"quadratic"?'),
        (
            "mechanism",
            'mechanism = "auction"',
            "deposits",
            "write deposits = [50, 100]",
        ),
    ],
)
def test_a_value_is_met_with_the_right_one(
    tmp_path: Path, key: str, line: str, code: str, hint: str
) -> None:
    error = refused(tmp_path, ballot(**{key: line}))
    assert error.code == f"terms-file.{code}"
    assert hint in error.message


def test_a_word_that_means_no_mechanism_gets_the_list_alone(tmp_path: Path) -> None:
    error = refused(tmp_path, ballot(mechanism='mechanism = "first-come"'))
    assert error.message.endswith("found 'first-come'")


TIMES = "a rehearsal chooses its own times, a sale takes them as options: remove it"


@pytest.mark.parametrize(
    ("extra", "hint"),
    [
        ("close = 2027-03-28T02:30:00+01:00\n", TIMES),
        ("[times]\nopen = 2027-03-01T09:00:00+01:00\n", TIMES),
        ("deadline = 2027-03-28\n", TIMES),
        ("unlock = 5\n", TIMES),
        ('lockup = "9 days"\n', "it belongs below a line [times]"),
        ('[times]\ncooling = "1 day"\n', "it belongs below a line [issuers]"),
        ("[issuers]\nthreshold = 1\n", "did you mean t?"),
        ("[issuers]\nquorum = 1\n", "did you mean q_recover?"),
        ('[times]\nlock_up = "9 days"\n', "did you mean lockup?"),
        ("Deposits = [5]\n", "did you mean deposits?"),
        ("contributors = 3\n", "it belongs below a line [beacon]"),
        ('keep = ["E-mail"]\n', "it belongs below a line [people]"),
        ("[beacon]\ndeposits = [5]\n", "move it above the first line in [brackets]"),
        ("max_per_person = 2\n", "did you mean cap?"),
        ('[[pools]]\nname = "a"\n', "did you mean [[pool]]?"),
        ("colour = 7\n", "remove it"),
    ],
)
def test_an_unknown_key_is_met_with_the_right_one(
    tmp_path: Path, extra: str, hint: str
) -> None:
    error = refused(tmp_path, ballot(extra))
    assert error.code == "terms-file.unknown"
    assert hint in error.message


def test_another_word_for_a_key(tmp_path: Path) -> None:
    error = refused(tmp_path, ballot(supply="seats = 5"))
    assert "did you mean supply?" in error.message
    pool = ballot(supply="").replace(HEAD, f"{HEAD}[[pool]]\nseats = 5\n")
    assert "pool[1].seats: is not a known field here: did you mean supply?" in (
        refused(tmp_path, pool).message
    )


def test_a_key_that_stands_below_a_table(tmp_path: Path) -> None:
    below = ballot('[beacon]\ntitle = "Ballot"\n', title="")
    error = refused(tmp_path, below)
    assert error.code == "terms-file.missing"
    assert "it stands below [beacon]: move it above" in error.message
    pools = 'asset = "ticket"\n[[pool]]\ntitle = "Ballot"\nsupply = 1\n'
    assert "it stands below [[pool]]: move it above" in refused(tmp_path, pools).message


def test_names_of_pools_have_a_form(tmp_path: Path) -> None:
    pools = (
        f'{HEAD}[[pool]]\nname = "NAME"\nunsold = "LAST"\nsupply = 5\n'
        'mechanism = "lottery"\nprice = 45\n'
        '[[pool]]\nname = "last"\nsupply = 1\nmechanism = "lottery"\nprice = 1\n'
    )
    error = refused(tmp_path, pools.replace("NAME", "Main hall"))
    assert error.code == "terms-file.pool-name"
    assert error.message.endswith(': write "main-hall"')
    error = refused(tmp_path, pools.replace("NAME", "hall"))
    assert error.code == "terms-file.pools"
    assert error.message.endswith(': did you mean "last"?')
    error = refused(tmp_path, pools.replace("NAME", "last"))
    assert error.message.endswith('name of a later pool: did you mean "last"?')
