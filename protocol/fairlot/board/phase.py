"""Where a sale stands, and which entries are legal there (specs/sale.md, section 1)."""

from collections.abc import Mapping
from enum import StrEnum

from fairlot.entry import EntryType


class Phase(StrEnum):
    """Where a sale stands: the last marker on its board says."""

    EMPTY = "empty"
    REGISTRATION = "registration"
    OPEN = "open"
    COMMIT = "commit"
    REVEAL = "reveal"
    RESULT = "result"
    DONE = "done"
    VOID = "void"


PHASES: Mapping[EntryType, tuple[Phase, ...]] = {
    EntryType.TERMS: (Phase.EMPTY,),
    EntryType.REGISTRY: (Phase.REGISTRATION,),
    EntryType.LEAF: (Phase.REGISTRATION,),
    EntryType.OPEN: (Phase.REGISTRATION,),
    EntryType.DEPOSIT: (Phase.OPEN,),
    EntryType.CANCEL: (Phase.OPEN,),
    EntryType.PAID: (Phase.OPEN,),
    EntryType.CLOSE: (Phase.OPEN,),
    EntryType.COMMIT: (Phase.COMMIT,),
    EntryType.COMMIT_END: (Phase.COMMIT,),
    EntryType.REVEAL: (Phase.REVEAL, Phase.RESULT),
    EntryType.REVEAL_END: (Phase.REVEAL,),
    EntryType.RECOVER: (Phase.RESULT,),
    EntryType.ROUND: (Phase.COMMIT, Phase.REVEAL, Phase.RESULT),
    EntryType.RESULT: (Phase.RESULT,),
    EntryType.VOID: (Phase.REGISTRATION, Phase.OPEN, Phase.COMMIT),
}
"""In which phases an entry of each type is legal (specs/sale.md, table 1)."""
