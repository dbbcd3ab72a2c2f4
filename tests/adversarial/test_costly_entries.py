"""Entries that cost their reader far more than their writer."""

from dataclasses import replace

import pytest

from fairlot.beacon.contributions import make_commitment
from fairlot.errors import Rejection
from fairlot.identity.leaf import combine_shares
from fairlot_crypto.committee import shamir
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import Point
from fairlot_crypto.errors import ProofError
from fairlot_crypto.randomness import SeededRandomness
from kit.sales import GROUP, PRICE, alpha, draft, nym_of, play
from kit.stage import Stage

MEMBERS, DEGREE = 255, 84


@pytest.fixture
def multiplications(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the scalar multiplications of both groups."""
    counted: list[int] = []
    for kind in (type(GROUP.g1_generator()), type(GROUP.g2_generator())):
        multiply = kind.__mul__

        def counting(self: Point, scalar: int, multiply: object = multiply) -> Point:
            counted.append(scalar)
            return multiply(self, scalar)  # type: ignore[operator, no-any-return]

        monkeypatch.setattr(kind, "__mul__", counting)
    return counted


def test_a_leaf_of_255_issuers_costs_one_combination(
    multiplications: list[int],
) -> None:
    """It took 170 interpolations of 85 points, thirteen seconds."""
    dealt = shamir.split(7, MEMBERS, DEGREE, SeededRandomness(bytes(32)))
    points = {i: GROUP.g1_generator() * share for i, share in dealt.items()}
    encoded = {i: point.to_bytes() for i, point in points.items()}
    multiplications.clear()
    combine_shares(GROUP, encoded, DEGREE)
    assert len(multiplications) <= MEMBERS + DEGREE + 1


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [DEGREE + 2, 170, MEMBERS])
def test_a_leaf_of_255_issuers_that_does_not_fit_costs_a_few(
    multiplications: list[int], wrong: int
) -> None:
    """To say who was wrong took 14,705, whenever somebody wished."""
    dealt = shamir.split(7, MEMBERS, DEGREE, SeededRandomness(bytes(32)))
    points = {i: GROUP.g1_generator() * share for i, share in dealt.items()}
    points[wrong] = points[wrong] + GROUP.g1_generator()
    encoded = {i: point.to_bytes() for i, point in points.items()}
    multiplications.clear()
    with pytest.raises(ProofError, match=f"issuer {wrong} is off"):
        combine_shares(GROUP, encoded, DEGREE)
    assert len(multiplications) < 9 * MEMBERS


@pytest.mark.thorough
def test_the_key_of_255_issuers_costs_one_combination(
    multiplications: list[int],
) -> None:
    dealt = shamir.split(7, MEMBERS, DEGREE, SeededRandomness(bytes(32)))
    shares = tuple(GROUP.g2_generator() * share for share in dealt.values())
    multiplications.clear()
    assert PublicSharing(DEGREE, shares).public_key() == GROUP.g2_generator() * 7
    assert len(multiplications) <= MEMBERS + DEGREE + 2


def test_a_deposit_of_nothing_cannot_commit_and_withhold(concert: Stage) -> None:
    """Each withheld commitment costs everybody T squarings: it must cost its maker too."""
    free, paid = draft(concert, 0), draft(concert, 1)
    free = replace(free, binding=replace(free.binding, amount=0))
    entries = free.entry(), paid.entry()
    payment = concert.payment(nym_of(entries[1]), PRICE)
    state = play(concert.board(), concert, "close", [*entries, payment]).state
    known = state.contributions.frozen
    by_free = make_commitment(concert.terms, known, alpha(7), free.keys.settle)
    time = concert.terms.times.close + 10
    assert sorted(each.amount for each in state.entrants()) == [0, PRICE]
    with pytest.raises(Rejection) as caught:
        state.append(by_free, time)
    assert caught.value.code == "commit.roster"
    by_paid = make_commitment(concert.terms, known, alpha(7), paid.keys.settle)
    state.append(by_paid, time)
