"""The board over HTTP: an ASGI application (specs/service.md, sections 3 and 4)."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from itertools import chain

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from fairlot.board.tiled import CHECKPOINT, HINTS, TRANSCRIPT
from fairlot.entry import MAX_ENTRY_BYTES
from fairlot.errors import Rejection
from fairlot.page.assembly import page
from fairlot.service.desk import Desk
from fairlot.service.index import LogIndex
from fairlot.service.kept import KeptLogs
from fairlot.service.problems import (
    MEDIA_TYPE,
    Problem,
    RefusedError,
    UnavailableError,
    refused,
)
from fairlot.text import Viewed, json_view
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.log.tiles import Tile

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
HTML = "text/html; charset=utf-8"
_BEARER = "bearer "
FOREVER = "public, max-age=31536000, immutable"
"""For what never changes: tiles and bundles of a given width."""
CHANGES = "no-cache"
"""For what grows: caches ask each time."""


def read_app(kept: Callable[[], KeptLogs]) -> Starlette:
    """Return an application that hands out logs, and takes nothing.

    Args:
        kept: returns the logs; it may return others after the board was reopened.
    """
    return Starlette(routes=Reads(kept).routes, exception_handlers=HANDLERS)


def board_app(desk: Desk) -> Starlette:
    """Return an application that hands out logs, and takes entries in at a desk."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with desk.running():
            yield

    def kept() -> KeptLogs:
        return desk.writer.kept

    routes = [*Reads(kept).routes, Writes(kept, desk).route]
    return Starlette(routes=routes, exception_handlers=HANDLERS, lifespan=lifespan)


class Writes:
    """Answers what is sent to the logs."""

    def __init__(self, kept: Callable[[], KeptLogs], desk: Desk) -> None:
        """Hand entries in at ``desk``."""
        self._kept = kept
        self._desk = desk

    @property
    def route(self) -> Route:
        """The path to which entries are sent."""
        return Route("/{kind}/{scope}/add", self._add, methods=["POST"])

    async def _add(self, request: Request) -> Response:
        log = _log(self._kept(), request)
        body = await body_of(request, MAX_ENTRY_BYTES, self._desk.limits.body_seconds)
        if body is None:
            problem = f"an entry has at most {MAX_ENTRY_BYTES} bytes"
            raise refused(Rejection("entry.size", problem))
        proof = await self._desk.add(log, body, address_of(request))
        headers = {"cache-control": "no-store"}
        return Response(proof.to_bytes(), media_type=TEXT, headers=headers)


def address_of(request: Request) -> str:
    """Return where a request comes from; empty where nobody can say."""
    return "" if request.client is None else request.client.host


def bearer_of(request: Request) -> str | None:
    """Return what a request is authorized by (RFC 6750); ``None`` for nothing."""
    said = request.headers.get("authorization", "")
    known = said.lower().startswith(_BEARER)
    return said[len(_BEARER) :] if known else None


async def body_of(request: Request, most: int, seconds: float) -> bytes | None:
    """Read what is sent, and not a byte more than it may have.

    Returns:
        The body; ``None`` where it is announced, or arrives, with more than ``most`` bytes.

    Raises:
        RefusedError: ``service.slow``.
    """
    # Step 1.
    length = request.headers.get("content-length", "")
    announced = int(length) if length.isascii() and length.isdigit() else 0
    if announced > most:
        return None
    data = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                data += piece
                if len(data) > most:
                    return None
    except TimeoutError as error:
        problem = "what was sent did not arrive in time"
        raise RefusedError(408, Rejection("service.slow", problem)) from error
    return bytes(data)


