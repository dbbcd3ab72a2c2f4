"""Guests of a hall: people with wallets, who join, deposit, pay, claim and enter."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairlot.cli.host.cast import ATTESTER, LOG, REGISTRY, SALE
from fairlot.cli.host.roles import Ran, Role
from hall import FrontEnd, Hall

PRICE = 2_500
"""In cents."""
BANKS = ("AT611904300234573201", "DE89370400440532013000", "GB29NWBK60161331926819")
_AT_ONCE = 8
"""Guests who do something at the same time."""
_TRIES = 100


@dataclass
class Guest:
    """A person with a wallet, whose steps a process takes; others may share it."""

    number: int
    role: Role
    folder: Path
    hall: Hall
    code: str
    nym: str = ""
    reference: str = ""
    told: str = ""
    """The sale_id that they were told."""
    lost: int = 0
    """Posts that nobody answered."""
    entries: list[Path] = field(default_factory=list[Path])

    @property
    def name(self) -> str:
        """As the list of members has it."""
        return f"Guest {self.number}"

    def path(self, name: str) -> Path:
        """Return where a file of theirs lies."""
        return self.folder / name

    def make(self) -> None:
        """Make a wallet."""
        self.folder.mkdir(0o700)
        self.path("password").write_text(f"{self.name} alone knows it\n")
        self.path("code").write_text(f"{self.code}\n")
        bank = BANKS[self.number % len(BANKS)]
        self.path("account").write_text(f"{bank}\n{self.name}\n")
        self.do("new", "--cost", "14")

    def do(self, step: str, *words: str | Path, log: str | None = None) -> Ran:
        """Take a step of the wallet."""
        logs = [] if log is None else [self.path(log)]
        own = ("--password-file", self.path("password"))
        return self.role.do("wallet", step, self.path("wallet"), *logs, *words, *own)

    def run(self, step: str, *words: str | Path) -> Ran:
        """Take a step of the wallet in the sale, whatever comes of it."""
        own = ("--password-file", self.path("password"), "--expect-sale", self.told)
        files = self.path("wallet"), self.path(SALE)
        return self.role.run("wallet", step, *files, *words, *own)

    def fetch(self, name: str, front: FrontEnd | None = None) -> None:
        """Get a copy of what the board shows."""
        alone = ("--registry-alone",) if name == LOG else ()
        address = self.hall.address if front is None else front.address
        out = ("--out", self.path(name))
        self.role.do("board", "fetch", address, *alone, *out)

    def joins(self, *words: str | Path, step: str = "enrol") -> None:
        """Take a step with the registry's log."""
        told = ("--expect-registry", self.hall.joining.registry)
        self.do(step, *told, *words, log=LOG)

    def renewed(self, answers: Sequence[Path]) -> None:
        """Take the issuers' answers."""
        words = [word for each in answers for word in ("--answer", each)]
        self.joins(*words, step="renew")

    def entry(self, step: str, *words: str | Path) -> Mapping[str, Any]:
        """Make an entry for the board."""
        out = ("--out", self.path(step), "--json")
        ran = self.run(step, *words, *out)
        assert ran.code == 0, (self.name, ran)
        return ran.json()

    def post(self, name: str, first: int = 1) -> None:
        """Post an entry, at one front end and then the other, until it is taken in."""
        entry, receipts = self.path(name), self.path("receipts")
        for attempt in range(_TRIES):
            front = self.hall.fronts[(first + attempt) % 2]
            words = (front.address, entry, "--receipts", receipts)
            ran = self.role.run("board", "post", *words)
            if ran.code == 0:
                self.entries.append(entry)
                return
            assert "unreachable" in ran.err or "service." in ran.err, ran
            self.lost += 1
            time.sleep(0.1)
        raise AssertionError(f"nobody takes {entry} in")

    def deposit(self) -> None:
        """Enter the sale, from the copy of the board at its opening."""
        told = ("--max-price", str(PRICE), "--amount", str(PRICE))
        self.nym = str(self.entry("deposit", *told, *self.account)["nym"])
        self.post("deposit", self.number)

    def pay(self) -> None:
        """Ask with which reference to pay, and tell the escrow."""
        self.fetch(SALE, self.hall.fronts[1])
        out = ("--out", self.path("notice"), "--json")
        ran = self.run("pay", *self.account, *out)
        assert ran.code == 0, (self.name, ran)
        self.reference = str(ran.json()["reference"])
        notices = self.hall.cast["escrow"].path("notices")
        shutil.copy(self.path("notice"), notices / f"{self.number}.notice")

    @property
    def account(self) -> tuple[str | Path, ...]:
        """Where refunds go."""
        return "--account-file", self.path("account")

    def receipts(self) -> list[Path]:
        """Return what the board has promised them."""
        return sorted(self.path("receipts").iterdir())


