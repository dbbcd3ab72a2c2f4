"""Who has come to an attester, and how they show it (specs/command-line.md, section 27)."""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

from fairlot.cli.attester_account import check_way, shown_account
from fairlot.cli.attester_codes import Codes
from fairlot.cli.attributes import attributes_of
from fairlot.cli.command import whole
from fairlot.cli.issuer.folder import read_as
from fairlot.cli.issuer.serving import read_registry_file
from fairlot.cli.remote import transcript_name
from fairlot.errors import InputError
from fairlot.identity.attesting import Visit, check_visit
from fairlot.identity.member_book import Given
from fairlot.identity.requests import read_attest_request
from fairlot.issuing.view import time_of
from fairlot.terms.times import MAX_TIME
from fairlot_crypto.keys import SigningKey


@dataclass(frozen=True, slots=True)
class Come:
    """Somebody who has come with a request, and whom the attester takes them for."""

    visit: Visit
    attributes: tuple[str, ...]
    now: int
    """The attester's clock, Unix seconds."""
    codes: Codes
    row: Given | None = None
    """Of their code, if they have brought one."""

    def attestation_time(self) -> int:
        """Return the time of the attestation; that of a code is kept durably first."""
        if self.row is None:
            return self.now
        return self.codes.attested(self.row, self.visit.registry.epoch, self.now)


def add_visit(parser: argparse.ArgumentParser, out: str) -> None:
    """Add what the steps of a visit have in common.

    Args:
        parser: of a step.
        out: says what is written.
    """
    parser.add_argument(
        "request", metavar="REQUEST", type=Path, help="what the person has brought"
    )
    for name, what in (
        ("--registry", "the registry for which it attests, by fairlot registry new"),
        ("--key", "the attester's private key"),
        ("--out", out),
    ):
        parser.add_argument(name, metavar="FILE", type=Path, required=True, help=what)
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument(
        "--person",
        metavar="NAME",
        help="who it is, checked by you: a name, or a document's state and number",
    )
    who.add_argument(
        "--code-file",
        metavar="FILE",
        type=Path,
        help="the code that they have brought, by fairlot attester codes: it says who",
    )
    who.add_argument(
        "--token",
        metavar="FILE",
        type=Path,
        help="what shows their account, by fairlot wallet login; needs --log",
    )
    parser.add_argument(
        "--log",
        metavar="LOG",
        type=transcript_name,
        help="with --token: the log of the registry, which has the provider's keys",
    )
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="the simulated clock of a rehearsal, unix seconds",
    )


def come(arguments: argparse.Namespace, key: SigningKey) -> Come:
    """Return who has come; a code that they have brought is theirs durably.

    Args:
        arguments: of a step to which ``add_visit`` has added.
        key: the attester's, which is held.

    Raises:
        InputError: ``issuer.*``, ``attester.attribute``, ``attester.codes``,
            ``attester.usage``, ``member-code.form``, ``member-code.typo``; as
            ``shown_account``.
        Rejection: ``attestation.attester``, ``attestation.registry``,
            ``member-code.unknown``, ``member-code.ended``, ``member-code.used``; as
            ``shown_account``.
    """
    registry = read_as(arguments.registry, read_registry_file)
    request = read_as(arguments.request, read_attest_request)
    now = time_of(registry, arguments.time, int(time.time()))
    pairs: list[tuple[str, str]] = getattr(arguments, "attributes", [])
    given = dict(pairs)
    codes = Codes(arguments.key)
    check_way(registry, by_account=arguments.token is not None)
    if arguments.token is not None:
        check_visit(registry, request, key.public)
        attributes = attributes_of(registry, given)
        row = shown_account(
            arguments.token, arguments.log, registry, request, codes, now
        )
        return Come(Visit(registry, request, row.person), attributes, now, codes, row)
    if arguments.code_file is None:
        visit = Visit(registry, request, arguments.person)
        return Come(visit, attributes_of(registry, given), now, codes)
    if given:
        problem = "with a code, attributes are those of the list of members"
        raise InputError("attester.usage", f"{problem}: leave --attribute out")
    # Before a code is used up for it.
    check_visit(registry, request, key.public)
    row = codes.use(arguments.code_file, request)
    visit = Visit(registry, request, row.person)
    return Come(visit, row.attributes, now, codes, row)
