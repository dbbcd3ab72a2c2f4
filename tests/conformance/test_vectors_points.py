"""A consumer of the vectors of points (specs/points.md), in the plainest way.

It knows nothing of this library but the refusals.
"""

import hmac
import json
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import permutations
from math import comb
from pathlib import Path
from typing import Any

import pytest

from fairlot.allocation.lots import SeededLots
from fairlot.allocation.mechanisms.points import points_lottery
from fairlot.allocation.shape import Order
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.errors import CallerError

FILE = Path(__file__).parents[1] / "vectors" / "points.json"
CASES: dict[str, dict[str, Any]] = {
    case["name"]: case for case in json.loads(FILE.read_text("utf-8"))["cases"]
}
PLAYED = [n for n, c in CASES.items() if c["input"]["op"] == "points" and "output" in c]
REFUSED = [name for name, case in CASES.items() if "refused" in case]
ENUMERATED = 5
"""Up to so many people all drawing orders are gone through."""


def best_rank(seed_L: bytes, nym: bytes, points: int) -> bytes:
    return min(
        hmac.digest(seed_L, b"fairlot-v1/rank" + nym + j.to_bytes(2, "big"), "sha256")
        for j in range(1, points + 1)
    )


def in_turn(points: list[int], drawn: tuple[int, ...]) -> Fraction:
    """Return how likely a drawing order is: one after the other, by points."""
    chance, left = Fraction(1), sum(points)
    for i in drawn:
        chance *= Fraction(points[i], left)
        left -= points[i]
    return chance


@pytest.mark.parametrize("name", PLAYED)
def test_the_best_ranks_win(name: str) -> None:
    case = CASES[name]
    given, output, trace = case["input"], case["output"], case["trace"]
    k, price = int(given["pool"]["supply"]), int(given["pool"]["price"])
    seed_L, orders = bytes.fromhex(trace["seed_L"]), given["orders"]
    nyms = [bytes.fromhex(order["nym"]) for order in orders]
    best = [
        best_rank(seed_L, nym, int(order["points"]))
        for nym, order in zip(nyms, orders, strict=True)
    ]
    assert trace["best_ranks"] == [one.hex() for one in best]
    takes = [int(o["wants"]) >= 1 and int(o["deposit"]) >= price for o in orders]
    drawn = sorted(
        (i for i, taken in enumerate(takes) if taken), key=lambda i: (best[i], nyms[i])
    )
    won = drawn[:k]
    assert output["units"] == [int(i in won) for i in range(len(orders))]
    assert output["payments"] == [price * units for units in output["units"]]
    points = [int(orders[i]["points"]) for i in drawn]
    facts = output["facts"]
    assert (facts["supply"], facts["people"]) == (k, len(drawn))
    assert facts["points"] == sorted(set(points), reverse=True)
    assert facts["counts"] == [points.count(each) for each in facts["points"]]
    assert facts["last_in"] == (won[-1] if won and len(drawn) > k else None)


@pytest.mark.parametrize("name", PLAYED)
def test_chances_are_those_of_all_drawing_orders(name: str) -> None:
    case = CASES[name]
    orders, k = case["input"]["orders"], int(case["input"]["pool"]["supply"])
    price = int(case["input"]["pool"]["price"])
    taking = [
        i
        for i, order in enumerate(orders)
        if int(order["wants"]) >= 1 and int(order["deposit"]) >= price
    ]
    assert len(taking) <= ENUMERATED
    points = [int(orders[i]["points"]) for i in taking]
    found = [Fraction(0)] * len(orders)
    for drawn in permutations(range(len(taking))):
        chance = in_turn(points, drawn)
        for place in drawn[:k]:
            found[taking[place]] += chance
    assert [Fraction(text) for text in case["trace"]["chances"]] == found
    assert Fraction(case["trace"]["error"]) == 0


