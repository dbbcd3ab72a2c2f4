"""Verifies entries and appends them in batches, in one thread (specs/service.md, 5)."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fairlot.board.ahead import shown_in
from fairlot.board.log_keeper import Receipt
from fairlot.board.once import named_nym
from fairlot.board.sale import SaleState
from fairlot.board.transcript import LogName
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.identity.showing import learn_shown
from fairlot.service.index import LogIndex
from fairlot.service.kept import KeptLogs, renewal_of
from fairlot.service.markers import post_due
from fairlot_crypto.errors import CallerError
from fairlot_crypto.log.checkpoint import SignedCheckpoint, date_of
from fairlot_crypto.log.note import SignatureLine
from fairlot_crypto.log.proof import LogProof, make_proof
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements

A_NYM = 16
"""Entries that the board takes of one nym in one epoch."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry."""

    proof: LogProof | None
    """Of its leaf, durable; ``None`` where it was refused."""
    refusal: Rejection | None


class Writer:
    """Owns the logs. All but ``kept`` is called from one thread at a time."""

    def __init__(
        self,
        reopen: Callable[[], KeptLogs],
        clock: Callable[[], int],
        randomness: Randomness,
    ) -> None:
        """Open the logs.

        Args:
            reopen: locks and verifies the storage, and returns its logs.
            clock: the board's, Unix seconds.
            randomness: the system's entropy, on which no verdict depends.
        """
        self._reopen, self._clock, self._randomness = reopen, clock, randomness
        self.kept = reopen()
        """The logs; others after a write that failed."""
        self._ahead = False

    def tick(self) -> None:
        """Post the markers that are due.

        Raises:
            OSError: as the system says; nothing was acknowledged.
        """
        self._recover()
        if self.kept.sale is not None:
            try:
                post_due(self.kept.sale, self._clock())
            except OSError:
                self._ahead = True
                raise

    def write(self, entries: Sequence[tuple[LogName, Entry]]) -> list[Outcome]:
        """Append entries, each log's in one batch, and return what became of each.

        Args:
            entries: with their logs, which are kept here.

        Raises:
            OSError: as the system says; nothing of it was acknowledged.
        """
        # Step 9.
        self.tick()
        found: dict[int, Outcome] = {}
        for name in dict.fromkeys(name for name, _ in entries):
            places = [i for i, (log, _) in enumerate(entries) if log == name]
            outcomes = self._write(name, [entries[i][1] for i in places])
            found.update(zip(places, outcomes, strict=True))
        return [found[place] for place in range(len(entries))]

    def attach(self, name: LogName, head: SignedCheckpoint) -> None:
        """Attach what witnesses have co-signed; it is durable when this returns.

        Lines of those whose line the last head has already are left out, but for a date that
        issuers wait for (section 11, step 5).

        Args:
            name: of the log.
            head: one of its heads, with the board's line first.

        Raises:
            Rejection: as ``LogKeeper.attach``.
            OSError: as the system says.
        """
        self._recover()
        keeper, last = self.kept.keepers[name], self.kept.index.logs[name].head
        lines = head.lines[1:]
        if last is not None and last.checkpoint == head.checkpoint:
            renewal = renewal_of(keeper.state)
            lines = tuple(x for x in lines if _says_more(x, last, renewal))
        if not lines:
            return
        try:
            keeper.attach(SignedCheckpoint(head.checkpoint, (head.lines[0], *lines)))
        except OSError:
            self._ahead = True
            raise

    def close(self) -> None:
        """Let others write."""
        self.kept.close()

    def _write(self, name: LogName, entries: Sequence[Entry]) -> list[Outcome]:
        keeper, log = self.kept.keepers[name], self.kept.index.logs[name]
        # Step 10.
        allowed = _within(log, entries)
        taken = [entry for entry, may in zip(entries, allowed, strict=True) if may]
        time = max(self._clock(), keeper.state.clock)
        try:
            if isinstance(keeper.state, SaleState):
                self._learn(keeper.state, taken)
            receipts = iter(keeper.append(taken, time))
        except OSError:
            # The state is ahead of the disk.
            self._ahead = True
            raise
        finally:
            # Else whoever signs much nonsense would fill the memory.
            keeper.state.statements = Statements()
        return [
            _outcome(log, entry, next(receipts)) if may else Outcome(None, nym_limit())
            for entry, may in zip(entries, allowed, strict=True)
        ]

    def _learn(self, state: SaleState, entries: Iterable[Entry]) -> None:
        """Verify the presentations of a batch together."""
        # Step 11.
        if not state.opened:
            return
        shown = [shown_in(state, entry) for entry in entries]
        found = [each for each in shown if each is not None]
        if len(found) > 1:
            nothing = [None] * len(found)
            learn_shown(found, nothing, state.statements, self._randomness)

    def _recover(self) -> None:
        """Open the logs again after a write that failed."""
        # Step 13.
        if self._ahead:
            self.kept.close()
            self.kept = self._reopen()
            self._ahead = False


def proof_of(log: LogIndex, entry: Entry) -> LogProof | None:
    """Return the proof of an entry that was accepted; ``None`` for any other."""
    place, head = log.place_of(entry.hash), log.head
    if place is None or head is None or place >= head.checkpoint.size:
        return None
    return make_proof(log.tree, place, head)


def nym_limit() -> Rejection:
    """Return the refusal of one entry too many of a nym."""
    problem = f"the board takes {A_NYM} entries of a nym in an epoch: wait for the next"
    return Rejection("service.nym-limit", problem)


def is_full(log: LogIndex, entry: Entry) -> bool:
    """Tell whether the nym of an entry has as many entries as it may have."""
    named = named_nym(entry)
    return named is not None and log.count_of(*named) >= A_NYM


def _says_more(line: SignatureLine, last: SignedCheckpoint, renewal: float) -> bool:
    """Tell whether a co-signature is a new one, or dated so much later than the last."""
    same = [
        each
        for each in last.lines[1:]
        if (each.name, each.key_id) == (line.name, line.key_id)
    ]
    return all(date_of(line) - date_of(each) >= renewal for each in same)


def _within(log: LogIndex, entries: Sequence[Entry]) -> list[bool]:
    """Tell of each entry whether its nym may have one more, those before it counted."""
    before = Counter[tuple[bytes, int]]()
    allowed: list[bool] = []
    for entry in entries:
        named = named_nym(entry)
        allowed.append(named is None or log.count_of(*named) + before[named] < A_NYM)
        if named is not None:
            before[named] += 1
    return allowed


def _outcome(log: LogIndex, entry: Entry, receipt: Receipt) -> Outcome:
    # Step 12.
    proof = proof_of(log, entry)
    if proof is not None:
        return Outcome(proof, None)
    if receipt.refusal is None:
        raise CallerError("board.receipt", "an accepted entry has no durable leaf")
    return Outcome(None, receipt.refusal)
