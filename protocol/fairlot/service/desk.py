"""Takes entries in: cheap checks at once, the others in their turn (specs/service.md, 5)."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from fairlot.board.transcript import LogName
from fairlot.entry import Entry, Role, check_signature, read_entry
from fairlot.errors import Rejection, in_words
from fairlot.service.asking import Asking, Correspondence, Post
from fairlot.service.index import LogIndex
from fairlot.service.kept import KeptLogs
from fairlot.service.problems import RefusedError, UnavailableError, refused
from fairlot.service.rates import Buckets
from fairlot.service.writer import Outcome, Writer, is_full, nym_limit, proof_of
from fairlot_crypto import cbor
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.proof import LogProof
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class Limits:
    """What one service bears."""

    waiting: int = 256
    """Entries that wait for their turn; one more is refused."""
    at_once: int = 64
    """Entries that are verified and appended together."""
    body_seconds: float = 10.0
    """How long an entry may take to arrive."""
    retry_after: int = 2
    """Seconds that a sender is told to wait where too many wait already."""
    tick_seconds: float = 1.0
    """How often the board looks whether a marker is due."""


NOT_DUE = 409
"""The status of a refusal that the next marker may make wrong."""


class _Turn(NamedTuple):
    """An entry that waits."""

    log: LogName
    entry: Entry
    outcome: asyncio.Future[Outcome]


@dataclass(slots=True)
class Desk:
    """Where entries are handed in. It works while ``running``."""

    writer: Writer
    buckets: Buckets
    limits: Limits = field(default_factory=Limits)
    complain: Callable[[str], None] = lambda _: None
    """Told what stops the board, of which senders hear only that it is busy."""
    posts: tuple[Post, ...] = ()
    """The ways to the witnesses, who are asked while this runs."""
    _queue: asyncio.Queue[_Turn] = field(init=False)
    _thread: ThreadPoolExecutor = field(init=False)
    _asking: Asking = field(init=False)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Take entries in until the end, and leave nobody without an answer."""
        self._queue = asyncio.Queue(self.limits.waiting)
        self._thread = ThreadPoolExecutor(1, "fairlot-board")
        # Whoever asks first finds what was due while nobody served.
        self._asking = self._begin_to_ask()
        await self._look()
        tasks = [asyncio.create_task(each()) for each in (self._serve, self._tick)]
        self._asking.start()
        try:
            yield
            await self._queue.join()
        finally:
            self._asking.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._thread.shutdown()

    async def add(self, log: LogIndex, body: bytes, address: str) -> LogProof:
        """Take an entry in; it is durable when this returns.

        Args:
            log: to which it was sent.
            body: the bytes of the entry, of legal length.
            address: of the sender; it is not kept.

        Raises:
            RefusedError: with the first rule that is broken.
        """
        entry = _read(body, log.name)
        # Step 4.
        known = proof_of(log, entry)
        if known is not None:
            return known
        # Step 5.
        self.buckets.check(address)
        # Steps 6 to 8.
        await self._check(log, entry)
        turn = _Turn(log.name, entry, asyncio.get_running_loop().create_future())
        try:
            self._queue.put_nowait(turn)
        except asyncio.QueueFull:
            raise self._busy() from None
        outcome = await turn.outcome
        if outcome.proof is None:
            raise refused(outcome.refusal or nym_limit())
        return outcome.proof

    def _begin_to_ask(self) -> Asking:
        """Return what asks the witnesses, and attaches what they answer."""

        def attach(name: LogName, head: SignedCheckpoint) -> None:
            self._thread.submit(self.writer.attach, name, head).result()

        def catch_up() -> None:
            self._thread.submit(self.writer.tick).result()

        def about(post: Post) -> Correspondence:
            return Correspondence(post, self._kept, attach, self.complain, catch_up)

        everybody = {post.name: about(post) for post in self.posts}
        return Asking(everybody, time.monotonic, self.complain)

    def _kept(self) -> KeptLogs:
        return self.writer.kept

    async def _check(self, log: LogIndex, entry: Entry) -> None:
        """Check what takes microseconds; what another front end may know, there too."""
        try:
            self._check_here(log, entry)
        except RefusedError as refusal:
            if self._kept().shared is None or refusal.problem.status != NOT_DUE:
                raise
            # Section 14, step 6.
            await self._look()
            self._check_here(self._kept().index.logs[log.name], entry)

    def _check_here(self, log: LogIndex, entry: Entry) -> None:
        keeper = self.writer.kept.keepers.get(log.name)
        # Step 6.
        if keeper is None or entry.role is Role.BOARD:
            problem = "only the board of this log writes such an entry"
            raise RefusedError(403, Rejection("service.board-entry", problem))
        try:
            keeper.state.check_phase(entry)
            # Step 7.
            if is_full(log, entry):
                raise nym_limit()
            # Step 8.
            check_signature(entry, Statements())
        except Rejection as refusal:
            raise refused(refusal) from refusal

    def _busy(self) -> RefusedError:
        problem = f"{self.limits.waiting} entries wait already"
        error = UnavailableError("service.busy", problem)
        return RefusedError(503, error, self.limits.retry_after)

    async def _serve(self) -> None:
        """Hand entries to the thread that writes, many at a time."""
        while True:
            turns = [await self._queue.get()]
            while len(turns) < self.limits.at_once and not self._queue.empty():
                turns.append(self._queue.get_nowait())
            try:
                await self._write(turns)
            finally:
                for _ in turns:
                    self._queue.task_done()

    async def _write(self, turns: list[_Turn]) -> None:
        loop = asyncio.get_running_loop()
        batch = [(turn.log, turn.entry) for turn in turns]
        try:
            outcomes = await loop.run_in_executor(
                self._thread, self.writer.write, batch
            )
        except Exception as error:  # noqa: BLE001 (nobody may wait for ever)
            self.complain(in_words(error))
            for turn in turns:
                _set(turn.outcome, self._down())
            return
        for turn, outcome in zip(turns, outcomes, strict=True):
            _set(turn.outcome, outcome)
        self._asking.wake()

    def _down(self) -> RefusedError:
        problem = "the board cannot write now, and has taken nothing of this in"
        error = UnavailableError("service.disk", problem)
        return RefusedError(503, error, self.limits.retry_after)

    async def _tick(self) -> None:
        """Look at the clock, again and again."""
        while True:
            await asyncio.sleep(self.limits.tick_seconds)
            await self._look()

    async def _look(self) -> None:
        """Let the writer post what is due."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self.writer.tick)
        except Exception as error:  # noqa: BLE001 (the next look may find room)
            self.complain(in_words(error))
        self._asking.wake()


def _read(body: bytes, log: LogName) -> Entry:
    """Read an entry of a log."""
    try:
        # Step 2.
        entry = read_entry(cbor.decode(body), body)
    except (EncodingError, Rejection) as error:
        raise refused(error) from error
    # Step 3.
    if (entry.log, entry.scope) != log:
        problem = "the entry belongs to another log than the one of this address"
        raise refused(Rejection("entry.scope", problem))
    return entry


def _set(future: asyncio.Future[Outcome], found: Outcome | RefusedError) -> None:
    """Answer whoever still waits."""
    if future.done():
        return
    if isinstance(found, RefusedError):
        future.set_exception(found)
    else:
        future.set_result(found)
