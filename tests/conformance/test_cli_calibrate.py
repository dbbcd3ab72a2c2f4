"""``fairlot beacon calibrate``: the delay of a window, without a round and with one."""

import json
from pathlib import Path

import pytest

from command import fairlot
from fairlot.cli.beacon.calibrate import Advice, first_round
from fairlot.terms.named_round import NamedRound
from fairlot_crypto.delay.plan import MAX_SQUARINGS
from fairlot_crypto.timelock.chain import QUICKNET

RATE = 500_000
HOUR = 3_600
SEAL_END, SLACK = 1_900_000_000, 300
FIRST = 69_065_666
"""The least ρ with 1692803367 + 3·(ρ - 1) > SEAL_END + SLACK + 60, by hand."""


def advice(window: int = HOUR, rate: int = RATE, advantage: int = 60) -> Advice:
    return Advice(rate, window, advantage, first_round(SEAL_END, SLACK))


def said(given: Advice) -> str:
    return "\n".join(given.lines())


def test_an_hour_without_a_round_takes_days_to_recover() -> None:
    without = advice().without_round
    assert without is not None
    assert without.T == 2 * 60 * 10**6 * HOUR
    assert 864_000 < without.recovery < 1_100_000
    text = said(advice())
    assert f"Without a round: T = {without.T}. Recovering a withheld reveal" in text
    assert "12 days here" in text
    assert "Unpredictability rests on this delay alone" in text


@pytest.mark.parametrize("window", [1, HOUR, 10**9])
def test_with_a_round_a_recovery_takes_half_a_minute(window: int) -> None:
    given = advice(window)
    assert given.with_round.T == 2**24
    assert 30 <= given.with_round.recovery <= 60
    text = said(given)
    assert "With a round of drand: T = 16777216." in text
    assert "Unpredictability then rests on drand alone" in text


@pytest.mark.parametrize(
    ("rate", "T"), [(50_000, 2**20), (1_000_000, 2**24), (2_000_000, 2**28)]
)
def test_the_delay_with_a_round_suits_the_machine(rate: int, T: int) -> None:
    given = advice(rate=rate)
    assert given.with_round.T == T
    assert given.with_round.recovery <= 180
    assert given.without_round == advice(rate=rate, window=HOUR).without_round


def test_the_first_round_is_due_when_nobody_can_void_any_more() -> None:
    assert first_round(SEAL_END, SLACK) == NamedRound(QUICKNET, FIRST)
    due = NamedRound(QUICKNET, FIRST).due
    assert due - QUICKNET.period <= SEAL_END + SLACK + 60 < due
    assert f"{FIRST}, at 2030-03-17 17:52:42Z" in said(advice())
    assert first_round(None, None) is None


def test_a_window_that_no_delay_covers_leaves_the_round() -> None:
    longest = MAX_SQUARINGS // (2 * 60 * 10**6)
    assert advice(longest).without_round is not None
    given = advice(longest + 1)
    assert given.without_round is None
    assert (
        f"no delay covers the window. T = {MAX_SQUARINGS}, the greatest, covers"
        in said(given)
    )
    report = json.loads(json.dumps(given.to_json()))
    assert report["without_round"] is None
    assert report["with_round"]["round"]["round"] == FIRST


@pytest.mark.slow
def test_calibration_is_by_the_formula(tmp_path: Path) -> None:
    options = ("--window", "90", "--advantage", "7")
    times = ("--seal-end", str(SEAL_END), "--slack", str(SLACK))
    ran = fairlot("beacon", "calibrate", *options, *times, "--json", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    report = json.loads(ran.out)
    rate = report["squarings_per_second"]
    ordinary = report["ordinary_squarings_per_second"]
    assert ordinary == max(10**6, rate)
    assert (report["advantage"], report["window"]) == (7, 90)
    without, given = report["without_round"], report["with_round"]
    assert (without["delay"], without["rests_on"]) == (2 * 7 * ordinary * 90, "delay")
    least = without["delay"] // rate
    assert least <= without["recovery"] <= 2 * least
    assert (given["recovery"] <= 180, given["rests_on"]) == (True, "round")
    chain, due = QUICKNET.chain_hash().hex(), NamedRound(QUICKNET, FIRST).due
    assert given["round"] == {"chain": chain, "round": FIRST, "due": due}
    assert given["delay"] in [known["delay"] for known in report["sets"]]
    for known in report["sets"]:
        assert known["longest_window_ms"] == known["delay"] * 1000 // (14 * ordinary)
        assert known["recovery"] >= 1
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_calibration_for_people(tmp_path: Path) -> None:
    ran = fairlot("beacon", "calibrate", cwd=tmp_path)
    assert ran.code == 0
    assert "Without a round: T = " in ran.out
    assert "--seal-end and --slack find it" in ran.out
    assert "shipped T" in ran.out


@pytest.mark.parametrize("half", [("--seal-end", "1"), ("--slack", "1")])
def test_half_of_the_times_is_refused(half: tuple[str, str]) -> None:
    ran = fairlot("beacon", "calibrate", *half)
    assert (ran.code, ran.out) == (2, "")
    assert "calibrate.times" in ran.err


@pytest.mark.parametrize(
    "words", [("--slack", "0"), ("--seal-end", "-1"), ("--seal-end", "253402300800")]
)
def test_what_is_no_time_is_refused(words: tuple[str, str]) -> None:
    ran = fairlot("beacon", "calibrate", *words)
    assert (ran.code, ran.out) == (2, "")
    assert words[0] in ran.err
