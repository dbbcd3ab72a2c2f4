"""``fairlot registry``: say what a registry is (specs/command-line.md, section 26)."""

import argparse
import re
import time
from pathlib import Path

from fairlot.cli.command import (
    FAILED,
    OK,
    Command,
    action_of_steps,
    add_files,
    add_new_file,
    whole,
)
from fairlot.cli.issuer.folder import read_as, show_file
from fairlot.cli.output import complain, say, show_json
from fairlot.cli.role_keys import (
    ARBITER,
    ATTESTER,
    BOARD,
    PublicKey,
    named_witnesses,
    read_public,
)
from fairlot.cli.time_options import add_duration, duration, end, moment
from fairlot.errors import InputError, Rejection
from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.provider import Provider
from fairlot.identity.registry import EPOCH_SECONDS, TAIL_SECONDS, Recovering, Registry
from fairlot.inputs.moments import Moment
from fairlot.issuing.committee_file import read_committee
from fairlot.issuing.founding import Founded, Founders, found_registry
from fairlot.issuing.plan import read_plan
from fairlot.logs import BoardIdentity
from fairlot_crypto import cbor

DAY = 86_400
_ATTRIBUTE = re.compile(r"([^=]+)=(.*)", re.DOTALL)
_RULES = {
    "name": Canonicaliser.NAME,
    "document": Canonicaliser.DOCUMENT,
    "account": Canonicaliser.ACCOUNT,
}
_CODES = """\
Exit code: 0 if done, 1 if the registry would be refused, 2 if a file or the usage was
refused."""
_EXAMPLES = f"""\
A registry says for a season who registers people, how they are told apart, and how they take
their identity back. Its issuers have made their keys before (fairlot issuer); one of them
signs it (fairlot issuer registry), and a board begins its log with that (fairlot board new).

{_CODES}

Examples:
  fairlot registry new --plan plan --committee committee --board board.key.pub \\
    --arbiter arbiter.key.pub --attester office.key.pub --witness watch.key.pub \\
    --starts "in 1 day" --ends "365 days" --attribute assurance=listed --out registry.cbor
"""


def _attribute(text: str) -> tuple[str, tuple[str, ...]]:
    found = _ATTRIBUTE.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("must be NAME=VALUE,VALUE or NAME=")
    values = tuple(found[2].split(",")) if found[2] else ()
    return found[1], values


def _configure(parser: argparse.ArgumentParser) -> None:
    for name, what in (
        ("--plan", "the plan of the committee"),
        ("--committee", "what its issuers have made: the file of any of them"),
        ("--board", "public file of the board"),
        ("--arbiter", "public file of who decides contested recoveries"),
    ):
        parser.add_argument(name, metavar="FILE", type=Path, required=True, help=what)
    add_files(parser, "attester", "public file of an attester")
    parser.add_argument(
        "--witness",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        dest="witnesses",
        help="public file of a witness of its log; may be repeated",
    )
    parser.add_argument(
        "--quorum",
        metavar="K",
        type=whole(1, 9999),
        help="how many witnesses must agree (default: more than half of them)",
    )
    _add_people(parser)
    _add_times(parser)
    add_new_file(parser, "the new registry, for the issuer who signs it")


def _add_people(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--attribute",
        metavar="NAME=VALUES",
        type=_attribute,
        action="append",
        default=[],
        dest="attributes",
        help="what is attested of people, and its values, with commas; may be repeated",
    )
    parser.add_argument(
        "--source",
        default="list",
        help="what tells people apart, as list or passport (default: list)",
    )
    parser.add_argument(
        "--told-apart",
        metavar="RULE",
        choices=tuple(_RULES),
        default="name",
        help="by name, a document's state and number, or an account (default: name)",
    )
    for name, what in (
        (
            "--provider",
            "the issuer of the accounts, an address: its OpenID Connect name",
        ),
        ("--client", "the client that the provider knows the wallets as"),
    ):
        parser.add_argument(name, metavar="NAME", help=f"with account: {what}")
    parser.add_argument(
        "--rate",
        metavar="N",
        type=whole(1, 2**32 - 1),
        default=1000,
        help="people that an attester may attest in an epoch (default: 1000)",
    )
    parser.add_argument(
        "--recovery-quorum",
        metavar="N",
        type=whole(1, 255),
        help="attesters that a recovery needs (default: all)",
    )


