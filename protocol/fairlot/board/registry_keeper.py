"""Keeps the log of a registry (specs/board.md, section 5)."""

from collections.abc import Mapping

from fairlot.board.ahead import Ahead
from fairlot.board.log_keeper import LogKeeper, Receipt, mend
from fairlot.board.recalling import States
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.storage import Storage
from fairlot.entry import EntryType, sign_entry
from fairlot.identity.registry import Credentials
from fairlot.identity.roll import Roll
from fairlot.names import check_time
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements


class RegistryBoard(LogKeeper[RegistryState]):
    """An append-only log of one registry, which serves many sales."""

    @classmethod
    def resume(
        cls,
        storage: Storage,
        key: SigningKey,
        state: RegistryState,
        name: str | None = None,
        ahead: Ahead | None = None,
        states: States | None = None,
    ) -> "RegistryBoard":
        """Continue a registry's log after a restart.

        Args:
            storage: where the bytes lie.
            key: signs checkpoints and rolls.
            state: as constructed; what stands is folded into it.
            name: of the board; ``None`` takes the registry's word.
            ahead: as ``mend`` takes it.
            states: as ``mend`` takes them.

        Raises:
            Rejection: as ``mend``.
        """
        known, cut = mend(storage, key, SaleState(state), state, name, ahead, states)
        board = cls(storage, known, key, state)
        board.cut = cut
        return board

    def roll_due(self, time: int, expires: int) -> Roll:
        """Return the roll that a ROLL entry of ``time`` must state, for issuers to sign.

        Args:
            time: the board's clock, Unix seconds.
            expires: when the roll ends to serve, at most the end of the season's tail.

        Raises:
            CallerError: ``names.time``.
        """
        check_time(time)
        clock = max(time, self.state.clock)
        return self.state.next_roll(*self._tree_after_time(time), clock, expires)

    def append_roll(self, body: Mapping[str, Value], time: int) -> Receipt:
        """Append ROLL: what was due at ``time``, with the issuers' signatures.

        Args:
            body: of the entry, as ``roll_body`` makes it.
            time: the board's clock, Unix seconds.

        Raises:
            Rejection: ``roll.*``; nothing was appended.
            CallerError: ``names.time``, ``board.ahead``.
        """
        return self._append_own(EntryType.ROLL, body, time)


def start_registry(
    storage: Storage,
    credentials: Credentials,
    board: SigningKey,
    issuer: SigningKey,
    time: int,
    statements: Statements | None = None,
    before: RegistryState | None = None,
) -> RegistryBoard:
    """Start the log of a registry with its first batch: REGISTRY.

    Args:
        storage: where the bytes go; it holds no log of this registry.
        credentials: of the registry.
        board: the key of the board that the registry names.
        issuer: signs REGISTRY: the key of any of its issuers.
        time: the board's clock, Unix seconds.
        statements: what this process has verified before; ``None`` for nothing.
        before: the state of the registry that this one continues, with which leaves that
            are carried over are compared; it may go on.

    Raises:
        CallerError: ``board.start`` where the keys are not those that the registry names,
            ``names.time``.
        Rejection: ``registry.*`` where the fold refuses it.
    """
    registry = credentials.registry
    if board.public != registry.board.key:
        raise CallerError("board.start", "the registry names another board's key")
    if issuer.public not in [each.key for each in registry.issuers]:
        raise CallerError("board.start", "the registry has no such issuer")
    known = Statements() if statements is None else statements
    state = RegistryState(credentials.curve, known, before)
    kept = RegistryBoard(storage, registry.board.name, board, state)
    value = registry.to_value()
    first = sign_entry(EntryType.REGISTRY, registry.registry_id, value, issuer)
    receipt = kept.append([first], time)[0]
    if receipt.refusal is not None:
        raise receipt.refusal
    return kept
