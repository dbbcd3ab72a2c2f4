"""The logs of a transcript as files that any web server can hand out (specs/tiles.md).

Nothing is judged here but that the file holds together: readers verify what they fetch.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fairlot.board.head import merge_heads
from fairlot.board.hints import SUFFIX
from fairlot.board.transcript import (
    LogName,
    LogRecords,
    Record,
    Stop,
    is_leaf,
    read_records,
    take_apart,
)
from fairlot.errors import InputError
from fairlot.logs import LogKind
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.log.tiles import (
    WIDTH,
    bundles_of,
    hash_tile,
    tiles_of,
    write_bundle,
)

CHECKPOINT = "checkpoint"
"""The one file of a log that changes."""
TRANSCRIPT = "transcript.fairlot"
"""The board's file, beside the log that it is about."""
HINTS = TRANSCRIPT + SUFFIX
"""What a verifier of that file would compute, beside it (specs/batch.md, section 6)."""


@dataclass(frozen=True, slots=True)
class TiledLog:
    """One log, as files."""

    name: LogName
    head: SignedCheckpoint
    """The last head, with all lines under it."""
    files: Mapping[str, bytes]
    """Tiles and bundles by path: what never changes."""
    root_at: Mapping[int, bytes]
    """The root at the size of each head."""

    @property
    def folder(self) -> str:
        """Where it lies below the address of the board."""
        return f"{self.name.kind}/{self.name.scope.hex()}"


def tiled(data: bytes) -> tuple[TiledLog, ...]:
    """Return the logs of a transcript, in the order in which they begin.

    Args:
        data: the whole file. What lies under no head yet, which nobody has promised to
            keep, is left out.

    Raises:
        InputError: ``export.broken``, ``export.none``.
    """
    apart = take_apart(read_records(data))
    if any(map(_is_broken, apart.loose)):
        raise _broken("it holds what belongs to no log")
    # Step 2.
    logs = tuple(_tiled(log) for log in apart.logs if _has_head(log))
    if not logs:
        problem = "no log of this file has a head yet: there is nothing to hand out"
        raise InputError("export.none", problem)
    return logs


def main_log(logs: Sequence[TiledLog]) -> TiledLog:
    """Return the log that the file is about: that of the sale, or the last registry's."""
    sales = (log for log in logs if log.name.kind is LogKind.SALE)
    return next(sales, logs[-1])


def _is_broken(loose: Record | Stop) -> bool:
    """Tell what a board would not have written from a batch that it did not finish."""
    # Step 1.
    if isinstance(loose, Stop):
        return loose.code != "cbor.truncated"
    return not is_leaf(loose)


def _has_head(log: LogRecords) -> bool:
    return any(isinstance(each.item, SignedCheckpoint) for each in log.records)


def _tiled(log: LogRecords) -> TiledLog:
    tree, leaves, heads = Tree(), list[bytes](), list[SignedCheckpoint]()
    for record in log.records:
        if not isinstance(record.item, SignedCheckpoint):
            leaves.append(record.encoded)
            tree.append(record.encoded)
            continue
        # Step 3.
        said = record.item.checkpoint
        if not 0 < said.size <= tree.size or said.root != tree.root(said.size):
            raise _broken(f"the head of {said.size} entries states another tree")
        heads.append(record.item)
    # Step 4.
    *_, head = merge_heads(heads)
    root_at = {each.checkpoint.size: each.checkpoint.root for each in heads}
    return TiledLog(log.name, head, _files(tree, leaves, root_at), root_at)


def _files(
    tree: Tree, leaves: Sequence[bytes], sizes: Iterable[int]
) -> dict[str, bytes]:
    """Return what a log of these leaves consists of, and had at earlier sizes.

    A file that was not full is left out once it is: it would hold nothing else.
    """
    files: dict[str, bytes] = {}
    for size in sorted(sizes, reverse=True):
        for tile in (*tiles_of(size), *bundles_of(size)):
            if tile.path in files or tile.full.path in files:
                continue
            first = tile.index * WIDTH
            files[tile.path] = (
                write_bundle(leaves[first : first + tile.width])
                if tile.level is None
                else hash_tile(tree, tile)
            )
    return files


def _broken(why: str) -> InputError:
    return InputError("export.broken", f"{why}: fairlot audit says more")
