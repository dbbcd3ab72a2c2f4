"""Verifies entries and appends them in batches, in one thread (specs/service.md, 5)."""

import errno
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from fairlot.board.ahead import shown_in
from fairlot.board.following import follow
from fairlot.board.log_keeper import Receipt
from fairlot.board.once import named_nym
from fairlot.board.transcript import LogName, Record, Stop, log_of, read_records
from fairlot.entry import Entry, EntryHash
from fairlot.errors import InputError, Rejection
from fairlot.identity.showing import learn_shown
from fairlot.service.index import LogIndex
from fairlot.service.kept import KeptLogs, renewal_of
from fairlot.service.markers import post_due
from fairlot_crypto.errors import CallerError
from fairlot_crypto.log.checkpoint import SignedCheckpoint, date_of
from fairlot_crypto.log.merkle import Tree
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
        self._made: dict[EntryHash, bytes] = {}
        """The hints of what was verified in this turn, and before it."""

    def tick(self) -> None:
        """Take in what other front ends have written, and post the markers that are due.

        Raises:
            OSError: as the system says; nothing was acknowledged.
        """
        with self._turn():
            self._post_due()

    def write(self, entries: Sequence[tuple[LogName, Entry]]) -> list[Outcome]:
        """Append entries, each log's in one batch, and return what became of each.

        Args:
            entries: with their logs, which are kept here.

        Raises:
            OSError: as the system says; nothing of it was acknowledged.
        """
        self._prepare(entries)
        with self._turn():
            # Step 9.
            self._post_due()
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
        with self._turn():
            keeper, last = self.kept.keepers[name], self.kept.index.logs[name].head
            lines = head.lines[1:]
            if last is not None and last.checkpoint == head.checkpoint:
                renewal = renewal_of(keeper.state)
                lines = tuple(x for x in lines if _says_more(x, last, renewal))
            if lines:
                whole = (head.lines[0], *lines)
                keeper.attach(SignedCheckpoint(head.checkpoint, whole))

    def close(self) -> None:
        """Let others write."""
        self.kept.close()

    @contextmanager
    def _turn(self) -> Generator[None]:
        """Have the turn, with everything known that others have written (section 14)."""
        self._recover()
        with ExitStack() as stack:
            try:
                stack.enter_context(self.kept.turn())
            except BlockingIOError:
                # Nothing was changed: the next turn may come.
                raise
            except OSError:
                self._ahead = True
                raise
            self._follow()
            try:
                yield
            except (OSError, InputError):
                # The state is ahead of the disk.
                self._ahead = True
                raise
            finally:
                # Else whoever signs much nonsense would fill the memory.
                self._forget()

    def _prepare(self, entries: Sequence[tuple[LogName, Entry]]) -> None:
        """Do before the turn what others need not wait for (section 14, step 4)."""
        self._recover()
        if self.kept.shared is not None:
            self._follow()
            self._keep_hints()
            self._learn(entry for _, entry in entries)

    def _follow(self) -> None:
        """Take in what other front ends have written since (section 14, step 3)."""
        kept = self.kept
        if kept.shared is None:
            return
        try:
            begins, data = kept.index.length, kept.shared.news()
            if data:
                records = tuple(read_records(data, begins))
                logs = {name.scope: each.state for name, each in kept.keepers.items()}
                _check_known(records, logs)
                items = (each.item for each in records if isinstance(each, Record))
                self._learn(item for item in items if isinstance(item, Entry))
                follow(records, logs)
                kept.index.follow(data, begins)
        except BaseException:
            self._ahead = True
            raise

    def _post_due(self) -> None:
        if self.kept.sale is not None:
            post_due(self.kept.sale, self._clock())

    def _write(self, name: LogName, entries: Sequence[Entry]) -> list[Outcome]:
        keeper, log = self.kept.keepers[name], self.kept.index.logs[name]
        # Step 10.
        allowed = _within(log, entries)
        taken = [entry for entry, may in zip(entries, allowed, strict=True) if may]
        time = max(self._clock(), keeper.state.clock)
        self._learn(taken)
        receipts = iter(keeper.append(taken, time))
        return [
            _outcome(log, entry, next(receipts)) if may else Outcome(None, nym_limit())
            for entry, may in zip(entries, allowed, strict=True)
        ]

    def _learn(self, entries: Iterable[Entry]) -> None:
        """Verify the presentations among some entries together."""
        # Step 11.
        if self.kept.sale is None or not self.kept.sale.state.opened:
            return
        state = self.kept.sale.state
        mine = [entry for entry in entries if entry.scope == state.sale_id]
        found = [(entry, shown_in(state, entry)) for entry in mine]
        shown = [(entry.hash, each) for entry, each in found if each is not None]

        def told(place: int, hints: bytes) -> None:
            self._made[shown[place][0]] = hints

        showings, nothing = [each for _, each in shown], [None] * len(shown)
        if shown:
            learn_shown(showings, nothing, state.statements, self._randomness, told)

    def _forget(self) -> None:
        for keeper in self.kept.keepers.values():
            keeper.state.statements = Statements()
        self._keep_hints()

    def _keep_hints(self) -> None:
        """Keep the hints of what is on the log now; all others are forgotten."""
        made, self._made = self._made, {}
        hints, log = self.kept.hints, self.kept.main
        if hints is not None:
            # Section 3.1, step 2.
            places = ((log.place_of(each), made[each]) for each in made)
            hints.add({place: each for place, each in places if place is not None})

    def _recover(self) -> None:
        """Open the logs again after a write that failed."""
        # Step 13.
        if self._ahead:
            before = self.kept
            before.close()
            again = self._reopen()
            try:
                _check_goes_on(before, again)
            except BaseException:
                again.close()
                raise
            self.kept, self._ahead = again, False


def _check_known(
    records: Iterable[Record | Stop], logs: Mapping[bytes, object]
) -> None:
    """Check that no other log has begun than those that are kept.

    Raises:
        OSError: then everything is to be read anew.
    """
    names = (log_of(record) for record in records)
    if any(name is not None and name.scope not in logs for name in names):
        problem = "another front end has begun a log: everything is read anew"
        raise OSError(errno.ESTALE, problem)


def _check_goes_on(before: KeptLogs, now: KeptLogs) -> None:
    """Check that a storage still holds what was acknowledged.

    Raises:
        InputError: ``board.rewound``.
    """
    for name, log in before.index.logs.items():
        found = now.index.logs.get(name)
        size = log.size
        tree = Tree() if found is None else found.tree
        if tree.size < size or tree.root(size) != log.tree.root(size):
            problem = f"the storage has lost entries of {log.folder}"
            advice = "stop, and restore what was acknowledged"
            raise InputError("board.rewound", f"{problem}; {advice}")


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
