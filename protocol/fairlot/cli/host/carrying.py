"""How requests in a mailbox come to attester and issuers, and answers back."""

import csv
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fairlot.cli.host.accounts import Accounts
from fairlot.cli.host.cast import MAIL
from fairlot.cli.host.joining import ATTESTED, Joining
from fairlot.cli.host.roles import Place
from fairlot.cli.host.selling import Selling
from fairlot.errors import in_words
from fairlot.identity.account_visit import BY_ACCOUNT, read_account_visit
from fairlot.inputs.member_list import Member
from fairlot.service.mailbox import Mailbox, Parcel, kind_of
from fairlot.service.problems import UnavailableError

COLUMNS = ("nym", "amount", "reference")
"""The columns of the list of payments."""
_REFUSAL = re.compile(r"\b([a-z][a-z0-9-]*\.[a-z0-9-]+): (.*)", re.DOTALL)
_ATTEST, _ENROL, _ISSUE, _RECOVER = "attest", "enrol", "issue", "recover"
_BOX, _EARLY = "box", "life.early: "
"""What a recovery ends with, and the refusal until it can be completed."""
_AGAIN = 5.0
"""Seconds between two looks at a recovery that has to wait."""
_PART = ".part"


@dataclass(frozen=True, slots=True)
class Carrying:
    """Takes requests out of a mailbox, one after the other, and puts answers in."""

    accounts: Accounts
    mailbox: Mailbox
    members: Mapping[str, Member]
    """By the hash of the code of their invitation, in hexadecimal digits."""
    folder: Path
    """Gets a folder for each request."""
    later: dict[str, float] = field(default_factory=dict[str, float])
    """When recoveries that have to wait are looked at again, by a clock of this process."""

    @property
    def joining(self) -> Joining:
        """Who carries what these requests need."""
        return self.accounts.joining

    def carry(self, address: str) -> None:
        """Answer all that waits.

        Args:
            address: of the board.

        Raises:
            UnavailableError: ``host.gone``.
        """
        for named in self.mailbox.waiting():
            parcel = self._answer(named, address)
            if parcel is not None:
                self.mailbox.give(named, parcel)

    def _answer(self, named: str, address: str) -> Parcel | None:
        """Return the answer to a request; ``None`` where it has to wait for the log."""
        sender, request = self.mailbox.request(named)
        kind = kind_of(request)
        place = Place(named[:16], self.folder / named[:16])
        place.folder.mkdir(0o700, exist_ok=True)
        place.path(kind).write_bytes(request)
        steps: Mapping[str, Callable[[Place, Member, str], list[Path] | None]] = {
            _ATTEST: self._attest,
            BY_ACCOUNT: self._attest_account,
            _ENROL: self._enrol,
            _ISSUE: self._issue,
            _RECOVER: self._recover,
        }
        try:
            paths = steps[kind](place, self.members[sender], address)
        except UnavailableError as error:
            if error.code != "host.step":
                raise
            return _refused(error)
        if paths is None:
            return None
        files = tuple((each.name, each.read_bytes()) for each in sorted(paths))
        return Parcel(files)

    def _attest(self, place: Place, member: Member, _address: str) -> list[Path]:
        self.joining.attest(place, _ATTEST, ATTESTED, member)
        return [place.path(ATTESTED)]

    def _attest_account(self, place: Place, member: Member, address: str) -> list[Path]:
        visit = read_account_visit(place.path(BY_ACCOUNT).read_bytes())
        self.accounts.attest(place, visit, member, address)
        return [place.path(ATTESTED)]

    def _enrol(self, place: Place, _member: Member, address: str) -> list[Path]:
        place.path(MAIL).mkdir(exist_ok=True)
        # What one person needs may have come from what others did meanwhile.
        self.joining.follow(address)
        self.joining.agree(place, _ENROL, MAIL)
        self.joining.post_made(place, MAIL, "leaf", address)
        return [*place.path(MAIL).glob(f"*{_PART}")]

    def _recover(
        self, place: Place, _member: Member, address: str
    ) -> list[Path] | None:
        """Take the next step of a recovery; its request waits until the leaf is theirs."""
        if time.monotonic() < self.later.get(place.name, 0.0):
            return None
        place.path(MAIL).mkdir(exist_ok=True)
        self.joining.follow(address)
        try:
            step = self.joining.agree(place, _RECOVER, MAIL)
        except UnavailableError as error:
            # Until then its holder can contest.
            if _EARLY not in error.message:
                raise
            self.later[place.name] = time.monotonic() + _AGAIN
            return None
        if step == _BOX:
            return [*place.path(MAIL).glob(f"*{_PART}")]
        self.joining.post_made(place, MAIL, step, address)
        return None

    def _issue(self, place: Place, _member: Member, address: str) -> list[Path]:
        self.joining.follow(address)
        return [place.path(each) for each in self.joining.issued(place, _ISSUE)]


@dataclass(frozen=True, slots=True)
class Told:
    """Says something once, however often it comes up."""

    say: Callable[[str], None]
    _said: set[str] = field(default_factory=set[str])

    def tell(self, what: str) -> None:
        """Say it, unless it was said before."""
        if what not in self._said:
            self._said.add(what)
            self.say(what)


@dataclass(slots=True)
class Payments:
    """Books what the seller writes into a list of payments, each row once."""

    path: Path
    sale_id: str
    wrong: Told
    """Hears of rows that cannot be booked."""
    booked: Told
    """Hears of those that were."""
    _booked: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])

    def book(self, selling: Selling) -> None:
        """Book all rows that are new; those that are refused are tried again.

        Raises:
            UnavailableError: ``host.gone``.
        """
        for row in self._rows():
            if row in self._booked:
                continue
            nym, amount, reference = row
            try:
                selling.book(self.sale_id, nym, amount, reference)
            except UnavailableError as error:
                if error.code != "host.step":
                    raise
                self.wrong.tell(f"{','.join(row)}: {error.message}")
                continue
            self._booked.add(row)
            self.booked.tell(f"Booked {amount} for {nym[:16]}… ({reference}).")

    def _rows(self) -> list[tuple[str, ...]]:
        try:
            text = self.path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.wrong.tell(f"{self.path} cannot be read: {in_words(error)}")
            return []
        # A line that is still being written has no end.
        lines = text[: text.rfind("\n") + 1].splitlines()
        header, *rows = [tuple(row) for row in csv.reader(lines)] or [()]
        if header != COLUMNS:
            self.wrong.tell(f"{self.path} must begin with the line {','.join(COLUMNS)}")
            return []
        for row in rows:
            if row and len(row) != len(COLUMNS):
                problem = f"{self.path}: {','.join(row)} has not {len(COLUMNS)} cells"
                self.wrong.tell(f"{problem}: write {','.join(COLUMNS)}, with commas")
        return [row for row in rows if len(row) == len(COLUMNS)]


def _refused(error: UnavailableError) -> Parcel:
    """Return the answer where a role refused, with its own code if it said one."""
    found = _REFUSAL.search(error.message)
    if found is None:
        return Parcel(code=error.code, detail=error.message)
    return Parcel(code=found[1], detail=found[2])
