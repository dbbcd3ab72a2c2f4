"""What somebody hands over beside a transcript: rounds, heads, receipts, a policy.

Nothing is verified here: these are read, or taken as they were read before.
"""

from collections.abc import Iterable
from typing import TypeAlias

from fairlot_crypto.errors import CallerError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.policy import Policy
from fairlot_crypto.log.proof import LogProof
from fairlot_crypto.timelock.drand import Beacon, read_beacon

GivenHead: TypeAlias = SignedCheckpoint | str | bytes
"""A head, or the signed note that it is."""
GivenReceipt: TypeAlias = LogProof | bytes
"""A receipt, or the file of one."""
GivenPolicy: TypeAlias = Policy | bytes
"""A policy, or the file of one."""


def read_rounds(rounds: Iterable[bytes]) -> tuple[Beacon, ...]:
    """Read rounds, each the JSON of a relay (specs/drand.md, section 5.1).

    Raises:
        CallerError: ``audit.round`` for what is not bytes.
        EncodingError: ``drand.json``, ``drand.round``, ``drand.randomness``.
    """
    return tuple(map(_round, rounds))


def read_heads(heads: Iterable[GivenHead]) -> tuple[SignedCheckpoint, ...]:
    """Read heads, each a signed note (specs/log.md, section 4).

    Raises:
        CallerError: ``audit.head`` for what is no head.
        EncodingError: ``note.*``, ``checkpoint.*`` for a text that is none.
    """
    if not _listed(heads):
        raise CallerError("audit.head", "heads come in a list, one alone too")
    return tuple(map(_head, heads))


def read_receipts(receipts: Iterable[GivenReceipt]) -> tuple[LogProof, ...]:
    """Read receipts (specs/log.md, section 7.2).

    Raises:
        CallerError: ``audit.receipt`` for what is no receipt.
        EncodingError: ``proof.*``, ``note.*``, ``checkpoint.*`` for bytes that are none.
    """
    if not _listed(receipts):
        raise CallerError("audit.receipt", "receipts come in a list, one alone too")
    return tuple(map(_receipt, receipts))


def read_policy(policy: GivenPolicy) -> Policy:
    """Read a policy (specs/log.md, section 6.2).

    Raises:
        CallerError: ``audit.policy`` for what is no policy.
        EncodingError: ``policy.*``, ``note.*``, ``signature.key`` for bytes that are none.
    """
    return _policy(policy)


def _listed(given: object) -> bool:
    """Tell whether there may be several; a text alone would be a list of characters."""
    return isinstance(given, Iterable) and not isinstance(given, str | bytes)


def _round(data: object) -> Beacon:
    if not isinstance(data, bytes):
        problem = f"a round is a relay's JSON in bytes, not {type(data).__name__}"
        raise CallerError("audit.round", problem)
    return read_beacon(data)


def _head(head: object) -> SignedCheckpoint:
    if isinstance(head, SignedCheckpoint):
        return head
    if isinstance(head, bytes):
        # Bytes that are no UTF-8 become surrogates, which no note may hold.
        head = head.decode(errors="surrogateescape")
    if isinstance(head, str):
        return SignedCheckpoint.parse(head)
    problem = f"a head is a signed note, not {type(head).__name__}"
    raise CallerError("audit.head", problem)


def _receipt(receipt: object) -> LogProof:
    if isinstance(receipt, LogProof):
        return receipt
    if isinstance(receipt, bytes):
        return LogProof.parse(receipt)
    problem = f"a receipt is the bytes of its file, not {type(receipt).__name__}"
    raise CallerError("audit.receipt", problem)


def _policy(policy: object) -> Policy:
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, bytes):
        return Policy.parse(policy)
    problem = f"a policy is the bytes of its file, not {type(policy).__name__}"
    raise CallerError("audit.policy", problem)
