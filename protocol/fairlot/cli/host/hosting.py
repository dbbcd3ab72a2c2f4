"""A seller's sale on one machine, whose buyers join from theirs (section 29.2)."""

import csv
import io
import json
import time
from base64 import b32encode
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fairlot.cli.host.carrying import COLUMNS, PAYMENTS, Carrying, Payments
from fairlot.cli.host.cast import LOG, SALE, SELLER, Cast, found, make_keys, role_names
from fairlot.cli.host.joining import Joining
from fairlot.cli.host.roles import Ran, serving, started
from fairlot.cli.host.running import Ended, board_served, end, watching
from fairlot.cli.host.selling import Announced, Selling, announce
from fairlot.cli.output import complain
from fairlot.inputs.member_list import Member
from fairlot.inputs.terms_file import TermsFile
from fairlot.service.mailbox import ABOUT, Mailbox, code_hash
from fairlot.service.problems import UnavailableError
from fairlot.text import counted
from fairlot_crypto.durable import PRIVATE, write_file
from fairlot_crypto.randomness import Randomness

MAILBOX, DESK, INVITATIONS = "mailbox", "desk", "invitations.csv"
ROUND = "round.json"
"""Where the seller puts the round of drand that the draw waits for."""
_CODE = 10
"""Bytes of the code of an invitation."""
_LOOK = 0.5
"""Seconds between two looks at mailbox and payments."""
_SETTLE = 1.0
"""Seconds between two looks for the result."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a seller wants to be hosted."""

    text: str
    """Of TERMS.toml."""
    terms: TermsFile
    members: tuple[Member, ...]
    times: tuple[str, ...]
    """Words for ``seller terms``."""
    season: str
    roll_before: int
    """Seconds before the opening at which the roll is made."""
    rehearsal: bool
    where: tuple[str, ...]
    """Words for what serves: the address at which it listens."""
    port: int
    """Of the board; 0 for a free one."""
    mail_port: int
    """Of the mailbox; 0 for a free one."""
    storage: tuple[str, ...] = ()
    """Words for ``board new``: what keeps the logs."""

    def registry(self) -> list[str]:
        """Return the words for ``registry new``."""
        values: dict[str, set[str]] = {}
        for member in self.members:
            for name, value in member.attributes:
                values.setdefault(name, set()).add(value)
        words = ["--rehearsal"] if self.rehearsal else []
        for name, those in sorted(values.items()):
            words += ["--attribute", f"{name}={','.join(sorted(those))}"]
        return words