def late(crowd: dict[int, int], k: int, left: Fraction) -> Fraction:
    """Return how likely fewer than k are drawn, each point being left with a chance."""
    ways = [Fraction(1)]
    for points, many in crowd.items():
        still = left**points
        own = [
            comb(many, m) * (1 - still) ** m * still ** (many - m)
            for m in range(many + 1)
        ]
        ways = [
            sum(
                (
                    ways[a] * own[m - a]
                    for a in range(m + 1)
                    if a < len(ways) and m - a <= many
                ),
                Fraction(0),
            )
            for m in range(len(ways) + many)
        ]
    return sum(ways[:k], Fraction(0))


def drawn_at(points: int, others: dict[int, int], k: int, left: Fraction) -> Fraction:
    return points * left ** (points - 1) * late(others, k, left)


@pytest.mark.thorough
def test_exact_chances_are_those_of_the_integral() -> None:
    """Integrated as the polynomial that it is, by values at as many points as it takes."""
    case = CASES["exact"]
    k = int(case["input"]["supply"])
    crowd = {int(points): int(many) for points, many in case["input"]["counts"]}
    degree = sum(points * many for points, many in crowd.items())
    for (points, _), text in zip(crowd.items(), case["output"]["chances"], strict=True):
        others = {p: many - (p == points) for p, many in crowd.items()}
        # ∫ w·u^(w - 1)·P(fewer than k are drawn) du: an average over u^w.
        assert Fraction(text) == integral(partial(drawn_at, points, others, k), degree)


def integral(function: Callable[[Fraction], Fraction], degree: int) -> Fraction:
    """Integrate a polynomial over 0..1 from its values (Newton's divided differences)."""
    places = [Fraction(i, degree) for i in range(degree + 1)]
    table = [function(place) for place in places]
    for step in range(1, degree + 1):
        for i in range(degree, step - 1, -1):
            table[i] = (table[i] - table[i - 1]) / (places[i] - places[i - step])
    total, base = Fraction(0), [Fraction(1)]
    for i, weight in enumerate(table):
        total += weight * sum((c / (j + 1) for j, c in enumerate(base)), Fraction(0))
        base = [
            (base[j - 1] if j else 0) - places[i] * (base[j] if j < len(base) else 0)
            for j in range(len(base) + 1)
        ]
    return total


PUBLISHED = (2.502, 4.940, 9.649, 18.358, 33.345, 55.581, 80.203)
WORKED_OUT = (2.4925, 4.9232, 9.6049, 18.2902, 33.2417, 55.4389, 80.1251)


def test_the_western_states_lottery_has_the_chances_that_were_worked_out() -> None:
    """And the organisers' simulated ones lie near: wser.org, lottery of December 2015."""
    output = CASES["western-states"]["output"]
    assert Fraction(output["error"]) == Fraction(1, 10**8)
    rows = zip(output["chances"], WORKED_OUT, PUBLISHED, strict=True)
    for text, worked_out, simulated in rows:
        per_cent = 100 * float(Fraction(text))
        assert abs(per_cent - worked_out) <= 0.0005
        assert abs(per_cent - simulated) <= 0.15
    given = CASES["western-states"]["input"]
    sold = sum(
        many * Fraction(text)
        for (_, many), text in zip(given["counts"], output["chances"], strict=True)
    )
    people = sum(many for _, many in given["counts"])
    assert abs(sold - int(given["supply"])) <= people * Fraction(output["error"])


@pytest.mark.parametrize("name", REFUSED)
def test_what_must_be_refused_is_refused_with_its_code(name: str) -> None:
    given = CASES[name]["input"]
    orders = [
        Order(
            int(order["wants"]),
            int(order["deposit"]),
            group=None if order["group"] is None else bytes.fromhex(order["group"]),
            points=int(order["points"]),
        )
        for order in given["orders"]
    ]
    fields = given["pool"]
    supply, price = int(fields["supply"]), int(fields["price"])
    pool = Pool(fields["name"], Mechanism.LOTTERY, supply, price, points="years")
    nyms = tuple(Nym(bytes.fromhex(order["nym"])) for order in given["orders"])
    seed, sale_id = bytes.fromhex(given["seed"]), bytes.fromhex(given["sale_id"])
    with pytest.raises(CallerError) as caught:
        points_lottery(pool, orders, SeededLots(seed, sale_id, fields["name"], nyms))
    assert caught.value.code == CASES[name]["refused"]["code"]
