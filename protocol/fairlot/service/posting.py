"""Sends a short body over HTTP and reads a short answer (specs/service.md, section 11)."""

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple

from fairlot.errors import InputError
from fairlot.service.silence import silence_of
from fairlot.web_address import web_parts

MOST = 1 << 14
"""Bytes that are read of an answer."""
SECONDS = 10.0
"""How long the other side may be silent."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class Address(NamedTuple):
    """Where a witness is asked: its submission prefix."""

    text: str
    secure: bool
    host: str
    port: int | None
    prefix: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read an address.

        Raises:
            InputError: ``witness.address``.
        """
        parts = web_parts(text)
        if parts is None:
            problem = f"{text!r} is no address"
            remedy = "write http:// or https://, a host, and no more"
            raise InputError("witness.address", f"{problem}: {remedy}")
        secure, host = parts.scheme == "https", parts.hostname or ""
        return cls(text, secure, host, parts.port, parts.path.rstrip("/"))


class Line:
    """A connection to one server, which is kept open from one question to the next."""

    def __init__(self, address: Address, seconds: float = SECONDS) -> None:
        """Connect when the first question is asked."""
        make = HTTPSConnection if address.secure else HTTPConnection
        self._connection = make(address.host, address.port, timeout=seconds)
        self._prefix, self._secure = address.prefix, address.secure

    def post(self, path: str, body: bytes) -> Answer:
        """Send a body, and return the answer. No redirect is followed.

        Raises:
            OSError: where nothing came back, for whatever reason.
        """
        reused = self._connection.sock is not None
        try:
            return self._post(path, body)
        except OSError:
            # The other side closes a line on which nothing was said for a while.
            if not reused:
                raise
            return self._post(path, body)

    def _post(self, path: str, body: bytes) -> Answer:
        try:
            self._connection.request("POST", f"{self._prefix}/{path}", body)
            answer = self._connection.getresponse()
            found = Answer(answer.status, answer.read(MOST))
        except (HTTPException, OSError) as error:
            self._connection.close()
            raise OSError(silence_of(error, secure=self._secure).why) from error
        if not answer.isclosed():
            self._connection.close()
        return found
