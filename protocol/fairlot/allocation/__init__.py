"""Who gets how much: pure, integer, independent of order (specs/allocation.md).

Read ``rank``, then ``fill``, then ``equal_share``, then ``outcome``.
"""

from fairlot.allocation.outcome import (
    Award,
    Entrant,
    Outcome,
    PoolResult,
    allocate,
    check_outcome,
)

__all__ = [
    "Award",
    "Entrant",
    "Outcome",
    "PoolResult",
    "allocate",
    "check_outcome",
]
