"""``fairlot wallet`` as a person uses it (specs/command-line.md, section 23)."""

import json
import stat
from pathlib import Path

import pytest

from command import FAIRLOT, code_of, fairlot, run_program


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("a lake in May\nand more\n", encoding="utf-8")
    return file


@pytest.fixture
def mine(tmp_path: Path, password: Path) -> Path:
    path = tmp_path / "mine"
    words = (path, "--password-file", password, "--cost", "14", "--json")
    assert fairlot("wallet", "new", *words).code == 0
    return path


def test_a_wallet_is_made_once_and_for_its_owner(mine: Path, password: Path) -> None:
    assert stat.S_IMODE(mine.stat().st_mode) == 0o600
    before = mine.read_bytes()
    words = (mine, "--password-file", password, "--cost", "14")
    assert code_of(fairlot("wallet", "new", *words)) == (2, "wallet.exists")
    assert mine.read_bytes() == before


def test_status_says_what_is_held_and_what_leaks(mine: Path, password: Path) -> None:
    words = ("wallet", "status", mine, "--password-file", password)
    said = json.loads(fairlot(*words, "--json").out)
    assert (said["standing"], said["written"]) == ("active", 0)
    assert said["registries"] == said["sales"] == said["heads"] == []
    assert len(said["leaks"]) >= 5
    shown = fairlot(*words)
    assert shown.code == 0
    for leak in said["leaks"]:
        assert leak["who"] in shown.out


@pytest.mark.thorough
def test_a_moved_wallet_says_so(mine: Path, password: Path, tmp_path: Path) -> None:
    words = ("--password-file", password, "--new-password-file", password, "--json")
    moved = fairlot("wallet", "move", mine, tmp_path / "new", *words)
    assert json.loads(moved.out)["step"] == "move"
    again = fairlot("wallet", "move", mine, tmp_path / "third", *words)
    assert code_of(again) == (2, "wallet.moved")
    said = fairlot("wallet", "status", mine, "--password-file", password)
    assert "moved to another file" in said.out
    assert "enrol comes next" not in said.out
    own = ("--password-file", password)
    for step in (("renew",), ("receipt", "--expect-sale", "ab" * 32)):
        ran = fairlot("wallet", step[0], mine, password, *step[1:], *own)
        assert code_of(ran) == (2, "wallet.moved")


def test_nobody_types_the_new_password_of_a_move_that_no_file_holds(
    mine: Path, password: Path, tmp_path: Path
) -> None:
    words = ("--password-file", password, "--json")
    ran = run_program(FAIRLOT, "wallet", "move", mine, tmp_path / "new", *words)
    assert code_of(ran) == (2, "wallet.no-password")
    assert "the password of NEW: name a file, --new-password-file" in ran.err


@pytest.mark.thorough
def test_a_password_is_no_argument_and_is_asked_for_where_somebody_is(
    mine: Path, tmp_path: Path
) -> None:
    ran = run_program(FAIRLOT, "wallet", "status", mine)
    assert code_of(ran) == (2, "wallet.no-password")
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    ran = fairlot("wallet", "status", mine, "--password-file", empty)
    assert code_of(ran) == (2, "wallet.no-password")
    ran = fairlot("wallet", "status", mine, "--password-file", tmp_path / "none")
    assert code_of(ran) == (2, "wallet.unreadable")
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"a lake in June")
    ran = fairlot("wallet", "status", mine, "--password-file", wrong)
    assert code_of(ran) == (2, "wallet.locked")
