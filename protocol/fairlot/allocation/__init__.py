"""Who gets how much: pure, integer, independent of order (specs/allocation.md).

Read ``shape``, ``rank`` and ``lots``; then the mechanisms ``equal_share`` (with ``fill``),
``quadratic``, ``auction``, ``certain``, ``lottery`` (with ``groups``), ``tiers``; then who
enters a pool, ``entry``, and how pools follow each other, ``outcome``; then ``odds``.
"""

from fairlot.allocation.entry import Entrant
from fairlot.allocation.outcome import (
    Award,
    Gain,
    Outcome,
    PoolResult,
    Total,
    allocate,
    check_outcome,
)

__all__ = [
    "Award",
    "Entrant",
    "Gain",
    "Outcome",
    "PoolResult",
    "Total",
    "allocate",
    "check_outcome",
]
