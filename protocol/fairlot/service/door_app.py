"""The door for telephones over HTTP: an ASGI application (specs/door.md, section 5)."""

import asyncio
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairlot.door.gate import FRESH_SECONDS
from fairlot.door.text_form import text_of
from fairlot.errors import FairlotError, InputError, Rejection, in_words
from fairlot.page.assembly import door_page
from fairlot.service.app import (
    HANDLERS,
    HTML,
    address_of,
    bearer_of,
    body_of,
    json_answer,
)
from fairlot.service.door_desk import DoorDesk, Verdict
from fairlot.service.problems import AGAIN, RefusedError, UnavailableError
from fairlot.service.rates import Buckets
from fairlot.text import Viewed

MOST = 1 << 14
"""Bytes of an answer, and more."""
BODY_SECONDS = 10.0
_ATTEMPT = re.compile("[0-9a-f]{32}")
_STORED = {"cache-control": "no-store"}
_ADVICE = {
    400: "Send an answer under a name of 16 fresh bytes, in Idempotency-Key.",
    403: "Send the code that fairlot doors serve shows.",
    413: "Send one answer of a wallet.",
    429: AGAIN,
    503: "Wait as long as Retry-After says, and ask again under the same name.",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DoorWay:
    """What stands between telephones and the desk."""

    desk: DoorDesk
    pairing: bytes = field(repr=False)
    """What a telephone must know: the code, in capital letters and digits."""
    buckets: Buckets
    draw: Callable[[bytes], Sequence[str]]
    """Returns the rows of a QR code."""
    complain: Callable[[str], None] = lambda _: None
    """Told why nobody can be let in."""

    async def page(self, _request: Request) -> Response:
        """Hand out the page, to anybody."""
        made = door_page()
        headers = {
            **_STORED,
            "content-security-policy": made.policy,
            "permissions-policy": "camera=(self), microphone=(), geolocation=()",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        }
        return Response(made.content, headers=headers, media_type=HTML)

    async def state(self, request: Request) -> Response:
        """Say whose door it is, and who was let in."""
        self._check(request)
        entered = await self._done(self.desk.entered)
        gate, units = self.desk.gate, self.desk.gate.units
        rows: list[Viewed] = [
            {"nym": nym, "times": times, "units": units.get(nym, 0)}
            for nym, times in sorted(entered.items())
        ]
        value: Mapping[str, Viewed] = {
            "gate": self.desk.name,
            "title": gate.terms.title,
            "sale_id": gate.terms.sale_id,
            "rehearsal": gate.terms.rehearsal,
            "unlock": gate.terms.times.unlock,
            "now": self.desk.now(),
            "units": sum(units.values()),
            "inside": sum(entered.values()),
            "entered": rows,
        }
        return json_answer("fairlot/door", value, _STORED)

    async def ask(self, request: Request) -> Response:
        """Ask a question, and return it as a text and as a code."""
        self._check(request)
        asked = await self._done(self.desk.ask)
        text = text_of(asked.encode())
        value: Mapping[str, Viewed] = {
            "gate": asked.gate,
            "text": text,
            "rows": [*self.draw(text.encode())],
            "seconds": FRESH_SECONDS,
        }
        return json_answer("fairlot/door-asked", value, _STORED)

    async def admit(self, request: Request) -> Response:
        """Judge an answer; whom it lets in is on the disk when this returns."""
        self._check(request)
        attempt = request.headers.get("idempotency-key", "")
        if not _ATTEMPT.fullmatch(attempt):
            problem = "an answer comes under a name of 32 hexadecimal digits"
            raise _refused(400, Rejection("door.attempt", problem))
        body = await body_of(request, MOST, BODY_SECONDS)
        if body is None:
            problem = f"an answer has at most {MOST} bytes"
            raise _refused(413, Rejection("door.size", problem))
        name = bytes.fromhex(attempt)
        found = await self._done(lambda: self.desk.admit(body, name))
        return json_answer("fairlot/door-verdict", _view(found), _STORED)

    def _check(self, request: Request) -> None:
        # Step 18.
        self.buckets.check(address_of(request), _ADVICE[429])
        given = (bearer_of(request) or "").encode()
        if not hmac.compare_digest(given, self.pairing):
            problem = "this telephone does not know the code of the door"
            raise _refused(403, Rejection("door.code", problem))

    async def _done(self, does: Callable[[], T]) -> T:
        """Do something that waits for the disk or the processor, in a thread."""
        try:
            return await asyncio.to_thread(does)
        except OSError as error:
            self.complain(f"the used-list cannot be written: {in_words(error)}")
            problem = "the used-list cannot be written: nobody may come in"
            raise _down(UnavailableError("service.disk", problem)) from error
        except (InputError, UnavailableError) as error:
            self.complain(error.message)
            raise _down(error) from error


def door_app(way: DoorWay) -> Starlette:
    """Return the application of a door."""
    routes = [
        Route("/", way.page),
        Route("/state", way.state),
        Route("/ask", way.ask, methods=["POST"]),
        Route("/admit", way.admit, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers=HANDLERS)


def _view(found: Verdict) -> Mapping[str, Viewed]:
    refused = found.refused
    return {
        "admitted": refused is None,
        "nym": found.nym,
        "left": found.left,
        "code": refused.code if refused else None,
        "problem": refused.message if refused else None,
    }


def _refused(status: int, error: FairlotError) -> RefusedError:
    return RefusedError(status, error, advice=_ADVICE[status])


def _down(error: FairlotError) -> RefusedError:
    return RefusedError(503, error, 2, _ADVICE[503])
