"""The state of a sale: a fold over the entries of its board (specs/sale.md).

``apply`` takes one entry in or refuses it with a stable code. The same entries at the same
times give the same state; a refused entry changes nothing. Storage, wallets and the command
line only produce and carry entries.
"""

from collections.abc import Callable, Mapping
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
from fairlot.board.phase import PHASES, Phase
from fairlot.board.registration import read_registry_of, read_terms
from fairlot.deposit.final import Positions
from fairlot.deposit.payment import read_payment
from fairlot.deposit.verify import check_deposit
from fairlot.entry import (
    Entry,
    EntryHash,
    EntryType,
    Role,
    body_fields,
    check_signature,
)
from fairlot.errors import Rejection
from fairlot.identity.leaf import Leaf, check_leaf, read_leaf
from fairlot.identity.registry import Credentials, Registry
from fairlot.names import SaleId
from fairlot.terms.terms import Terms
from fairlot.terms.times import MAX_TIME
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import VerifyKey, check_verify_key
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.statements import Statements


class VoidReason(StrEnum):
    """The reason why a sale cannot be completed."""

    OPEN_MISSED = "open-missed"
    CLOSE_MISSED = "close-missed"
    COMMIT_END_MISSED = "commit-end-missed"
    COMMITS_MISSING = "commits-missing"
    SEALED_MISSED = "sealed-missed"
    EXPIRED = "expired"


