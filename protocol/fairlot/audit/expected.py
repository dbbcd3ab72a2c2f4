"""What an auditor expects, and compares a transcript with (specs/audit.md, section 1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairlot.audit.kept import Kept
from fairlot.audit.report import Roots
from fairlot.audit.trust import policy_findings
from fairlot.board.log_replay import Finding
from fairlot.board.replay import Replay
from fairlot.board.sale import SaleState
from fairlot.fields import bytes_problem
from fairlot.identity.registry import Registry
from fairlot.names import HASH_LENGTH
from fairlot_crypto.errors import CallerError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.policy import Policy

_REHEARSED = (
    "this is a rehearsal: one machine played every role, and whoever ran it may have known "
    "every key and the draw; --rehearsal accepts it"
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the auditor has from elsewhere: trust roots, and whether it may be a rehearsal."""

    sale_id: bytes | None = None
    """32 bytes; ``None`` where the auditor has none."""
    board_key: bytes | None = None
    """Ed25519 key, 32 bytes; ``None`` where the auditor has none."""
    rehearsal: bool = False
    """Whether a rehearsal is accepted."""
    policy: Policy | None = None
    """The log and the witnesses that the auditor trusts; ``None`` where there is none."""
    registry_alone: bool = False
    """Whether the log of a registry without any sale is what is to be audited."""

    def __post_init__(self) -> None:
        """Refuse what can be no root, since no transcript would ever agree with it.

        Raises:
            CallerError: ``audit.root`` unless each is 32 bytes or ``None``;
                ``audit.flag`` unless the flags are booleans.
        """
        _check_flag("rehearsal", self.rehearsal)
        _check_flag("registry_alone", self.registry_alone)
        for name, root in (("sale_id", self.sale_id), ("board_key", self.board_key)):
            problem = None if root is None else bytes_problem(root, HASH_LENGTH)
            if problem:
                hint = "bytes.fromhex() reads hexadecimal digits"
                raise CallerError("audit.root", f"{name} {problem}; {hint}")

    @property
    def given(self) -> bool:
        """Tell whether there is any trust root."""
        roots = (self.sale_id, self.board_key, self.policy)
        return any(root is not None for root in roots)


def _check_flag(name: str, flag: object) -> None:
    """Refuse what is no boolean: a text such as "no" would accept a rehearsal."""
    if not isinstance(flag, bool):
        problem = f"{name} is True or False, not {type(flag).__name__}"
        raise CallerError("audit.flag", problem)


def root_findings(
    read: Replay, expected: Expected, heads: Sequence[SignedCheckpoint]
) -> Iterator[Finding]:
    """Compare what was read with the roots that the auditor has (step 2).

    Args:
        read: the replay of the transcript.
        expected: by the auditor.
        heads: from elsewhere, those of the sale's log that it extends.
    """
    if read.state.begun:
        yield from _sale_roots(read.state, expected)
        yield from policy_findings(expected.policy, read, heads)
    elif (alone := registry_alone(read, expected)) is not None:
        yield from _registry_roots(alone, expected)
    elif expected.given:
        why = "the file holds no terms to compare with what is expected"
        yield Finding("roots.absent", why, 0, None)


def registry_alone(read: Replay, expected: Expected) -> Registry | None:
    """Return the registry that is audited alone, where no log of a sale is there."""
    state = read.registry.state
    meant = expected.registry_alone and state.begun and not read.sold
    return state.registry if meant else None


def is_rehearsal(read: Replay, expected: Expected) -> bool | None:
    """Tell whether the terms, or a registry that is alone, say so; ``None`` without."""
    if read.state.begun:
        return read.state.terms.rehearsal
    alone = registry_alone(read, expected)
    return None if alone is None else alone.rehearsal


def rehearsal_findings(read: Replay, expected: Expected) -> Iterator[Finding]:
    """Yield a finding for a rehearsal that the auditor has not accepted (step 7)."""
    if is_rehearsal(read, expected) and not expected.rehearsal:
        yield Finding("audit.rehearsal", _REHEARSED, None, None)


def shown_roots(read: Replay, expected: Expected, kept: Kept) -> Roots:
    """Return the roots that the report names, and what each was compared with."""
    terms = read.state.terms if read.state.begun else None
    own = registry_alone(read, expected)
    board = terms.board.key if terms else own.board.key if own else None
    return Roots(
        sale_id=terms.sale_id if terms else None,
        board_key=board,
        registry_id=terms.registry if terms else own.registry_id if own else None,
        from_file=not expected.given,
        policy=expected.policy is not None,
        heads=len(kept.heads),
        receipts=len(kept.receipts),
    )


def _sale_roots(state: SaleState, expected: Expected) -> Iterator[Finding]:
    wanted, found = expected.sale_id, state.sale_id
    if wanted is not None and wanted != found:
        yield Finding("roots.sale-id", _differs(wanted, found), None, None)
    wanted, key = expected.board_key, state.terms.board.key
    if wanted is not None and wanted != key:
        yield Finding("roots.board-key", _differs(wanted, key), None, None)


def _registry_roots(registry: Registry, expected: Expected) -> Iterator[Finding]:
    """Compare a registry that is alone with the board's key, the one root that it has."""
    wanted, key = expected.board_key, registry.board.key
    if wanted is not None and wanted != key:
        yield Finding("roots.board-key", _differs(wanted, key), None, None)
    if expected.sale_id is not None or expected.policy is not None:
        why = "the log of a registry is alone: there is no sale to compare"
        yield Finding("roots.absent", why, 0, None)


def _differs(wanted: bytes, found: bytes) -> str:
    return f"expected {wanted.hex()}, the file has {found.hex()}"
