"""The phases of a sale, and which entries are legal in each (specs/sale.md, section 1)."""

from collections.abc import Mapping
from enum import StrEnum

from fairlot.entry import EntryType


class Phase(StrEnum):
    """The phase of a sale, which the last marker on its board determines."""

    EMPTY = "empty"
    ANNOUNCED = "announced"
    OPEN = "open"
    COMMIT = "commit"
    SEAL = "seal"
    REVEAL = "reveal"
    RESULT = "result"
    COLLECTING = "collecting"
    """Who has won is known, and winners must collect."""
    REDRAWING = "redrawing"
    """Who has collected is fixed."""
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    VOID = "void"


RUNNING = (
    Phase.ANNOUNCED,
    Phase.OPEN,
    Phase.COMMIT,
    Phase.SEAL,
    Phase.REVEAL,
    Phase.RESULT,
)
"""From TERMS on until the sale has ended."""
BETWEEN = (Phase.COLLECTING, Phase.REDRAWING)
"""Between RESULT and REDRAWN, in a sale whose winners must collect."""
GIVEN = (Phase.LOCKED, Phase.UNLOCKED)
"""Who gets what is on the log, once and for all."""
DRAWN = (*BETWEEN, *GIVEN)
"""RESULT is on the log."""
ENDED = (*GIVEN, Phase.VOID)
"""The sale has ended; its log goes on."""

PHASES: Mapping[EntryType, tuple[Phase, ...]] = {
    EntryType.TERMS: (Phase.EMPTY,),
    EntryType.TIME: (*RUNNING, *BETWEEN, *ENDED),
    EntryType.OPEN: (Phase.ANNOUNCED,),
    EntryType.DEPOSIT: (Phase.OPEN,),
    EntryType.CANCEL: (Phase.OPEN,),
    EntryType.PAID: (Phase.OPEN,),
    EntryType.CLOSE: (Phase.OPEN,),
    EntryType.COMMIT: (Phase.COMMIT,),
    EntryType.COMMIT_END: (Phase.COMMIT,),
    EntryType.SEAL: (Phase.SEAL,),
    EntryType.SEALED: (Phase.SEAL,),
    EntryType.REVEAL: (Phase.REVEAL, Phase.RESULT),
    EntryType.REVEAL_END: (Phase.REVEAL,),
    EntryType.RECOVER: (Phase.RESULT,),
    EntryType.ROUND: (Phase.REVEAL, Phase.RESULT, *BETWEEN),
    EntryType.RESULT: (Phase.RESULT,),
    EntryType.CLAIM: (Phase.REVEAL, Phase.RESULT, *BETWEEN, *ENDED),
    EntryType.COLLECT: (Phase.REVEAL, Phase.RESULT, Phase.COLLECTING),
    EntryType.COLLECT_END: (Phase.COLLECTING,),
    EntryType.REDRAWN: BETWEEN,
    EntryType.ITEMS: (Phase.LOCKED,),
    EntryType.UNLOCK: (Phase.LOCKED,),
    EntryType.DELIVERY: (Phase.UNLOCKED,),
    EntryType.VOID: RUNNING,
}
"""The phases in which an entry of each type is legal (specs/sale.md, table 1)."""


class VoidReason(StrEnum):
    """The reason why a sale cannot be completed."""

    OPEN_MISSED = "open-missed"
    CLOSE_MISSED = "close-missed"
    COMMIT_END_MISSED = "commit-end-missed"
    COMMITS_MISSING = "commits-missing"
    SEALED_MISSED = "sealed-missed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    """By the seller, before CLOSE."""