class SaleState:
    """Everything that the entries so far determine."""

    def __init__(self, curve: Backend, statements: Statements) -> None:
        """Start with no entry."""
        self.curve = curve
        self.statements = statements
        self.tree = Tree()
        self.phase = Phase.EMPTY
        self.registry: Registry | None = None
        self.leaves: dict[int, Leaf] = {}
        self.positions = Positions()
        self.rounds = Rounds()
        self.draw: Draw | None = None
        self.outcome: Outcome | None = None
        self.ledger: tuple[LedgerLine, ...] = ()
        self.void_reason: VoidReason | None = None
        self.clock = 0
        """What the last TIME entry said."""
        self.markers: dict[EntryType, int] = {}
        """The index of the leaf of each accepted entry of the board, but for TIME."""
        self.seals: Seals | None = None
        """There from COMMIT_END on."""
        self._terms: Terms | None = None
        self._sale_id = SaleId(b"")
        self._credentials: Credentials | None = None
        self._contributions: Contributions | None = None
        self._entrants: tuple[Entrant, ...] | None = None
        """The entrants, kept once CLOSE has fixed them, since opening bids takes time."""
        self._hashes: set[EntryHash] = set()
        self._identity_commitments: set[bytes] = set()
        self._handlers: Mapping[EntryType, Callable[[Entry, int], None]] = {
            EntryType.TERMS: self._terms_entry,
            EntryType.TIME: self._time_entry,
            EntryType.REGISTRY: self._registry_entry,
            EntryType.LEAF: self._leaf_entry,
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
            EntryType.VOID: self._void_entry,
        }

    @property
    def terms(self) -> Terms:
        """The terms.

        Raises:
            Rejection: ``phase.no-terms`` before the TERMS entry.
        """
        if self._terms is None:
            raise Rejection(
                "phase.no-terms", "the first entry of a board must be TERMS"
            )
        return self._terms

    @property
    def has_terms(self) -> bool:
        """Tell whether the TERMS entry is on the board."""
        return self._terms is not None

    @property
    def sale_id(self) -> SaleId:
        """The hash of the terms; empty before the TERMS entry."""
        return self._sale_id

    @property
    def credentials(self) -> Credentials:
        """What a verifier of presentations needs.

        Raises:
            Rejection: ``phase.no-registry`` before the REGISTRY entry.
        """
        if self._credentials is None:
            raise _no_registry()
        return self._credentials

    @property
    def contributions(self) -> Contributions:
        """The beacon so far.

        Raises:
            Rejection: ``phase.wrong`` before CLOSE.
        """
        if self._contributions is None:
            raise _not_closed()
        return self._contributions

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

    def append(self, entry: Entry, time: int) -> None:
        """Apply an entry and add it to the tree.

        Raises:
            Rejection: as ``apply``; then the tree is as before.
        """
        self.apply(entry, time)
        self.tree.append(entry.encoded)

    def apply(self, entry: Entry, time: int) -> None:
        """Take an entry in (steps 1 to 6).

        Args:
            entry: an entry whose form has been checked.
            time: Unix seconds of the last TIME entry before it.

        Raises:
            Rejection: naming the rule that it breaks.
        """
        # Step 1.
        if entry.hash in self._hashes:
            raise Rejection(
                "entry.duplicate",
                "the same entry is on the board already: there is nothing to send",
            )
        # Step 2.
        if self.phase not in PHASES[entry.type]:
            self._refuse_phase(entry)
        # Step 3.
        check_signature(entry, self.statements)
        # Steps 4 and 5. TERMS bring scope and key with them.
        if entry.type is not EntryType.TERMS:
            self._check_scope(entry)
            self._check_key(entry)
        # Step 6.
        self._handlers[entry.type](entry, time)
        self._hashes.add(entry.hash)
        if entry.type.role is Role.BOARD and entry.type is not EntryType.TIME:
            self.markers[entry.type] = self.tree.size

    def _refuse_phase(self, entry: Entry) -> None:
        if self.phase is Phase.EMPTY:
            raise Rejection(
                "phase.no-terms", "the first entry of a board must be TERMS"
            )
        if entry.type is EntryType.TERMS:
            raise Rejection(
                "terms.again", "this board has terms already: it runs one sale only"
            )
        raise Rejection(
            "phase.wrong", f"{entry.type} does not belong into the phase {self.phase}"
        )

    def _check_scope(self, entry: Entry) -> None:
        registry_scope = entry.type.scope == "registry"
        expected = self.terms.registry if registry_scope else self.sale_id
        if entry.scope != expected:
            raise Rejection(
                "entry.scope", f"the entry was made for another {entry.type.scope}"
            )

    def _check_key(self, entry: Entry) -> None:
        named: Mapping[Role, Callable[[], tuple[VerifyKey, ...]]] = {
            Role.BOARD: lambda: (self.terms.board.key,),
            Role.ESCROW: lambda: (self.terms.escrow,),
            Role.ISSUER: self._issuer_keys,
        }
        if entry.type.role is Role.ANYONE:
            _check_any_key(entry)
        keys = named.get(entry.type.role)
        if keys is None or entry.type is EntryType.REGISTRY:
            return
        if entry.key not in keys():
            raise Rejection(
                "entry.key",
                f"{entry.type} must be signed by the {entry.type.role}'s key",
            )

    def _issuer_keys(self) -> tuple[VerifyKey, ...]:
        return tuple(issuer.key for issuer in self.credentials.registry.issuers)

    def take_back_time(self, entry: Entry, before: int) -> None:
        """Take the last leaf back: the TIME of a batch in which nothing was accepted.

        Args:
            entry: that TIME entry.
            before: the clock before it.
        """
        self.tree.cut(self.tree.size - 1)
        self._hashes.discard(entry.hash)
        self.clock = before

    def _time_entry(self, entry: Entry, _time: int) -> None:
        fields = body_fields(entry)
        time = fields.uint("time", 0, MAX_TIME)
        fields.done()
        if time <= self.clock:
            problem = f"the clock must go on: it stands at {self.clock} already"
            raise Rejection("time.back", problem)
        self.clock = time

    def _terms_entry(self, entry: Entry, _time: int) -> None:
        terms = read_terms(entry)
        check_setup(terms, self.statements)
        self._terms, self._sale_id = terms, terms.sale_id
        self.rounds = Rounds(terms.named_rounds())
        self.phase = Phase.REGISTRATION

    def _registry_entry(self, entry: Entry, _time: int) -> None:
        if self._credentials is not None:
            raise Rejection(
                "registry.again", "this board has a registry already: a sale has one"
            )
        self.registry = read_registry_of(self.terms, entry)
        self._credentials = Credentials(self.curve, self.registry)

    def _leaf_entry(self, entry: Entry, _time: int) -> None:
        leaf = read_leaf(body_fields(entry))
        if leaf.index != len(self.leaves):
            raise Rejection(
                "leaf.index", f"the next leaf must have index {len(self.leaves)}"
            )
        if leaf.commitment in self._identity_commitments:
            raise Rejection(
                "leaf.repeated", "this identity commitment has a leaf already"
            )
        if leaf.version != 1:
            raise Rejection("leaf.version", "a new leaf must have version 1")
        registry = self.credentials.registry
        check_leaf(self.curve, registry, leaf, self.statements)
        self._identity_commitments.add(leaf.commitment)
        self.leaves[leaf.index] = leaf

    def _deposit_entry(self, entry: Entry, time: int) -> None:
        credentials, known = self.credentials, self.statements
        self.positions.place(check_deposit(credentials, self.terms, entry, time, known))

    def _paid_entry(self, entry: Entry, _time: int) -> None:
        self.positions.pay(*read_payment(entry))

    def _open_entry(self, entry: Entry, time: int) -> None:
        body_fields(entry).done()
        self._check_marker(self.terms.times.open, time)
        if self._credentials is None:
            raise _no_registry()
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
        self.draw, self.outcome, self.ledger = draw, outcome, ledger
        self.phase = Phase.DONE

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
        self.ledger = settle_void(self.fundings())
        self.phase = Phase.VOID

    def void_reasons(self, time: int) -> tuple[VoidReason, ...]:
        """Return why the sale cannot be completed at ``time`` (step 12)."""
        times = self.terms.times
        missed = {
            Phase.REGISTRATION: (times.open, VoidReason.OPEN_MISSED),
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
            Funding(nym, p.paid, p.refund_to, p.final.binding.type is EntryType.DEPOSIT)
            for nym, p in self.positions.by_nym.items()
        )

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


def _no_registry() -> Rejection:
    return Rejection("phase.no-registry", "the registry must be on the board first")


def _not_closed() -> Rejection:
    return Rejection("phase.wrong", "the deposits are not closed yet: wait for CLOSE")


def _check_any_key(entry: Entry) -> None:
    try:
        check_verify_key(entry.key)
    except CryptoError as error:
        raise Rejection(
            "entry.key", f"the entry must be signed by an Ed25519 key: {error.message}"
        ) from error
