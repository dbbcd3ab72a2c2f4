"""A whole sale over the network whose roles die and come back, or stay away too long.

The roles, their files and who carries them are those of ``fairlot host --demo``; each step is
a process that may die, and the board and the witnesses that serve die while others ask them.
"""

import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shutil import copy
from typing import TypeVar

from fairlot.cli.host.cast import (
    AUDITOR,
    BOARD,
    BOARD_FOLDER,
    HEADS,
    REGISTRY,
    SALE,
    SELLER,
    WITNESS_KEY,
)
from fairlot.cli.host.demo import TERMS as FOR_FOUR
from fairlot.cli.host.demo import Demo
from fairlot.cli.host.roles import Ran, Role
from fairlot.cli.host.running import Ended, end
from fairlot.cli.host.selling import Announced, Planned, Selling, announce
from fairlot_crypto.randomness import Randomness
from kit.sales import source
from mortal import Process, Reaper, Shown

TERMS = FOR_FOUR.replace("supply = 4", "supply = 1")
STEPS: dict[tuple[str, str], int] = {
    ("seller", "key"): 3,
    ("seller", "terms"): 27,
    ("registry", "new"): 8,
    ("board", "key"): 3,
    ("board", "new"): 8,
    ("board", "roll"): 8,
    ("board", "begin"): 8,
    ("issuer", "init"): 1,
    ("issuer", "plan"): 2,
    ("issuer", "registry"): 2,
    ("issuer", "roll"): 2,
    ("issuer", "tag"): 1,
    ("issuer", "enrol"): 1,
    ("issuer", "issue"): 1,
    ("attester", "ask"): 8,
    ("attester", "attest"): 8,
    ("contributor", "commit"): 5,
    ("contributor", "seal"): 5,
    ("contributor", "reveal"): 5,
    ("escrow", "paid"): 6,
    ("escrow", "refunds"): 14,
    ("wallet", "new"): 2,
    ("wallet", "enrol"): 2,
    ("wallet", "renew"): 2,
    ("wallet", "deposit"): 3,
    ("wallet", "receipt"): 2,
    ("wallet", "claim"): 1,
}
"""How often each of these steps is killed where a kind of role dies thirty times in all."""
POSTED = 2
"""How often each sending of entries is killed there."""
MOST = 30
DONE = (
    "contribution.exists",
    "issuer.exists",
    "board.exists",
    "entry.duplicate",
    "wallet.exists",
    "wallet.enrolled",
)
"""What somebody hears who has done it before a kill, and did not see that they had."""
UNSEEN = {("registry", "new"): REGISTRY, ("seller", "terms"): "terms/terms.entry"}
"""What has the time in it: whoever did not see that it was made makes another."""
NEVER_CHANGES = {
    "contributor": ("commit", "seal", "reveal", "secret.seal"),
    "wallet": ("deposit", "claim"),
    "issuer": ("registry.entry", "plan"),
}
"""What others may have seen of a role as soon as it is there."""
AWAY = ("http.unreachable", "http.answer", "transcript.unreadable")
LIVES = {BOARD: 8.0, "witness": 16.0}
"""Seconds that those who serve live on average where each kind dies thirty times: half of a
step is much longer, so that a board finds its witnesses, and people their board."""
SERVE = {BOARD: "board serve", "witness": "witness serve"}
"""As what those who serve are counted."""
_BACK = 90
"""Seconds in which a board that was killed must answer again."""

T = TypeVar("T")
U = TypeVar("U")


