"""A game: the board and some of the roster conspire, and honest contributors follow the rules.

The conspirators play two branches of one sale. The honest are automata (specs/beacon.md,
section 7): each commits once, seals once and only what it saw, reveals only under an accepted
SEALED that is in time, and never follows a log that does not extend the head it kept.
Witnesses, where there are any, co-sign the branch that they were shown first, and no other.

Every branch becomes a real transcript with real signatures, and the product judges it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, combinations, product

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.board.head import check_head
from fairlot.board.phase import Phase, VoidReason
from fairlot.board.replay import replay
from fairlot.board.standing import DUE, Watch
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.logs import LogKind
from fairlot.rehearsal.parts import START, TIMES
from fairlot_crypto.log.checkpoint import SignedCheckpoint, sign_checkpoint
from kit.board import as_record, cosigned
from kit.lying_board import LyingBoard
from kit.sales import stage
from kit.stage import STATEMENTS, Stage

Keys = frozenset[int]
"""Places in the roster, or numbers of witnesses."""
NOBODY: Keys = frozenset()
WITNESSES: Keys = frozenset(range(3))
QUORUM = 2
GROUND = 1_000
"""What is added to a key's place for the opening that it has ground."""
LATE = TIMES.slack + 1

Outcome = str
"""The seed in hexadecimal digits, or ``void``."""
VOID: Outcome = "void"


@dataclass(frozen=True, slots=True)
class Game:
    """Who plays, and by which terms."""

    roster: int
    needed: int
    """How many must commit and seal."""
    corrupt: Keys
    watched: bool = False
    salt: int = 0
    """Another number, and nothing that was shown before is remembered."""

    @property
    def honest(self) -> Keys:
        """The contributors who follow the rules."""
        return frozenset(range(self.roster)) - self.corrupt

    @property
    def bound(self) -> int:
        """How many corrupt keys two sealed sets take."""
        return 2 * self.needed - self.roster


@dataclass(frozen=True, slots=True)
class Branch:
    """One history of the sale."""

    deposits: int
    """Which set of deposits CLOSE froze: 0 or 1."""
    commits: tuple[tuple[int, bool], ...]
    """Key and whether its opening was ground, in the order of the board."""
    seals: Keys
    end: EntryType | VoidReason
    """RESULT, or why it is void; EXPIRED tries to void it behind SEALED."""
    seen: Keys = NOBODY
    """The witnesses who were shown it first."""
    late: EntryType | None = None
    """The marker whose head was shown, or dated, too late."""

    @property
    def committed(self) -> Keys:
        """Whose commitments are in it."""
        return frozenset(key for key, _ in self.commits)


@dataclass(frozen=True, slots=True)
class Shown:
    """How the product judges a branch."""

    data: bytes
    outcome: Outcome | None
    """``None`` where the audit does not hold."""
    head: SignedCheckpoint | None
    """What a contributor keeps who reveals in it; ``None`` without an accepted SEALED."""
    roots: frozenset[tuple[int, bytes]]
    """Size and root of every head."""


class Conspirator(LyingBoard):
    """A board that dates its heads as a branch says."""

    def __init__(self, on: Stage, branch: Branch) -> None:
        super().__init__(on)
        self._branch = branch
        self.last: SignedCheckpoint | None = None

    def mark(self, due: int, marker: Entry) -> None:
        """Post a marker in time, and show its head when the branch says."""
        self.put(due, marker)
        late = marker.type is self._branch.late
        self.raw(self.checkpoint(due + LATE if late else due))

    def checkpoint(self, time: int, log: LogKind = LogKind.SALE) -> bytes:
        """Return a head with the co-signatures that the conspirators can have."""
        if log is LogKind.REGISTRY:
            return super().checkpoint(time, log)
        if not self.on.terms.witnesses.named:
            self.last = self.signed(self.head(), time)
            return as_record(self.last)
        said, origin = self.head(), self.on.terms.origin
        line = sign_checkpoint(said, origin, self.on.parts.board)
        shared = self.state.phase in (Phase.ANNOUNCED, Phase.OPEN)
        who = sorted(WITNESSES if shared else self._branch.seen)
        dated = (cosigned(self.on, said, number, time) for number in who)
        self.last = SignedCheckpoint(said, (line, *dated))
        return as_record(self.last)


@cache
def cast(game: Game) -> Stage:
    """Return the stage of a game: nobody is there but the roster."""
    on = stage(names=(), contributors=game.roster)
    needed = None if game.needed == game.roster else game.needed
    beacon = replace(on.terms.beacon, min_commits=needed)
    on = on.with_terms(replace(on.terms, beacon=beacon))
    return on.watched(len(WITNESSES), QUORUM) if game.watched else on


def show(game: Game, branch: Branch) -> Shown:
    """Play a branch, and judge it."""
    return _shown(replace(game, corrupt=NOBODY), branch)


@cache
def _shown(game: Game, branch: Branch) -> Shown:
    on = cast(game)
    board = Conspirator(on, branch)
    head = _play(board, branch)
    heads = replay(board.data, on.state()).heads.items()
    roots = frozenset((size, each.checkpoint.root) for size, each in heads)
    return Shown(board.data, judge(on, board.data), head, roots)


