"""Publishes entries, legal or not, in transcripts that the board signs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.logs import LogKind, log_origin
from fairlot_crypto import cbor
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.log.note import SignatureLine
from kit.stage import Stage

L = TypeVar("L")
Dates = Sequence[tuple[int, int]]
"""Number of a witness, and the date of its co-signature."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries under one checkpoint; those of each log under one of its own."""

    time: int
    entries: tuple[Entry, ...]

    @property
    def log(self) -> LogKind:
        """On which log the first of them stands."""
        return self.entries[0].log


def tree_of(batches: Iterable[Batch]) -> Tree:
    """Return the tree of the sale's log that batches make, taken apart."""
    tree = Tree()
    for batch in batches:
        if batch.log is LogKind.SALE:
            for entry in batch.entries:
                tree.append(entry.encoded)
    return tree


def stamped(
    on: Stage, clock: int, time: int, leaves: Sequence[L], log: LogKind = LogKind.SALE
) -> tuple[L | Entry, ...]:
    """Return the leaves of a batch as a board posts them, with a TIME where it is due.

    Args:
        on: the stage.
        clock: the time of the log before.
        time: of the batch.
        leaves: of the batch; a TIME among the first two is the batch's own.
        log: on which they stand.
    """
    begin = 1 if is_of(leaves[:1], EntryType.TERMS, EntryType.REGISTRY) else 0
    if time == clock or is_of(leaves[begin : begin + 1], EntryType.TIME):
        return tuple(leaves)
    first = leaves[0] if begin else None
    scope = first.scope if isinstance(first, Entry) else None
    return (*leaves[:begin], on.time_entry(time, log, scope), *leaves[begin:])


def is_of(leaves: Sequence[object], *kinds: EntryType) -> bool:
    """Tell whether the first of some leaves is an entry of one of some types."""
    return bool(leaves) and isinstance(leaves[0], Entry) and leaves[0].type in kinds


def by_log(leaves: Sequence[L]) -> tuple[tuple[LogKind, tuple[L, ...]], ...]:
    """Return the leaves of each log, that of the registry first.

    What is no entry stands on the log of the sale, and so does nothing at all.
    """
    found = ((kind, tuple(_on(leaves, kind))) for kind in LogKind)
    return tuple((kind, some) for kind, some in found if some) or ((LogKind.SALE, ()),)


def _on(leaves: Sequence[L], kind: LogKind) -> Iterator[L]:
    for leaf in leaves:
        log = leaf.log if isinstance(leaf, Entry) else LogKind.SALE
        if log is kind:
            yield leaf


def fold_of(state: SaleState, kind: LogKind) -> SaleState | RegistryState:
    """Return the fold of one of the two logs."""
    return state if kind is LogKind.SALE else state.registry


def extend(
    on: Stage, state: SaleState, time: int, entries: Iterable[Entry]
) -> SaleState:
    """Append a batch to a fold, each entry on its log, with a TIME where it is due.

    Raises:
        Rejection: the first refusal.
    """
    for kind, some in by_log(tuple(entries)):
        fold = fold_of(state, kind)
        for entry in stamped(on, fold.clock, time, some, kind):
            fold.append(entry, time)
    return state


def timed(on: Stage, batches: Iterable[Batch]) -> tuple[Batch, ...]:
    """Return batches, taken apart by their logs, with the TIME entries that are due."""
    clocks, found = dict.fromkeys(LogKind, 0), list[Batch]()
    for batch in batches:
        for kind, some in by_log(batch.entries):
            entries = stamped(on, clocks[kind], batch.time, some, kind)
            found.append(Batch(batch.time, entries))
            clocks[kind] = batch.time
    return tuple(found)


def fold(on: Stage, batches: Iterable[Batch]) -> SaleState:
    """Return the state after ``batches``, with their TIME entries.

    Raises:
        Rejection: the first refusal.
    """
    state = on.state()
    for batch in batches:
        extend(on, state, batch.time, batch.entries)
    return state


