"""A whole sale over the network, in which every kind of role is killed thirty times (kill -9).

Whoever is back within the slack has cost nobody anything: the sale has its RESULT. Where
somebody comes back later, it is void, and everybody gets everything back.
"""

import csv
import sys
import time
from pathlib import Path

import pytest

import fairlot.cli.host.cast
import fairlot.cli.host.demo
import fairlot.cli.host.joining
import fairlot.cli.host.selling
from command import fairlot as run
from fairlot.board.phase import Phase
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import Replay, replay_files
from fairlot.board.sale import SaleState
from fairlot.cli.heads import PROOF
from fairlot.cli.host.cast import ESCROW, SALE, Cast, role_names
from fairlot.cli.host.demo import PRICE
from fairlot.cli.host.running import Ended
from fairlot.deposit.escrow_book import read_escrow_book
from fairlot.entry import EntryType
from fairlot_crypto.curve import backend
from fairlot_crypto.statements import Statements
from mortal_cast import MOST, SERVE, Hurt, Served, mortals, one_by_one

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

PEOPLE = 2
FEW, MANY = (3, 15), (MOST, 60)
"""How often each kind of role is killed, and seconds that a step of the draw has."""
SPARED = {"arbiter", "auditor"}
"""Who has nothing to do in a sale but to look, or to draw a key."""


def played(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    pace: tuple[int, int],
    away: str = "",
) -> Ended:
    """Play a sale with mortal roles, and check what holds however it ends."""
    times, step = pace
    served = Served(times)
    host = fairlot.cli.host
    for module in (host.cast, host.demo, host.joining, host.selling):
        monkeypatch.setattr(module, "all_at_once", one_by_one)
    monkeypatch.setattr(host.demo, "sleep_until", served.until)

    def say(said: str) -> None:
        # With -s, one sees where it stands.
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} {said} {dict(served.killed)}\n")
        sys.stdout.flush()

    roles = mortals(folder, served, role_names(PEOPLE))
    ended = Hurt(Cast(roles), say, served, step, away).play()
    say(f"The sale is {ended.result}.")
    assert ended.audit.code == 0, ended.audit
    # Witnesses do nothing but serve; whoever comes back late has done less.
    kinds = {name.partition("-")[0] for name in roles} - {*SPARED, "witness"}
    wanted: set[str] = set() if away else {*kinds, *SERVE.values()}
    assert not [each for each in wanted if served.killed[each] < times]
    return ended


def folded(folder: Path) -> tuple[SaleState, Replay]:
    """Fold what the auditor has seen, and check that everybody has said once what they say."""
    state = SaleState(RegistryState(backend(), Statements()))
    read = replay_files(((folder / "auditor" / SALE).read_bytes(),), state)
    read.check()
    assert len(state.registry.leaves) == len(state.positions.by_nym) == PEOPLE
    assert [each.paid for each in state.positions.by_nym.values()] == PEOPLE * [PRICE]
    book = read_escrow_book((folder / ESCROW / "escrow.key.book").read_bytes())
    assert [each.amount for each in book.paid.values()] == PEOPLE * [PRICE]
    for kind in (EntryType.COMMIT, EntryType.SEAL, EntryType.REVEAL):
        made = [each.entry.key for each in read.entries.of(kind)]
        assert len(made) == len(set(made))
    check_acknowledged(folder)
    return state, read


def check_acknowledged(folder: Path) -> None:
    """Check that whatever somebody has a receipt for is on the log."""
    given: list[str | Path] = []
    for receipt in folder.glob(f"[!a]*/**/*{PROOF}"):
        given += ["--receipt", receipt]
    # A deposit and a payment of each person, at least.
    assert len(given) >= 2 * 2 * PEOPLE
    ran = run("audit", folder / "auditor" / SALE, "--rehearsal", *given)
    assert ran.code == 0, ran


def refunds(folder: Path) -> list[int]:
    """Return what the escrow says must go back, to each."""
    with (folder / ESCROW / "refunds.csv").open(newline="") as file:
        return [int(row["refund"]) for row in csv.DictReader(file)]


@pytest.mark.long
@pytest.mark.parametrize("pace", [FEW, MANY], ids=["few", "many"])
def test_a_sale_ends_with_its_result_however_often_its_roles_are_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pace: tuple[int, int]
) -> None:
    ended = played(tmp_path, monkeypatch, pace)
    assert ended.result == "settled"
    state, read = folded(tmp_path)
    assert state.phase is Phase.LOCKED
    for kind in (EntryType.COMMIT, EntryType.SEAL, EntryType.REVEAL):
        assert len([*read.entries.of(kind)]) == len(state.terms.beacon.roster)
    assert len([*read.entries.of(EntryType.CLAIM)]) == PEOPLE
    # One seat: one of them has it, and the money of the others goes back, once.
    assert [line.units for line in state.ledger if line.units] == [1]
    assert refunds(tmp_path) == (PEOPLE - 1) * [PRICE]


@pytest.mark.long
@pytest.mark.parametrize("away", ["board", "witness", "contributor"])
def test_a_sale_to_which_somebody_comes_back_too_late_is_void_and_gives_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    ended = played(tmp_path, monkeypatch, FEW, away)
    assert ended.result == "void"
    state, _ = folded(tmp_path)
    assert state.phase is Phase.VOID
    assert [line.refund for line in state.ledger] == PEOPLE * [PRICE]
    assert refunds(tmp_path) == PEOPLE * [PRICE]
