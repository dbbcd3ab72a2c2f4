"""``fairlot audit``: verdicts, trust roots, and files that are none."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from command import SEED, Ran, fairlot, write_inputs
from fairlot.audit.checks import CHECKS

IDS = tuple(check.id for check in CHECKS)
ROOTLESS, ALONE = ("A06", "A29"), ("A29",)
"""What is not checked without roots and without anything kept; what, with roots only."""
HOLD = dict.fromkeys(IDS, "holds") | dict.fromkeys(ALONE, "not checked")
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


@pytest.mark.thorough
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
    assert _verdicts(ran) == HOLD | {"A06": "not checked"}
    assert "that an attester looked at a real person" in ran.out
    holding = len(IDS) - len(ROOTLESS)
    said = f"{holding} checks hold; not checked: A06, A29."
    assert last == f"Verdict on this REHEARSAL: {said}"
    assert "\x1b" not in ran.out


@pytest.mark.thorough
def test_a_rehearsal_is_no_sale_unless_the_auditor_says_so(transcript: Path) -> None:
    ran = fairlot("audit", transcript)
    assert (ran.code, ran.err) == (1, "")
    first, second, *_, last = ran.out.splitlines()
    assert "REHEARSAL" in first
    assert second == "A REHEARSAL does not pass for a sale: this audit fails."
    assert _failing(ran) == ["A25"]
    assert "A25 audit.rehearsal: this is a rehearsal: one machine played" in ran.out
    assert "--rehearsal accepts it" in ran.out
    failing = f"1 of {len(IDS)} checks fail: A25; not checked: A06, A29."
    assert last == f"Verdict on this REHEARSAL: {failing}"
    report = json.loads(fairlot("audit", transcript, "--json").out)
    assert (report["holds"], report["rehearsal"]) == (False, True)
    (finding,) = [found for check in report["checks"] for found in check["findings"]]
    assert finding["code"] == "audit.rehearsal"
    assert (finding["offset"], finding["entry"]) == (None, None)


def test_the_report_for_machines_says_the_same(report: dict[str, Any]) -> None:
    assert report["holds"] is True
    assert report["rehearsal"] is True
    assert report["phase"] == "locked"
    assert report["roots"]["from_file"] is True
    assert [check["id"] for check in report["checks"]] == list(IDS)
    unchecked = [check["id"] for check in report["checks"] if not check["checked"]]
    assert unchecked == [*ROOTLESS]
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
    assert _verdicts(ran) == HOLD
    last = ran.out.splitlines()[-1]
    said = f"{len(IDS) - len(ALONE)} checks hold; not checked: A29."
    assert last == f"Verdict on this REHEARSAL: {said}"


@pytest.mark.parametrize("option", ["--sale-id", "--board-key"])
def test_another_root_fails_and_names_both(transcript: Path, option: str) -> None:
    ran = rehearsed(transcript, option, WRONG)
    assert ran.code == 1
    assert _failing(ran) == ["A06"]
    found = [line for line in ran.out.splitlines() if line.startswith("A06 roots.")]
    assert len(found) == 1
    assert f"expected {WRONG}, the file has " in found[0]
    assert ran.out.splitlines()[-1].endswith("checks fail: A06; not checked: A29.")


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
    assert re.search(r"(?m)^A07 entry\.signature at entry 0, byte [0-9]+: ", ran.out)
