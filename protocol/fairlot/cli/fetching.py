"""Fetches a transcript from a board, whole (specs/command-line.md, section 1)."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from fairlot.audit.transcript_file import STREAM_LIMIT, check_first
from fairlot.cli.certificate import unverified
from fairlot.cli.output import Screen
from fairlot.cli.over_http import LONGEST_WAIT, TRIES
from fairlot.cli.remote import TRANSCRIPT
from fairlot.errors import InputError
from fairlot.service.silence import silence_of
from fairlot.text import shown
from fairlot.web_address import web_parts

SECONDS = 30.0
"""How long the other side may be silent."""
REDIRECTS = 5
_PIECE = 1 << 18
_PROBLEM = 1 << 14
"""Bytes that are read of a refusal."""


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, none of which leads to another kind of place."""

    max_redirections = max_repeats = REDIRECTS

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the next request, unless it leads from https to something else."""
        before, after = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if after not in ("https", before):
            problem = f"{req.full_url} leads to {shown(newurl)}: another scheme"
            raise InputError("transcript.redirect", f"{problem}, and is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def opener(*more: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
    """Return what speaks HTTP, and nothing else: no file, no ftp, no redirect.

    Args:
        more: what handles more than that.
    """
    made = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        *more,
    ):
        made.add_handler(handler)
    made.addheaders = [("User-Agent", "fairlot")]
    return made


def address_of_transcript(text: str) -> str:
    """Return where the transcript lies of which somebody names the log or the file.

    Raises:
        InputError: ``transcript.address``.
    """
    parts = web_parts(text)
    if parts is None or not text.isascii():
        problem = f"{shown(text)} is no address of a board: http://HOST/sale/SALE_ID"
        raise InputError("transcript.address", problem)
    path = parts.path.rstrip("/")
    if not path.endswith(".fairlot"):
        path = f"{path}/{TRANSCRIPT}"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def fetch(text: str, path: Path, most: int = STREAM_LIMIT) -> str:
    """Write the transcript of a board to a new file.

    Args:
        text: the address of a board's log, or of the file below it.
        path: where it goes; nothing stays there where it is refused.
        most: bytes that are taken.

    Returns:
        Where it was, after all redirects.

    Raises:
        InputError: ``transcript.address``, ``transcript.redirect``,
            ``transcript.unreadable``, ``transcript.none``, ``transcript.too-long``,
            ``http.certificate``.
    """
    address = address_of_transcript(text)
    try:
        with closing(_asked(address)) as answer, Screen(acknowledge=False) as screen:
            _write(address, answer, path, most, screen.stage("fetching"))
            return answer.url
    except InputError:
        path.unlink(missing_ok=True)
        raise


def _asked(address: str, tries: int = TRIES) -> HTTPResponse:
    try:
        answer = opener(Redirects()).open(address, timeout=SECONDS)
    except urllib.error.HTTPError as error:
        with error:
            wait = str(error.headers.get("retry-after", ""))
            if error.code != 503 or not wait.isdigit() or tries <= 1:
                raise _unreadable(address, _refusal(error)) from error
        time.sleep(min(int(wait), LONGEST_WAIT))
        return _asked(address, tries - 1)
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise (
            unverified(address, reason) or _unreadable(address, _why(address, reason))
        ) from error
    if not isinstance(answer, HTTPResponse) or answer.status != 200:
        raise _unreadable(address, "the answer is not the whole file")
    return answer


def _write(
    address: str,
    answer: HTTPResponse,
    path: Path,
    most: int,
    progress: Callable[[int, int], None],
) -> None:
    """Write what arrives, up to its announced end."""
    length = answer.length
    if length is not None and length > most:
        raise _too_long(address, most)
    done = 0
    with path.open("xb") as file:
        for piece in _pieces(address, answer):
            if not done:
                check_first(address, piece)
            done += len(piece)
            if done > most:
                raise _too_long(address, most)
            file.write(piece)
            progress(done, length or done)
    if length is not None and done != length:
        why = f"it ended after {done} of {length} bytes: try again"
        raise _unreadable(address, why)


def _pieces(address: str, answer: HTTPResponse) -> Iterator[bytes]:
    """Yield what arrives; at least one piece, which may be empty."""
    try:
        yield answer.read(_PIECE)
        while piece := answer.read(_PIECE):
            yield piece
    except (OSError, HTTPException) as error:
        raise _unreadable(address, _why(address, error)) from error


def _refusal(error: urllib.error.HTTPError) -> str:
    """Return what a board says where it refuses."""
    try:
        found = json.loads(error.read(_PROBLEM))
        code = found["code"]
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return f"the answer has the status {error.code}"
    said = f"the answer has the status {error.code}, {shown(str(code))}"
    if error.code != 404:
        return said
    return f"{said}: name the log of a sale, as http://HOST/sale/SALE_ID, or a file"


def _why(address: str, error: Exception) -> str:
    why, remedy = silence_of(error, secure=address.startswith("https:"))
    return f"{why}: {remedy}"


def _unreadable(address: str, why: str) -> InputError:
    problem = f"{address} cannot be read: {why}"
    return InputError("transcript.unreadable", problem)


def _too_long(address: str, most: int) -> InputError:
    problem = f"{address} is longer than {most} bytes: save it as a file first"
    return InputError("transcript.too-long", problem)
