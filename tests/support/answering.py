"""A server on this machine that gives whatever answers a test likes."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answers = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answers: Answers) -> Generator[tuple[str, list[str]]]:
    """Yield the address of a server, and what it was asked."""
    asked = list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answers(self)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def gives(data: bytes, length: int | None = None) -> Answers:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if length != 0:
            handler.send_header("Content-Length", str(length or len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def refuses(status: int, body: bytes = b"", to: str = "") -> Answers:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if to:
            handler.send_header("Location", to)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer
