"""Which rules look at one entry alone, and at what its log begins with.

specs/batch.md, section 7, step 27. They are the fold's own: none is written twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from fairlot.board.foresight import Payment
from fairlot.claim.claim import claim_showing, read_claim
from fairlot.deposit.deposit import Deposit, deposit_showing
from fairlot.deposit.payment import read_payment
from fairlot.deposit.verify import check_stated
from fairlot.entry import Entry, EntryType, body_fields
from fairlot.identity.leaf import DecodePoint, Leaf, check_leaf, read_leaf
from fairlot.identity.leaf_points import decode_together
from fairlot.identity.registry import Credentials, RollId
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.showing import epoch_problem
from fairlot.names import SaleId
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import backend
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements

Said: TypeAlias = tuple[Deposit | Payment | Leaf | None, Showing | None]
"""What an entry says, and the presentation on which it rests, which is not verified yet."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one log."""

    credentials: Credentials
    terms: Terms | None
    """Of the sale; ``None`` for the log of a registry."""
    sale_id: SaleId
    """The hash of the terms."""
    roll: RollId

    @classmethod
    def of(cls, curve: str, registry: bytes, terms: bytes, roll: bytes) -> "Rules":
        """Return the rules of a log.

        Args:
            curve: the name of the back-end.
            registry: CBOR of the registry.
            terms: CBOR of the terms; empty without any.
            roll: that OPEN has fixed.
        """
        named = read_registry(_map(registry))
        sold = Terms.from_value(_map(terms)) if terms else None
        sale_id = sold.sale_id if sold else SaleId(b"")
        credentials = Credentials(backend(curve), named)
        return cls(credentials, sold, sale_id, RollId(roll))

    def decode(
        self, entries: Sequence[Entry], randomness: Randomness
    ) -> DecodePoint | None:
        """Return what decodes the points of leaves, which are looked at together.

        Args:
            entries: signed, of this log.
            randomness: the system's entropy.

        Returns:
            ``None`` on the log of a sale, where there are no leaves.
        """
        if self.terms is not None:
            return None
        return decode_together(self.credentials.curve, entries, randomness)

    def try_entry(
        self,
        entry: Entry,
        time: int,
        known: Statements,
        decode: DecodePoint | None = None,
    ) -> Said:
        """Try what can be tried of a signed entry (step 27).

        Args:
            entry: of this log.
            time: when it is logged, if the fold takes all TIME entries before it.
            known: statements that verify.
            decode: what ``decode`` gave for entries of which this is one.

        Raises:
            Rejection: where a rule refuses it.
        """
        # Step 27.
        if self.terms is None:
            return self._of_registry(entry, known, decode)
        match entry.type:
            case EntryType.DEPOSIT | EntryType.CANCEL:
                registry = self.credentials.registry
                deposit = check_stated(registry, self.terms, entry, time, known)
                shown = deposit_showing(self.credentials, self.roll, deposit)
                return self._short(deposit, self.terms), shown
            case EntryType.CLAIM:
                claim = read_claim(entry)
                if epoch_problem(self.credentials.registry, claim.epoch, time):
                    return None, None
                return None, claim_showing(self.credentials, self.roll, claim)
            case EntryType.PAID:
                return read_payment(entry), None
            case _:
                return None, None

    def _short(self, deposit: Deposit, terms: Terms) -> Deposit:
        """Return a deposit whose fields are those of the terms: they are packed once."""
        own = deposit.binding.changed(
            sale_id=self.sale_id, asset=terms.asset, board=terms.board.key
        )
        return deposit.changed(binding=own, proof=b"")

    def _of_registry(
        self, entry: Entry, known: Statements, decode: DecodePoint | None
    ) -> Said:
        if entry.type is not EntryType.LEAF:
            return None, None
        leaf = read_leaf(body_fields(entry))
        credentials = self.credentials
        check_leaf(credentials.curve, credentials.registry, leaf, known, decode)
        return leaf, None


def time_after(entry: Entry, time: int) -> int:
    """Return the time of the log behind an entry, if the fold takes it."""
    said = entry.body.get("time") if entry.type is EntryType.TIME else None
    return max(time, said) if isinstance(said, int) else time


def _map(encoded: bytes) -> Mapping[str, Value]:
    return cast("Mapping[str, Value]", cbor.decode(encoded))
