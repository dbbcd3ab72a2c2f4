"""What a host keeps of a sale, by which it goes on after a kill (section 29.3)."""

import json
import os
import re
import shutil
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from fairlot.cli.beacon.files import RETIRED
from fairlot.cli.folders import create_folder
from fairlot.cli.host.asked import Listening
from fairlot.cli.host.selling import Announced
from fairlot.cli.reading import read_at_most
from fairlot.errors import InputError
from fairlot.inputs.member_list import Member
from fairlot_crypto.durable import PRIVATE, lock_file, write_file
from fairlot_crypto.json_object import read_json_object

MAILBOX, DESK, INVITATIONS = "mailbox", "desk", "invitations.csv"
PAYMENTS = "payments.csv"
BEGUN, STATE, INVITED = "host.begun", "host.json", "invited.json"
"""The file that a host locks, what it has announced, and who was invited."""
FORMAT, VERSION = "fairlot/hosted", 1
_SALE = ("sale_id", "opens", "closes", "commit_end", "seal_end", "reveal_end", "unlock")
_WORDS = ("format", "version", "registry", *_SALE, "terms", "contributors")
_LISTENING = ("listen", "tls_cert", "tls_key")
_HOW = ("roll_before", "rehearsal", *_LISTENING, "port", "mail_port", "place")
_LARGEST = 1 << 26
_WAIT, _LOOK = 60.0, 0.2
"""Seconds until the processes of a host that has ended must have ended too."""
_MADE = re.compile(
    r"(seller|board|escrow|attester|arbiter|auditor|mailbox|desk"
    r"|(issuer|contributor|witness)-[0-9]+"
    r"|invitations\.csv|payments\.csv|invited\.json|\.[a-z.]+\.[0-9]+\.partial)"
)


@dataclass(frozen=True, slots=True)
class Hosted:
    """A sale that was announced, and how it is hosted."""

    registry: str
    sale: Announced
    terms: str
    """The SHA-256 of TERMS.toml, in hexadecimal digits."""
    contributors: int
    roll_before: int
    rehearsal: int
    listening: Listening
    port: int
    mail_port: int
    place: str = ""
    """Of the files with which contributors and witnesses sign, as ``place_of`` says it."""

    def to_bytes(self) -> bytes:
        """Return the file."""
        fields = asdict(self)
        fields |= fields.pop("sale") | fields.pop("listening")
        said = {"format": FORMAT, "version": VERSION, **fields}
        return f"{json.dumps(said, indent=2)}\n".encode()

    @classmethod
    def read(cls, path: Path) -> "Hosted":
        """Read the file.

        Raises:
            InputError: ``host.state``.
        """

        def fail(why: str) -> InputError:
            problem = f"{path} is not what fairlot host has written: {why}"
            return InputError("host.state", problem)

        data = read_at_most(path, _LARGEST, fail)
        fields = read_json_object(data, (*_WORDS, *_HOW), (), fail)
        if (fields.text("format"), fields.integer("version")) != (FORMAT, VERSION):
            raise fail(f"format and version must be {FORMAT} and {VERSION}")
        times = [fields.integer(name) for name in _SALE[1:]]
        return cls(
            registry=fields.text("registry"),
            sale=Announced(fields.text("sale_id"), *times),
            terms=fields.text("terms"),
            contributors=fields.integer("contributors"),
            roll_before=fields.integer("roll_before"),
            rehearsal=fields.integer("rehearsal"),
            listening=Listening(*(fields.text(name) for name in _LISTENING)),
            port=fields.integer("port"),
            mail_port=fields.integer("mail_port"),
            place=fields.text("place"),
        )


def going_on(folder: Path | None) -> bool:
    """Tell whether a sale was announced from a folder."""
    return folder is not None and (folder / STATE).is_file()


def place_of(folder: Path) -> str:
    """Return a mark of where the keys of contributors and witnesses lie on this machine.

    A file that is moved keeps it; a copy has another one.
    """
    keys = sorted(
        [*folder.glob("contributor-*/*.key"), *folder.glob("witness-*/*.key")]
    )
    return digest(" ".join(f"{each.name} {each.stat().st_ino}" for each in keys))


def digest(text: str) -> str:
    """Return the hash of a text, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


@contextmanager
def held(folder: Path, *, moved: bool = False) -> Generator[Hosted | None]:
    """Hold the folder of a sale; yield what was announced from it, ``None`` for nothing.

    What a host has made that ended before it announced anything is removed: nobody has seen
    it.

    Args:
        folder: of the sale.
        moved: whether somebody says that it is no copy, but was moved.

    Raises:
        InputError: ``out-dir.not-empty``, ``out-dir.unusable``, ``host.locked``,
            ``host.state``, ``host.restored``, ``host.copied``.
    """
    _check_not_restored(folder)
    if not (folder / BEGUN).exists():
        create_folder(folder)
    with (folder / BEGUN).open("ab") as file:
        _lock(file, folder)
        if going_on(folder):
            hosted, place = Hosted.read(folder / STATE), place_of(folder)
            if hosted.place != place and not moved:
                problem = (
                    f"{folder} is a copy of the folder from which this sale was hosted"
                )
                remedy = "go on with that one, or say --moved if nobody does any more"
                raise InputError("host.copied", f"{problem}: {remedy}")
            yield replace(hosted, place=place)
            return
        for each in folder.iterdir():
            if _MADE.fullmatch(each.name):
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        yield None


def _check_not_restored(folder: Path) -> None:
    retired = sorted(folder.glob(f"*/*{RETIRED}"))
    if retired:
        problem = f"{folder} came back from a backup, without {retired[0].stem}"
        remedy = "this sale cannot be ended from here: serve its board, and pay back"
        raise InputError("host.restored", f"{problem}: {remedy}")


def _lock(file: BinaryIO, folder: Path) -> None:
    """Lock a folder, which all processes of a host hold as long as they live."""
    if os.name == "posix":
        os.set_inheritable(file.fileno(), True)
    ends = time.monotonic() + _WAIT
    while True:
        try:
            lock_file(file)
        except BlockingIOError as error:
            if time.monotonic() < ends:
                time.sleep(_LOOK)
                continue
            problem = f"another fairlot host goes on with {folder}: end it first"
            raise InputError("host.locked", problem) from error
        return


def keep(folder: Path, hosted: Hosted) -> None:
    """Keep what was announced, durably: from now on this sale goes on."""
    write_file(folder / STATE, hosted.to_bytes(), PRIVATE)


def keep_invited(folder: Path, invited: Iterable[tuple[str, Member]]) -> None:
    """Keep who was invited, each with the hash of their code."""
    rows = [[code, each.name, each.attributes] for code, each in invited]
    write_file(folder / INVITED, f"{json.dumps(rows)}\n".encode(), PRIVATE)


def invited_of(folder: Path) -> Mapping[str, Member]:
    """Return who was invited, by the hash of their code in hexadecimal digits.

    Raises:
        InputError: ``host.state``.
    """
    path = folder / INVITED

    def fail(why: str) -> InputError:
        return InputError("host.state", f"{path} cannot be used: {why}")

    data = read_at_most(path, _LARGEST, fail)
    try:
        return {
            str(code): Member(str(name), tuple((str(n), str(v)) for n, v in pairs))
            for code, name, pairs in json.loads(data)
        }
    except (ValueError, TypeError) as error:
        raise fail(str(error)) from error
