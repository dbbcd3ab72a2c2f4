"""A witness over HTTP: an ASGI application (specs/service.md, section 10)."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairlot.errors import FairlotError, Rejection, in_words
from fairlot.service.app import HANDLERS, TEXT, address_of, body_of
from fairlot.service.asking import PATH
from fairlot.service.problems import (
    AGAIN,
    RefusedError,
    UnavailableError,
    refused_by_witness,
)
from fairlot.service.rates import Buckets
from fairlot.service.witnessing import ConflictError, Witnessing
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.log.note import SignatureLine

MOST = 1 << 14
"""Bytes of a request: 63 hashes, and a checkpoint with its lines."""
BODY_SECONDS = 10.0
SIZE = "text/x.tlog.size"
"""The media type of the size that a witness knows."""


@dataclass(slots=True)
class WitnessDesk:
    """Where heads are handed in; they are judged one after the other."""

    witnessing: Witnessing
    buckets: Buckets
    complain: Callable[[str], None] = lambda _: None
    """Told why nothing can be co-signed."""
    _thread: ThreadPoolExecutor = field(init=False)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Take heads in until the end."""
        self._thread = ThreadPoolExecutor(1, "fairlot-witness")
        try:
            yield
        finally:
            self._thread.shutdown()

    async def add(self, body: bytes, address: str) -> SignatureLine:
        """Co-sign a head; it is recorded durably when this returns.

        Raises:
            RefusedError: with the first rule that is broken.
            ConflictError: as ``Witnessing.add``.
        """
        self.buckets.check(address, AGAIN)
        loop = asyncio.get_running_loop()
        # In one thread: what is checked is still so when it is recorded.
        try:
            return await loop.run_in_executor(self._thread, self.witnessing.add, body)
        except OSError as error:
            self.complain(in_words(error))
            problem = "the witness cannot record what it would co-sign"
            raise _down(UnavailableError("service.disk", problem)) from error
        except UnavailableError as error:
            self.complain(str(error))
            raise _down(error) from error
        except (CryptoError, FairlotError) as error:
            raise refused_by_witness(error) from error


def witness_app(desk: WitnessDesk) -> Starlette:
    """Return an application that co-signs heads at a desk."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with desk.running():
            yield

    async def add(request: Request) -> Response:
        body = await body_of(request, MOST, BODY_SECONDS)
        if body is None:
            problem = f"a request has at most {MOST} bytes"
            error = Rejection("witness.size", problem)
            raise RefusedError(413, error, advice=_SHORTER)
        try:
            line = await desk.add(body, address_of(request))
        except ConflictError as conflict:
            return _answer(f"{conflict.size}\n", 409, SIZE)
        return _answer(f"{line.to_text()}\n", 200, TEXT)

    route = Route(f"/{PATH}", add, methods=["POST"])
    return Starlette(routes=[route], exception_handlers=HANDLERS, lifespan=lifespan)


_SHORTER = "Send one checkpoint, with the lines of its log only."


def _answer(text: str, status: int, media_type: str) -> Response:
    headers = {"cache-control": "no-store", "content-type": media_type}
    return Response(text.encode(), status, headers)


def _down(error: UnavailableError) -> RefusedError:
    return RefusedError(503, error, 2, AGAIN)
