"""Vectors of PEOPLE.csv; a part of chapter terms-file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fairlot.money import Currency
from generators.case import Raw

HEADER = "person,wants,deposit\n"
EUR, JPY, KWD = Currency("EUR", 2), Currency("JPY", 0), Currency("KWD", 3)
_LARGEST = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Row:
    """A file, and what is to be said of it."""

    name: str
    comment: str
    data: str | bytes
    code: str = ""
    """The rule that it breaks, if it is refused."""
    currency: Currency | None = None
    """What the terms say."""
    keep: Sequence[str] = ()
    """The same."""

    def inputs(self) -> Mapping[str, Raw]:
        """Return the inputs of its case."""
        key = "file" if isinstance(self.data, str) else "bytes"
        inputs: dict[str, Raw] = {"op": "people-file", key: self.data}
        if self.currency is not None:
            money = self.currency
            inputs["currency"] = {"code": money.code, "decimals": money.decimals}
        if self.keep:
            inputs["keep"] = self.keep
        return inputs


_PLAIN = f"{HEADER}Ann,1,5\nZoë,2,7\n"

ACCEPTED: Sequence[Row] = (
    Row(
        "three",
        "People stay in their order; names may hold what texts may.",
        f'{HEADER}Ann Lee,1,4500\n"Doe, Jane",2,{_LARGEST}\nZoë,0,0\n',
    ),
    Row(
        "columns",
        "An empty cell means none; 0 is a bid. Columns have no order.",
        "attr:region,person,solution,bid,wants,group,tier,attr:age,deposit\n"
        'FR,Ann,"a, b",7,1,we,gold,,5\n,Bob,,0,1,,,old,5\n,Cat,,,0,,,,0\n',
    ),
    Row(
        "steps",
        "A bid for quantities; an amount alone is for one unit.",
        "person,wants,deposit,bid\nAnn,800,5000,600@5;200@3\nBob,9,50,7\nCat,9,50,1@0\n"
        "Dan,8,99,1@8;1@7;1@6;1@5;1@4;1@3;1@2;1@1\n",
    ),
    Row("crlf", "A byte order mark, CR LF.", f"\ufeff{_PLAIN}".replace("\n", "\r\n")),
    Row("cr", "A CR alone ends a line.", _PLAIN.replace("\n", "\r")),
    Row("cr-cr-lf", "A CR before CR LF ends another.", _PLAIN.replace("\n", "\r\r\n")),
    Row("no-last-end", "The last line may have no end.", _PLAIN[:-1]),
    Row("control-z", "U+001A at the end is dropped.", f"{_PLAIN}\x1a\r\n\x1a"),
    Row("utf-16-le", "UTF-16 after FF FE.", b"\xff\xfe" + _PLAIN.encode("utf-16-le")),
    Row("utf-16-be", "UTF-16 after FE FF.", b"\xfe\xff" + _PLAIN.encode("utf-16-be")),
    Row(
        "empty-rows",
        "Rows without content are skipped, wherever they are.",
        f',,\n \t\n{HEADER}\nAnn,1,5\n,,\n"",\u00a0,\n,,,,\nZoë,2,7\n,,\n\n',
    ),
    Row(
        "empty-columns",
        "Cells of columns without a name are empty, or not there.",
        "person,,wants,deposit,,\nAnn,,1,5,,\nZoë,,2,7\n",
    ),
    Row(
        "blanks",
        "Blanks around cells are dropped, and case makes no column.",
        "\u00a0Person, WANTS ,\u3000Deposit\t\n Ann ,1\t, 5\n\u2003Zoë,2,7\n",
    ),
    Row("semicolons", "The first row tells the separator.", _PLAIN.replace(",", ";")),
    Row("tabs", "The first row tells the separator.", _PLAIN.replace(",", "\t")),
    Row("sep", "So does a line sep=.", f'\n"Sep=;",,\n;;\n{_PLAIN.replace(",", ";")}'),
    Row(
        "quoted",
        "Any cell may be quoted, behind blanks too.",
        '"person","wants","deposit"\n"Ann",  "1","5"\n "Lee, Bob",2,7\n',
    ),
    Row("quotes", "Marks inside are doubled.", f'{HEADER}"Jim ""Jimbo"" Doe",1,5\n"""",1,5\n'),
    Row("inner-quotes", "In other cells a mark is one.", f'{HEADER}A"n"n,1,5\n5" Bob,2,7\n'),
    Row("formula", "No text means anything to a reader.", f"{HEADER}=1+1,1,5\n"),
    Row("decomposed", "Texts are taken in NFC.", f"{HEADER}Zoe\u0308,1,5\n"),
    Row(
        "ids",
        "An id tells namesakes apart; others need none.",
        "id,person,wants,deposit\n7,Ann Lee,1,5\n,Bob,1,5\n8,ann lee,1,5\n",
    ),
    Row(
        "keep",
        "Columns of the seller are not read, whatever is in them.",
        'E-Mail,person,tier,wants,deposit,E-Mail\n\x00,Ann,"a\nb",1,5,x\n',
        keep=("e-mail", " TIER", "person"),
    ),
    Row(
        "look-alikes",
        "Letters of another script are other letters.",
        f"{HEADER}Zoe,1,5\nZоe,1,5\n",
    ),
    Row("reordering", "A name may reorder what is shown.", f"{HEADER}\u2068Ann\u2069,1,5\n"),
    Row(
        "currency",
        "With a currency an amount is in its units; wants is a count.",
        "person;wants;deposit;bid\nA;450;450;450,00\nB;1;450.5;0,50\n"
        "C;1;1.450,00;1,450.00\nD;1;1.234.567;1,234,567.89\nE;1;1 450;1'450.5\n"
        "F;1;1\u202f450,00;1\u00a0450\nG;1;€ 450;450 €\nH;1;EUR 450,00;1.450,5 eur\n"
        "I;1;10000.50;€ 1 450 EUR\n",
        currency=EUR,
    ),
    Row(
        "currency-without-decimals",
        "Without decimals three digits behind a mark are thousands.",
        f'{HEADER}A,1,1.450\nB,1,"1,450"\nC,1,"¥1,450"\n',
        currency=JPY,
    ),
    Row(
        "currency-of-three-decimals",
        "With three decimals a point is one, as parse reads it.",
        f'{HEADER}A,1,1.450\nB,1,"1,450.5"\nC,1,kwd 1.450\nD,1,"1450,250"\n',
        currency=KWD,
    ),
    Row(
        "largest-of-currency",
        "The greatest amount is a uint64 of smallest units.",
        f"{HEADER}A,{_LARGEST},184467440737095516.15\n",
        currency=EUR,
    ),
)  # fmt: skip

