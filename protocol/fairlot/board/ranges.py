"""Verifies presentations ahead of the fold in several processes (specs/batch.md, section 7).

The log is split in ranges on the borders of tiles. Of each comes back which statements have
verified: a set, so that it does not matter which range ends first, or who worked on it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from fairlot.board.ahead import Ahead
from fairlot.board.hints import Hints
from fairlot.board.sale import SaleState
from fairlot.board.transcript import Record
from fairlot.identity.showing import is_known, learn_shown
from fairlot.workers import Workers
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.bbs.profile import (
    IssuerContext,
    Presentation,
    Schema,
    issuer_context,
)
from fairlot_crypto.curve import backend
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.statements import Statements

RANGE = 1024
"""Leaves of a range: four tiles."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A presentation in bytes, and what it must show."""

    key: bytes
    schema: Schema
    header: bytes
    ctx: bytes
    ph: bytes
    nym: bytes
    proof: bytes
    disclosed: tuple[tuple[int, bytes], ...]
    hints: bytes | None

    @classmethod
    def of(cls, showing: Showing, hints: bytes | None) -> "Shown":
        """Return a presentation as it crosses processes."""
        context, shown = showing.context, showing.presentation
        return cls(
            context.public_key.to_bytes(),
            context.schema,
            context.header,
            showing.ctx,
            showing.ph,
            shown.nym,
            shown.proof,
            tuple(showing.disclosed.items()),
            hints,
        )


@dataclass(frozen=True, slots=True)
class Range:
    """The presentations of a range that are to be verified."""

    backend: str
    shown: tuple[Shown, ...]


def verify_range(job: Range) -> frozenset[bytes]:
    """Verify the presentations of a range together (step 26).

    Returns:
        The digests of those statements that verify.
    """
    # Step 26.
    known = Statements()
    showings = [_showing(job.backend, shown) for shown in job.shown]
    # Each process draws randomness of its own, once it has all bytes of the range.
    hints = [shown.hints for shown in job.shown]
    learn_shown(showings, hints, known, SystemRandomness())
    return known.verified


def _showing(name: str, shown: Shown) -> Showing:
    context = _context(name, shown.key, shown.schema, shown.header)
    presentation = Presentation(shown.nym, shown.proof)
    return Showing(context, presentation, shown.ctx, shown.ph, dict(shown.disclosed))


@cache
def _context(name: str, key: bytes, schema: Schema, header: bytes) -> IssuerContext:
    """Return the context of an epoch, of which a sale has few."""
    curve = backend(name)
    return issuer_context(curve, curve.g2_from_bytes(key), schema, header)


class AheadInRanges(Ahead):
    """Looks ahead in the records of a sale's log, and has others verify what is there."""

    def __init__(self, hints: Hints, workers: Workers, jobs: int) -> None:
        """Start at the first record.

        Args:
            hints: from anywhere.
            workers: verify ranges, while the fold goes on.
            jobs: how many of them work at once.
        """
        super().__init__(SystemRandomness(), hints)
        self._workers, self._most = workers, jobs * RANGE
        self._coming: Iterator[frozenset[bytes]] | None = None
        self._awaited = 0

    def look(self, state: SaleState, records: Sequence[Record], place: int) -> None:
        """Have the next presentations verified, and wait for those at ``place``.

        As many ranges as there are workers are on their way while the fold reads as many:
        no more of them is held at once.
        """
        if place < self._awaited or not state.opened:
            return
        if self._coming is None:
            # Step 22.
            self._go_to(place, records)
            self._coming = self._sent(state, records)
        coming, self._awaited = self._coming, max(self._place, place + 1)
        self._coming = self._sent(state, records)
        for verified in coming:
            state.statements.learn(verified)

    def _sent(
        self, state: SaleState, records: Sequence[Record]
    ) -> Iterator[frozenset[bytes]]:
        """Send the next presentations off, and return what comes of them."""
        # Step 25.
        found = [
            (leaf, showing)
            for leaf, showing in self._next(state, records, self._most)
            if not is_known(showing, state.statements)
        ]
        name = state.curve.name
        jobs = [
            Range(
                name, tuple(Shown.of(each, self._hints.of(leaf)) for leaf, each in some)
            )
            for _, some in groupby(found, key=lambda pair: pair[0] // RANGE)
        ]
        return self._workers.map(verify_range, jobs)
