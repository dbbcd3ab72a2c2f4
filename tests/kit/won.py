"""Outcomes that say who has won what, for tests that need no draw."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from fairlot.allocation.outcome import Award, Outcome, PoolResult
from fairlot.allocation.shape import Reason
from fairlot.money import Money
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool
from fairlot.text import Json

Won: TypeAlias = Sequence[tuple[str, Sequence[tuple[Nym, int]]]]
"""Of each pool, in the order of the terms: the units of each nym that entered."""


class _NoFacts:
    def to_json(self) -> Mapping[str, Json]:
        return {}

    def lines(self, money: Money = str, /) -> tuple[str, ...]:
        del money
        return ()


def outcome_of(won: Won) -> Outcome:
    """Return the outcome; what was paid does not matter."""
    return Outcome(tuple(_result(*row) for row in won), ())


def _result(name: str, rows: Sequence[tuple[Nym, int]]) -> PoolResult:
    pool = Pool(name, Mechanism.EQUAL_SHARE, 9, 5, 9)
    awards = tuple(
        Award(nym, units, units, 0, "", Reason.IN_FULL if units else Reason.NOTHING)
        for nym, units in rows
    )
    return PoolResult(pool, (), awards, _NoFacts())
