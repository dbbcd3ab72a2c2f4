"""Which nyms were let in, in a file that gates may share (specs/door.md, section 4)."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fairlot.door.challenge import NONCE_LENGTH
from fairlot.errors import InputError, Rejection
from fairlot.names import NYM_LENGTH, Nym, SaleId
from fairlot_crypto.durable import lock_file, write_new_file

_NONCE, _NYM = 2 * NONCE_LENGTH, 2 * NYM_LENGTH
_LINE = _NONCE + 1 + _NYM + 1
"""Bytes of a line: every line has the same."""
_FORM = re.compile(rb"([0-9a-f]{%d}) ([0-9a-f]{%d})\n" % (_NONCE, _NYM))
_TORN = re.compile(
    rb"[0-9a-f]{0,%d}|[0-9a-f]{%d} [0-9a-f]{0,%d}" % (_NONCE, _NONCE, _NYM)
)


@dataclass(frozen=True, slots=True)
class UsedList:
    """The used-list of a sale; it is in the file and nowhere else."""

    path: Path
    sale_id: SaleId

    def admit(self, nonce: bytes, nym: Nym, units: int) -> int:
        """Write down that a nym is let in, once for each of its units (steps 12 to 14).

        Args:
            nonce: of the question that was answered, 32 bytes.
            nym: of the winner.
            units: how many times it may enter.

        Returns:
            How many times the nym may still enter. Once this returns, the file has it.

        Raises:
            Rejection: ``door.replayed``, ``door.used``.
            InputError: ``door.used-list`` for a file that is no list of this sale,
                ``door.busy`` while another gate writes.
            OSError: as the system says; then nobody may be let in.
        """
        self._begin()
        with self.path.open("r+b") as file:
            # Step 12.
            self._lock(file)
            used = self._read(file)
            # Step 13.
            if nonce in used:
                raise Rejection("door.replayed", "this answer has let somebody in")
            left = units - sum(each == nym for each in used.values())
            if left <= 0:
                problem = f"this nym has entered {units} times: it has no more units"
                raise Rejection("door.used", problem)
            # Step 14.
            file.write(f"{nonce.hex()} {nym.hex()}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        return left - 1

    def entered(self) -> Mapping[Nym, int]:
        """Return how often each nym was let in.

        Raises:
            InputError: ``door.used-list``, ``door.busy``.
            OSError: as the system says.
        """
        self._begin()
        with self.path.open("r+b") as file:
            # Step 12.
            self._lock(file)
            return Counter(self._read(file).values())

    def _begin(self) -> None:
        # Nearly always it is there, and whoever stands at the gate waits.
        if not self.path.exists():
            with suppress(FileExistsError):
                write_new_file(self.path, self._head())

    def _head(self) -> bytes:
        return f"fairlot used-list 1 {self.sale_id.hex()}\n".encode()

    def _lock(self, file: BinaryIO) -> None:
        try:
            lock_file(file)
        except BlockingIOError as error:
            problem = f"{self.path}: another gate is writing: try again"
            raise InputError("door.busy", problem) from error

    def _read(self, file: BinaryIO) -> Mapping[bytes, Nym]:
        """Return who was let in by which nonce; cut a line that a crash tore."""
        data, head = file.read(), self._head()
        if not data.startswith(head):
            raise self._broken("must begin as a used-list of this sale does")
        end = len(head) + (len(data) - len(head)) // _LINE * _LINE
        used = dict(self._lines(data[len(head) : end]))
        # Nobody was let in by a line that was not written to its end.
        if not _TORN.fullmatch(data[end:]):
            raise self._broken("has a line that is none")
        file.truncate(end)
        file.seek(end)
        return used

    def _lines(self, data: bytes) -> Iterable[tuple[bytes, Nym]]:
        for start in range(0, len(data), _LINE):
            found = _FORM.fullmatch(data[start : start + _LINE])
            if not found:
                raise self._broken("has a line that is none")
            nonce, nym = (bytes.fromhex(part.decode()) for part in found.groups())
            yield nonce, Nym(nym)

    def _broken(self, problem: str) -> InputError:
        return InputError("door.used-list", f"{self.path} {problem}")
