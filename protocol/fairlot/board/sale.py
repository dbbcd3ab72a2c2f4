"""The state of a sale: a fold over the entries of its log (specs/sale.md).

It rests on the state of the registry that its terms name. Storage, wallets and the command
line only produce and carry entries.
"""

from dataclasses import replace
from enum import StrEnum

from fairlot.allocation.entering import Entrant
from fairlot.allocation.outcome import Outcome
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import (
    Funding,
    LedgerLine,
    outcome_hash,
    settle,
    settle_void,
)
from fairlot.beacon.contributions import Contributions, Draw, Frozen, check_setup
from fairlot.beacon.rounds import Rounds
from fairlot.beacon.seals import Seal, Seals
from fairlot.board.entrants import entrants_of
from fairlot.board.log_state import LogState
from fairlot.board.phase import PHASES, Phase
from fairlot.board.registration import (
    check_opening,
    check_registry,
    find_roll,
    read_terms,
)
from fairlot.board.registry_state import RegistryState
from fairlot.claim.claim import Claim, check_claim
from fairlot.claim.control import Claims, Epochs, refunded
from fairlot.delivery.deliveries import Deliveries
from fairlot.delivery.items import units_of
from fairlot.deposit.deposit import Deposit
from fairlot.deposit.final import Position, Positions
from fairlot.deposit.payment import read_payment
from fairlot.deposit.verify import check_deposit
from fairlot.entry import Entry, EntryHash, EntryType, Role, body_fields
from fairlot.errors import Rejection
from fairlot.identity.registry import Credentials, RollId
from fairlot.identity.roll import PostedRoll
from fairlot.logs import LogIdentity
from fairlot.names import HASH_LENGTH, Nym, SaleId
from fairlot.terms.terms import Terms
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import check_verify_key


class VoidReason(StrEnum):
    """The reason why a sale cannot be completed."""

    OPEN_MISSED = "open-missed"
    CLOSE_MISSED = "close-missed"
    COMMIT_END_MISSED = "commit-end-missed"
    COMMITS_MISSING = "commits-missing"
    SEALED_MISSED = "sealed-missed"
    EXPIRED = "expired"


