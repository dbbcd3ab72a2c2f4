"""When the phases of a sale end, and what is counted from there."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from fairlot.errors import TermsError
from fairlot.terms.named_round import NamedRound
from fairlot.terms.terms import Terms
from fairlot.terms.times import (
    EXPIRY_DELAY,
    MAX_TIME,
    ROUND_MARGIN,
    Times,
    check_expiry,
)
from fairlot_crypto.cbor import Value
from fairlot_crypto.timelock.chain import QUICKNET, first_round_after
from generators.terms_setting import sample_terms

TIMES = sample_terms().times
ENDS = ("open", "close", "commit_end", "seal_end", "reveal_end", "unlock")


def with_times(**changes: Value) -> Terms:
    """Return the sample with some times changed, read strictly."""
    value = sample_terms().to_value()
    times: Any = value["times"]
    return Terms.from_value({**value, "times": {**times, **changes}})


def refused(**changes: Value) -> TermsError:
    with pytest.raises(TermsError) as caught:
        with_times(**changes)
    return caught.value


def test_the_window_and_the_rounds_count_from_the_last_moment_of_sealed() -> None:
    times = Times(0, 100, 200, 300, 400, 1_000, slack=7)
    assert times.window == 300 + 7 - 100
    assert times.drawn_from == 300 + 7 + ROUND_MARGIN == 367


def test_an_absent_expiry_has_no_key() -> None:
    assert "expiry" not in TIMES.to_value()
    assert replace(TIMES, expiry=5).to_value()["expiry"] == 5


@pytest.mark.parametrize(("earlier", "later"), [*pairwise(ENDS)])
def test_each_phase_ends_after_the_one_before(earlier: str, later: str) -> None:
    start: int = getattr(TIMES, earlier)
    for time in (start, start - 1):
        assert refused(**{later: time}).code == "terms.times"
    assert refused(**{later: start + TIMES.slack - 1}).code == "terms.slack"


@pytest.mark.parametrize("name", [*ENDS, "slack", "expiry"])
@pytest.mark.parametrize("wrong", [-1, MAX_TIME + 1, None, True, "1", b""])
def test_times_are_seconds_until_the_year_9999(name: str, wrong: Value) -> None:
    assert refused(**{name: wrong}).code == "terms.field"


def test_there_is_some_slack() -> None:
    assert refused(slack=0).code == "terms.field"
    assert with_times(slack=1).times.slack == 1


def expiring(expiry: int | None) -> Terms:
    """Return terms with a round that is due soon, read strictly."""
    terms = sample_terms()
    unlock = TIMES.unlock + 3 * EXPIRY_DELAY
    named = NamedRound(QUICKNET, first_round_after(QUICKNET, TIMES.drawn_from))
    times = replace(TIMES, unlock=unlock, expiry=expiry)
    beacon = replace(terms.beacon, drand=named)
    return Terms.from_value(replace(terms, times=times, beacon=beacon).to_value())


def test_a_sale_expires_from_a_day_after_its_round_to_unlock() -> None:
    (named,) = expiring(None).named_rounds()
    first, last = named.due + EXPIRY_DELAY, TIMES.unlock + 3 * EXPIRY_DELAY
    for expiry in (first, first + 1, last):
        assert expiring(expiry).times.expiry == expiry
    for expiry in (0, named.due, first - 1, last + 1):
        with pytest.raises(TermsError) as caught:
            expiring(expiry)
        assert caught.value.code == "terms.expiry"


def test_the_last_round_counts_where_several_are_named() -> None:
    check_expiry(replace(TIMES, expiry=TIMES.unlock), TIMES.unlock - EXPIRY_DELAY)
    with pytest.raises(TermsError, match=r"terms\.expiry"):
        check_expiry(
            replace(TIMES, expiry=TIMES.unlock), TIMES.unlock - EXPIRY_DELAY + 1
        )


def test_a_sale_that_waits_for_nothing_does_not_expire() -> None:
    assert refused(expiry=TIMES.unlock).code == "terms.expiry"
    check_expiry(TIMES, None)
    check_expiry(TIMES, TIMES.unlock)
