"""Leaves that are carried over from a registry whose log is not given.

specs/audit.md, section 1, step 9.
"""

from collections.abc import Iterator

from fairlot.board.log_replay import Finding, LogReplay, TimedEntry
from fairlot.board.registry_state import RegistryState
from fairlot.entry import EntryType


def carried_findings(oldest: LogReplay[RegistryState]) -> Iterator[Finding]:
    """Yield a finding where the oldest registry continues one whose log is not given.

    Args:
        oldest: of the registries; each later one follows the one that it continues.
    """
    first = next((each for each in oldest.entries if _carries(each)), None)
    if first is not None:
        named = oldest.state.registry.previous
        before = "" if named is None else named.hex()
        why = (
            f"leaves are carried over from the registry {before}, whose log is not here"
        )
        problem = f"{why}: give that log too"
        yield Finding("leaf.unjudged", problem, None, first.index, oldest.kind)


def _carries(timed: TimedEntry) -> bool:
    """Tell whether an entry is an accepted leaf that continues another one."""
    is_leaf = timed.entry.type is EntryType.LEAF and timed.refusal is None
    return is_leaf and "previous" in timed.entry.body
