"""The table of a lottery in the plainest way, from specs/lottery.md alone (sections 4 to 6).

Fractions, an inverse from scratch in every step, and all patterns of a box one by one. It
knows nothing of this library.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import gcd, lcm
from typing import TypeAlias

Pattern: TypeAlias = tuple[int, ...]
Row: TypeAlias = tuple[Pattern, int]


def seats(sizes: Sequence[int], pattern: Sequence[int]) -> int:
    return sum(s * c for s, c in zip(sizes, pattern, strict=True))


def worth(prices: Sequence[Fraction], pattern: Sequence[int]) -> Fraction:
    return sum((v * c for v, c in zip(prices, pattern, strict=True)), Fraction(0))


def boxed(x: Sequence[Fraction], counts: Sequence[int], width: int) -> list[range]:
    return [
        range(max(0, y.__floor__() - width + 1), min(n, y.__floor__() + width) + 1)
        for y, n in zip(x, counts, strict=True)
    ]


def patterns(k: int, sizes: Sequence[int], box: Sequence[range]) -> list[Pattern]:
    return [c for c in product(*box) if seats(sizes, c) <= k]


def plain_table(
    k: int, groups: Mapping[int, int]
) -> tuple[Fraction, list[Row], list[int] | None]:
    """Return p, the rows with their weights, and the prices."""
    sizes = sorted((s for s in groups if groups[s] and s <= k), reverse=True)
    counts = [groups[s] for s in sizes]
    n = seats(sizes, counts)
    if n <= k:
        return Fraction(int(n > 0)), [(tuple(counts), 1)], None
    sums = {0}
    for s, m in zip(sizes, counts, strict=True):
        sums = {t + s * c for t in sums for c in range(m + 1) if t + s * c <= k}
    most, g = max(sums), sizes[0]
    outer = boxed([Fraction(most * m, n) for m in counts], counts, 2 * g)
    p, prices = Fraction(most, n), None
    while True:
        x = [p * m for m in counts]
        width = 1
        while width < 2 * g:
            fits, found, _ = plain_average(k, sizes, x, boxed(x, counts, width))
            if fits:
                return p, _integral(found), prices
            width *= 2
        _, _, v = plain_average(k, sizes, x, outer)
        scale = lcm(*(each.denominator for each in v))
        whole = [int(each * scale) for each in v]
        prices = [each // gcd(*whole) for each in whole]
        exact = [Fraction(each) for each in prices]
        best = max(worth(exact, c) for c in patterns(k, sizes, outer))
        p = best / worth(exact, counts)


def _integral(found: Mapping[Pattern, Fraction]) -> list[Row]:
    scale = lcm(*(weight.denominator for weight in found.values()))
    weights = {c: int(weight * scale) for c, weight in found.items()}
    shared = gcd(*weights.values())
    return sorted(((c, w // shared) for c, w in weights.items()), reverse=True)


def plain_average(
    k: int, sizes: Sequence[int], x: Sequence[Fraction], box: Sequence[range]
) -> tuple[bool, dict[Pattern, Fraction], list[Fraction]]:
    """Return whether x fits, the weights of patterns if so, and else prices."""
    floor = [y.__floor__() for y in x]
    order = sorted(range(len(x)), key=lambda i: (floor[i] - x[i], -sizes[i]))
    basis = [tuple(floor)]
    for i in order:
        basis.append(tuple(c + (j == i) for j, c in enumerate(basis[-1])))
    forbidden = [seats(sizes, c) > k for c in basis]

    def bary(point: Sequence[Fraction | int]) -> list[Fraction]:
        z = [Fraction(1), *(Fraction(point[i]) - floor[i] for i in order), Fraction(0)]
        return [z[j] - z[j + 1] for j in range(len(z) - 1)]

    within = patterns(k, sizes, box)
    while True:
        rows = inverse([bary(c) for c in basis])
        weights = [dot(row, bary(x)) for row in rows]
        if not any(w > 0 and bad for w, bad in zip(weights, forbidden, strict=True)):
            return True, {c: w for c, w in zip(basis, weights, strict=True) if w}, []
        y = [
            sum(
                (r[j] for r, bad in zip(rows, forbidden, strict=True) if bad),
                Fraction(0),
            )
            for j in range(len(basis))
        ]
        v = [Fraction(0)] * len(x)
        for j, i in enumerate(order):
            v[i] = y[j + 1] - y[j]
        c = max(within, key=lambda c: (worth(v, c), c))
        if dot(y, bary(c)) <= 0:
            return False, {}, v
        u = [dot(row, bary(c)) for row in rows]
        out = min(
            (i for i in range(len(basis)) if u[i] > 0),
            key=lambda i: [entry / u[i] for entry in (weights[i], *rows[i])],
        )
        basis[out], forbidden[out] = c, False


def dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def inverse(columns: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
    """Return the rows of the inverse of the matrix with these columns."""
    size = len(columns)
    rows = [
        [columns[j][i] for j in range(size)] + [Fraction(i == j) for j in range(size)]
        for i in range(size)
    ]
    for at in range(size):
        pivot = next(i for i in range(at, size) if rows[i][at])
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [entry / rows[at][at] for entry in rows[at]]
        for i in range(size):
            if i != at and rows[i][at]:
                factor = rows[i][at]
                pairs = zip(rows[i], rows[at], strict=True)
                rows[i] = [entry - factor * other for entry, other in pairs]
    return [row[size:] for row in rows]
