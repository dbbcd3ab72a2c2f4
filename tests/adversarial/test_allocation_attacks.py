"""Attempts to win by other means than luck (order, identity, arithmetic)."""

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256, sha512
from itertools import permutations
from math import factorial

import pytest

from fairlot.allocation.entering import Entrant
from fairlot.allocation.lots import permutation_by_rank, pool_seed, rank
from fairlot.allocation.mechanisms.fill import fill
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import Funding, outcome_hash, settle
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.errors import CallerError

LARGEST = 2**64 - 1
SALE = bytes(range(32))
SEED = sha256(b"seed").digest()
POOL = Pool("main", Mechanism.EQUAL_SHARE, 40, 7, 3)


def nym(i: int) -> Nym:
    return Nym(sha512(i.to_bytes(8, "big")).digest()[:48])


def crowd(size: int) -> list[Entrant]:
    return [Entrant(nym(i), i % 5, 7 * (i % 4)) for i in range(size)]


# Order and identifiers cannot be ground (pitfall: ticket order and ids).


def test_a_rank_depends_on_nothing_that_a_person_chooses() -> None:
    """Only seed, sale, pool and nym: an order can be changed without moving ranks."""
    entrants = [Entrant(nym(i), 1, 7) for i in range(50)]
    other = [replace(e, wants=LARGEST, amount=LARGEST) for e in entrants]
    assert drawn_in_order(entrants) == drawn_in_order(other)


def drawn_in_order(entrants: list[Entrant]) -> list[bytes]:
    """Return who wins one seat more for each seat more."""
    seats = replace(POOL, cap=1)
    found: list[bytes] = []
    for supply in range(1, len(entrants) + 1):
        outcome = allocate([replace(seats, supply=supply)], entrants, SEED, SALE)
        found += [t.nym for t in outcome.totals if t.units and t.nym not in found]
    return found


def test_a_further_entrant_moves_nobody_elses_rank() -> None:
    entrants = [Entrant(nym(i), 1, 7) for i in range(50)]
    before = drawn_in_order(entrants)
    after = drawn_in_order([*entrants, Entrant(Nym(bytes(48)), 1, 7)])
    assert before == [drawn for drawn in after if drawn != bytes(48)]


def test_no_sale_can_be_used_to_foresee_another() -> None:
    """The same people under another seed, sale or pool stand in another order."""
    nyms = [nym(i) for i in range(60)]
    orders = {
        permutation_by_rank([rank(seed_L, n) for n in nyms], nyms)
        for seed_L in (
            pool_seed(SEED, SALE, "main"),
            pool_seed(sha256(SEED).digest(), SALE, "main"),
            pool_seed(SEED, sha256(SALE).digest(), "main"),
            pool_seed(SEED, SALE, "other"),
        )
    }
    assert len(orders) == 4


def test_a_second_entry_of_a_nym_is_refused_whatever_it_asks() -> None:
    entrants = crowd(20)
    for copy in (entrants[3], replace(entrants[3], wants=1, amount=7)):
        with pytest.raises(CallerError, match=r"allocation\.duplicate-nym"):
            allocate([POOL], [*entrants, copy], SEED, SALE)


@pytest.mark.parametrize("length", [0, 47, 49, 96])
def test_a_nym_in_another_encoding_is_refused(length: int) -> None:
    other = Entrant(Nym(bytes(length)), 1, 7)
    with pytest.raises(CallerError, match=r"allocation\.nym-length"):
        allocate([POOL], [*crowd(5), other], SEED, SALE)


# The outcome depends on the set only (pitfall: order of input, platform).


def test_arrival_order_never_changes_an_outcome() -> None:
    present = crowd(5)
    outcomes = {allocate([POOL], o, SEED, SALE) for o in permutations(present)}
    assert len(outcomes) == 1


