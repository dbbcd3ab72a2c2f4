"""Writes the hash of the page into its chapter: ``python tests/support/page_hash.py``."""

import re
from pathlib import Path

from fairlot.page.assembly import page

CHAPTER = Path(__file__).parents[2] / "specs" / "page.md"


def main() -> None:
    """Write it, in the place of the former one."""
    text = CHAPTER.read_text(encoding="utf-8")
    found = re.sub(r"(?m)^  [0-9a-f]{64}$", f"  {page().sha256}", text, count=1)
    CHAPTER.write_text(found, encoding="utf-8")


if __name__ == "__main__":
    main()