@dataclass
class Guests:
    """All of them."""

    hall: Hall
    all: list[Guest]

    def each(
        self, do: Callable[[Guest], object], some: Sequence[Guest] | None = None
    ) -> None:
        """Let all or some do something, several at once."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for done in [pool.submit(do, one) for one in some or self.all]:
                done.result()

    def attested(self) -> None:
        """Bring codes and keys to the attester, who asks issuers and attests."""
        hall, attester = self.hall, self.hall.cast[ATTESTER]
        own = ("--registry", REGISTRY, "--key", "attester.key")

        def come(guest: Guest) -> None:
            guest.make()
            guest.fetch(LOG)
            guest.joins("--out", guest.path("attest"))

        self.each(come)
        asked = {each.name: attester.path(f"{each.number}.tags") for each in self.all}
        for each in self.all:
            code = ("--code-file", each.path("code"), "--out", asked[each.name])
            attester.do("attester", "ask", each.path("attest"), *own, *code)
        tags = hall.answered(asked, "tags")
        for each in self.all:
            words: list[str | Path] = ["--asked", asked[each.name]]
            words += [word for tag in tags[each.name] for word in ("--answer", tag)]
            code = ("--code-file", each.path("code"), "--out", each.path("attested"))
            attester.do("attester", "attest", each.path("attest"), *own, *words, *code)

    def enrol(self) -> None:
        """Get leaves, each under the number that they were told."""
        hall = self.hall

        def ask(guest: Guest) -> None:
            words = ("--attestation", guest.path("attested"))
            told = ("--index", str(guest.number), "--out", guest.path("enrol"))
            guest.joins(*words, *told)

        self.each(ask)
        hall.joining.follow(hall.address)
        parts = hall.answered({e.name: e.path("enrol") for e in self.all}, "enrol")
        entries: list[Path] = []
        for each in self.all:
            mail = each.path("mail")
            mail.mkdir()
            for path in parts[each.name]:
                shutil.copy(path, mail)
            entries.append(min(mail.glob("*-leaf-*.entry")))
        # In their order; they may be posted by anybody.
        hall.cast.issuers[0].do("board", "post", hall.fronts[0].address, *entries)

        def take(guest: Guest) -> None:
            guest.fetch(LOG)
            guest.joins("--mail", guest.path("mail"))

        hall.turn()
        hall.joining.follow(hall.address)
        self.each(take)

    def renew(self, step: str, some: Sequence[Guest] | None = None) -> None:
        """Get the credentials of the running epoch."""
        hall, whom = self.hall, some or self.all

        def ask(guest: Guest) -> None:
            guest.fetch(LOG)
            guest.joins("--out", guest.path(step), step="renew")

        self.each(ask, whom)
        # Issuers answer by a copy of the log that is minutes old at most.
        hall.joining.follow(hall.address)
        answers = hall.answered({e.name: e.path(step) for e in whom}, step)
        self.each(lambda guest: guest.renewed(answers[guest.name]), whom)
