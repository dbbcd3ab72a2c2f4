"""Asks the witnesses of a board's logs (specs/service.md, section 11).

Each witness has a thread of its own: whoever is silent, slow or lies delays nobody else, and
no entry waits for them.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from fairlot.board.transcript import LogName
from fairlot.errors import FairlotError, in_words
from fairlot.logs import Witness
from fairlot.service.index import LogIndex
from fairlot.service.kept import KeptLogs, renewal_of
from fairlot.service.posting import Answer
from fairlot.service.witnessing import lines_of
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.log.checkpoint import Checkpoint, SignedCheckpoint, read_decimal
from fairlot_crypto.log.merkle import consistency_proof
from fairlot_crypto.log.submission import Submission

PATH = "add-checkpoint"
LOOK_SECONDS = 1.0
"""How often a witness's thread looks for a new head of which it was not told."""
LONGEST_PAUSE = 60.0
"""Seconds between two questions, however often there was no answer."""


class Sends(Protocol):
    """Asks one witness."""

    def post(self, path: str, body: bytes) -> Answer:
        """Send a body; ``OSError`` where nothing comes back."""
        ...


@dataclass(frozen=True, slots=True)
class Post:
    """A witness that is asked: how it is called in complaints, and the way to it."""

    name: str
    line: Sends


class _Failed(NamedTuple):
    """Why there is no co-signature."""

    why: str
    knows: int = 0
    """The entries that the witness has co-signed, where they are more than the log has."""


@dataclass(slots=True)
class _Log:
    """What a board knows of one log at one witness."""

    known: int = 0
    """The size that the witness is believed to have co-signed last."""
    done: Checkpoint | None = None
    """The last head that needs no question any more, until it is to be dated again."""
    renew: float = 0.0
    """When it is to be dated again."""
    failures: int = 0
    told: bool = False
    """Whether was said why."""
    again: float = 0.0
    """When it is asked again after a failure."""


class Correspondence:
    """Asks one witness about all logs, one question after the other."""

    def __init__(
        self,
        post: Post,
        kept: Callable[[], KeptLogs],
        attach: Callable[[LogName, SignedCheckpoint], None],
        complain: Callable[[str], None],
        catch_up: Callable[[], None],
    ) -> None:
        """Begin with nothing known.

        Args:
            post: the way to the witness.
            kept: returns the logs.
            attach: makes a co-signed head durable, and returns then.
            complain: told why a witness does not co-sign, once.
            catch_up: takes in what other front ends have written before it was called.
        """
        self._post, self._kept = post, kept
        self._attach, self._complain, self._catch_up = attach, complain, catch_up
        self._logs: dict[LogName, _Log] = {}

    def ask_all(self, now: float) -> None:
        """Ask about each log whose last head this witness has not co-signed.

        Args:
            now: a clock that never runs back, seconds.
        """
        kept = self._kept()
        for name, log in tuple(kept.index.logs.items()):
            keeper = kept.keepers.get(name)
            if keeper is not None and keeper.state.identity.witnesses.named:
                named = keeper.state.identity.witnesses.named
                self._ask(log, named, now, renewal_of(keeper.state))

    def _ask(
        self,
        log: LogIndex,
        named: Sequence[Witness],
        now: float,
        renewal: float,
    ) -> None:
        """Ask about the last head of a log, once, or once more where sizes differ."""
        state = self._logs.setdefault(log.name, _Log())
        # Step 1.
        head = log.head
        if head is None or now < state.again:
            return
        if head.checkpoint == state.done and now < state.renew:
            return
        failed = self._asked(log, head, named, state)
        if failed is None:
            state.failures, state.again, state.renew = 0, 0.0, now + renewal
            state.told = False
            return
        # Step 7.
        if failed.knows and self._overtaken(log, failed.knows):
            state.again = now + LOOK_SECONDS
            return
        # Step 6.
        if not state.told:
            self._complain(f"{self._post.name}, {log.folder}: {failed.why}")
            state.told = True
        state.again = now + min(LONGEST_PAUSE, 2.0**state.failures)
        state.failures = min(state.failures + 1, 10)

    def _overtaken(self, log: LogIndex, size: int) -> bool:
        """Tell whether the storage has what a witness knows, or cannot be asked now.

        Args:
            log: as it was when the witness was asked.
            size: how many entries the witness has co-signed.
        """
        if self._kept().shared is None:
            return False
        try:
            self._catch_up()
        except OSError:
            # Whoever keeps the storage says why it does not answer.
            return True
        found = self._kept().index.logs.get(log.name)
        return found is not None and found.size >= size

    def _asked(
        self,
        log: LogIndex,
        head: SignedCheckpoint,
        named: Sequence[Witness],
        state: _Log,
    ) -> _Failed | None:
        """Ask, and return why there is no co-signature; ``None`` where there is."""
        try:
            answer = self._send(log, head, state.known)
            size = _size_in(answer)
            # Step 4.
            if size is not None and state.known != size <= head.checkpoint.size:
                state.known = size
                answer = self._send(log, head, size)
        except OSError as error:
            return _Failed(f"no answer: {in_words(error)}")
        if answer.status != 200:
            return _refusal(answer, head, state.known)
        # Step 5.
        lines = lines_of(answer.body, head, named)
        if not lines:
            why = "its answer holds no co-signature of a witness whom the log names"
            return _Failed(why)
        state.known = head.checkpoint.size
        cosigned = (head.lines[0], *lines.values())
        try:
            self._attach(log.name, SignedCheckpoint(head.checkpoint, cosigned))
        except (OSError, CryptoError, FairlotError) as error:
            return _Failed(f"its co-signature is not kept: {in_words(error)}")
        state.done = head.checkpoint
        return None

    def _send(self, log: LogIndex, head: SignedCheckpoint, known: int) -> Answer:
        """Send a head, with the proof from the size that the witness knows."""
        # Steps 2 and 3.
        size = head.checkpoint.size
        old = min(known, size)
        proof = consistency_proof(log.tree, old, size) if old else ()
        bare = SignedCheckpoint(head.checkpoint, head.lines[:1])
        return self._post.line.post(PATH, Submission(old, proof, bare).to_bytes())


