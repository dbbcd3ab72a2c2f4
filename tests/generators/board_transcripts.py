"""Transcripts that break one rule of specs/board.md; a part of chapter board."""

from collections.abc import Sequence

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
from kit.board import Batch, tree_of

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
        _unended(),
        _of_other_root(whole),
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
    without = whole + leaf + _text(signed_head(short, START))
    different = whole + leaf + _text(signed_head(other, START))
    return (
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
            "swapped-lines",
            "The board's signature comes first, then those of others.",
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
            "The date is signed; a marker would be in time by what nobody said.",
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
    key, name = on.parts.seller, on.terms.origin
    head = Checkpoint(name, tree.size, tree.root())
    lines = (
        sign_checkpoint(head, name, on.parts.board),
        cosign_checkpoint(head, name, key, START),
    )
    rule = "Who dates a head is named; this line is a stranger's."
    data = whole + leaf + _text(SignedCheckpoint(head, lines))
    return ("other-key", rule, "checkpoint.unknown-line", data)


def _backwards() -> Row:
    first, second, third, *_ = plays.drawn()
    time = Batch(START, (stage().time_entry(START - 1),))
    rule = "The clock goes on; an early entry would be a late one."
    return ("clock", rule, "time.back", publish((first, second, time, third)))


def _unended() -> Row:
    """Return a board on which no checkpoint lies behind OPEN."""
    first, second, third, fourth, *_ = plays.drawn()
    joined = Batch(third.time, (*third.entries, *fourth.entries))
    rule = "A checkpoint separates phases; a marker could be moved."
    data = publish((first, second, joined))
    return ("no-checkpoint-after-open", rule, "checkpoint.missing", data)


def _of_other_root(whole: bytes) -> Row:
    """Return a board that repeats its first head with another root."""
    tree = Tree()
    for entry in plays.drawn()[1].entries:
        tree.append(entry.encoded[::-1])
    rule = "A head that is repeated is the one that was; co-signatures would be of another."
    data = whole + _text(signed_head(tree, START))
    return ("repeated-other-root", rule, "checkpoint.tree", data)


def _open() -> bytes:
    return stage().open_entry().encoded


def _tree() -> Tree:
    return tree_of(plays.drawn()[:2])


def _text(head: SignedCheckpoint) -> bytes:
    return cbor.encode(head.to_text())
