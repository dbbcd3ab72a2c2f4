"""``fairlot wallet login``: show an account (specs/attesters.md, section 2.5)."""

import argparse
import sys
import time
import webbrowser
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Final, cast
from urllib.parse import parse_qsl

from fairlot.cli.command import Command, whole
from fairlot.cli.output import say
from fairlot.cli.provider_site import ProviderSite
from fairlot.cli.wallet.files import (
    add_out,
    add_wallet,
    look_at,
    opened,
    read_as,
    write_message,
)
from fairlot.cli.wallet.making import examples
from fairlot.cli.wallet.registry_steps import add_log, told
from fairlot.errors import InputError
from fairlot.identity.account_token import AccountToken
from fairlot.identity.requests import read_attest_request
from fairlot.wallet.login import Login, begin_login
from fairlot.wallet.looking import check_registry
from fairlot_crypto.durable import PRIVATE
from fairlot_crypto.randomness import SystemRandomness

PATIENCE = 300
"""Seconds in which a person logs in, unless they say otherwise."""

_FORM = "application/x-www-form-urlencoded"
_SLOWEST = 5.0
"""Seconds that one connection to the listener may take."""
_LONGEST = 8192
"""Characters of what a browser asks the listener."""
_DONE = b"You may close this window and go back to fairlot.\n"
_NOT_MINE = b"This is no answer to the login that fairlot waits for.\n"


def _configure(parser: argparse.ArgumentParser) -> None:
    add_wallet(parser)
    add_log(parser)
    parser.add_argument(
        "--request",
        metavar="FILE",
        type=Path,
        required=True,
        help="what you take to the attester, by this wallet",
    )
    parser.add_argument(
        "--browser",
        action="store_true",
        help="open the address in your browser, too",
    )
    parser.add_argument(
        "--wait",
        metavar="SECONDS",
        type=whole(1, 3600),
        default=PATIENCE,
        help=f"how long you have (default: {PATIENCE})",
    )
    add_out(parser, "what shows your account, for the attester", required=True)


def _login(arguments: argparse.Namespace) -> int:
    out: Path = arguments.out
    if out.exists():
        problem = f"{out} exists, and a token is good for one use: name another file"
        raise InputError("wallet.exists", problem)
    request = read_as(arguments.request, read_attest_request)
    with opened(arguments) as wallet:
        _, looked = look_at([arguments.log], wallet.content)
        registry_id = check_registry(looked, arguments.expect_registry)
        login = begin_login(looked, request, SystemRandomness())
        wallet.keep(looked.content)
    # Nothing of the wallet is held while a person types.
    token = _logged_in(login, arguments)
    write_message(out, token.to_bytes(), PRIVATE)
    said = f"{out} is for your attester, with the request, within ten minutes."
    return told(arguments, "login", registry_id, said, again=False)


def _logged_in(login: Login, arguments: argparse.Namespace) -> AccountToken:
    site = ProviderSite.discover(login.provider)
    where, exchange = (
        site.endpoint(f"{each}_endpoint") for each in ("authorization", "token")
    )
    with Listener(login.is_answer) as listener:
        redirect = f"http://127.0.0.1:{listener.server_port}/"
        address = login.address(where.address, redirect)
        _show(address, arguments)
        said = listener.answer(arguments.wait)
    form = login.exchange(login.code(said), redirect)
    # Step 35.
    got = exchange.ask("POST", form, _FORM)
    return login.token(got.status, got.content)


def _show(address: str, arguments: argparse.Namespace) -> None:
    """Say where to log in; whoever reads JSON finds it on the other stream."""
    if arguments.json:
        print(address, file=sys.stderr, flush=True)
    else:
        say("Log in there, in a browser on this machine:")
        say(address)
        sys.stdout.flush()
    if arguments.browser:
        webbrowser.open(address)


class Listener(HTTPServer):
    """Waits on loopback for the one answer to a login (step 34)."""

    def __init__(self, is_answer: Callable[[Mapping[str, str]], bool]) -> None:
        """Listen on a port that the system chooses.

        Args:
            is_answer: tells what is one; all else is told so, and waited on.
        """
        self._is_answer: Final = is_answer
        self._said: Mapping[str, str] | None = None
        super().__init__(("127.0.0.1", 0), _Asked)

    def answer(self, patience: float) -> Mapping[str, str]:
        """Wait for the answer.

        Raises:
            InputError: ``login.late``.
        """
        # Step 34.
        ends = time.monotonic() + patience
        while self._said is None:
            self.timeout = ends - time.monotonic()
            if self.timeout <= 0:
                problem = f"nobody has logged in within {patience} seconds"
                raise InputError("login.late", f"{problem}: begin anew")
            self.handle_request()
        return self._said

    def take(self, said: Mapping[str, str]) -> bool:
        """Take what came, and tell whether it is the answer."""
        if self._said is not None or not self._is_answer(said):
            return False
        self._said = said
        return True

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over a connection that breaks: somebody else may come."""
        del request, client_address


class _Asked(BaseHTTPRequestHandler):
    """One request of a browser."""

    timeout = _SLOWEST

    def do_GET(self) -> None:
        """Take the answer where it is one."""
        path, _, query = self.path.partition("?")
        fits = path == "/" and len(query) <= _LONGEST
        taken = fits and cast("Listener", self.server).take(_once(query))
        status, text = (200, _DONE) if taken else (400, _NOT_MINE)
        self.send_response(status)
        for name, value in (
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", str(len(text))),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: a code is in what was asked."""
        del format, args


def _once(query: str) -> dict[str, str]:
    """Return the fields of a query; nothing where one stands twice."""
    pairs = parse_qsl(query, keep_blank_values=True)
    said = dict(pairs)
    return said if len(said) == len(pairs) else {}


LOGIN = Command(
    "login",
    "Log in at the provider of your registry's accounts: it shows an account, not a person.",
    examples(
        "enrol mine.wallet registry.log --expect-registry HEX64 --out me.request",
        "login mine.wallet registry.log --request me.request --out me.account",
    ),
    _configure,
    _login,
)
