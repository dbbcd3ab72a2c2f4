"""The attack lab: each gain has the sign that theory gives it, and a wrong one is told."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement

import pytest

from aims_table import PICTURES
from command import fairlot, in_process
from fairlot.allocation.mechanisms.equal_share import equal_share_odds
from fairlot.allocation.mechanisms.groups import table
from fairlot.allocation.shape import Order
from fairlot.audit.auditor import audit_transcript
from fairlot.beacon.seals import Seals
from fairlot.cli.attack import NAMES
from fairlot.simulation import attacks_on_people
from fairlot.simulation.attack import Attack, P, Sign, Target
from fairlot.simulation.attacks_on_people import DEMAND, sybils_of_all
from fairlot.simulation.attacks_on_registry import taken_back
from fairlot.simulation.attacks_on_rules import ON_RULES
from fairlot.simulation.estimates import Estimate, estimate
from fairlot.simulation.lab import LAB
from fairlot.simulation.staged import (
    IN_TIME,
    NEVER,
    TOO_LATE,
    Fork,
    fork,
    kept_by_buyers,
)
from fairlot.simulation.staged_entry import (
    BEHIND,
    CUSTOMER,
    ON_ROLL,
    WINNER,
    deposits_taken,
    let_in,
    positions_held,
)
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.randomness import SeededRandomness
from json_formats import check_document


@pytest.fixture(autouse=True)
def smaller_sale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play a tenth of the greatest sale."""
    monkeypatch.setattr(attacks_on_people, "_PEOPLE", 5_300)


def test_the_command_names_every_attack() -> None:
    assert tuple(attack.name for attack in LAB) == NAMES


@pytest.mark.thorough
@pytest.mark.parametrize("attack", LAB, ids=NAMES)
def test_what_is_stopped_gains_nothing_in_any_run(attack: Attack) -> None:
    targets = attack.play(7, 2)
    assert targets
    stopped = [t for t in targets if t.expected in (Sign.NOTHING, Sign.NO_GAIN)]
    assert [t.way for t in stopped if t.as_expected == "no"] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("attack", LAB, ids=NAMES)
def test_every_gain_has_the_sign_that_theory_gives_it(
    attack: Attack, seed: int
) -> None:
    targets = attack.play(seed, 40)
    assert [t for t in targets if t.as_expected == "no"] == []


@pytest.mark.parametrize(
    ("gains", "fitting"),
    [
        ([0.0, 0.0], {Sign.NOTHING, Sign.NO_GAIN}),
        ([-1.0, -1.0], {Sign.LOSS, Sign.NO_GAIN}),
        ([1.0, 1.0], {Sign.GAIN}),
        ([-1.0, 1.0], set[Sign]()),
        ([-1.0, 0.0], {Sign.NO_GAIN}),
    ],
)
def test_a_sign_fits_only_its_gains(gains: list[float], fitting: set[Sign]) -> None:
    made = Target("a way", True, estimate(gains), max(gains), Sign.GAIN)
    signs = {s for s in Sign if replace(made, expected=s).as_expected == "yes"}
    assert signs == fitting


@pytest.mark.thorough
def test_the_command_shows_one_attack_for_people_and_for_machines() -> None:
    ran = fairlot("attack", "splitting", "--runs", "40")
    assert ran.code == 0
    assert "fairlot, lottery with groups, a four splits: +0.00 ± 0.00" in ran.out
    told = check_document(fairlot("attack", "splitting", "--runs", "4", "--json").out)
    assert [each["name"] for each in told["attacks"]] == ["splitting"]


def test_an_attack_that_starts_to_pay_ends_with_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paying = Target("lottery", True, Estimate(1.0, 0.9, 1.1, 2), 2.0, Sign.NOTHING)

    def play(_seed: int, _runs: int) -> list[Target]:
        return [paying]

    attack = replace(ON_RULES[0], play=play)
    monkeypatch.setattr("fairlot.simulation.lab.LAB", (attack,))
    with in_process():
        ran = fairlot("attack", "splitting")
    assert ran.code == 1
    assert "+1.00 ± 0.10, and not nothing" in ran.out


