"""A folder in which requests of people wait for roles, and answers for people.

specs/service.md, section 15. Whoever answers reads and writes files; nothing here knows what
they mean, beyond their form.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fairlot.errors import InputError, Rejection, in_words
from fairlot.fields import Fields
from fairlot.identity.account_visit import BY_ACCOUNT, read_account_visit
from fairlot.identity.requests import (
    read_attest_request,
    read_enrol_request,
    read_issue_request,
    read_recover_request,
)
from fairlot.service.problems import UnavailableError
from fairlot_crypto import cbor
from fairlot_crypto.durable import PRIVATE, write_file
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.hashing import tagged_hash

IN, OUT, CODES, ABOUT = "in", "out", "codes", "about.json"
SENDER = ".sender"
"""The ending of the file that says with which invitation a request came."""
WAITING = 256
"""Requests that may wait for an answer."""
OF_ONE = 64
"""Requests of one invitation."""
_ID = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}")
_READERS = {
    "attest": read_attest_request,
    BY_ACCOUNT: read_account_visit,
    "enrol": read_enrol_request,
    "issue": read_issue_request,
    "recover": read_recover_request,
}
"""What a person may ask, by the word ``kind`` of the request."""


def kind_of(data: bytes) -> str:
    """Return what a request asks for, after a look at all of its form (step 4).

    Raises:
        InputError: ``issuer.request``.
    """
    try:
        value = cbor.decode(data)
    except EncodingError as error:
        problem = f"it is no request: {error.message}"
        raise InputError("issuer.request", problem) from error
    kind = value.get("kind") if isinstance(value, dict) else None
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        problem = "it asks neither to attest, to enrol, to issue nor to recover"
        raise InputError("issuer.request", problem)
    reader(data)
    return str(kind)


def code_hash(code: str) -> bytes:
    """Return by what a mailbox knows an invitation."""
    return tagged_hash("mail-code", code.encode())


def mail_id(invited: bytes, request: bytes) -> str:
    """Return under which name a request waits, and its answer is kept.

    Args:
        invited: the ``code_hash`` of the sender.
        request: the bytes of the file.
    """
    return tagged_hash("mail", invited, request).hex()


@dataclass(frozen=True, slots=True)
class Parcel:
    """The answer to a request: files, or why there are none."""

    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """By their names, ascending."""
    code: str = ""
    """Why a role refused, as in errors.md; empty where it did not."""
    detail: str = ""

    def to_bytes(self) -> bytes:
        """Return the file."""
        rows: list[cbor.Value] = [{"name": name, "data": d} for name, d in self.files]
        said: dict[str, cbor.Value] = {"code": self.code, "detail": self.detail}
        return cbor.encode({"v": 1, "files": rows, **said})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Parcel":
        """Read one.

        Raises:
            InputError: ``http.answer``.
        """
        try:
            fields = Fields(cbor.decode(data), (), lambda found: _strange(str(found)))
            fields.exactly("v", 1)
            rows = fields.maps("files")
            files = tuple((each.text("name"), each.bytes("data")) for each in rows)
            for row in rows:
                row.done()
            made = cls(files, fields.text("code"), fields.text("detail"))
            fields.done()
        except EncodingError as error:
            raise _strange(error.message) from error
        names = [name for name, _ in files]
        if not all(map(_NAME.fullmatch, names)) or sorted(set(names)) != names:
            raise _strange("its names are not those of files, ascending")
        return made


def _strange(why: str) -> InputError:
    return InputError("http.answer", f"what came back is no answer of roles: {why}")


class Mailbox:
    """The requests and answers of one folder."""

    def __init__(self, folder: Path) -> None:
        """Count what is there.

        Args:
            folder: as ``create`` has made it.

        Raises:
            InputError: ``mail.folder``.
        """
        self._folder = folder
        try:
            lines = (folder / CODES).read_text("ascii").split()
            senders = [
                each.read_text("ascii") for each in (folder / IN).glob(f"*{SENDER}")
            ]
        except (OSError, UnicodeDecodeError) as error:
            problem = f"{folder} is no mailbox: {in_words(error)}"
            raise InputError(
                "mail.folder", f"{problem}; fairlot host makes one"
            ) from error
        self._codes = frozenset(lines)
        self._sent = Counter(senders)
        self._waiting = len(self.waiting())

    @classmethod
    def create(cls, folder: Path, codes: list[str]) -> None:
        """Make the folder of a mailbox.

        Args:
            folder: a new one.
            codes: of the invitations; only their hashes are kept here.
        """
        for each in (folder, folder / IN, folder / OUT):
            each.mkdir(mode=0o700)
        known = "".join(f"{code_hash(code).hex()}\n" for code in sorted(codes))
        write_file(folder / CODES, known.encode(), PRIVATE)

    def about(self) -> bytes:
        """Return what the mailbox says of itself, as JSON."""
        return (self._folder / ABOUT).read_bytes()

    def take(self, code: str, request: bytes) -> str:
        """Take a request in, durably, and return its name; the same one once.

        Args:
            code: of the sender's invitation.
            request: the file.

        Raises:
            Rejection: ``mail.code``, ``mail.limit``.
            InputError: ``issuer.request``.
            UnavailableError: ``service.busy``.
        """
        # Step 3.
        invited = code_hash(code)
        if invited.hex() not in self._codes:
            raise Rejection("mail.code", "nobody was invited with this code")
        # Step 4.
        kind_of(request)
        # Step 5.
        named = mail_id(invited, request)
        path = self._folder / IN / named
        if path.exists():
            return named
        # Step 6.
        sender = invited.hex()
        if self._sent[sender] >= OF_ONE:
            problem = f"{OF_ONE} requests came with this invitation"
            raise Rejection("mail.limit", problem)
        if self._waiting >= WAITING:
            self._waiting = len(self.waiting())
        if self._waiting >= WAITING:
            raise UnavailableError("service.busy", f"{WAITING} requests wait")
        # Step 7. A request that is there has its sender beside it.
        write_file(path.with_name(f"{named}{SENDER}"), sender.encode(), PRIVATE)
        write_file(path, request, PRIVATE)
        self._sent[sender] += 1
        self._waiting += 1
        return named

    def answer(self, named: str) -> bytes | None:
        """Return the answer to a request; ``None`` where there is none yet.

        Raises:
            Rejection: ``mail.none`` where no such request waits.
        """
        # Step 8.
        if not (_ID.fullmatch(named) and (self._folder / IN / named).exists()):
            raise Rejection("mail.none", "there is no such request here")
        path = self._folder / OUT / named
        return path.read_bytes() if path.exists() else None

    def waiting(self) -> list[str]:
        """Return the names of the requests without an answer, as they came."""
        there = (self._folder / IN).iterdir()
        paths = [each for each in there if _ID.fullmatch(each.name)]
        paths.sort(key=lambda each: (each.stat().st_mtime_ns, each.name))
        names = [each.name for each in paths]
        return [each for each in names if not (self._folder / OUT / each).exists()]

    def request(self, named: str) -> tuple[str, bytes]:
        """Return the hash of the sender's code, in hexadecimal digits, and the request."""
        path = self._folder / IN / named
        sender = path.with_name(f"{named}{SENDER}").read_text("ascii")
        return sender, path.read_bytes()

    def give(self, named: str, parcel: Parcel) -> None:
        """Keep the answer to a request, durably."""
        write_file(self._folder / OUT / named, parcel.to_bytes(), PRIVATE)
