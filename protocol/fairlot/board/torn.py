"""What a crash can leave behind the last checkpoint (specs/board.md, section 4)."""

import re

from fairlot.board.sale import SaleState
from fairlot.board.transcript import Record, Stop, read_records
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.terms.terms import BoardIdentity
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.log.checkpoint import (
    SignedCheckpoint,
    verify_checkpoint,
    verify_cosignature,
)


def check_torn(
    data: bytes, acknowledged: int, state: SaleState, board: BoardIdentity
) -> None:
    """Check that nothing behind ``acknowledged`` bytes was ever acknowledged (step 3).

    A batch is written in one go, its checkpoint last. A crash can tear it anywhere: then
    entries stand there, and at most one item that the file ends inside. A single bit that
    flipped can make the length of an item swallow everything behind it, which looks the
    same, but for the board's own signature on what it acknowledged. A checkpoint that lacks
    a line, or says nothing new, is torn.

    Args:
        data: the whole file.
        acknowledged: bytes up to the last checkpoint that was read.
        state: of what was read up to there.
        board: whose file it is.

    Raises:
        Rejection: ``board.damaged``, with the place.
    """
    behind = data[acknowledged:]
    dated = not _witnessed(behind, state)
    for record in read_records(behind):
        torn = isinstance(record, Stop) and record.code == "cbor.truncated"
        whole = isinstance(record, Record) and isinstance(record.item, Entry)
        if not (torn or whole):
            _refuse(acknowledged + record.offset, "what stands there is no entry")
    for found in _notes(board.name).finditer(behind):
        if _promises(found[0], board.key, state.tree.size, dated):
            place = acknowledged + found.start()
            _refuse(
                place, "a signed checkpoint lies behind an item that cannot be read"
            )


def _witnessed(behind: bytes, state: SaleState) -> bool:
    """Tell whether a checkpoint is whole with the board's first line alone."""
    if state.has_terms:
        return bool(state.terms.witnesses.named)
    first = next(read_records(behind), None)
    if isinstance(first, Record) and isinstance(first.item, Entry):
        return bool(first.item.body.get("witnesses"))
    return True


def _notes(name: str) -> re.Pattern[bytes]:
    """Return what finds the board's checkpoints, wherever they lie."""
    origin = re.escape(name.encode()) + rb"/[0-9a-f]{64}"
    head = origin + rb"\n[0-9]+\n[A-Za-z0-9+/]{43}=\n\n"
    return re.compile(head + rb"(?:\xe2\x80\x94 [^\n]+\n)+")


def _promises(note: bytes, key: VerifyKey, size: int, dated: bool) -> bool:
    """Tell whether a whole checkpoint of the board covers more than ``size`` leaves."""
    try:
        signed = SignedCheckpoint.parse(note.decode())
        origin = signed.checkpoint.origin
        verify_checkpoint(signed, origin, key)
        if dated:
            verify_cosignature(signed, origin, key)
    except (CryptoError, UnicodeDecodeError):
        return False
    return signed.checkpoint.size > size


def _refuse(place: int, why: str) -> None:
    advice = "nothing was changed: compare the file with a copy, and mend it by hand"
    raise Rejection("board.damaged", f"at byte {place}: {why}; {advice}")
