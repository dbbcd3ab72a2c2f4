"""``fairlot audit``: verdicts, trust roots, and files that are none."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from command import FAIRLOT, SEED, Ran, fairlot, run_program, write_inputs
from fairlot.audit.checks import CHECKS

IDS = tuple(check.id for check in CHECKS)
WRONG = "11" * 32


@pytest.fixture(scope="module")
def transcript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("audit")
    inputs = write_inputs(home)
    words = ("--out", home / "out", "--seed", SEED)
    assert fairlot("run", inputs.terms, inputs.people, *words).code == 0
    return home / "out" / "transcript.fairlot"


@pytest.fixture(scope="module")
def report(transcript: Path) -> dict[str, Any]:
    ran = rehearsed(transcript, "--json")
    assert (ran.code, ran.err) == (0, "")
    return dict(json.loads(ran.out))


def rehearsed(*words: str | Path) -> Ran:
    """Audit as somebody who knows that it is a rehearsal."""
    return fairlot("audit", *words, "--rehearsal")


def _verdicts(ran: Ran) -> dict[str, str]:
    words = "holds|FAILS|not reached|not checked"
    return dict(re.findall(rf"(?m)^(A\d\d) +({words})  ", ran.out))


def _failing(ran: Ran) -> list[str]:
    return [check for check, verdict in _verdicts(ran).items() if verdict == "FAILS"]


def test_a_good_transcript_holds_and_says_what_that_rests_on(
    transcript: Path, report: dict[str, Any]
) -> None:
    ran = rehearsed(transcript)
    assert (ran.code, ran.err) == (0, "")
    first, second, third, *_, last = ran.out.splitlines()
    assert first.startswith("This is a REHEARSAL: one machine played every role")
    assert second.startswith("You accept a REHEARSAL")
    assert "trust roots come from the file itself" in third
    assert report["roots"]["sale_id"] in third
    assert report["roots"]["board_key"] in third
    assert _verdicts(ran) == dict.fromkeys(IDS, "holds") | {"A06": "not checked"}
    assert "that an attester looked at a real person" in ran.out
    holding = len(IDS) - 1
    said = f"{holding} checks hold; not checked: A06."
    assert last == f"Verdict on this REHEARSAL: {said}"
    assert "\x1b" not in ran.out


def test_a_rehearsal_is_no_sale_unless_the_auditor_says_so(transcript: Path) -> None:
    ran = fairlot("audit", transcript)
    assert (ran.code, ran.err) == (1, "")
    first, second, *_, last = ran.out.splitlines()
    assert "REHEARSAL" in first
    assert second == "A REHEARSAL does not pass for a sale: this audit fails."
    assert _failing(ran) == ["A25"]
    assert "A25 audit.rehearsal: this is a rehearsal: one machine played" in ran.out
    assert "--rehearsal accepts it" in ran.out
    failing = f"1 of {len(IDS)} checks fail: A25; not checked: A06."
    assert last == f"Verdict on this REHEARSAL: {failing}"
    report = json.loads(fairlot("audit", transcript, "--json").out)
    assert (report["holds"], report["rehearsal"]) == (False, True)
    (finding,) = [found for check in report["checks"] for found in check["findings"]]
    assert finding["code"] == "audit.rehearsal"
    assert (finding["offset"], finding["entry"]) == (None, None)


def test_the_report_for_machines_says_the_same(report: dict[str, Any]) -> None:
    assert report["holds"] is True
    assert report["rehearsal"] is True
    assert report["phase"] == "done"
    assert report["roots"]["from_file"] is True
    assert [check["id"] for check in report["checks"]] == list(IDS)
    unchecked = [check["id"] for check in report["checks"] if not check["checked"]]
    assert unchecked == ["A06"]
    assert [c["id"] for c in report["checks"] if not c["holds"]] == unchecked
    assert all(check["reached"] for check in report["checks"])
    facts = report["facts"]
    assert (facts["leaves"], facts["final_deposits"]) == (5, 5)
    assert facts["money_in"] == facts["payments"] + facts["refunds"] == 599
    assert report["not_checked"]


def test_the_roots_that_were_published_hold(
    transcript: Path, report: dict[str, Any]
) -> None:
    roots = report["roots"]
    words = ("--sale-id", roots["sale_id"], "--board-key", roots["board_key"].upper())
    ran = rehearsed(transcript, *words)
    assert ran.code == 0
    said = ran.out.splitlines()[2]
    assert "from the file itself" not in ran.out
    assert roots["sale_id"] in said
    assert _verdicts(ran) == dict.fromkeys(IDS, "holds")
    last = ran.out.splitlines()[-1]
    assert last == f"Verdict on this REHEARSAL: all {len(IDS)} checks hold."


@pytest.mark.parametrize("option", ["--sale-id", "--board-key"])
def test_another_root_fails_and_names_both(transcript: Path, option: str) -> None:
    ran = rehearsed(transcript, option, WRONG)
    assert ran.code == 1
    assert _failing(ran) == ["A06"]
    found = [line for line in ran.out.splitlines() if line.startswith("A06 roots.")]
    assert len(found) == 1
    assert f"expected {WRONG}, the file has " in found[0]
    assert ran.out.splitlines()[-1].endswith("checks fail: A06.")


@pytest.mark.parametrize("option", ["--sale-id", "--board-key"])
@pytest.mark.parametrize("value", ["", "11", WRONG + "11", "zz" * 32, "1" * 63])
def test_a_malformed_root_is_refused(transcript: Path, option: str, value: str) -> None:
    ran = rehearsed(transcript, option, value)
    assert (ran.code, ran.out) == (2, "")
    assert f"argument {option}: must be 64 hexadecimal digits" in ran.err


@pytest.mark.parametrize("command", ["audit", "inspect"])
def test_what_cannot_be_read_is_refused(tmp_path: Path, command: str) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        ran = fairlot(command, path, "--json")
        assert (ran.code, ran.out) == (2, "")
        assert f"transcript.unreadable: {path}" in ran.err


ODD_FILES = {
    "empty": b"",
    "zeros": bytes(1000),
    "ones": b"\xff" * 1000,
    "text": b"nym,units,payment,refund\n",
    "a picture": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500),
    "an archive": b"\x1f\x8b\x08\x00" + bytes(500),
    "a long text that is not there": b"\x7b" + b"\xff" * 8,
    "a deep array": b"\x81" * 100_000,
    "an empty map": b"\xa0" * 50,
    "an empty note": b"\x60" * 50,
    "every byte": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("name", ODD_FILES)
@pytest.mark.parametrize("command", ["audit", "inspect"])
def test_what_is_no_transcript_is_said_in_one_line(
    tmp_path: Path, command: str, name: str
) -> None:
    """It was "A05 holds, A13 holds" of a picture."""
    path = tmp_path / "odd"
    path.write_bytes(ODD_FILES[name])
    ran = fairlot(command, path, "--json")
    assert (ran.code, ran.out) == (2, "")
    assert "this is no transcript" in ran.err
    assert ran.err.count("\n") == 1


def test_noise_behind_a_transcript_is_counted_not_kept(
    transcript: Path, tmp_path: Path
) -> None:
    path = tmp_path / "noisy"
    path.write_bytes(transcript.read_bytes() + bytes(200_000))
    ran = rehearsed(path, "--json")
    assert ran.code == 1
    report = json.loads(ran.out)
    (first, *_) = report["checks"]
    assert (first["holds"], first["found"]) == (False, 100_002)
    assert [f["code"] for f in first["findings"][-2:]] == ["file.given-up", "file.tail"]
    assert len(first["findings"]) == 1_002


def test_endless_streams_are_not_read(transcript: Path) -> None:
    with Path("/dev/zero").open("rb") as endless:
        ran = run_program(FAIRLOT, "audit", "-", stdin=endless)
    assert (ran.code, ran.out) == (2, "")
    assert "this is no transcript" in ran.err
    with transcript.open("rb") as file:
        ran = run_program(FAIRLOT, "audit", "-", "--rehearsal", stdin=file)
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("closed", ["1", "2"])
def test_closed_output_does_not_change_the_verdict(
    transcript: Path, closed: str
) -> None:
    script = f'exec "$1" audit "$2" --rehearsal {closed}>&-'
    ran = run_program("/bin/sh", "-c", script, "sh", FAIRLOT, transcript)
    assert ran.code == 0


def test_a_cut_file_is_incomplete_and_nothing_else(
    transcript: Path, tmp_path: Path
) -> None:
    path = tmp_path / "cut"
    path.write_bytes(transcript.read_bytes()[:-1])
    ran = rehearsed(path)
    assert ran.code == 1
    assert _failing(ran) == ["A23"]
    assert re.search(
        r"(?m)^A23 sale\.incomplete.*: incomplete: .*phase result", ran.out
    )


def test_a_changed_byte_is_found_and_its_place_named(
    transcript: Path, tmp_path: Path
) -> None:
    data = bytearray(transcript.read_bytes())
    place = data.index(b"Small sale")
    data[place] ^= 1
    path = tmp_path / "changed"
    path.write_bytes(data)
    ran = rehearsed(path)
    assert ran.code == 1
    assert re.search(r"(?m)^A07 entry\.signature at entry 0, byte 0: ", ran.out)
