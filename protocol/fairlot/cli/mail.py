"""``fairlot mail``: carry files between people and roles over the network.

specs/service.md, section 15; specs/command-line.md, section 30.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from fairlot.cli.command import (
    FAILED,
    OK,
    Command,
    action_of_steps,
    add_json,
    whole,
)
from fairlot.cli.folders import PRIVATE_FOLDER, make_folder
from fairlot.cli.issuer.folder import read_as, read_file
from fairlot.cli.listening import Where, add_listening, needs_server, serve_at
from fairlot.cli.mail_address import MailAddress
from fairlot.cli.output import complain, say, show_json
from fairlot.cli.reading import made_of, read_at_most
from fairlot.errors import InputError
from fairlot.identity.account_token import read_account_token
from fairlot.identity.account_visit import AccountVisit
from fairlot.identity.requests import read_attest_request
from fairlot.service.mailbox import Mailbox, Parcel, kind_of
from fairlot.service.rates import Buckets, Rate
from fairlot.text import Viewed
from fairlot_crypto.durable import PRIVATE, write_file
from fairlot_crypto.randomness import SystemRandomness

WHERE = Where(
    "FAIRLOT_MAIL_HOST",
    "FAIRLOT_MAIL_PORT",
    8082,
    lambda problem: InputError("mail.port", problem),
)
RATE = Rate(a_second=5.0, burst=50)
_LONGEST_CODE = 100
_LOOK = 1.0
"""Seconds between two questions for an answer."""
_DAY = 86_400

_CODES = """\
Exit code: 0 if done, 1 if a role refused or has not answered, 2 if a file or the usage was
refused."""
_SERVE_EXAMPLES = """\
DIR is a mailbox of fairlot host. It ends when it is told to (SIGTERM, Ctrl-C). Serve beyond
this machine over HTTPS only (--tls-cert, --tls-key, or a web server with TLS before it): what
is sent says who somebody is.

Exit code: 0 if it was told to end, 1 if it could not go on, 2 if a folder or the usage was
refused.

Examples:
  fairlot mail serve SALE/mailbox
"""
_SEND_EXAMPLES = f"""\
The request is a file that fairlot wallet has written, the answer what it waits for. The same
request may be sent any number of times.

{_CODES}

Examples:
  fairlot mail send https://sale.example ann.attest --code-file invitation --out ann
  fairlot mail send https://sale.example ann.attest --token ann.account \
    --code-file invitation --out ann
"""
_EXAMPLES = f"""\
Requests of people to attester and issuers, and the answers, as the files that they are.

{_CODES}

Examples:
  fairlot mail send https://sale.example ann.attest --code-file invitation --out ann
  fairlot mail serve SALE/mailbox
