"""Shamir sharing over the scalars (specs/committee.md, section 1).

Members have the indexes 1..n. A sharing of degree t is a polynomial f with f(0) the secret;
member i holds f(i).
"""

from collections.abc import Mapping, Sequence

from fairlot_crypto.curve import Scalar, inverse, random_scalar
from fairlot_crypto.curve.interface import AnyPoint
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, scalar_for
from fairlot_crypto.randomness import Randomness


def lagrange(indexes: Sequence[int], at: int = 0) -> tuple[Scalar, ...]:
    """Return λ_i with f(at) = Σ λ_i·f(i) for every f of degree below ``len(indexes)``.

    Raises:
        CallerError: ``shamir.indexes`` if an index repeats or is not positive.
    """
    if len(set(indexes)) != len(indexes) or any(i < 1 for i in indexes):
        raise CallerError(
            "shamir.indexes", "the indexes of members must be distinct and at least 1"
        )
    return tuple(_basis(i, indexes, at) for i in indexes)


def interpolate(shares: Mapping[int, int], at: int = 0) -> Scalar:
    """Return f(at) of the polynomial through ``shares``: index to value."""
    factors = lagrange(tuple(shares), at)
    total = sum(f * v for f, v in zip(factors, shares.values(), strict=True))
    return Scalar(total % GROUP_ORDER)


def interpolate_points(shares: Mapping[int, AnyPoint], at: int = 0) -> AnyPoint:
    """Return the interpolation "in the exponent": the point of f(at).

    Raises:
        CallerError: ``shamir.indexes``, also for no shares at all.
    """
    factors = lagrange(tuple(shares), at)
    terms = [point * f for f, point in zip(factors, shares.values(), strict=True)]
    if not terms:
        raise CallerError(
            "shamir.indexes", "there must be at least one share to interpolate"
        )
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def first_off_polynomial(points: Mapping[int, AnyPoint], degree: int) -> int | None:
    """Return the first member whose point is off the polynomial through the first t + 1.

    All are compared at once. If they lie on a polynomial of degree t, the sum of the points
    with the weights of ``_dual_weights`` is the identity; if they do not, it is the identity
    for less than n of the 2^255 challenges (specs/committee.md, section 1). Only then are
    they compared one by one.

    Args:
        points: by index, more than ``degree`` of them.
        degree: t, the degree of the polynomial.

    Returns:
        The smallest index that is off; ``None`` if all points fit.
    """
    ascending = sorted(points)
    weights = _dual_weights(ascending, degree, _challenge(points, degree))
    terms = [points[i] * w for i, w in zip(ascending, weights, strict=True)]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    if len(ascending) == degree + 1 or total.is_identity():
        return None
    known = {i: points[i] for i in ascending[: degree + 1]}
    rest = ascending[degree + 1 :]
    return next((i for i in rest if interpolate_points(known, i) != points[i]), None)


def split(
    secret: int, members: int, degree: int, randomness: Randomness
) -> dict[int, Scalar]:
    """Deal a sharing of ``secret``: index to share.

    Raises:
        CallerError: ``shamir.degree`` unless 0 <= degree < members.
    """
    if not 0 <= degree < members:
        raise CallerError(
            "shamir.degree",
            f"the degree must be at least 0 and below {members}, the number of members",
        )
    coefficients = [secret, *(random_scalar(randomness) for _ in range(degree))]
    return {i: _evaluate(coefficients, i) for i in range(1, members + 1)}


def _challenge(points: Mapping[int, AnyPoint], degree: int) -> Scalar:
    encoded = (i2osp(i, 1) + points[i].to_bytes() for i in sorted(points))
    return Scalar(scalar_for("shares-fold", i2osp(degree, 1), *encoded))


def _dual_weights(indexes: Sequence[int], degree: int, challenge: int) -> list[Scalar]:
    """Return w_i = q(i)·Π_{j ≠ i} (i − j)^−1 with q(i) = Σ_{k ≤ n−t−2} (challenge·i)^k."""
    weights: list[Scalar] = []
    for i in indexes:
        denominator = 1
        for j in indexes:
            if j != i:
                denominator = denominator * (i - j) % GROUP_ORDER
        value = 0
        for _ in range(len(indexes) - degree - 1):
            value = (value * challenge * i + 1) % GROUP_ORDER
        weights.append(Scalar(value * inverse(denominator) % GROUP_ORDER))
    return weights


def _evaluate(coefficients: Sequence[int], at: int) -> Scalar:
    value = 0
    for coefficient in reversed(coefficients):
        value = (value * at + coefficient) % GROUP_ORDER
    return Scalar(value)


def _basis(i: int, indexes: Sequence[int], at: int) -> Scalar:
    numerator, denominator = 1, 1
    for j in indexes:
        if j != i:
            numerator = numerator * (at - j) % GROUP_ORDER
            denominator = denominator * (i - j) % GROUP_ORDER
    return Scalar(numerator * inverse(denominator) % GROUP_ORDER)
