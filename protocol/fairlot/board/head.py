"""Heads of a sale's log: who signed one, and whether it is this log's.

specs/board.md, section 3. A head is a checkpoint that the board signs first; witnesses co-sign
it, each with the date of their own clock.
"""

from collections.abc import Iterable, Iterator, Sequence

from fairlot.board.sale import SaleState
from fairlot.board.standing import Cosigned
from fairlot.errors import Rejection
from fairlot.terms.terms import Terms
from fairlot.terms.witnesses import Witness
from fairlot_crypto import cbor
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    date_of,
    unknown_lines,
    verify_checkpoint,
    verify_cosignature,
)
from fairlot_crypto.log.note import KeyKind, NoteKey, SignatureLine, line_of
from fairlot_crypto.statements import Statements


def line_problems(signed: SignedCheckpoint, terms: Terms) -> Iterator[Rejection]:
    """Yield what is wrong with a head, but for the tree and the signatures."""
    if signed.checkpoint.origin != terms.origin:
        yield Rejection(
            "checkpoint.board-name",
            "this checkpoint is another log's: its origin is not board and sale_id",
        )
    board = _board_key(terms)
    first = signed.lines[0]
    if (first.name, first.key_id) != (board.name, board.key_id):
        yield Rejection(
            "checkpoint.board-lines",
            "a checkpoint must begin with the board's signature",
        )
    witnesses = [witness.note_key for witness in terms.watching.named]
    for line in unknown_lines(signed, [board, *witnesses]):
        yield Rejection(
            "checkpoint.unknown-line",
            f"{line.name!r} signed this checkpoint, whom the terms do not name",
        )


def verify_lines(
    signed: SignedCheckpoint, terms: Terms, statements: Statements
) -> tuple[Cosigned, ...]:
    """Verify the board's signature and every co-signature that is there.

    Raises:
        ProofError: ``note.unsigned`` without the board's, ``signature.invalid``,
            ``checkpoint.cosignature``.
    """
    present = _present(signed, terms.watching.named)

    def verify() -> None:
        verify_checkpoint(signed, terms.origin, terms.board.key)
        for witness in present:
            verify_cosignature(signed, witness.name, witness.key)

    keys = (witness.note_key.to_text().encode() for witness in present)
    text = cbor.encode(signed.to_text())
    parts = (text, terms.origin.encode(), terms.board.key, *keys)
    statements.check("checkpoint", parts, verify)
    return tuple(_cosigned(signed, witness) for witness in present)


def verify_head(signed: SignedCheckpoint, state: SaleState) -> tuple[Cosigned, ...]:
    """Verify that a head is of this log, whatever its tree, and return who co-signed it.

    Raises:
        Rejection: ``checkpoint.board-name``, ``checkpoint.board-lines``,
            ``checkpoint.unknown-line``, ``checkpoint.signature``; ``phase.no-terms``.
    """
    for problem in line_problems(signed, state.terms):
        raise problem
    try:
        return verify_lines(signed, state.terms, state.statements)
    except CryptoError as error:
        raise Rejection("checkpoint.signature", str(error)) from error


def check_head(signed: SignedCheckpoint, state: SaleState) -> tuple[Cosigned, ...]:
    """Check that the log so far extends a head, and return who co-signed it.

    Raises:
        Rejection: ``checkpoint.tree`` where the log is shorter or another; as
            ``verify_head``.
    """
    found = verify_head(signed, state)
    why = contradiction(signed, state)
    if why is not None:
        raise Rejection("checkpoint.tree", why)
    return found


def contradiction(signed: SignedCheckpoint, state: SaleState) -> str | None:
    """Say why the log so far does not extend a head; ``None`` if it does.

    Who signed the head is not looked at.
    """
    said, tree = signed.checkpoint, state.tree
    if said.size == 0:
        return "a head of no entries says nothing of this board"
    if said.size > tree.size:
        return f"this board has {tree.size} entries, and the head {said.size}"
    if said.root != tree.root(said.size):
        return f"the first {said.size} entries of this board are not those of the head"
    return None


def merge_heads(heads: Iterable[SignedCheckpoint]) -> tuple[SignedCheckpoint, ...]:
    """Gather the lines of heads that say the same.

    Args:
        heads: each begins with the line of its board.

    Returns:
        One head for each checkpoint, with one line of each key; a second one where a key
        has signed it twice, e.g. with two dates, and so on. Ascending in size.
    """
    lines: dict[Checkpoint, list[SignatureLine]] = {}
    for head in heads:
        lines.setdefault(head.checkpoint, []).extend(head.lines)
    merged = [
        SignedCheckpoint(said, (found[0], *layer))
        for said, found in lines.items()
        for layer in _layers(found)
    ]
    return tuple(sorted(merged, key=lambda head: head.checkpoint.size))


def _layers(lines: Sequence[SignatureLine]) -> list[list[SignatureLine]]:
    """Return all lines but those of the first one's key: at most one of a key in a layer."""
    layers: list[list[SignatureLine]] = [[]]
    for line in dict.fromkeys(lines):
        if _same_key(line, lines[0]):
            continue
        for layer in layers:
            if not any(_same_key(line, other) for other in layer):
                layer.append(line)
                break
        else:
            layers.append([line])
    return layers


def _same_key(first: SignatureLine, second: SignatureLine) -> bool:
    return (first.name, first.key_id) == (second.name, second.key_id)


def _board_key(terms: Terms) -> NoteKey:
    return NoteKey(terms.origin, KeyKind.ED25519, terms.board.key)


def _present(
    signed: SignedCheckpoint, witnesses: Sequence[Witness]
) -> tuple[Witness, ...]:
    named = {(line.name, line.key_id) for line in signed.lines}
    keys = [(witness, witness.note_key) for witness in witnesses]
    return tuple(w for w, key in keys if (key.name, key.key_id) in named)


def _cosigned(signed: SignedCheckpoint, witness: Witness) -> Cosigned:
    line = line_of(signed.lines, witness.note_key)
    return Cosigned(witness.key, signed.checkpoint.size, date_of(line))
