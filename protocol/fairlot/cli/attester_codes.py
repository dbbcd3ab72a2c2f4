"""``fairlot attester codes``, and what codes are used for (specs/attesters.md, section 1)."""

import argparse
import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fairlot.cli.beacon.files import held_key
from fairlot.cli.command import OK, Command, add_json
from fairlot.cli.issuer.folder import read_as, read_file
from fairlot.cli.issuer.serving import read_registry_file
from fairlot.cli.output import complain, say, show_json
from fairlot.errors import InputError
from fairlot.identity.account_token import AccountToken
from fairlot.identity.member_book import Given, Member, MemberBook, read_member_book
from fairlot.identity.member_code import MemberCode
from fairlot.identity.requests import AttestRequest
from fairlot.inputs.members_file import read_members
from fairlot.text import Viewed, counted
from fairlot_crypto.durable import DRAFT, PRIVATE, give_name, write_file
from fairlot_crypto.randomness import SystemRandomness

_CODE = "code"
BOOK = ".codes"
"""What the name of the book has more than that of the key's file."""
WORDS = "codes members.csv --registry registry.cbor --key office.key --out codes.csv"
_EXAMPLES = f"""\
Nothing is sent. Whoever reads what you send to a member is that member. Delete FILE then.
Exit code: 0 if done, 2 if a file or the usage was refused.

Examples:
  fairlot attester {WORDS}
"""


class Codes:
    """The codes of an attester, whose key is held."""

    def __init__(self, key_file: Path) -> None:
        """Read the book beside a key.

        Raises:
            InputError: ``issuer.unreadable``, ``attester.codes``.
        """
        self._path = key_file.with_name(f"{key_file.name}{BOOK}")
        self.book = MemberBook()
        if self._path.exists():
            self.book = read_as(self._path, read_member_book)

    def keep(self, book: MemberBook) -> None:
        """Keep a book durably: what is not kept has not been answered."""
        if book != self.book:
            write_file(self._path, book.to_bytes(), PRIVATE)
            self.book = book

    def use(self, code_file: Path, request: AttestRequest) -> Given:
        """Bind the code in a file to a request, durably, and return whose it is.

        Raises:
            InputError: ``issuer.unreadable``, ``member-code.form``, ``member-code.typo``.
            Rejection: ``member-code.unknown``, ``member-code.ended``, ``member-code.used``.
        """
        typed = read_file(code_file).decode("utf-8", "replace")
        row = self.book.use(MemberCode.read(typed), request)
        self.keep(self.book.with_row(row))
        return row

    def show(
        self, account: AccountToken, request: AttestRequest, judge: Callable[[], str]
    ) -> Given:
        """Bind a token to a request, durably, and return whose account it shows.

        Args:
            account: what shows it.
            request: that was brought with it.
            judge: says whose it is, where the token was not used for this request yet.

        Raises:
            Rejection: ``account-token.used``; as ``judge``.
        """
        row = self.book.show(account, request)
        if row is None:
            scope, person = request.registry_id, judge()
            row = Given(scope, person, (), account.token_hash)
            row = row.bound(account.bound_to(request))
            self.keep(self.book.with_row(row))
        return row

    def attested(self, row: Given, epoch: int, now: int) -> int:
        """Return the time of the attestation of a row, which is kept durably before."""
        done = row.attested(epoch, now)
        self.keep(self.book.with_row(done))
        return now if done.time is None else done.time


@dataclass(frozen=True, slots=True)
class _Table:
    """The table of codes, which is there under another name before the book has them."""

    out: Path

    @property
    def _draft(self) -> Path:
        """Where the same command finds what a kill has left: so it names no process."""
        return self.out.with_name(f".{self.out.name}{DRAFT}")

    def check_new(self) -> None:
        """Check that the table is not there.

        Raises:
            InputError: ``attester.exists``.
        """
        if not self.out.exists():
            return
        draft = self._draft
        if draft.is_file() and draft.read_bytes() == self.out.read_bytes():
            # A kill came last: nobody needs the codes twice.
            draft.unlink()
        problem = f"{self.out} exists, and codes are not replaced: name another file"
        raise InputError("attester.exists", problem)

    def left(self) -> tuple[MemberCode, ...]:
        """Return the codes that nobody has seen yet, whether the book has them or not.

        Raises:
            InputError: ``issuer.unreadable``, ``member-code.form``, ``member-code.typo``.
        """
        if not self._draft.exists():
            return ()
        return read_as(self._draft, _codes_of)

    def prepare(self, rows: Iterable[tuple[Member, MemberCode]]) -> None:
        """Write the table durably, and do not show it yet."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(("person", "address", _CODE))
        for member, code in rows:
            table.writerow((member.person, member.address, code.shown()))
        write_file(self._draft, text.getvalue().encode(), PRIVATE)

    def show(self) -> None:
        """Give the table its name."""
        give_name(self._draft, self.out)

    def forget(self) -> None:
        """Remove codes that a kill has left and nobody has any more."""
        self._draft.unlink(missing_ok=True)


def _codes_of(table: bytes) -> tuple[MemberCode, ...]:
    text = io.StringIO(table.decode("utf-8", "replace"), newline="")
    return tuple(MemberCode.read(row.get(_CODE) or "") for row in csv.DictReader(text))


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "members",
        metavar="MEMBERS.csv",
        type=Path,
        help="the list: person, and perhaps address and attributes",
    )
    for name, what in (
        ("--registry", "the registry for which it attests, by fairlot registry new"),
        ("--key", f"the attester's private key; FILE{BOOK} is the book of codes"),
        ("--out", "the new table of persons, addresses and codes, for you to send"),
    ):
        parser.add_argument(name, metavar="FILE", type=Path, required=True, help=what)
    parser.add_argument(
        "--again",
        action="store_true",
        help="another code for members who have one; one that is not used ends",
    )
    add_json(parser)


def _codes(arguments: argparse.Namespace) -> int:
    registry = read_as(arguments.registry, read_registry_file)
    if registry.uniqueness.provider is not None:
        problem = "the registry tells people apart by accounts, and takes no codes"
        raise InputError("attester.usage", f"{problem}: they bring a token")
    members = read_members(arguments.members, registry)
    out: Path = arguments.out
    with held_key(arguments.key):
        codes = Codes(arguments.key)
        table = _Table(out)
        table.check_new()
        kept = codes.book.kept(registry, members, table.left())
        book, drawn = codes.book.give(
            registry,
            [each for each in members if each not in kept],
            SystemRandomness(),
            again=arguments.again,
        )
        given = {**kept, **dict(drawn)}
        rows = [(each, given[each]) for each in members if each in given]
        if rows:
            # Step 7.
            table.prepare(rows)
            codes.keep(book)
            table.show()
        else:
            table.forget()
    named = {each.person for each, _ in rows}
    for each in members:
        if each.person not in named:
            problem = "has a code already, and gets none: --again gives another"
            complain(f"{each.person} {problem}")
    if arguments.json:
        found: Mapping[str, Viewed] = {"members": len(members), "codes": len(rows)}
        show_json("member-codes", found)
        return OK
    say(
        f"{counted(len(rows), 'code', 'codes')} for "
        f"{counted(len(members), 'member', 'members')}"
    )
    return OK


CODES = Command(
    "codes",
    "Draw one-time codes for the members of a list, for you to send.",
    _EXAMPLES,
    _configure,
    _codes,
)
