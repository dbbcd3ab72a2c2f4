"""Entries that cost their reader far more than their writer."""

import pytest

from fairlot.identity.leaf import combine_shares
from fairlot_crypto.committee import shamir
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import Point
from fairlot_crypto.randomness import SeededRandomness
from sales import GROUP

MEMBERS, DEGREE = 255, 84


@pytest.fixture
def multiplications(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the scalar multiplications of both groups."""
    counted: list[int] = []
    for kind in (type(GROUP.g1_generator()), type(GROUP.g2_generator())):
        multiply = kind.__mul__

        def counting(self: Point, scalar: int, multiply: object = multiply) -> Point:
            counted.append(scalar)
            return multiply(self, scalar)  # type: ignore[operator]

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
    assert len(multiplications) == MEMBERS + DEGREE + 1


def test_the_key_of_255_issuers_costs_one_combination(
    multiplications: list[int],
) -> None:
    dealt = shamir.split(7, MEMBERS, DEGREE, SeededRandomness(bytes(32)))
    shares = tuple(GROUP.g2_generator() * share for share in dealt.values())
    multiplications.clear()
    assert PublicSharing(DEGREE, shares).public_key() == GROUP.g2_generator() * 7
    assert len(multiplications) == MEMBERS + DEGREE + 2
