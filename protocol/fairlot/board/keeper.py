"""Keeps the log of a sale (specs/board.md, section 5)."""

from dataclasses import dataclass

from fairlot.allocation.settlement import outcome_hash
from fairlot.board.ahead import Ahead
from fairlot.board.log_keeper import LogKeeper, Receipt, mend
from fairlot.board.phase import VoidReason
from fairlot.board.recalling import States
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.storage import Storage
from fairlot.entry import EntryType, sign_entry
from fairlot.identity.registry import RollId
from fairlot.names import check_time
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import SigningKey

MARKERS = (
    EntryType.CLOSE,
    EntryType.COMMIT_END,
    EntryType.SEALED,
    EntryType.REVEAL_END,
    EntryType.RESULT,
    EntryType.COLLECT_END,
    EntryType.REDRAWN,
    EntryType.UNLOCK,
)
"""What the board itself says, in this order, after OPEN; and VOID."""


@dataclass(frozen=True, slots=True)
class StartKeys:
    """Whose keys sign the first batch of a sale's log; none shows its secret."""

    board: SigningKey
    """Signs checkpoints and markers."""
    seller: SigningKey
    """Signs TERMS."""


class Board(LogKeeper[SaleState]):
    """An append-only log of one sale."""

    @classmethod
    def resume(
        cls,
        storage: Storage,
        key: SigningKey,
        state: SaleState,
        name: str | None = None,
        ahead: Ahead | None = None,
        states: States | None = None,
    ) -> "Board":
        """Continue a sale's log after a restart.

        The file holds the log of its registry too, which is read into ``state.registry``.

        Args:
            storage: where the bytes lie.
            key: signs checkpoints and markers.
            state: as constructed; what stands is folded into it.
            name: of the board; ``None`` takes the terms' word.
            ahead: as ``mend`` takes it.
            states: as ``mend`` takes them.

        Raises:
            Rejection: as ``mend``.
        """
        known, cut = mend(storage, key, state, state, name, ahead, states)
        board = cls(storage, known, key, state)
        board.cut = cut
        return board

    def append_open(self, roll: RollId, time: int) -> Receipt:
        """Append OPEN, which fixes the roll: who may enter.

        Args:
            roll: the roll_id of a roll on the registry log.
            time: the board's clock, Unix seconds.

        Raises:
            CallerError: ``names.time``, ``board.ahead``.
            Rejection: naming why it does not fit; nothing was appended.
        """
        return self._append_own(EntryType.OPEN, {"roll": roll}, time)

    def append_marker(self, kind: EntryType, time: int) -> Receipt:
        """Append a marker that has no method of its own: one of ``MARKERS``.

        Args:
            kind: one of these.
            time: the board's clock, unix seconds.

        Raises:
            CallerError: ``board.marker`` for another type, ``names.time``.
            Rejection: naming why the marker does not fit; nothing was appended.
        """
        if kind not in MARKERS:
            raise CallerError("board.marker", f"{kind} is not a marker of the board")
        check_time(time)
        return self._append_own(kind, self._marker_body(kind, time), time)

    def append_void(self, reason: VoidReason, time: int) -> Receipt:
        """Append VOID.

        Raises:
            Rejection: ``void.reason`` if the reason does not hold.
        """
        return self._append_own(EntryType.VOID, {"reason": reason.value}, time)

    def _marker_body(self, kind: EntryType, time: int) -> dict[str, cbor.Value]:
        if kind is EntryType.CLOSE:
            size, root = self._tree_after_time(time)
            return {"size": size, "root": root}
        if kind is EntryType.RESULT:
            draw, _, ledger = self.state.result()
            return {
                **draw.to_value(),
                "outcome": outcome_hash(ledger, self.state.terms.pools),
            }
        if kind is EntryType.REDRAWN:
            return self.state.second_draw(time).to_value(self.state.terms)
        return {}


def start_board(
    storage: Storage,
    terms: Terms,
    registry: RegistryState,
    keys: StartKeys,
    time: int,
) -> Board:
    """Start the log of a sale with its first batch: TERMS.

    Args:
        storage: where the bytes go; it holds no log of this sale.
        terms: of the sale; legal.
        registry: the state of the registry that they name; it may go on.
        keys: of the two who sign.
        time: the board's clock, unix seconds, not after the sale opens.

    Raises:
        CallerError: ``board.start`` where the keys are not those that the terms name,
            ``names.time``.
        Rejection: ``terms.*``, ``beacon.*``, ``registry.*`` where the fold refuses them.
    """
    for holds, problem in (
        (keys.board.public == terms.board.key, "the terms name another board's key"),
        (keys.seller.public == terms.seller, "the terms name another seller"),
    ):
        if not holds:
            raise CallerError("board.start", problem)
    board = Board(storage, terms.board.name, keys.board, SaleState(registry))
    first = sign_entry(EntryType.TERMS, terms.sale_id, terms.to_value(), keys.seller)
    receipt = board.append([first], time)[0]
    if receipt.refusal is not None:
        raise receipt.refusal
    return board
