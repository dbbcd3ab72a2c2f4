"""The folder of an issuer, which nobody else reads (specs/issuer.md)."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from fairlot.cli.beacon.files import held_key, key_file
from fairlot.cli.folders import PRIVATE_FOLDER, write_private_folder
from fairlot.cli.reading import made_of, read_at_most, show_kept
from fairlot.errors import InputError, reason_of
from fairlot.issuing.letter import Letter, read_letter
from fairlot.issuing.plan import Card, Plan
from fairlot.issuing.state import State, read_state
from fairlot_crypto.durable import PRIVATE, write_file
from fairlot_crypto.keys import OpeningKey, SigningKey
from fairlot_crypto.randomness import Randomness

KEY, SEALING, CARD = "signing.key", "sealing.key", "card"
STATE, PLAN, COMMITTEE = "deal.state", "plan", "committee"

T = TypeVar("T")

_LARGEST = 1 << 26
"""Bytes that are read of a file: the state of the largest committee has fewer."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A file among the letters that is none."""

    file: str
    code: str


@dataclass(frozen=True, slots=True)
class IssuerFolder:
    """The keys of an issuer, and a folder for each committee of which it is one."""

    path: Path

    @classmethod
    def create(cls, path: Path, randomness: Randomness) -> Card:
        """Draw the keys of an issuer, and return its card (steps 1 and 2).

        Raises:
            InputError: ``issuer.exists``.
            OSError: as the system says; nothing is left.
        """
        # Step 1.
        if path.exists():
            problem = f"{path} exists, and no key is ever replaced: name a new folder"
            raise InputError("issuer.exists", problem)
        key = SigningKey.generate(randomness)
        opening = OpeningKey.generate(randomness)
        card = Card.make(key, opening)
        files = {
            KEY: key_file(key),
            SEALING: opening.secret.hex().encode() + b"\n",
            CARD: card.to_bytes(),
        }
        write_private_folder(path, files)
        return card

    @contextmanager
    def held(self) -> Generator[SigningKey]:
        """Read the issuer's key, and keep other steps from using it meanwhile.

        Raises:
            InputError: ``contribution.unreadable``, ``contribution.key``,
                ``contribution.locked``.
        """
        with held_key(self.path / KEY) as key:
            yield key

    def committee(self, plan: Plan) -> "CommitteeFolder":
        """Return the folder of one committee."""
        return CommitteeFolder(self.path / plan.plan_id[:8].hex(), plan)


@dataclass(frozen=True, slots=True)
class CommitteeFolder:
    """What an issuer keeps of one committee."""

    path: Path
    plan: Plan

    def state(self, randomness: Randomness) -> State:
        """Return what was kept, or how it begins.

        Raises:
            InputError: ``issuer.state``, ``issuer.unreadable``.
        """
        file = self.path / STATE
        if not file.exists():
            return State.begin(self.plan, randomness)
        return read_as(file, partial(read_state, self.plan))

    def keep(self, state: State) -> None:
        """Keep a state, durably: what is not kept has not been sent."""
        self.path.mkdir(PRIVATE_FOLDER, exist_ok=True)
        write_file(self.path / PLAN, self.plan.to_bytes(), PRIVATE)
        write_file(self.path / STATE, state.to_bytes(), PRIVATE)

    def keep_files(self, files: Mapping[str, bytes]) -> None:
        """Keep files that are the same however often they are made, durably."""
        for name, data in files.items():
            file = self.path / name
            if not (file.exists() and read_file(file) == data):
                write_file(file, data, PRIVATE)


def read_file(path: Path) -> bytes:
    """Read a file of an issuer.

    Raises:
        InputError: ``issuer.unreadable``.
    """
    return read_at_most(
        path, _LARGEST, lambda why: InputError("issuer.unreadable", why)
    )


def read_as(path: Path, read: Callable[[bytes], T]) -> T:
    """Return what ``read`` makes of a file of an issuer.

    Raises:
        InputError: ``issuer.unreadable``, and what ``read`` raises, with the file's name.
    """
    return made_of(path, read_file(path), read)


def read_letters(folder: Path) -> tuple[tuple[Letter, ...], tuple[Ignored, ...]]:
    """Read all files of a folder: the letters, and what is none (step 8).

    Raises:
        InputError: ``issuer.unreadable`` for a folder that cannot be read.
    """
    # Step 8.
    return read_mail(folder, read_letter)


def read_mail(
    folder: Path, read: Callable[[bytes], T], ending: str = ""
) -> tuple[tuple[T, ...], tuple[Ignored, ...]]:
    """Read all files of a folder to which others have access.

    Args:
        folder: of the files; drafts are passed over.
        read: reads one, or raises InputError.
        ending: of the names of those that are read.

    Raises:
        InputError: ``issuer.unreadable`` for a folder that cannot be read.
    """
    try:
        there = (each for each in folder.iterdir() if each.name.endswith(ending))
        files = sorted(each for each in there if _counts(each))
    except OSError as error:
        problem = f"{folder} cannot be read: {reason_of(error)}"
        raise InputError("issuer.unreadable", problem) from error
    found: list[T] = []
    ignored: list[Ignored] = []
    for file in files:
        try:
            found.append(read_as(file, read))
        except InputError as error:
            ignored.append(Ignored(file.name, error.code))
    return tuple(found), tuple(ignored)


def show_letter(folder: Path, letter: Letter) -> Path:
    """Write a letter among the others, unless it is there.

    Raises:
        InputError: ``issuer.exists`` where another file has its name.
    """
    return show_file(folder / letter.name, letter.to_bytes())


def show_file(path: Path, data: bytes) -> Path:
    """Write what was kept, unless it is there: the same step gives the same bytes.

    Raises:
        InputError: ``issuer.exists`` where another file has its name.
    """
    show_kept(path, data, read_file, lambda why: InputError("issuer.exists", why))
    return path


def _counts(path: Path) -> bool:
    """Tell whether a file may be a letter: drafts begin with a full stop."""
    return path.is_file() and not path.name.startswith(".")
