"""What a witness co-signs (specs/service.md, section 10).

It sees no entry: only sizes, roots and signatures. It vouches that a log has one history, and
that it saw each head when it says.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fairlot.errors import InputError, Rejection
from fairlot.logs import BoardIdentity, Witness
from fairlot.service.problems import UnavailableError
from fairlot_crypto.durable import write_file
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    date_of,
    verify_checkpoint,
    verify_cosignature,
)
from fairlot_crypto.log.merkle import Tree, verify_consistency
from fairlot_crypto.log.note import KeyKind, NoteKey, SignatureLine, line_of
from fairlot_crypto.log.submission import Submission

MAX_LOGS = 1_000
"""Logs that a witness takes on: a board may begin as many as it likes."""
HEAD, CONTRADICTION = ".head", ".contradiction"
"""What names of files in a witness's folder end with."""

_SCOPE = re.compile(r"[0-9a-f]{64}")
_EMPTY = Tree().root()


class ConflictError(Exception):
    """A log says that a witness saw another tree last than it did: it hears the size."""

    def __init__(self, size: int) -> None:
        """Answer with the size of what was co-signed last."""
        super().__init__(size)
        self.size = size


class _Seen(NamedTuple):
    """What is checked of one submission, and against what."""

    log: NoteKey
    last: SignedCheckpoint | None
    given: Submission


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose logs a witness watches."""

    boards: tuple[BoardIdentity, ...]
    """All logs of these."""
    logs: tuple[NoteKey, ...] = ()
    """And these, whose origin is the key's name."""
    most: int = MAX_LOGS
    """Logs that are taken on."""

    def key_of(self, origin: str) -> NoteKey | None:
        """Return the key that signs a log; ``None`` for one that is not watched."""
        for log in self.logs:
            if log.name == origin:
                return log
        name, _, scope = origin.rpartition("/")
        for board in self.boards:
            if board.name == name and _SCOPE.fullmatch(scope):
                return NoteKey(origin, KeyKind.ED25519, board.key)
        return None


