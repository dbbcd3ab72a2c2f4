"""Prints the table of ``fairlot.assigned`` anew: run it with a Python of Unicode 14.0.

``python3.11 tests/support/assigned_runs.py`` prints the lengths of the runs.
"""

import sys
import textwrap
import unicodedata
from collections.abc import Iterator
from itertools import groupby

WANTED = "14.0.0"


def runs() -> Iterator[int]:
    """Yield lengths: code points that are not assigned, that are, that are not, and so on."""
    assigned = (unicodedata.category(chr(c)) != "Cn" for c in range(sys.maxunicode + 1))
    yield 0
    for _, same in groupby(assigned):
        yield sum(1 for _ in same)


def main() -> int:
    """Print the table."""
    if unicodedata.unidata_version != WANTED:
        print(f"this Python knows Unicode {unicodedata.unidata_version}, not {WANTED}")
        return 1
    table = " ".join(f"{length:x}" for length in runs())
    print("\n".join(textwrap.wrap(table, 88)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
