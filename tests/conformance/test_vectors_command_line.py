"""A consumer of the published vectors of the commands."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from command import Ran, fairlot
from fairlot.text import Json

FILE = Path(__file__).parents[1] / "vectors" / "command-line.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_bytes())
CASES: list[dict[str, Any]] = DOCUMENT["cases"]
SENTENCES = {
    *("message", "notices", "not_checked", "remedy", "rule", "sentence", "why"),
    "withholding",
}

Case = dict[str, Any]


def run(folder: Path, case: Case) -> list[Ran]:
    for name, text in case["input"]["files"].items():
        (folder / name).write_text(text, encoding="utf-8")
    return [fairlot(*words, cwd=folder) for words in case["input"]["commands"]]


def kept(value: Json) -> Json:
    if isinstance(value, Mapping):
        left_out = {*SENTENCES, *(["title"] if "reached" in value else ())}
        return {k: kept(v) for k, v in value.items() if k not in left_out}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [kept(item) for item in value]
    return value


@pytest.mark.thorough
@pytest.mark.parametrize(
    "case", [c for c in CASES if "output" in c], ids=lambda case: str(case["name"])
)
def test_commands_end_as_published(case: Case, tmp_path: Path) -> None:
    ended, expected = run(tmp_path, case), case["output"]
    assert [ran.code for ran in ended] == [end["exit"] for end in expected["ended"]]
    for ran, end in zip(ended, expected["ended"], strict=True):
        if "json" in end:
            assert kept(json.loads(ran.out)) == end["json"]
        if "text" in end:
            assert ran.out == end["text"]
    left = {
        path.relative_to(tmp_path).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert left == expected["files"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "case", [c for c in CASES if "refused" in c], ids=lambda case: str(case["name"])
)
def test_refusals_begin_with_their_code(case: Case, tmp_path: Path) -> None:
    last = run(tmp_path, case)[-1]
    assert last.code == 2
    assert last.out == ""
    (line,) = last.err.splitlines()
    assert line.startswith(f"fairlot: {case['refused']['code']}: ")


def test_the_description_names_what_is_left_out() -> None:
    for name in SENTENCES:
        assert name in DOCUMENT["description"]
