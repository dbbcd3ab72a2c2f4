"""``fairlot new``: the files of a worked example, to start from."""

import re
import shlex
from pathlib import Path
from unittest.mock import patch

import pytest

from command import FAIRLOT, fairlot, run_program
from fairlot.cli import main, new
from fairlot.inputs.people_file import read_people
from fairlot.inputs.terms_file import read_terms_file
from fairlot.rehearsal.examples import EXAMPLES, NAMES, load_example
from fairlot.rehearsal.fit import check_people

WIDTH = 80
"""Columns of the narrowest terminal that anybody is likely to have."""


def _holds(folder: Path, name: str) -> None:
    """Check that a folder holds an example and nothing else."""
    example = load_example(name)
    left = {path.name: path.read_bytes() for path in folder.iterdir()}
    files = {"terms.toml": example.terms, "people.csv": example.people}
    if example.events is not None:
        files["events.csv"] = example.events
    assert left == files


@pytest.mark.parametrize("name", NAMES)
def test_it_writes_the_files_of_an_example(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "new" / "below"
    made = fairlot("new", name, folder)
    assert (made.code, made.err) == (0, "")
    assert f"holds the example {name}:" in made.out
    _holds(folder, name)
    people = folder / "people.csv"
    terms = read_terms_file(folder / "terms.toml")
    check_people(terms, read_people(people, terms.currency, terms.keep), people)


@pytest.mark.slow
def test_without_a_name_it_is_the_first(tmp_path: Path) -> None:
    assert run_program(FAIRLOT, "new", "my-sale", cwd=tmp_path).code == 0
    _holds(tmp_path / "my-sale", NAMES[0])


def test_a_folder_called_like_an_example_gets_that(tmp_path: Path) -> None:
    """Whoever names one thing only means the example, and its name is a good one."""
    assert fairlot("new", "workshop", cwd=tmp_path).code == 0
    _holds(tmp_path / "workshop", "workshop")
    assert fairlot("new", "harvest", "conference", cwd=tmp_path).code == 0
    _holds(tmp_path / "conference", "harvest")


def test_the_folder_in_which_somebody_stands_will_do(tmp_path: Path) -> None:
    assert fairlot("new", "workshop", ".", cwd=tmp_path).code == 0
    _holds(tmp_path, "workshop")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["workshop", "reseller"])
def test_what_it_says_to_do_next_works(tmp_path: Path, name: str) -> None:
    made = fairlot("new", name, "my sale", cwd=tmp_path)
    lines = made.out.partition("then:\n")[2].splitlines()
    typed = [shlex.split(line, comments=True) for line in lines]
    steps = ["check", "odds", "run"]
    assert [words[:2] for words in typed] == [["fairlot", step] for step in steps]
    for _, *words in typed:
        ran = fairlot(*words, cwd=tmp_path)
        assert (ran.code, ran.err) == (0, "")
    assert (tmp_path / "my sale" / "result" / "allocation.csv").is_file()


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    refused = fairlot("new", tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("fairlot: out-dir.not-empty: ")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_second_time_nothing_is_written_over(tmp_path: Path) -> None:
    assert fairlot("new", "workshop", cwd=tmp_path).code == 0
    terms = tmp_path / "workshop" / "terms.toml"
    terms.write_text("mine", encoding="utf-8")
    assert fairlot("new", "workshop", cwd=tmp_path).code == 2
    assert terms.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("opera", "here"), "example.unknown"),
        (("here", "workshop"), "example.unknown"),
        (("",), "out-dir.not-empty"),
        (("people.csv",), "out-dir.unusable"),
        ((), "usage: fairlot new"),
        (("workshop", "here", "there"), "usage: fairlot"),
    ],
)
def test_what_is_refused_writes_nothing(
    tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    (tmp_path / "people.csv").touch()
    refused = fairlot("new", *words, cwd=tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert why in refused.err
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"]


@pytest.mark.parametrize(
    ("why", "code"), [(OSError(28, "No space left"), 1), (KeyboardInterrupt(), 130)]
)
def test_a_half_is_not_left(tmp_path: Path, why: BaseException, code: int) -> None:
    def fails_later(path: Path, data: bytes) -> None:
        if path.name == "people.csv":
            raise why
        path.write_bytes(data)

    with patch.object(new, "write_file", fails_later):
        assert main(["new", str(tmp_path / "below" / "workshop")]) == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["new", "demo"])
def test_the_help_has_a_line_about_each_example(command: str) -> None:
    lines = fairlot(command, "--help").out.splitlines()
    for name, about in EXAMPLES.items():
        assert [name, about] in [line.split(maxsplit=1) for line in lines]
    assert max(map(len, lines)) <= WIDTH + 10


@pytest.mark.parametrize("name", NAMES)
def test_the_comments_explain_the_columns_of_the_list(name: str) -> None:
    """In the terms: a list has no comments."""
    example = load_example(name)
    comments = [
        line for line in example.terms.decode().splitlines() if line.startswith("#")
    ]
    said = " ".join(comments)
    assert "people.csv" in said
    _, _, _, *columns = example.people.decode().splitlines()[0].split(",")
    assert [column for column in columns if column not in said] == []


def test_what_stands_in_comments_can_be_taken_in(tmp_path: Path) -> None:
    """The table that a rehearsal may play besides."""
    assert fairlot("new", tmp_path / "sale").code == 0
    path = tmp_path / "sale" / "terms.toml"
    text = path.read_text(encoding="utf-8")
    taken, lines = re.subn(r"(?m)^# (\[beacon\]|\w+ = )", r"\1", text)
    assert lines == 3
    path.write_text(taken, encoding="utf-8")
    terms = read_terms_file(path)
    assert (terms.contributors, terms.withhold) == (3, 1)