_FILES: Sequence[tuple[str, str, str, str | bytes]] = (
    ("empty", "A file says something.", "empty", ""),
    ("nothing", "Blanks and line ends say nothing.", "empty", "\ufeff \r\n"),
    ("commas", "Nor do separators.", "empty", ',,\n;;\n""\n'),
    ("no-rows", "Somebody is on the list.", "no-rows", HEADER),
    ("no-rows-but-empty", "Empty rows are nobody.", "no-rows", f"{HEADER},,\n\n,,\n"),
    ("latin-1", "The file is UTF-8; line 3 is not.", "utf8",
     f"{HEADER}Ann,1,5\n".encode() + b"Jos\xe9,1,5\n"),
    ("latin-1-cr", "Lines end in CR too.", "utf8",
     f"{HEADER}Ann,1,5\n".replace("\n", "\r").encode() + b"Jos\xe9,1,5\r"),
    ("overlong", "UTF-8 has one form.", "utf8", HEADER.encode() + b"A\xc0\x80,1,5\n"),
    ("utf-16-unmarked", "UTF-16 begins with a mark.", "utf8", _PLAIN.encode("utf-16-le")),
    ("utf-16-half", "UTF-16 has units of 16 bits.", "utf8",
     b"\xff\xfe" + _PLAIN.encode("utf-16-le") + b"A"),
    ("utf-16-surrogate", "A surrogate has a partner.", "utf8",
     b"\xfe\xff" + HEADER.encode("utf-16-be") + b"\xd8\x00\x00A"),
    ("workbook", "A workbook is no text.", "utf8", b"PK\x03\x04" + HEADER.encode()),
    ("next-line", "U+0085 ends no line.", "columns", f"{HEADER}Ann,1,5\x85Bob,1,5\n"),
    ("control-z-inside", "U+001A is dropped at the end only.", "person",
     f"{HEADER}Ann\x1a,1,5\n"),
)  # fmt: skip
_HEADERS: Sequence[tuple[str, str, str, str]] = (
    ("bars", "separator", "person|wants|deposit", "Ann|1|5"),
    ("other-sep", "separator", "sep=;\nperson,wants,deposit", "Ann,1,5"),
    ("unknown-sep", "separator", "sep=|\nperson|wants|deposit", "Ann|1|5"),
    ("two-separators", "header", "person,wants;deposit", "Ann,1;5"),
    ("short", "header", "person,wants", "Ann,1"),
    ("absent", "header", "Ann,1,5", "Bob,1,5"),
    ("accent", "header", "pérson,wants,deposit", "Ann,1,5"),
    ("unknown", "header", "person,wants,deposit,bids", "Ann,1,5,7"),
    ("own", "header", "email,person,wants,deposit", "a@x.example,Ann,1,5"),
    ("twice", "header", "person,wants,deposit,bid,Bid", "Ann,1,5,7,7"),
    ("person-twice", "header", "person,wants,deposit,person", "Ann,1,5,Ann"),
    ("attribute-twice", "header", "person,wants,deposit,attr:a,attr:A", "Ann,1,5,x,x"),
    ("attribute-unnamed", "attribute", "person,wants,deposit,attr:", "Ann,1,5,x"),
    ("attribute-accent", "attribute", "person,wants,deposit,attr:é", "Ann,1,5,x"),
    (
        "attribute-long",
        "attribute",
        f"person,wants,deposit,attr:{'a' * 33}",
        "Ann,1,5,x",
    ),
    ("quote", "quote", '"person"s,wants,deposit', "Ann,1,5"),
)
_ROWS: Sequence[tuple[str, str, str, str]] = (
    ("two-cells", "A row has a cell a column.", "columns", "Ann,1"),
    ("four-cells", "A row is no longer than the first.", "columns", "Ann,1,5,"),
    ("unquoted-comma", "A comma separates.", "columns", "Doe, Jane,1,5"),
    ("other-separator", "A file has one separator.", "columns", "Ann,1,5\nBob;1;5"),
    ("open-quote", "A quoted cell ends.", "quote", '"Ann,1,5'),
    ("open-quote-later", "A row begins where it begins.", "quote", 'Ann,1,5\n"B\n\nob,1,5'),
    ("quote-then-more", "A cell is quoted as a whole.", "quote", '"A"nn,1,5'),
    ("quote-then-blank", "A cell is quoted as a whole.", "quote", '"Ann" ,1,5'),
    ("line-in-quotes", "No line break in a text.", "person", '"A\nnn",1,5'),
    ("no-name", "A person has a name.", "person", ",1,5"),
    ("escape", "No control character.", "person", "A\x1b[31m,1,5"),
    ("unassigned", "Unicode 14.0 assigns it.", "person", "A\u0378,1,5"),
    ("long-name", "At most 200 bytes.", "person", f"{'é' * 101},1,5"),
    ("unseen", "A name can be seen.", "person", "\u200b,1,5"),
    ("unseen-blank", "A name can be seen.", "person", "\u2800\u3164,1,5"),
    ("no-number", "An empty cell is no number.", "number", "Ann,,5"),
    ("leading-zero", "0 or no leading zero.", "number", "Ann,01,5"),
    ("sign", "No sign.", "number", "Ann,+1,5"),
    ("point", "No point.", "number", "Ann,1,5.0"),
    ("decimal-comma", "No comma.", "number", 'Ann,1,"450,00"'),
    ("thousands", "No groups.", "number", 'Ann,1,"45,000"'),
    ("euro", "No sign of a currency.", "number", "Ann,1,450 €"),
    ("exponent", "No exponent.", "number", "Ann,1,4.5E+04"),
    ("underscore", "No underscore.", "number", "Ann,1_0,5"),
    ("other-digits", "ASCII digits.", "number", "Ann,\uff11,5"),
    ("wants-large", "wants is a uint64.", "range", f"Ann,{_LARGEST + 1},5"),
    ("deposit-large", "deposit is a uint64.", "range", f"Ann,1,{_LARGEST + 1}"),
    ("first-by-line", "The first by line is reported.", "number", "Ann,1,5\nBob,1,x\nAnn,1,5"),
    ("first-in-row", "In a row, by the steps.", "person", ",x,y"),
    ("namesakes", "A person has one row.", "duplicate", "Ann,1,5\nBob,1,5\nAnn,2,5"),
    ("quoted-namesake", "Quotes make no other name.", "duplicate", 'Ann,1,5\n"Ann",1,5'),
    ("other-case", "Nor does case.", "duplicate", "Zoë Weiß,1,5\nZOË WEISS,1,5"),
    ("other-blanks", "Nor do blanks.", "duplicate", "Ann Lee,1,5\nAnn\u00a0 Lee,1,5"),
    ("not-seen", "Nor does what cannot be seen.", "duplicate", "Ann,1,5\nA\u00adnn\u200b,1,5"),
    ("other-form", "Nor does a normal form.", "duplicate", "Zoë,1,5\nZoe\u0308,1,5"),
    ("other-width", "Nor do compatible letters.", "duplicate", "Ann,1,5\nＡｎｎ,1,5"),
)  # fmt: skip
_CELLS: Sequence[tuple[str, str, str, str]] = (
    ("bid-negative", "number", "bid", "-1"),
    ("bid-large", "range", "bid", str(_LARGEST + 1)),
    ("steps-equal", "bid", "bid", "6@5;2@5"),
    ("steps-rising", "bid", "bid", "6@5;2@6"),
    ("steps-of-nothing", "bid", "bid", "0@5"),
    ("steps-bare", "bid", "bid", "6@5;2"),
    ("steps-end", "bid", "bid", "6@5;"),
    ("steps-nine", "bid", "bid", "1@9;1@8;1@7;1@6;1@5;1@4;1@3;1@2;1@1"),
    ("steps-priceless", "number", "bid", "6@"),
    ("steps-uncounted", "number", "bid", "@5"),
    ("steps-twice", "number", "bid", "6@5@4"),
    ("steps-blank", "number", "bid", "6 @5"),
    ("steps-large", "range", "bid", f"{_LARGEST + 1}@5"),
    ("group-separator", "text", "group", "a\u2028b"),
    ("tier-control", "text", "tier", "a\x00"),
    ("solution-unassigned", "text", "solution", "e\u0301\u0378"),
    ("attribute-line", "text", "attr:a", '"a\nb"'),
    ("nameless", "columns", "", "x"),
    ("id-unseen", "person", "id", "\u2060"),
    ("id-control", "person", "id", "a\x07"),
)
_IDS: Sequence[tuple[str, str, str]] = (
    ("id-twice", "An id names one person.", "7,Ann,1,5\n7,Bob,1,5"),
    ("id-other-case", "Ids compare as names do.", "a7,Ann,1,5\nA7,Bob,1,5"),
    ("id-of-one", "Namesakes have an id each.", "7,Ann,1,5\n,Ann,1,5"),
    ("id-of-the-other", "Namesakes have an id each.", ",Ann,1,5\n7,ann,1,5"),
    ("id-is-a-name", "What names one person names no other.", ",Bob,1,5\nbob,Ann,1,5"),
)
_AMOUNTS: Sequence[tuple[str, Currency, str, str]] = (
    ("ambiguous-point", EUR, "number", "1.450"),
    ("ambiguous-comma", EUR, "number", "1,450"),
    ("ambiguous-sign", EUR, "number", "€ 450.125"),
    ("ambiguous-of-three", KWD, "number", "1,450"),
    ("decimals", EUR, "number", "450.1234"),
    ("decimals-of-none", JPY, "number", "450.5"),
    ("other-sign", EUR, "number", "450 $"),
    ("other-code", EUR, "number", "CHF 450"),
    ("two-signs", EUR, "number", "€€ 450"),
    ("percent", EUR, "number", "45 %"),
    ("negative", EUR, "number", "-450"),
    ("parentheses", EUR, "number", "(450)"),
    ("dash", EUR, "number", "-"),
    ("bare-point", EUR, "number", ".50"),
    ("point-at-end", EUR, "number", "450."),
    ("leading-zero", EUR, "number", "0450"),
    ("exponent", EUR, "number", "4.5E+04"),
    ("groups-of-two", EUR, "number", "1,45,000"),
    ("group-from-zero", EUR, "number", "0.450.000"),
    ("mixed-groups", EUR, "number", "1.450 000"),
    ("one-mark-for-both", EUR, "number", "1.450.00"),
    ("empty", EUR, "number", ""),
    ("large", EUR, "range", "184467440737095516.16"),
    ("large-units", EUR, "range", str(_LARGEST)),
    ("large-groups", JPY, "range", "18.446.744.073.709.551.616"),
)


