"""Trust roots as a policy: of the terms, and of an auditor (specs/audit.md, section 6.1)."""

from collections.abc import Iterator, Sequence

from fairlot.board.head import merge_heads
from fairlot.board.log_replay import Finding
from fairlot.board.replay import Replay
from fairlot.terms.terms import Terms
from fairlot_crypto.errors import ProofError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.judgement import judge_checkpoint
from fairlot_crypto.log.policy import NO_QUORUM, Group, Log, Policy, Witness

WITNESSES = "witnesses"
"""The name of the one group of a policy that says what terms say."""


def terms_policy(terms: Terms) -> Policy:
    """Return what the terms say of log and witnesses, as a policy."""
    log, named = Log(terms.origin, terms.board.key), terms.witnesses.named
    if not named:
        return Policy((log,), (), (), NO_QUORUM)
    # A number before each name: no witness is called none, or like the group.
    witnesses = tuple(
        Witness(f"{number}:{each.name}", each.name, each.key)
        for number, each in enumerate(named, 1)
    )
    members = tuple(witness.name for witness in witnesses)
    group = Group(WITNESSES, terms.witnesses.quorum, members)
    return Policy((log,), witnesses, (group,), WITNESSES)


def policy_findings(
    policy: Policy | None, read: Replay, kept: Sequence[SignedCheckpoint]
) -> Iterator[Finding]:
    """Judge the last head of a log by a policy (steps 1 and 2).

    Args:
        policy: of an auditor, if there is one.
        read: the log, whose terms are known.
        kept: heads from elsewhere, verified, that the log extends.
    """
    if policy is None:
        return
    # Step 1.
    if not read.heads:
        yield _broken("no head of this file states its entries")
        return
    size = max(read.heads)
    same = (head for head in kept if head.checkpoint.size == size)
    last, *_ = merge_heads([read.heads[size], *same])
    # Step 2.
    try:
        judge_checkpoint(last, policy)
    except ProofError as error:
        yield _broken(f"of the last head, of {size} entries: {error.message}")


def _broken(why: str) -> Finding:
    return Finding("roots.policy", f"the policy does not hold: {why}", None, None)
