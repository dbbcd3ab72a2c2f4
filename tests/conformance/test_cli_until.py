"""``fairlot run --until``: a rehearsal that stops, and steps by hand that end it."""

import json
import re
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from command import SEED, TERMS, Ran, fairlot, word_of, write_inputs
from fairlot.board.replay import replay
from fairlot.cli import main, playing
from fairlot.entry import EntryType
from fairlot.rehearsal.draw import STOPS
from kit.sales import stage

THREE = TERMS.replace("contributors = 1\n", "contributors = 3\ndepositors = 1\n")
CLOCK = f'{THREE}drand = "own"\n'
LAST = {
    EntryType.CLOSE: {"key"},
    EntryType.COMMIT_END: {"key", "secret", "secret.head"},
    EntryType.SEALED: {"key", "secret", "secret.head", "secret.seal"},
    EntryType.REVEAL_END: {"key", "secret", "secret.head", "secret.seal"},
}
"""What a contributor keeps behind each marker."""
WHOLE = {"allocation.csv", "nyms.csv", "transcript.fairlot", "winners.csv"}
"""What a rehearsal of one pool leaves that has not stopped."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A rehearsal that has stopped."""

    ran: Ran
    folder: Path

    @property
    def keys(self) -> Path:
        """What the roles hold."""
        return self.folder / "keys"

    @property
    def board(self) -> Path:
        """The transcript."""
        return self.folder / "transcript.fairlot"

    def kinds(self) -> list[str]:
        """Return the types of the entries on the board."""
        read = replay(self.board.read_bytes(), stage().state())
        read.check()
        return [timed.entry.type.value for timed in read.entries]

    def beacon(self, step: str, *words: str | Path) -> Ran:
        """Take a step that succeeds."""
        ran = fairlot(word_of(step), step, self.board, *words)
        assert (ran.code, ran.err) == (0, "")
        return ran

    def keep(self, step: str, *words: str | Path) -> Ran:
        """Take a step with the board's key."""
        return self.beacon(step, *words, "--key", self.keys / "board.key")

    def contribute(self, step: str, ends: EntryType) -> None:
        """Let every contributor take a step, and post it with the marker behind it."""
        entries = [self.folder / f"{step}-{number}" for number in range(4)]
        for number, entry in enumerate(entries):
            own = self.keys / f"contributor-{number}"
            files = ("--key", f"{own}.key", "--secret", f"{own}.secret")
            self.beacon(step, *files, "--out", entry)
        self.keep("post", *entries)
        self.keep("mark", ends)

    def go_on(self, until: EntryType) -> None:
        """Take every step that is left, but for rounds and recoveries."""
        steps = ("commit", "seal", "reveal")
        for at, step in enumerate(steps[STOPS.index(until) :], STOPS.index(until)):
            self.contribute(step, STOPS[at + 1])

    def end(self) -> None:
        """Post RESULT, and check that the sale holds."""
        self.keep("mark", "RESULT")
        assert fairlot("audit", self.board, "--rehearsal").code == 0


def _run(folder: Path, terms: str, out: str, *words: str) -> Stopped:
    inputs = write_inputs(folder, terms)
    given = (inputs.terms, inputs.people, "--out", folder / out, "--seed", SEED)
    return Stopped(fairlot("run", *given, *words), folder / out)


def _until(folder: Path, until: EntryType, terms: str = THREE) -> Stopped:
    stopped = _run(folder, terms, f"until {until}", "--until", until)
    assert (stopped.ran.code, stopped.ran.err) == (0, "")
    return stopped


def _settled(folder: Path, board: Path) -> bytes:
    """Return who gets what, by nym."""
    assert fairlot("settle", board, "--out", folder / "settled").code == 0
    return (folder / "settled" / "allocation.csv").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("until", STOPS)
def test_it_stops_behind_the_marker_and_leaves_what_the_roles_hold(
    tmp_path: Path, until: EntryType
) -> None:
    whole = _run(tmp_path, THREE, "whole")
    stopped = _until(tmp_path, until)
    left = {path.name for path in stopped.folder.iterdir()}
    assert left == {"keys", "nyms.csv", "transcript.fairlot"}
    assert stopped.kinds()[-1] == until
    assert whole.board.read_bytes().startswith(stopped.board.read_bytes())
    nyms = "nyms.csv"
    assert (whole.folder / nyms).read_bytes() == (stopped.folder / nyms).read_bytes()
    contributors = {f"contributor-{i}.{end}" for i in range(4) for end in LAST[until]}
    names = {"board.key", "escrow.key", "seller.key", *contributors}
    assert {path.name for path in stopped.keys.iterdir()} == names
    assert stat.S_IMODE(stopped.keys.stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in stopped.keys.iterdir()}
    assert modes == {0o600}


