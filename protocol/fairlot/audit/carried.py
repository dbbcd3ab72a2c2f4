"""Registries that continue others, and leaves that are carried over from them.

specs/audit.md, section 1, step 9.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from fairlot.board.log_entries import TimedEntry
from fairlot.board.log_replay import Finding, LogReplay
from fairlot.board.registry_state import RegistryState
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.identity.continuing import check_tags_stay
from fairlot_crypto.curve import Backend


def carried_findings(oldest: LogReplay[RegistryState]) -> Iterator[Finding]:
    """Yield a finding where the oldest registry continues one whose log is not given.

    Args:
        oldest: of the registries; each later one follows the one that it continues.
    """
    named = oldest.state.registry.previous if oldest.state.begun else None
    if named is None:
        # The fold takes no leaf that continues another one.
        return
    first = next(filter(_carries, oldest.entries.of(EntryType.LEAF)), None)
    if first is not None:
        before = named.hex()
        why = (
            f"leaves are carried over from the registry {before}, whose log is not here"
        )
        problem = f"{why}: give that log too"
        yield Finding("leaf.unjudged", problem, None, first.index, oldest.kind)


def tag_findings(
    curve: Backend, registries: Sequence[LogReplay[RegistryState]]
) -> Iterator[Finding]:
    """Yield a finding for each registry in which people have other tags than before.

    Args:
        curve: the back-end.
        registries: oldest first; each later one follows the one that it continues.
    """
    for before, after in pairwise(registries):
        if not (before.state.begun and after.state.begun):
            continue
        try:
            check_tags_stay(curve, before.state.registry, after.state.registry)
        except Rejection as error:
            began = (
                each.index
                for each in after.entries.of(EntryType.REGISTRY)
                if _begins(each)
            )
            place = next(began, None)
            yield Finding(error.code, error.message, None, place, after.kind)


def _begins(timed: TimedEntry) -> bool:
    """Tell whether an entry is the accepted REGISTRY."""
    return timed.entry.type is EntryType.REGISTRY and timed.refusal is None


def _carries(timed: TimedEntry) -> bool:
    """Tell whether an entry is an accepted leaf that continues another one."""
    is_leaf = timed.entry.type is EntryType.LEAF and timed.refusal is None
    return is_leaf and "previous" in timed.entry.body
