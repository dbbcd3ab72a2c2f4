"""A rehearsal whose draw waits for its own clock, and rounds posted from a relay's JSON."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from command import SEED, TERMS, Ran, fairlot, write_inputs
from fairlot.board.replay import replay_file
from fairlot.board.storage import create_transcript
from fairlot.entry import EntryType
from fairlot.terms.named_round import NamedRound
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.drand import Beacon
from kit.sales import GROUP, clocked, play
from kit.stage import Stage

OPEN = 1893456000
DUE_AFTER = 3813
"""The first round of three seconds that is later than 3720 + 30 + 60."""


@dataclass(frozen=True, slots=True)
class Place:
    """A board in a file that waits for its round, and its keeper's key."""

    on: Stage
    folder: Path

    @property
    def transcript(self) -> Path:
        """The board."""
        return self.folder / "transcript.fairlot"

    @property
    def named(self) -> NamedRound:
        """The round that the terms name."""
        (named,) = self.on.terms.named_rounds()
        return named

    def relayed(self) -> Path:
        """Write the round as a relay would give it."""
        beacon: Beacon = self.on.parts.clock.sign(GROUP, self.named.round_number)
        fields = {
            "round": beacon.round_number,
            "randomness": beacon.randomness().hex(),
            "signature": beacon.signature.hex(),
        }
        path = self.folder / "round.json"
        path.write_text(json.dumps(fields), encoding="ascii")
        return path

    def round(self, path: Path) -> Ran:
        """Make the ROUND entry."""
        return fairlot(
            "beacon", "round", self.transcript, path, "--out", self.folder / "entry"
        )

    def post(self, time: int) -> Ran:
        """Post it."""
        words = (self.transcript, self.folder / "entry")
        key = ("--key", self.folder / "board.key", "--time", str(time))
        return fairlot("beacon", "post", *words, *key)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a board on which the reveals have ended."""
    on = clocked()
    storage = create_transcript(tmp_path / "transcript.fairlot")
    play(on.board(storage), on, until="reveal-end")
    storage.close()
    key = f"{on.parts.board.seed.hex()}\n"
    (tmp_path / "board.key").write_text(key, encoding="ascii")
    return Place(on, tmp_path)


@pytest.mark.thorough
def test_a_rehearsal_waits_for_its_own_clock(tmp_path: Path) -> None:
    beacon = 'delay = 1\ndrand = "own"\nwithhold = 1\n'
    inputs = write_inputs(tmp_path, TERMS.replace("delay = 1\n", beacon))
    out = tmp_path / "out"
    ran = fairlot("run", inputs.terms, inputs.people, "--out", out, "--seed", SEED)
    assert (ran.code, ran.err) == (0, "")
    data = (out / "transcript.fairlot").read_bytes()
    read = replay_file(data, GROUP, Statements())
    assert [(timed.entry.type, timed.time) for timed in read.entries[-4:]] == [
        (EntryType.RECOVER, OPEN + 3785),
        (EntryType.TIME, OPEN + DUE_AFTER),
        (EntryType.ROUND, OPEN + DUE_AFTER),
        (EntryType.RESULT, OPEN + DUE_AFTER),
    ]
    audited = fairlot("audit", out / "transcript.fairlot", "--rehearsal", "--json")
    assert audited.code == 0
    report: dict[str, Any] = json.loads(audited.out)
    assert report["beacon"]["drand"]["mixed"] is True
    assert report["beacon"]["drand"]["round"] == 1 + DUE_AFTER // 3
    assert any("clock" in notice for notice in report["notices"])


def test_a_round_is_posted_from_a_relays_file(place: Place) -> None:
    assert place.round(place.relayed()).code == 0
    early = place.post(place.named.due - 1)
    assert early.code == 1
    assert "round.early" in early.err
    assert place.post(place.named.due).code == 0
    read = replay_file(place.transcript.read_bytes(), GROUP, Statements())
    assert read.entries[-1].entry.type is EntryType.ROUND
    assert place.named.name in read.state.rounds.signatures
