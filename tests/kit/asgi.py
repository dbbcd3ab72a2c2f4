"""Asks an ASGI application directly, after its specification: no server, no client library."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
App = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[Message]],
        Callable[[Message], Awaitable[None]],
    ],
    Awaitable[None],
]
ADDRESS = "192.0.2.7"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.content)
        return found

    @property
    def code(self) -> str:
        """The code of a problem."""
        found = self.json()["code"]
        assert isinstance(found, str)
        return found


async def ask(
    app: App,
    method: str,
    path: str,
    pieces: Iterable[bytes] = (b"",),
    *,
    length: int | None = None,
    address: str = ADDRESS,
    pause: float = 0,
    more: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request.

    Args:
        app: the application.
        method: of the request.
        path: with which it begins with a slash.
        pieces: of its body.
        length: what ``content-length`` says; by default nothing.
        address: of the sender.
        pause: seconds before each piece.
        more: headers besides, their names in lower case.
    """
    headers = [] if length is None else [(b"content-length", str(length).encode())]
    headers += [(name.encode(), said.encode()) for name, said in (more or {}).items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": (address, 4711),
        "server": ("127.0.0.1", 80),
    }
    left = list(pieces)
    answers: list[Message] = []

    async def receive() -> Message:
        if not left:
            await asyncio.sleep(3600)
        await asyncio.sleep(pause)
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    async def send(message: Message) -> None:
        answers.append(message)

    await app(scope, receive, send)
    first, *rest = answers
    found = {name.decode(): value.decode() for name, value in first["headers"]}
    content = b"".join(message.get("body", b"") for message in rest)
    return Answer(first["status"], found, content)


@dataclass(frozen=True, slots=True)
class Client:
    """Asks one request after the other."""

    app: App

    def get(self, path: str) -> Answer:
        return asyncio.run(ask(self.app, "GET", path))

    def ask(self, method: str, path: str) -> Answer:
        return asyncio.run(ask(self.app, method, path))

    def post(self, path: str, body: bytes, address: str = ADDRESS) -> Answer:
        return asyncio.run(ask(self.app, "POST", path, [body], address=address))
