"""What a witness checks before it co-signs a head (specs/command-line.md, section 9)."""

from fairlot.board.duties import CLOCK_TOLERANCE, KEEP_BOTH
from fairlot.board.head import contradiction
from fairlot.board.replay import Replay
from fairlot.errors import Rejection
from fairlot.logs import Witness
from fairlot_crypto.keys import SigningKey, VerifyKey
from fairlot_crypto.log.checkpoint import (
    SignedCheckpoint,
    cosign_checkpoint,
    date_of,
)
from fairlot_crypto.log.note import line_of


def witness_of(view: Replay, key: VerifyKey) -> Witness:
    """Return the witness whose key this is.

    Raises:
        Rejection: ``witness.unnamed``, ``phase.no-terms``.
    """
    for witness in view.state.terms.witnesses.named:
        if witness.key == key:
            return witness
    # Step 2.
    problem = "the terms of this sale do not name this key as a witness"
    raise Rejection("witness.unnamed", problem)


def cosign(
    view: Replay, key: SigningKey, last: SignedCheckpoint | None, clock: int
) -> SignedCheckpoint:
    """Co-sign the last head of a board (steps 2 and 4 to 6).

    Args:
        view: the board, without findings.
        key: of a witness whom the terms name.
        last: what this witness co-signed last of this log, with its own line; ``None``
            for nothing.
        clock: its own, Unix seconds; in a rehearsal the simulated one.

    Returns:
        The head with the board's line and its own.

    Raises:
        Rejection: ``witness.unnamed``, ``witness.fork``, ``witness.clock``,
            ``phase.no-terms``.
    """
    # Step 2.
    witness = witness_of(view, key.public)
    head = view.heads[max(view.heads)]
    # Step 4.
    if last is not None:
        _check_extends(view, last)
        if clock < date_of(line_of(last.lines, witness.note_key)):
            problem = "your clock is behind the date of your last co-signature"
            raise Rejection("witness.clock", problem)
    # Step 5.
    if last is None or head.checkpoint != last.checkpoint:
        _check_clock(view, clock)
    # Step 6.
    line = cosign_checkpoint(head.checkpoint, witness.name, key, clock)
    return SignedCheckpoint(head.checkpoint, (head.lines[0], line))


def _check_extends(view: Replay, last: SignedCheckpoint) -> None:
    """Check that the board extends what was co-signed last."""
    why = contradiction(last, view.state)
    if why is not None:
        raise Rejection("witness.fork", f"{why} that you co-signed: {KEEP_BOTH}")


def _check_clock(view: Replay, clock: int) -> None:
    """Check that what the board has added was dated just now."""
    apart = view.time - clock
    if not view.state.terms.rehearsal and abs(apart) > CLOCK_TOLERANCE:
        way = "ahead of" if apart > 0 else "behind"
        problem = f"the board's clock is {abs(apart)} s {way} yours"
        raise Rejection("witness.clock", f"{problem}: one of them is wrong")
