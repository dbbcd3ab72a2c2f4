"""A board of the small sale that answers over HTTP, in this process."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.storage import MemoryStorage, Storage
from fairlot.service.app import board_app, read_app
from fairlot.service.desk import Desk, Limits
from fairlot.service.kept import KeptLogs, open_logs
from fairlot.service.rates import Buckets, Rate
from fairlot.service.writer import Writer
from fairlot_crypto.statements import Statements
from kit.asgi import Answer, Client, ask
from kit.sales import play, source
from kit.stage import STATEMENTS, Stage

FAST = Rate(burst=100_000)
"""Whoever tests sends everything from one address."""


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


def desk_of(on: Stage, until: str, clock: Callable[[], int], **limits: float) -> Desk:
    """Return the desk of a board of which the service has just been started."""
    place = MemoryStorage()
    play(on.board(place), on, until=until)
    return desk_on(place, on, clock, **limits)


def desk_on(
    storage: Storage,
    on: Stage,
    clock: Callable[[], int],
    **limits: float,
) -> Desk:
    """Return the desk of a board that lies in a storage."""

    def reopen() -> KeptLogs:
        return open_logs(storage, on.parts.board, on.curve, Statements())

    def nothing_passes() -> float:
        return 0

    changed = {name: type(getattr(Limits(), name))(n) for name, n in limits.items()}
    writer = Writer(reopen, clock, source("service"))
    buckets = Buckets(FAST, nothing_passes, source("buckets"))
    return Desk(writer, buckets, replace(Limits(), **changed))


def sent(desk: Desk, path: str, *bodies: bytes) -> list[Answer]:
    """Send entries to a folder, all at once, and return the answers in their order."""

    async def all_at_once() -> list[Answer]:
        app = board_app(desk)
        async with desk.running():
            asked = (ask(app, "POST", f"/{path}/add", [body]) for body in bodies)
            return await asyncio.gather(*asked)

    return asyncio.run(all_at_once())
