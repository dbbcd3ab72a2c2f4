"""The logs that one process keeps and answers for (specs/service.md, section 2)."""

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from fairlot.board.ahead import Ahead
from fairlot.board.files import read_files
from fairlot.board.keeper import Board
from fairlot.board.log_keeper import LogKeeper
from fairlot.board.recalling import States
from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.storage import OneWriter, Shared, Storage
from fairlot.board.transcript import LogName
from fairlot.errors import InputError
from fairlot.logs import LogKind
from fairlot.service.index import Followed, Index, LogIndex
from fairlot.service.kept_hints import KeptHints
from fairlot_crypto.curve import Backend
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements

LEAST_RENEWAL = 10.0
"""Seconds between two dates of one head, however short the epochs of a rehearsal are."""


@dataclass(frozen=True, slots=True)
class KeptLogs:
    """A registry's log, and perhaps that of one sale, in one storage."""

    storage: OneWriter
    index: Index
    sale: Board | None
    """The sale that is sold here; ``None`` where a registry is alone."""
    keepers: Mapping[LogName, LogKeeper[SaleState] | LogKeeper[RegistryState]]
    """Of the logs that this board's key signs."""
    shared: Shared | None = None
    """The storage, where other front ends write to it too."""
    hints: KeptHints | None = None
    """Of the sale's log; ``None`` where nobody keeps any."""

    def turn(self) -> AbstractContextManager[None]:
        """Have the turn among front ends; who writes alone always has it.

        Raises:
            BlockingIOError: as ``Shared.turn``.
        """
        return nullcontext() if self.shared is None else self.shared.turn()

    @property
    def cut(self) -> int:
        """How many bytes of a torn end were cut when it was opened."""
        return max(keeper.cut for keeper in self.keepers.values())

    @property
    def main(self) -> LogIndex:
        """The log that the transcript is about: of the sale, or of the last registry."""
        logs = list(self.index.logs.values())
        sales = (log for log in logs if log.name.kind is LogKind.SALE)
        return next(sales, logs[-1])

    def close(self) -> None:
        """Let others write."""
        self.storage.close()
        if self.hints is not None:
            self.hints.close()


def renewal_of(state: SaleState | RegistryState) -> float:
    """Return after how many seconds the last head of a log is to be dated again.

    Issuers decide by a log that a quorum has dated lately (specs/issuer.md, step 32), also
    where nothing happens on it.

    Args:
        state: of the log.

    Returns:
        Half of what their view may be old; for ever for the log of a sale.
    """
    if isinstance(state, SaleState):
        return math.inf
    return max(LEAST_RENEWAL, state.registry.view_age / 2)


def open_logs(
    storage: Storage,
    key: SigningKey,
    curve: Backend,
    statements: Statements,
    ahead: Ahead | None = None,
    states: States | None = None,
    hints: Path | None = None,
) -> KeptLogs:
    """Verify what stands, cut a torn end, and keep the logs from here on.

    Args:
        storage: locked; it holds the log of a registry, and at most one sale's.
        key: of the board.
        curve: the back-end.
        statements: what this process has verified before.
        ahead: verifies presentations together; ``None`` verifies them one by one.
        states: from which the fold may go on; ``None`` for none.
        hints: where those of the sale's log are kept; ``None`` for nowhere.

    Raises:
        InputError: ``service.empty`` where no log has begun.
        Rejection: as ``Board.resume``: the first rule that the bytes break.
    """
    given = read_files((storage.read(),))
    if given.sale is None and not given.registries:
        problem = "no log has begun in this folder: make one with fairlot board new"
        raise InputError("service.empty", problem)
    followed = Followed(storage)
    registry = RegistryState(curve, statements)
    open_one = _open_registry if given.sale is None else _open_sale
    kept = open_one(followed, key, registry, ahead, states)
    followed.begin()
    kept = replace(kept, shared=storage if isinstance(storage, Shared) else None)
    if hints is None or kept.sale is None:
        return kept
    return replace(kept, hints=KeptHints(hints, kept.main.tree.size))


def _open_sale(
    storage: Followed,
    key: SigningKey,
    registry: RegistryState,
    ahead: Ahead | None,
    states: States | None,
) -> KeptLogs:
    state = SaleState(registry)
    sale = Board.resume(storage, key, state, ahead=ahead, states=states)
    keepers: dict[LogName, LogKeeper[SaleState] | LogKeeper[RegistryState]] = {
        _name(sale): sale
    }
    named = registry.identity.board
    if named.key == key.public:
        # One board keeps both: their heads follow each other in one file.
        registrar = RegistryBoard(sale.storage, named.name, key, registry)
        keepers[_name(registrar)] = registrar
    return KeptLogs(sale.storage, storage.index, sale, keepers)


def _open_registry(
    storage: Followed,
    key: SigningKey,
    registry: RegistryState,
    ahead: Ahead | None,
    states: States | None,
) -> KeptLogs:
    registrar = RegistryBoard.resume(storage, key, registry, ahead=ahead, states=states)
    kept = {_name(registrar): registrar}
    return KeptLogs(registrar.storage, storage.index, None, kept)


def _name(keeper: LogKeeper[SaleState] | LogKeeper[RegistryState]) -> LogName:
    return LogName(keeper.state.identity.kind, keeper.state.identity.scope)