def _row(name: str, rule: str, code: str, file: str | bytes) -> Row:
    why = "A list is read strictly; nobody may be counted twice or for another amount."
    return Row(name, f"{rule} {why}", file, f"people-file.{code}")


def _amount(name: str, currency: Currency, code: str, cell: str) -> Row:
    file = f'{HEADER}Ann,1,5\nBob,1,"{cell}"\n'
    row = _row(f"amount-{name}", "An amount means one thing only.", code, file)
    return replace(row, currency=currency)


REFUSED: Sequence[Row] = (
    *(_row(*row) for row in _FILES),
    *(
        _row(f"header-{name}", "The columns are known.", code, f"{header}\n{row}\n")
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
    *(
        _row(name, rule, "duplicate", f"id,{HEADER}{rows}\n")
        for name, rule, rows in _IDS
    ),
    *(_amount(*row) for row in _AMOUNTS),
    replace(
        _row(
            "count-with-currency",
            "wants is a count, whatever the currency.",
            "number",
            f"{HEADER}Ann,1.00,5\n",
        ),
        currency=EUR,
    ),
    replace(
        _row(
            "keep-another",
            "A column is kept by its own name.",
            "header",
            f"{HEADER.strip()},email\nAnn,1,5,x\n",
        ),
        keep=("e-mail",),
    ),
)
"""Files that must be refused."""
