"""What a crash can leave behind the last checkpoint (specs/board.md, section 4)."""

import re
from collections.abc import Iterable, Mapping

from fairlot.board.log_state import LogState
from fairlot.board.replay import Replay
from fairlot.board.transcript import Record, Stop, read_records
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.logs import BoardIdentity
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.log.checkpoint import (
    SignedCheckpoint,
    verify_checkpoint,
    verify_cosignature,
)


def check_torn(data: bytes, read: Replay, board: BoardIdentity) -> None:
    """Check that nothing behind the last checkpoint was ever acknowledged (step 3).

    A batch is written in one go, its checkpoint last. A crash can tear it anywhere: then
    entries stand there, and at most one item that the file ends inside. A single bit that
    flipped can make the length of an item swallow everything behind it, which looks the
    same, but for the board's own signature on what it acknowledged. A checkpoint that lacks
    a line, or says nothing new, is torn.

    Args:
        data: the whole file.
        read: the same, read.
        board: whose file it is.

    Raises:
        Rejection: ``board.damaged``, with the place.
    """
    covered = read.covered
    for record in (record for each in read.logs for record in each.waiting):
        if record.offset < covered:
            _refuse(record.offset, "no checkpoint of its log covers what stands there")
    behind = data[covered:]
    for item in read_records(behind):
        torn = isinstance(item, Stop) and item.code == "cbor.truncated"
        whole = isinstance(item, Record) and isinstance(item.item, Entry)
        if not (torn or whole):
            _refuse(covered + item.offset, "what stands there is no entry")
    logs: Mapping[str, LogState] = {
        each.state.identity.origin: each.state for each in read.logs if each.state.begun
    }
    unknown_dated = not _first_names_witnesses(behind)
    names = {board.name, *(log.identity.board.name for log in logs.values())}
    for found in _notes(names).finditer(behind):
        log = logs.get(found["origin"].decode())
        size = 0 if log is None else log.tree.size
        dated = unknown_dated if log is None else not log.identity.witnesses.named
        key = board.key if log is None else log.identity.board.key
        if _promises(found[0], key, size, dated):
            place = covered + found.start()
            _refuse(
                place, "a signed checkpoint lies behind an item that cannot be read"
            )


def _first_names_witnesses(behind: bytes) -> bool:
    """Tell whether a log that begins here names witnesses: then the board dates no head."""
    first = next(read_records(behind), None)
    if isinstance(first, Record) and isinstance(first.item, Entry):
        return bool(first.item.body.get("witnesses"))
    return True


def _notes(names: Iterable[str]) -> re.Pattern[bytes]:
    """Return what finds checkpoints of these boards, wherever they lie."""
    any_name = b"|".join(re.escape(name.encode()) for name in sorted(names))
    origin = rb"(?P<origin>(?:" + any_name + rb")/[0-9a-f]{64})"
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