@dataclass(slots=True)
class Served:
    """Who answers over the network, and how often everybody was killed."""

    times: int
    """How often each kind of role is to be killed at least."""
    killed: Counter[str] = field(default_factory=Counter[str])
    running: dict[str, Process] = field(default_factory=dict[str, Process])
    """The board and the witnesses, by name."""
    away: set[str] = field(default_factory=set[str])
    """Who stays away for a while."""
    _moments: Randomness = field(default_factory=lambda: source("who serves dies"))
    _ends: dict[str, float] = field(default_factory=dict[str, float])
    """When those who answer are killed next."""

    def upset(self) -> None:
        """Kill whoever has answered long enough; they come back while others ask them."""
        now = time.monotonic()
        for name, process in self.running.items():
            if name in self.away or not process.is_back():
                continue
            kind = name.partition("-")[0]
            if name not in self._ends:
                # Where the machine is slow, whoever is back is there for longer too.
                lives = max(LIVES[kind] * (MOST / self.times) ** 0.5, 3 * process.took)
                self._ends[name] = now + lives * self._moments.take(1)[0] / 128
            if now >= self._ends[name]:
                process.kill()
                process.begin()
                del self._ends[name]
                self.killed[SERVE[kind]] += 1

    @property
    def enough(self) -> bool:
        """Whether those who serve were killed often enough."""
        return all(self.killed[each] >= self.times for each in SERVE.values())

    def until(self, clock: float) -> None:
        """Wait until a time has come, Unix seconds, and kill meanwhile."""
        while time.time() < clock:
            self.upset()
            time.sleep(0.01)

    def leave(self, kind: str) -> None:
        """Kill all of a kind, who stay away."""
        for name, process in self.running.items():
            if name.startswith(kind):
                self.away.add(name)
                process.kill()
                self.killed[SERVE[kind]] += 1

    def come_back(self) -> None:
        """Let all come back who are away."""
        for name in self.away:
            self.running[name].begin()
            self._ends.pop(name, None)
        self.away.clear()

    @contextmanager
    def serving(self, name: str, *words: str | Path) -> Generator[str]:
        """Let somebody serve, and kill them at the end."""
        process = self.running[name] = Process(words)
        process.start()
        try:
            yield process.address
        finally:
            process.kill()
            del self.running[name]
            self._ends.pop(name, None)


