"""A mailbox over HTTP: an ASGI application (specs/service.md, section 15)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairlot.entry import MAX_ENTRY_BYTES
from fairlot.errors import FairlotError, InputError, Rejection, in_words
from fairlot.service.app import HANDLERS, TEXT, address_of, bearer_of, body_of
from fairlot.service.mailbox import Mailbox
from fairlot.service.problems import AGAIN, RefusedError, UnavailableError
from fairlot.service.rates import Buckets

BODY_SECONDS = 10.0
REQUESTS, ANSWERS = "requests", "answers"
CBOR = "application/cbor"
_ADVICE = {
    400: "Send the bytes of a request as fairlot wallet has written them.",
    403: "Send the code of your invitation, and ask whoever invited you.",
    404: "Send the request first.",
    413: "Send one request, of at most 65,535 bytes.",
    429: "Use what you were answered, or ask whoever invited you.",
}


@dataclass(frozen=True, slots=True)
class MailDesk:
    """Where requests are handed in, and answers fetched."""

    mailbox: Mailbox
    buckets: Buckets
    complain: Callable[[str], None] = lambda _: None
    """Told why nothing can be kept."""

    async def add(self, request: Request) -> Response:
        """Take a request in; it is on the disk when this returns."""
        # Step 1.
        body = await body_of(request, MAX_ENTRY_BYTES, BODY_SECONDS)
        if body is None:
            problem = f"a request has at most {MAX_ENTRY_BYTES} bytes"
            raise _refused(413, Rejection("mail.size", problem))
        self._check_rate(request)
        code = _code_of(request)
        # One after the other: this is the only thread that writes.
        try:
            named = self.mailbox.take(code, body)
        except OSError as error:
            self.complain(in_words(error))
            problem = "the mailbox cannot keep what comes"
            raise _down(UnavailableError("service.disk", problem)) from error
        except UnavailableError as error:
            raise _down(error) from error
        except InputError as error:
            raise _refused(400, error) from error
        except Rejection as error:
            raise _refused(_STATUS[error.code], error) from error
        return _answer(f"{named}\n".encode(), 202, TEXT)

    async def get(self, request: Request) -> Response:
        """Hand an answer out, or say that there is none yet."""
        self._check_rate(request)
        read = self.mailbox.answer
        try:
            found = await asyncio.to_thread(read, request.path_params["named"])
        except Rejection as error:
            raise _refused(404, error) from error
        if found is None:
            return Response(b"", 202, {"cache-control": "no-store", "retry-after": "1"})
        return _answer(found, 200, CBOR)

    async def about(self, _request: Request) -> Response:
        """Say where the board is."""
        found = await asyncio.to_thread(self.mailbox.about)
        return _answer(found, 200, "application/json")

    def _check_rate(self, request: Request) -> None:
        # Step 2.
        self.buckets.check(address_of(request), AGAIN)


def mail_app(desk: MailDesk) -> Starlette:
    """Return an application that takes requests in at a desk, and hands answers out."""
    routes = [
        Route("/", desk.about),
        Route(f"/{REQUESTS}", desk.add, methods=["POST"]),
        Route(f"/{ANSWERS}/{{named}}", desk.get),
    ]
    return Starlette(routes=routes, exception_handlers=HANDLERS)


_STATUS = {"mail.code": 403, "mail.limit": 429}


def _code_of(request: Request) -> str:
    code = bearer_of(request)
    if code is None:
        raise _refused(403, Rejection("mail.code", "no invitation was sent"))
    return code.strip()


def _refused(status: int, error: FairlotError) -> RefusedError:
    return RefusedError(status, error, advice=_ADVICE[status])


def _down(error: UnavailableError) -> RefusedError:
    advice = "Wait as long as Retry-After says, and send the same bytes again."
    return RefusedError(503, error, 2, advice)


def _answer(data: bytes, status: int, media_type: str) -> Response:
    headers = {"cache-control": "no-store", "content-type": media_type}
    return Response(data, status, headers)
