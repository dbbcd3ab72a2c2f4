"""Lies about the file: its bytes and its checkpoints."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fairlot.audit.expected import Expected
from fairlot.audit.kept import NOTHING, Kept
from fairlot.entry import Entry, EntryType
from fairlot.logs import log_origin
from fairlot_crypto import cbor
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
)
from kit.board import as_record
from kit.lying_board import Leaf, Lie, LyingBoard, play_with
from kit.sales import default_deposits, deposit, source, stage, steps, transcript
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
    kept: Kept = NOTHING
    """What the auditor has from people."""


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


def _date_first(board: LyingBoard, time: int) -> bytes:
    signed = board.signed(board.head(), time)
    return as_record(replace(signed, lines=signed.lines[::-1]))


def _forged_line(number: int) -> Callable[[LyingBoard, int], SignedCheckpoint]:
    """Flip the last bit of a signature of the board: of the head, or of its date."""

    def sign(board: LyingBoard, time: int) -> SignedCheckpoint:
        signed = board.signed(board.head(), time)
        lines = list(signed.lines)
        true = lines[number].signature
        lines[number] = replace(
            lines[number], signature=true[:-1] + bytes([true[-1] ^ 1])
        )
        return replace(signed, lines=tuple(lines))

    return sign


def _earlier_head(board: LyingBoard, time: int) -> SignedCheckpoint:
    """Return the head of before the deposits and their TIME, once more."""
    tree, new = board.state.tree, len(default_deposits(board.on)) + 1
    size = tree.size - new
    said = Checkpoint(board.on.terms.origin, size, tree.root(size))
    return board.signed(said, time)


def _without_a_checkpoint(step: str) -> Make:
    """Leave the checkpoint behind a marker out, and take it soon after."""

    def lie(board: LyingBoard, time: int) -> None:
        made = next(each for each in steps(board.on) if each.name == step)
        board.put(time, *made.make(board.state))
        board.batch(time + 1)

    return told(step, lie)


def _other_log() -> str:
    """Return the name of the log that the same board keeps of another sale."""
    return log_origin(stage().terms.board.name, bytes(32))


def _unnamed_line(board: LyingBoard, time: int) -> SignedCheckpoint:
    signed = board.signed(board.head(), time)
    line = cosign_checkpoint(board.head(), "witness.example/w", STRANGER, time)
    return replace(signed, lines=(*signed.lines, line))


def _clock_back(board: LyingBoard, time: int) -> None:
    first, *rest = default_deposits(board.on)
    board.batch(time + 10, first)
    board.batch(time, board.on.time_entry(time), *rest)


def _clock_set_back(board: LyingBoard, time: int) -> None:
    """Say within one batch that it is earlier than its beginning said."""
    board.batch(time, board.on.time_entry(time), board.on.time_entry(time - 1))


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
        "A01",
        "checkpoint.board-lines",
        "a checkpoint that its date comes before",
        _raw(_date_first),
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
        "checkpoint.tree",
        "new entries lie before an earlier head",
        _headed(_earlier_head),
    ),
    *(
        Row(
            "A02",
            "checkpoint.missing",
            f"no checkpoint lies behind the marker of {step}",
            _without_a_checkpoint(step),
        )
        for step in ("open", "close", "commit-end", "sealed", "reveal-end")
    ),
    Row(
        "A02",
        "checkpoint.tree",
        "a checkpoint comes before the terms",
        lambda: play_with(
            stage(), before={"terms": lambda b, t: b.raw(b.checkpoint(t))}
        ),
    ),
    Row(
        "A03",
        "checkpoint.signature",
        "the signature of a head is forged",
        _headed(_forged_line(0)),
    ),
    Row(
        "A03",
        "checkpoint.signature",
        "the date of a head is forged",
        _headed(_forged_line(1)),
    ),
    Row(
        "A03",
        "checkpoint.board-name",
        "the head of another log",
        _wrong_head(origin="another.example/log"),
    ),
    Row(
        "A03",
        "checkpoint.board-name",
        "the head of another sale's log on this board",
        _wrong_head(origin=_other_log()),
    ),
    Row("A03", "checkpoint.origin", "a head of no log", _line(0, lambda _: "")),
    Row("A03", "checkpoint.unknown-line", "an unnamed witness", _headed(_unnamed_line)),
    Row("A04", "time.back", "the clock runs back", told("deposits", _clock_back)),
    Row(
        "A04",
        "time.back",
        "the clock runs back within a batch",
        told("deposits", _clock_set_back),
    ),
)
