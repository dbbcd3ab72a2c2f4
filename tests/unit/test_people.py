"""PEOPLE.csv: what is read, and file, line and rule of what is refused."""

from collections.abc import Collection
from pathlib import Path

import pytest

from fairlot.errors import InputError
from fairlot.inputs.people_file import Person, read_people
from fairlot.money import Currency

HEADER = "person,wants,deposit\n"
LARGEST = 2**64 - 1


def read(
    folder: Path,
    text: str | bytes,
    currency: Currency | None = None,
    keep: Collection[str] = (),
) -> tuple[Person, ...]:
    path = folder / "PEOPLE.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_people(path, currency, keep)


def refused(
    folder: Path, text: str | bytes, currency: Currency | None = None
) -> InputError:
    with pytest.raises(InputError) as caught:
        read(folder, text, currency)
    assert str(folder / "PEOPLE.csv") in caught.value.message
    return caught.value


def test_people_are_read_in_order(tmp_path: Path) -> None:
    text = HEADER + "Zoë,1,4500\nAnn,0,0\nBob,18446744073709551615,1\n"
    assert read(tmp_path, text) == (
        Person("Zoë", 1, 4500),
        Person("Ann", 0, 0),
        Person("Bob", LARGEST, 1),
    )


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "Ann,1,5",
        HEADER + "Ann,1,5\n",
        HEADER + "Ann,1,5\n\n\n",
        "\ufeff" + HEADER + "Ann,1,5\n",
        (HEADER + "Ann,1,5\n").replace("\n", "\r\n"),
        HEADER + "Ann,1,5\r\n",
        '"person","wants","deposit"\n"Ann","1","5"\n',
    ],
)
def test_the_same_people_in_other_dress(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == (Person("Ann", 1, 5),)


def test_what_people_add_is_read_by_column(tmp_path: Path) -> None:
    header = "person,wants,deposit,attr:region,solution,bid,group,tier,attr:age\n"
    text = header + 'Ann,1,5,FR,"a, b",7,we,gold,\nBob,1,5,,,0,,,old\nCat,0,0,,,,,,\n'
    ann = Person(
        "Ann",
        1,
        5,
        group="we",
        bid=7,
        tier="gold",
        answer="a, b",
        attributes=(("region", "FR"),),
    )
    bob = Person("Bob", 1, 5, bid=0, attributes=(("age", "old"),))
    people = read(tmp_path, text)
    assert people == (ann, bob, Person("Cat", 0, 0))
    assert [person.line for person in people] == [2, 3, 4]


def test_attributes_do_not_depend_on_the_order_of_columns(tmp_path: Path) -> None:
    first = read(tmp_path, HEADER.strip() + ",attr:b,attr:a\nAnn,1,5,x,y\n")
    assert first[0].attributes == (("a", "y"), ("b", "x"))
    assert read(tmp_path, HEADER.strip() + ",attr:a,attr:b\nAnn,1,5,y,x\n") == first


def test_a_mistyped_column_is_met_with_the_right_one(tmp_path: Path) -> None:
    error = refused(tmp_path, "person,wants,deposit,teir\nAnn,1,5,gold\n")
    assert "did you mean tier?" in error.message


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ('"Doe, Jane"', "Doe, Jane"),
        ('"Jim ""Jimbo"" Doe"', 'Jim "Jimbo" Doe'),
        ('""""', '"'),
        ("O'Neil; Ann", "O'Neil; Ann"),
        ("=1+1", "=1+1"),
        ("x" * 200, "x" * 200),
        ("日本", "日本"),
    ],
)
def test_names_as_people_have_them(tmp_path: Path, cell: str, name: str) -> None:
    assert read(tmp_path, f"{HEADER}{cell},1,5\n") == (Person(name, 1, 5),)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "01",
        "00",
        "-1",
        "-0",
        "+1",
        "1.0",
        "1,0",
        "1e3",
        "1_000",
        "0x10",
        "１",
        "٣",
        "²",
        "true",
        "nan",
        "1\u00a0000",
        "one",
    ],
)
def test_other_ways_to_write_a_number_are_refused(tmp_path: Path, number: str) -> None:
    cell = f'"{number}"'
    for column, row in (("wants", f"A,{cell},5"), ("deposit", f"A,5,{cell}")):
        error = refused(tmp_path, f"{HEADER}Ann,1,5\n{row}\n")
        assert error.code == "people-file.number"
        assert f", line 3, {column}: " in error.message


@pytest.mark.parametrize("number", [str(LARGEST + 1), "9" * 21, "1" * 9000])
def test_numbers_above_64_bits_are_refused(tmp_path: Path, number: str) -> None:
    for row in (f"A,{number},5", f"A,5,{number}"):
        error = refused(tmp_path, HEADER + row)
        assert error.code == "people-file.range"
        assert ", line 2, " in error.message


