"""Compares what two people were shown of one sale or registry (specs/audit.md, section 7)."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairlot.audit.evidence import Evidence, Fork, TwoSeals
from fairlot.board.replay import Replay
from fairlot.entry import Entry, EntryType
from fairlot.errors import InputError, Rejection
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.merkle import Tree, consistency_proof


@dataclass(frozen=True, slots=True)
class LogView:
    """What somebody was shown of one log."""

    heads: Mapping[int, SignedCheckpoint]
    """Size to head."""
    tree: Tree | None = None
    """Of the log; ``None`` for a head alone."""
    key: VerifyKey | None = None
    """The key of its board; ``None`` for a head alone."""
    seals: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What somebody was shown: one log or more."""

    logs: Mapping[str, LogView]
    """By origin; those of registries first, oldest first."""

    @classmethod
    def of_log(cls, read: Replay) -> "View":
        """Return what a transcript shows: every log that it says whose it is."""
        logs: dict[str, LogView] = {}
        for log in read.logs:
            if log.state.begun:
                seals = log.entries.of(EntryType.SEAL)
                found = tuple(timed.entry for timed in seals)
                named = log.state.identity
                view = LogView(log.heads, log.state.tree, named.board.key, found)
                logs[named.origin] = view
        return cls(logs)

    @classmethod
    def of_head(cls, head: SignedCheckpoint) -> "View":
        """Return what a head alone shows."""
        said = head.checkpoint
        return cls({said.origin: LogView({said.size: head})})


def compare(log: Replay, other: View) -> Evidence | None:
    """Return evidence that a transcript and another view contradict each other.

    Args:
        log: a transcript.
        other: another one, or a head; every log that is in both is compared.

    Returns:
        The first evidence that holds by itself; ``None`` where both can be true.

    Raises:
        InputError: ``compare.origin`` for views that have no log in common;
            ``compare.shorter`` for a head that is larger than its log, of which nothing
            can be told.
    """
    mine = View.of_log(log).logs
    common = [origin for origin in mine if origin in other.logs]
    if not common:
        problem = f"these are other logs: {_names(mine)}; and {_names(other.logs)}"
        raise InputError("compare.origin", problem)
    for origin in common:
        ours, theirs = mine[origin], other.logs[origin]
        _check_length(ours, theirs)
        found = _fork(ours, theirs) or _two_seals(ours, theirs)
        if found is not None:
            return found
    return None


def _names(logs: Mapping[str, LogView]) -> str:
    return ", ".join(logs) or "none"


def _check_length(log: LogView, other: LogView) -> None:
    """Refuse a head alone of which a log that ends before it says nothing."""
    size = max(other.heads, default=0)
    length = 0 if log.tree is None else log.tree.size
    if other.tree is None and size > length:
        problem = f"the log ends after {length} entries, before the head of {size}"
        advice = "the board owes you a longer one; compare that"
        raise InputError("compare.shorter", f"{problem}: {advice}")


def _fork(mine: LogView, other: LogView) -> Fork | None:
    """Return evidence that two views of one log contradict each other."""
    if mine.key is None:
        return None
    first = _first_fork(mine.key, mine, other.heads)
    return first or _first_fork(mine.key, other, mine.heads)


def _first_fork(
    key: VerifyKey, log: LogView, heads: Mapping[int, SignedCheckpoint]
) -> Fork | None:
    """Return evidence for the smallest head that a log does not extend."""
    if log.tree is None:
        return None
    for size in sorted(heads):
        if size > log.tree.size:
            break
        root = log.tree.root(size)
        if root == heads[size].checkpoint.root:
            continue
        for later in sorted(each for each in log.heads if each >= size):
            proof = () if later == size else consistency_proof(log.tree, size, later)
            fork = Fork(key, heads[size], log.heads[later], root, proof)
            if _holds(fork):
                return fork
    return None


def _two_seals(first: LogView, second: LogView) -> TwoSeals | None:
    made = {(entry.key, entry.scope): entry for entry in first.seals}
    for entry in second.seals:
        mine = made.get((entry.key, entry.scope))
        both = TwoSeals(mine, entry) if mine is not None else None
        if both is not None and _holds(both):
            return both
    return None


def _holds(evidence: Evidence) -> bool:
    try:
        evidence.verify()
    except Rejection:
        return False
    return True