def _play(board: Conspirator, branch: Branch) -> SignedCheckpoint | None:
    """Play a branch to its end, and return the head behind SEALED if there is one."""
    on = board.on
    for entry in (on.registry_entry(), *map(on.leaf_entry, on.enrolled)):
        board.batch(START, entry)
    board.batch(START, on.roll_entry())
    board.batch(START, on.terms_entry())
    if branch.end is VoidReason.OPEN_MISSED:
        _void(board, TIMES.open, branch.end)
        return None
    board.mark(START, on.open_entry())
    if branch.deposits:
        board.batch(START + 60, on.time_entry(START + 60))
    if branch.end is VoidReason.CLOSE_MISSED:
        _void(board, TIMES.close, branch.end)
        return None
    board.mark(TIMES.close, on.close(board.state))
    _commit(board, branch)
    if branch.end is VoidReason.COMMIT_END_MISSED:
        _void(board, TIMES.commit_end, branch.end)
        return None
    board.mark(TIMES.commit_end, on.sign(EntryType.COMMIT_END))
    return None if board.state.phase is Phase.VOID else _seal(board, branch)


def _commit(board: Conspirator, branch: Branch) -> None:
    on, frozen = board.on, board.state.contributions.frozen
    made = [
        on.commit(frozen, key, alpha=opening(on, key, ground))
        for key, ground in branch.commits
    ]
    if made:
        board.batch(TIMES.close + 10, *made)


def _seal(board: Conspirator, branch: Branch) -> SignedCheckpoint | None:
    on = board.on
    seals = [on.seal(board.state, key) for key in sorted(branch.seals)]
    if seals:
        board.batch(TIMES.commit_end + 10, *seals)
    if branch.end is VoidReason.SEALED_MISSED:
        _void(board, TIMES.seal_end, branch.end)
        return None
    board.mark(TIMES.seal_end, on.sign(EntryType.SEALED))
    head = board.last if board.state.phase is Phase.REVEAL else None
    if branch.end is VoidReason.EXPIRED:
        # The board changes its mind behind SEALED.
        _void(board, TIMES.seal_end, VoidReason.SEALED_MISSED)
    else:
        _draw(board)
    return head


def _draw(board: Conspirator) -> None:
    """Recover all openings: whether they were revealed changes nothing."""
    on, state, time = board.on, board.state, TIMES.reveal_end
    board.mark(time, on.sign(EntryType.REVEAL_END))
    if state.phase is Phase.RESULT:
        board.batch(time + 5, on.recovery(state.contributions))
        board.mark(time + 10, on.result(state))


def _void(board: Conspirator, due: int, reason: VoidReason) -> None:
    body = {"reason": reason.value}
    board.mark(due + LATE, board.on.sign(EntryType.VOID, body))


def opening(on: Stage, key: int, ground: bool) -> int:
    """Return the opening of a commitment."""
    return on.alpha(key + GROUND if ground else key)


def judge(on: Stage, data: bytes) -> Outcome | None:
    """Return the outcome that passes an audit, of a rehearsal too."""
    report = audit(data, on.curve, Expected(), STATEMENTS)
    if any(finding.code != "audit.rehearsal" for finding in report.findings):
        return None
    if report.phase == Phase.VOID.value:
        return VOID
    draw = replay(data, on.state()).state.draw
    return draw.seed.hex() if draw else None


def passes_with(game: Game, shown: Shown, head: SignedCheckpoint) -> Outcome | None:
    """Return the outcome that passes an audit given a head that somebody kept."""
    said = head.checkpoint
    if shown.outcome is None or (said.size, said.root) not in shown.roots:
        return None
    read = replay(shown.data, cast(replace(game, corrupt=NOBODY)).state())
    try:
        seen = check_head(head, read.state)
    except Rejection:
        return None
    watch = Watch(read.watch.seen | set(seen))
    agrees = watch.void_reason(read.state) is read.state.void_reason
    return shown.outcome if agrees else None


def branches(
    game: Game, available: Sequence[Keys], seen: Keys = NOBODY
) -> Iterator[Branch]:
    """Yield every branch that the honest entries allow.

    Args:
        game: who plays.
        available: for each set of deposits, who of the honest committed to it.
        seen: the witnesses who are shown this branch first.
    """
    for deposits, honest in enumerate(available):
        for there in subsets(honest):
            for ground in product((None, False, True), repeat=len(game.corrupt)):
                dishonest = zip(sorted(game.corrupt), ground, strict=True)
                added = [(key, how) for key, how in dishonest if how is not None]
                commits = (*((key, False) for key in sorted(there)), *added)
                yield from _ends(deposits, commits, seen)


def _ends(
    deposits: int, commits: tuple[tuple[int, bool], ...], seen: Keys
) -> Iterator[Branch]:
    committed = frozenset(key for key, _ in commits)
    plain = Branch(deposits, commits, NOBODY, EntryType.RESULT, seen)
    yield replace(plain, commits=commits[::-1], seals=committed)
    yield replace(plain, end=VoidReason.OPEN_MISSED)
    yield replace(plain, end=VoidReason.CLOSE_MISSED)
    yield replace(plain, end=VoidReason.COMMIT_END_MISSED)
    for seals in subsets(committed):
        sealed = replace(plain, seals=seals)
        yield sealed
        if seals == committed:
            yield replace(sealed, end=VoidReason.SEALED_MISSED)
            yield replace(sealed, end=VoidReason.EXPIRED)
            yield from (replace(sealed, late=marker) for marker in DUE)


def subsets(of: Keys) -> Iterator[Keys]:
    """Yield every subset."""
    some = sorted(of)
    sizes = (combinations(some, size) for size in range(len(some) + 1))
    return map(frozenset, chain.from_iterable(sizes))
