"""A web server on loopback that answers whatever a test wants."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


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

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            answers.asked.append(f"{self.command} {path}")
            length = int(self.headers.get("content-length", "0"))
            answers.bodies.append(self.rfile.read(length))
            status, content = answers.of.get(path, (404, b""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        answers = Answers(f"http://127.0.0.1:{server.server_address[1]}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield answers
        finally:
            server.shutdown()
            thread.join()
