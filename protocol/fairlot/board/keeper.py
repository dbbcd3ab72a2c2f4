"""Keeps the board: appends entries in batches, each under a signed checkpoint.

specs/board.md, section 5. The board applies the fold before it appends, so the sender of an
entry that does not fit gets a refusal with a reason, and the entry leaves no trace.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fairlot.allocation.settlement import outcome_hash
from fairlot.beacon.contributions import Frozen
from fairlot.board.head import check_head
from fairlot.board.phase import PHASES
from fairlot.board.replay import replay
from fairlot.board.sale import SaleState, VoidReason
from fairlot.board.storage import Storage
from fairlot.board.torn import check_torn
from fairlot.entry import Entry, EntryHash, EntryType, sign_entry
from fairlot.errors import Rejection
from fairlot.identity.registry import Credentials
from fairlot.names import check_time
from fairlot.terms.board_name import BOARD_NAME
from fairlot.terms.terms import BoardIdentity, Terms
from fairlot_crypto import cbor
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.statements import Statements

MARKERS = (
    EntryType.OPEN,
    EntryType.CLOSE,
    EntryType.COMMIT_END,
    EntryType.SEALED,
    EntryType.REVEAL_END,
    EntryType.RESULT,
)
"""What the board itself says, in this order; and VOID."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The board's answer to one entry, given when the entry is durable."""

    entry_hash: EntryHash
    index: int | None
    """The index of its leaf in the tree; ``None`` if it was refused."""
    refusal: Rejection | None
    checkpoint: SignedCheckpoint | None
    """The checkpoint that covers the batch; ``None`` if no entry of it was accepted."""


@dataclass(frozen=True, slots=True)
class StartKeys:
    """Whose keys sign the first batch of a board; none shows its secret."""

    board: SigningKey
    """Signs checkpoints and markers."""
    seller: SigningKey
    """Signs TERMS."""
    issuer: SigningKey
    """Signs REGISTRY: any of its issuers."""


