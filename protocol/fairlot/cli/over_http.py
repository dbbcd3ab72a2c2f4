"""Asks a board over the network, as its clients do (specs/service.md, section 12).

What is fetched is judged like a file; what is sent can be sent again.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult

from fairlot.cli.certificate import unverified
from fairlot.entry import Entry
from fairlot.errors import InputError
from fairlot.service.silence import silence_of
from fairlot.text import shown
from fairlot.web_address import web_parts

TRIES = 5
"""How often what a board cannot take now is sent."""

_NO_INDEX = "its index names no transcript, as that of a board does: name the board"
_LARGEST_ANSWER = 1 << 20
_PATIENCE = 30.0
"""Seconds until a board that says nothing counts as gone."""
LONGEST_WAIT = 10
"""Seconds until it is sent again, whatever it says."""
_LOG = re.compile(r"/(?:sale|registry)/[0-9a-f]{64}/?")
_CODE = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a board has answered to an entry."""

    receipt: bytes | None
    """The tlog-proof; ``None`` where the entry was refused."""
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class BoardAddress:
    """Where a board answers."""

    url: SplitResult
    """Its path is what stands before the folders of logs."""

    @classmethod
    def parse(cls, text: str) -> "BoardAddress":
        """Read an address: of a board, or of one of its logs (step 1).

        Raises:
            InputError: ``http.address``.
        """
        # Step 1.
        url = web_parts(text)
        if url is None:
            problem = f"{shown(text)} is no address of a board"
            remedy = "name one such as http://127.0.0.1:8080"
            raise InputError("http.address", f"{problem}: {remedy}")
        log = _LOG.search(url.path)
        path = url.path[: log.start()] if log else url.path.rstrip("/")
        return cls(url._replace(path=path))

    def transcript(self) -> str:
        """Return the address of the board's transcript (step 2).

        Raises:
            InputError: ``http.unreachable``, ``http.certificate``, ``http.answer``.
        """
        # Step 2.
        index = self._get("/", _LARGEST_ANSWER)
        try:
            path = json.loads(index)["transcript"]["path"]
        except (ValueError, LookupError, TypeError) as error:
            raise self._strange(_NO_INDEX) from error
        if not isinstance(path, str):
            raise self._strange(_NO_INDEX)
        return f"{self.url.geturl()}/{path.lstrip('/')}"

    def add(self, entry: Entry) -> Sent:
        """Send an entry, and again where the board is busy (steps 3 and 4).

        Raises:
            InputError: ``http.unreachable``, ``http.certificate``, ``http.answer``.
        """
        # Step 3.
        path = f"/{entry.log.value}/{entry.scope.hex()}/add"
        sent = partial(self._ask, "POST", path, _LARGEST_ANSWER, entry.encoded)
        # Step 4.
        answer = ask_again(sent, usual=1)
        if answer.status == 200:
            return Sent(answer.content)
        return self._refusal(answer)

    def _refusal(self, answer: Answer) -> Sent:
        return Sent(None, *refusal(self.url, answer))

    def _get(self, path: str, most: int) -> bytes:
        answer = self._ask("GET", path, most)
        if answer.status != 200:
            raise self._strange(f"it answers {path} with status {answer.status}")
        return answer.content

    def _ask(
        self, method: str, path: str, most: int, body: bytes | None = None
    ) -> Answer:
        return ask(self.url, method, path, most, body)

    def _strange(self, why: str) -> InputError:
        return strange(self.url, why)


def ask(
    url: SplitResult,
    method: str,
    path: str,
    most: int,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request, and return the answer. No redirect is followed.

    Args:
        url: where.
        method: of HTTP.
        path: below the path of ``url``.
        most: bytes that the answer may have.
        body: what is sent.
        headers: what is said besides.

    Raises:
        InputError: ``http.unreachable``, ``http.certificate``, ``http.answer``.
    """
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=_PATIENCE)
    try:
        connection.request(method, f"{url.path}{path}", body, dict(headers or {}))
        with connection.getresponse() as response:
            content = response.read(most + 1)
            said = {name.lower(): text for name, text in response.getheaders()}
            status = response.status
    except (OSError, HTTPException) as error:
        refused = unverified(url.geturl(), error)
        if refused is not None:
            raise refused from error
        # Step 7.
        why, remedy = silence_of(error, secure=url.scheme == "https")
        problem = f"{url.geturl()} does not answer ({why})"
        raise InputError("http.unreachable", f"{problem}: {remedy}") from error
    finally:
        connection.close()
    if len(content) > most:
        raise strange(url, f"it answers {path} with more than {most} bytes")
    return Answer(status, said, content)


def ask_again(question: Callable[[], Answer], *, usual: int | None) -> Answer:
    """Ask, and again where the other side is busy, after as long as it says.

    Args:
        question: sends a request, which may be sent any number of times.
        usual: seconds to wait where it does not say; ``None`` if that is no invitation.

    Raises:
        InputError: as ``question``.
    """
    answer = question()
    for _ in range(TRIES - 1):
        said = answer.headers.get("retry-after", "")
        wait = int(said) if said.isdigit() else usual
        if answer.status not in {429, 503} or wait is None:
            break
        time.sleep(min(wait, LONGEST_WAIT))
        answer = question()
    return answer


def refusal(url: SplitResult, answer: Answer) -> tuple[str, str]:
    """Return the code and the words of a refusal.

    Raises:
        InputError: ``http.answer`` where it is none.
    """
    try:
        said = json.loads(answer.content)
        code, detail = str(said["code"]), str(said["detail"])
    except (ValueError, LookupError, TypeError) as error:
        raise strange(url, f"it answers with status {answer.status}") from error
    if not _CODE.fullmatch(code):
        raise strange(url, "its refusal has no code")
    return code, shown(detail)


def strange(url: SplitResult, why: str) -> InputError:
    """Return the error for what nobody answers who is what they should be."""
    problem = f"{url.geturl()} does not answer as it should: {why}"
    return InputError("http.answer", problem)
