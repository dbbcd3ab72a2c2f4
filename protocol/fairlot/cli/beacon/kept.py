"""What a contributor keeps in files: the secret, the last head, and the one seal.

specs/beacon.md, section 7. Head and seal lie beside the secret: what has not been recorded
there has not been signed.
"""

from dataclasses import dataclass
from pathlib import Path

from fairlot.board.duties import check_kept, latest_head
from fairlot.board.head import verify_head
from fairlot.board.replay import Replay
from fairlot.cli.beacon.contributor import Secret
from fairlot.cli.beacon.files import (
    check_replaceable,
    decode_entry,
    read_remade,
    read_short,
)
from fairlot.cli.heads import read_kept_head
from fairlot.entry import Entry, EntryType
from fairlot.errors import InputError, Rejection
from fairlot_crypto.durable import PRIVATE, write_file, write_new_file
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint

HEAD, SEAL = ".head", ".seal"
"""What is added to the name of the secret's file."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The files of one contributor in one sale."""

    file: Path
    """Where the secret lies."""

    @property
    def head(self) -> Path:
        """Where the last head lies that the contributor saw."""
        return self.file.with_name(f"{self.file.name}{HEAD}")

    @property
    def seal(self) -> Path:
        """Where the one seal lies that the contributor made."""
        return self.file.with_name(f"{self.file.name}{SEAL}")

    def check_out(self, path: Path) -> None:
        """Check that an entry can be written to ``path``: none of these files is there.

        Raises:
            InputError: ``contribution.exists``; ``contribution.unreadable``.
        """
        own = (self.file, self.head, self.seal)
        if path.resolve() in {each.resolve() for each in own}:
            problem = f"{path} is for what a contributor keeps: name another file"
            raise InputError("contribution.exists", problem)
        copy = self.seal.is_file() and path.is_file()
        if not (copy and read_short(path) == read_short(self.seal)):
            check_replaceable(path, read_remade)

    def read_head(self, view: Replay) -> SignedCheckpoint:
        """Return the head that was kept, which the board extends.

        Raises:
            InputError: ``head.missing``, ``head.unreadable``, ``head.form``,
                ``head.other``.
            Rejection: ``head.fork``.
        """
        if not self.head.exists():
            problem = f"{self.head} is not there, which commit has written"
            why = "without it nobody can tell whether this board is the same one"
            raise InputError("head.missing", f"{problem}: {why}")
        return read_extended(self.head, view)

    def keep_head(self, view: Replay, before: SignedCheckpoint | None) -> None:
        """Keep the last head of a board; it is durable on return.

        Args:
            view: the board.
            before: what was kept so far, which it extends.

        Raises:
            OSError: as the system says.
        """
        write_file(self.head, latest_head(view, before).to_text().encode())

    def read_seal(self, view: Replay, key: VerifyKey) -> Entry | None:
        """Return the seal that was recorded; ``None`` if there is none.

        Raises:
            InputError: ``contribution.seal`` for any other file, or the seal of another
                sale or key; ``contribution.unreadable``.
        """
        if not self.seal.exists():
            return None
        try:
            entry = decode_entry(read_short(self.seal))
        except (EncodingError, Rejection) as error:
            raise self._no_seal() from error
        own = (EntryType.SEAL, view.state.sale_id, key)
        if (entry.type, entry.scope, entry.key) != own:
            raise self._no_seal()
        return entry

    def record_seal(self, entry: Entry) -> None:
        """Record the seal, once and for all; it is durable on return.

        Raises:
            InputError: ``contribution.exists`` where one was recorded meanwhile.
            OSError: as the system says; nothing was recorded.
        """
        try:
            write_new_file(self.seal, entry.encoded, PRIVATE)
        except FileExistsError as error:
            problem = f"{self.seal} exists now: another step has sealed; run this again"
            raise InputError("contribution.exists", problem) from error

    def _no_seal(self) -> InputError:
        problem = f"{self.seal} is no seal of this key in this sale: nothing is sealed"
        return InputError("contribution.seal", problem)


def read_extended(path: Path, view: Replay) -> SignedCheckpoint:
    """Read a head that somebody kept, and check that a board extends it.

    Raises:
        InputError: ``head.unreadable``, ``head.form``; ``head.other`` where it is of
            another log, or its signatures do not verify.
        Rejection: ``head.fork``.
    """
    head = read_kept_head(path)
    try:
        verify_head(head, view.state)
    except Rejection as error:
        problem = f"{path} holds no head of this board's log: {error.message}"
        raise InputError("head.other", problem) from error
    check_kept(view, head)
    return head


def read_secret(path: Path) -> Secret:
    """Read a secret.

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.secret``.
    """
    try:
        return Secret.from_bytes(read_short(path))
    except ValueError as error:
        problem = f"{path} is no secret of a contributor: {error}"
        raise InputError("contribution.secret", problem) from error


def write_secret(path: Path, secret: Secret) -> None:
    """Write a secret, readable by its owner only; it is durable on return.

    Raises:
        OSError: as the system says.
    """
    write_file(path, secret.to_bytes(), PRIVATE)
