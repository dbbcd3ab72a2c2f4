"""Vectors of PEOPLE.csv; a part of chapter terms-file."""

from collections.abc import Sequence

HEADER = "person,wants,deposit\n"
_LARGEST = 2**64 - 1

ACCEPTED: Sequence[tuple[str, str, str]] = (
    (
        "three",
        "People stay in their order; names may hold what texts may.",
        f'{HEADER}Ann Lee,1,4500\n"Doe, Jane",2,{_LARGEST}\nZoë,0,0\n',
    ),
    (
        "columns",
        "An empty cell means none; 0 is a bid. Attributes have no order.",
        ("person,wants,deposit,attr:region,solution,bid,group,tier,attr:age\n"
        'Ann,1,5,FR,"a, b",7,we,gold,\nBob,1,5,,,0,,,old\nCat,0,0,,,,,,\n'),
    ),
    ("crlf", "A byte order mark, CR LF.", f"\ufeff{HEADER}Ann,1,5\n".replace("\n", "\r\n")),
    ("no-last-end", "The last line may have no end.", f"{HEADER}Ann,1,5"),
    ("empty-end", "Empty lines at the end are skipped.", f"{HEADER}Ann,1,5\n\n\n"),
    ("quoted", "Any field may be quoted.", '"person","wants","deposit"\n"Ann","1","5"\n'),
    ("quotes", "Marks inside are doubled.", f'{HEADER}"Jim ""Jimbo"" Doe",1,5\n"""",1,5\n'),
    ("formula", "No text means anything to a reader.", f"{HEADER}=1+1,1,5\n"),
)  # fmt: skip

Row = tuple[str, str, str, str | bytes]
"""Name, rule, code, file."""

