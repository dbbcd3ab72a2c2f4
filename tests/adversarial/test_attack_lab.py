"""The attack lab: each gain has the sign that theory gives it, and a wrong one is told."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement

import pytest

from command import fairlot, in_process
from fairlot.allocation.entering import Entrant, Groups, gather
from fairlot.allocation.mechanisms.groups import table
from fairlot.audit.auditor import audit_transcript
from fairlot.beacon.seals import Seals
from fairlot.cli.attack import NAMES
from fairlot.simulation.attack import Attack, Sign, Target
from fairlot.simulation.attacks_on_rules import ON_RULES
from fairlot.simulation.estimates import Estimate, estimate
from fairlot.simulation.lab import LAB
from fairlot.simulation.staged import (
    BEHIND,
    IN_TIME,
    NEVER,
    ON_ROLL,
    TOO_LATE,
    Fork,
    deposits_taken,
    fork,
    kept_by_buyers,
)
from fairlot.terms.pool import Pool
from fairlot_crypto.randomness import SeededRandomness
from json_formats import check_document

PLAY = {attack.name: attack.play for attack in LAB}


def found(name: str, way: str, runs: int = 20) -> Target:
    """Return what runs of an attack find of one way."""
    (one,) = [each for each in PLAY[name](1, runs) if each.way == way]
    return one


def test_the_command_names_every_attack() -> None:
    assert tuple(attack.name for attack in LAB) == NAMES


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


def test_the_command_shows_one_attack_for_people_and_for_machines() -> None:
    ran = fairlot("attack", "splitting", "--runs", "40")
    assert ran.code == 0
    assert "fairlot, lottery with groups, a four splits: +0.00 ± 0.00" in ran.out
    told = check_document(fairlot("attack", "splitting", "--runs", "4", "--json").out)
    assert [each["name"] for each in told["attacks"]] == ["splitting"]


def test_an_attack_that_starts_to_pay_ends_with_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paying = Target("lottery", True, Estimate(1.0, 0.1, 2), 2.0, Sign.NOTHING)

    def play(_seed: int, _runs: int) -> list[Target]:
        return [paying]

    attack = replace(ON_RULES[0], play=play)
    monkeypatch.setattr("fairlot.simulation.lab.LAB", (attack,))
    with in_process():
        ran = fairlot("attack", "splitting")
    assert ran.code == 1
    assert "+1.00 ± 0.10, and not nothing" in ran.out


# Each defence taken out: then the attack pays.


def test_every_attack_has_a_way_in_which_it_pays() -> None:
    """The comparator is the same sale without the defence; some pay here as well."""
    paying = dict.fromkeys(PLAY, False)
    for attack in LAB:
        signs = [each.expected for each in attack.play(7, 2)]
        paying[attack.name] = Sign.GAIN in signs
    assert [name for name, pays in paying.items() if not pays] == []


def test_bots_gain_where_the_first_count(monkeypatch: pytest.MonkeyPatch) -> None:
    def early(
        pools: Sequence[Pool], entrants: Iterable[Entrant], sale_id: bytes
    ) -> tuple[list[Entrant], Groups]:
        coming = list(entrants)
        late = [replace(entrant, wants=0) for entrant in coming[12:]]
        return gather(pools, coming[:12] + late, sale_id)

    assert found("bots", "lottery").as_expected == "yes"
    monkeypatch.setattr("fairlot.allocation.run_pools.gather", early)
    assert found("bots", "lottery").gain.low > 0


def test_behind_the_roll_nobody_deposits_and_without_it_the_late_gain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert deposits_taken() == {ON_ROLL: 1, BEHIND: 0}
    way = "lottery, registered behind the roll"
    assert found("late", way).as_expected == "yes"
    anybody = {ON_ROLL: 1, BEHIND: 1}
    monkeypatch.setattr(
        "fairlot.simulation.attacks_on_registry.deposits_taken", lambda: anybody
    )
    assert found("late", way).gain.low > 0


def test_what_is_taken_back_in_time_is_lost_to_a_buyer_and_else_it_is_not() -> None:
    assert kept_by_buyers() == {IN_TIME: 0, TOO_LATE: 1, NEVER: 1}


def forks() -> Iterator[Fork]:
    """Return forks of draws that the buyer lost."""
    made = (fork(SeededRandomness(bytes([number]) * 32)) for number in range(8))
    return (each for each in made if each.first == 0)


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
def test_withholding_pays_without_recovery(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is withheld is then left out, as if it were 1."""

    def left_out(*_: object) -> tuple[int, int]:
        return 1, 0

    monkeypatch.setattr("fairlot.simulation.attacks_on_draw.evaluate", left_out)
    way = "beacon, what is withheld recovered"
    assert found("withholding", way, 40).gain.low > 0


def test_joining_pays_where_larger_groups_have_the_greater_chance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def larger(supply: int, counts: Counter[int]) -> object:
        real = table(supply, counts)
        return replace(real, chance=real.chance * max(counts))

    monkeypatch.setattr("fairlot.simulation.attacks_on_rules.table", larger)
    joined = found("merging", "lottery with groups, singles join")
    assert (joined.as_expected, joined.worst > 0) == ("no", True)


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
