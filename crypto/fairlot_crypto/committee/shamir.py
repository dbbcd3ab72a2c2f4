"""Shamir sharing over the scalars (specs/committee.md, section 1).

Members have the indexes 1..n; a sharing of degree t is a polynomial f with the secret at 0,
and member i holds f(i).
"""

from collections.abc import Mapping, Sequence

from fairlot_crypto.curve import Scalar, inverse, random_scalar
from fairlot_crypto.curve.interface import AnyPoint
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.randomness import Randomness


def lagrange(indexes: Sequence[int], at: int = 0) -> tuple[Scalar, ...]:
    """Return λ_i with f(at) = Σ λ_i·f(i) for every f of degree below ``len(indexes)``.

    Raises:
        CallerError: ``shamir.indexes`` where an index repeats or is not positive.
    """
    if len(set(indexes)) != len(indexes) or any(i < 1 for i in indexes):
        raise CallerError("shamir.indexes", "members have distinct indexes from 1")
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
        raise CallerError("shamir.indexes", "interpolation needs a share")
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def split(
    secret: int, members: int, degree: int, randomness: Randomness
) -> dict[int, Scalar]:
    """Deal a sharing of ``secret``: index to share.

    Raises:
        CallerError: ``shamir.degree`` unless 0 <= degree < members.
    """
    if not 0 <= degree < members:
        raise CallerError("shamir.degree", "a sharing has 0 <= degree < members")
    coefficients = [secret, *(random_scalar(randomness) for _ in range(degree))]
    return {i: _evaluate(coefficients, i) for i in range(1, members + 1)}


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
