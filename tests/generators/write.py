"""Writes fairlot's vectors into a folder, and compares a folder with them.

A folder holds one file a chapter, ``<chapter>.json`` (specs/vectors.md).
"""

import json
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any, cast

from fairlot_crypto.durable import write_file
from generators.case import Chapter

CHAPTERS = (
    "notation",
    "groups",
    "bbs",
    "batch",
    "committee",
    "key-generation",
    "uniqueness-tag",
    "delay",
    "drand",
    "tlock",
    "log",
    "tiles",
    "terms",
    "board",
    "identity",
    "life",
    "credential",
    "winner-audit",
    "puzzle",
    "deposit",
    "claims",
    "beacon",
    "allocation",
    "quadratic",
    "lottery",
    "points",
    "auction",
    "tiers",
    "lapses",
    "choices",
    "odds",
    "check",
    "settlement",
    "money",
    "delivery",
    "door",
    "sale",
    "audit",
    "terms-file",
    "rehearsal",
    "command-line",
    "issuer",
    "attesters",
    "verdicts",
    "wallet",
    "service",
)
"""Chapters, in the order in which the specification is read.

Each is a module of this package, with ``_`` for ``-``. They are imported where they are
asked for: their constants choose the back-end.
"""


def write_vectors(folder: Path) -> tuple[Path, ...]:
    """Write the files of all chapters, and return them.

    Args:
        folder: created where it is not there; other files in it are left alone.

    Raises:
        OSError: as the system says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_write(folder, chapter) for chapter in _made())


def check_vectors(folder: Path) -> tuple[str, ...]:
    """Make all chapters anew, and say where ``folder`` differs from them.

    Returns:
        One sentence a file that differs, is missing or is no chapter's; none where the
        folder holds what ``write_vectors`` would write.

    Raises:
        OSError: where ``folder`` is none, or cannot be read.
    """
    if not folder.is_dir():
        raise NotADirectoryError(None, "not a folder")
    found = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    return tuple(_differences(found, _made()))


def _made() -> Iterator[Chapter]:
    for name in CHAPTERS:
        module = import_module(f"generators.{name.replace('-', '_')}")
        yield cast("Callable[[], Chapter]", module.chapter)()


def _write(folder: Path, chapter: Chapter) -> Path:
    path = folder / _file_name(chapter)
    write_file(path, chapter.to_json())
    return path


def _file_name(chapter: Chapter) -> str:
    return f"{chapter.name}.json"


def _differences(found: dict[str, bytes], made: Iterable[Chapter]) -> Iterator[str]:
    left = dict(found)
    for chapter in made:
        name = _file_name(chapter)
        data, expected = left.pop(name, None), chapter.to_json()
        if data is None:
            yield f"{name} is missing"
        elif data != expected:
            yield f"{name}: {_first_difference(data, expected)}"
    for name in sorted(left):
        yield f"{name} belongs to no chapter"


def _first_difference(data: bytes, expected: bytes) -> str:
    """Name the first case that differs, or else the first byte."""
    for wanted, found in zip_longest(_cases(expected), _cases(data)):
        if wanted != found:
            return f"case {_name(wanted or found)} differs"
    pairs = enumerate(zip_longest(expected, data))
    offset = next(offset for offset, (wanted, found) in pairs if wanted != found)
    return f"byte {offset} differs"


def _cases(data: bytes) -> list[Any]:
    try:
        return list(json.loads(data)["cases"])
    except (ValueError, KeyError, TypeError):
        return []


def _name(case: Any) -> str:  # noqa: ANN401 (JSON that anybody may have changed)
    if isinstance(case, dict) and {"tcId", "name"} <= case.keys():
        return f"{case['tcId']} ({case['name']})"
    return json.dumps(case)