class Board:
    """An append-only board for one sale."""

    def __init__(
        self, storage: Storage, name: str, key: SigningKey, state: SaleState
    ) -> None:
        """Start a board.

        Args:
            storage: where the bytes go; empty if ``state`` is.
            name: with which the origin of its logs begins.
            key: signs checkpoints and markers.
            state: the fold over what ``storage`` holds.

        Raises:
            CallerError: ``board.name`` for a name that no terms can give a board.
        """
        if not BOARD_NAME.fullmatch(name):
            problem = (
                f"{name!r} is not 1 to 200 printable ASCII characters, no blank, no +"
            )
            raise CallerError("board.name", problem)
        self._storage = storage
        self._key = key
        self.identity = BoardIdentity(name, key.public)
        self.state = state
        self._ahead = False
        self.cut = 0
        """How many bytes of a torn end were cut when the board was resumed."""

    @classmethod
    def resume(
        cls,
        storage: Storage,
        key: SigningKey,
        state: SaleState,
        name: str | None = None,
    ) -> "Board":
        """Continue a board after a restart.

        Everything is verified before anything is changed: only what a crash can have
        left, a torn end that no checkpoint covers, is cut, and kept.

        Args:
            storage: where the bytes lie.
            key: signs checkpoints and markers.
            state: as constructed; what stands is folded into it.
            name: of the board; ``None`` takes the terms' word.

        Raises:
            Rejection: the first rule that the bytes break: they are another board's, or
                were changed behind this one's back; ``entry.key`` where the terms name
                another board; ``board.damaged`` where what lies behind the last
                checkpoint is no torn end; ``phase.no-terms`` where nothing is there
                and no name was given.
        """
        data = storage.read()
        read = replay(data, state)
        read.check()
        if name is None or state.has_terms:
            identity = BoardIdentity(name or state.terms.board.name, key.public)
            if state.terms.board != identity:
                raise Rejection(
                    "entry.key",
                    "the terms of this file name another board: resume with its key and name",
                )
            name = identity.name
        if read.unacknowledged:
            check_torn(data, read.acknowledged, state, BoardIdentity(name, key.public))
            storage.cut(read.acknowledged)
        board = cls(storage, name, key, state)
        board.cut = read.unacknowledged
        return board

    def append(self, entries: Iterable[Entry], time: int) -> tuple[Receipt, ...]:
        """Append a batch; it is durable when this returns.

        Args:
            entries: the entries in order; each that does not fit is refused by itself.
            time: the board's clock, Unix seconds; it never runs back. Where it has gone
                on, the batch begins with a TIME entry.

        Raises:
            Rejection: ``time.back`` where it does.
            CallerError: ``names.time``; ``board.entry`` for what is no entry;
                ``board.ahead`` where an earlier batch could not be written: resume from
                what stands.
        """
        check_time(time)
        entries = tuple(entries)
        for entry in entries:
            _check_entry(entry)
        # Step 1.
        clock = self.state.clock
        if time < clock:
            problem = f"the clock must not run back: the last batch is of {clock}"
            raise Rejection("time.back", problem)
        if self._ahead:
            problem = "an earlier batch was not written: open the file and resume"
            raise CallerError("board.ahead", problem)
        # Step 2.
        taken: list[Entry] = []
        answers: list[tuple[EntryHash, int | None, Rejection | None]] = []
        for entry in entries:
            self._stamp(taken, time)
            try:
                self.state.append(entry, time)
            except Rejection as refusal:
                answers.append((entry.hash, None, refusal))
            else:
                answers.append((entry.hash, self.state.tree.size - 1, None))
                taken.append(entry)
        self._stamp(taken, time)
        # Steps 3 and 4.
        checkpoint = self._write(taken, time) if self._holds(taken, clock) else None
        # Step 5.
        return tuple(Receipt(*answer, checkpoint) for answer in answers)

    def _stamp(self, taken: list[Entry], time: int) -> None:
        """Append TIME while the sale runs, unless the clock stands at ``time``."""
        running = self.state.phase in PHASES[EntryType.TIME]
        if running and self.state.clock < time:
            stamp = self._time_entry(time)
            self.state.append(stamp, time)
            taken.append(stamp)

    def _holds(self, taken: list[Entry], clock: int) -> bool:
        """Tell whether a batch holds more than a TIME, which is taken back otherwise."""
        if len(taken) == 1 and taken[0].type is EntryType.TIME:
            self.state.take_back_time(taken[0], clock)
            return False
        return bool(taken)

    def append_marker(self, kind: EntryType, time: int) -> Receipt:
        """Append OPEN, CLOSE, COMMIT_END, SEALED, REVEAL_END or RESULT.

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

    def attach(self, head: SignedCheckpoint) -> None:
        """Attach what witnesses have co-signed: one of this board's heads (step 6).

        Raises:
            Rejection: ``checkpoint.tree`` where it is no head of this log,
                ``checkpoint.board-lines``, ``checkpoint.unknown-line``,
                ``checkpoint.signature``.
            CallerError: ``board.ahead``.
        """
        if self._ahead:
            problem = "an earlier batch was not written: open the file and resume"
            raise CallerError("board.ahead", problem)
        check_head(head, self.state)
        self._ahead = True
        self._storage.append(cbor.encode(head.to_text()))
        self._ahead = False

    def _write(self, taken: list[Entry], time: int) -> SignedCheckpoint:
        checkpoint = self._sign(time)
        entries = b"".join(entry.encoded for entry in taken)
        self._ahead = True
        self._storage.append(entries + cbor.encode(checkpoint.to_text()))
        self._ahead = False
        return checkpoint

    def _time_entry(self, time: int) -> Entry:
        body: dict[str, cbor.Value] = {"time": time}
        return sign_entry(EntryType.TIME, self.state.sale_id, body, self._key)

    def _append_own(
        self, kind: EntryType, body: dict[str, cbor.Value], time: int
    ) -> Receipt:
        entry = sign_entry(kind, self.state.sale_id, body, self._key)
        receipt = self.append([entry], time)[0]
        if receipt.refusal is not None:
            raise receipt.refusal
        return receipt

    def _marker_body(self, kind: EntryType, time: int) -> dict[str, cbor.Value]:
        if kind is EntryType.CLOSE:
            return self._frozen(time).to_value()
        if kind is EntryType.RESULT:
            draw, _, ledger = self.state.result()
            return {
                **draw.to_value(),
                "outcome": outcome_hash(ledger, self.state.terms.pools),
            }
        return {}

    def _frozen(self, time: int) -> Frozen:
        """Return size and root of the tree before a CLOSE of ``time``, its TIME included."""
        tree = self.state.tree
        if not self.state.has_terms or time <= self.state.clock:
            return Frozen(tree.size, tree.root())
        return Frozen(tree.size + 1, tree.root_after(self._time_entry(time).encoded))

    def _sign(self, time: int) -> SignedCheckpoint:
        terms, tree = self.state.terms, self.state.tree
        checkpoint = Checkpoint(terms.origin, tree.size, tree.root())
        line = sign_checkpoint(checkpoint, terms.origin, self._key)
        if terms.witnesses.named:
            return SignedCheckpoint(checkpoint, (line,))
        # Nobody else watches: the board itself dates its heads.
        dated = cosign_checkpoint(checkpoint, terms.origin, self._key, time)
        return SignedCheckpoint(checkpoint, (line, dated))


def start_board(
    storage: Storage,
    terms: Terms,
    credentials: Credentials,
    keys: StartKeys,
    time: int,
    statements: Statements | None = None,
) -> Board:
    """Start a board with its first batch: TERMS and REGISTRY.

    Args:
        storage: where the bytes go; empty.
        terms: of the sale; legal.
        credentials: of the registry that they name.
        keys: of the three who sign.
        time: the board's clock, unix seconds, not after the sale opens.
        statements: what this process has verified before; ``None`` for nothing.

    Raises:
        CallerError: ``board.start`` where the keys or the registry are not those that
            the terms name, ``names.time``.
        Rejection: ``terms.*``, ``beacon.*``, ``registry.*`` where the fold refuses them.
    """
    registry = credentials.registry
    issuers = [issuer.key for issuer in registry.issuers]
    for holds, problem in (
        (registry.registry_id == terms.registry, "the terms name another registry"),
        (keys.board.public == terms.board.key, "the terms name another board's key"),
        (keys.seller.public == terms.seller, "the terms name another seller"),
        (keys.issuer.public in issuers, "the registry has no such issuer"),
    ):
        if not holds:
            raise CallerError("board.start", problem)
    known = Statements() if statements is None else statements
    board = Board(
        storage, terms.board.name, keys.board, SaleState(credentials.curve, known)
    )
    sale_id, registry_id = terms.sale_id, registry.registry_id
    first = (
        sign_entry(EntryType.TERMS, sale_id, terms.to_value(), keys.seller),
        sign_entry(EntryType.REGISTRY, registry_id, registry.to_value(), keys.issuer),
    )
    for receipt in board.append(first, time):
        if receipt.refusal is not None:
            raise receipt.refusal
    return board


def _check_entry(entry: object) -> None:
    if not isinstance(entry, Entry):
        raise CallerError("board.entry", f"{type(entry).__name__} is not an Entry")
