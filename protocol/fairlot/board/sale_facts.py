"""What the entries of a sale's log so far determine, and how to ask for it (specs/sale.md).

It rests on the state of the registry that its terms name.
"""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from fairlot.allocation.entering import Entrant
from fairlot.allocation.outcome import Outcome
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import (
    Funding,
    LedgerLine,
    settle,
)
from fairlot.beacon.contributions import Contributions, Draw
from fairlot.beacon.rounds import Rounds
from fairlot.beacon.seals import Seals
from fairlot.board.entrants import entrants_of
from fairlot.board.log_state import LogState
from fairlot.board.phase import PHASES, Phase, VoidReason
from fairlot.board.registry_state import RegistryState
from fairlot.claim.claim import Claim
from fairlot.claim.control import Claims, Epochs, refunded
from fairlot.delivery.deliveries import Deliveries
from fairlot.deposit.deposit import Deposit
from fairlot.deposit.final import Position, Positions
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.identity.registry import Credentials
from fairlot.identity.roll import PostedRoll
from fairlot.logs import LogIdentity
from fairlot.names import Nym, SaleId
from fairlot.terms.terms import Terms


class SaleFacts(LogState):
    """Everything that the entries of a sale's log so far determine."""

    def __init__(self, registry: RegistryState) -> None:
        """Start with no entry.

        Args:
            registry: the state of the registry that the terms will name; it may go on.
        """
        super().__init__(registry.curve, registry.statements)
        self.registry = registry
        self.phase = Phase.EMPTY
        self.positions = Positions()
        self.claims = Claims()
        self.deliveries = Deliveries()
        self.rounds = Rounds()
        self.waiting: frozenset[Nym] = frozenset()
        """Whose refunds are held from RESULT to REDRAWN, since they may still win."""
        self.draw: Draw | None = None
        self.outcome: Outcome | None = None
        self.void_reason: VoidReason | None = None
        self.seals: Seals | None = None
        """There from COMMIT_END on."""
        self._terms: Terms | None = None
        self._identity: LogIdentity | None = None
        self._sale_id = SaleId(b"")
        self._roll: PostedRoll | None = None
        self._contributions: Contributions | None = None
        self._ledger: tuple[LedgerLine, ...] = ()
        self._entrants: tuple[Entrant, ...] | None = None
        """The entrants, kept once CLOSE has fixed them, if there are bids: to open them
        takes time."""
        self._drawn: tuple[bytes, Outcome] | None = None
        """A seed, and what it gives: the board draws, and takes its own RESULT in."""
        self._settled: tuple[Outcome, tuple[LedgerLine, ...]] | None = None
        """Of an outcome the ledger, as long as nobody has claimed."""

    @property
    def begun(self) -> bool:
        """Tell whether the TERMS entry is on the log."""
        return self._terms is not None

    @property
    def takes_time(self) -> bool:
        """Tell whether a TIME entry is legal: from TERMS on."""
        return self.phase in PHASES[EntryType.TIME]

    @property
    def identity(self) -> LogIdentity:
        """Whose log it is.

        Raises:
            Rejection: ``phase.no-terms`` before the TERMS entry.
        """
        if self._identity is None:
            raise no_terms()
        return self._identity

    @property
    def terms(self) -> Terms:
        """The terms.

        Raises:
            Rejection: ``phase.no-terms`` before the TERMS entry.
        """
        if self._terms is None:
            raise no_terms()
        return self._terms

    @property
    def sale_id(self) -> SaleId:
        """The hash of the terms; empty before the TERMS entry."""
        return self._sale_id

    @property
    def credentials(self) -> Credentials:
        """What a verifier of presentations needs.

        Raises:
            Rejection: ``phase.no-registry`` where the registry is not at hand.
        """
        return self.registry.credentials

    @property
    def roll(self) -> PostedRoll:
        """The roll that OPEN has fixed: who may enter.

        Raises:
            Rejection: ``phase.wrong`` before OPEN.
        """
        if self._roll is None:
            raise Rejection("phase.wrong", "no roll is fixed yet: wait for OPEN")
        return self._roll

    @property
    def opened(self) -> bool:
        """Tell whether OPEN has fixed a roll."""
        return self._roll is not None

    @property
    def contributions(self) -> Contributions:
        """The beacon so far.

        Raises:
            Rejection: ``phase.wrong`` before CLOSE.
        """
        if self._contributions is None:
            raise _not_closed()
        return self._contributions

    @property
    def drawn_outcome(self) -> Outcome:
        """Who has won what.

        Raises:
            Rejection: ``phase.wrong`` before RESULT.
        """
        if self.outcome is None:
            raise Rejection("phase.wrong", "nothing is drawn yet: wait for RESULT")
        return self.outcome

    def check_closed(self) -> None:
        """Check that CLOSE has fixed the deposits.

        Raises:
            Rejection: ``phase.wrong``.
        """
        if self._contributions is None:
            raise _not_closed()

    def due_seals(self) -> Seals:
        """Return the seals so far, and what is to be sealed.

        Raises:
            Rejection: ``phase.wrong`` before COMMIT_END.
        """
        if self.seals is None:
            raise Rejection("phase.wrong", "there is nothing to seal before COMMIT_END")
        return self.seals

    @property
    def ledger(self) -> tuple[LedgerLine, ...]:
        """Everybody's line, sorted by nym; empty before the sale has ended.

        A refund that was held at the end goes, once it is released, where the log says now.
        """
        if all(line.refund_to is not None for line in self._ledger):
            return self._ledger
        positions = self.positions.by_nym
        return tuple(
            replace(line, refund_to=self.refund_to(line.nym, positions[line.nym]))
            for line in self._ledger
        )

    def controller(self, nym: Nym) -> Claim | Deposit:
        """Return the entry whose keys control the position of a nym.

        Raises:
            Rejection: ``claim.nym`` for a nym without a position.
        """
        return self.claims.controller(nym, self.positions.by_nym)

    def released(self, nym: Nym, time: int) -> Claim | None:
        """Return the claim that takes what a nym has won, or ``None`` while it waits.

        Args:
            nym: whose position it is.
            time: Unix seconds, by the log; not before UNLOCK is there.
        """
        if self.phase is not Phase.UNLOCKED:
            return None
        return self._released(nym, time)

    def _released(self, nym: Nym, time: int) -> Claim | None:
        """Return the claim that counts at a time, whether or not UNLOCK is there."""
        if nym not in self.claims.by_nym:
            return None
        epochs = Epochs.of(self.credentials.registry)
        return self.claims.released(nym, self.terms.times.unlock, time, epochs)

    def refund_to(self, nym: Nym, position: Position) -> bytes | None:
        """Return where the refunds of a nym go; ``None`` as long as they are held."""
        if nym in self.waiting:
            return None
        return self.final_destination(nym, position.refund_to)

    def final_destination(self, nym: Nym, refund_to: bytes) -> bytes | None:
        """Return where refunds of a nym go that no second draw holds.

        Args:
            nym: whose they are.
            refund_to: where refunds at once go.
        """
        claim = self._released(nym, self.clock)
        return refunded(self.terms.refund, refund_to, claim)

    def fundings(self, waiting: AbstractSet[Nym] = frozenset()) -> tuple[Funding, ...]:
        """Return what every nym has paid, and where its refunds go.

        Args:
            waiting: those whose refunds are held for a second draw.
        """
        return tuple(
            Funding(
                nym,
                paid,
                None if nym in waiting else self.final_destination(nym, refund_to),
                final,
            )
            for nym, paid, refund_to, final in self.positions.stakes()
        )

    def entrants(self, rounds: Rounds | None = None) -> tuple[Entrant, ...]:
        """Return the deposits that count, final and funded, with their bids opened.

        Args:
            rounds: what opens them, by default the rounds on the board.

        Raises:
            Rejection: ``phase.no-terms``; ``result.round`` if bids cannot be opened
                yet.
        """
        if self._entrants is not None:
            return self._entrants
        signatures = (self.rounds if rounds is None else rounds).signatures
        found = entrants_of(self.curve, self.terms, self.positions, signatures)
        fixed = self._contributions is not None and rounds is None
        if fixed and self.terms.bids is not None:
            self._entrants = found
        return found

    def result(
        self, rounds: Rounds | None = None
    ) -> tuple[Draw, Outcome, tuple[LedgerLine, ...]]:
        """Compute the RESULT entry that is due (steps 7 to 11).

        Args:
            rounds: by default those on the board.

        Raises:
            Rejection: ``result.withheld``, ``result.round``.
        """
        known = self.rounds if rounds is None else rounds
        # Step 7.
        draw = self.contributions.draw(self.sale_id, known.signatures)
        # Steps 8 and 9, and the allocation of step 11.
        outcome = self._allocated(draw.seed, rounds)
        return draw, outcome, self._settlement(outcome)

    def _settlement(self, outcome: Outcome) -> tuple[LedgerLine, ...]:
        if self.claims.by_nym:
            # Claims say where refunds go, and when.
            return settle(outcome, self.fundings())
        if self._settled is None or self._settled[0] is not outcome:
            self._settled = outcome, settle(outcome, self.fundings())
        return self._settled[1]

    def _allocated(self, seed: bytes, rounds: Rounds | None) -> Outcome:
        if rounds is None and self._drawn is not None and self._drawn[0] == seed:
            return self._drawn[1]
        pools, sale_id = self.terms.pools, self.sale_id
        outcome = allocate(pools, self.entrants(rounds), seed, sale_id)
        if rounds is None:
            # Who takes part is fixed, and rounds on the board have one signature each.
            self._drawn = seed, outcome
        return outcome

    def void_reasons(self, time: int) -> tuple[VoidReason, ...]:
        """Return why the sale cannot be completed at ``time`` (step 12)."""
        times = self.terms.times
        missed = {
            Phase.ANNOUNCED: (times.open, VoidReason.OPEN_MISSED),
            Phase.OPEN: (times.close, VoidReason.CLOSE_MISSED),
            Phase.COMMIT: (times.commit_end, VoidReason.COMMIT_END_MISSED),
            Phase.SEAL: (times.seal_end, VoidReason.SEALED_MISSED),
        }
        due, reason = missed.get(self.phase, (0, None))
        if reason and time > due + times.slack:
            return (reason,)
        sealed = self.phase in (Phase.REVEAL, Phase.RESULT)
        expired = times.expiry is not None and time > times.expiry
        if sealed and expired and self.rounds.missing:
            return (VoidReason.EXPIRED,)
        return ()


def no_terms() -> Rejection:
    """Return the refusal of what comes before TERMS."""
    return Rejection("phase.no-terms", "the first entry of a sale's log must be TERMS")


def _not_closed() -> Rejection:
    return Rejection("phase.wrong", "the deposits are not closed yet: wait for CLOSE")
