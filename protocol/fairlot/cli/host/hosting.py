"""A seller's sale on one machine, whose buyers join from theirs (section 29.2)."""

import csv
import io
import json
import time
from base64 import b32encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fairlot.audit.sentences import utc
from fairlot.cli.host.accounts import Accounts
from fairlot.cli.host.asked import NOTHING, Asked
from fairlot.cli.host.carrying import COLUMNS, Carrying, Payments, Told
from fairlot.cli.host.cast import LOG, SALE, SELLER, Cast, found, make_keys, role_names
from fairlot.cli.host.hosted import (
    DESK,
    INVITATIONS,
    MAILBOX,
    PAYMENTS,
    Hosted,
    digest,
    invited_of,
    keep,
    keep_invited,
    place_of,
)
from fairlot.cli.host.joining import Joining
from fairlot.cli.host.roles import Ran, serving, started
from fairlot.cli.host.running import Ended, board_served, end, watching
from fairlot.cli.host.selling import Announced, Selling, announce
from fairlot.cli.output import complain
from fairlot.service.mailbox import ABOUT, Mailbox, code_hash
from fairlot.service.problems import UnavailableError
from fairlot.text import counted
from fairlot_crypto.durable import PRIVATE, write_file
from fairlot_crypto.randomness import Randomness

ROUND = "round.json"
"""Where the seller puts the round of drand that the draw waits for."""
_CODE = 10
"""Bytes of the code of an invitation."""
_LOOK = 0.5
"""Seconds between two looks at mailbox and payments."""
_SETTLE = 1.0
"""Seconds between two looks for the result."""