class SaleState(LogState):
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
        """The entrants, kept once CLOSE has fixed them, since opening bids takes time."""
        self.handlers = {
            EntryType.TERMS: self._terms_entry,
            EntryType.TIME: self._time_entry,
            EntryType.OPEN: self._open_entry,
            EntryType.DEPOSIT: self._deposit_entry,
            EntryType.CANCEL: self._deposit_entry,
            EntryType.PAID: self._paid_entry,
            EntryType.CLOSE: self._close_entry,
            EntryType.COMMIT: self._commit_entry,
            EntryType.COMMIT_END: self._commit_end_entry,
            EntryType.SEAL: self._seal_entry,
            EntryType.SEALED: self._sealed_entry,
            EntryType.REVEAL: self._reveal_entry,
            EntryType.REVEAL_END: self._reveal_end_entry,
            EntryType.RECOVER: self._recover_entry,
            EntryType.ROUND: self._round_entry,
            EntryType.RESULT: self._result_entry,
            EntryType.CLAIM: self._claim_entry,
            EntryType.ITEMS: self._items_entry,
            EntryType.UNLOCK: self._unlock_entry,
            EntryType.DELIVERY: self._delivery_entry,
            EntryType.VOID: self._void_entry,
        }

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
            raise _no_terms()
        return self._identity

    @property
    def terms(self) -> Terms:
        """The terms.

        Raises:
            Rejection: ``phase.no-terms`` before the TERMS entry.
        """
        if self._terms is None:
            raise _no_terms()
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

    def check_phase(self, entry: Entry) -> None:
        """Refuse an entry whose type is not legal in this phase (step 2)."""
        if self.phase in PHASES[entry.type]:
            return
        if self.phase is Phase.EMPTY:
            raise _no_terms()
        if entry.type is EntryType.TERMS:
            raise Rejection(
                "terms.again", "this log has terms already: it is of one sale only"
            )
        raise Rejection(
            "phase.wrong", f"{entry.type} does not belong into the phase {self.phase}"
        )

    def check_speaker(self, entry: Entry) -> None:
        """Refuse entries of another sale or another key (steps 4 and 5).

        TERMS bring scope and key with them.
        """
        if entry.type is EntryType.TERMS:
            return
        # Step 4.
        if entry.scope != self.sale_id:
            raise Rejection("entry.scope", "the entry was made for another sale")
        # Step 5.
        if entry.type.role is Role.ANYONE:
            _check_any_key(entry)
        named = {
            Role.BOARD: self.terms.board.key,
            Role.ESCROW: self.terms.escrow,
            Role.SELLER: self.terms.seller,
        }
        if entry.key != named.get(entry.type.role, entry.key):
            raise Rejection(
                "entry.key",
                f"{entry.type} must be signed by the {entry.type.role}'s key",
            )

    def _terms_entry(self, entry: Entry, _time: int) -> None:
        terms = read_terms(entry)
        check_setup(terms, self.statements)
        check_registry(terms, self.registry)
        self._terms, self._sale_id = terms, terms.sale_id
        self._identity = terms.log
        self.rounds = Rounds(terms.named_rounds())
        self.phase = Phase.ANNOUNCED

    def _deposit_entry(self, entry: Entry, time: int) -> None:
        credentials, roll = self.credentials, self.roll.roll_id
        self.positions.place(
            check_deposit(credentials, self.terms, roll, entry, time, self.statements)
        )

    def _paid_entry(self, entry: Entry, _time: int) -> None:
        self.positions.pay(*read_payment(entry))

    def _open_entry(self, entry: Entry, time: int) -> None:
        fields = body_fields(entry)
        named = RollId(fields.bytes("roll", HASH_LENGTH))
        fields.done()
        self._check_marker(self.terms.times.open, time)
        posted = find_roll(self.registry, named)
        check_opening(self.terms, self.credentials.registry, posted, time)
        self._roll = posted
        self.phase = Phase.OPEN

    def _close_entry(self, entry: Entry, time: int) -> None:
        fields = body_fields(entry)
        frozen = Frozen.read(fields)
        fields.done()
        self._check_marker(self.terms.times.close, time)
        if frozen != Frozen(self.tree.size, self.tree.root()):
            raise Rejection(
                "close.tree", "CLOSE must state size and root of the tree before it"
            )
        self._contributions = Contributions(
            self.terms.beacon, frozen, self.positions.depositors
        )
        self.phase = Phase.COMMIT

    def _commit_entry(self, entry: Entry, _time: int) -> None:
        self.contributions.commit(entry)

    def _commit_end_entry(self, entry: Entry, time: int) -> None:
        body_fields(entry).done()
        self._check_marker(self.terms.times.commit_end, time)
        made = self.contributions
        if not made.enough:
            self._end(VoidReason.COMMITS_MISSING)
            return
        head = Frozen(self.tree.size + 1, self.tree.root_after(entry.encoded))
        seal = Seal(made.b_star(self.sale_id), head)
        self.seals = Seals(made.beacon, seal, made.commitments)
        self.phase = Phase.SEAL

    def _seal_entry(self, entry: Entry, _time: int) -> None:
        self.due_seals().take(entry)

    def _sealed_entry(self, entry: Entry, time: int) -> None:
        body_fields(entry).done()
        self._check_marker(self.terms.times.seal_end, time)
        self.due_seals().check_enough()
        self.phase = Phase.REVEAL

    def _reveal_entry(self, entry: Entry, _time: int) -> None:
        self.contributions.reveal(entry, self.statements)

    def _reveal_end_entry(self, entry: Entry, time: int) -> None:
        body_fields(entry).done()
        if time < self.terms.times.reveal_end:
            raise Rejection(
                "phase.early",
                "it is too early: REVEAL_END comes at reveal_end of the terms",
            )
        self.contributions.end_reveals()
        self.phase = Phase.RESULT

    def _recover_entry(self, entry: Entry, _time: int) -> None:
        self.contributions.recover(entry, self.statements)

    def _round_entry(self, entry: Entry, time: int) -> None:
        self.rounds.take(self.curve, entry, time, self.statements)

    def _result_entry(self, entry: Entry, _time: int) -> None:
        fields = body_fields(entry)
        claimed = Draw.read(fields)
        claimed_outcome = fields.bytes("outcome", 32)
        fields.done()
        draw, outcome, ledger = self.result()
        # Step 10.
        if claimed != draw:
            raise Rejection(
                "result.draw",
                "RESULT must state b*, Ω and the seed that the beacon gives",
            )
        # Step 11.
        if claimed_outcome != outcome_hash(ledger, self.terms.pools):
            raise Rejection(
                "result.outcome", "RESULT must state the hash of what the draw gives"
            )
        self.draw, self.outcome, self._ledger = draw, outcome, ledger
        self.phase = Phase.LOCKED

    def _claim_entry(self, entry: Entry, time: int) -> None:
        credentials, roll = self.credentials, self.roll.roll_id
        claim = check_claim(credentials, self.terms, roll, entry, time, self.statements)
        self.claims.place(claim, self.positions.by_nym)

    @property
    def ledger(self) -> tuple[LedgerLine, ...]:
        """Everybody's line, sorted by nym; empty before the sale has ended.

        A refund that was held at the end goes, once it is released, where the log says now.
        """
        if not any(line.held for line in self._ledger):
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
        epochs = Epochs.of(self.credentials.registry)
        return self.claims.released(nym, self.terms.times.unlock, time, epochs)

    def _items_entry(self, entry: Entry, _time: int) -> None:
        self.deliveries.take_items(entry, units_of(self.drawn_outcome))

    def _delivery_entry(self, entry: Entry, time: int) -> None:
        def claim_of(nym: Nym) -> EntryHash | None:
            claim = self.released(nym, time)
            return None if claim is None else claim.entry_hash

        self.deliveries.take_delivery(entry, claim_of)

    def _unlock_entry(self, entry: Entry, time: int) -> None:
        body_fields(entry).done()
        if time < self.terms.times.unlock:
            raise Rejection(
                "phase.early", "it is too early: UNLOCK comes at unlock of the terms"
            )
        self.phase = Phase.UNLOCKED

    def _void_entry(self, entry: Entry, time: int) -> None:
        fields = body_fields(entry)
        reason = fields.text("reason")
        fields.done()
        if reason not in [known.value for known in self.void_reasons(time)]:
            raise Rejection(
                "void.reason", f"the reason {reason!r} does not hold at this time"
            )
        self._end(VoidReason(reason))

    def _end(self, reason: VoidReason) -> None:
        """Give everybody everything back."""
        self.void_reason = reason
        self._ledger = settle_void(self.fundings())
        self.phase = Phase.VOID

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
        entrants = self.entrants(rounds)
        outcome = allocate(self.terms.pools, entrants, draw.seed, self.sale_id)
        return draw, outcome, settle(outcome, self.fundings())

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
        if self._contributions is not None and rounds is None:
            self._entrants = found
        return found

    def fundings(self) -> tuple[Funding, ...]:
        """Return what every nym has paid, and where its refunds go."""
        return tuple(
            Funding(
                nym,
                position.paid,
                self.refund_to(nym, position),
                position.final.binding.type is EntryType.DEPOSIT,
            )
            for nym, position in self.positions.by_nym.items()
        )

    def refund_to(self, nym: Nym, position: Position) -> bytes | None:
        """Return where the refunds of a nym go; ``None`` as long as they are held."""
        claim = self._released(nym, self.clock)
        return refunded(self.terms.refund, position.refund_to, claim)

    def _check_marker(self, due: int, time: int) -> None:
        if time < due:
            raise Rejection(
                "phase.early",
                f"it is too early by {due - time} s: post the marker when it is due",
            )
        if time > due + self.terms.times.slack:
            raise Rejection(
                "phase.late",
                "it is too late, beyond the slack of the terms: the sale is void",
            )


def _no_terms() -> Rejection:
    return Rejection("phase.no-terms", "the first entry of a sale's log must be TERMS")


def _not_closed() -> Rejection:
    return Rejection("phase.wrong", "the deposits are not closed yet: wait for CLOSE")


def _check_any_key(entry: Entry) -> None:
    try:
        check_verify_key(entry.key)
    except CryptoError as error:
        raise Rejection(
            "entry.key", f"the entry must be signed by an Ed25519 key: {error.message}"
        ) from error