@pytest.mark.parametrize(
    "people", [5_300, pytest.param(53_000, marks=pytest.mark.slow)]
)
def test_one_draw_settles_what_26_wallets_gain_by_a_cap_per_address(
    people: int,
) -> None:
    """Its interval lies above 0, and covers the expectation, which is known."""
    supply = round(people / DEMAND)
    pool = Pool("main", Mechanism.EQUAL_SHARE, supply, P, cap=1)

    def chance(entrants: int) -> Fraction:
        (first, *_) = equal_share_odds(pool, [Order(1, P)] * entrants).chances
        assert first.expected == Fraction(supply, entrants)
        return first.expected

    better = 26 * chance(people + 26) - chance(people + 1)
    known = float(better) * 3 - 25 * 0.02
    assert known == pytest.approx(2.196, abs=0.01)
    whole = sybils_of_all(people, 1)
    assert whole.gain.runs == people // 26 + 1
    assert whole.as_expected == "yes"
    assert whole.gain.covers(known) == "within"


@pytest.mark.thorough
def test_the_gain_from_bought_identities_falls_with_those_who_take_theirs_back() -> (
    None
):
    """It is 20·(3(1 - q)/4 - 0.3), which is 0 for q = 0.6."""
    shared = taken_back(1, 100)
    assert [share for share, _ in shared.points] == [n / 20 for n in range(21)]
    for share, gain in shared.points:
        assert abs(gain.mean - 20 * (3 * (1 - share) / 4 - 0.3)) <= 2 * gain.half
    means = [gain.mean for _, gain in shared.points]
    assert means == sorted(means, reverse=True)
    assert means[-1] == -6
    even = shared.break_even
    assert even.covers(0.6) == "within"
    assert even.half < 0.05
    assert all((gain.mean > 0) == (share < even.mean) for share, gain in shared.points)


@pytest.mark.thorough
def test_a_command_tells_the_share_at_which_an_attack_no_longer_pays() -> None:
    with in_process():
        ran = fairlot("attack", "identities", "--runs", "20")
        told = check_document(
            fairlot("attack", "identities", "--runs", "20", "--json").out
        )
    assert "it pays if less than 0." in ran.out
    (attack,) = told["attacks"]
    assert len(attack["by_share"]["points"]) == 21


# Each defence taken out: then the attack pays (the others: test_attack_defences.py).


@pytest.mark.thorough
def test_every_attack_has_a_way_in_which_it_pays_and_is_in_the_gallery() -> None:
    """The comparator is the same sale without the defence; some pay here as well."""
    paying = dict.fromkeys(NAMES, False)
    shown = (PICTURES / "simulation-attacks.svg").read_text()
    for attack in LAB:
        targets = attack.play(7, 2)
        paying[attack.name] = Sign.GAIN in [each.expected for each in targets]
        for each in targets:
            way = each.way.replace("5,300", "53,000")
            assert f">{attack.name}: {way}<" in shown
    assert [name for name, pays in paying.items() if not pays] == []


@pytest.mark.thorough
def test_scenes_are_what_the_protocol_answers() -> None:
    assert deposits_taken() == {ON_ROLL: 1, BEHIND: 0}
    assert positions_held(3) == 1
    assert let_in() == {WINNER: 1, CUSTOMER: 0}


@pytest.mark.thorough
def test_what_is_taken_back_in_time_is_lost_to_a_buyer_and_else_it_is_not() -> None:
    assert kept_by_buyers() == {IN_TIME: 0, TOO_LATE: 1, NEVER: 1}


def forks() -> Iterator[Fork]:
    """Return forks of draws that the buyer lost."""
    made = (fork(SeededRandomness(bytes([number]) * 32)) for number in range(8))
    return (each for each in made if each.first == 0)


@pytest.mark.thorough
def test_a_second_history_is_drawn_without_seals_and_fails_the_audit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The board may write what it likes: whoever has the rules finds the old seal in it."""

    def anything(*_: object) -> None:
        """Take any seal, and any number of them."""

    assert next(forks()).second == 0
    for check in ("take", "check_enough"):
        monkeypatch.setattr(Seals, check, anything)
    paying = next(forks())
    assert paying.second == 1
    monkeypatch.undo()
    report = audit_transcript(paying.transcript, rehearsal=True)
    assert "A27" in report.failed


@pytest.mark.slow
def test_joining_never_pays_in_any_small_crowd() -> None:
    tried = 0
    for supply in range(2, 7):
        chances: dict[tuple[int, ...], Fraction] = {}
        for people in range(1, 7):
            for sizes in combinations_with_replacement(range(1, 5), people):
                if sum(sizes) <= 10:
                    chances[sizes] = table(supply, Counter(sizes)).chance
        for sizes, before in chances.items():
            for joined in range(2, min(sizes.count(1), 4, supply) + 1):
                after = tuple(sorted((joined, *sizes[joined:])))
                assert chances[after] <= before
                tried += 1
    assert tried > 100
