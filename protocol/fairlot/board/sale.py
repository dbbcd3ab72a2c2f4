"""The state of a sale: a fold over the entries of its log (specs/sale.md).

Storage, wallets and the command line only produce and carry entries.
"""

from fairlot.allocation.settlement import outcome_hash, settle, settle_void
from fairlot.beacon.contributions import Contributions, Draw, Frozen, check_setup
from fairlot.beacon.rounds import Rounds
from fairlot.beacon.seals import Seal, Seals
from fairlot.board.cancelling import check_cancelling
from fairlot.board.collecting import CollectingFacts
from fairlot.board.phase import PHASES, Phase, VoidReason
from fairlot.board.registration import (
    check_opening,
    check_registry,
    find_roll,
    read_terms,
)
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale_facts import no_terms
from fairlot.board.second_draw import SaidOfIt
from fairlot.claim.claim import check_claim
from fairlot.deposit.final import Depositors
from fairlot.deposit.payment import read_payment
from fairlot.deposit.verify import check_deposit
from fairlot.entry import Entry, EntryHash, EntryType, Role, body_fields
from fairlot.errors import Rejection
from fairlot.identity.registry import RollId
from fairlot.names import HASH_LENGTH, Nym
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import VerifyKey, check_verify_key


class SaleState(CollectingFacts):
    """A sale, which takes the entries of its log in one by one."""

    def __init__(self, registry: RegistryState) -> None:
        """Start with no entry.

        Args:
            registry: the state of the registry that the terms will name; it may go on.
        """
        super().__init__(registry)
        self._named: dict[Role, VerifyKey] = {}
        """The keys that the terms name, each of the only one who may speak in a role."""
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
            EntryType.COLLECT: self._collect_entry,
            EntryType.COLLECT_END: self._collect_end_entry,
            EntryType.REDRAWN: self._redrawn_entry,
            EntryType.ITEMS: self._items_entry,
            EntryType.UNLOCK: self._unlock_entry,
            EntryType.DELIVERY: self._delivery_entry,
            EntryType.VOID: self._void_entry,
        }

    def check_phase(self, entry: Entry) -> None:
        """Refuse an entry whose type is not legal in this phase (step 2)."""
        if self.phase in PHASES[entry.type]:
            return
        if self.phase is Phase.EMPTY:
            raise no_terms()
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
        role = entry.role
        if role is Role.ANYONE:
            _check_any_key(entry)
        if entry.key != self._named.get(role, entry.key):
            raise Rejection(
                "entry.key", f"{entry.type} must be signed by the {role}'s key"
            )

    def _terms_entry(self, entry: Entry, _time: int) -> None:
        terms = read_terms(entry)
        check_setup(terms, self.statements)
        check_registry(terms, self.registry)
        self._terms, self._sale_id = terms, terms.sale_id
        self._identity = terms.log
        self._named = {
            Role.BOARD: terms.board.key,
            Role.ESCROW: terms.escrow,
            Role.SELLER: terms.seller,
        }
        self.rounds = Rounds(terms.named_rounds(), terms.redraw)
        self.phase = Phase.ANNOUNCED

    def _deposit_entry(self, entry: Entry, time: int) -> None:
        deposit = self.foresight.deposit(entry, time)
        if deposit is None:
            credentials, roll = self.credentials, self.roll.roll_id
            deposit = check_deposit(
                credentials, self.terms, roll, entry, time, self.statements
            )
        self.positions.place(deposit)

    def _paid_entry(self, entry: Entry, _time: int) -> None:
        self.positions.pay(*(self.foresight.payment(entry) or read_payment(entry)))

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
            self.terms.beacon, frozen, Depositors(self.positions)
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
        if self.terms.collecting:
            self.waiting = self.held(self.drawn(draw, outcome))
            self._ledger = settle(outcome, self.fundings(self.waiting))
            self.phase = Phase.COLLECTING

    def _claim_entry(self, entry: Entry, time: int) -> None:
        credentials, roll = self.credentials, self.roll.roll_id
        claim = check_claim(credentials, self.terms, roll, entry, time, self.statements)
        self.claims.place(claim, self.positions.by_nym)

    def _collect_entry(self, entry: Entry, _time: int) -> None:
        self.check_collecting()
        self.collects.take(entry, self.positions.by_nym, self.claims)

    def _collect_end_entry(self, entry: Entry, time: int) -> None:
        body_fields(entry).done()
        # Only RESULT of a sale with such a time leads here.
        self._check_marker(self.terms.times.collect or 0, time)
        self.collects.fix()
        self.phase = Phase.REDRAWING

    def _redrawn_entry(self, entry: Entry, time: int) -> None:
        fields = body_fields(entry)
        said = SaidOfIt.read(fields)
        fields.done()
        second = self.second_as_said(said, time)
        self.second, self.waiting = second, frozenset()
        self._ledger = second.ledger
        self.phase = Phase.LOCKED

    def _items_entry(self, entry: Entry, _time: int) -> None:
        self.deliveries.take_items(entry, self.units())

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
        # Step 12.
        if entry.role is Role.SELLER or reason == VoidReason.CANCELLED:
            check_cancelling(entry.role, reason, self.phase)
        elif reason not in [known.value for known in self.void_reasons(time)]:
            raise Rejection(
                "void.reason", f"the reason {reason!r} does not hold at this time"
            )
        self._end(VoidReason(reason))

    def _end(self, reason: VoidReason) -> None:
        """Give everybody everything back."""
        self.void_reason = reason
        self._ledger = settle_void(self.fundings())
        self.phase = Phase.VOID

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


def _check_any_key(entry: Entry) -> None:
    try:
        check_verify_key(entry.key)
    except CryptoError as error:
        raise Rejection(
            "entry.key", f"the entry must be signed by an Ed25519 key: {error.message}"
        ) from error
