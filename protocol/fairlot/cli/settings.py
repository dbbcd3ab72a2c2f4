"""What every role repeats: options, else variables, else a file (specs/command-line.md, 1)."""

import argparse
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fairlot.cli.command import hex_bytes
from fairlot.errors import InputError

CONFIG_VARIABLE = "FAIRLOT_CONFIG"
"""The environment variable that names the file of settings."""
_CONFIG_FILE = "config.toml"
_LARGEST = 1 << 16
_WRITABLE = 0o002
"""The permission that lets anybody write."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Something that need not be said each time."""

    name: str
    """In the file."""
    variable: str
    """In the environment."""
    read: Callable[[str], object]
    """Reads the text, and raises ``ArgumentTypeError`` for what is none."""
    is_file: bool = False
    """Whether it names a file: in the file of settings, from its folder on."""


SALE = Setting("sale", "FAIRLOT_SALE", hex_bytes(32))
REGISTRY = Setting("registry", "FAIRLOT_REGISTRY", hex_bytes(32))
BOARD = Setting("board", "FAIRLOT_BOARD", str)
PASSWORD_FILE = Setting("password-file", "FAIRLOT_PASSWORD_FILE", Path, is_file=True)
SETTINGS = (SALE, REGISTRY, BOARD, PASSWORD_FILE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Stands for an option that was not given, until settings are looked up."""

    setting: Setting
    option: str
    required: bool


def add_setting(
    parser: argparse.ArgumentParser,
    option: str,
    setting: Setting,
    metavar: str,
    what: str,
    *,
    required: bool = False,
) -> None:
    """Add an option that a variable or the file of settings may give instead.

    Args:
        parser: of a command.
        option: its word.
        setting: which it is.
        metavar: stands for the value in the help.
        what: says what it is.
        required: whether the command needs it, from wherever.
    """
    parser.add_argument(
        option,
        metavar=metavar,
        type=setting.read,
        default=Wanted(setting, option, required),
        help=f"{what}; else {setting.variable}, else {setting.name} in config.toml",
    )


def look_up(arguments: argparse.Namespace) -> None:
    """Put what the environment or the file says in the place of what no option says.

    Raises:
        InputError: ``settings.missing``, ``settings.value``, ``settings.file``.
    """
    wanted = {n: found for n, found in vars(arguments).items() if _is_wanted(found)}
    # The file is read only where an option and its variable leave something open.
    open_ones = [each for each in wanted.values() if not _variable(each.setting)]
    file = _read_file() if open_ones else _File()
    for name, each in wanted.items():
        setattr(arguments, name, _found(each, file))


@dataclass(frozen=True, slots=True)
class _File:
    """A file of settings."""

    path: Path = Path()
    texts: Mapping[str, str] | None = None
    """What it says; ``None`` where there is none."""


def _is_wanted(found: object) -> bool:
    return isinstance(found, Wanted)


def _variable(setting: Setting) -> str:
    """Return what the environment says; an empty variable says nothing."""
    return os.environ.get(setting.variable, "")


def _found(wanted: Wanted, file: _File) -> object:
    setting = wanted.setting
    text = _variable(setting)
    if text:
        return _made(setting, text, setting.variable)
    said = (file.texts or {}).get(setting.name)
    if said is not None:
        if setting.is_file:
            said = str(file.path.parent / said)
        return _made(setting, said, f"{setting.name} in {file.path}")
    if wanted.required:
        problem = f"{wanted.option} is needed"
        remedy = f"say it, or set {setting.variable}, or {setting.name} in config.toml"
        raise InputError("settings.missing", f"{problem}: {remedy}")
    return None


def _made(setting: Setting, text: str, place: str) -> object:
    try:
        return setting.read(text)
    except argparse.ArgumentTypeError as error:
        raise InputError("settings.value", f"{place} {error}") from error


def _read_file() -> _File:
    path = _path()
    if path is None:
        return _File()
    from tomllib import TOMLDecodeError, loads  # noqa: PLC0415 (who has a file)

    from fairlot.cli.reading import read_at_most  # noqa: PLC0415

    data = read_at_most(path, _LARGEST, _bad_file)
    if path.is_file() and os.name == "posix" and path.stat().st_mode & _WRITABLE:
        raise _bad_file(f"everybody may write {path}: take that permission away")
    try:
        table = loads(data.decode())
    except (UnicodeDecodeError, TOMLDecodeError) as error:
        raise _bad_file(f"{path} is no TOML: {error}") from error
    return _File(path, {name: _text(path, name, said) for name, said in table.items()})


def _text(path: Path, name: str, said: object) -> str:
    known = [each.name for each in SETTINGS]
    if name not in known:
        problem = f"{path} has {name!r}, which is no setting"
        raise _bad_file(f"{problem}: name {', '.join(known)}")
    if not isinstance(said, str) or not said:
        raise _bad_file(f"{name} in {path} must be a text that is not empty")
    return said


def _path() -> Path | None:
    """Return the file of settings; ``None`` where there is none."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named)
    from fairlot.cli.user_folder import user_folder  # noqa: PLC0415

    try:
        path = user_folder() / _CONFIG_FILE
    except RuntimeError:
        return None
    return path if path.exists() else None


def _bad_file(why: str) -> InputError:
    return InputError("settings.file", why)
