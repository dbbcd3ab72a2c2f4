"""What a crash can leave behind the last checkpoint (specs/board.md, section 4)."""

import re

from fairlot.board.transcript import Record, Stop, read_records
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.log.checkpoint import (
    SignedCheckpoint,
    verify_checkpoint,
    verify_cosignature,
)


def check_torn(data: bytes, acknowledged: int, name: str, key: VerifyKey) -> None:
    """Check that nothing behind ``acknowledged`` bytes was ever acknowledged (step 3).

    A batch is written in one go, its checkpoint last. A crash can tear it anywhere: then
    entries stand there, and at most one item that the file ends inside. A single bit that
    flipped can make the length of an item swallow everything behind it, which looks the
    same, but for the board's own two signatures on what it acknowledged. A checkpoint of
    which only the first was written is torn.

    Args:
        data: the whole file.
        acknowledged: bytes up to the last checkpoint that was read.
        name: the board's name.
        key: the board's key.

    Raises:
        Rejection: ``board.damaged``, with the place.
    """
    behind = data[acknowledged:]
    for record in read_records(behind):
        torn = isinstance(record, Stop) and record.code == "cbor.truncated"
        whole = isinstance(record, Record) and isinstance(record.item, Entry)
        if not (torn or whole):
            _refuse(acknowledged + record.offset, "what stands there is no entry")
    for found in _notes(name).finditer(behind):
        if _is_signed(found[0], name, key):
            place = acknowledged + found.start()
            _refuse(
                place, "a signed checkpoint lies behind an item that cannot be read"
            )


def _notes(name: str) -> re.Pattern[bytes]:
    """Return what finds the board's checkpoints, wherever they lie."""
    head = re.escape(name.encode()) + rb"\n[0-9]+\n[A-Za-z0-9+/]{43}=\n\n"
    return re.compile(head + rb"(?:\xe2\x80\x94 [^\n]+\n)+")


def _is_signed(note: bytes, name: str, key: VerifyKey) -> bool:
    try:
        signed = SignedCheckpoint.parse(note.decode())
        verify_checkpoint(signed, name, key)
        verify_cosignature(signed, name, key)
    except (CryptoError, UnicodeDecodeError):
        return False
    return True


def _refuse(place: int, why: str) -> None:
    advice = "nothing was changed: compare the file with a copy, and mend it by hand"
    raise Rejection("board.damaged", f"at byte {place}: {why}; {advice}")
