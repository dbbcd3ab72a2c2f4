"""kill -9 at random moments of ``fairlot beacon recover``, then the same command again.

Work is counted in steps, squarings and digits of the proof, off the progress bar: what the
bar may not have shown before its first word and after its last one is added.
"""

import json
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from command import Ran, fairlot
from fairlot.board.storage import create_transcript
from fairlot.entry import EntryType
from fairlot_crypto.delay.parameters import RSA_2048, make_setup, shipped_setup
from fairlot_crypto.delay.plan import Plan
from fairlot_crypto.randomness import SeededRandomness
from kit.recovering import delayed
from kit.sales import PRICE, draft, nym_of, play
from kit.stage import Stage
from on_a_terminal import Shown, watch


@dataclass(frozen=True, slots=True)
class Place:
    """A board in a file on which one of two reveals is withheld, in phase result."""

    on: Stage
    folder: Path

    @property
    def transcript(self) -> Path:
        """The board."""
        return self.folder / "transcript.fairlot"

    @property
    def plan(self) -> Plan:
        """How its delay is evaluated."""
        return Plan.of(self.on.terms.beacon.delay)

    def recover(self, name: str, kill_at: int | None = None) -> Shown:
        """Recover into a file, killed once the bar shows so many steps."""
        key = ("--key", self.folder / "stranger.key")
        out = ("--out", self.folder / name)
        words = ("beacon", "recover", self.transcript, *key, *out)
        return watch(*words, total=self.plan.total, kill_at=kill_at)

    def keeper(self, step: str, what: str | Path, after: int) -> Ran:
        """Post an entry or a marker, by the board, some seconds after REVEAL_END."""
        clock = str(self.on.terms.times.reveal_end + after)
        by = ("--key", self.folder / "board.key", "--time", clock)
        return fairlot("beacon", step, self.transcript, what, *by)


def place_of(T: int, folder: Path) -> Place:
    """Play a sale of one depositor until a recovery is due."""
    setup = shipped_setup(T) or make_setup(RSA_2048, T)
    on = delayed(2)
    h, proof = RSA_2048.encode(setup.h), RSA_2048.encode(setup.proof)
    beacon = replace(on.terms.beacon, delay=T, h=h, proof=proof)
    on = on.with_terms(replace(on.terms, beacon=beacon))
    times, deposit = on.terms.times, draft(on).entry()
    place = Place(on, folder)
    storage = create_transcript(place.transcript)
    deposits = (deposit, on.payment(nym_of(deposit), PRICE))
    board = play(on.board(storage), on, until="sealed", deposits=deposits)
    board.append([on.reveal(0)], times.seal_end + 10)
    board.append_marker(EntryType.REVEAL_END, times.reveal_end)
    storage.close()
    stranger, keeper = bytes(31) + b"\x01", on.parts.board.seed
    for name, seed in (("stranger", stranger), ("board", keeper)):
        (folder / f"{name}.key").write_text(f"{seed.hex()}\n", encoding="ascii")
    return place


def moments(total: int, kills: int) -> list[int]:
    """Return how far the bar is at each kill: random, one in each part of the work."""
    stream = SeededRandomness(bytes(32)).derive("moments of a recovery")
    draws = [int.from_bytes(stream.take(4), "big") / 2**32 for _ in range(kills)]
    return [int((part + u) * total / kills) for part, u in enumerate(draws)]


def killed_often(place: Place, name: str, kills: int) -> list[Shown]:
    """Return every run, the last of which ended by itself."""
    runs: list[Shown] = []
    for moment in moments(place.plan.total, kills):
        runs.append(place.recover(name, moment))
        assert runs[-1].code == -signal.SIGKILL
        assert not (place.folder / name).exists()
    runs.append(place.recover(name))
    assert runs[-1].code == 0
    return runs


def check_board(place: Place, name: str) -> None:
    """Post the recovery and end the sale: everything holds."""
    assert place.keeper("post", place.folder / name, 10).code == 0
    assert place.keeper("mark", EntryType.RESULT, 20).code == 0
    audited = fairlot("audit", place.transcript, "--rehearsal", "--json")
    report = json.loads(audited.out)
    assert (audited.code, report["holds"]) == (0, True)
    assert report["beacon"]["recovered"]


def compare(place: Place, kills: int) -> list[Shown]:
    """Return the runs that were killed and the last, after comparing with one that was not."""
    whole = place.recover("whole")
    assert whole.code == 0
    assert whole.steps[-1] == place.plan.total
    runs = killed_often(place, "killed", kills)
    entries = [(place.folder / name).read_bytes() for name in ("whole", "killed")]
    assert entries[0] == entries[1], "the same proof, and the same entry"
    assert not list(place.folder.glob("*.work")), "checkpoints are not left behind"
    check_board(place, "killed")
    return runs


@pytest.mark.slow
def test_a_killed_recovery_goes_on_and_gives_the_same_entry(tmp_path: Path) -> None:
    place = place_of(2**19, tmp_path)
    first, last = compare(place, kills=1)
    plan = place.plan
    a_checkpoint = plan.powers_a_file * plan.spacing
    kept = min(plan.T, first.steps[-1] // a_checkpoint * a_checkpoint)
    assert 0 < kept <= last.steps[0], "it went on"


@pytest.mark.long
def test_kills_cost_little_of_a_long_recovery(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """T = 2^24: with four kills at most 1.15 times the work."""
    place = place_of(2**24, tmp_path)
    work = sum(run.work for run in compare(place, kills=4)) / place.plan.total
    record_property("work", work)
    assert work <= 1.15
