"""What a seller says of a sale that is hosted (specs/command-line.md, section 29.2)."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from fairlot.cli.attester_account import check_tokens
from fairlot.cli.board_folder import check_storage
from fairlot.cli.certificate import add_certificate, check_trusted, context_of
from fairlot.cli.command import whole
from fairlot.cli.host.asked import Asked, Listening
from fairlot.cli.listening import LOCAL
from fairlot.cli.seller_options import PHASE, SLACK, add_draw
from fairlot.cli.time_options import duration, end, moment
from fairlot.errors import InputError
from fairlot.identity.provider import Provider, check_provider
from fairlot.inputs.durations import show_duration
from fairlot.inputs.final_terms import Planned, planned_times
from fairlot.inputs.input_file import read_input
from fairlot.inputs.member_list import read_members
from fairlot.inputs.terms_file import read_terms_file

HOSTING = (
    *("moved", "terms", "people", "open", "close", "commit", "seal", "reveal", "slack"),
    *("season", "cooling", "roll_before", "no_round", "setup", "rehearsal"),
    *("host", "port", "mail_port", "tls_cert", "tls_key", "storage"),
    *("provider", "client"),
)
"""What a demonstration does not take."""
_TIMES = (
    ("commit", "in which contributors commit (default: 1 hour)"),
    ("seal", "in which they seal (default: 1 hour)"),
    ("reveal", "in which they reveal (default: 1 hour)"),
    ("slack", "how late a marker may come (default: 10 minutes)"),
)
_SEASON, _ROLL_BEFORE = "365 days", 600


def configure_hosting(parser: argparse.ArgumentParser) -> None:
    """Add all options of a sale."""
    parser.add_argument(
        "terms", metavar="TERMS.toml", type=Path, nargs="?", help="what is sold"
    )
    parser.add_argument(
        "--people",
        metavar="FILE",
        type=Path,
        help="who is invited: a list with a column person, and attr:NAME for attributes",
    )
    parser.add_argument(
        "--open",
        metavar="TIME",
        type=_text(moment),
        help='when deposits open: "2030-05-01 18:00 Europe/Vienna", "in 3 days"',
    )
    parser.add_argument(
        "--close",
        metavar="TIME",
        type=_text(end),
        help='when they close: a time, or a duration from the opening, as "7 days"',
    )
    for name, what in _TIMES:
        parser.add_argument(
            f"--{name}", metavar="DURATION", type=_text(duration), help=what
        )
    parser.add_argument(
        "--season",
        metavar="DURATION",
        type=_text(duration),
        help=f"for how long people are registered (default: {_SEASON})",
    )
    parser.add_argument(
        "--cooling",
        metavar="DURATION",
        type=_text(duration),
        help="for how long a recovery of an identity can be contested (default: 7 days)",
    )
    parser.add_argument(
        "--roll-before",
        metavar="DURATION",
        type=duration,
        help="how long before the opening people must have joined (default: 10 minutes)",
    )
    for name, what in (
        ("--provider", "people are told apart by accounts: whose, an address"),
        ("--client", "with --provider: the client that it knows the wallets as"),
    ):
        parser.add_argument(name, metavar="NAME", help=what)
    _add_rest(parser)


def _add_rest(parser: argparse.ArgumentParser) -> None:
    add_draw(parser)
    parser.add_argument(
        "--storage",
        metavar="sqlite|file|ADDRESS",
        help="what keeps the logs (default: sqlite); with postgresql://USER@HOST/DB other "
        "machines can serve the board too",
    )
    parser.add_argument(
        "--rehearsal", action="store_true", help="nothing of it is real"
    )
    parser.add_argument(
        "--moved",
        action="store_true",
        help="DIR was moved here, and nobody goes on with it elsewhere",
    )
    parser.add_argument(
        "--host", help="the address at which board and mailbox listen (127.0.0.1)"
    )
    for name, what in (("--port", "board"), ("--mail-port", "mailbox")):
        parser.add_argument(
            name,
            metavar="PORT",
            type=whole(0, 65535),
            help=f"the port of the {what} (default: a free one)",
        )
    add_certificate(parser)


def asked_of(arguments: argparse.Namespace) -> Asked:
    """Read what is to be hosted.

    Raises:
        InputError: ``seller.times``, ``host.roll``, ``terms-file.*``, ``people-file.*``,
            ``tls.*``, ``http.certificate``, ``board.usage``, ``board.extra``, ``host.usage``,
            ``attester.extra``.
        Rejection: ``registry.provider``.
    """
    storage: str | None = arguments.storage
    if storage is not None:
        check_storage(storage)
    lead = arguments.roll_before
    roll_before = _ROLL_BEFORE if lead is None else lead
    _check_times(arguments, roll_before, int(time.time()))
    times: list[str] = []
    for name in ("open", "close", "commit", "seal", "reveal", "slack"):
        given = getattr(arguments, name)
        times += [] if given is None else [f"--{name}", given]
    times += ["--no-round"] if arguments.no_round else []
    if arguments.setup is not None:
        times += ["--setup", str(arguments.setup.resolve())]
    return Asked(
        text=read_input(arguments.terms).text,
        contributors=read_terms_file(arguments.terms).contributors,
        members=read_members(arguments.people),
        times=(*times, "--roll-min", "1"),
        season=arguments.season or _SEASON,
        cooling=arguments.cooling or "",
        roll_before=roll_before,
        rehearsal=arguments.rehearsal,
        listening=_listening(arguments),
        port=arguments.port or 0,
        mail_port=arguments.mail_port or 0,
        storage=() if storage is None else ("--storage", storage),
        provider=_provider(arguments),
    )


def _provider(arguments: argparse.Namespace) -> Provider | None:
    """Return whose accounts tell people apart, if they do."""
    given = arguments.provider, arguments.client
    if given == (None, None):
        return None
    if None in given:
        problem = "--provider and --client go together: name both"
        raise InputError("host.usage", problem)
    check_tokens()
    provider = Provider(*given)
    check_provider(provider, rehearsal=arguments.rehearsal)
    return provider


def _check_times(arguments: argparse.Namespace, roll_before: int, now: int) -> None:
    """Check the times before anything is made (step 1).

    Raises:
        InputError: ``seller.times``, ``host.roll``.
    """
    phases: list[int] = []
    for name, default in (
        ("commit", PHASE),
        ("seal", PHASE),
        ("reveal", PHASE),
        ("slack", SLACK),
    ):
        said: str | None = getattr(arguments, name)
        phases.append(default if said is None else duration(said))
    planned = Planned(moment(arguments.open), end(arguments.close), *phases)
    if planned_times(planned, now).open - roll_before <= now:
        lead = f"who buys must join {show_duration(roll_before)} before the opening"
        problem = f"{lead}, and nobody could any more"
        remedy = "open later, or say a shorter --roll-before"
        raise InputError("host.roll", f"{problem}: {remedy}")


def _listening(arguments: argparse.Namespace) -> Listening:
    """Return how board and mailbox listen."""
    host = arguments.host or ""
    context = context_of(arguments)
    if context is None:
        return Listening(host)
    # The roles ask the board by this name, as buyers do.
    check_trusted(context, host or LOCAL)
    # Each process has a folder of its own.
    files = (path.resolve() for path in (arguments.tls_cert, arguments.tls_key))
    return Listening(host, *map(str, files))


def _text(check: Callable[[str], object]) -> Callable[[str], str]:
    """Return what checks a word, and leaves it as it is for the process of a role."""

    def checked(text: str) -> str:
        check(text)
        return text

    return checked
