"""tests/EXTERNAL.md names every external file that is read, with its hash."""

import hashlib
import re
from pathlib import Path

from external import external_roots

TABLE = Path(__file__).parents[1] / "EXTERNAL.md"
ROW = re.compile(r"^\| `(?P<file>[^`]+)` \| .+ \| `(?P<hash>[0-9a-f]{64})` \|$")


def listed() -> dict[str, str]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(ROW.match, lines) if row]
    table = {row["file"]: row["hash"] for row in rows}
    assert len(table) == len(rows), "a file is listed twice"
    return table


def test_table_is_not_empty_and_its_rows_are_sorted_within_their_folder() -> None:
    files = list(listed())
    assert len(files) > 150
    folders = list(dict.fromkeys(name.split("/")[0] for name in files))
    assert folders == sorted(folders)
    assert files == [f for folder in folders for f in sorted(files) if in_(f, folder)]


def in_(file: str, folder: str) -> bool:
    return file.split("/", maxsplit=1)[0] == folder


def test_every_external_file_is_listed_with_its_hash() -> None:
    """What was collected: a folder may be missing, but no file of a folder that is there."""
    present = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for root in external_roots()
        for path in root.rglob("*")
        if path.is_file() and path != root / "README.md"
    }
    folders = {name.split("/")[0] for name in present}
    rows = listed().items()
    assert present == {
        name: value for name, value in rows if name.split("/")[0] in folders
    }