def fold_leniently(on: Stage, batches: Iterable[Batch]) -> SaleState:
    """Return the state after ``batches``, refused entries being leaves only."""
    state = on.state()
    for batch in timed(on, batches):
        for entry in batch.entries:
            take(state, entry, batch.time)
    return state


def take(state: SaleState, entry: Entry, time: int) -> None:
    """Append an entry, whether or not it fits; the fold takes it if it does."""
    fold = fold_of(state, entry.log)
    with suppress(Rejection):
        fold.apply(entry, time)
    fold.tree.append(entry.encoded)


def publish(on: Stage, batches: Sequence[Batch], name: str | None = None) -> bytes:
    """Return the file of ``batches``, signed by the board, the sale also by another name.

    The first entry of each log says whose it is.
    """
    trees, data = {kind: Tree() for kind in LogKind}, b""
    origins: dict[LogKind, str] = {}
    for batch in timed(on, batches):
        tree, first = trees[batch.log], batch.entries[0]
        origins.setdefault(
            batch.log, log_origin(on.log(batch.log).board.name, first.scope)
        )
        for entry in batch.entries:
            tree.append(entry.encoded)
            data += entry.encoded
        origin = name if name and batch.log is LogKind.SALE else origins[batch.log]
        said = Checkpoint(origin, tree.size, tree.root())
        data += as_record(signed(on, said, batch.time, log=batch.log))
    return data


def publish_dated(
    on: Stage, batches: Sequence[Batch], dates: Callable[[Batch], Dates]
) -> bytes:
    """Return the file of ``batches``; heads of the sale are co-signed as ``dates`` says."""
    trees, data = {kind: Tree() for kind in LogKind}, b""
    for batch in timed(on, batches):
        tree = trees[batch.log]
        for entry in batch.entries:
            tree.append(entry.encoded)
            data += entry.encoded
        said = head(on, tree, log=batch.log)
        if batch.log is LogKind.SALE:
            data += as_record(dated(on, said, dates(batch)))
        else:
            data += as_record(signed(on, said, batch.time, log=batch.log))
    return data


def head(
    on: Stage, tree: Tree, name: str | None = None, log: LogKind = LogKind.SALE
) -> Checkpoint:
    """Return what a checkpoint over a tree says."""
    return Checkpoint(name or on.log(log).origin, tree.size, tree.root())


def signed(
    on: Stage,
    said: Checkpoint,
    time: int,
    key: SigningKey | None = None,
    name: str | None = None,
    log: LogKind = LogKind.SALE,
) -> SignedCheckpoint:
    """Sign a checkpoint, by default as the board and in the name it bears, and date it.

    All witnesses of its log co-sign it, or else the signer.
    """
    signer, signer_name = key or on.parts.board, name or said.origin
    line = sign_checkpoint(said, signer_name, signer)
    watching = on.log(log).witnesses.named
    if not watching:
        dated = cosign_checkpoint(said, signer_name, signer, time)
        return SignedCheckpoint(said, (line, dated))
    lines = (
        cosign_checkpoint(said, each.name, on.witness_key(number), time)
        for number, each in enumerate(watching)
    )
    return SignedCheckpoint(said, (line, *lines))


def dated(on: Stage, said: Checkpoint, dates: Dates) -> SignedCheckpoint:
    """Sign a checkpoint as the board, and co-sign it as some witnesses."""
    line = sign_checkpoint(said, said.origin, on.parts.board)
    return SignedCheckpoint(
        said, (line, *(cosigned(on, said, *each) for each in dates))
    )


def cosigned(on: Stage, said: Checkpoint, number: int, time: int) -> SignatureLine:
    """Return the co-signature of a witness of the sale."""
    name = on.terms.witnesses.named[number].name
    return cosign_checkpoint(said, name, on.witness_key(number), time)


def as_record(checkpoint: SignedCheckpoint) -> bytes:
    """Return the record that a checkpoint is."""
    return cbor.encode(checkpoint.to_text())
