"""Goes on from a kept state of a fold, and makes the next one (specs/verdicts.md, section 4).

What stands on a log once or a few times is read again; what a crowd has sent is taken from
columns. Whatever does not fit leads to a fold from nothing.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from fairlot.board.files import Given, Known
from fairlot.board.items import kind_number
from fairlot.board.kept_state import (
    LEAVES,
    KeptLog,
    KeptRegistry,
    KeptSale,
    KeptState,
    beginning,
)
from fairlot.board.log_items import LogItems
from fairlot.board.log_replay import LogReplay
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.source import Source
from fairlot.board.transcript import record_at, scope_of
from fairlot.deposit.deposit import Deposit, read_deposit
from fairlot.deposit.recalled import columns_of, recall_positions
from fairlot.entry import Entry, EntryHash, EntryType, body_fields
from fairlot.identity.leaf import Leaf, read_leaf
from fairlot.logs import LogKind
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.merkle import Tree

LEAST = 1024
"""As many leaves must be new for a state to be kept: a small log needs none."""
_SHARE = 64
"""One of so many leaves must be new, so that large states are not written all the time."""
_TRIES = 16
"""Heads that are looked at for one behind which nothing waits."""

_DEPOSITS = tuple(
    kind_number(kind, LogKind.SALE) for kind in (EntryType.DEPOSIT, EntryType.CANCEL)
)
_TIMES = kind_number(EntryType.TIME, LogKind.REGISTRY)
_ONCE = tuple(
    kind_number(kind, LogKind.SALE) for kind in (EntryType.TERMS, EntryType.OPEN)
)
_EARLY = frozenset(
    (
        *_ONCE,
        *_DEPOSITS,
        kind_number(EntryType.TIME, LogKind.SALE),
        kind_number(EntryType.PAID, LogKind.SALE),
    )
)
"""What stands on the log of a sale before CLOSE."""


@dataclass(slots=True)
class States:
    """The states of a fold that are kept from one command to the next."""

    known: KeptState | None = None
    """Of the beginning of the file, perhaps; afterwards what has counted."""
    made: KeptState | None = None
    """What is to be kept; ``None`` where nothing much is new."""
    least: int = LEAST
    """How many leaves must be new."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The beginning of a file, of which the state is known."""

    state: KeptState
    known: Known
    trees: dict[bytes, Tree]
    """By scope."""

    @property
    def leaves(self) -> int:
        """How many leaves it has."""
        return sum(tree.size for tree in self.trees.values())

    def fits(self, given: Given) -> bool:
        """Tell whether a fold of the whole file would begin with these logs (step 8)."""
        if [log.name.scope for log in given.registries] != [
            self.state.registry.log.scope
        ]:
            return False
        sale = self.state.sale
        return sale is None or (
            given.sale is not None and given.sale.name.scope == sale.log.scope
        )


def begin(states: States | None, source: Source) -> Begun | None:
    """Return the state of the beginning of a file; ``None`` where none counts (steps 6, 7)."""
    state = None if states is None else states.known
    # Step 6.
    if state is None or not state.begins(source):
        return None
    logs, trees = dict[bytes, LogItems](), dict[bytes, Tree]()
    for kind, log in _logs(state):
        tree = Tree.of(log.tree)
        # Step 7.
        if not _agrees(log, tree, source):
            return None
        logs[log.scope], trees[log.scope] = log.items(kind, source), tree
    return Begun(state, Known(state.length, logs), trees)


def _logs(state: KeptState) -> Iterator[tuple[LogKind, KeptLog]]:
    yield LogKind.REGISTRY, state.registry.log
    if state.sale is not None:
        yield LogKind.SALE, state.sale.log


def _agrees(log: KeptLog, tree: Tree, source: Source) -> bool:
    """Tell whether the last head in the file is that of a kept log."""
    try:
        record = record_at(source, *log.head)
    except CryptoError:
        return False
    head = record.item
    if not isinstance(head, SignedCheckpoint):
        return False
    said = (scope_of(record), head.checkpoint.size, head.checkpoint.root)
    return said == (log.scope, tree.size, tree.root())


def recall_registry(begun: Begun, into: LogReplay[RegistryState]) -> None:
    """Let the fold of a registry's log go on from a kept state (step 9)."""
    kept, state = begun.state.registry, into.state
    log = kept.log
    items = begun.known.logs[log.scope]
    at = [index for index, kind in enumerate(log.kinds) if kind == LEAVES]

    def born(number: int) -> tuple[int, Leaf]:
        index = at[number]
        return log.times[index], read_leaf(body_fields(_entry(items, index)))

    state.recall(begun.trees[log.scope], log.times[-1])
    state.recall_entry(_entry(items, 0), log.times[0], 0)
    state.recall_leaves(kept.commitments, born)
    for index, kind in enumerate(log.kinds):
        if index and kind not in (LEAVES, _TIMES):
            entry, time = _entry(items, index), log.times[index]
            if entry.type is EntryType.ROLL:
                state.recall_roll(entry, index, bisect_left(at, index))
            else:
                state.recall_entry(entry, time, index)
    into.recall(items, log.times, len(log.over))


