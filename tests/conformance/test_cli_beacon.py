"""``fairlot beacon``: contributors on machines of their own, and what a delay needs."""

import json
import re
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from command import FAIRLOT, fairlot, run_program, word_of
from fairlot.entry import EntryType
from fairlot_crypto.delay.parameters import (
    RSA_2048,
    Setup,
    setup_file,
    shipped_setup,
    verify_setup,
)
from fairlot_crypto.keys import SigningKey
from kit.sales import PRICE
from place import Place, closed_place

T_OF_A_SECOND = 2**19


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a board on which deposits are closed."""
    return closed_place(tmp_path)


@pytest.mark.thorough
def test_everybody_reveals(place: Place) -> None:
    place.seal_all()
    for who in ("one", "two", "depositor"):
        assert place.reveal(who).code == 0
    names = ("one.reveal", "two.reveal", "depositor.reveal")
    assert place.post(*names, after=130).code == 0
    assert place.mark(EntryType.REVEAL_END).code == 0
    recovered = place.beacon("recover", "--out", place.folder / "recovery")
    assert recovered.code == 1
    assert "recover.not-needed" in recovered.err
    assert place.mark(EntryType.RESULT).code == 0
    assert fairlot("audit", place.transcript, "--rehearsal").code == 0


@pytest.mark.slow
def test_what_two_withhold_anybody_recovers(place: Place) -> None:
    place.seal_all()
    assert place.reveal("one").code == 0
    assert place.post("one.reveal", after=130).code == 0
    early = place.beacon("recover", "--out", place.folder / "recovery")
    assert early.code == 1
    assert "phase.wrong" in early.err
    assert place.mark(EntryType.REVEAL_END).code == 0
    made = place.beacon("recover", "--out", place.folder / "recovery")
    assert (made.code, made.err) == (0, "")
    assert not list(place.folder.glob("*.work")), "checkpoints are not left behind"
    assert place.post("recovery", after=190).code == 0
    late = place.reveal("two")
    assert late.code == 1
    assert "reveal.fixed" in late.err
    assert place.mark(EntryType.RESULT).code == 0
    report = json.loads(fairlot("audit", place.transcript, "--rehearsal", "--json").out)
    assert report["holds"]
    assert report["beacon"]["recovered"]
    assert len(report["beacon"]["withheld"]) == 2
    assert len(report["beacon"]["depositors"]) == 1


def test_the_secret_is_private_and_there_before_the_entry(place: Place) -> None:
    """Where the entry cannot be written the secret is kept, and taken up again."""
    (place.folder / "one.commit").mkdir()
    (place.folder / "one.commit" / "in the way").touch()
    assert place.commit("one").code == 1
    secret = place.folder / "one.secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    kept = secret.read_bytes()
    (place.folder / "one.commit" / "in the way").unlink()
    (place.folder / "one.commit").rmdir()
    assert place.commit("one").code == 0
    first = (place.folder / "one.commit").read_bytes()
    assert place.commit("one").code == 0
    assert secret.read_bytes() == kept
    assert (place.folder / "one.commit").read_bytes() == first
    assert json.loads(kept)["alpha"] not in fairlot("inspect", place.transcript).out


@pytest.mark.thorough
def test_nobody_reveals_before_the_commitments_are_sealed(place: Place) -> None:
    def check_early() -> None:
        early = place.reveal("one")
        assert early.code == 1
        assert "phase.wrong" in early.err
        assert not (place.folder / "one.reveal").exists()

    for who in ("one", "two"):
        assert place.commit(who).code == 0
    assert place.post("one.commit", "two.commit", after=10).code == 0
    check_early()
    assert place.mark(EntryType.COMMIT_END).code == 0
    check_early()
    assert place.seal("one").code == 0
    assert place.post("one.seal", after=70).code == 0
    check_early()


def test_who_may_not_contribute_is_told(place: Place) -> None:
    refused = place.commit("stranger")
    assert (refused.code, refused.out) == (1, "")
    assert "commit.roster" in refused.err
    assert not list(place.folder.glob("stranger.secret*"))


def test_a_second_commitment_is_not_made(place: Place) -> None:
    assert place.commit("one").code == 0
    assert place.post("one.commit", after=10).code == 0
    (place.folder / "one.secret").rename(place.folder / "kept")
    again = place.commit("one")
    assert again.code == 1
    assert "commit.twice" in again.err
    posted = place.post("one.commit", after=20)
    assert posted.code == 1
    assert "entry.duplicate" in posted.err


@pytest.mark.thorough
@pytest.mark.parametrize(
    "kept", ["transcript.fairlot", "one.key", "one.secret", "one.secret.head"]
)
def test_no_output_replaces_what_cannot_be_made_again(place: Place, kept: str) -> None:
    assert place.commit("one").code == 0
    path = place.folder / kept
    before = path.read_bytes()
    words = ("--key", place.folder / "one.key", "--secret", place.folder / "one.secret")
    refused = place.beacon("commit", *words, "--out", path)
    assert (refused.code, refused.out) == (2, "")
    assert "contribution.exists" in refused.err
    made = fairlot("beacon", "setup", "1", "--out", path)
    assert (made.code, made.out) == (2, "")
    assert path.read_bytes() == before
    again = place.commit("one")
    assert again.code == 0, "an entry may be written over the same entry"


def test_the_secret_of_another_is_refused(place: Place) -> None:
    assert place.commit("one").code == 0
    for end in ("secret", "secret.head"):
        (place.folder / f"one.{end}").rename(place.folder / f"two.{end}")
    refused = place.commit("two")
    assert (refused.code, refused.out) == (2, "")
    assert "contribution.secret" in refused.err


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "{}",
            "[]",
            "null",
            '{"sale": 5}',
            "[" * 60000,
            "\x00",
            '{"alpha": "zz"}',
        ),
        '{"sale": "", "size": 1e999, "root": "", "key": "", "alpha": ""}',
        '{"sale": "", "size": 1, "size": 1, "root": "", "key": "", "alpha": ""}',
    ],
)
def test_what_is_no_secret_is_refused(place: Place, text: str) -> None:
    (place.folder / "one.secret").write_text(text, encoding="utf-8")
    for refused in (place.commit("one"), place.reveal("one")):
        assert (refused.code, refused.out) == (2, "")
        assert "contribution.secret" in refused.err


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 66, "g" * 64, "é" * 32])
def test_what_is_no_key_is_refused(place: Place, text: str) -> None:
    (place.folder / "one.key").write_text(text, encoding="utf-8")
    refused = place.commit("one")
    assert (refused.code, refused.out) == (2, "")
    assert "contribution.key" in refused.err
    assert text not in refused.err or not text, "no key is ever shown"


@pytest.mark.parametrize("data", [b"", b"\xa0", b"\xf6", b"text", bytes(70000)])
def test_what_is_no_entry_is_refused(place: Place, data: bytes) -> None:
    before = place.transcript.read_bytes()
    (place.folder / "odd").write_bytes(data)
    refused = place.post("odd", after=10)
    assert (refused.code, refused.out) == (2, "")
    assert "contribution.entry" in refused.err
    assert place.transcript.read_bytes() == before


def test_files_that_are_not_there_are_refused(place: Place) -> None:
    for ran in (place.reveal("one"), place.commit("nobody"), place.post("none")):
        assert (ran.code, ran.out) == (2, "")
        assert "contribution.unreadable" in ran.err
    place.transcript.unlink()
    ran = place.commit("one")
    assert ran.code == 2
    assert "transcript.unreadable" in ran.err


def test_nobody_contributes_to_a_board_that_breaks_its_rules(place: Place) -> None:
    data = bytearray(place.transcript.read_bytes())
    data[-10] ^= 1
    place.transcript.write_bytes(data)
    ran = place.commit("one")
    assert (ran.code, ran.out) == (1, "")
    assert "at byte" in ran.err
    assert not (place.folder / "one.secret").exists()


def test_only_the_keeper_posts_and_the_clock_never_runs_back(place: Place) -> None:
    assert place.commit("one").code == 0
    before = place.transcript.read_bytes()
    assert place.post("one.commit", after=-1).code == 1
    (place.folder / "board.key").write_text("00" * 32, encoding="ascii")
    assert place.post("one.commit", after=10).code == 1
    assert place.transcript.read_bytes() == before


def test_a_marker_is_posted_when_it_is_due_and_by_the_keeper_only(place: Place) -> None:
    before = place.transcript.read_bytes()
    for who in ("one", "two"):
        assert place.commit(who).code == 0
    assert place.transcript.read_bytes() == before
    assert place.post("one.commit", "two.commit", after=10).code == 0
    before = place.transcript.read_bytes()
    for kind, late, code in (
        (EntryType.COMMIT_END, -1, "phase.early"),
        (EntryType.COMMIT_END, 10_000, "phase.late"),
        (EntryType.REVEAL_END, 0, "phase.wrong"),
    ):
        refused = place.mark(kind, late=late)
        assert (refused.code, refused.out) == (1, "")
        assert code in refused.err
    keeper = (place.folder / "board.key").read_bytes()
    (place.folder / "board.key").write_text("00" * 32, encoding="ascii")
    assert place.mark(EntryType.COMMIT_END).code == 1
    assert place.transcript.read_bytes() == before
    (place.folder / "board.key").write_bytes(keeper)
    marked = place.mark(EntryType.COMMIT_END)
    assert (marked.code, marked.err) == (0, "")
    origin = place.on.terms.origin
    assert re.fullmatch(f"ack [0-9a-f]{{64}} [0-9]+ {re.escape(origin)}\n", marked.out)
    before = place.transcript.read_bytes()
    missing = place.mark(EntryType.SEALED)
    assert (missing.code, missing.out) == (1, "")
    assert "seal.missing" in missing.err
    assert place.transcript.read_bytes() == before


def test_too_few_commitments_void_the_sale_when_they_end(place: Place) -> None:
    assert place.commit("one").code == 0
    assert place.post("one.commit", after=10).code == 0
    assert place.mark(EntryType.COMMIT_END).code == 0
    words = ("audit", place.transcript, "--rehearsal", "--json")
    report = json.loads(fairlot(*words).out)
    assert (report["holds"], report["phase"]) == (True, "void")
    assert report["facts"]["refunds"] == report["facts"]["money_in"] == PRICE
    refused = place.mark(EntryType.SEALED)
    assert (refused.code, refused.out) == (1, "")
    assert "phase.wrong" in refused.err


@pytest.mark.parametrize("kind", ["VOID", "TERMS", "commit_end", ""])
def test_what_is_no_marker_is_refused(place: Place, kind: str) -> None:
    ran = place.beacon("mark", kind, "--key", place.folder / "board.key")
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.slow
def test_a_key_is_new_private_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "my.key"
    ran = run_program(FAIRLOT, "contributor", "key", "--out", path)
    assert (ran.code, ran.out) == (0, "")
    seed = bytes.fromhex(path.read_text(encoding="ascii"))
    public = json.loads(path.with_name("my.key.pub").read_text(encoding="ascii"))
    assert public["key"] == SigningKey.from_seed(seed).public.hex()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = fairlot("contributor", "key", "--out", path)
    assert (again.code, again.out) == (2, "")
    assert "contribution.exists" in again.err
    assert bytes.fromhex(path.read_text(encoding="ascii")) == seed


def test_a_set_up_is_the_one_that_ships(tmp_path: Path) -> None:
    out = tmp_path / "setup.json"
    assert fairlot("beacon", "setup", "65536", "--out", out).code == 0
    shipped = shipped_setup(65536)
    assert shipped is not None
    assert out.read_text(encoding="ascii") == setup_file(shipped)
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.slow
def test_a_killed_set_up_goes_on(tmp_path: Path) -> None:
    out, work = tmp_path / "setup.json", tmp_path / "work"
    words = ["beacon", "setup", str(T_OF_A_SECOND), "--out", str(out)]
    with subprocess.Popen([FAIRLOT, *words, "--work", str(work)]) as process:
        while not (work.is_dir() and list(work.glob("*.checkpoint"))):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert not out.exists()
    assert fairlot(*words, "--work", str(work)).code == 0
    assert not work.exists()
    found = json.loads(out.read_text(encoding="ascii"))
    h, proof = (int(found[name], 16) for name in ("h", "proof"))
    verify_setup(Setup(RSA_2048, T_OF_A_SECOND, h, proof))


@pytest.mark.slow
def test_a_folder_of_another_computation_is_refused(tmp_path: Path) -> None:
    out, work = tmp_path / "setup.json", tmp_path / "work"
    words = ["beacon", "setup", str(T_OF_A_SECOND), "--out", str(out)]
    with subprocess.Popen([FAIRLOT, *words, "--work", str(work)]) as process:
        while not (work.is_dir() and list(work.glob("*.checkpoint"))):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    other = fairlot("beacon", "setup", "600000", "--out", out, "--work", work)
    assert other.code == 1
    assert "another computation" in other.err
    assert not out.exists()


@pytest.mark.parametrize("T", ["0", "-1", "1.5", str(2**40 + 1), "two", "²"])
def test_a_delay_out_of_range_is_refused(tmp_path: Path, T: str) -> None:
    ran = fairlot("beacon", "setup", T, "--out", tmp_path / "setup.json")
    assert (ran.code, ran.out) == (2, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", [[], ["play"], ["recover"], ["setup"], ["calibrate", "--window", "0"]]
)
def test_wrong_usage_of_a_step_is_refused(words: list[str]) -> None:
    ran = fairlot("beacon", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("usage: fairlot beacon")


@pytest.mark.parametrize(
    "step",
    [
        "commit",
        "seal",
        "reveal",
        "recover",
        "round",
        "post",
        "mark",
        "attach",
        "setup",
        "calibrate",
    ],
)
def test_every_step_has_help_with_an_example(step: str) -> None:
    ran = fairlot(word_of(step), step, "--help")
    assert ran.code == 0
    assert "Exit code: 0" in ran.out
    assert f"Examples:\n  fairlot {word_of(step)} {step}" in ran.out


def test_the_modulus_of_a_set_up_is_named(tmp_path: Path) -> None:
    out = tmp_path / "setup.json"
    assert fairlot("beacon", "setup", "3", "--out", out).code == 0
    found = json.loads(out.read_text(encoding="ascii"))
    assert (found["modulus"], found["T"]) == ("RSA-2048", 3)
    assert int(found["h"], 16) == RSA_2048.power(RSA_2048.generator(), 8)
