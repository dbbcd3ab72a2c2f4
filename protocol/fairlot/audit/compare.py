"""Compares what two people were shown of one sale (specs/audit.md, section 7)."""

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
class View:
    """What somebody was shown of a log."""

    heads: Mapping[int, SignedCheckpoint]
    """Size to head."""
    tree: Tree | None = None
    """Of the log; ``None`` for a head alone."""
    seals: tuple[Entry, ...] = ()
    registry: "View | None" = None
    """Of the registry log in the same file; ``None`` where there is none."""

    @classmethod
    def of_log(cls, read: Replay) -> "View":
        """Return what a transcript shows."""
        seals = (timed.entry for timed in read.entries)
        found = tuple(entry for entry in seals if entry.type is EntryType.SEAL)
        first = read.registry
        registry = cls(first.heads, first.state.tree) if first.state.begun else None
        return cls(read.heads, read.state.tree, found, registry)

    @classmethod
    def of_head(cls, head: SignedCheckpoint) -> "View":
        """Return what a head alone shows."""
        return cls({head.checkpoint.size: head})


def compare(log: Replay, other: View) -> Evidence | None:
    """Return evidence that a log and another view of it contradict each other.

    Args:
        log: a transcript, whose terms are known.
        other: another transcript, or a head; of another sale, if it has the log of the
            same registry, which alone is then compared.

    Returns:
        The first evidence that holds by itself; ``None`` where both can be true.

    Raises:
        InputError: ``compare.origin`` for views of two logs; ``compare.shorter`` for a
            head that is larger than the log, of which nothing can be told.
        Rejection: ``phase.no-terms``.
    """
    terms = log.state.terms
    mine, mine_size = View.of_log(log), log.state.tree.size
    ours, theirs = mine.registry, other.registry
    if ours is not None and theirs is not None and _origins(ours) == _origins(theirs):
        forked = _fork(log.state.registry.registry.board.key, ours, theirs)
        if forked is not None or _origins(mine) != _origins(other):
            return forked
    for head in other.heads.values():
        if head.checkpoint.origin != terms.origin:
            problem = f"these are two logs: {terms.origin}, {head.checkpoint.origin}"
            raise InputError("compare.origin", problem)
        if other.tree is None and head.checkpoint.size > mine_size:
            size = head.checkpoint.size
            problem = (
                f"the log ends after {mine_size} entries, before the head of {size}"
            )
            advice = "the board owes you a longer one; compare that"
            raise InputError("compare.shorter", f"{problem}: {advice}")
    return _fork(terms.board.key, mine, other) or _two_seals(mine, other)


def _origins(view: View) -> set[str]:
    return {head.checkpoint.origin for head in view.heads.values()}


def _fork(key: VerifyKey, mine: View, other: View) -> Fork | None:
    """Return evidence that two views of one log contradict each other."""
    first = _first_fork(key, mine, other.heads)
    return first or _first_fork(key, other, mine.heads)


def _first_fork(
    key: VerifyKey, log: View, heads: Mapping[int, SignedCheckpoint]
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


def _two_seals(first: View, second: View) -> TwoSeals | None:
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
