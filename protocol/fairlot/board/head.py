"""Heads of a log: who signed one, and whether it is this log's.

specs/board.md, section 3. A head is a checkpoint that the board signs first; witnesses co-sign
it, each with the date of their own clock.
"""

from collections.abc import Iterable, Iterator, Sequence

from fairlot.board.log_state import LogState
from fairlot.board.standing import Cosigned
from fairlot.errors import Rejection
from fairlot.logs import LogIdentity, Witness
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


def line_problems(signed: SignedCheckpoint, log: LogIdentity) -> Iterator[Rejection]:
    """Yield what is wrong with a head, but for the tree and the signatures."""
    if signed.checkpoint.origin != log.origin:
        yield Rejection(
            "checkpoint.board-name",
            "this checkpoint is another log's: its origin is not that of its board and scope",
        )
    board, *_ = named = _named_keys(log)
    first = signed.lines[0]
    if (first.name, first.key_id) != (board.name, board.key_id):
        yield Rejection(
            "checkpoint.board-lines",
            "a checkpoint must begin with the board's signature",
        )
    for line in unknown_lines(signed, named):
        yield Rejection(
            "checkpoint.unknown-line",
            f"{line.name!r} signed this checkpoint, whom this log does not name",
        )


def verify_lines(
    signed: SignedCheckpoint, log: LogIdentity, statements: Statements
) -> tuple[Cosigned, ...]:
    """Verify the board's signature and every co-signature that is there.

    Raises:
        ProofError: ``note.unsigned`` without the board's, ``signature.invalid``,
            ``checkpoint.cosignature``.
    """
    present = _present(signed, log.watching.named)

    def verify() -> None:
        verify_checkpoint(signed, log.origin, log.board.key)
        for witness in present:
            verify_cosignature(signed, witness.name, witness.key)

    keys = (witness.note_key.to_text().encode() for witness in present)
    text = cbor.encode(signed.to_text())
    parts = (text, log.origin.encode(), log.board.key, *keys)
    statements.check("checkpoint", parts, verify)
    return tuple(_cosigned(signed, witness) for witness in present)


def verify_head(signed: SignedCheckpoint, state: LogState) -> tuple[Cosigned, ...]:
    """Verify that a head is of this log, whatever its tree, and return who co-signed it.

    Raises:
        Rejection: ``checkpoint.board-name``, ``checkpoint.board-lines``,
            ``checkpoint.unknown-line``, ``checkpoint.signature``; ``phase.no-terms``,
            ``phase.no-registry``.
    """
    for problem in line_problems(signed, state.identity):
        raise problem
    try:
        return verify_lines(signed, state.identity, state.statements)
    except CryptoError as error:
        raise Rejection("checkpoint.signature", str(error)) from error


def check_head(signed: SignedCheckpoint, state: LogState) -> tuple[Cosigned, ...]:
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


def contradiction(signed: SignedCheckpoint, state: LogState) -> str | None:
    """Say why the log so far does not extend a head; ``None`` if it does.

    Who signed the head is not looked at.
    """
    said, tree = signed.checkpoint, state.tree
    if said.size == 0:
        return "every board extends a head of no entries: it shows nothing"
    if said.size > tree.size:
        return f"this board has {tree.size} entries, and the head {said.size}"
    if said.root != tree.root(said.size):
        return f"the first {said.size} entries of this board are not those of the head"
    return None


def named_lines(signed: SignedCheckpoint, log: LogIdentity) -> SignedCheckpoint:
    """Return a head, which the board has signed, without lines that nobody may add."""
    strange = unknown_lines(signed, _named_keys(log))
    lines = tuple(line for line in signed.lines if line not in strange)
    return SignedCheckpoint(signed.checkpoint, lines)


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


def _named_keys(log: LogIdentity) -> tuple[NoteKey, ...]:
    """Return the keys of which a head may have lines: the board's, and those that watch."""
    board = NoteKey(log.origin, KeyKind.ED25519, log.board.key)
    return (board, *(witness.note_key for witness in log.watching.named))


def _present(
    signed: SignedCheckpoint, witnesses: Sequence[Witness]
) -> tuple[Witness, ...]:
    named = {(line.name, line.key_id) for line in signed.lines}
    keys = [(witness, witness.note_key) for witness in witnesses]
    return tuple(w for w, key in keys if (key.name, key.key_id) in named)


def _cosigned(signed: SignedCheckpoint, witness: Witness) -> Cosigned:
    line = line_of(signed.lines, witness.note_key)
    return Cosigned(witness.key, signed.checkpoint.size, date_of(line))
