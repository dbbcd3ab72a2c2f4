"""How a wallet reads logs: whole, and against what it saw (specs/wallet.md, section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from fairlot.audit.kept import Kept, compare_kept
from fairlot.board.log_replay import LogReplay
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import Replay, replay_files
from fairlot.board.sale import SaleState
from fairlot.errors import InputError, Rejection
from fairlot.identity.registry import RegistryId
from fairlot.names import SaleId
from fairlot.wallet.content import Content
from fairlot_crypto.curve import Backend
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.progress import Progress, silent
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class Looked:
    """Logs that hold, and contradict nothing that the wallet has seen."""

    read: Replay
    content: Content
    """With the heads of these logs."""

    @property
    def sale(self) -> SaleState:
        """The state of the sale."""
        return self.read.state

    @property
    def registry(self) -> RegistryState:
        """The state of the registry."""
        return self.read.registry.state


def look(
    curve: Backend,
    files: Sequence[bytes],
    content: Content,
    progress: Progress = silent,
) -> Looked:
    """Read logs (steps 17 to 19).

    Args:
        curve: the back-end.
        files: the bytes of each.
        content: what the wallet holds.
        progress: as ``replay_files`` takes it.

    Raises:
        InputError: ``wallet.log`` for what does not hold, ``wallet.fork`` for what
            contradicts a head that the wallet has seen.
    """
    # Step 17.
    state = SaleState(RegistryState(curve, Statements()))
    read = replay_files(files, state, progress)
    try:
        read.check()
    except Rejection as error:
        raise _no_log(f"{error.code}: {error.message}") from error
    if read.unacknowledged or not read.registry.state.begun:
        raise _no_log("it must hold the log of a registry, and nothing unacknowledged")
    # Step 18.
    _check_heads(read, content)
    # Step 19.
    return Looked(read, content.with_heads([*map(_newest, _begun(read))]))


def check_registry(looked: Looked, told: RegistryId | None) -> RegistryId:
    """Return whose log it is: of a registry that the person was told of (step 20).

    Args:
        looked: at its log.
        told: the registry_id that the person was told; ``None`` where the wallet has one.

    Raises:
        InputError: ``wallet.registry``.
    """
    # Step 20.
    found = looked.registry.registry_id
    known = [each.registry_id for each in looked.content.memberships]
    if told is None and found not in known:
        problem = "this wallet has not met the registry of this log"
        raise InputError(
            "wallet.registry", f"{problem}: say which you were told, --expect-registry"
        )
    if told is not None and found != told:
        problem = f"the log is of registry {found.hex()}, and you were told another"
        raise InputError("wallet.registry", f"{problem}: ask where you were told")
    return found


def check_sale(looked: Looked, told: SaleId) -> None:
    """Check that it is the sale of which the person was told (step 21).

    Raises:
        InputError: ``wallet.sale``.
    """
    # Step 21.
    found = looked.sale.sale_id
    if found != told:
        named = found.hex() or "no sale"
        problem = f"the log is of {named}, and you were told of {told.hex()}"
        raise InputError("wallet.sale", f"{problem}: these are other terms")
    if looked.sale.terms.registry != looked.registry.registry_id:
        problem = "the terms name another registry than the log is of"
        raise InputError("wallet.sale", f"{problem}: name the log of theirs too")


def _check_heads(read: Replay, content: Content) -> None:
    """Compare logs with the heads that were seen of them (step 18)."""
    origins = {log.state.identity.origin for log in _begun(read)}
    heads = (h for h in content.heads if h.checkpoint.origin in origins)
    found = compare_kept(read, Kept(tuple(heads))).findings
    if found:
        problem = f"the log contradicts what this wallet has seen: {found[0].message}"
        raise InputError("wallet.fork", f"{problem}; keep both files")


def _begun(
    read: Replay,
) -> list[LogReplay[RegistryState] | LogReplay[SaleState]]:
    return [log for log in read.logs if log.state.begun]


def _newest(
    log: LogReplay[RegistryState] | LogReplay[SaleState],
) -> SignedCheckpoint:
    return log.heads[max(log.heads)]


def _no_log(why: str) -> InputError:
    return InputError("wallet.log", f"the wallet cannot rely on this log: {why}")
