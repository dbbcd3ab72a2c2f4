"""The attack lab: each gain has the sign that theory gives it, and a wrong one is told."""

from dataclasses import replace

import pytest

from command import fairlot, in_process
from fairlot.cli.attack import NAMES
from fairlot.simulation.attack import Attack, Sign, Target
from fairlot.simulation.attacks_on_people import ON_PEOPLE
from fairlot.simulation.attacks_on_rules import ON_RULES
from fairlot.simulation.estimates import Estimate, estimate
from json_formats import check_document

LAB = (*ON_PEOPLE, *ON_RULES)


def test_the_command_names_every_attack() -> None:
    assert tuple(attack.name for attack in LAB) == NAMES


@pytest.mark.parametrize("attack", LAB, ids=NAMES)
def test_what_is_stopped_gains_nothing_in_any_run(attack: Attack) -> None:
    found = attack.play(7, 3)
    assert found
    stopped = [t for t in found if t.expected in (Sign.NOTHING, Sign.NO_GAIN)]
    assert [t.way for t in stopped if t.as_expected == "no"] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("attack", LAB, ids=NAMES)
def test_every_gain_has_the_sign_that_theory_gives_it(
    attack: Attack, seed: int
) -> None:
    found = attack.play(seed, 40)
    assert [t for t in found if t.as_expected == "no"] == []


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
    found = {s for s in Sign if replace(made, expected=s).as_expected == "yes"}
    assert found == fitting


def test_the_command_shows_one_attack_for_people_and_for_machines() -> None:
    ran = fairlot("attack", "splitting", "--runs", "40")
    assert ran.code == 0
    assert "fairlot, lottery with groups, a four splits: +0.00 ± 0.00" in ran.out
    found = check_document(fairlot("attack", "splitting", "--runs", "4", "--json").out)
    assert [each["name"] for each in found["attacks"]] == ["splitting"]


def test_an_attack_that_starts_to_pay_ends_with_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paying = Target("lottery", True, Estimate(1.0, 0.1, 2), 2.0, Sign.NOTHING)

    def play(_seed: int, _runs: int) -> list[Target]:
        return [paying]

    attack = replace(ON_RULES[0], play=play)
    monkeypatch.setattr("fairlot.simulation.attacks_on_rules.ON_RULES", (attack,))
    with in_process():
        ran = fairlot("attack", "splitting")
    assert ran.code == 1
    assert "+1.00 ± 0.10, and not nothing" in ran.out
