"""What the sellers of rehearsals hand over, in the vectors; a part of chapter rehearsal."""

from collections.abc import Sequence

FOUR_CODES = "AB-1\nAB-2\nAB-3\nAB-4\n"

ITEMS: Sequence[tuple[str, str, str | None]] = (
    (
        "items",
        "Each winner opens the code that was promised for the unit; one stays unsold.",
        None,
    ),
    (
        "items-and-events",
        (
            "An identity is sold and taken back: its person opens the code. Another is never "
            "taken back, and a third claims with nobody's keys: nothing is delivered."
        ),
        (
            "announced,Ann,sell-identity\ncommit,Bob,steal-device\ncommit,Cleo,lose-device\n"
            "2,Ann,re-verify\n"
        ),
    ),
)

REFUSED_ITEMS: Sequence[tuple[str, str, str, str]] = (
    (
        "items-too-few",
        "There is an item for each unit for sale: somebody might get nothing.",
        "count",
        "AB-1\nAB-2\nAB-3\n",
    ),
    (
        "items-too-many",
        "There are no more items than units: they may be those of another sale.",
        "count",
        f"{FOUR_CODES}AB-5\n",
    ),
    (
        "items-twice",
        "No two items are equal: two people would get one.",
        "twice",
        "AB-1\nAB-2\nAB-3\nAB-1\n",
    ),
    (
        "items-blank",
        "An empty line between items is none.",
        "text",
        "AB-1\nAB-2\n\nAB-4\n",
    ),
    ("items-none", "A list of items holds one at least.", "empty", "\n"),
)
