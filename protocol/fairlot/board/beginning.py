"""Begins a log in a board's storage with an entry that others have made.

specs/service.md, section 9.1.
"""

from dataclasses import dataclass

from fairlot.board.keeper import Board
from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import Replay, replay
from fairlot.board.sale import SaleState
from fairlot.board.storage import Storage
from fairlot.board.torn import check_torn
from fairlot.entry import Entry, EntryType
from fairlot.errors import InputError
from fairlot.logs import LogIdentity
from fairlot_crypto.curve import Backend
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class Begun:
    """A log that has its first entry."""

    whose: LogIdentity
    cut: int = 0
    """Bytes under no checkpoint that were cut before: a kill had torn them off."""


def begin_log(
    storage: Storage, key: SigningKey, curve: Backend, entry: Entry, time: int
) -> Begun:
    """Begin a log with its first entry, unless it has begun with that one.

    Args:
        storage: locked; empty for a REGISTRY entry, with the registry's log for a TERMS entry.
        key: of the board.
        curve: the back-end.
        entry: signed by an issuer, or by the seller.
        time: the board's clock, Unix seconds.

    Raises:
        InputError: ``board.begin``; nothing was appended.
        Rejection: as the fold refuses the entry, or what stands; ``board.damaged``. Nothing
            was appended.
    """
    data = storage.read()
    # Step 7.
    if entry.type is EntryType.REGISTRY and not data:
        return Begun(_begin_registry(storage, key, curve, entry, time))
    if entry.type is EntryType.TERMS and data:
        return _begin_sale(storage, key, curve, entry, time)
    problem = "a REGISTRY entry begins a board, a TERMS entry goes on from a registry"
    raise _refused(f"{problem}; this is {entry.type}")


def _begin_registry(
    storage: Storage, key: SigningKey, curve: Backend, entry: Entry, time: int
) -> LogIdentity:
    tried = RegistryState(curve, Statements())
    tried.apply(entry, time)
    whose = tried.identity
    _check_key(whose, key)
    state = RegistryState(curve, Statements())
    _append(RegistryBoard(storage, whose.board.name, key, state), entry, time)
    return whose


def _begin_sale(
    storage: Storage, key: SigningKey, curve: Backend, entry: Entry, time: int
) -> Begun:
    # Step 8.
    registry = RegistryState(curve, Statements())
    read = replay(storage.read(), SaleState(registry))
    read.check()
    cut = _cut(storage, read, key) if registry.begun else 0
    if read.state.begun and next(read.entries.of(EntryType.TERMS)).entry == entry:
        return Begun(read.state.identity, cut)
    if len(read.registries) != 1 or not registry.begun or read.state.begun:
        problem = "the board must hold the whole log of one registry, and no sale"
        raise _refused(f"{problem}: another sale has a board of its own")
    # Step 9.
    clock = max(time, registry.clock)
    tried = SaleState(registry)
    tried.apply(entry, clock)
    whose = tried.identity
    _check_key(whose, key)
    _append(Board(storage, whose.board.name, key, SaleState(registry)), entry, clock)
    return Begun(whose, cut)


def _cut(storage: Storage, read: Replay, key: SigningKey) -> int:
    """Cut what a kill has torn off, as a board does that starts; return how much."""
    if not read.unacknowledged:
        return 0
    whose = read.state.registry.identity
    _check_key(whose, key)
    check_torn(storage.read(), read, whose.board)
    storage.cut(read.covered)
    return read.length - read.covered


def _append(board: Board | RegistryBoard, entry: Entry, time: int) -> None:
    (receipt,) = board.append([entry], time)
    if receipt.refusal is not None:
        raise receipt.refusal


def _check_key(whose: LogIdentity, key: SigningKey) -> None:
    if whose.board.key != key.public:
        raise _refused("the entry names another board's key than this one's")


def _refused(why: str) -> InputError:
    return InputError("board.begin", why)