@pytest.mark.parametrize(
    "cell",
    [
        "A\tnn",
        "A\x00nn",
        "A\x1b[31m",
        "A\x85",
        "A\u2028nn",
        "A\u0378",
        "e\u0301\u0378",
        "x" * 201,
        "é" * 101,
        "\u200b",
        "\u2800\u3164",
    ],
)
def test_names_that_would_confuse_are_refused(tmp_path: Path, cell: str) -> None:
    error = refused(tmp_path, f"{HEADER}{cell},1,5\n")
    assert error.code == "people-file.person"
    assert ", line 2, person: " in error.message
    assert "\x1b" not in error.message


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("person|wants|deposit\nAnn|1|5\n", "separator", 1),
        ("sep=;\nperson,wants,deposit\nAnn,1,5\n", "separator", 2),
        ("sep=|\nperson|wants|deposit\nAnn|1|5\n", "separator", 2),
        ("person,wants\nAnn,1\n", "header", 1),
        ("name,wants,deposit\nAnn,1,5\n", "header", 1),
        ("pérson,wants,deposit\nAnn,1,5\n", "header", 1),
        ('"person"x,wants,deposit\nAnn,1,5\n', "quote", 1),
        ("person,wants,deposit,bids\nAnn,1,5,7\n", "header", 1),
        ("person,wants,deposit,bid,bid\nAnn,1,5,7,7\n", "header", 1),
        ("person,wants,deposit,bid,Bid\nAnn,1,5,7,7\n", "header", 1),
        ("person,wants,deposit,email\nAnn,1,5,7\n", "header", 1),
        ("person,wants,deposit,attr:a,attr:a\nAnn,1,5,x,x\n", "header", 1),
        ("person,wants,deposit,attr:\nAnn,1,5,x\n", "attribute", 1),
        ("person,wants,deposit,attr:a-b\nAnn,1,5,x\n", "attribute", 1),
        (f"person,wants,deposit,attr:{'a' * 33}\nAnn,1,5,x\n", "attribute", 1),
        ("person,wants,deposit,bid\nAnn,1,5\n", "columns", 2),
        ("person,wants,deposit,bid\nAnn,1,5,-1\n", "number", 2),
        ("person,wants,deposit,bid\nAnn,1,5,1.0\n", "number", 2),
        (f"person,wants,deposit,bid\nAnn,1,5,{LARGEST + 1}\n", "range", 2),
        ("person,wants,deposit,group\nAnn,1,5,a\u2028b\n", "text", 2),
        ('person,wants,deposit,group\nAnn,1,5,"a\nb"\n', "text", 2),
        ("person,wants,deposit,tier\nAnn,1,5,a\x00\n", "text", 2),
        ("person,wants,deposit,solution\nAnn,1,5,e\x7f\n", "text", 2),
        ("person,wants,deposit,attr:a\nAnn,1,5,a\x1b\n", "text", 2),
        ("person,wants,deposit,deposit\nAnn,1,5,5\n", "header", 1),
        ("person,wants,deposit,\nAnn,1,5,x\n", "columns", 2),
        ("person,,wants,deposit\nAnn,x,1,5\n", "columns", 2),
        ("Ann,1,5\n", "header", 1),
        (HEADER + "Ann,1\n", "columns", 2),
        (HEADER + "Ann,1,5,\n", "columns", 2),
        (HEADER + "Ann;1;5\n", "columns", 2),
        (HEADER + "Doe, Jane,1,5\n", "columns", 2),
        (HEADER + "Ann,1,5\n,,5\n", "person", 3),
        (HEADER + '"Ann,1,5\n', "quote", 2),
        (HEADER + '"A"nn,1,5\n', "quote", 2),
        (HEADER + '"A\nnn",1,5\n', "person", 2),
        (HEADER + '"Ann" ,1,5\n', "quote", 2),
        (HEADER + 'Ann,1,5\n"B\n\nob,1,5\n', "quote", 3),
        (HEADER + "Ann,1,5\nBob,1,5\nAnn,2,5\n", "duplicate", 4),
        (HEADER + 'Ann,1,5\n"Ann",1,5\n', "duplicate", 3),
        (HEADER + "Ann,1,5\x1aBob,1,5\n", "columns", 2),
        (HEADER + "Ann,1,5\nann,1,5\n", "duplicate", 3),
    ],
)
def test_a_broken_rule_is_refused_with_its_line(
    tmp_path: Path, text: str, code: str, line: int
) -> None:
    error = refused(tmp_path, text)
    assert error.code == f"people-file.{code}"
    assert f", line {line}" in error.message


def test_a_duplicate_names_the_first_line(tmp_path: Path) -> None:
    error = refused(tmp_path, HEADER + "Ann,1,5\nBob,1,5\nAnn,2,5\n")
    assert "'Ann' is on line 2 already" in error.message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (HEADER.encode(), "no-rows"),
        (HEADER.encode() + b"\n\n", "no-rows"),
        (HEADER.strip().encode(), "no-rows"),
        (b",;\t\n ,,\n", "empty"),
        (b"\x1a", "empty"),
        (HEADER.encode() + b",,\n", "no-rows"),
        ((HEADER + "Ann,1,5\n").encode("utf-16-le"), "utf8"),
        ((HEADER + "Ann,1,5\n").encode("utf-16-be"), "utf8"),
        ((HEADER + "Ann,1,5\n").encode("utf-16")[:-1], "utf8"),
        (b"PK\x03\x04\x14\x00", "utf8"),
        (HEADER.encode() + b"Jos\xe9,1,5\n", "utf8"),
        (HEADER.encode() + b"A\xc0\x80,1,5\n", "utf8"),
    ],
)
def test_files_without_people_are_refused(
    tmp_path: Path, data: bytes, code: str
) -> None:
    assert refused(tmp_path, data).code == f"people-file.{code}"


def test_the_line_of_a_wrong_byte_is_named(tmp_path: Path) -> None:
    data = HEADER.encode() + b"Ann,1,5\nJos\xe9,1,5\n"
    assert ", line 3: " in refused(tmp_path, data).message


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(InputError) as caught:
            read_people(path)
        assert caught.value.code == "people-file.unreadable"
        assert str(path) in caught.value.message