class Reads:
    """Answers what is read of the logs."""

    def __init__(self, kept: Callable[[], KeptLogs]) -> None:
        """Answer from what ``kept`` returns."""
        self._kept = kept

    @property
    def routes(self) -> list[Route]:
        """The paths that are read."""
        return [
            Route("/", self._index),
            Route("/page", self._page),
            Route("/{kind}/{scope}/checkpoint", self._checkpoint),
            Route(f"/{{kind}}/{{scope}}/{TRANSCRIPT}", self._transcript),
            Route(f"/{{kind}}/{{scope}}/{HINTS}", self._hints),
            Route("/{kind}/{scope}/tile/{rest:path}", self._tile),
        ]

    async def _index(self, _request: Request) -> Response:
        kept = self._kept()
        logs = [_view(log) for log in kept.index.logs.values()]
        length, main = kept.index.length, kept.main.folder
        transcript: Viewed = {"path": f"{main}/{TRANSCRIPT}", "length": length}
        value = {"logs": logs, "transcript": transcript}
        return json_answer("fairlot/board-index", value, {"cache-control": CHANGES})

    async def _page(self, _request: Request) -> Response:
        # Step 6.
        made = page()
        headers = {
            "cache-control": CHANGES,
            "content-security-policy": made.policy,
            "x-content-type-options": "nosniff",
        }
        return Response(made.content, headers=headers, media_type=HTML)

    async def _checkpoint(self, request: Request) -> Response:
        # Step 2.
        head = _log(self._kept(), request).head
        if head is None:
            raise _nothing()
        return _answer(head.to_text().encode(), TEXT, CHANGES)

    def _tile(self, request: Request) -> Response:
        # Step 3.
        try:
            tile = Tile.parse(f"tile/{request.path_params['rest']}")
        except EncodingError as error:
            raise _nothing() from error
        data = _log(self._kept(), request).tile(tile)
        if data is None:
            raise _nothing()
        return _answer(data, BYTES, FOREVER)

    async def _transcript(self, request: Request) -> Response:
        # Step 4.
        kept = self._kept()
        if _log(kept, request) is not kept.main:
            raise _nothing()
        length = kept.index.length
        return await _in_pieces(length, kept.index.transcript(length))

    async def _hints(self, request: Request) -> Response:
        # Section 3.1, step 5.
        kept = self._kept()
        log = _log(kept, request)
        found = None
        if kept.hints is not None and log is kept.main:
            found = await run_in_threadpool(kept.hints.opened)
        if found is None:
            raise _nothing()
        try:
            return await _in_pieces(*found)
        except OSError as error:
            # The storage is there: nobody need come again for what saves time.
            raise _nothing() from error


async def _in_pieces(length: int, pieces: Iterator[bytes]) -> Response:
    headers = {"content-length": str(length), "cache-control": CHANGES}
    # Before the status is sent: a storage that is being opened again gives none.
    first = await run_in_threadpool(next, pieces, b"")
    whole = chain((first,), pieces)
    return StreamingResponse(whole, headers=headers, media_type=BYTES)


def _log(kept: KeptLogs, request: Request) -> LogIndex:
    # Step 1.
    parameters = request.path_params
    log = kept.index.log(parameters["kind"], parameters["scope"])
    if log is None:
        raise _nothing()
    return log


def _view(log: LogIndex) -> Viewed:
    head = log.head
    if head is None:
        return {"folder": log.folder, "size": 0}
    said = head.checkpoint
    return {
        "folder": log.folder,
        "origin": said.origin,
        "size": said.size,
        "root": said.root,
        "checkpoint": f"{log.folder}/{CHECKPOINT}",
    }


def _answer(data: bytes, media_type: str, caching: str) -> Response:
    return Response(data, media_type=media_type, headers={"cache-control": caching})


def json_answer(
    name: str, values: Mapping[str, Viewed], headers: Mapping[str, str]
) -> Response:
    """Return a document of a format, version 1."""
    view = json_view({"format": name, "version": 1, **values})
    return Response(json.dumps(view), media_type="application/json", headers=headers)


def _nothing() -> RefusedError:
    detail = "there is no such log, tile or file here, or not yet"
    return RefusedError(404, Rejection("service.path", detail))


def problem_answer(problem: Problem) -> Response:
    """Return the answer that a problem is."""
    headers = {"cache-control": "no-store"}
    if problem.retry_after is not None:
        headers["retry-after"] = str(problem.retry_after)
    text = json.dumps(json_view(problem.to_value()))
    return Response(text, problem.status, headers, media_type=MEDIA_TYPE)


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RefusedError):
        raise error
    return problem_answer(error.problem)


async def _http(_request: Request, error: Exception) -> Response:
    """Answer what no route takes in the same form."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 405:
        detail = "this path does not take that method"
        refused = RefusedError(405, Rejection("service.method", detail))
        return problem_answer(refused.problem)
    return problem_answer(_nothing().problem)


async def _gone(_request: Request, _error: Exception) -> Response:
    """Answer whoever has hung up: nobody reads it."""
    return Response(status_code=400)


async def _unreadable(_request: Request, _error: Exception) -> Response:
    """Answer while the storage is being opened again."""
    problem = "the board opens its storage again"
    refused = RefusedError(503, UnavailableError("service.disk", problem), 2)
    return problem_answer(refused.problem)


HANDLERS = {
    RefusedError: _refused,
    HTTPException: _http,
    ClientDisconnect: _gone,
    OSError: _unreadable,
}
"""How errors become answers."""
