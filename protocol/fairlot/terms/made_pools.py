"""Pools that a program made, instead of a reader of terms."""

from collections.abc import Sequence

from fairlot.errors import TermsError
from fairlot.fields import uint_problem
from fairlot.terms.pool import Mechanism, Pool
from fairlot.terms.pool_rules import check_pools
from fairlot_crypto.errors import CallerError


def check_made_pools(pools: Sequence[Pool]) -> None:
    """Check what a reader of terms would not let through (specs/terms.md, section 7).

    Raises:
        CallerError: ``pools.type`` for what is no pool or has no mechanism;
            ``pools.range`` for a number that is no uint64; ``pools.rule`` for a rule of
            section 7 that one of them breaks, or several together.
    """
    for pool in pools:
        _check_pool(pool)
    try:
        check_pools(pools, [("pools", index) for index in range(len(pools))])
    except TermsError as error:
        raise CallerError("pools.rule", error.message) from error


def _check_pool(pool: object) -> None:
    if not isinstance(pool, Pool):
        raise CallerError("pools.type", f"{type(pool).__name__} is not a Pool")
    _check_mechanism(pool.mechanism)
    numbers = [pool.supply, pool.price, pool.cap, pool.group_max, pool.certain]
    numbers += [number for part in pool.parts for number in (part.price, part.supply)]
    if pool.fares is not None:
        numbers += [price for _, price in pool.fares.prices]
    for number in numbers:
        problem = uint_problem(number)
        if problem:
            raise CallerError("pools.range", f"a number of {pool.name} {problem}")


def _check_mechanism(mechanism: object) -> None:
    if not isinstance(mechanism, Mechanism):
        raise CallerError("pools.type", f"{mechanism!r} is not a Mechanism")
