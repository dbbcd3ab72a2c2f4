"""Heads and receipts that an auditor hands over; a part of chapter audit."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from fairlot.audit.expected import Expected
from fairlot.audit.kept import Kept
from fairlot.board.phase import VoidReason
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType
from fairlot.logs import LogKind, log_origin
from fairlot.rehearsal.parts import START, TIMES
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import Checkpoint, SignedCheckpoint
from fairlot_crypto.log.merkle import EMPTY_ROOT, Tree
from fairlot_crypto.log.proof import LogProof, make_proof
from generators import plays
from generators.audit_lies import ACCEPTED, Lie
from generators.audit_watch import unseen, watched_stage
from generators.stage import FIRST, publish, stage
from kit.board import Batch, dated, head, signed
from kit.stage import Stage

Row = tuple[str, str, bytes, Expected, Kept]
"""Name, comment, transcript, and what the auditor gives."""
STRANGER = SigningKey.from_seed(bytes(32))
"""Whose key nobody names."""
_END = plays.DRAWN_BY
"""A date after the end of every play."""


def kept_lies() -> Sequence[Lie]:
    """Return logs that are not those of which something was kept."""
    return (*_other_heads(), *_other_receipts(), *_unsupplied())


def kept_rows() -> Sequence[Row]:
    """Return audits that hold, given what people kept."""
    data = publish(missed())
    both = Kept((_head(EntryType.VOID), _head(EntryType.OPEN)), (_receipt(),))
    return (
        (
            "head",
            "The log extends a head that was kept.",
            data,
            ACCEPTED,
            Kept((_head(EntryType.OPEN),)),
        ),
        (
            "receipt",
            "The log holds the entry of a receipt.",
            data,
            ACCEPTED,
            Kept((), (_receipt(),)),
        ),
        ("heads-and-receipt", "Several were kept.", data, ACCEPTED, both),
        (
            "supplied",
            "Two witnesses hand over what they co-signed and the board left out.",
            unseen(),
            ACCEPTED,
            Kept((seen((0,)), seen((2,)))),
        ),
        (
            "supplied-one",
            "One co-signature is in the file, another one is handed over.",
            unseen(),
            ACCEPTED,
            Kept((seen((0,)),)),
        ),
    )


def _other_heads() -> Sequence[Lie]:
    last = _head(EntryType.VOID).checkpoint
    shorter = _tree(_swapped())
    other_log = log_origin(stage().terms.board.name, bytes(32))
    named = dated(watched_stage(), last, [(0, _END)])
    rows = (
        (
            "fork",
            "The log extends what was kept; else the board signed two histories.",
            "heads.fork",
            _signed(replace(last, size=shorter.size, root=shorter.root())),
        ),
        (
            "fork-at-the-end",
            "That includes its last head.",
            "heads.fork",
            _signed(replace(last, root=bytes(32))),
        ),
        (
            "shorter",
            "The log has all entries of what was kept; a part could hide how it went on.",
            "heads.fork",
            _signed(replace(last, size=last.size + 1)),
        ),
        (
            "empty",
            "A head covers an entry; one of no entries would show nothing.",
            "heads.fork",
            _signed(replace(last, size=0, root=EMPTY_ROOT)),
        ),
        (
            "other-log",
            "What is compared is of one log; a board keeps many.",
            "heads.origin",
            _signed(replace(last, origin=other_log)),
        ),
        (
            "unsigned",
            "The board signed what was kept; else anybody could make up a fork.",
            "heads.signature",
            signed(stage(), last, _END, STRANGER),
        ),
        (
            "forged",
            "The board's signature verifies.",
            "heads.signature",
            _forged(0),
        ),
        (
            "forged-date",
            "A co-signature verifies; else anybody could make up a date.",
            "heads.signature",
            _forged(1),
        ),
        (
            "stranger",
            "Nobody co-signs whom the terms do not name.",
            "heads.signature",
            named,
        ),
    )
    data = publish(missed())
    return [
        Lie(f"A29-{name}", rule, code, data, ACCEPTED, Kept((kept,)))
        for name, rule, code, kept in rows
    ]


def _other_receipts() -> Sequence[Lie]:
    true, swapped = _receipt(), _tree(_swapped())
    elsewhere = _signed(head(stage(), swapped))
    beyond = _tree(_entries())
    more = beyond.append(b"one more")
    rows = (
        (
            "receipt-other-entry",
            "The receipt is for the entry at its index.",
            "heads.receipt",
            replace(true, index=true.index - 1),
        ),
        (
            "receipt-hash",
            "The hashes lead from the entry to the root.",
            "heads.receipt",
            replace(true, hashes=(bytes(32), *true.hashes[1:])),
        ),
        (
            "receipt-censored",
            "The log holds what the board acknowledged: here another entry has its place.",
            "heads.receipt",
            make_proof(swapped, swapped.size - 1, elsewhere),
        ),
        (
            "receipt-beyond",
            "The log holds what the board acknowledged: here it ends before.",
            "heads.receipt",
            make_proof(beyond, more, _signed(head(stage(), beyond))),
        ),
        (
            "receipt-fork",
            "The entry alone is not enough: the log extends the head of the receipt.",
            "heads.fork",
            make_proof(swapped, 0, elsewhere),
        ),
        (
            "receipt-forged",
            "The board signed the head of the receipt.",
            "heads.signature",
            replace(true, signed=signed(stage(), true.signed.checkpoint, 0, STRANGER)),
        ),
    )
    data = publish(missed())
    return [
        Lie(f"A29-{name}", rule, code, data, ACCEPTED, Kept((), (kept,)))
        for name, rule, code, kept in rows
    ]


def _unsupplied() -> Sequence[Lie]:
    rows = (
        (
            "supplied-again",
            "Two witnesses saw the end; one that hands its date over twice is one.",
            seen((1,), 1),
        ),
        (
            "supplied-earlier",
            "Two witnesses saw the end; what they saw before does not show it.",
            seen((0, 2), 0, 1),
        ),
    )
    return [
        Lie(f"A28-{name}", rule, "witness.quorum", unseen(), ACCEPTED, Kept((kept,)))
        for name, rule, kept in rows
    ]


@cache
def missed() -> tuple[Batch, ...]:
    """Return a short sale: two people deposit, nobody pays, CLOSE does not come."""
    reason = {"reason": VoidReason.CLOSE_MISSED.value}
    return plays.lie(
        (
            plays.BEGIN,
            (START, lambda on, _: (on.open_entry(),)),
            (plays.DEPOSITED, _deposits),
            (
                TIMES.close + TIMES.slack + 1,
                lambda on, _: (on.sign(EntryType.VOID, reason),),
            ),
        )
    )


def _deposits(on: Stage, _state: SaleState) -> Sequence[Entry]:
    return on.deposit("ann", FIRST), on.deposit("bob", FIRST)


def _entries() -> tuple[Entry, ...]:
    return _of_sale(missed())


def _of_sale(batches: Iterable[Batch]) -> tuple[Entry, ...]:
    """Return the entries of the sale's log."""
    kind = LogKind.SALE
    return tuple(e for batch in batches if batch.log is kind for e in batch.entries)


