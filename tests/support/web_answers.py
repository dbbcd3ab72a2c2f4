"""A web server on loopback that answers whatever a test wants."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Quiet(BaseHTTPRequestHandler):
    """Answers GET and POST alike, and writes nothing down."""

    def do_GET(self) -> None:
        """Answer."""
        raise NotImplementedError

    def do_POST(self) -> None:
        """Answer as for GET."""
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""
        del format, args


@contextmanager
def listening(handler: type[Quiet]) -> Generator[int]:
    """Serve on a port of its own, which is yielded."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Answers:
    """What is answered, by path, and what was asked."""

    url: str
    of: dict[str, tuple[int, bytes]] = field(
        default_factory=dict[str, tuple[int, bytes]]
    )
    asked: list[str] = field(default_factory=list[str])
    bodies: list[bytes] = field(default_factory=list[bytes])


@contextmanager
def answering() -> Generator[Answers]:
    """Answer on a port of its own; 404 where nothing is said."""

    class Handler(Quiet):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            answers.asked.append(f"{self.command} {path}")
            length = int(self.headers.get("content-length", "0"))
            answers.bodies.append(self.rfile.read(length))
            status, content = answers.of.get(path, (404, b""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

    with listening(Handler) as port:
        answers = Answers(f"http://127.0.0.1:{port}")
        yield answers