def _size_in(answer: Answer) -> int | None:
    """Return the size that a witness says it knows; ``None`` in any other answer."""
    if answer.status != 409 or not answer.body.endswith(b"\n"):
        return None
    return read_decimal(answer.body[:-1].decode(errors="replace"))


def _refusal(answer: Answer, head: SignedCheckpoint, known: int) -> _Failed:
    size = _size_in(answer)
    if size is None:
        return _Failed(f"refused with status {answer.status}")
    if size > head.checkpoint.size:
        why = f"it co-signed {size} entries, and this log has {head.checkpoint.size}"
        what = "this folder is an old copy, or a witness was shown another log"
        return _Failed(f"{why}: {what}", size)
    if size == known:
        return _Failed(f"it co-signed another tree of {size} entries than this log has")
    return _Failed(f"it says now that it knows {size} entries, and before {known}")


class Asking:
    """All witnesses of a board, each asked in a thread of its own."""

    def __init__(
        self,
        everybody: Mapping[str, Correspondence],
        clock: Callable[[], float],
        complain: Callable[[str], None],
    ) -> None:
        """Ask nobody until ``start`` is called.

        Args:
            everybody: by where they are asked.
            clock: never runs back, seconds.
            complain: told what stops a thread for a while.
        """
        self._everybody, self._clock, self._complain = everybody, clock, complain
        self._wakes = {name: threading.Event() for name in everybody}
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to ask; a thread ends with the process where it does not before."""
        for name in self._everybody:
            threading.Thread(target=self._run, args=(name,), daemon=True).start()

    def wake(self) -> None:
        """Say that there may be a new head."""
        for event in self._wakes.values():
            event.set()

    def stop(self) -> None:
        """Ask nobody any more. Who is being asked is not waited for."""
        self._stopped.set()
        self.wake()

    def _run(self, name: str) -> None:
        event = self._wakes[name]
        while not self._stopped.is_set():
            event.clear()
            try:
                self._everybody[name].ask_all(self._clock())
            except Exception as error:  # noqa: BLE001 (this thread goes on, whatever it met)
                if self._stopped.is_set():
                    return
                self._complain(f"{name}: {in_words(error)}")
                self._stopped.wait(LONGEST_PAUSE)
            event.wait(LOOK_SECONDS)