_FILES: Sequence[tuple[str, str, str, str | bytes]] = (
    ("empty", "A file says something.", "empty", ""),
    ("blanks", "Blanks and line ends say nothing.", "empty", "\ufeff \r\n"),
    ("no-rows", "Somebody is on the list.", "no-rows", HEADER),
    ("latin-1", "The file is UTF-8; line 3 is not.", "utf8",
     f"{HEADER}Ann,1,5\n".encode() + b"Jos\xe9,1,5\n"),
    ("overlong", "UTF-8 has one form.", "utf8", HEADER.encode() + b"A\xc0\x80,1,5\n"),
    ("cr", "Lines end in LF or CR LF.", "line-end", f"{HEADER}Ann,1,5\rBob,1,5\n"),
    ("cr-cr-lf", "A CR before CR LF stands alone.", "line-end", f"{HEADER}Ann,1,5\r\r\n"),
    ("next-line", "U+0085 ends no line.", "columns", f"{HEADER}Ann,1,5\x85Bob,1,5\n"),
)  # fmt: skip
_HEADERS: Sequence[tuple[str, str, str, str]] = (
    ("semicolons", "separator", "person;wants;deposit", "Ann;1;5"),
    ("tabs", "separator", "person\twants\tdeposit", "Ann\t1\t5"),
    ("upper-case", "header", "Person,Wants,Deposit", "Ann,1,5"),
    ("blank", "header", "person, wants,deposit", "Ann,1,5"),
    ("order", "header", "wants,person,deposit", "1,Ann,5"),
    ("short", "header", "person,wants", "Ann,1"),
    ("unknown", "header", "person,wants,deposit,bids", "Ann,1,5,7"),
    ("twice", "header", "person,wants,deposit,bid,bid", "Ann,1,5,7,7"),
    ("empty-column", "header", "person,wants,deposit,", "Ann,1,5,"),
    ("attribute-twice", "header", "person,wants,deposit,attr:a,attr:a", "Ann,1,5,x,x"),
    ("attribute-unnamed", "attribute", "person,wants,deposit,attr:", "Ann,1,5,x"),
    ("attribute-upper-case", "attribute", "person,wants,deposit,attr:A", "Ann,1,5,x"),
    (
        "attribute-long",
        "attribute",
        f"person,wants,deposit,attr:{'a' * 33}",
        "Ann,1,5,x",
    ),
)
_ROWS: Sequence[tuple[str, str, str, str]] = (
    (
        "blank-line",
        "Lines between rows are no rows.",
        "blank-line",
        "Ann,1,5\n\nBob,1,5",
    ),
    ("blank-at-end", "A line with a blank is not empty.", "columns", "Ann,1,5\n "),
    ("two-columns", "A row has all columns.", "columns", "Ann,1"),
    ("four-columns", "A row has no more columns.", "columns", "Ann,1,5,"),
    ("unquoted-comma", "A comma separates.", "columns", "Doe, Jane,1,5"),
    ("open-quote", "A quote ends in its line.", "quote", '"Ann,1,5'),
    ("inner-quote", "A field is quoted as a whole.", "quote", 'A"n"n,1,5'),
    ("quote-then-more", "A field is quoted as a whole.", "quote", '"A"nn,1,5'),
    ("line-in-quotes", "A row is one line.", "quote", '"A\nnn",1,5'),
    ("no-name", "A person has a name.", "person", ",1,5"),
    ("outer-blank", "No outer blank.", "person", " Ann,1,5"),
    ("escape", "No control character.", "person", "A\x1b[31m,1,5"),
    ("not-nfc", "Names are in NFC.", "person", "e\u0301,1,5"),
    ("unassigned", "Unicode 14.0 assigns it.", "person", "A\u0378,1,5"),
    ("long-name", "At most 200 bytes.", "person", f"{'é' * 101},1,5"),
    ("no-number", "An empty cell is no number.", "number", "Ann,,5"),
    ("leading-zero", "0 or no leading zero.", "number", "Ann,01,5"),
    ("sign", "No sign.", "number", "Ann,+1,5"),
    ("point", "No point.", "number", "Ann,1,5.0"),
    ("underscore", "No underscore.", "number", "Ann,1_0,5"),
    ("other-digits", "ASCII digits.", "number", "Ann,\uff11,5"),
    ("blank-in-number", "No blank.", "number", "Ann,1 ,5"),
    ("wants-large", "wants is a uint64.", "range", f"Ann,{_LARGEST + 1},5"),
    ("deposit-large", "deposit is a uint64.", "range", f"Ann,1,{_LARGEST + 1}"),
    ("namesakes", "A person has one row.", "duplicate", "Ann,1,5\nBob,1,5\nAnn,2,5"),
    (
        "quoted-namesake",
        "Quotes make no other name.",
        "duplicate",
        'Ann,1,5\n"Ann",1,5',
    ),
)
_CELLS: Sequence[tuple[str, str, str, str]] = (
    ("bid-negative", "number", "bid", "-1"),
    ("bid-large", "range", "bid", str(_LARGEST + 1)),
    ("group-blank", "text", "group", " a"),
    ("tier-control", "text", "tier", "a\x00"),
    ("solution-not-nfc", "text", "solution", "e\u0301"),
    ("attribute-blank", "text", "attr:a", "a "),
)


def _row(name: str, rule: str, code: str, file: str | bytes) -> Row:
    why = "A list is read strictly; nobody may be counted twice or for another amount."
    return name, f"{rule} {why}", f"people-file.{code}", file


REFUSED: Sequence[Row] = (
    *(_row(*row) for row in _FILES),
    *(
        _row(f"header-{name}", "The header is exactly so.", code, f"{header}\n{row}\n")
        for name, code, header, row in _HEADERS
    ),
    *(_row(name, rule, code, f"{HEADER}{rows}\n") for name, rule, code, rows in _ROWS),
    *(
        _row(
            name,
            "A cell has the form of its column.",
            code,
            f"{HEADER.strip()},{column}\nAnn,1,5,\nBob,1,5,{cell}\n",
        )
        for name, code, column, cell in _CELLS
    ),
)
"""Files that must be refused."""
