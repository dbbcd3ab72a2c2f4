"""Begins a log in a board's storage with an entry that others have made.

specs/service.md, section 9.1.
"""

from fairlot.board.keeper import Board
from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import replay
from fairlot.board.sale import SaleState
from fairlot.board.storage import Storage
from fairlot.entry import Entry, EntryType
from fairlot.errors import InputError
from fairlot.logs import LogIdentity
from fairlot_crypto.curve import Backend
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements


def begin_log(
    storage: Storage, key: SigningKey, curve: Backend, entry: Entry, time: int
) -> LogIdentity:
    """Begin a log with its first entry, and return whose it is.

    Args:
        storage: locked; empty for a REGISTRY entry, with the registry's log for a TERMS entry.
        key: of the board.
        curve: the back-end.
        entry: signed by an issuer, or by the seller.
        time: the board's clock, Unix seconds.

    Raises:
        InputError: ``board.begin``; nothing was appended.
        Rejection: as the fold refuses the entry, or what stands; nothing was appended.
    """
    data = storage.read()
    # Step 7.
    if entry.type is EntryType.REGISTRY and not data:
        return _begin_registry(storage, key, curve, entry, time)
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
) -> LogIdentity:
    # Step 8.
    registry = RegistryState(curve, Statements())
    read = replay(storage.read(), SaleState(registry))
    read.check()
    if read.unacknowledged or len(read.registries) != 1 or read.state.begun:
        problem = "the board must hold the whole log of one registry, and no sale"
        raise _refused(f"{problem}: another sale has a board of its own")
    # Step 9.
    clock = max(time, registry.clock)
    tried = SaleState(registry)
    tried.apply(entry, clock)
    whose = tried.identity
    _check_key(whose, key)
    _append(Board(storage, whose.board.name, key, SaleState(registry)), entry, clock)
    return whose


def _append(board: Board | RegistryBoard, entry: Entry, time: int) -> None:
    (receipt,) = board.append([entry], time)
    if receipt.refusal is not None:
        raise receipt.refusal


def _check_key(whose: LogIdentity, key: SigningKey) -> None:
    if whose.board.key != key.public:
        raise _refused("the entry names another board's key than this one's")


def _refused(why: str) -> InputError:
    return InputError("board.begin", why)