def _add_times(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--starts",
        metavar="TIME",
        type=moment,
        required=True,
        help='when the season starts: "2030-05-01 18:00 Europe/Vienna", "in 3 days"',
    )
    parser.add_argument(
        "--ends",
        metavar="TIME",
        type=end,
        required=True,
        help='when it ends: a time, or a duration from the start, as "365 days"',
    )
    for name, days, what in (
        ("--cooling", 7, "for how long a recovery can be contested"),
        ("--freeze", 7, "for how long a leaf stays frozen"),
        ("--detection", 7, "in which a theft is noticed"),
        ("--ruling", 14, "in which a contested recovery is decided"),
        ("--tail", TAIL_SECONDS // DAY, "after the season, without new sales"),
    ):
        add_duration(parser, name, days * DAY, f"{days} days", what)
    parser.add_argument(
        "--rehearsal",
        action="store_true",
        help="nothing of it is real: it may have no witness, and another epoch",
    )
    parser.add_argument(
        "--epoch",
        metavar="DURATION",
        type=duration,
        default=EPOCH_SECONDS,
        help="for which a credential serves, in a rehearsal alone (default: 1 day)",
    )


def _new(arguments: argparse.Namespace) -> int:
    plan = read_as(arguments.plan, read_plan)
    made = read_as(arguments.committee, lambda data: read_committee(plan, data))
    who, said = _founders(arguments), _founded(arguments, int(time.time()))
    try:
        registry = found_registry(made, who, said)
    except Rejection as refusal:
        complain(str(refusal))
        return FAILED
    show_file(arguments.out, cbor.encode(registry.to_value()))
    _answer(arguments, registry)
    return OK


def _founders(arguments: argparse.Namespace) -> Founders:
    board: PublicKey = read_public(arguments.board, BOARD)
    return Founders(
        board=BoardIdentity(board.name or "", board.key),
        witnesses=named_witnesses(arguments.witnesses, arguments.quorum),
        attesters=tuple(
            read_public(each, ATTESTER).key for each in arguments.attesters
        ),
        arbiter=read_public(arguments.arbiter, ARBITER).key,
    )


def _founded(arguments: argparse.Namespace, now: int) -> Founded:
    starts = arguments.starts.seconds(now)
    ends: Moment | int = arguments.ends
    attributes = dict(arguments.attributes)
    if len(attributes) != len(arguments.attributes):
        raise InputError("registry.usage", "an attribute is named twice: name it once")
    quorum = arguments.recovery_quorum or max(len(arguments.attesters), 1)
    return Founded(
        rehearsal=arguments.rehearsal,
        starts=starts,
        ends=starts + ends if isinstance(ends, int) else ends.seconds(now),
        attributes=attributes,
        source=Source(arguments.source, _RULES[arguments.told_apart]),
        rate=arguments.rate,
        recovery=Recovering(
            quorum, arguments.cooling, arguments.freeze, arguments.detection
        ),
        ruling=arguments.ruling,
        epoch=arguments.epoch,
        tail=arguments.tail,
        provider=_provider(arguments),
    )


def _provider(arguments: argparse.Namespace) -> Provider | None:
    given = arguments.provider, arguments.client
    by_account = arguments.told_apart == "account"
    if [each is not None for each in given] != [by_account] * 2:
        problem = "--provider and --client go with --told-apart account, both of them"
        raise InputError("registry.usage", problem)
    return Provider(*given) if by_account else None


def _answer(arguments: argparse.Namespace, registry: Registry) -> None:
    if arguments.json:
        show_json(
            "registry",
            {
                "registry": registry.registry_id,
                "rehearsal": registry.rehearsal,
                "season": registry.season,
                "starts": registry.starts,
                "ends": registry.ends,
            },
        )
    else:
        say(registry.registry_id.hex())


ACTION = action_of_steps(
    _EXAMPLES,
    (
        Command(
            "new",
            "Write the definition of a registry, for its issuers.",
            _EXAMPLES,
            _configure,
            _new,
        ),
    ),
)
