"""Options, else variables, else the file of settings (specs/command-line.md, rule 8)."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from pathlib import Path
from unittest.mock import patch

import pytest

from fairlot.cli import settings
from fairlot.cli.settings import (
    BOARD,
    CONFIG_VARIABLE,
    PASSWORD_FILE,
    REGISTRY,
    SALE,
    Setting,
    add_setting,
    look_up,
)
from fairlot.errors import InputError

ONE, TWO, THREE = ("11" * 32, "22" * 32, "33" * 32)
OPTIONS = (
    (SALE, "--expect-sale", True),
    (REGISTRY, "--expect-registry", False),
    (BOARD, "--to", False),
    (PASSWORD_FILE, "--password-file", False),
)


@pytest.fixture
def home(tmp_path: Path) -> Generator[Path]:
    """A user's folder, and an environment that says nothing."""
    said = {each.variable: "" for each in settings.SETTINGS}
    config = {"XDG_CONFIG_HOME": str(tmp_path), CONFIG_VARIABLE: ""}
    folder = tmp_path / "fairlot"
    folder.mkdir()
    with patch.dict(os.environ, {**said, **config}), patch("sys.platform", "linux"):
        yield folder


def parsed(*words: str) -> Namespace:
    parser = ArgumentParser()
    for setting, option, required in OPTIONS:
        add_setting(parser, option, setting, "X", "something", required=required)
    arguments = parser.parse_args(words)
    look_up(arguments)
    return arguments


def refused(*words: str) -> str:
    with pytest.raises(InputError) as caught:
        parsed(*words)
    return caught.value.code


@pytest.mark.parametrize(
    ("option", "variable", "file", "found"),
    [
        (ONE, TWO, THREE, ONE),
        (ONE, "", THREE, ONE),
        ("", TWO, THREE, TWO),
        ("", TWO, "", TWO),
        ("", "", THREE, THREE),
    ],
)
def test_an_option_comes_before_a_variable_before_the_file(
    home: Path, option: str, variable: str, file: str, found: str
) -> None:
    if file:
        (home / "config.toml").write_text(f'sale = "{file}"\n')
    words = ("--expect-sale", option) if option else ()
    with patch.dict(os.environ, {SALE.variable: variable}):
        assert parsed(*words).expect_sale.hex() == found


@pytest.mark.usefixtures("home")
def test_what_nothing_says_is_nothing_or_is_missed() -> None:
    found = parsed("--expect-sale", ONE)
    assert (found.expect_registry, found.to, found.password_file) == (None, None, None)
    assert refused() == "settings.missing"


def test_every_setting_is_read_from_the_file(home: Path) -> None:
    lines = [f'sale = "{ONE}"', f'registry = "{TWO}"', 'board = "http://a.example"']
    lines.append('password-file = "secret"')
    (home / "config.toml").write_text("\n".join(lines))
    found = parsed()
    assert (found.expect_sale.hex(), found.expect_registry.hex()) == (ONE, TWO)
    # A file is named from the folder of the settings on, wherever one is.
    assert (found.to, found.password_file) == ("http://a.example", home / "secret")


def test_a_variable_names_the_file(home: Path, tmp_path: Path) -> None:
    (home / "config.toml").write_text(f'sale = "{ONE}"')
    other = tmp_path / "other"
    other.write_text(f'sale = "{TWO}"')
    with patch.dict(os.environ, {CONFIG_VARIABLE: str(other)}):
        assert parsed().expect_sale.hex() == TWO
    with patch.dict(os.environ, {CONFIG_VARIABLE: str(tmp_path / "none")}):
        assert refused() == "settings.file"
    with patch.dict(os.environ, {CONFIG_VARIABLE: os.devnull}):
        assert refused() == "settings.missing"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sale = ", "settings.file"),
        ('sales = "11"', "settings.file"),
        ("sale = 11", "settings.file"),
        ('sale = ""', "settings.file"),
        ('sale = "11"', "settings.value"),
        (f'[sale]\nsale = "{ONE}"', "settings.file"),
        ('sale = "\udcff"', "settings.file"),
    ],
)
def test_a_file_of_another_form_is_refused(home: Path, text: str, code: str) -> None:
    data = text.encode(errors="surrogateescape")
    (home / "config.toml").write_bytes(data)
    assert refused() == code


@pytest.mark.usefixtures("home")
def test_a_variable_that_is_no_value_is_refused_by_its_name() -> None:
    told = patch.dict(os.environ, {SALE.variable: "11"})
    with told, pytest.raises(InputError, match=SALE.variable) as caught:
        parsed()
    assert caught.value.code == "settings.value"


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_file_that_everybody_may_write_is_refused(home: Path) -> None:
    file = home / "config.toml"
    file.write_text(f'sale = "{ONE}"')
    file.chmod(0o646)
    assert refused() == "settings.file"
    file.chmod(0o644)
    assert parsed().expect_sale.hex() == ONE


@pytest.mark.usefixtures("home")
def test_who_says_everything_opens_no_file() -> None:
    words = ("--expect-sale", ONE, "--expect-registry", TWO, "--to", "http://a.example")
    said = dict(
        zip((each.variable for each in settings.SETTINGS), words[1::2], strict=False)
    )
    with patch.object(settings, "_read_file", side_effect=AssertionError):
        found = parsed(*words, "--password-file", "secret")
        look_up(Namespace(version=True))
        with patch.dict(os.environ, {**said, PASSWORD_FILE.variable: "secret"}):
            assert parsed() == found
    assert found.password_file == Path("secret")


@pytest.mark.usefixtures("home")
def test_a_user_without_a_home_has_no_file() -> None:
    with (
        patch.dict(os.environ, {"XDG_CONFIG_HOME": ""}),
        patch.object(Path, "home", side_effect=RuntimeError),
    ):
        assert parsed("--expect-sale", ONE).to is None


def test_every_setting_has_a_name_and_a_variable_of_its_own() -> None:
    def named(setting: Setting) -> str:
        return f"FAIRLOT_{setting.name.upper().replace('-', '_')}"

    assert [each.variable for each in settings.SETTINGS] == [
        *map(named, settings.SETTINGS)
    ]
    table = Path(__file__).parents[2] / "specs" / "command-line.md"
    text = table.read_text(encoding="utf-8")
    for each in settings.SETTINGS:
        assert f"| `{each.name}` | `{each.variable}` |" in text
