"""Asks a mailbox over the network (specs/service.md, section 15.2)."""

import re
from dataclasses import dataclass
from functools import partial
from urllib.parse import SplitResult

from fairlot.cli.over_http import Answer, ask, ask_again, refusal, strange
from fairlot.errors import InputError
from fairlot.text import shown
from fairlot.web_address import web_parts

_SHORT, _LARGEST = 1 << 14, 1 << 24
_ID = re.compile(rb"[0-9a-f]{64}\n")


@dataclass(frozen=True, slots=True)
class Posted:
    """What a mailbox has answered to a request."""

    named: str | None
    """Under which name it waits; ``None`` where it was refused."""
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class MailAddress:
    """Where a mailbox answers."""

    url: SplitResult

    @classmethod
    def parse(cls, text: str) -> "MailAddress":
        """Read an address.

        Raises:
            InputError: ``http.address``.
        """
        url = web_parts(text)
        if url is None:
            problem = f"{shown(text)} is no address of a mailbox"
            remedy = "name it as you were told, such as https://sale.example"
            raise InputError("http.address", f"{problem}: {remedy}")
        return cls(url._replace(path=url.path.rstrip("/")))

    def send(self, request: bytes, code: str) -> Posted:
        """Send a request, and again where the mailbox is busy.

        Args:
            request: the file.
            code: of the invitation.

        Raises:
            InputError: ``http.unreachable``, ``http.certificate``, ``http.answer``.
        """
        said = {"authorization": f"Bearer {code}"}
        answer = self._ask("POST", "/requests", _SHORT, request, said)
        if answer.status != 202:
            return Posted(None, *refusal(self.url, answer))
        if not _ID.fullmatch(answer.content):
            raise strange(self.url, "it names no request")
        return Posted(answer.content[:-1].decode("ascii"))

    def answer(self, named: str) -> bytes | None:
        """Return the answer to a request; ``None`` where there is none yet.

        Raises:
            InputError: ``http.unreachable``, ``http.certificate``, ``http.answer``.
        """
        answer = self._ask("GET", f"/answers/{named}", _LARGEST)
        if answer.status == 202:
            return None
        if answer.status != 200:
            code, detail = refusal(self.url, answer)
            raise strange(self.url, f"{code}: {detail}")
        return answer.content

    def _ask(
        self,
        method: str,
        path: str,
        most: int,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        asked = partial(ask, self.url, method, path, most, body, headers)
        return ask_again(asked, usual=None)
