"""A whole sale over the network, in which every kind of role is killed thirty times (kill -9).

The roles, their files and who carries them are those of ``fairlot host``; each step is a
process that may die, and the board that serves dies while others ask it.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, contextmanager
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
from fairlot.cli.host.cast import BOARD, ESCROW, SALE, Cast, role_names
from fairlot.cli.host.demo import PRICE, TERMS, Demo
from fairlot.cli.host.roles import Ran, Role
from fairlot.cli.host.selling import Announced, Planned, announce
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
    """The board that serves, if one does, and how often everybody was killed."""

    killed: Counter[str] = field(default_factory=Counter[str])
    board: Process | None = None

    def upset(self) -> None:
        """Kill the board now and then; it comes back while others ask it already."""
        chance = source(f"upset {self.killed.total()}").take(1)[0] % 2
        if self.board is not None and chance and self.killed[BOARD] < TIMES + 10:
            self.board.kill()
            self.board.begin()
            self.killed[BOARD] += 1

    @contextmanager
    def serving(self, folder: Path) -> Generator[str]:
        """Serve a board, and kill it at the end."""
        self.board = Process(("board", "serve", folder))
        self.board.start()
        try:
            yield self.board.address
        finally:
            self.board.kill()
            self.board = None


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
        before = self.reaper.kills
        if times:
            self.reaper.step(*words, times=times)
        self.served.killed[self.name.partition("-")[0]] += self.reaper.kills - before
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

    def _served(self) -> AbstractContextManager[str]:
        return self.served.serving(self.cast[BOARD].folder / "folder")

    def _announce(self, took: float) -> Announced:
        # What they need is known here, however long the credentials took.
        step = max(STEP, int(took))
        return announce(self.cast, TERMS, Planned(10, 3 * STEP, step).words())


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
    kinds = ("issuer", "attester", "contributor", "escrow", "wallet", BOARD)
    assert all(served.killed[kind] >= TIMES for kind in kinds), served.killed
