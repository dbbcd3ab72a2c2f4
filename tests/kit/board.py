"""Publishes entries, legal or not, in transcripts that the board signs."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from fairlot.board.sale import SaleState
from fairlot.entry import Entry
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
from kit.stage import Stage


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries under one checkpoint."""

    time: int
    entries: tuple[Entry, ...]


def fold(on: Stage, batches: Iterable[Batch]) -> SaleState:
    """Return the state after ``batches``.

    Raises:
        Rejection: the first refusal.
    """
    state = on.state()
    for batch in batches:
        for entry in batch.entries:
            state.append(entry, batch.time)
    return state


def fold_leniently(on: Stage, batches: Iterable[Batch]) -> SaleState:
    """Return the state after ``batches``, refused entries being leaves only."""
    state = on.state()
    for batch in batches:
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
    for batch in batches:
        for entry in batch.entries:
            tree.append(entry.encoded)
            data += entry.encoded
        data += as_record(signed(on, head(on, tree, name), batch.time))
    return data


def head(on: Stage, tree: Tree, name: str | None = None) -> Checkpoint:
    """Return what a checkpoint over a tree says."""
    return Checkpoint(name or on.terms.board.name, tree.size, tree.root())


def signed(
    on: Stage,
    said: Checkpoint,
    time: int,
    key: SigningKey | None = None,
    name: str | None = None,
) -> SignedCheckpoint:
    """Sign and cosign a checkpoint, by default as the board and in the name it bears."""
    signer, signer_name = key or on.parts.board, name or said.origin
    lines = (
        sign_checkpoint(said, signer_name, signer),
        cosign_checkpoint(said, signer_name, signer, time),
    )
    return SignedCheckpoint(said, lines)


def as_record(checkpoint: SignedCheckpoint) -> bytes:
    """Return the record that a checkpoint is."""
    return cbor.encode(checkpoint.to_text())
