"""Heads of a sale's log: who signed one, and whether it is this log's.

specs/board.md, section 3. A head is a checkpoint that the board signs first; witnesses co-sign
it, each with the date of their own clock.
"""

from collections.abc import Iterator, Sequence

from fairlot.board.sale import SaleState
from fairlot.board.standing import Cosigned
from fairlot.errors import Rejection
from fairlot.terms.terms import Terms
from fairlot.terms.witnesses import Witness
from fairlot_crypto import cbor
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.log.checkpoint import (
    SignedCheckpoint,
    date_of,
    unknown_lines,
    verify_checkpoint,
    verify_cosignature,
)
from fairlot_crypto.log.note import KeyKind, NoteKey, line_of
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


def check_head(signed: SignedCheckpoint, state: SaleState) -> tuple[Cosigned, ...]:
    """Check that the log so far extends a head, and return who co-signed it.

    Raises:
        Rejection: ``checkpoint.tree`` where the log is shorter or another,
            ``checkpoint.board-name``, ``checkpoint.board-lines``,
            ``checkpoint.unknown-line``, ``checkpoint.signature``; ``phase.no-terms``.
    """
    terms, said = state.terms, signed.checkpoint
    for problem in line_problems(signed, terms):
        raise problem
    tree = state.tree
    if not 0 < said.size <= tree.size or said.root != tree.root(said.size):
        why = f"this log does not extend the head of {said.size} entries"
        raise Rejection("checkpoint.tree", why)
    try:
        return verify_lines(signed, terms, state.statements)
    except CryptoError as error:
        raise Rejection("checkpoint.signature", str(error)) from error


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
