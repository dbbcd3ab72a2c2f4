"""The auditor: verdict, roots, facts, and what it says that it cannot check."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.checks import BEFORE_TERMS, CHECKS, NOT_CHECKED, check_of
from fairlot.audit.expected import Expected
from fairlot.audit.report import Report
from fairlot.beacon.contributions import make_commitment
from fairlot.beacon.margin import Margin
from fairlot.board.phase import VoidReason
from fairlot.rehearsal.parts import START
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048, make_setup
from fairlot_crypto.statements import Statements
from kit.lying_board import LyingBoard, play_with
from kit.recovering import delayed
from kit.sales import GROUP, PRICE, alpha, clocked, deposit, draft, nym_of, transcript
from kit.stage import STATEMENTS, Stage
from lies_file import A_REHEARSAL, forged
from lies_people import void_entry


def verdict(data: bytes, expected: Expected | None = None) -> Report:
    return audit(data, GROUP, expected or A_REHEARSAL, STATEMENTS)


def as_json(report: Report) -> dict[str, Any]:
    return dict(json.loads(json.dumps(report.to_json())))


def test_a_good_transcript_holds(concert_transcript: bytes) -> None:
    report = audit(concert_transcript, GROUP, A_REHEARSAL, Statements())
    assert report.holds
    assert not report.findings
    assert (report.failed, report.unreached) == ((), ())
    assert (report.rehearsal, report.phase) == (True, "locked")


def test_all_checks_are_reported_in_order(concert_transcript: bytes) -> None:
    found = [result.check for result in verdict(concert_transcript).results]
    assert found == list(CHECKS)
    numbers = (*range(1, 37), 38, 39, 40)
    assert [check.id for check in CHECKS] == [f"A{i:02}" for i in numbers]


def test_the_specification_has_the_same_checks() -> None:
    """Ids, titles and codes, and what no transcript shows."""
    spec = (Path(__file__).parents[2] / "specs" / "audit.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| (A\d\d) \| (.*) \| (.*) \|$", spec)
    stated = [(i, what, codes.replace("`", "").split(", ")) for i, what, codes in rows]
    in_the_source = [
        (c.id, c.title, [f"{code}*" if code[-1] == "." else code for code in c.codes])
        for c in CHECKS
    ]
    assert stated == in_the_source
    section = re.split(r"(?m)^## [56] .*$", spec)[1]
    listed = re.findall(r"(?ms)^- (.*?)[;.]$", section)
    sentences = [re.sub(r" \([^()]*\)", "", " ".join(s.split())) for s in listed]
    assert sentences == [" ".join(s.split()) for s in NOT_CHECKED]


def test_no_code_belongs_to_two_checks() -> None:
    for check in CHECKS:
        for code in check.codes:
            name = f"{code}x" if code.endswith(".") else code
            matching = [
                c
                for c in CHECKS
                if any(
                    name == p or (p.endswith(".") and name.startswith(p))
                    for p in c.codes
                )
            ]
            assert matching == [check]
            assert check_of(name) is check


def test_a_code_of_no_check_is_an_error() -> None:
    with pytest.raises(KeyError):
        check_of("weather.rain")


# Roots.


def test_roots_from_the_file_are_printed_and_marked(
    concert: Stage, concert_transcript: bytes
) -> None:
    roots = verdict(concert_transcript).roots
    assert roots.from_file
    assert roots.sale_id == concert.terms.sale_id
    assert roots.board_key == concert.parts.board.public
    assert roots.registry_id == concert.registry.registry_id


def test_expected_roots_are_compared(concert: Stage, concert_transcript: bytes) -> None:
    good = Expected(concert.terms.sale_id, concert.parts.board.public, rehearsal=True)
    report = verdict(concert_transcript, good)
    assert report.holds
    assert not report.roots.from_file
    both = verdict(concert_transcript, Expected(bytes(32), bytes(32), rehearsal=True))
    codes = [f.code for f in both.findings]
    assert codes == ["roots.sale-id", "roots.board-key"]
    assert both.failed == ("A06",)


def test_without_roots_nothing_is_compared_and_the_report_says_so(
    concert: Stage, concert_transcript: bytes
) -> None:
    """It was "A06 holds" of roots that nobody had given."""
    report = verdict(concert_transcript)
    assert (report.holds, report.unchecked) == (True, ("A06", "A29"))
    check, _ = [c for c in as_json(report)["checks"] if not c["checked"]]
    assert (check["id"], check["reached"], check["holds"]) == ("A06", True, False)
    known = Expected(sale_id=concert.terms.sale_id, rehearsal=True)
    assert verdict(concert_transcript, known).unchecked == ("A29",)
    wrong = verdict(concert_transcript, Expected(sale_id=bytes(32), rehearsal=True))
    assert (wrong.failed, wrong.unchecked) == (("A06",), ("A29",))


def test_one_root_is_better_than_none() -> None:
    assert not Expected().given
    assert not A_REHEARSAL.given
    assert Expected(sale_id=bytes(32)).given
    assert Expected(board_key=bytes(32)).given


# Facts.


def test_facts_count_people_and_money(concert_transcript: bytes) -> None:
    assert verdict(concert_transcript).facts == {
        "beacon_delay": 1,
        "entries": 24,
        "registry_entries": 5,
        "leaves": 2,
        "rolls": 1,
        "final_deposits": 2,
        "money_in": 2 * PRICE,
        "payments": PRICE,
        "refunds": PRICE,
        "refunds_held": 0,
        "units": 1,
        "items_promised": 0,
        "items_delivered": 0,
    }


def test_a_void_sale_holds_and_refunds(concert: Stage) -> None:
    late = concert.terms.times.close + 31

    def call_off(board: LyingBoard, _time: int) -> None:
        board.batch(late, void_entry(concert, VoidReason.CLOSE_MISSED))

    report = verdict(play_with(concert, instead={"close": call_off}, until="close"))
    assert report.holds
    assert report.phase == "void"
    facts = report.facts
    assert (facts["money_in"], facts["refunds"]) == (2 * PRICE, 2 * PRICE)
    assert (facts["payments"], facts["units"]) == (0, 0)


# The bias meter.


def test_the_margin_is_that_of_the_window_of_the_terms() -> None:
    """T against 2 · 60 · 10^6 squarings a second, in integers, rounded down."""
    enough = Margin(120_000_000 * 60, 60)
    assert (enough.ratio, enough.speed_up, enough.holds) == ("1.000", "120.000", True)
    less = Margin(120_000_000 * 60 - 1, 60)
    assert (less.ratio, less.speed_up, less.holds) == ("0.999", "119.999", False)
    assert Margin(2**40, 1).ratio == "9162.596"
    assert Margin(65536, 60).speed_up == "0.001"


def test_the_beacon_of_a_revealed_sale(
    concert: Stage, concert_transcript: bytes
) -> None:
    beacon = verdict(concert_transcript).beacon
    assert beacon is not None
    assert beacon.roster == concert.terms.beacon.roster
    assert (beacon.depositors, beacon.absent, beacon.withheld) == ((), (), ())
    assert not beacon.recovered
    times = concert.terms.times
    window = times.seal_end + times.slack - times.close
    assert beacon.margin == Margin(1, window) == Margin(1, 150)
    assert beacon.unsealed == ()
    assert beacon.to_json()["rests_on"] == "delay"
    assert "1 outcome" in beacon.withholding


def test_a_recovered_sale_holds_and_names_who_withheld(concert: Stage) -> None:
    data = play_with(
        concert,
        instead={"reveals": nothing},
        before={
            "result": lambda board, time: board.batch(
                time, concert.recovery(board.state.contributions)
            )
        },
    )
    report = audit(data, GROUP, A_REHEARSAL, Statements())
    assert report.holds
    assert report.beacon is not None
    assert report.beacon.withheld == concert.terms.beacon.roster
    assert report.beacon.recovered
    value = json.loads(json.dumps(report.to_json()))["beacon"]
    assert value["withheld"] == [key.hex() for key in concert.terms.beacon.roster]
    assert (value["window"], value["margin"]) == (150, "0.000")


def test_absent_contributors_and_depositors_are_named() -> None:
    on = delayed(3, min_commits=2)
    mine = draft(on, 0)
    deposits = mine.entry(), on.payment(nym_of(mine.entry()), PRICE)

    def commit(board: LyingBoard, time: int) -> None:
        known = board.state.contributions.frozen
        own = make_commitment(on.terms, known, alpha(7), mine.keys.settle)
        board.batch(time, on.commit(known), on.commit(known, 1), own)

    data = play_with(
        on,
        instead={
            "deposits": lambda board, time: board.batch(time, *deposits),
            "commits": commit,
        },
        until="commit-end",
    )
    report = verdict(data)
    assert report.failed == ("A23",)
    beacon = report.beacon
    assert beacon is not None
    assert beacon.roster == on.terms.beacon.roster[:2]
    assert beacon.absent == on.terms.beacon.roster[2:]
    assert beacon.depositors == (mine.keys.settle.public,)
    assert beacon.unsealed == on.terms.beacon.roster[:2]
    assert len(beacon.withheld) == 3


def test_who_has_not_sealed_is_named_and_sealing_ends_that() -> None:
    """Contributors who need not seal for SEALED are named all the same."""
    on = delayed(3, min_commits=2)

    def seal(board: LyingBoard, time: int) -> None:
        board.batch(time, on.seal(board.state, 0), on.seal(board.state, 2))

    report = verdict(play_with(on, instead={"seals": seal}))
    assert report.holds
    assert report.beacon is not None
    assert report.beacon.unsealed == on.terms.beacon.roster[1:2]
    value = json.loads(json.dumps(report.to_json()))["beacon"]
    assert value["unsealed"] == [on.terms.beacon.roster[1].hex()]


def test_before_close_there_is_no_beacon(concert: Stage) -> None:
    assert verdict(b"").beacon is None
    assert verdict(play_with(concert, until="deposits")).beacon is None
    beacon = verdict(play_with(concert, until="close")).beacon
    assert beacon is not None
    assert (beacon.roster, beacon.unsealed) == ((), ())
    assert beacon.margin == Margin.of(concert.terms), "the terms alone give it"


def test_a_short_delay_is_noticed_in_a_rehearsal(concert_transcript: bytes) -> None:
    report = verdict(concert_transcript)
    (notice,) = report.notices
    assert "18000000000 are needed" in notice
    assert "a real sale would be refused" in notice
    assert report.holds
    assert json.loads(json.dumps(report.to_json()))["notices"] == [notice]


def test_no_delay_is_too_short_where_a_round_is_named() -> None:
    """Then all rests on the round: the audit says so, and names its clock."""
    report = verdict(transcript(clocked()))
    assert report.holds
    assert report.beacon is not None
    assert report.beacon.to_json()["rests_on"] == "round"
    (notice,) = report.notices
    assert "of a clock whose key is the rehearsal's own" in notice


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("n", "said"),
    [
        (2**1279 - 1, "a PRIME of 1279 bits"),
        (2**1024 + 1, "a number of 1025 bits"),
        (RSA_2048.n - 2, "a number of 2048 bits"),
    ],
)
def test_a_modulus_of_ones_own_is_noticed_loudly(
    concert: Stage, n: int, said: str
) -> None:
    setup = make_setup(Modulus(n), 1)
    beacon = replace(
        concert.terms.beacon,
        modulus=setup.modulus.to_bytes(),
        h=setup.modulus.encode(setup.h),
        proof=setup.modulus.encode(setup.proof),
    )
    on = concert.with_terms(replace(concert.terms, beacon=beacon))
    report = verdict(play_with(on))
    assert report.holds
    warning, _ = report.notices
    assert warning.startswith("WARNING")
    assert said in warning
    real = on.watched().with_terms(replace(on.watched().terms, rehearsal=False))
    refused = verdict(play_with(real, until="terms"))
    assert [finding.code for finding in refused.findings] == ["beacon.modulus"]
    assert not refused.notices


def nothing(_board: LyingBoard, _time: int) -> None:
    return


# Incomplete and unreadable files.


@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff", b"fairlot", bytes(1000)])
def test_what_is_no_transcript_does_not_hold(data: bytes) -> None:
    report = verdict(data)
    assert not report.holds
    assert report.findings
    assert report.rehearsal is None
    assert report.roots.sale_id is None


def test_without_terms_other_checks_are_not_reached(
    concert: Stage, liar: LyingBoard
) -> None:
    liar.batch(START, forged(concert.terms_entry()))
    liar.batch(START, concert.open_entry())
    report = verdict(liar.data)
    assert report.failed == ("A07",)
    reached = {r.check.id for r in report.results if r.reached}
    assert reached == set(BEFORE_TERMS)
    assert not any(r.holds for r in report.results if not r.reached)


def test_all_findings_are_collected(concert: Stage) -> None:
    """Several rules broken in one transcript: each is named, in the order of checks."""
    bad = forged(deposit(concert, 0, 1))

    def lie(board: LyingBoard, time: int) -> None:
        board.batch(time, bad, deposit(concert, 0), b"\xa0")
        board.raw(b"\x01")

    data = play_with(concert, before={"close": lie}, until="commits") + b"\x58"
    report = verdict(data, Expected(sale_id=bytes(32), rehearsal=True))
    assert report.failed == ("A01", "A06", "A07", "A08", "A23")
    codes = [finding.code for finding in report.findings]
    assert codes == [
        "entry.field",
        "record.type",
        "roots.sale-id",
        "entry.signature",
        "entry.duplicate",
        "sale.incomplete",
    ]


def test_a_finished_sale_with_a_tail_is_not_incomplete(concert: Stage) -> None:
    data = transcript(concert)
    report = verdict(data + deposit(concert, 0, 1).encoded)
    assert [f.code for f in report.findings] == ["file.tail"]
    assert report.findings[0].offset == len(data)


# For machines.


def test_the_json_says_the_same(concert: Stage, concert_transcript: bytes) -> None:
    root = Expected(sale_id=bytes(32), rehearsal=True)
    report = verdict(concert_transcript, root)
    value = as_json(report)
    assert value["holds"] is False
    assert value["rehearsal"] is True
    assert value["phase"] == "locked"
    assert value["roots"]["sale_id"] == concert.terms.sale_id.hex()
    assert value["facts"] == report.facts
    assert value["not_checked"] == list(NOT_CHECKED)
    assert [c["id"] for c in value["checks"]] == [check.id for check in CHECKS]
    (finding,) = [f for c in value["checks"] for f in c["findings"]]
    assert finding["code"] == "roots.sale-id"
    assert [c["id"] for c in value["checks"] if not c["holds"]] == ["A06", "A29"]


def test_it_says_what_no_transcript_can_show(concert_transcript: bytes) -> None:
    text = " ".join(verdict(concert_transcript).not_checked)
    for word in ("attester", "money", "keys", "modulus"):
        assert word in text


def test_the_same_file_gives_the_same_report(concert_transcript: bytes) -> None:
    for data in (concert_transcript, concert_transcript[:-9]):
        fresh = audit(data, GROUP, A_REHEARSAL, Statements())
        assert fresh == verdict(data)


def test_expected_roots_cannot_be_compared_without_terms() -> None:
    report = audit(b"", GROUP, Expected(sale_id=bytes(32)), Statements())
    assert report.failed == ("A06", "A23")
    assert [f.code for f in report.findings] == ["roots.absent", "sale.incomplete"]
    assert audit(b"", GROUP, Expected(), Statements()).failed == ("A23",)
