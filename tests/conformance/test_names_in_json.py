"""What is printed for machines has exactly the names that the chapters list."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from command import SEED, fairlot, write_inputs
from fairlot.audit.inspection import EntryFacts, NymFacts, PoolFacts

ROOT = Path(__file__).parents[2]

_NAME = re.compile(r"`([a-z_]+)`")


def chapter(name: str) -> str:
    return (ROOT / "specs" / f"{name}.md").read_text(encoding="utf-8")


def named_between(text: str, start: str, end: str) -> set[str]:
    """Return the names in a part of a chapter: those of a table, or of a sentence."""
    part = text[(begin := text.index(start)) : text.index(end, begin + len(start))]
    rows = [row.split("|")[1] for row in part.splitlines() if row.startswith("| ")]
    return set(_NAME.findall("".join(rows) or part))


FACTS = {
    "equal-share": ("allocation", "The facts are `supply`", "\n\n"),
    "quadratic": ("quadratic", "The certificate is:", "6. If"),
    "auction": ("auction", "5. Facts:", "6. Odds"),
    "certain": ("auction", "8. Facts:", "9. Odds"),
    "lottery": ("lottery", "### 9.1.", "## 10."),
    "tiers": ("tiers", "*Facts*:", "*Odds.*"),
    "points": ("points", "The facts (allocation.md", "\n\n"),
}


def facts_of_vectors() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield mechanism and facts of every pool in the vectors of whole sales."""
    data = (ROOT / "tests" / "vectors" / "allocation.json").read_bytes()
    for case in json.loads(data)["cases"]:
        if case["input"]["op"] == "sale" and "output" in case:
            pools = zip(case["input"]["pools"], case["output"]["pools"], strict=True)
            for pool, result in pools:
                special = (each for each in ("certain", "points") if pool.get(each))
                kind = next(special, pool["mechanism"])
                yield kind, result["certificate"]


@pytest.mark.thorough
@pytest.mark.parametrize("mechanism", FACTS)
def test_facts_have_the_names_of_their_chapter(mechanism: str) -> None:
    name, start, end = FACTS[mechanism]
    listed = named_between(chapter(name), start, end)
    found = [facts for kind, facts in facts_of_vectors() if kind == mechanism]
    assert found
    for facts in found:
        nested = [key for each in facts.get("tiers", ()) for key in each]
        assert {*facts, *nested} == listed


def test_inspection_has_the_names_of_its_chapter(tmp_path: Path) -> None:
    text = chapter("command-line")
    part = text[text.index("With `--json`:") : text.index("## 5 ")]
    row_of = r"^\| (a nym|a pool|an entry|the board)[^|]*\| (.*) \|$"
    rows = dict(re.findall(row_of, part, re.MULTILINE))
    inputs = write_inputs(tmp_path)
    words = ("--out", tmp_path / "out", "--seed", SEED)
    assert fairlot("run", inputs.terms, inputs.people, *words).code == 0
    shown = fairlot("inspect", tmp_path / "out" / "transcript.fairlot", "--json")
    board = json.loads(shown.out)
    begin = {"findings", "format", "version"}
    assert set(_NAME.findall(rows["the board"])) - {"findings"} == {*board} - begin
    for row, made in (
        ("an entry", EntryFacts),
        ("a nym", NymFacts),
        ("a pool", PoolFacts),
    ):
        assert set(_NAME.findall(rows[row])) == {field.name for field in fields(made)}
    assert {*board["entries"][0]} == set(_NAME.findall(rows["an entry"]))