class Witnessing:
    """A witness with its memory. ``add`` is called from one thread at a time."""

    def __init__(
        self,
        witness: Witness,
        key: SigningKey,
        folder: Path,
        watched: Watched,
        clock: Callable[[], int],
        complain: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Read what was co-signed before.

        Args:
            witness: its name and public key.
            key: of the witness; nobody else uses it meanwhile.
            folder: its memory, which is there.
            watched: the logs that it knows.
            clock: Unix seconds.
            complain: told of a log that contradicts itself.

        Raises:
            InputError: ``witness.state`` where a file there is not as this witness wrote it.
        """
        self._witness, self._key = witness, key
        self._folder, self._watched = folder, watched
        self._clock, self._complain = clock, complain
        self._last: dict[str, SignedCheckpoint] = {}
        for path in sorted(folder.glob(f"*{HEAD}")):
            head = self._read(path)
            self._last[head.checkpoint.origin] = head

    def size_of(self, origin: str) -> int:
        """Return the size of the last head of a log that was co-signed; 0 for none."""
        last = self._last.get(origin)
        return 0 if last is None else last.checkpoint.size

    def add(self, data: bytes) -> SignatureLine:
        """Co-sign what a log sends; it is recorded durably when this returns.

        Raises:
            EncodingError: as ``Submission.parse``.
            Rejection: ``witness.origin``, ``witness.full``, ``witness.unsigned``,
                ``witness.old``, ``witness.proof``.
            ConflictError: another head was co-signed last.
            UnavailableError: ``witness.late``.
            OSError: as the system says; nothing was co-signed.
        """
        given = Submission.parse(data)
        seen = self._check_log(given)
        said = given.signed.checkpoint
        self._check_history(seen)
        # Step 11.
        now, before = self._clock(), self._date(seen.last)
        if now < before:
            problem = "the clock of this witness is behind what it dated last"
            raise UnavailableError("witness.late", problem)
        if seen.last is not None and (said, now) == (seen.last.checkpoint, before):
            return line_of(seen.last.lines, self._witness.note_key)
        # Step 12.
        line = cosign_checkpoint(said, self._witness.name, self._key, now)
        self._keep(
            SignedCheckpoint(said, (line_of(given.signed.lines, seen.log), line))
        )
        return line

    def _check_log(self, given: Submission) -> _Seen:
        """Check that the head is signed by a log that is watched."""
        said = given.signed.checkpoint
        # Step 5.
        log, last = self._watched.key_of(said.origin), self._last.get(said.origin)
        if log is None:
            problem = "this witness does not watch the log of that origin"
            raise Rejection("witness.origin", problem)
        # Step 6.
        try:
            verify_checkpoint(given.signed, log.name, log.key)
        except CryptoError as error:
            problem = "no line under this head is a signature of its log"
            raise Rejection("witness.unsigned", problem) from error
        # Step 7.
        if last is None and len(self._last) >= self._watched.most:
            problem = f"this witness watches {len(self._last)} logs already"
            raise Rejection("witness.full", problem)
        return _Seen(log, last, given)

    def _check_history(self, seen: _Seen) -> None:
        """Check that the head extends what was co-signed last."""
        given, said = seen.given, seen.given.signed.checkpoint
        # Step 8.
        if given.old > said.size:
            problem = f"the old size {given.old} is above that of the head, {said.size}"
            raise Rejection("witness.old", problem)
        last = Checkpoint(said.origin, 0, _EMPTY)
        if seen.last is not None:
            last = seen.last.checkpoint
        # Step 9.
        if given.old != last.size:
            raise ConflictError(last.size)
        # Step 10.
        if given.proof and given.old in (0, said.size):
            problem = "from nothing, or from the same size, there is nothing to prove"
            raise Rejection("witness.proof", problem)
        if given.old == said.size and said.root != last.root:
            self._contradicted(given.signed)
            raise ConflictError(last.size)
        if given.old not in (0, said.size):
            _check_proof(last, given)

    def _contradicted(self, signed: SignedCheckpoint) -> None:
        """Keep the first head of a log that contradicts what was co-signed."""
        path = self._path(signed.checkpoint.origin, CONTRADICTION)
        if not path.exists():
            write_file(path, signed.to_text().encode())
            kept = self._path(signed.checkpoint.origin, HEAD).name
            what = f"{signed.checkpoint.origin} has two heads of one size"
            self._complain(f"{what}: {kept} and {path.name} are evidence, keep both")

    def _date(self, last: SignedCheckpoint | None) -> int:
        if last is None:
            return 0
        return date_of(line_of(last.lines, self._witness.note_key))

    def _keep(self, head: SignedCheckpoint) -> None:
        """Record a head before anybody hears of its co-signature."""
        origin = head.checkpoint.origin
        path = self._path(origin, HEAD)
        try:
            write_file(path, head.to_text().encode())
        except OSError:
            # Perhaps it stands there: then what was co-signed last is this head.
            if path.exists():
                self._last[origin] = self._read(path)
            raise
        self._last[origin] = head

    def _path(self, origin: str, ending: str) -> Path:
        name = hashlib.sha256(origin.encode()).hexdigest()
        return self._folder / f"{name}{ending}"

    def _read(self, path: Path) -> SignedCheckpoint:
        """Return a head that this witness has co-signed."""
        try:
            head = SignedCheckpoint.parse(path.read_bytes().decode())
            verify_cosignature(head, self._witness.name, self._witness.key)
        except (CryptoError, UnicodeDecodeError) as error:
            problem = f"{path} is no head that this witness has co-signed"
            raise InputError("witness.state", problem) from error
        if path != self._path(head.checkpoint.origin, HEAD):
            problem = f"{path} is the head of another log than its name says"
            raise InputError("witness.state", problem)
        return head


def _check_proof(last: Checkpoint, given: Submission) -> None:
    said = given.signed.checkpoint
    try:
        verify_consistency(last.size, said.size, last.root, said.root, given.proof)
    except CryptoError as error:
        problem = (
            f"the proof does not show that the log has only grown: {error.message}"
        )
        raise Rejection("witness.proof", problem) from error


def lines_of(
    data: bytes, signed: SignedCheckpoint, named: Iterable[Witness]
) -> dict[Witness, SignatureLine]:
    """Return the co-signatures in a witness's answer that verify, by who made them.

    Lines of unknown keys are ignored.

    Args:
        data: the answer.
        signed: the head that was sent.
        named: whom the log names as witnesses.
    """
    found: dict[Witness, SignatureLine] = {}
    try:
        texts = data.decode().removesuffix("\n").split("\n")
        lines = tuple(map(SignatureLine.parse, texts))
    except (CryptoError, UnicodeDecodeError):
        return found
    for witness in named:
        for line in lines:
            head = SignedCheckpoint(signed.checkpoint, (signed.lines[0], line))
            try:
                verify_cosignature(head, witness.name, witness.key)
            except CryptoError:
                continue
            found[witness] = line
    return found
