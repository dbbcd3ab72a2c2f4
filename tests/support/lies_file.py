"""Lies about the file: its bytes and its checkpoints."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fairlot.audit.auditor import Expected
from fairlot.entry import Entry, EntryType
from fairlot_crypto import cbor
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
)
from kit.board import as_record
from kit.lying_board import Leaf, Lie, LyingBoard, play_with
from kit.sales import default_deposits, deposit, source, stage, transcript
from kit.stage import Stage

Make = Callable[[], bytes]
STRANGER = SigningKey.generate(source("stranger"))
"""A key that no terms name."""
A_REHEARSAL = Expected(rehearsal=True)
"""What an auditor expects who has no roots and knows that nothing is sold."""


@dataclass(frozen=True, slots=True)
class Row:
    """One broken rule."""

    check: str
    """The check that must fail, alone."""
    code: str
    """The finding that must be there."""
    sentence: str
    make: Make
    """Makes the transcript."""
    expected: Expected = A_REHEARSAL


def slipped(step: str, make: Callable[[LyingBoard], Sequence[Leaf]]) -> Make:
    """Append what ``make`` gives before a step, under a checkpoint of its own."""

    def lie(board: LyingBoard, time: int) -> None:
        board.batch(time, *make(board))

    return lambda: play_with(stage(), before={step: lie})


def told(step: str, lie: Lie, until: str = "result") -> Make:
    """Replace a step."""
    return lambda: play_with(stage(), instead={step: lie}, until=until)


def _raw(make: Callable[[LyingBoard, int], bytes]) -> Make:
    """Append bytes that are no leaf, before CLOSE."""

    def lie(board: LyingBoard, time: int) -> None:
        board.raw(make(board, time))

    return lambda: play_with(stage(), before={"close": lie})


def _note(change: Callable[[str], str]) -> Make:
    """Append an honest checkpoint's text, changed."""

    def make(board: LyingBoard, time: int) -> bytes:
        return cbor.encode(change(board.signed(board.head(), time).to_text()))

    return _raw(make)


def _line(number: int, change: Callable[[str], str]) -> Make:
    def whole(text: str) -> str:
        lines = text.split("\n")
        lines[number] = change(lines[number])
        return "\n".join(lines)

    return _note(whole)


def _last_line_again(text: str) -> str:
    return text + text.split("\n")[-2] + "\n"


def _headed(sign: Callable[[LyingBoard, int], SignedCheckpoint]) -> Make:
    """Take the deposits under a checkpoint that ``sign`` makes."""

    def lie(board: LyingBoard, time: int) -> None:
        board.put(time, *default_deposits(board.on))
        board.raw(as_record(sign(board, time)))

    return told("deposits", lie)


def _wrong_head(
    origin: str | None = None, size: int | None = None, root: bytes | None = None
) -> Make:
    def sign(board: LyingBoard, time: int) -> SignedCheckpoint:
        head = board.head()
        wrong = Checkpoint(
            head.origin if origin is None else origin,
            head.size if size is None else size,
            head.root if root is None else root,
        )
        return board.signed(wrong, time)

    return _headed(sign)


def _one_line(board: LyingBoard, time: int) -> bytes:
    signed = board.signed(board.head(), time)
    return as_record(replace(signed, lines=signed.lines[:1]))


def _unnamed_line(board: LyingBoard, time: int) -> SignedCheckpoint:
    signed = board.signed(board.head(), time)
    line = cosign_checkpoint(board.head(), "witness.example/w", STRANGER, time)
    return replace(signed, lines=(*signed.lines, line))


def _clock_back(board: LyingBoard, time: int) -> None:
    first, *rest = default_deposits(board.on)
    board.batch(time + 10, first)
    board.batch(time, *rest)


def forged(entry: Entry) -> Entry:
    """Return an entry with one bit of its signature flipped."""
    sig = type(entry.sig)(bytes([entry.sig[0] ^ 1]) + entry.sig[1:])
    return replace(entry, sig=sig, encoded=entry.encoded.replace(entry.sig, sig))


def _entry_with(on: Stage, **changes: cbor.Value) -> bytes:
    entry = cbor.decode(deposit(on, 0).encoded)
    if not isinstance(entry, dict):
        raise TypeError("an entry is a map")
    return cbor.encode({**entry, **changes})


def _trailed(tail: bytes) -> Make:
    return lambda: transcript(stage()) + tail


