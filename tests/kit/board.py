"""Publishes entries, legal or not, in transcripts that the board signs."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
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
    """Entries under one checkpoint."""

    time: int
    entries: tuple[Entry, ...]


def stamped(
    on: Stage, clock: int, time: int, leaves: Sequence[L]
) -> tuple[L | Entry, ...]:
    """Return the leaves of a batch as a board posts them, with a TIME where it is due.

    Args:
        on: the stage.
        clock: the time of the log before.
        time: of the batch.
        leaves: of the batch; a TIME among the first two is the batch's own.
    """
    begin = 1 if is_of(leaves[:1], EntryType.TERMS) else 0
    if time == clock or is_of(leaves[begin : begin + 1], EntryType.TIME):
        return tuple(leaves)
    return (*leaves[:begin], on.time_entry(time), *leaves[begin:])


def is_of(leaves: Sequence[object], kind: EntryType) -> bool:
    """Tell whether the first of some leaves is an entry of a type."""
    return bool(leaves) and isinstance(leaves[0], Entry) and leaves[0].type is kind


def extend(
    on: Stage, state: SaleState, time: int, entries: Iterable[Entry]
) -> SaleState:
    """Append a batch to a fold, with a TIME where it is due.

    Raises:
        Rejection: the first refusal.
    """
    for entry in stamped(on, state.clock, time, tuple(entries)):
        state.append(entry, time)
    return state


def timed(on: Stage, batches: Iterable[Batch]) -> tuple[Batch, ...]:
    """Return batches with the TIME entries that a board posts."""
    clock, found = 0, list[Batch]()
    for batch in batches:
        entries = stamped(on, clock, batch.time, batch.entries)
        found.append(Batch(batch.time, entries))
        clock = batch.time
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
    with suppress(Rejection):
        state.apply(entry, time)
    state.tree.append(entry.encoded)


def publish(on: Stage, batches: Sequence[Batch], name: str | None = None) -> bytes:
    """Return the transcript of ``batches``, signed by the board, also by another name."""
    tree, data = Tree(), b""
    for batch in timed(on, batches):
        for entry in batch.entries:
            tree.append(entry.encoded)
            data += entry.encoded
        data += as_record(signed(on, head(on, tree, name), batch.time))
    return data


def publish_dated(
    on: Stage, batches: Sequence[Batch], dates: Callable[[Batch], Dates]
) -> bytes:
    """Return the transcript of ``batches``, whose heads are co-signed as ``dates`` says."""
    tree, data = Tree(), b""
    for batch in timed(on, batches):
        for entry in batch.entries:
            tree.append(entry.encoded)
            data += entry.encoded
        data += as_record(dated(on, head(on, tree), dates(batch)))
    return data


def head(on: Stage, tree: Tree, name: str | None = None) -> Checkpoint:
    """Return what a checkpoint over a tree says."""
    return Checkpoint(name or on.terms.origin, tree.size, tree.root())


def signed(
    on: Stage,
    said: Checkpoint,
    time: int,
    key: SigningKey | None = None,
    name: str | None = None,
) -> SignedCheckpoint:
    """Sign a checkpoint, by default as the board and in the name it bears, and date it.

    All witnesses that the terms name co-sign it, or else the signer.
    """
    signer, signer_name = key or on.parts.board, name or said.origin
    line = sign_checkpoint(said, signer_name, signer)
    if not on.terms.witnesses.named:
        dated = cosign_checkpoint(said, signer_name, signer, time)
        return SignedCheckpoint(said, (line, dated))
    numbers = range(len(on.terms.witnesses.named))
    return SignedCheckpoint(
        said, (line, *(cosigned(on, said, i, time) for i in numbers))
    )


def dated(on: Stage, said: Checkpoint, dates: Dates) -> SignedCheckpoint:
    """Sign a checkpoint as the board, and co-sign it as some witnesses."""
    line = sign_checkpoint(said, said.origin, on.parts.board)
    return SignedCheckpoint(
        said, (line, *(cosigned(on, said, *each) for each in dates))
    )


def cosigned(on: Stage, said: Checkpoint, number: int, time: int) -> SignatureLine:
    """Return the co-signature of a witness."""
    name = on.terms.witnesses.named[number].name
    return cosign_checkpoint(said, name, on.witness_key(number), time)


def as_record(checkpoint: SignedCheckpoint) -> bytes:
    """Return the record that a checkpoint is."""
    return cbor.encode(checkpoint.to_text())
