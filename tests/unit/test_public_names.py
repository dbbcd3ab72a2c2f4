"""Every public name has a docstring, and one without is found."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import public_names

ROOT = public_names.ROOT


@pytest.mark.slow
def test_every_public_name_has_a_docstring() -> None:
    assert public_names.undocumented(ROOT) == []


def test_the_check_looks_at_all_that_is_public() -> None:
    module = ROOT / "crypto" / "fairlot_crypto" / "bbs" / "profile.py"
    found = public_names.public(ast.parse(module.read_text(encoding="utf-8")))
    assert "IssuerContext" in found


PACKAGE = """
TYPE_CHECKING = False
__all__ = ["Lamp", "WATTS", "light"]

if TYPE_CHECKING:
    from fairlot.lamp import WATTS, Lamp, turn_on as light
"""
LAMP = '''
class Lamp:
    """Gives light."""

WATTS = 40
"""What it takes."""

def turn_on() -> None:
    """Turn it on."""
'''


def _write(root: Path, lamp: str) -> list[str]:
    for source in ("crypto/fairlot_crypto", "protocol/fairlot"):
        (root / source).mkdir(parents=True)
    package = root / "protocol" / "fairlot"
    (package / "__init__.py").write_text(PACKAGE, encoding="utf-8")
    (package / "lamp.py").write_text(lamp, encoding="utf-8")
    return public_names.undocumented(root)


def test_names_that_a_module_passes_on_are_looked_up(tmp_path: Path) -> None:
    assert _write(tmp_path, LAMP) == []


@pytest.mark.parametrize(
    ("words", "name"),
    [("Gives light.", "Lamp"), ("What it takes.", "WATTS"), ("Turn it on.", "light")],
)
def test_a_name_without_words_is_found(words: str, name: str, tmp_path: Path) -> None:
    assert _write(tmp_path, LAMP.replace(words, "")) == [f"fairlot.{name}"]


def test_a_name_that_nothing_defines_is_found(tmp_path: Path) -> None:
    lamp = LAMP.replace("class Lamp", "class Lantern")
    assert _write(tmp_path, lamp) == ["fairlot.Lamp"]


@pytest.mark.slow
def test_the_check_is_one_command(tmp_path: Path) -> None:
    command = [sys.executable, public_names.__file__]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")
    for source in public_names.SOURCES:
        shutil.copytree(ROOT / source, tmp_path / source)
    errors = tmp_path / "protocol" / "fairlot" / "errors.py"
    text = errors.read_text(encoding="utf-8")
    errors.write_text(f'{text}\nWORD = 1\n__all__ = ["WORD"]\n', encoding="utf-8")
    ran = subprocess.run(
        [*command, tmp_path], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stdout == "fairlot.errors.WORD is public and has no docstring\n"
