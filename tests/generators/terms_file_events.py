"""Vectors of EVENTS.csv; a part of chapter terms-file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generators.case import Raw

PEOPLE = "person,id,wants,deposit\nAnn Lee,,1,5\nBob,7,1,5\nBob,8,1,5\n"
HEADER = "when,person,event\n"


@dataclass(frozen=True, slots=True)
class Happening:
    """A file, and what is to be said of it."""

    name: str
    comment: str
    data: str | bytes
    code: str = ""
    """The rule that it breaks, if it is refused."""

    def inputs(self) -> Mapping[str, Raw]:
        """Return the inputs of its case."""
        key = "file" if isinstance(self.data, str) else "bytes"
        return {"op": "events-file", key: self.data, "people": PEOPLE}


_PLAIN = f"{HEADER}open,Ann Lee,sell-identity\n3,7,re-verify\n"

ACCEPTED: Sequence[Happening] = (
    Happening("two", "A phase, and a number of epochs; a name, and an id.", _PLAIN),
    Happening(
        "all",
        "Every event, every phase, and the greatest number.",
        f"{HEADER}announced,8,lose-device\nopen,8,steal-device\ncommit,8,sell-identity\n"
        "seal,8,re-verify\nreveal,8,contest\nresult,8,renew\ncollecting,8,stay-away\n"
        "redrawing,8,renew\nlocked,8,leave\nunlocked,7,renew\n0,7,renew\n999999999,7,renew\n",
    ),
    Happening(
        "as-people-write",
        "Case, blanks, columns in another order, semicolons, CR LF and UTF-16.",
        b"\xff\xfe"
        + "Event; PERSON ;When\r\n Re-Verify;ann  lee; Open\r\n;;\r\n".encode(
            "utf-16-le"
        ),
    ),
    Happening("comma", "A quoted cell.", f'{HEADER}"open","Ann Lee",renew\n'),
)

_ROWS: Sequence[tuple[str, str, str, str]] = (
    ("marker", "A phase is named, not its marker.", "when", "RESULT_,7,renew"),
    ("empty-phase", "Nothing happens before the sale.", "when", "empty,7,renew"),
    ("void", "A void sale is no time of the rehearsal.", "when", "void,7,renew"),
    ("no-when", "Every row says when.", "when", ",7,renew"),
    ("negative", "A number of epochs has digits only.", "when", "-1,7,renew"),
    ("zero-before", "A number has no leading zero.", "when", "01,7,renew"),
    ("fraction", "An epoch is whole.", "when", "1.5,7,renew"),
    ("digits", "Digits are those of ASCII.", "when", "\u0663,7,renew"),
    ("too-many-digits", "At most nine digits.", "when", "1000000000,7,renew"),
    ("stranger", "The person is on the list.", "person", "open,Carl,renew"),
    ("namesake", "Where there are ids, they name people.", "person", "open,Bob,renew"),
    ("nobody", "Every row says who.", "person", "open,,renew"),
    ("unknown", "The event is known.", "event", "open,7,sell"),
    ("nothing", "Every row says what.", "event", "open,7,"),
    ("few", "A row has a cell for each column.", "columns", "open,7"),
    ("many", "A row has no more cells than columns.", "columns", "open,7,renew,x"),
    ("quote", "A quotation mark ends where it began.", "quote", 'open,"7,renew'),
)
_FILES: Sequence[tuple[str, str, str, str | bytes]] = (
    (
        "latin-1",
        "The file is UTF-8.",
        "utf8",
        b"when,person,event\nopen,Zo\xeb,renew\n",
    ),
    ("empty", "There is something in it.", "empty", "\n,,\n"),
    ("only-header", "There is a row.", "no-rows", HEADER),
    (
        "bar",
        "Columns are separated by one of three.",
        "separator",
        "when|person|event\n",
    ),
    ("no-event", "Every column is there.", "header", "when,person\nopen,7\n"),
    (
        "extra",
        "No other column is there.",
        "header",
        f"note,{HEADER}x,open,7,renew\n",
    ),
    (
        "twice",
        "No column is there twice.",
        "header",
        "when,when,person,event\n1,1,7,renew\n",
    ),
    (
        "nameless",
        "What has content has a name.",
        "columns",
        "when,person,event,\n1,7,renew,x\n",
    ),
)

REFUSED: Sequence[Happening] = (
    *(
        Happening(n, rule, data, f"events-file.{code}")
        for n, rule, code, data in _FILES
    ),
    *(
        Happening(n, rule, f"{HEADER}open,7,renew\n{row}\n", f"events-file.{code}")
        for n, rule, code, row in _ROWS
    ),
)