BYTES = (
    Row("A01", "cbor.malformed", "behind the end: no CBOR", _trailed(b"\xf7")),
    Row("A01", "cbor.malformed", "behind the end: a tag", _trailed(b"\xc0\x60")),
    Row(
        "A01",
        "cbor.not-deterministic",
        "behind the end: a number in too many bytes",
        _trailed(b"\x18\x01"),
    ),
    Row(
        "A01",
        "file.tail",
        "behind the end: an entry under no checkpoint",
        lambda: transcript(stage()) + deposit(stage(), 0, 1).encoded,
    ),
    Row("A01", "file.tail", "behind the end: half an item", _trailed(b"\x58")),
    Row("A01", "record.type", "an item is a number", _raw(lambda _b, _t: b"\x01")),
    Row("A01", "record.type", "an item is null", _raw(lambda _b, _t: b"\xf6")),
    Row(
        "A01", "entry.field", "an entry is empty", slipped("close", lambda _: [b"\xa0"])
    ),
    Row(
        "A01",
        "entry.field",
        "an entry has a field that nobody reads",
        slipped("close", lambda b: [_entry_with(b.on, memo="hello")]),
    ),
    Row(
        "A01",
        "entry.field",
        "an entry has a type that nobody knows",
        slipped("close", lambda b: [_entry_with(b.on, type="GIFT")]),
    ),
    Row(
        "A01",
        "entry.field",
        "an entry is signed in another role's name",
        slipped("close", lambda b: [_entry_with(b.on, role="escrow")]),
    ),
    Row(
        "A01",
        "entry.field",
        "an entry is of a version to come",
        slipped("close", lambda b: [_entry_with(b.on, v=2)]),
    ),
    Row(
        "A01",
        "entry.field",
        "the body of an entry is an array",
        slipped("close", lambda b: [_entry_with(b.on, body=[])]),
    ),
    Row(
        "A01",
        "entry.field",
        "the body of a marker holds a message",
        slipped("open", lambda b: [b.on.sign(EntryType.OPEN, {"memo": "hello"})]),
    ),
    Row(
        "A01",
        "entry.size",
        "an entry is longer than a log may hand out",
        slipped("close", lambda b: [_entry_with(b.on, memo="x" * 65_536)]),
    ),
    Row("A01", "note.layout", "a text is no note", _note(lambda _: "hello")),
    Row("A01", "note.characters", "a note holds a tab", _note(lambda t: "\t" + t)),
    Row(
        "A01",
        "note.signature-line",
        "a signature line without its dash",
        _line(4, lambda line: line[2:]),
    ),
    Row(
        "A01",
        "note.key-name",
        "a signature line without a name",
        _line(4, lambda line: "\u2014  " + line.split(" ")[2]),
    ),
    Row("A01", "note.base64", "a root that is not base64", _line(2, lambda _: "!")),
    Row(
        "A01",
        "note.duplicate-key",
        "two signature lines of one key",
        _note(_last_line_again),
    ),
    Row(
        "A01",
        "note.signature-count",
        "65 signature lines",
        _note(lambda t: t + (t.split("\n")[-2] + "\n") * 63),
    ),
    Row(
        "A01",
        "checkpoint.lines",
        "a checkpoint of four lines",
        _line(2, lambda line: line + "\nmore"),
    ),
    Row(
        "A01", "checkpoint.board-lines", "a checkpoint without a time", _raw(_one_line)
    ),
    Row("A01", "checkpoint.size", "a size with a leading zero", _line(1, "0".__add__)),
    Row("A01", "checkpoint.root", "a root of 3 bytes", _line(2, lambda _: "AAAA")),
)

HEADS = (
    Row(
        "A02", "checkpoint.tree", "a wrong root is signed", _wrong_head(root=bytes(32))
    ),
    Row("A02", "checkpoint.tree", "a wrong size is signed", _wrong_head(size=1)),
    Row(
        "A02",
        "checkpoint.empty",
        "a checkpoint covers no new entry",
        _raw(lambda board, time: board.checkpoint(time)),
    ),
    Row(
        "A02",
        "checkpoint.empty",
        "a checkpoint comes before the terms",
        lambda: play_with(
            stage(), before={"terms": lambda b, t: b.raw(b.checkpoint(t))}
        ),
    ),
    Row(
        "A03",
        "checkpoint.signature",
        "a stranger signs the head",
        _headed(lambda b, t: b.signed(b.head(), t, STRANGER)),
    ),
    Row(
        "A03",
        "checkpoint.board-name",
        "the head of another log",
        _wrong_head(origin="another.example/log"),
    ),
    Row("A03", "checkpoint.origin", "a head of no log", _line(0, lambda _: "")),
    Row("A03", "checkpoint.unknown-line", "an unnamed witness", _headed(_unnamed_line)),
    Row("A04", "checkpoint.time", "the clock runs back", told("deposits", _clock_back)),
)
