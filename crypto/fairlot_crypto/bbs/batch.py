"""Verifies many presentations together (specs/batch.md, section 5).

The verdict on each is that of ``verify_presentation``: whatever the batch does not accept is
verified alone.
"""

from collections.abc import Callable, Sequence

from fairlot_crypto.bbs.combination import Pending, combination_holds
from fairlot_crypto.bbs.hints import Hinted, Showing, hints_of_opened, read_hints
from fairlot_crypto.bbs.profile import verify_presentation
from fairlot_crypto.bbs.proof import POINTS, proof_of
from fairlot_crypto.bbs.pseudonym import verify_responses
from fairlot_crypto.curve import G1, Backend, OnCurve
from fairlot_crypto.errors import CallerError, CryptoError, EncodingError
from fairlot_crypto.randomness import Randomness

Verdict = CryptoError | None
"""Why a presentation does not verify; ``None`` if it does."""


def verify_batch(
    showings: Sequence[Showing],
    hints: Sequence[bytes | None],
    randomness: Randomness,
    told: Callable[[int, bytes], None] | None = None,
) -> tuple[Verdict, ...]:
    """Verify presentations, faster than one by one.

    Args:
        showings: presentations, all of one back-end, with what each must show.
        hints: of each, 480 bytes from anywhere; ``None`` where there are none. Whatever
            they are, they change no verdict.
        randomness: private and fresh: the system's entropy, drawn after all bytes of the
            batch were fixed. Whoever can foresee it can forge.
        told: given the place, and what ``make_hints`` returns, of each presentation whose T1,
            T2 and U had to be computed and lead to its challenge, whether it then verifies
            or not.

    Returns:
        For each presentation the error of ``verify_presentation``, or ``None``. One that
        does not verify is overlooked with probability at most 2^-80 + 2^-115 for the
        whole batch, of up to 4096.

    Raises:
        CallerError: ``batch.hints`` unless there are as many hints as presentations.
    """
    if len(showings) != len(hints):
        raise CallerError(
            "batch.hints", f"{len(hints)} hints for {len(showings)} presentations"
        )
    verdicts: list[Verdict] = [None] * len(showings)
    # Steps 14 and 15.
    pending = _hinted(showings, hints, randomness)
    # Step 16.
    for index in sorted(set(range(len(showings))) - {each.index for each in pending}):
        try:
            pending.append(_computed(index, showings[index], told))
        except CryptoError as error:
            verdicts[index] = error
    # Steps 17 to 19.
    for each in _suspects(pending, randomness):
        verdicts[each.index] = _single(each.showing)
    return tuple(verdicts)


def _hinted(
    showings: Sequence[Showing],
    hints: Sequence[bytes | None],
    randomness: Randomness,
) -> list[Pending]:
    """Return the presentations that their hints open, all points shown to lie in G1."""
    # Step 14.
    opened = [
        (index, showing, read)
        for index, (showing, hint) in enumerate(zip(showings, hints, strict=True))
        if hint is not None and (read := read_hints(showing, hint)) is not None
    ]
    if not opened:
        return []
    curve = showings[0].context.curve
    points = [point for _, _, read in opened for point in read.points]
    admitted = _admit(curve, points, randomness)
    if admitted is not None:
        each = len(points) // len(opened)
        rows = [admitted[i : i + each] for i in range(0, len(points), each)]
        return [
            _pending(index, showing, read, row)
            for (index, showing, read), row in zip(opened, rows, strict=True)
        ]
    # Step 15.
    alone = ((i, s, h, _admit(curve, h.points, randomness)) for i, s, h in opened)
    return [_pending(i, s, h, row) for i, s, h, row in alone if row is not None]


def _admit(
    curve: Backend, points: Sequence[OnCurve], randomness: Randomness
) -> tuple[G1, ...] | None:
    try:
        return curve.admit(points, randomness)
    except EncodingError:
        return None


def _pending(
    index: int, showing: Showing, read: Hinted, points: Sequence[G1]
) -> Pending:
    proof = proof_of(points[:POINTS], read.scalars)
    nym, T1, T2, U = points[POINTS:]
    return Pending(index, showing, read.disclosed, proof, (nym, T1, T2, U))


def _computed(
    index: int, showing: Showing, told: Callable[[int, bytes], None] | None
) -> Pending:
    """Check everything but the pairing, without hints.

    Raises:
        CryptoError: as ``verify_presentation`` does, but for ``presentation.pairing``.
    """
    disclosed = showing.scalars()
    opened = verify_responses(
        showing.context.signed,
        showing.presentation,
        disclosed,
        showing.context.schema.nym_secrets,
        showing.ctx,
        showing.ph,
    )
    if told is not None:
        told(index, hints_of_opened(showing, opened))
    return Pending(index, showing, disclosed, opened.proof, None)


def _suspects(pending: Sequence[Pending], randomness: Randomness) -> list[Pending]:
    """Return those that no combination accepts, by halving (step 19)."""
    if not pending or combination_holds(pending, randomness):
        return []
    if len(pending) == 1:
        return list(pending)
    middle = len(pending) // 2
    low, high = pending[:middle], pending[middle:]
    return _suspects(low, randomness) + _suspects(high, randomness)


def _single(showing: Showing) -> Verdict:
    shown, disclosed = showing.presentation, showing.disclosed
    try:
        verify_presentation(showing.context, shown, showing.ctx, showing.ph, disclosed)
    except CryptoError as error:
        return error
    return None