@dataclass(frozen=True, slots=True)
class Hosting:
    """A host who carries files between the processes of a sale, as they come."""

    cast: Cast
    folder: Path
    asked: Asked
    hosted: Hosted | None
    """What was announced before; then nothing else is asked."""
    say: Callable[[str], None]

    def play(self, source: Randomness) -> Ended:
        """Play to the audit: from nothing, or from where a host has ended.

        Args:
            source: of the codes of invitations.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
            InputError: ``host.state``.
        """
        registry = self._prepared(source)
        joining = Joining(self.cast, registry)
        accounts = Accounts(joining)
        with watching(self.cast) as witnesses, ExitStack() as mail:
            hosted = self.hosted or self._announced(accounts, witnesses)
            served = partial(self._board, witnesses, hosted)
            mailbox, desk = Mailbox(self.folder / MAILBOX), self.folder / DESK
            invited = invited_of(self.folder)
            carrying = Carrying(accounts, mailbox, invited, desk)
            with served() as address:
                hosted = self._told(hosted, address, mail)
                served = partial(self._board, witnesses, hosted)
                rolled = self._gathered(carrying, hosted, address)
            if not rolled:
                self._roll(joining, hosted.sale)
            with served() as address:
                selling = Selling(self.cast, joining, address, 0)
                return self._sell(carrying, selling, hosted)

    def _prepared(self, source: Randomness) -> str:
        """Return the registry, which is founded unless it was."""
        if self.hosted is not None:
            self.say("The sale goes on.")
            return self.hosted.registry
        self._invite(source)
        self.say("Everybody draws their keys; four issuers make theirs together.")
        make_keys(self.cast)
        asked = self.asked
        words, storage = asked.registry(), asked.storage
        return found(self.cast, asked.season, *words, storage=storage)

    def _announced(self, accounts: Accounts, witnesses: Sequence[str]) -> Hosted:
        """Let the seller announce the sale; nobody hears of it yet."""
        asked, joining = self.asked, accounts.joining
        words = asked.listening.words
        with board_served(self.cast, witnesses, *words, port=asked.port) as address:
            if asked.provider is None:
                joining.follow(address)
            else:
                self.say(f"Issuers pin the keys of {asked.provider.issuer}.")
                accounts.pin(address)
            joining.fetch(self.cast[SELLER], address, LOG)
        return Hosted(
            registry=joining.registry,
            sale=announce(self.cast, asked.text, asked.times),
            terms=digest(asked.text),
            contributors=asked.contributors,
            roll_before=asked.roll_before,
            rehearsal=int(asked.rehearsal),
            listening=asked.listening,
            port=urlsplit(address).port or asked.port,
            mail_port=asked.mail_port,
        )

    def _told(self, hosted: Hosted, address: str, mail: ExitStack) -> Hosted:
        """Let the mailbox answer, keep where, and only then tell anybody."""
        self._write_about(hosted.registry, hosted.sale.sale_id, address)
        words = ("mail", "serve", MAILBOX, *hosted.listening.words)
        served = serving(self.folder, *words, port=hosted.mail_port)
        link = mail.enter_context(served)
        port = urlsplit(link).port or hosted.mail_port
        found = replace(hosted, mail_port=port, place=place_of(self.folder))
        keep(self.folder, found)
        self._tell(link, hosted, address)
        return found

    def _gathered(self, carrying: Carrying, hosted: Hosted, address: str) -> bool:
        """Let people join until the roll is due; tell whether it is there already."""
        joining = carrying.joining
        if self.hosted is not None and joining.has_roll(address):
            return True
        rolled = hosted.sale.opens - hosted.roll_before
        _until(rolled, lambda: carrying.carry(address))
        joining.follow(address)
        return False

    def _roll(self, joining: Joining, sale: Announced) -> None:
        if time.time() >= sale.opens:
            complain("no roll was made before the opening: nobody can enter this sale")
            return
        self.say("The issuers sign a roll: who is on it may enter.")
        joining.post_roll()

    def _board(
        self, witnesses: Sequence[str], hosted: Hosted
    ) -> AbstractContextManager[str]:
        words = hosted.listening.words
        return board_served(self.cast, witnesses, *words, port=hosted.port)

    def _invite(self, source: Randomness) -> None:
        """Draw a code for each person, and make the mailbox that knows them."""
        codes = [_drawn(source) for _ in self.asked.members]
        Mailbox.create(self.folder / MAILBOX, codes)
        (self.folder / DESK).mkdir(mode=0o700)
        names = [each.name for each in self.asked.members]
        rows = zip(names, codes, strict=True)
        _write_rows(self.folder / INVITATIONS, [("person", "code"), *rows])
        _write_rows(self.folder / PAYMENTS, [COLUMNS])
        hashes = [code_hash(code).hex() for code in codes]
        keep_invited(self.folder, zip(hashes, self.asked.members, strict=True))

    def _write_about(self, registry: str, sale_id: str, board: str) -> None:
        said = {"format": "fairlot/mailbox", "version": 1}
        more = {"registry": registry, "sale_id": sale_id, "board": board}
        text = json.dumps({**said, **more}, indent=2)
        write_file(self.folder / MAILBOX / ABOUT, f"{text}\n".encode())

    def _tell(self, link: str, hosted: Hosted, board: str) -> None:
        sale = hosted.sale
        self.say(f"One link for buyers: {link}")
        self.say(f"Sale {sale.sale_id}, on the board {board}")
        self.say(
            f"People join until {utc(sale.opens - hosted.roll_before)}, and deposit from "
            f"{utc(sale.opens)} to {utc(sale.closes)}."
        )
        count = len(invited_of(self.folder))
        people = counted(count, "invitation", "invitations")
        self.say(f"{people} in {self.folder / INVITATIONS}: send each person theirs.")
        self.say(f"Write payments into {self.folder / PAYMENTS} as they come.")

    def _sell(self, carrying: Carrying, selling: Selling, hosted: Hosted) -> Ended:
        """Go from the roll to the audit; each step is taken when it is due."""
        sale = hosted.sale
        selling.keep_policy()
        told = Told(complain), Told(self.say)
        payments = Payments(self.folder / PAYMENTS, sale.sale_id, *told)

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
        rehearsal = bool(hosted.rehearsal)
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
        waits, wrong = Told(self.say), Told(complain)
        while True:
            carrying.carry(selling.address)
            selling.joining.fetch(seller, selling.address, SALE)
            found = seller.run("settle", SALE, "--json").json()
            if found["result"] != "not-yet":
                ran = seller.run("settle", SALE)
                if found["result"] == "void" or "RESULT on the log" in ran.out:
                    return ran
            for each in found["missing"]:
                if each["missing"] == "round":
                    waits.tell(awaited(each, self.folder / ROUND))
            if not posted and (self.folder / ROUND).exists():
                posted = self._post_round(selling, wrong)
            time.sleep(_SETTLE)

    def _post_round(self, selling: Selling, told: Told) -> bool:
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
            told.tell(error.message)
            return False
        return True


def host(
    folder: Path,
    asked: Asked | None,
    hosted: Hosted | None,
    say: Callable[[str], None],
    source: Randomness,
) -> Ended:
    """Host a sale until it has ended.

    Args:
        folder: an empty one, which gets a folder for each role; or that of ``hosted``.
        asked: what is sold, to whom, and when; ``None`` where that was said before.
        hosted: what was announced before; ``None`` if nothing was.
        say: told what happens.
        source: of the codes of invitations.

    Raises:
        UnavailableError: ``host.step``, ``host.gone``.
        InputError: ``host.state``.
    """
    known = NOTHING if asked is None else asked
    count = known.contributors if hosted is None else hosted.contributors
    with started(folder, role_names(0, count)) as roles:
        return Hosting(Cast(roles), folder, known, hosted, say).play(source)


def awaited(missing: Mapping[str, Any], place: Path) -> str:
    """Say for which round the draw waits, and what the seller has to do.

    Args:
        missing: what ``settle --json`` says of the round.
        place: where the host looks for it.
    """
    number, chain = missing["round"], missing["chain"]
    return (
        f"The draw waits for round {number} of drand, due {utc(missing['due'])}: put what a "
        f"relay, as https://api.drand.sh, then has at /{chain}/public/{number} into {place}."
    )


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
