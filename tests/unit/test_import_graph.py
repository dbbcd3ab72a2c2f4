"""No import runs upward, and what looks for such imports finds them."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import import_graph

ROOT = import_graph.ROOT
LOWEST, HIGHEST = "fairlot_crypto.errors", "fairlot.cli"

WRONG: tuple[tuple[str, str, str, str], ...] = (
    (
        "an import that runs upward",
        "protocol/fairlot/terms/terms.py",
        "from fairlot.board.sale import Sale",
        "fairlot.terms -> fairlot.board (UPWARD)",
    ),
    (
        "an import across a floor",
        "protocol/fairlot/deposit/nym.py",
        "import fairlot.beacon.rounds",
        "fairlot.deposit -> fairlot.beacon (UPWARD)",
    ),
    (
        "an import inside a function",
        "protocol/fairlot/names.py",
        "def late() -> None:\n    from fairlot.terms import terms",
        "fairlot.names -> fairlot.terms (UPWARD)",
    ),
    (
        "the lower package knows the upper one",
        "crypto/fairlot_crypto/cbor.py",
        "import fairlot.errors",
        "fairlot_crypto.cbor -> fairlot.errors (UPWARD)",
    ),
    (
        "a name that is taken from the facade",
        "protocol/fairlot/text.py",
        "from fairlot import audit_transcript",
        "fairlot.text -> fairlot.audit_transcript (UPWARD)",
    ),
    (
        "a folder that stands on no floor",
        "protocol/fairlot/lamp/__init__.py",
        "import fairlot_crypto.errors",
        "fairlot.lamp -> fairlot_crypto.errors (UPWARD)",
    ),
)


def _copy(to: Path) -> Path:
    for source in import_graph.SOURCES.values():
        shutil.copytree(
            ROOT / source, to / source, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


def _add(root: Path, file: str, line: str) -> None:
    path = root / file
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")


@pytest.mark.slow
def test_every_arrow_runs_downward() -> None:
    lines, downward = import_graph.report(ROOT)
    assert downward
    assert lines[0].split()[1] == HIGHEST
    assert lines[-1].split()[1] == LOWEST


@pytest.mark.slow
def test_the_list_is_one_command(tmp_path: Path) -> None:
    command = [sys.executable, import_graph.__file__]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0
    assert ran.stdout.splitlines() == import_graph.report(ROOT)[0]
    root = _copy(tmp_path)
    _add(root, *WRONG[0][1:3])
    ran = subprocess.run([*command, root], capture_output=True, text=True, check=False)
    assert ran.returncode == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "line", "shown"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_what_runs_upward_is_flagged(
    file: str, line: str, shown: str, tmp_path: Path
) -> None:
    root = _copy(tmp_path)
    _add(root, file, line)
    lines, downward = import_graph.report(root)
    assert not downward
    start, _, end = shown.partition(" -> ")
    (found,) = (each for each in lines if each.split()[1] == start)
    assert end in found


@pytest.mark.slow
def test_what_types_alone_need_is_no_arrow(tmp_path: Path) -> None:
    root = _copy(tmp_path)
    hidden = "if TYPE_CHECKING:\n    from fairlot.board.sale import Sale"
    _add(root, "protocol/fairlot/terms/terms.py", hidden)
    assert import_graph.report(root) == import_graph.report(ROOT)


def _lint_imports(root: Path) -> tuple[int, str]:
    command = Path(sys.executable).with_name("lint-imports")
    places = os.pathsep.join(str(root / s) for s in import_graph.SOURCES.values())
    ran = subprocess.run(
        [command, "--no-cache", "--no-logo"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": places},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout


@pytest.mark.slow
def test_the_contract_holds_of_a_copy_until_an_import_runs_upward(
    tmp_path: Path,
) -> None:
    root = _copy(tmp_path)
    code, shown = _lint_imports(root)
    assert (code, "0 broken" in shown) == (0, True)
    for _, file, line, _ in WRONG[:4]:
        _add(root, file, line)
    code, shown = _lint_imports(root)
    assert code == 1
    broken = re.findall(r"^(.*) BROKEN$", shown, flags=re.MULTILINE)
    assert broken == [
        "fairlot imports downward only",
        "fairlot_crypto does not know fairlot",
    ]
    assert "fairlot.terms.terms -> fairlot.board.sale" in shown


def test_the_manual_names_the_floors_of_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each["id"] == "fairlot")
    manual = " ".join((ROOT / "CONTRIBUTING.md").read_text().split())
    assert " · ".join(f"`{layer}`" for layer in (*layers, "fairlot_crypto")) in manual