@dataclass(frozen=True, slots=True)
class Hosting:
    """A host who carries files between the processes of a sale, as they come."""

    cast: Cast
    folder: Path
    asked: Asked
    say: Callable[[str], None]

    def play(self, source: Randomness) -> Ended:
        """Play from nothing to the audit.

        Args:
            source: of the codes of invitations.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        members = self._invite(source)
        self.say("Everybody draws their keys; four issuers make theirs together.")
        make_keys(self.cast)
        asked = self.asked
        more, storage = asked.registry(), asked.storage
        registry = found(self.cast, asked.season, *more, storage=storage)
        joining = Joining(self.cast, registry)
        desk = self.folder / DESK
        carrying = Carrying(joining, Mailbox(self.folder / MAILBOX), members, desk)
        with watching(self.cast) as witnesses, ExitStack() as mail:
            with self._board(witnesses, self.asked.port) as address:
                joining.follow(address)
                joining.fetch(self.cast[SELLER], address, LOG)
            port = urlsplit(address).port or self.asked.port
            sale = announce(self.cast, self.asked.text, self.asked.times)
            with self._board(witnesses, port) as address:
                self._write_about(registry, sale.sale_id, address)
                words = ("mail", "serve", MAILBOX, *self.asked.where)
                served = serving(self.folder, *words, port=self.asked.mail_port)
                self._tell(mail.enter_context(served), sale.sale_id, address)
                rolled = sale.opens - self.asked.roll_before
                _until(rolled, lambda: carrying.carry(address))
                joining.follow(address)
            self.say("The issuers sign a roll: who is on it may enter.")
            joining.post_roll()
            with self._board(witnesses, port) as address:
                selling = Selling(self.cast, joining, address, 0)
                return self._sell(carrying, selling, sale)

    def _board(
        self, witnesses: Sequence[str], port: int
    ) -> AbstractContextManager[str]:
        return board_served(self.cast, witnesses, *self.asked.where, port=port)

    def _invite(self, source: Randomness) -> dict[str, Member]:
        """Draw a code for each person, and make the mailbox that knows them."""
        codes = [_drawn(source) for _ in self.asked.members]
        Mailbox.create(self.folder / MAILBOX, codes)
        (self.folder / DESK).mkdir(mode=0o700)
        names = [each.name for each in self.asked.members]
        rows = zip(names, codes, strict=True)
        _write_rows(self.folder / INVITATIONS, [("person", "code"), *rows])
        _write_rows(self.folder / PAYMENTS, [COLUMNS])
        hashes = [code_hash(code).hex() for code in codes]
        return dict(zip(hashes, self.asked.members, strict=True))

    def _write_about(self, registry: str, sale_id: str, board: str) -> None:
        said = {"format": "fairlot/mailbox", "version": 1}
        more = {"registry": registry, "sale_id": sale_id, "board": board}
        text = json.dumps({**said, **more}, indent=2)
        write_file(self.folder / MAILBOX / ABOUT, f"{text}\n".encode())

    def _tell(self, link: str, sale_id: str, board: str) -> None:
        self.say(f"One link for buyers: {link}")
        self.say(f"Sale {sale_id}, on the board {board}")
        people = counted(len(self.asked.members), "invitation", "invitations")
        self.say(f"{people} in {self.folder / INVITATIONS}: send each person theirs.")
        self.say(f"Write payments into {self.folder / PAYMENTS} as they come.")

    def _sell(self, carrying: Carrying, selling: Selling, sale: Announced) -> Ended:
        """Go from the roll to the audit; each step is taken when it is due."""
        selling.keep_policy()
        payments = Payments(self.folder / PAYMENTS, sale.sale_id, complain)

        def work() -> None:
            carrying.carry(selling.address)
            payments.book(selling)

        for step, due, ends in (
            ("commit", sale.closes, sale.commit_end),
            ("seal", sale.commit_end, sale.seal_end),
            ("reveal", sale.seal_end, sale.reveal_end),
        ):
            _until(due + 1, work)
            self._contribute(selling, step, ends)
        _until(sale.reveal_end + 1, work)
        settled = self._settled(carrying, selling)
        rehearsal = self.asked.rehearsal
        return end(selling, sale.sale_id, settled, rehearsal=rehearsal)

    def _contribute(self, selling: Selling, step: str, ends: int) -> None:
        """Let contributors take a step; whoever cannot leaves the rest to the others."""

        def said() -> None:
            self.say(f"Contributors {step}.")

        try:
            selling.contribute(step, said, ends)
        except UnavailableError as error:
            if error.code != "host.step":
                raise
            complain(error.message)

    def _settled(self, carrying: Carrying, selling: Selling) -> Ran:
        """Wait for the result, or until the sale is shown to be void."""
        seller, posted = self.cast[SELLER], False
        while True:
            carrying.carry(selling.address)
            selling.joining.fetch(seller, selling.address, SALE)
            ran = seller.run("settle", SALE)
            if "RESULT on the log" in ran.out:
                return ran
            if seller.run("settle", SALE, "--json").json()["result"] == "void":
                return ran
            if not posted and (self.folder / ROUND).exists():
                posted = self._post_round(selling)
            time.sleep(_SETTLE)

    def _post_round(self, selling: Selling) -> bool:
        """Post the round that the seller has put there; return whether it was taken."""
        who = self.cast.contributors[0]
        selling.joining.fetch(who, selling.address, SALE)
        words = (SALE, who.get(self.folder / ROUND), "--out", "round.entry")
        try:
            who.do("beacon", "round", *words)
            who.do("board", "post", selling.address, "round.entry")
        except UnavailableError as error:
            if error.code != "host.step":
                raise
            complain(error.message)
            return False
        return True


def host(
    folder: Path, asked: Asked, say: Callable[[str], None], source: Randomness
) -> Ended:
    """Host a sale until it has ended.

    Args:
        folder: an empty one; it gets a folder for each role.
        asked: what is sold, to whom, and when.
        say: told what happens.
        source: of the codes of invitations.

    Raises:
        UnavailableError: ``host.step``, ``host.gone``.
    """
    with started(folder, role_names(0, asked.terms.contributors)) as roles:
        return Hosting(Cast(roles), folder, asked, say).play(source)


def _drawn(source: Randomness) -> str:
    return b32encode(source.take(_CODE)).decode("ascii").lower()


def _write_rows(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    write_file(path, text.getvalue().encode(), PRIVATE)


def _until(clock: float, work: Callable[[], None]) -> None:
    """Work until a time has come, Unix seconds."""
    while time.time() < clock:
        work()
        time.sleep(_LOOK)
