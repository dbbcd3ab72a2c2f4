"""Compares a log with the heads and receipts that people kept of it.

specs/audit.md, section 1.2. Each head binds the board to one history, and each receipt to an
entry in it; what witnesses have co-signed counts, whoever hands it over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fairlot.board.head import contradiction, verify_head
from fairlot.board.log_replay import Finding
from fairlot.board.log_state import LogState
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import Replay
from fairlot.board.standing import Cosigned
from fairlot.errors import Rejection
from fairlot.identity.registry import RegistryId
from fairlot_crypto.errors import ProofError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.merkle import Tree, verify_inclusion
from fairlot_crypto.log.proof import LogProof


@dataclass(frozen=True, slots=True)
class Kept:
    """What people kept of a board that they saw."""

    heads: tuple[SignedCheckpoint, ...] = ()
    receipts: tuple[LogProof, ...] = ()
    """What the board answered to the senders of entries."""

    @property
    def given(self) -> bool:
        """Tell whether there is anything to compare a log with."""
        return bool(self.heads or self.receipts)


NOTHING = Kept()


@dataclass(frozen=True, slots=True)
class Compared:
    """What a log is worth, given what was kept of it."""

    findings: tuple[Finding, ...]
    heads: tuple[SignedCheckpoint, ...]
    """Those of the sale's log that it extends."""
    seen: frozenset[Cosigned]
    """Their co-signatures."""
    registries: Mapping[RegistryId, frozenset[Cosigned]] = field(
        default_factory=dict[RegistryId, frozenset[Cosigned]]
    )
    """Those of heads of the logs of registries."""


def compare_kept(read: Replay, kept: Kept) -> Compared:
    """Compare the logs of a sale and of registries with what was kept of each."""
    findings, heads = list[Finding](), list[SignedCheckpoint]()
    seen = set[Cosigned]()
    registries = dict[RegistryId, frozenset[Cosigned]]()
    if kept.given and not any(log.state.begun for log in read.logs):
        why = "the file holds no terms: nothing says whose log it is to be compared"
        return Compared((Finding("heads.absent", why, None, None),), (), frozenset())
    for name, head, proof in _each(kept):
        state = _log_of(head, read)
        found = _judge(name, head, proof, state)
        if isinstance(found, Finding):
            findings.append(found)
        elif isinstance(state, RegistryState):
            known = registries.get(state.registry_id, frozenset())
            registries[state.registry_id] = known.union(found)
        else:
            heads.append(head)
            seen.update(found)
    return Compared(tuple(findings), tuple(heads), frozenset(seen), registries)


def _log_of(head: SignedCheckpoint, read: Replay) -> LogState:
    """Return the log that a head names; the last one where it is nobody's."""
    begun: list[LogState] = [log.state for log in read.logs if log.state.begun]
    origin = head.checkpoint.origin
    named = (state for state in begun if state.identity.origin == origin)
    return next(named, begun[-1])


def _each(kept: Kept) -> Iterator[tuple[str, SignedCheckpoint, LogProof | None]]:
    for number, head in enumerate(kept.heads, 1):
        yield f"head {number}", head, None
    for number, proof in enumerate(kept.receipts, 1):
        yield f"receipt {number}", proof.signed, proof


def _judge(
    name: str, head: SignedCheckpoint, proof: LogProof | None, state: LogState
) -> Finding | tuple[Cosigned, ...]:
    """Return what is wrong with a head, or with its receipt; else who co-signed it."""
    # Step 1.
    if head.checkpoint.origin != state.identity.origin:
        why = f"{name} is of another log, {head.checkpoint.origin}"
        return Finding("heads.origin", why, None, None)
    # Step 2.
    try:
        seen = verify_head(head, state)
    except Rejection as error:
        return Finding("heads.signature", f"{name}: {error.message}", None, None)
    # Step 3.
    problem = None if proof is None else _leaf_problem(proof, state.tree)
    if problem is not None:
        return Finding("heads.receipt", f"{name}: {problem}", None, None)
    # Step 4.
    problem = contradiction(head, state)
    if problem is not None:
        advice = "it is an old copy, or one of two histories: fairlot compare tells"
        return Finding("heads.fork", f"{name}: {problem}; {advice}", None, None)
    # Step 5.
    return seen


def _leaf_problem(proof: LogProof, tree: Tree) -> str | None:
    """Say why the leaf of this log is not the one that a receipt is for."""
    index, said = proof.index, proof.signed.checkpoint
    if index >= tree.size:
        return f"this log has no entry {index}, which the board has acknowledged"
    leaf = tree.subtree(index, index + 1)
    try:
        verify_inclusion(leaf, index, said.size, proof.hashes, said.root)
    except ProofError:
        why = f"entry {index} of this log is not the one that it is for"
        return (
            f"{why}: the board left that out or changed it, or the receipt is damaged"
        )
    return None
