"""A whole sale over the network, in which every kind of role is killed thirty times (kill -9).

The roles, their files and who carries them are those of ``fairlot host``; each step is a
process that may die, and the board that serves dies while others ask it.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy
from typing import TypeVar, cast

import pytest

import fairlot.cli.host.cast
import fairlot.cli.host.demo
import fairlot.cli.host.joining
import fairlot.cli.host.selling
from fairlot.board.phase import Phase
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import replay_files
from fairlot.board.sale import SaleState
from fairlot.cli.host.cast import (
    BOARD,
    ESCROW,
    HEADS,
    SALE,
    WITNESS_KEY,
    Cast,
    role_names,
)
from fairlot.cli.host.demo import PRICE, TERMS, Demo
from fairlot.cli.host.roles import Ran, Role
from fairlot.cli.host.selling import Announced, Planned, Selling, announce
from fairlot.deposit.escrow_book import read_escrow_book
from fairlot.entry import EntryType
from fairlot_crypto.curve import backend
from fairlot_crypto.statements import Statements
from kit.sales import source
from mortal import Process, Reaper

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

PEOPLE, TIMES = 2, 30
STEP = 36
"""Seconds for commitments, seals and reveals, each."""
STEPS: dict[tuple[str, str], int] = {
    ("issuer", "tag"): 2,
    ("issuer", "enrol"): 2,
    ("issuer", "issue"): 2,
    ("attester", "ask"): 8,
    ("attester", "attest"): 8,
    ("contributor", "commit"): 5,
    ("contributor", "seal"): 5,
    ("contributor", "reveal"): 5,
    ("escrow", "paid"): 12,
    ("escrow", "refunds"): 8,
    ("wallet", "enrol"): 3,
    ("wallet", "renew"): 3,
    ("wallet", "deposit"): 4,
    ("wallet", "receipt"): 3,
}
"""How often each of these steps is killed, whoever takes it."""
DONE = ("issuer.exists", "entry.duplicate", "wallet.enrolled")
"""What somebody hears who has done it before a kill, and did not see that they had."""
AWAY = ("http.unreachable", "http.answer", "transcript.unreadable")

T = TypeVar("T")
U = TypeVar("U")


@dataclass(slots=True)
class Served:
    """Who answers over the network, and how often everybody was killed."""

    killed: Counter[str] = field(default_factory=Counter[str])
    running: dict[str, Process] = field(default_factory=dict[str, Process])
    """The board and the witnesses, by name."""
    steps: int = 0

    def upset(self) -> None:
        """Kill somebody now and then; they come back while others ask them already."""
        kinds = {name: name.partition("-")[0] for name in self.running}
        names = [name for name, kind in kinds.items() if self.killed[kind] < TIMES]
        self.steps += 1
        drawn = source(f"upset {self.steps}").take(2)
        if names and drawn[0] % 4:
            name = names[drawn[1] % len(names)]
            self.running[name].kill()
            self.running[name].begin()
            self.killed[kinds[name]] += 1

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


@dataclass(slots=True)
class Mortal:
    """A role in a folder of its own, every step of which may be its last for a while."""

    folder: Path
    served: Served
    reaper: Reaper = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(0o700)
        self.reaper = Reaper(self.folder, self.name, networked=True)

    @property
    def name(self) -> str:
        return self.folder.name

    def run(self, *words: str | Path) -> Ran:
        times = STEPS.get((str(words[0]), str(words[1])), 0)
        self.served.upset()
        if "--to" in words:
            # So that the copy from which something is learnt is no old one.
            self.there("board", "fetch", words[words.index("--to") + 1], "--out", SALE)
        before, ran = self.reaper.kills, None
        if times:
            ran = self.reaper.step(*words, times=times)
        self.served.killed[self.name.partition("-")[0]] += self.reaper.kills - before
        if ran is not None and not ran.code:
            return Ran(ran.code, ran.out, ran.err)
        return self.there(*words)

    def there(self, *words: str | Path) -> Ran:
        """Let a step end, once the board is back."""
        ends = time.monotonic() + 60
        ran = self.reaper.whole(*words)
        while any(code in ran.err for code in AWAY) and time.monotonic() < ends:
            time.sleep(0.5)
            ran = self.reaper.whole(*words)
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
        folder = self.cast[BOARD].folder / "folder"
        return self.served.serving(BOARD, "board", "serve", folder, *asked)

    def _lose(self, wallet: Role, selling: Selling) -> None:
        """Nobody is lost: what forks has no threads (``test_kill_recover_command.py``)."""

    def _announce(self, took: float) -> Announced:
        # What they need is known here, however long the credentials took.
        step = max(STEP, int(took))
        return announce(self.cast, TERMS, Planned(10, 3 * step, step).words())


def one_by_one(do: Callable[[T], U], whom: Iterable[T]) -> list[U]:
    """Let several take a step one after the other: what forks has no threads."""
    return [do(each) for each in whom]


def check_once(data: bytes, folder: Path) -> None:
    """Check that everybody is there once, and has said once what they say once."""
    state = SaleState(RegistryState(backend(), Statements()))
    read = replay_files((data,), state)
    read.check()
    assert state.phase is Phase.LOCKED
    assert len(state.registry.leaves) == len(state.positions.by_nym) == PEOPLE
    assert [each.paid for each in state.positions.by_nym.values()] == PEOPLE * [PRICE]
    book = read_escrow_book((folder / ESCROW / "escrow.key.book").read_bytes())
    assert [each.amount for each in book.paid.values()] == PEOPLE * [PRICE]
    for kind in (EntryType.COMMIT, EntryType.SEAL, EntryType.REVEAL):
        made = [each.entry.key for each in read.entries.of(kind)]
        assert len(made) == len(set(made)) == len(state.terms.beacon.roster)


def test_a_sale_ends_with_its_result_however_often_its_roles_are_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = fairlot.cli.host
    for module in (host.cast, host.demo, host.joining, host.selling):
        monkeypatch.setattr(module, "all_at_once", one_by_one)
    served = Served()
    roles = {name: Mortal(tmp_path / name, served) for name in role_names(PEOPLE)}
    told: list[str] = []
    hurt = Hurt(Cast(cast("dict[str, Role]", roles)), told.append, served)
    ended = hurt.play()
    assert ended.audit.code == 0, ended.audit
    check_once((tmp_path / "auditor" / SALE).read_bytes(), tmp_path)
    # Terms that are complete are not made again; sellers die in test_kill_roles.py.
    spared = {"arbiter", "auditor", "seller"}
    kinds = {name.partition("-")[0] for name in roles} - spared
    assert all(served.killed[kind] >= TIMES for kind in kinds), served.killed
