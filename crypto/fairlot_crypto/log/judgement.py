"""Checkpoints judged by a policy (specs/log.md, section 6.3)."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from fairlot_crypto.errors import ProofError
from fairlot_crypto.log.checkpoint import (
    SignedCheckpoint,
    unknown_lines,
    verify_checkpoint,
    verify_cosignature,
)
from fairlot_crypto.log.note import NoteKey, SignatureLine
from fairlot_crypto.log.policy import NO_QUORUM, Group, Log, Policy, Witness


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness, and when it says to have seen the checkpoint."""

    witness: Witness
    """As the policy has it."""
    time: int
    """In Unix seconds, at most 2^63 - 1: the claim of the witness."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why a checkpoint may be believed under a policy, and what of it was not looked at."""

    logs: tuple[Log, ...]
    """Whose signatures hold: at least one key of the log that the origin names."""
    cosigned: tuple[Cosigned, ...]
    """Whose cosignatures hold, in the order of the policy, in the quorum or not."""
    unknown: tuple[SignatureLine, ...]
    """The lines of keys that the policy does not name; nothing of them is verified."""


def judge_checkpoint(signed: SignedCheckpoint, policy: Policy) -> Judgement:
    """Verify every signature of a key that the policy names, and its quorum.

    The steps are those of specs/log.md, section 6.3.

    Raises:
        ProofError: ``policy.log``, ``policy.quorum`` with the names of those who are
            missing, ``checkpoint.cosignature``, ``signature.invalid``.
    """
    origin = signed.checkpoint.origin
    # Step 1.
    logs = tuple(log for log in policy.logs if _names(signed, log.note_key))
    if not logs or any(log.origin != origin for log in logs):
        raise ProofError(
            "policy.log",
            f"a log that the policy calls {origin} must have signed, and no other log of it",
        )
    # Step 2.
    for log in logs:
        verify_checkpoint(signed, log.origin, log.key)
    # Step 3.
    cosigned = tuple(
        Cosigned(w, verify_cosignature(signed, w.key_name, w.key))
        for w in policy.witnesses
        if _names(signed, w.note_key)
    )
    # Step 4.
    _check_quorum(policy, {each.witness.name for each in cosigned})
    # Step 5.
    known = [log.note_key for log in policy.logs]
    known += [witness.note_key for witness in policy.witnesses]
    return Judgement(logs, cosigned, unknown_lines(signed, known))


def _names(signed: SignedCheckpoint, key: NoteKey) -> bool:
    """Tell whether a line claims to be of ``key``."""
    return any(
        (line.name, line.key_id) == (key.name, key.key_id) for line in signed.lines
    )


def _check_quorum(policy: Policy, cosigned: Container[str]) -> None:
    if policy.quorum == NO_QUORUM:
        return
    groups = {group.name: group for group in policy.groups}
    missing = _missing(policy.quorum, groups, cosigned)
    if missing:
        raise ProofError(
            "policy.quorum", f"the quorum must have witnessed; missing: {missing}"
        )


def _missing(name: str, groups: Mapping[str, Group], cosigned: Container[str]) -> str:
    """Return who has yet to witness for ``name``; nothing if it has witnessed."""
    if name not in groups:
        return "" if name in cosigned else name
    members = groups[name].members
    lacks = [text for m in members if (text := _missing(m, groups, cosigned))]
    more = groups[name].threshold - (len(members) - len(lacks))
    return f"{more} more of {name} ({', '.join(lacks)})" if more > 0 else ""