"""


def _configure_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the mailbox")
    add_listening(parser, WHERE)


def _serve(arguments: argparse.Namespace) -> int:
    run = _server()
    mailbox = Mailbox(arguments.folder)
    buckets = Buckets(RATE, time.monotonic, SystemRandomness())
    run(arguments, mailbox, buckets)
    return OK


def _server() -> Callable[[argparse.Namespace, Mailbox, Buckets], None]:
    """Return what serves: only who serves loads a server.

    Raises:
        InputError: ``service.extra`` where it is not installed.
    """
    with needs_server():
        from fairlot.service.mailing import MailDesk  # noqa: PLC0415
        from fairlot.service.serve import serve_mailbox  # noqa: PLC0415

    def run(arguments: argparse.Namespace, mailbox: Mailbox, buckets: Buckets) -> None:
        desk = MailDesk(mailbox, buckets, complain)
        serve_at(arguments, WHERE, partial(serve_mailbox, desk))

    return run


def _configure_send(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="the address that you were told")
    parser.add_argument("request", metavar="REQUEST", type=Path, help="of a wallet")
    parser.add_argument(
        "--code-file",
        metavar="FILE",
        type=Path,
        required=True,
        help="its first line is the code of your invitation",
    )
    parser.add_argument(
        "--token",
        metavar="FILE",
        type=Path,
        help="with a request to be attested: what shows your account, by wallet login",
    )
    parser.add_argument(
        *("-o", "--out"),
        metavar="DIR",
        type=Path,
        required=True,
        help="where the files of the answer go",
    )
    parser.add_argument(
        "--wait",
        metavar="SECONDS",
        type=whole(0, _DAY),
        default=300,
        help="how long to wait for the answer (default: 300)",
    )
    add_json(parser)


def _send(arguments: argparse.Namespace) -> int:
    request = _request(arguments.request, arguments.token)
    kind = made_of(arguments.request, request, kind_of)
    address, code = MailAddress.parse(arguments.url), _code(arguments.code_file)
    posted = address.send(request, code)
    if posted.named is None:
        refused = Parcel(code=posted.code, detail=posted.detail)
        return _told(arguments, kind, refused, [])
    data = _awaited(address, posted.named, time.monotonic() + arguments.wait)
    parcel = None if data is None else Parcel.from_bytes(data)
    names: list[str] = []
    if parcel is not None and parcel.files:
        make_folder(arguments.out, PRIVATE_FOLDER)
        for name, content in parcel.files:
            write_file(arguments.out / name, content, PRIVATE)
            names.append(str(arguments.out / name))
    return _told(arguments, kind, parcel, names)


def _request(file: Path, token: Path | None) -> bytes:
    """Return what is sent: a request, with what shows an account if that is named.

    Raises:
        InputError: ``mail.token``, ``issuer.unreadable``, ``issuer.request``.
    """
    if token is None:
        return read_file(file)
    request, account = (
        read_as(file, read_attest_request),
        read_as(token, read_account_token),
    )
    if account.registry_id != request.registry_id:
        problem = f"{token} is for another registry than {file}"
        raise InputError("mail.token", f"{problem}: log in for this request")
    return AccountVisit(request, account).to_bytes()


def _awaited(address: MailAddress, named: str, ends: float) -> bytes | None:
    """Ask until there is an answer, or the time has come."""
    data = address.answer(named)
    while data is None and time.monotonic() < ends:
        time.sleep(_LOOK)
        data = address.answer(named)
    return data


def _told(
    arguments: argparse.Namespace, kind: str, parcel: Parcel | None, names: list[str]
) -> int:
    code = None if parcel is None or not parcel.code else parcel.code
    if arguments.json:
        found: Mapping[str, Viewed] = {
            "kind": kind,
            "answered": parcel is not None,
            "files": [*names],
            "code": code,
        }
        show_json("mail", found)
    elif names:
        say(f"Answered: {', '.join(names)}.")
    if parcel is None:
        complain(f"the request to {kind} waits there: run this again for the answer")
        return FAILED
    if code is not None:
        complain(f"the request to {kind} was refused: {code}: {parcel.detail}")
        return FAILED
    return OK


def _code(path: Path) -> str:
    """Return the first line of a file: a code is no argument."""
    data = read_at_most(
        path, 2 * _LONGEST_CODE, lambda why: InputError("mail.code-file", why)
    )
    lines = data.decode(errors="replace").splitlines()
    code = lines[0].strip() if lines else ""
    if not (code.isascii() and code.isalnum() and len(code) <= _LONGEST_CODE):
        problem = f"the first line of {path} is no code of an invitation"
        raise InputError("mail.code-file", f"{problem}: letters and digits")
    return code


SERVE = Command(
    "serve",
    "Take requests of people in over HTTP, and hand answers out.",
    _SERVE_EXAMPLES,
    _configure_serve,
    _serve,
)
SEND = Command(
    "send",
    "Send a request of a wallet to attester or issuers, and wait for the answer.",
    _SEND_EXAMPLES,
    _configure_send,
    _send,
)
ACTION = action_of_steps(_EXAMPLES, (SEND, SERVE))
