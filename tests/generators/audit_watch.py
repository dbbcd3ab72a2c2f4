"""What witnesses show, and what they don't; a part of chapter audit."""

from collections.abc import Callable, Sequence
from functools import cache

from fairlot.entry import EntryType
from fairlot.rehearsal.parts import TIMES
from generators import plays
from generators.audit_lies import Lie
from generators.plays import lie
from generators.stage import stage
from kit.board import Batch, Dates, publish_dated
from kit.stage import Stage

_ALL, _ENOUGH, _TOO_FEW = (0, 1, 2), (0, 2), (1,)


@cache
def watched_stage() -> Stage:
    """Return the stage with three witnesses, of whom two must agree."""
    return stage().watched()


def publish_watched(batches: Sequence[Batch], dates: Callable[[Batch], Dates]) -> bytes:
    """Return a transcript whose heads are co-signed as ``dates`` says."""
    return publish_dated(watched_stage(), batches, dates)


def watched() -> bytes:
    """Return a sale of which as few witnesses as may be saw each head."""
    return publish_watched(_nobody(), lambda batch: [(i, batch.time) for i in _ENOUGH])


def thinned() -> bytes:
    """Return a sale of which only the heads behind markers are co-signed."""
    return publish_watched(
        _nobody(),
        lambda batch: [(i, batch.time) for i in _ALL] if _marks(batch) else [],
    )


def watch_lies() -> Sequence[Lie]:
    """Return sales that too few witnesses saw in time."""
    rows = (
        ("open", "OPEN", EntryType.OPEN, TIMES.open),
        ("close", "CLOSE", EntryType.CLOSE, TIMES.close),
        ("commit-end", "COMMIT_END", EntryType.COMMIT_END, TIMES.commit_end),
        ("sealed", "SEALED", EntryType.SEALED, TIMES.seal_end),
    )
    late = [
        Lie(
            f"A28-{name}-late",
            f"A quorum saw {what} in time; the board would choose the moment later.",
            "witness.quorum",
            publish_watched(_nobody(), _dated(kind, due + TIMES.slack)),
        )
        for name, what, kind, due in rows
    ]
    few = "A quorum saw the result; another history could have another one."
    return (*late, Lie("A28-result", few, "witness.quorum", _unseen()))


def _dated(kind: EntryType, deadline: int) -> Callable[[Batch], Dates]:
    """Let one witness too few see a marker by its deadline, and all of them later."""
    batches = _nobody()
    marked = next(b for b in batches if any(e.type is kind for e in b.entries))
    covering = batches[batches.index(marked) :]

    def dates(batch: Batch) -> Dates:
        few = batch in covering and batch.time <= deadline
        return [(i, batch.time) for i in (_TOO_FEW if few else _ENOUGH)]

    return dates


def _unseen() -> bytes:
    """Return a sale whose end too few witnesses saw."""
    result = EntryType.RESULT

    def dates(batch: Batch) -> Dates:
        ends = any(entry.type is result for entry in batch.entries)
        return [(i, batch.time) for i in (_TOO_FEW if ends else _ENOUGH)]

    return publish_watched(_nobody(), dates)


def _marks(batch: Batch) -> bool:
    last = batch.entries[-1].type
    return last.role.value == "board"


@cache
def _nobody() -> tuple[Batch, ...]:
    return lie(plays.NOBODY, watched_stage())