PROGRAM = """
import sys
from hashlib import sha512
from fairlot.allocation.entering import Entrant
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import Funding, outcome_hash, settle
from fairlot.terms.pool import Mechanism, Pool

present = {
    Entrant(sha512(i.to_bytes(8, "big")).digest()[:48], i % 5, 7 * (i % 4))
    for i in range(200)
}
pool = Pool("main", Mechanism.EQUAL_SHARE, 40, 7, 3)
outcome = allocate([pool], present, bytes.fromhex(sys.argv[1]), bytes(range(32)))
accounts = {Funding(entrant.nym, entrant.amount, b"") for entrant in present}
print(outcome_hash(settle(outcome, accounts), [pool]).hex())
"""


@pytest.mark.slow
def test_neither_hash_seed_nor_optimisation_changes_an_outcome() -> None:
    """Sets iterate in another order in each process; ``-O`` removes assertions."""
    present = crowd(200)
    accounts = [Funding(entrant.nym, entrant.amount, b"") for entrant in present]
    expected = outcome_hash(
        settle(allocate([POOL], present, SEED, SALE), accounts), [POOL]
    )
    paths = os.pathsep.join(sys.path)
    for hash_seed, *options in (("0",), ("1",), ("77", "-O"), ("random",)):
        printed = subprocess.run(
            [sys.executable, *options, "-c", PROGRAM, SEED.hex()],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": paths},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        assert printed == expected.hex()


# Chances are exact (pitfall: modulo bias, small domains).


@pytest.mark.parametrize("people", range(1, 7))
def test_each_person_wins_with_exactly_the_same_chance(people: int) -> None:
    for seats in range(people + 2):
        chance = Fraction(min(seats, people), people)
        wins = [0] * people
        for order in permutations(range(people)):
            units = fill(seats, (1,) * people, order).units
            wins = [won + unit for won, unit in zip(wins, units, strict=True)]
        assert {Fraction(won, factorial(people)) for won in wins} == {chance}


def test_every_order_is_reached_by_some_seed() -> None:
    """Four people, 24 orders: 600 seeds reach them all (miss: below 1e-9)."""
    nyms = [nym(i) for i in range(4)]
    reached: set[tuple[int, ...]] = set()
    for i in range(600):
        seed_L = pool_seed(i.to_bytes(32, "big"), SALE, "main")
        reached.add(permutation_by_rank([rank(seed_L, n) for n in nyms], nyms))
    assert reached == set(permutations(range(4)))


# Money and supply are exact at the edges (pitfall: rounding, overflow).


def test_products_above_64_bits_neither_wrap_nor_round() -> None:
    pool = Pool("main", Mechanism.EQUAL_SHARE, LARGEST, 2**32 + 1, LARGEST)
    outcome = allocate([pool], [Entrant(nym(1), LARGEST, LARGEST)], SEED, SALE)
    (award,) = outcome.totals
    assert award.units == LARGEST // (2**32 + 1)
    assert LARGEST - award.payment == LARGEST % (2**32 + 1)


def test_a_price_just_above_the_deposit_buys_nothing() -> None:
    """With a float both would be 2^64."""
    pool = replace(POOL, price=LARGEST)
    outcome = allocate([pool], [Entrant(nym(1), 1, LARGEST - 1)], SEED, SALE)
    assert outcome.totals[0].units == 0


@pytest.mark.thorough
def test_the_last_unit_is_never_lost() -> None:
    """Supply that does not divide: the remainder is drawn, not rounded away."""
    for supply in range(1, 80):
        pool = replace(POOL, supply=supply, price=0)
        outcome = allocate([pool], crowd(100), SEED, SALE)
        assert outcome.pools[0].unsold == 0


@pytest.mark.slow
def test_a_million_orders_of_the_largest_size_are_filled_exactly() -> None:
    people = 10**6
    filled = fill(LARGEST, [LARGEST] * people, range(people))
    level, remainder = divmod(LARGEST, people)
    assert (filled.level, filled.remainder) == (level, remainder)
    assert sum(filled.units) == LARGEST