@pytest.mark.slow
@pytest.mark.parametrize("until", STOPS)
def test_steps_by_hand_end_it(tmp_path: Path, until: EntryType) -> None:
    """Behind CLOSE with secrets of their own; later the whole rehearsal's result comes."""
    stopped = _until(tmp_path, until)
    stopped.go_on(until)
    stopped.end()
    settled = _settled(tmp_path, stopped.board)
    whole = _run(tmp_path, THREE, "whole")
    allocation = (whole.folder / "allocation.csv").read_bytes()
    if until is not EntryType.CLOSE:
        assert settled == allocation
    nyms = [line.split(b",")[0] for line in settled.splitlines()]
    assert nyms == [line.split(b",")[0] for line in allocation.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("until", STOPS)
def test_what_it_says_to_try_next_works(tmp_path: Path, until: EntryType) -> None:
    """For one contributor, with a round of the clock and an opening that is withheld."""
    one = CLOCK.replace("= 3", "= 1").replace("depositors = 1", "withhold = 1")
    stopped = _until(tmp_path, until, one)
    said = stopped.ran.out.partition("Try next:\n")[2]
    assert ("recover" in said) is (until is EntryType.REVEAL_END)
    for line in said.splitlines():
        program, *words = shlex.split(line, comments=True)
        assert program == "fairlot"
        assert fairlot(*words, cwd=tmp_path).code == 0
    following = (*STOPS, EntryType.RESULT)
    assert stopped.kinds()[-1] == following[STOPS.index(until) + 1]
    if until is EntryType.REVEAL_END:
        assert fairlot("audit", stopped.board, "--rehearsal").code == 0


@pytest.mark.slow
def test_a_round_of_the_clock_is_there_as_a_relay_gives_it(tmp_path: Path) -> None:
    stopped = _until(tmp_path, EntryType.REVEAL_END, CLOCK)
    (path,) = stopped.keys.glob("round-*.json")
    assert json.loads(path.read_text(encoding="ascii"))["round"] == 1272
    stopped.beacon("round", path, "--out", tmp_path / "round")
    early = fairlot(
        *("beacon", "post", stopped.board, tmp_path / "round"),
        *("--key", stopped.keys / "board.key"),
    )
    assert (early.code, early.out) == (1, "")
    assert "round.early" in early.err
    settled = fairlot("settle", stopped.board, "--round", path)
    assert settled.code == 0, "nobody needs the board for that"
    stopped.keep("post", tmp_path / "round", "--time", "1893459813")
    stopped.end()


def test_whoever_has_sealed_gets_the_same_seal_again(tmp_path: Path) -> None:
    stopped = _until(tmp_path, EntryType.SEALED)
    own = stopped.keys / "contributor-0"
    words = ("--key", f"{own}.key", "--secret", f"{own}.secret")
    stopped.beacon("seal", *words, "--out", tmp_path / "seal")
    assert (tmp_path / "seal").read_bytes() in stopped.board.read_bytes()


def test_who_stayed_away_has_a_key_alone(tmp_path: Path) -> None:
    away = "min_commits = 2\nabsent = 1\n"
    two = THREE.replace("depositors = 1\n", away)
    stopped = _until(tmp_path, EntryType.COMMIT_END, two)
    files = sorted(path.name for path in stopped.keys.glob("contributor-2.*"))
    assert files == ["contributor-2.key"]


@pytest.mark.slow
@pytest.mark.parametrize("until", STOPS[1:])
def test_a_void_sale_ends_as_without_it(tmp_path: Path, until: EntryType) -> None:
    terms = f"{TERMS}absent = 1\n"
    ended = _run(tmp_path, terms, "out", "--until", until)
    assert ended.ran.code == 1
    assert "the sale is void" in ended.ran.err
    assert {path.name for path in ended.folder.iterdir()} == WHOLE
    whole = _run(tmp_path, terms, "whole")
    assert whole.board.read_bytes() == ended.board.read_bytes()


def test_nobody_s_keys_are_left_without_it(tmp_path: Path) -> None:
    whole = _run(tmp_path, THREE, "whole")
    assert {path.name for path in whole.folder.iterdir()} == WHOLE


@pytest.mark.parametrize("marker", ["OPEN", "RESULT", "VOID", "close", ""])
def test_other_markers_are_refused(tmp_path: Path, marker: str) -> None:
    refused = _run(tmp_path, THREE, "out", "--until", marker)
    assert (refused.ran.code, refused.ran.out) == (2, "")
    assert "--until" in refused.ran.err
    assert not refused.folder.exists()


def test_it_acknowledges_up_to_the_marker(tmp_path: Path) -> None:
    stopped = _run(tmp_path, THREE, "out", "--until", "CLOSE", "--acks")
    acks = re.findall("(?m)^ack [0-9a-f]{64} [0-9]+ [!-~]+$", stopped.ran.out)
    read = replay(stopped.board.read_bytes(), stage().state())
    both = (*read.registry.entries, *read.entries)
    kinds = [t.entry.type for t in both if t.entry.type is not EntryType.TIME]
    assert len(acks) == len(kinds)


def test_no_recovery_is_announced_that_does_not_come(tmp_path: Path) -> None:
    terms = THREE.replace("delay = 1\n", "delay = 1048576\nwithhold = 1\n")
    assert _run(tmp_path, terms, "out", "--until", "REVEAL_END").ran.err == ""


def test_a_run_that_is_interrupted_leaves_no_keys(tmp_path: Path) -> None:
    """At its last moment: all but the nyms is written."""
    inputs, out = write_inputs(tmp_path), tmp_path / "out"
    words = ["run", str(inputs.terms), str(inputs.people), "--out", str(out)]

    def interrupted(*_: object) -> None:
        assert (out / "keys" / "board.key").exists()
        raise KeyboardInterrupt

    with patch.object(playing, "write_file", interrupted):
        assert main([*words, "--until", "CLOSE"]) == 130
    assert not out.exists()
