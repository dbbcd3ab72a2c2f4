"""Transcripts by a board that lies once and signs everything anew.

Each row breaks one rule; the audit must name the check of that rule and no other.
"""

import re
from pathlib import Path

import pytest

import fairlot
import fairlot_crypto
from fairlot.audit.auditor import audit
from fairlot.audit.checks import CHECKS, check_of
from fairlot_crypto.statements import Statements
from kit.sales import GROUP
from kit.stage import STATEMENTS
from lies_cancelling import CANCELLING
from lies_claims import CLAIMS
from lies_deliveries import DELIVERIES
from lies_draw import DRAW
from lies_file import A_REHEARSAL, BYTES, HEADS, Make, Row
from lies_kept import KEPT
from lies_lapses import LAPSES
from lies_lives import LIVES
from lies_people import PEOPLE
from lies_registry import REGISTERING
from lies_roles import PARTIES
from lies_rounds import ROUNDS
from lies_seasons import SEASONS
from lies_signers import SIGNERS
from lies_terms import OFFERS
from lies_times import PHASES
from lies_watch import HOLDING, WATCH

ROWS = (
    *BYTES,
    *HEADS,
    *SIGNERS,
    *OFFERS,
    *REGISTERING,
    *LIVES,
    *SEASONS,
    *CLAIMS,
    *DELIVERIES,
    *PEOPLE,
    *PHASES,
    *DRAW,
    *ROUNDS,
    *LAPSES,
    *CANCELLING,
    *PARTIES,
    *WATCH,
    *KEPT,
)
WITHOUT_A_ROW = {
    "log.twice": "no lie in one file: a copy comes in another one, test_logs_in_files",
    "life.again": "of one signer, the same act is the same entry: entry.duplicate",
    "entry.scope": "an entry of another scope is of another log: log.foreign",
    "void.round-exists": "no lie in the file: the round comes from elsewhere, test_expiry",
    "redraw.round-exists": "no lie in the file: it comes from elsewhere, test_lapses",
    "cbor.truncated": "the end of the file lies in an item: file.tail, sale.incomplete",
    "claim.registry": "a caller's mistake",
    "cbor.offset": "a caller's mistake",
    "cbor.trailing": "a sequence has no trailing bytes",
    "cbor.value": "a caller's mistake, about encoding",
    "note.unsigned": "a line of the board is missing: checkpoint.signature",
    "note.vkey": "no key is written as text in a transcript",
    "terms.escrow": "no code: the path of a field",
    "file.given-up": "never alone: 100,000 findings come before it",
    "roots.absent": "never alone: without terms the sale is incomplete or refused",
    "heads.absent": "never alone: without terms the sale is incomplete or refused",
}

CHAPTERS = ("terms", "identity", "claim", "delivery", "deposit", "beacon", "board")
"""What judges a transcript; the other folders read files of people, or work on what holds."""


@pytest.mark.thorough
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.check}-{row.sentence}")
def test_the_audit_names_the_broken_check_and_no_other(row: Row) -> None:
    report = audit(row.make(), GROUP, row.expected, STATEMENTS, kept=row.kept)
    assert report.failed == (row.check,), report.findings
    assert row.code in {finding.code for finding in report.findings}
    assert not report.holds


def places() -> list[tuple[list[str], bool, bool]]:
    """Return the rows of the specification's table: codes, and what is not null."""
    chapter = Path(__file__).parents[2] / "specs" / "audit.md"
    section = chapter.read_text("utf-8").split("### 3.1 The place of a finding")[1]
    lines = section.split("\n## ")[0].splitlines()
    rows = [line.split(" | ") for line in lines if line.startswith("| ")]
    return [
        (codes.split("`")[1::2], offset != "null", entry != "null |")
        for codes, offset, entry in rows[1:]
    ]


@pytest.mark.slow
def test_every_finding_is_at_the_place_that_the_specification_says() -> None:
    table = places()
    assert len(table) == 11
    for row in ROWS:
        for finding in audit(row.make(), GROUP, row.expected, STATEMENTS).findings:
            _, offset, entry = next(
                each
                for each in table
                if not each[0] or any(_names(code, finding.code) for code in each[0])
            )
            known = (finding.offset is not None, finding.entry is not None)
            assert known == (offset, entry), finding


def _names(pattern: str, code: str) -> bool:
    return code.startswith(pattern[:-1]) if pattern.endswith("*") else code == pattern


def test_the_same_board_without_a_lie_is_believed(concert_transcript: bytes) -> None:
    report = audit(concert_transcript, GROUP, A_REHEARSAL, STATEMENTS)
    assert report.holds
    assert not report.findings


@pytest.mark.thorough
@pytest.mark.parametrize(
    "make", [make for _, make in HOLDING], ids=[n for n, _ in HOLDING]
)
def test_what_witnesses_show_in_the_last_second_is_believed(make: Make) -> None:
    report = audit(make(), GROUP, A_REHEARSAL, STATEMENTS)
    assert report.holds, report.findings


@pytest.mark.thorough
def test_the_verdict_does_not_rest_on_what_was_verified_before() -> None:
    for row in ROWS[:: len(ROWS) // 6]:
        report = audit(row.make(), GROUP, row.expected, Statements(), kept=row.kept)
        assert report.failed == (row.check,), row.sentence


def test_every_check_has_a_row() -> None:
    assert {row.check for row in ROWS} == {check.id for check in CHECKS}


def test_rows_name_the_check_that_their_code_belongs_to() -> None:
    for row in ROWS:
        assert check_of(row.code).id == row.check, row.sentence
    assert len({row.sentence for row in ROWS}) == len(ROWS)


def test_every_code_of_every_check_has_a_row() -> None:
    missing = codes_in_the_source() - {row.code for row in ROWS} - set(WITHOUT_A_ROW)
    assert not missing


def codes_in_the_source() -> set[str]:
    """Return every code of a check that the package names, raised or documented."""
    package, crypto = (Path(str(m.__file__)).parent for m in (fairlot, fairlot_crypto))
    files = [
        *package.glob("*.py"),
        *(path for chapter in CHAPTERS for path in package.glob(f"{chapter}/*.py")),
        package / "audit/auditor.py",
        package / "audit/kept.py",
        package / "audit/roles.py",
        package / "audit/trust.py",
        package / "audit/watching.py",
        crypto / "cbor.py",
        crypto / "log/note.py",
        crypto / "log/checkpoint.py",
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return set(
        filter(_has_check, re.findall(r'(?:``|")([a-z]+\.[a-z-]+)(?:``|")', text))
    )


def _has_check(code: str) -> bool:
    try:
        check_of(code)
    except KeyError:
        return False
    return True
