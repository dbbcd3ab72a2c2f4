"""A step that was killed, or whose answer got lost, is taken again with the same command."""

import json
import sys
from contextlib import closing
from pathlib import Path

import pytest

from command import code_of, fairlot
from fairlot.board.storage import create_transcript
from fairlot.cli.beacon.files import key_file
from fairlot.cli.host.roles import serving
from fairlot.entry import EntryType
from fairlot_crypto.keys import SigningKey
from kit.recovering import delayed
from kit.sales import play, stage
from mortal import MOMENTS, Reaper, each_touch
from place import Place, closed_place

ON = stage()
NO_KILL = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


def draw(path: Path) -> tuple[int, str]:
    ran = fairlot("contributor", "key", "--out", path)
    return code_of(ran) if ran.code else (0, "")


def test_a_key_that_a_kill_left_alone_gets_its_public_file(tmp_path: Path) -> None:
    path, public = tmp_path / "key", tmp_path / "key.pub"
    path.write_bytes(key_file(ON.parts.contributors[0]))
    assert draw(path) == (0, "")
    said = json.loads(public.read_bytes())
    assert said["key"] == ON.parts.contributors[0].public.hex()
    assert path.read_bytes() == key_file(ON.parts.contributors[0])
    # Once both are there, nothing is done any more; nor to what is no key.
    before = public.read_bytes()
    assert draw(path) == (2, "contribution.exists")
    assert public.read_bytes() == before
    (tmp_path / "mine").write_text("a diary")
    assert draw(tmp_path / "mine") == (2, "contribution.exists")
    assert (tmp_path / "mine").read_text() == "a diary"
    assert not (tmp_path / "mine.pub").exists()


@NO_KILL
@pytest.mark.slow
def test_a_key_is_drawn_once_wherever_that_is_killed(tmp_path: Path) -> None:
    """At each of its touches: nothing that was there changes, and both files come."""
    (tmp_path / "own").mkdir()
    words = ("witness", "key", "--out", "w.key", "--name", "w.example")
    touches = 0
    for each in each_touch(tmp_path / "own", *words, shown=["w.key", "w.key.pub"]):
        # Who was killed at the very end has both files already.
        done = each.ran.code == 0 or code_of(each.ran) == (2, "contribution.exists")
        assert done, each.ran.err
        public = json.loads((each.own / "w.key.pub").read_bytes())
        drawn = SigningKey.from_seed(bytes.fromhex((each.own / "w.key").read_text()))
        assert public["key"] == drawn.public.hex()
        touches += 1
    assert touches > 8


@NO_KILL
@pytest.mark.parametrize("times", MOMENTS)
def test_a_board_is_made_once_however_often_that_is_killed(
    tmp_path: Path, times: int
) -> None:
    with closing(create_transcript(tmp_path / "begun")) as storage:
        play(ON.board(storage), ON, until="terms")
    (tmp_path / "board.key").write_bytes(key_file(ON.parts.board))
    club, reaper = tmp_path / "club", Reaper(tmp_path, "board new")
    whole = {"board.key", "board.sqlite", "board.sqlite.lock"}

    def look() -> None:
        """Nothing of it is there, or all."""
        assert not club.exists() or {each.name for each in club.iterdir()} == whole

    words = ("board", "new", club, "--from", tmp_path / "begun")
    own = ("--key", tmp_path / "board.key")
    ran = reaper.step(*words, *own, times=times, look=look)
    assert ran.code == 0 or code_of(ran) == (2, "board.exists")
    with serving(tmp_path, "board", "serve", "club") as address:
        assert fairlot("board", "fetch", address, "--out", tmp_path / "copy").code == 0
    assert (
        (tmp_path / "copy").read_bytes().startswith((tmp_path / "begun").read_bytes())
    )
    assert reaper.kills == times


def taken_again(place: Place, step: str, mark: EntryType, after: int) -> None:
    """Let a contributor's entry be taken, and the phase end; then take the step again."""
    for who in ("one", "two"):
        assert place.own(step, who).code == 0
    made = place.bytes_of(f"one.{step}")
    assert place.post(f"one.{step}", f"two.{step}", after=after).code == 0
    again = place.own(step, "one")
    assert (again.code, again.err) == (0, "")
    assert place.mark(mark).code == 0
    again = place.own(step, "one")
    assert (again.code, again.err, place.bytes_of(f"one.{step}")) == (0, "", made)


@pytest.mark.thorough
def test_a_contributor_who_did_not_hear_that_it_was_taken_makes_the_same_entry(
    tmp_path: Path,
) -> None:
    place = closed_place(tmp_path, delayed(2))
    taken_again(place, "commit", EntryType.COMMIT_END, 10)
    taken_again(place, "seal", EntryType.SEALED, 70)
    taken_again(place, "reveal", EntryType.REVEAL_END, 130)
    # Whoever has lost what they committed to makes another entry, which nobody takes.
    (tmp_path / "one.secret").unlink()
    lost = place.own("commit", "one")
    assert (lost.code, "phase.wrong" in lost.err) == (1, True)


@pytest.mark.thorough
def test_a_contributor_gets_the_receipt_whose_answer_was_lost(tmp_path: Path) -> None:
    place = closed_place(tmp_path, delayed(2))
    words = ("board", "new", tmp_path / "club", "--from", place.transcript)
    assert fairlot(*words, "--key", tmp_path / "board.key").code == 0
    clock = ("--time", str(place.on.terms.times.close + 10))
    copy = tmp_path / "copy"
    own = ("--key", tmp_path / "one.key", "--secret", tmp_path / "one.secret")
    out, receipt = tmp_path / "one.commit", tmp_path / "one.commit.tlog-proof"
    commit = ("contributor", "commit", copy, *own, "--out", out)
    with serving(tmp_path, "board", "serve", "club", *clock) as address:
        assert fairlot("board", "fetch", address, "--out", copy).code == 0
        assert fairlot(*commit).code == 0
        # It was sent, and the answer never came.
        assert fairlot("board", "post", address, out).code == 0
        assert not receipt.exists()
        ran = fairlot(*commit, "--to", address)
        assert (ran.code, ran.err) == (0, "")
        assert receipt.read_bytes()
        assert fairlot("board", "fetch", address, "--out", copy).code == 0
    assert copy.read_bytes().count(out.read_bytes()) == 1