def recall_sale(begun: Begun, into: LogReplay[SaleState]) -> None:
    """Let the fold of a sale's log go on from a kept state (step 10)."""
    kept, state = begun.state.sale, into.state
    if kept is None:
        return
    log = kept.log
    items = begun.known.logs[log.scope]

    def read(index: int) -> Deposit:
        return read_deposit(_entry(items, index))

    state.recall(begun.trees[log.scope], log.times[-1])
    for index, kind in enumerate(log.kinds):
        if kind in _ONCE:
            state.recall_entry(_entry(items, index), log.times[index], index)
    state.positions = recall_positions(kept.positions, read)
    into.recall(items, log.times, len(log.over))


def _entry(items: LogItems, index: int) -> Entry:
    """Return an entry that was accepted: the file has not changed since."""
    return cast("Entry", items.leaf(index).item)


@dataclass(slots=True)
class Keeping:
    """Makes a state while a file is folded."""

    cut: int
    """Behind how many bytes of the file it is to be."""
    _registry: KeptRegistry | None = field(default=None, init=False)
    _sale: KeptSale | None = field(default=None, init=False)
    _whole: bool = field(default=True, init=False)
    """Whether nothing was found so far."""

    def take(self, read: LogReplay[RegistryState] | LogReplay[SaleState]) -> None:
        """Take what the fold of a log has come to at that place, if it is whole (step 11)."""
        state = read.state
        self._whole &= not read.found.counts
        if not self._whole or not state.tree.size:
            return
        if isinstance(state, SaleState):
            positions = columns_of(state.positions, _finals(read))
            self._sale = KeptSale(_kept_log(read), positions)
        elif state.registry.previous is None:
            commitments = b"".join(state.commitments.pieces())
            self._registry = KeptRegistry(_kept_log(read), commitments)

    def state(self, source: Source) -> KeptState | None:
        """Return the state; ``None`` where something was found before that place."""
        if self._registry is None or not self._whole:
            return None
        digest = beginning(source, self.cut)
        return KeptState(self.cut, digest, self._registry, self._sale)


def keeping(states: States | None, given: Given, begun: Begun | None) -> Keeping | None:
    """Return what makes a state of a file; ``None`` where none is to be kept (step 12)."""
    if states is None:
        return None
    # Step 12.
    cut = _place(given)
    if cut is None:
        return None
    logs = [*given.registries, *([] if given.sale is None else [given.sale])]
    leaves = sum(bisect_left(log.leaves.offsets, cut) for log in logs)
    before = 0 if begun is None else begun.leaves
    if leaves - before < max(states.least, before // _SHARE):
        return None
    return Keeping(cut)


def _place(given: Given) -> int | None:
    """Return behind which head nothing waits, and CLOSE is still to come."""
    strange = given.foreign or given.again or given.unread
    if len(given.registries) != 1 or strange or any(len(x.items) for x in given.loose):
        return None
    logs = list(given.registries)
    ends = given.length
    if given.sale is not None:
        logs.append(given.sale)
        kinds = enumerate(given.sale.kinds)
        late = next((index for index, kind in kinds if kind not in _EARLY), None)
        ends = ends if late is None else given.sale.leaves[late].offset
    heads = sorted(
        offset + length
        for log in logs
        for offset, length in zip(log.heads.offsets, log.heads.lengths, strict=True)
        if offset < ends
    )
    places = reversed(heads[-_TRIES:])
    return next((at for at in places if all(_is_clean(x, at) for x in logs)), None)


def _is_clean(log: LogItems, place: int) -> bool:
    """Tell whether a head covers all leaves of a log before a place."""
    heads = bisect_left(log.heads.offsets, place)
    covered = log.over[heads - 1] if heads else 0
    return covered == bisect_left(log.leaves.offsets, place)


def _kept_log(read: LogReplay[RegistryState] | LogReplay[SaleState]) -> KeptLog:
    items = cast("LogItems", read.items)
    leaves, heads = read.state.tree.size, read.heads_read
    return KeptLog(
        scope=items.name.scope,
        leaves=(
            items.leaves.offsets[:leaves],
            array("Q", items.leaves.lengths[:leaves]),
        ),
        kinds=bytes(items.kinds[:leaves]),
        heads=(items.heads.offsets[:heads], array("Q", items.heads.lengths[:heads])),
        over=items.over[:heads],
        times=read.judged.times[:leaves],
        tree=read.state.tree.levels,
    )


def _finals(
    read: LogReplay[RegistryState] | LogReplay[SaleState],
) -> dict[EntryHash, int]:
    """Return the index of each leaf that may be final, by the hash of its entry."""
    items = cast("LogItems", read.items)
    return {
        EntryHash(tagged_hash("entry-hash", items.encoded(index))): index
        for index, kind in enumerate(items.kinds[: read.state.tree.size])
        if kind in _DEPOSITS
    }
