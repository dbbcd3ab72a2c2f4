"""The vectors have the form that their JSON Schema states, and the schema can refuse."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from generators.write import CHAPTERS

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors"
SCHEMA = json.loads((ROOT / "specs" / "vectors.schema.json").read_text("utf-8"))
TWICE = {"terms": ("round-zero",)}
"""Names that two cases had before anybody looked; to rename one alters a vector."""


def _validate(document: object) -> None:
    """Check a document; that the schema is one has a test of its own."""
    Draft202012Validator(SCHEMA).validate(document)  # pyright: ignore[reportUnknownMemberType]


def _load(chapter: str) -> Any:  # noqa: ANN401 (whatever the file holds)
    return json.loads((VECTORS / f"{chapter}.json").read_text(encoding="utf-8"))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.thorough
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_file_has_the_form(chapter: str) -> None:
    document = _load(chapter)
    _validate(document)
    assert document["chapter"] == chapter
    cases = document["cases"]
    assert [case["tcId"] for case in cases] == list(range(1, len(cases) + 1))
    names = Counter(case["name"] for case in cases)
    repeated = tuple(name for name, times in names.items() if times > 1)
    assert repeated == TWICE.get(chapter, ())


BROKEN: tuple[tuple[str, Callable[[Any], object]], ...] = (
    ("another format", lambda d: d.update(format="fairlot-vectors/2")),
    ("a key too many", lambda d: d.update(version=1)),
    ("no description", lambda d: d.pop("description")),
    ("no cases", lambda d: d["cases"].clear()),
    ("a case without a sentence", lambda d: d["cases"][0].pop("comment")),
    ("a case without inputs", lambda d: d["cases"][0]["input"].clear()),
    ("a case that ends in nothing", lambda d: d["cases"][0].pop("output")),
    (
        "a case that ends in both",
        lambda d: d["cases"][0].update(refused={"code": "a.b"}),
    ),
    ("a code that is none", lambda d: d["cases"][-1].update(refused={"code": "wrong"})),
    ("a number with a point", lambda d: d["cases"][0]["input"].update(n=0.5)),
    ("a number that few can read", lambda d: d["cases"][0]["input"].update(n=2**53)),
    (
        "such a number further in",
        lambda d: d["cases"][0]["input"].update(n=[{"m": 2**53}]),
    ),
)


@pytest.mark.parametrize(
    "change", [row[1] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_what_has_another_form_is_refused(change: Callable[[Any], object]) -> None:
    document = _load("puzzle")
    _validate(document)
    change(document)
    with pytest.raises(ValidationError):
        _validate(document)


def test_the_readme_has_a_row_for_every_file() -> None:
    readme = (VECTORS / "README.md").read_text(encoding="utf-8")
    rows = [
        line.split("`")[1] for line in readme.splitlines() if line.startswith("| `")
    ]
    assert rows == [f"{chapter}.json" for chapter in CHAPTERS]
