"""``import fairlot``: what it names, that it is lazy, and that it can be read."""

import ast
import inspect
import os
import subprocess
import sys
from dataclasses import is_dataclass
from pathlib import Path

import pytest

import fairlot

PACKAGE = Path(fairlot.__file__).parent


def named(*roots: Path) -> set[str]:
    """Return the names of folders and modules below some packages."""
    found = [path for root in roots for path in root.rglob("*")]
    folders = {path.name for path in found if path.is_dir()}
    return folders | {path.stem for path in found if path.suffix == ".py"}


def imported() -> list[tuple[str, str | None]]:
    """Return what type checkers see: name and module."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (guarded,) = (node for node in tree.body if isinstance(node, ast.If))
    statements = (node for node in guarded.body if isinstance(node, ast.ImportFrom))
    return [(alias.name, node.module) for node in statements for alias in node.names]


def test_the_three_lists_of_public_names_are_equal() -> None:
    """What is public, what type checkers see, and what is imported when it is asked for."""
    homes: dict[str, tuple[str, ...]] = vars(fairlot)["_HOMES"]
    lazy = [(name, home) for home, names in homes.items() for name in names]
    assert lazy == imported()
    assert sorted(name for name, _ in lazy) == list(fairlot.__all__)
    assert list(fairlot.__all__) == sorted(set(fairlot.__all__))
    assert 40 <= len(fairlot.__all__) <= 105


@pytest.mark.parametrize("name", fairlot.__all__)
def test_every_name_is_there_and_explained(name: str) -> None:
    value = getattr(fairlot, name)
    assert name in dir(fairlot)
    if name == "Nym":  # A NewType, whose docstring stands in the source.
        return
    assert value.__name__ == name
    text = inspect.getdoc(value) or ""
    assert text.endswith((".", "``")) or "\n" in text
    if is_dataclass(value):
        assert not text.startswith(f"{name}("), "a dataclass's own signature"


@pytest.mark.thorough
@pytest.mark.parametrize("name", fairlot.__all__)
def test_no_name_is_a_folder_or_a_module(name: str) -> None:
    assert name not in named(PACKAGE)


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(fairlot, "nothing")  # noqa: B009 (a checker would refuse the dot)


def test_importing_it_imports_nothing_of_it() -> None:
    code = (
        "import sys, fairlot; "
        "print(sorted(m for m in sys.modules if m.startswith('fairlot')), "
        "'typing' in sys.modules, fairlot.__version__)"
    )
    # Where coverage is measured it would start in the child, and import typing.
    environ = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environ
    )
    assert done.stdout == f"['fairlot'] False {fairlot.__version__}\n"


def test_asking_for_a_name_imports_its_chapter_only() -> None:
    code = (
        "import sys, fairlot; fairlot.Wish; print('fairlot.board.sale' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
