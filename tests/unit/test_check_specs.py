"""The check of the specification can fail: each row breaks a copy in one place."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import check_specs

ROOT = check_specs.ROOT

Edit = tuple[str, str, str]
"""File, what stands there, what is put in its place."""

ROWS: tuple[tuple[str, Edit, str], ...] = (
    (
        "a code without a row",
        ("specs/errors.md", "| `close.tree` |", "| `close.wood` |"),
        "does not list close.tree",
    ),
    (
        "a row without a code",
        ("specs/errors.md", "| `close.tree` |", "| `close.wood` |"),
        "lists close.wood, which nothing raises",
    ),
    (
        "a code of a file that nobody listed",
        (
            "protocol/fairlot/inputs/people_file.py",
            '.error("people-file.header"',
            '.error("people-file.heading"',
        ),
        "does not list people-file.heading",
    ),
    (
        "a code in a table that nobody listed",
        (
            "protocol/fairlot/inputs/toml_file.py",
            '"terms-file.array"',
            '"terms-file.list"',
        ),
        "does not list terms-file.list",
    ),
    (
        "a code that is put together",
        ("protocol/fairlot/beacon/contributions.py", '"commit.twice"', 'f"commit.{2}"'),
        "puts a code together: write it out",
    ),
    (
        "another fault than the class of the error has",
        ("specs/errors.md", "| `close.tree` | sender |", "| `close.tree` | seller |"),
        "says seller of close.tree, and the source sender",
    ),
    (
        "another module than the code is in",
        (
            "specs/errors.md",
            "`close.tree` | sender | `board/",
            "`close.tree` | sender | `",
        ),
        "says `sale.py` of close.tree, and it is in `board/sale.py`",
    ),
    (
        "one of two modules that a code is in",
        (
            "specs/errors.md",
            "`time.back` | sender | `board/log_keeper.py`, ",
            "`time.back` | sender | ",
        ),
        "and it is in `board/log_keeper.py`, `board/log_state.py`",
    ),
    (
        "a docstring about a code of the past",
        (
            "protocol/fairlot/beacon/contributions.py",
            "``commit.twice``",
            "``commit.thrice``",
        ),
        "documents commit.thrice",
    ),
    (
        "a chapter that is cited and missing",
        (
            "protocol/fairlot/beacon/contributions.py",
            "(specs/beacon.md)",
            "(specs/lamp.md)",
        ),
        "cites specs/lamp.md, which does not exist",
    ),
    (
        "a section that is cited and missing",
        (
            "protocol/fairlot/entry.py",
            "board.md, section 2",
            "board.md, section 9",
        ),
        "there is no 9",
    ),
    (
        "a step that is cited and missing",
        (
            "protocol/fairlot/beacon/contributions.py",
            "(steps 15 and 16)",
            "(steps 15 and 17)",
        ),
        "cites step 17",
    ),
    (
        "a step that is marked and missing",
        ("crypto/fairlot_crypto/log/merkle.py", "# Step 9.", "# Step 10."),
        "marks step 10 of specs/log.md, section 2.3",
    ),
    (
        "a step that is marked for another section",
        ("crypto/fairlot_crypto/log/merkle.py", "section 2.3)", "section 2.2)"),
        "marks step 7 of specs/log.md, section 2.2",
    ),
    (
        "a step of the crypto package that nothing marks",
        ("specs/log.md", "9. If v ≠ old-root", "9. Do nothing.\n10. If v ≠ old-root"),
        "specs/log.md, section 2.3: nothing marks step 10",
    ),
    (
        "a step that is marked in another form",
        ("crypto/fairlot_crypto/log/merkle.py", "# Step 9.", "# (9)"),
        "does not mark a step as in",
    ),
    (
        "a table that is cited and missing",
        ("protocol/fairlot/board/phase.py", "sale.md, table 1", "sale.md, table 2"),
        "cites specs/sale.md, table 2",
    ),
    (
        "another version in the code",
        ("crypto/fairlot_crypto/hashing.py", '"fairlot-v1"', '"fairlot-v2"'),
        "does not begin with fairlot-v2",
    ),
    (
        "another version in the notation",
        ("specs/notation.md", "Version `fairlot-v1`.", "Version `fairlot-v0`."),
        "notation.md is not of version fairlot-v1",
    ),
    (
        "a tag without a row",
        ("protocol/fairlot/allocation/settlement.py", '"outcome"', '"income"'),
        "does not list fairlot-v1/income",
    ),
    (
        "a tag that nothing uses",
        ("specs/notation.md", "| `fairlot-v1/h2p` |", "| `fairlot-v1/h3p` |"),
        "lists fairlot-v1/h3p, which nothing uses",
    ),
    (
        "a tag twice",
        (
            "specs/notation.md",
            "| `fairlot-v1/h2p` |",
            "| `fairlot-v1/bi` | x | x | x |\n| `fairlot-v1/h2p` |",
        ),
        "lists a string twice",
    ),
    (
        "a chapter that the overview misses",
        ("specs/README.md", "](sale.md)", "](sales.md)"),
        "does not name sale.md",
    ),
    (
        "a chapter that only the overview has",
        ("specs/README.md", "](sale.md)", "](sales.md)"),
        "names sales.md, which does not exist",
    ),
    (
        "a module that a chapter names and that has moved",
        ("specs/puzzle.md", "`fairlot/deposit/puzzle.py`", "`fairlot/puzzle.py`"),
        "specs/puzzle.md names fairlot/puzzle.py, which does not exist",
    ),
    (
        "one of several modules that has moved",
        ("specs/tlock.md", "{ibe,sealed}", "{ibe,opened}"),
        "names fairlot_crypto/timelock/opened.py, which does not exist",
    ),
    (
        "a folder that has moved",
        ("specs/board.md", "`fairlot/board/`", "`fairlot/boards/`"),
        "names fairlot/boards/, which does not exist",
    ),
    (
        "a module without its package",
        ("specs/drand.md", "`fairlot_crypto/json_object.py`", "`json_object.py`"),
        "names json_object.py, which does not exist",
    ),
    (
        "a decision that the index misses",
        ("specs/adr/README.md", "(0001-layout.md)", "(0001-order.md)"),
        "does not name 0001-layout.md",
    ),
    (
        "a pitfall left out",
        ("specs/threat-model.md", "| 13 |", "| 14 |"),
        f"has not the rows 1 to {check_specs.PITFALLS}",
    ),
    (
        "a test that does not exist",
        (
            "specs/threat-model.md",
            "::test_the_outcome_is_a_",
            "::test_no_outcome_is_a_",
        ),
        "row 11: no test",
    ),
    (
        "a vector that does not exist",
        (
            "specs/threat-model.md",
            "sale.json::deposit-stolen",
            "sale.json::deposit-lost",
        ),
        "row 43: no vector sale deposit-lost",
    ),
    (
        "a pitfall without an answer",
        ("specs/threat-model.md", "| Out of scope: no chain's", "| We use no chain's"),
        "row 9: neither test nor reason",
    ),
)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of everything that is compared."""
    folder = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("__pycache__", ".*", "node_modules")
    for name in ("crypto", "protocol", "specs", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder


@pytest.fixture(scope="module")
def known(copied: Path) -> set[str]:
    """Return what is wrong with the copy as it is: nothing, once all is written."""
    return set(check_specs.problems(copied))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "problem"),
    [row[1:] for row in ROWS],
    ids=[row[0].replace(" ", "-") for row in ROWS],
)
def test_each_difference_is_found(
    copied: Path, known: set[str], edit: Edit, problem: str
) -> None:
    name, before, after = edit
    path = copied / name
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    try:
        found = set(check_specs.problems(copied)) - known
    finally:
        path.write_text(text)
    assert any(problem in each for each in found), found


def test_an_empty_folder_agrees_with_nothing(tmp_path: Path) -> None:
    command = [sys.executable, check_specs.__file__, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "states no SPEC_VERSION" in ran.stdout
