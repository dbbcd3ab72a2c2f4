"""T for a window, the window for a T, and the rate between them."""

from collections.abc import Callable, Iterable
from time import perf_counter

import pytest

from fairlot_crypto.delay.calibration import (
    QUICK,
    coverage,
    measure_rate,
    quick_coverage,
    required_squarings,
    shipped_coverage,
)
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.plan import MAX_SQUARINGS
from fairlot_crypto.errors import CallerError

TOY = Modulus((2**61 - 1) * (2**89 - 1))
SLICE = 2**14


def clock(times: Iterable[float]) -> Callable[[], float]:
    return iter(times).__next__


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(CallerError) as caught:
        call()
    return caught.value.code


def test_the_rate_is_that_of_the_fastest_slice() -> None:
    assert measure_rate(TOY, clock([0.0, 1.0, 1.0, 1.25, 9.0, 10.0]), 3) == 4 * SLICE
    assert measure_rate(TOY, clock([5.0, 7.0]), 1) == SLICE // 2


def test_the_rate_is_rounded_up() -> None:
    assert measure_rate(TOY, clock([0.0, 3.0]), 1) == 5462


def test_the_rate_of_this_machine_is_positive() -> None:
    assert measure_rate(TOY, perf_counter, 1) > 0


def test_a_clock_that_stands_gives_no_rate() -> None:
    assert refusal(lambda: measure_rate(TOY, lambda: 1.0, 2)) == "calibration.range"


def test_the_squarings_of_a_window_are_worked_out_by_hand() -> None:
    # A minute and half a minute's slack at 100,000 squarings a second, A = 60.
    assert required_squarings(100_000, 90) == 1_080_000_000
    assert required_squarings(100_000, 90, advantage=1) == 18_000_000


@pytest.mark.parametrize("window", [1, 7, 3600])
@pytest.mark.parametrize("rate", [1, 99_999, 777_777])
@pytest.mark.parametrize("advantage", [1, 60])
def test_the_least_delay_covers_its_window_and_one_less_does_not(
    window: int, rate: int, advantage: int
) -> None:
    T = required_squarings(rate, window, advantage)
    assert coverage(T, rate, advantage).longest_window == window
    if T > 1:
        assert coverage(T - 1, rate, advantage).longest_window == window - 1


def test_an_attacker_of_that_advantage_needs_twice_the_window() -> None:
    rate, window, advantage = 123_456, 45, 60
    T = required_squarings(rate, window, advantage)
    assert T / (rate * advantage) == 2 * window


@pytest.mark.parametrize("T", [2**16, 2**24, 2**28, 2**32])
def test_recovery_takes_its_squarings_and_up_to_a_third_more(T: int) -> None:
    rate = 1000
    assert T <= coverage(T, rate).recovery * rate < T * 4 / 3 + rate


def test_every_shipped_set_up_is_covered() -> None:
    rows = shipped_coverage(500_000)
    assert [row.T for row in rows] == [1, 2**16, 2**20, 2**24, 2**28]
    assert [row.longest_window for row in rows] == [0, 0, 0, 0, 4]
    assert rows == tuple(coverage(row.T, 500_000) for row in rows)


@pytest.mark.parametrize("rate", [500, 10_000, 100_000, 1_000_000, 10_000_000])
def test_the_quick_one_is_the_largest_that_takes_three_minutes(rate: int) -> None:
    quick = quick_coverage(rate)
    rows = shipped_coverage(rate)
    assert quick in rows
    assert quick.recovery <= QUICK
    assert all(row.recovery > QUICK for row in rows if row.T > quick.T)


@pytest.mark.parametrize("bad", [0, -1])
def test_what_is_not_positive_is_refused(bad: int) -> None:
    for call in (
        lambda: required_squarings(bad, 1, 1),
        lambda: required_squarings(1, bad, 1),
        lambda: required_squarings(1, 1, bad),
        lambda: coverage(1, bad),
        lambda: coverage(1, 1, bad),
        lambda: shipped_coverage(bad),
        lambda: quick_coverage(bad),
        lambda: measure_rate(TOY, lambda: 0.0, bad),
    ):
        assert refusal(call) == "calibration.range"


def test_a_window_that_no_delay_covers_is_refused() -> None:
    longest = MAX_SQUARINGS // (2 * 60)
    assert required_squarings(1, longest) <= MAX_SQUARINGS
    assert refusal(lambda: required_squarings(1, longest + 1)) == "calibration.window"
