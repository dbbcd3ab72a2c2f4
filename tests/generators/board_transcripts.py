"""Transcripts that break one rule of specs/board.md; a part of chapter board."""

from collections.abc import Sequence

from fairlot.entry import EntryType
from fairlot.rehearsal.parts import START
from fairlot_crypto import cbor
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.log.note import SignatureLine
from generators import plays
from generators.stage import publish, signed_head, stage
from kit.board import Batch

Row = tuple[str, str, str, bytes]
"""Name, rule, code, transcript."""


def broken(whole: bytes) -> Sequence[Row]:
    """Return transcripts that go wrong behind, or in, two batches."""
    return (
        *_items(whole),
        *_heads(whole),
        *_lines(whole),
        _of_other_key(whole),
        _backwards(),
    )


def _items(whole: bytes) -> Sequence[Row]:
    not_sorted = b"\xa2\x61b\x00\x61a\x00"
    return (
        (
            "number",
            "An item is a map or a text; others would be slack.",
            "record.type",
            whole + b"\x00",
        ),
        (
            "bytes",
            "An item is a map or a text.",
            "record.type",
            cbor.encode(b"note") + whole,
        ),
        (
            "not-deterministic",
            "One value, one encoding; the same entry would have two hashes.",
            "cbor.not-deterministic",
            whole + not_sorted,
        ),
        (
            "indefinite",
            "Lengths are definite.",
            "cbor.malformed",
            whole + b"\xbf\xff",
        ),
        (
            "no-entry",
            "A map is an entry; this one is not, but is still a leaf.",
            "entry.field",
            whole + _with_leaf(cbor.encode({"v": 1})),
        ),
        (
            "text",
            "A text is a signed checkpoint.",
            "note.layout",
            whole + cbor.encode("hello"),
        ),
    )


def _with_leaf(leaf: bytes) -> bytes:
    tree = _tree()
    tree.append(leaf)
    return leaf + _text(signed_head(tree, START))


def _heads(whole: bytes) -> Sequence[Row]:
    leaf = _open()
    short, other = _tree(), _tree()
    other.append(b"")
    empty = whole + _text(signed_head(_tree(), START))
    without = whole + leaf + _text(signed_head(short, START))
    different = whole + leaf + _text(signed_head(other, START))
    return (
        (
            "empty-batch",
            "A checkpoint covers new entries; it would be a byte that says nothing.",
            "checkpoint.empty",
            empty,
        ),
        (
            "entry-left-out",
            "A checkpoint covers all entries before it; one could be taken back.",
            "checkpoint.tree",
            without,
        ),
        (
            "other-root",
            "The root is that of the entries; they would be exchanged.",
            "checkpoint.tree",
            different,
        ),
    )


def _lines(whole: bytes) -> Sequence[Row]:
    leaf, tree = _open(), _tree()
    tree.append(leaf)
    head = signed_head(tree, START)
    note, cosignature = head.lines
    stranger = SignatureLine("stranger.example", bytes(4), bytes(64))
    forged = SignatureLine(note.name, note.key_id, bytes(64))
    backdated = SignatureLine(
        cosignature.name,
        cosignature.key_id,
        (START + 1).to_bytes(8, "big") + cosignature.signature[8:],
    )
    rows = (
        (
            "one-line",
            "There are the board's two lines; an entry would have no time.",
            "checkpoint.board-lines",
            (note,),
        ),
        (
            "swapped-lines",
            "The signature comes first, then the cosignature.",
            "checkpoint.board-lines",
            (cosignature, note),
        ),
        (
            "stranger",
            "There is no line of another key; nobody would check it.",
            "checkpoint.unknown-line",
            (note, cosignature, stranger),
        ),
        (
            "forged",
            "The board signs its heads; anybody could add entries.",
            "checkpoint.signature",
            (forged, cosignature),
        ),
        (
            "other-time",
            "The time is signed; markers would be moved.",
            "checkpoint.signature",
            (note, backdated),
        ),
    )
    return [
        (
            name,
            rule,
            code,
            whole + leaf + _text(SignedCheckpoint(head.checkpoint, lines)),
        )
        for name, rule, code, lines in rows
    ]


def _of_other_key(whole: bytes) -> Row:
    on = stage()
    leaf, tree = _open(), _tree()
    tree.append(leaf)
    key, name = on.parts.seller, on.terms.board.name
    head = Checkpoint(name, tree.size, tree.root())
    lines = (
        sign_checkpoint(head, name, key),
        cosign_checkpoint(head, name, key, START),
    )
    rule = "The key is the board's; these lines are a stranger's."
    data = whole + leaf + _text(SignedCheckpoint(head, lines))
    return ("other-key", rule, "checkpoint.unknown-line", data)


def _backwards() -> Row:
    first, second, *_ = plays.drawn()
    data = publish((Batch(START + 1, first.entries), Batch(START, second.entries)))
    rule = "The clock does not run back; an early entry would be a late one."
    return ("clock", rule, "checkpoint.time", data)


def _open() -> bytes:
    return stage().sign(EntryType.OPEN).encoded


def _tree() -> Tree:
    tree = Tree()
    for batch in plays.drawn()[:2]:
        for entry in batch.entries:
            tree.append(entry.encoded)
    return tree


def _text(head: SignedCheckpoint) -> bytes:
    return cbor.encode(head.to_text())