@dataclass(slots=True)
class Mortal:
    """A role in a folder of its own, every step of which may be its last for a while."""

    folder: Path
    served: Served
    reaper: Reaper = field(init=False)
    shown: Shown = field(default_factory=Shown)

    def __post_init__(self) -> None:
        self.folder.mkdir(0o700)
        upset = self.served.upset
        self.reaper = Reaper(self.folder, self.name, networked=True, meanwhile=upset)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def kind(self) -> str:
        return self.name.partition("-")[0]

    def run(self, *words: str | Path) -> Ran:
        step = str(words[0]), str(words[1])
        posts = step == ("board", "post")
        times = POSTED if posts else STEPS.get(step, 0)
        times = -(-times * self.served.times // MOST)
        if "--to" in words:
            # So that the copy from which something is learnt is no old one.
            self.there("board", "fetch", words[words.index("--to") + 1], "--out", SALE)
        before, ran = self.reaper.kills, None
        if times:
            died = partial(self._forget, step)
            ran = self.reaper.step(
                *words, times=times, look=self.look, died=died, learn=not posts
            )
        self.served.killed[self.kind] += self.reaper.kills - before
        if ran is None or ran.code:
            self._forget(step)
            return self.there(*words)
        return Ran(ran.code, ran.out, ran.err)

    def look(self) -> None:
        """Check that nothing has changed that others may have seen."""
        self.shown.look(self.path(each) for each in NEVER_CHANGES.get(self.kind, ()))

    def _forget(self, step: tuple[str, str]) -> None:
        made = self.path(UNSEEN.get(step, "never made"))
        if made.exists():
            made.unlink()

    def there(self, *words: str | Path) -> Ran:
        """Let a step end, once the board is back."""
        ends = time.monotonic() + _BACK
        ran = self.reaper.whole(*words)
        while any(code in ran.err for code in AWAY) and time.monotonic() < ends:
            self.served.until(time.time() + 0.5)
            ran = self.reaper.whole(*words)
        self.look()
        done = any(code in ran.err for code in DONE)
        return Ran(0 if done else ran.code, ran.out, ran.err)

    def do(self, *words: str | Path) -> Ran:
        ran = self.run(*words)
        assert ran.code == 0, (self.name, words, ran)
        return ran

    def get(self, file: Path, name: str | None = None) -> Path:
        to = self.folder / (name or file.name)
        copy(file, to)
        return to.relative_to(self.folder)

    def path(self, name: str | Path) -> Path:
        return self.folder / name


@dataclass(frozen=True, slots=True)
class Hurt(Demo):
    """A demonstration whose roles are mortal, with time to come back."""

    served: Served
    step: int
    """Seconds for commitments, seals and reveals, each; deposits have three times that."""
    away: str = ""
    """Who comes back too late: ``board``, ``witness``, ``contributor``; nobody if empty."""

    def _watched(self) -> AbstractContextManager[list[str]]:
        return self._watching()

    @contextmanager
    def _watching(self) -> Generator[list[str]]:
        public = self.cast[BOARD].path("board.key.pub")
        with ExitStack() as stack:
            found: list[str] = []
            for each in self.cast.witnesses:
                key = ("--key", each.path(WITNESS_KEY), "--board", public)
                words = ("witness", "serve", each.path(HEADS), *key)
                found.append(
                    stack.enter_context(self.served.serving(each.name, *words))
                )
            yield found

    def _served(self, witnesses: Sequence[str]) -> AbstractContextManager[str]:
        asked = [word for each in witnesses for word in ("--witness", each)]
        folder = self.cast[BOARD].folder / BOARD_FOLDER
        return self.served.serving(BOARD, "board", "serve", folder, *asked)

    def _announce(self, took: float) -> Announced:
        # What they need is known here, however long the credentials took.
        step = max(self.step, int(2 * took))
        words = Planned(10, 3 * step, step).words()
        self.say(f"Steps of {step} s.")
        return announce(self.cast, TERMS, words)

    def _sell(self, selling: Selling, sale: Announced) -> Ended:
        selling.keep_policy()
        self.served.until(sale.opens + 1)
        self.say("Everybody deposits, and the escrow books their money.")
        for each in self.cast.wallets:
            selling.deposit(each, sale.sale_id)
        settled = self._stays_away(selling, sale) if self.away else None
        if settled is None:
            self._draw(selling, sale)
            settled = selling.settled(sale.reveal_end + _BACK)
            for each in self.cast.wallets:
                selling.claim(each, sale.sale_id)
        self.say("People check their receipts; an auditor checks everything.")
        for each in self.cast.wallets:
            selling.check_receipt(each, sale.sale_id)
        while not (self.away or self.served.enough):
            # Whoever reads later meets a board that dies as well.
            selling.joining.fetch(self.cast[AUDITOR], selling.address, SALE)
        return end(selling, sale.sale_id, settled, rehearsal=True)

    def _stays_away(self, selling: Selling, sale: Announced) -> Ran:
        """Let somebody miss what is due, and come back; return what the seller says then."""
        if self.away == "contributor":
            return self._comes_late(selling, sale)
        self.say(f"The {self.away} stays away when deposits are closed.")
        self.served.leave(self.away)
        # The slack is over two seconds before the step is.
        self.served.until(sale.commit_end + 1)
        self.say("It is back.")
        self.served.come_back()
        return self._void(selling)

    def _comes_late(self, selling: Selling, sale: Announced) -> Ran:
        own = ("--key", "contributor.key", "--secret", "secret", "--out", "commit")
        words = ("contributor", "commit", SALE, *own, "--to", selling.address)
        in_time, late = self.cast.contributors
        self.served.until(sale.closes + 1)
        ran = in_time.run(*words)
        while ran.code and time.time() < sale.commit_end:
            ran = in_time.run(*words)
        assert ran.code == 0, ran.err
        self.say(f"{late.name} stays away until commitments have ended.")
        self.served.until(sale.commit_end + 2)
        ran = late.run(*words)
        assert ran.code == 1, ran
        return self._void(selling)

    def _void(self, selling: Selling) -> Ran:
        """Wait until the board says that the sale is void."""
        seller, ends = self.cast[SELLER], time.time() + _BACK
        while True:
            selling.joining.fetch(seller, selling.address, SALE)
            ran = seller.run("settle", SALE, "--json")
            if ran.json()["result"] == "void" or time.time() > ends:
                return seller.run("settle", SALE)
            self.served.until(time.time() + 0.5)


def one_by_one(do: Callable[[T], U], whom: Iterable[T]) -> list[U]:
    """Let several take a step one after the other: what forks has no threads."""
    return [do(each) for each in whom]


def mortals(folder: Path, served: Served, names: Iterable[str]) -> dict[str, Role]:
    """Return mortal roles, each with a folder in an empty one.

    A role of a host is a process; these are a process for each step.
    """
    roles: dict[str, Role] = {}
    for name in names:
        mortal: object = Mortal(folder / name, served)
        roles[name] = mortal  # type: ignore[assignment]
    return roles