def _swapped() -> tuple[Entry, ...]:
    """Return another history up to the deposits: they came in the other order."""
    first = _index(EntryType.DEPOSIT)
    before, (one, two) = _entries()[:first], _entries()[first : first + 2]
    return (*before, two, one)


def _index(kind: EntryType) -> int:
    return [entry.type for entry in _entries()].index(kind)


def _tree(entries: Iterable[Entry]) -> Tree:
    tree = Tree()
    for entry in entries:
        tree.append(entry.encoded)
    return tree


def _head(kind: EntryType) -> SignedCheckpoint:
    """Return the head right behind the first entry of a type."""
    return _signed(head(stage(), _tree(_entries()[: _index(kind) + 1])))


def _signed(said: Checkpoint) -> SignedCheckpoint:
    return signed(stage(), said, _END)


def _forged(number: int) -> SignedCheckpoint:
    """Return the last head with one bit of a line flipped."""
    kept = _head(EntryType.VOID)
    lines, line = list(kept.lines), kept.lines[number]
    last = line.signature[-1] ^ 1
    lines[number] = replace(line, signature=line.signature[:-1] + bytes([last]))
    return replace(kept, lines=tuple(lines))


def _receipt() -> LogProof:
    """Return the receipt of the second deposit."""
    tree, index = _tree(_entries()), _index(EntryType.DEPOSIT) + 1
    size = index + 1
    said = Checkpoint(stage().terms.origin, size, tree.root(size))
    return make_proof(tree, index, _signed(said))


def seen(who: Sequence[int], later: int = 0, before: int = 0) -> SignedCheckpoint:
    """Return the last head of the watched sale, or an earlier one, that some co-signed.

    Args:
        who: numbers of witnesses.
        later: seconds after the end.
        before: how many entries it lacks.
    """
    on = watched_stage()
    entries = _of_sale(plays.lie(plays.NOBODY, on))
    said = head(on, _tree(entries[: len(entries) - before]))
    return dated(on, said, [(number, _END + later) for number in who])
