"""Shamir sharing over the scalars (specs/committee.md, section 1).

Members have the indexes 1..n. A sharing of degree t is a polynomial f with f(0) the secret;
member i holds f(i).
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations, pairwise

from fairlot_crypto.curve import Scalar, inverse, random_scalar
from fairlot_crypto.curve.interface import AnyPoint
from fairlot_crypto.errors import CallerError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, scalar_for
from fairlot_crypto.randomness import Randomness


def evaluate(coefficients: Sequence[int], at: int) -> Scalar:
    """Return Σ coefficients_k·at^k."""
    value = 0
    for coefficient in reversed(coefficients):
        value = (value * at + coefficient) % GROUP_ORDER
    return Scalar(value)


def lagrange(indexes: Sequence[int], at: int = 0) -> tuple[Scalar, ...]:
    """Return λ_i with f(at) = Σ λ_i·f(i) for every f of degree below ``len(indexes)``.

    Raises:
        CallerError: ``shamir.indexes`` if an index repeats or is not positive.
    """
    return _lagrange(tuple(indexes), at)


@lru_cache(maxsize=256)
def _lagrange(indexes: tuple[int, ...], at: int) -> tuple[Scalar, ...]:
    """Return what ``lagrange`` does: few sets of members come again and again."""
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
    terms = [_times(p, f) for f, p in zip(factors, shares.values(), strict=True)]
    if not terms:
        raise CallerError(
            "shamir.indexes", "there must be at least one share to interpolate"
        )
    return total(terms)


def total(points: Sequence[AnyPoint]) -> AnyPoint:
    """Return the sum of points, of which there must be at least one."""
    result, *rest = points
    for point in rest:
        result = result + point
    return result


def first_off_polynomial(points: Mapping[int, AnyPoint], degree: int) -> int | None:
    """Return the first member whose point is off the polynomial through the first t + 1.

    All are compared at once: by their differences where no member is missing, and else by
    one combination. If they lie on a polynomial of degree t, the sum of the points with the
    weights of ``_dual_weights`` is the identity; if they do not, it is the identity for less
    than n of the 2^255 challenges (specs/committee.md, section 1). Only then is the first
    that is off looked for, by halving.

    Args:
        points: by index, more than ``degree`` of them.
        degree: t, the degree of the polynomial.

    Returns:
        The smallest index that is off; ``None`` if all points fit.
    """
    ascending = sorted(points)
    if _fit(points, ascending, degree):
        return None
    # The first t + 1 fit, all do not.
    fit, off = degree + 1, len(ascending)
    while off - fit > 1:
        middle = (fit + off) // 2
        if _fit(points, ascending[:middle], degree):
            fit = middle
        else:
            off = middle
    return ascending[off - 1]


def agreeing(points: Mapping[int, AnyPoint], degree: int) -> tuple[int, ...]:
    """Return the members whose points lie on the polynomial of the honest ones.

    It is the one on which 2t + 1 points lie: of these at most t are of liars, and the t + 1
    others determine it (specs/committee.md, section 1.1).

    Raises:
        ProofError: ``shamir.disagreement`` if there is none.
    """
    # Step 1.
    ascending = sorted(points)
    for chosen in combinations(ascending, 2 * degree + 1):
        some = {i: points[i] for i in chosen}
        if first_off_polynomial(some, degree) is None:
            # Step 2.
            known = {i: points[i] for i in chosen[: degree + 1]}
            return tuple(
                i for i in ascending if interpolate_points(known, i) == points[i]
            )
    raise ProofError(
        "shamir.disagreement",
        f"at least {2 * degree + 1} points must lie on one polynomial",
    )


def check_degree(members: int, degree: int) -> None:
    """Check that members can share a secret with a polynomial of this degree.

    Raises:
        CallerError: ``shamir.degree`` unless 0 <= degree < members.
    """
    if not 0 <= degree < members:
        raise CallerError(
            "shamir.degree",
            f"the degree must be at least 0 and below {members}, the number of members",
        )


def split(
    secret: int, members: int, degree: int, randomness: Randomness
) -> dict[int, Scalar]:
    """Deal a sharing of ``secret``: index to share.

    Raises:
        CallerError: ``shamir.degree`` unless 0 <= degree < members.
    """
    check_degree(members, degree)
    coefficients = [secret, *(random_scalar(randomness) for _ in range(degree))]
    return {i: evaluate(coefficients, i) for i in range(1, members + 1)}


def _fit(points: Mapping[int, AnyPoint], indexes: Sequence[int], degree: int) -> bool:
    """Tell whether the points of ``indexes``, ascending, lie on one polynomial."""
    if len(indexes) == degree + 1:
        return True
    if indexes[-1] - indexes[0] == len(indexes) - 1:
        # Leaves without end are checked in this way: it takes no multiplication.
        row = [points[i] for i in indexes]
        for _ in range(degree + 1):
            row = [after - before for before, after in pairwise(row)]
        return all(difference.is_identity() for difference in row)
    challenge = _challenge(points, indexes, degree)
    weights = _dual_weights(indexes, degree, challenge)
    terms = [points[i] * w for i, w in zip(indexes, weights, strict=True)]
    return total(terms).is_identity()


def _times(point: AnyPoint, factor: Scalar) -> AnyPoint:
    """Return ``point * factor``; quickly for small factors, and small negative ones.

    Those of the first t + 1 members at 0 are binomial coefficients, of either sign.
    """
    if factor == 1:
        return point
    if 2 * factor > GROUP_ORDER:
        return -(point * (GROUP_ORDER - factor))
    return point * factor


def _challenge(
    points: Mapping[int, AnyPoint], indexes: Sequence[int], degree: int
) -> Scalar:
    encoded = (i2osp(i, 1) + points[i].to_bytes() for i in indexes)
    return Scalar(scalar_for("shares-fold", i2osp(degree, 1), *encoded))


def _dual_weights(indexes: Sequence[int], degree: int, challenge: int) -> list[Scalar]:
    """Return w_i = q(i)·Π_{j ≠ i} (i − j)^−1 with q(i) = Σ_{k ≤ n−t−2} (challenge·i)^k."""
    ones = [1] * (len(indexes) - degree - 1)
    weights: list[Scalar] = []
    for i in indexes:
        value = evaluate(ones, challenge * i % GROUP_ORDER)
        weight = value * inverse(_denominator(i, indexes)) % GROUP_ORDER
        weights.append(Scalar(weight))
    return weights


def _denominator(i: int, indexes: Sequence[int]) -> int:
    """Return Π_{j ≠ i} (i − j)."""
    product = 1
    for j in indexes:
        if j != i:
            product = product * (i - j) % GROUP_ORDER
    return product


def _basis(i: int, indexes: Sequence[int], at: int) -> Scalar:
    numerator = 1
    for j in indexes:
        if j != i:
            numerator = numerator * (at - j) % GROUP_ORDER
    return Scalar(numerator * inverse(_denominator(i, indexes)) % GROUP_ORDER)
