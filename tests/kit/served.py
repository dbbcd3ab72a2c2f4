"""A board of the small sale that answers over HTTP, in this process."""

from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.storage import MemoryStorage, Storage
from fairlot.service.app import read_app
from fairlot.service.kept import KeptLogs, open_logs
from kit.asgi import Client
from kit.sales import play
from kit.stage import STATEMENTS, Stage


def kept_of(on: Stage, until: str, storage: Storage | None = None) -> KeptLogs:
    """Play a sale up to a step, and open its storage as a service does."""
    place = MemoryStorage() if storage is None else storage
    play(on.board(place), on, until=until)
    return open_logs(place, on.parts.board, on.curve, STATEMENTS)


def reader_of(kept: KeptLogs) -> Client:
    return Client(read_app(lambda: kept))


def registrar(kept: KeptLogs) -> RegistryBoard:
    """Return the keeper of the registry's log."""
    (found,) = (k for k in kept.keepers.values() if isinstance(k, RegistryBoard))
    return found
