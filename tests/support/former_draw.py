"""The draw of groups that a table has replaced: a walk, in one of two modes.

Here so that tests can tell a lie with it. Groups and singles stand in their orders.
"""

from collections.abc import Callable, Sequence
from math import gcd

Uniform = Callable[[int, bytes], int]


def former_winners(
    k: int, groups: Sequence[Sequence[int]], singles: Sequence[int], uniform: Uniform
) -> tuple[str, set[int]]:
    """Return the mode, and who wins of more people than there are units."""
    n, m = sum(map(len, groups)) + len(singles), len(singles)
    gmax = max(map(len, groups))
    mode = "A" if min(k * m // n, (n - k) * m // n) >= gmax - 1 else "B"
    units = [*groups] if mode == "A" else [*groups, *([one] for one in singles)]
    d = 1 if mode == "A" else gcd(*map(len, units))
    target = k if mode == "A" else k // d - gmax // d + 1
    y = [len(unit) // d * target for unit in units]
    full = [len(unit) // d * (n // d) for unit in units]
    step = 0
    while len(still := [j for j in range(len(units)) if 0 < y[j] < full[j]]) > 1:
        a, b = still[:2]
        up, dn = min(full[a] - y[a], y[b]), min(y[a], full[b] - y[b])
        rises = uniform(up + dn, b"pair" + step.to_bytes(4, "big")) < dn
        y[a], y[b] = (y[a] + up, y[b] - up) if rises else (y[a] - dn, y[b] + dn)
        step += 1
    for f in still:
        y[f] = full[f] * (uniform(full[f], b"last") < y[f])
    won = {i for j, unit in enumerate(units) if y[j] == full[j] for i in unit}
    return mode, won | set(singles[: k - len(won)]) if mode == "A" else won
