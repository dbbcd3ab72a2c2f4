"""What the entries of a sale's log determine about seats that lapse (specs/lapses.md)."""

from itertools import chain

from fairlot.allocation.outcome import Outcome
from fairlot.allocation.settlement import outcome_hash
from fairlot.beacon.contributions import Draw
from fairlot.board.phase import BETWEEN
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale_facts import SaleFacts
from fairlot.board.second_draw import (
    Drawn,
    SaidOfIt,
    SecondDraw,
    draw_again,
    waiting_for,
)
from fairlot.claim.collect import Collects
from fairlot.delivery.items import Unit, units_after, units_of
from fairlot.errors import Rejection
from fairlot.names import Nym


class CollectingFacts(SaleFacts):
    """Everything that the entries determine, second draws included."""

    def __init__(self, registry: RegistryState) -> None:
        """Start with no entry.

        Args:
            registry: the state of the registry that the terms will name; it may go on.
        """
        super().__init__(registry)
        self.collects = Collects()
        self.second: SecondDraw | None = None
        """What the sale gives after the collecting, once REDRAWN is on the log."""

    def units(self) -> tuple[Unit, ...]:
        """Return the units that were sold, in their order.

        Raises:
            Rejection: ``phase.wrong`` before RESULT, or before REDRAWN if winners collect.
        """
        first = self.drawn_outcome
        if self.second is not None:
            return units_after(first, self.second.redrawn)
        if self.phase in BETWEEN:
            raise Rejection("phase.wrong", "seats may lapse yet: wait for REDRAWN")
        return units_of(first)

    def check_collecting(self) -> None:
        """Check that anybody can compute who has won, and that winners collect (step 9).

        Raises:
            Rejection: ``collect.none``, ``collect.early``.
        """
        # Step 9.
        if not self.terms.collecting:
            problem = "nobody need collect in this sale: no pool has collect"
            raise Rejection("collect.none", problem)
        made = self.contributions
        if self.rounds.missing or (made.withheld and made.recovered is None):
            problem = "nobody can know yet who has won: wait for openings and rounds"
            raise Rejection("collect.early", problem)

    def drawn(self, draw: Draw, outcome: Outcome) -> Drawn:
        """Return a first draw of this sale, and for whom it was."""
        return Drawn(self.terms, self.entrants(), draw, outcome)

    def held(self, first: Drawn) -> frozenset[Nym]:
        """Return whose refunds are held until a second draw."""
        return frozenset(chain.from_iterable(waiting_for(first).values()))

    def second_draw(self, time: int) -> SecondDraw:
        """Compute the REDRAWN entry that is due (steps 14 to 16).

        Args:
            time: Unix seconds of the last TIME entry.

        Raises:
            Rejection: ``redraw.early``, ``redraw.round``; ``phase.wrong`` before RESULT.
        """
        outcome, terms = self.drawn_outcome, self.terms
        if self.draw is None or terms.redraw is None:
            raise Rejection("phase.wrong", "nothing is drawn again in this sale")
        collect = terms.times.collect or 0
        # Step 14.
        if self.collects.fixed is None and time <= collect + terms.times.slack:
            problem = "COLLECT_END may still come: wait until it is there or too late"
            raise Rejection("redraw.early", problem)
        known = self.rounds.signatures
        came = terms.redraw.name in known or time > terms.redrawn_by
        if self.collects.fixed is not None and not came:
            problem = f"round {terms.redraw.round_number} must be on the board first"
            raise Rejection("redraw.round", f"{problem}, or have stayed out too long")
        first = self.drawn(self.draw, outcome)
        return draw_again(first, self.fundings(), self.collects.fixed, known)

    def second_as_said(self, said: SaidOfIt, time: int) -> SecondDraw:
        """Compute a second draw, and compare it with what REDRAWN says of it (step 17).

        Args:
            said: by the entry.
            time: Unix seconds of the last TIME entry.

        Raises:
            Rejection: as ``second_draw``; ``redraw.seed``, ``redraw.outcome``.
        """
        second = self.second_draw(time)
        # Step 17.
        if said.seed != second.seed:
            problem = (
                "REDRAWN must state the seed of the second draw, or none without it"
            )
            raise Rejection("redraw.seed", problem)
        if said.outcome != outcome_hash(second.ledger, self.terms.pools):
            problem = "REDRAWN must state the hash of what the second draw gives"
            raise Rejection("redraw.outcome", problem)
        return second
