"""Shamir sharing over the scalars."""

from itertools import combinations

import pytest

from fairlot_crypto.committee.shamir import (
    first_off_polynomial,
    interpolate,
    interpolate_points,
    lagrange,
    split,
)
from fairlot_crypto.curve import backend
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.randomness import SeededRandomness

GROUP = backend("native")
SECRET = 2**200 + 17
COMMITTEES = [(1, 0), (4, 1), (7, 2)]


def source() -> SeededRandomness:
    return SeededRandomness(bytes(32)).derive("shamir")


@pytest.mark.parametrize(("members", "degree"), COMMITTEES)
def test_every_large_enough_subset_finds_the_secret(members: int, degree: int) -> None:
    shares = split(SECRET, members, degree, source())
    assert list(shares) == list(range(1, members + 1))
    for size in range(degree + 1, members + 1):
        for chosen in combinations(shares, size):
            assert interpolate({i: shares[i] for i in chosen}) == SECRET


@pytest.mark.parametrize(("members", "degree"), [(4, 1), (7, 2)])
def test_a_smaller_subset_finds_something_else(members: int, degree: int) -> None:
    shares = split(SECRET, members, degree, source())
    for chosen in combinations(shares, degree):
        assert interpolate({i: shares[i] for i in chosen}) != SECRET


def test_t_shares_fit_every_secret() -> None:
    """Whatever the secret, some last share explains the t that are known."""
    shares = split(SECRET, 4, 1, source())
    for secret in (0, 1, SECRET + 1):
        line = {1: shares[1], 2: (2 * shares[1] - secret) % GROUP_ORDER}
        assert interpolate(line) == secret


@pytest.mark.parametrize("at", [0, 1, 5, 9])
def test_a_known_polynomial_is_evaluated(at: int) -> None:
    def f(x: int) -> int:
        return (7 + 5 * x + 3 * x * x) % GROUP_ORDER

    assert interpolate({2: f(2), 5: f(5), 9: f(9)}, at) == f(at)


@pytest.mark.parametrize("indexes", [(1,), (1, 2), (2, 5, 9), (1, 2, 3, 4, 5, 6, 7)])
def test_the_factors_sum_to_one(indexes: tuple[int, ...]) -> None:
    """They reproduce the constant polynomial 1."""
    assert sum(lagrange(indexes)) % GROUP_ORDER == 1


def test_points_interpolate_as_their_scalars_do() -> None:
    shares = split(SECRET, 4, 1, source())
    for generator in (GROUP.g1_generator(), GROUP.g2_generator()):
        points = {i: generator * share for i, share in shares.items() if i > 2}
        assert interpolate_points(points) == generator * SECRET


def test_one_member_holds_the_secret_itself() -> None:
    assert split(SECRET, 1, 0, source()) == {1: SECRET}


def test_a_wrong_share_gives_a_wrong_secret() -> None:
    shares = split(SECRET, 4, 1, source())
    assert interpolate({1: shares[1] + 1, 2: shares[2]}) != SECRET


@pytest.mark.parametrize("indexes", [(1, 1), (0, 1), (-1, 2)])
def test_indexes_are_distinct_and_positive(indexes: tuple[int, ...]) -> None:
    with pytest.raises(CallerError) as caught:
        lagrange(indexes)
    assert caught.value.code == "shamir.indexes"


def test_nothing_is_no_sharing() -> None:
    with pytest.raises(CallerError) as caught:
        interpolate_points({})
    assert caught.value.code == "shamir.indexes"


@pytest.mark.parametrize(("members", "degree"), [(1, 1), (0, 0), (4, 4), (4, -1)])
def test_the_degree_is_below_the_members(members: int, degree: int) -> None:
    with pytest.raises(CallerError) as caught:
        split(SECRET, members, degree, source())
    assert caught.value.code == "shamir.degree"


@pytest.mark.parametrize(
    ("members", "degree"), [(1, 0), (2, 0), (4, 1), (7, 2), (9, 8)]
)
def test_points_of_a_sharing_are_on_its_polynomial(members: int, degree: int) -> None:
    shares = split(SECRET, members, degree, source())
    for generator in (GROUP.g1_generator(), GROUP.g2_generator()):
        points = {i: generator * share for i, share in shares.items()}
        assert first_off_polynomial(points, degree) is None
        gone = {i: point for i, point in points.items() if i != 1}
        if len(gone) > degree:
            assert first_off_polynomial(gone, degree) is None


@pytest.mark.parametrize(("members", "degree"), [(2, 0), (4, 1), (7, 2), (7, 5)])
def test_the_first_point_that_is_off_is_named(members: int, degree: int) -> None:
    generator = GROUP.g1_generator()
    points = {
        i: generator * s for i, s in split(SECRET, members, degree, source()).items()
    }
    for wrong in range(degree + 2, members + 1):
        changed = {**points, wrong: points[wrong] + generator}
        assert first_off_polynomial(changed, degree) == wrong
    for early in range(1, degree + 2):
        # What the first t + 1 say is what the others are measured by.
        changed = {**points, early: points[early] + generator}
        assert first_off_polynomial(changed, degree) == degree + 2


@pytest.mark.parametrize(("members", "degree"), [(5, 1), (7, 2), (7, 3)])
def test_a_member_is_missing_and_the_others_are_compared(
    members: int, degree: int
) -> None:
    """Differences would compare points as if their indexes followed each other."""
    generator, shares = GROUP.g1_generator(), split(SECRET, members, degree, source())
    for missing in range(2, members):
        points = {i: generator * s for i, s in shares.items() if i != missing}
        assert first_off_polynomial(points, degree) is None
        changed = {**points, members: points[members] + generator}
        assert first_off_polynomial(changed, degree) == members


def test_errors_that_cancel_in_a_sum_are_found() -> None:
    """Equal and opposite errors pass a sum without weights, or with weights known before."""
    generator = GROUP.g1_generator()
    points = {
        i: generator * share for i, share in split(SECRET, 7, 2, source()).items()
    }
    for i, j in combinations(range(4, 8), 2):
        changed = {**points, i: points[i] + generator, j: points[j] - generator}
        assert first_off_polynomial(changed, 2) == i
