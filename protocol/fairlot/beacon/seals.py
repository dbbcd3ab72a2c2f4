"""Seals: contributors fix the set of commitments before anybody reveals (specs/beacon.md).

Without them a board could go back to CLOSE once it knows the openings, add a commitment that
it has ground against them, and let the honest entries come again.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from fairlot.beacon.contributions import Frozen
from fairlot.entry import Entry, EntryType, body_fields, sign_entry
from fairlot.errors import Rejection
from fairlot.names import HASH_LENGTH, SaleId, check_sale_id
from fairlot.terms.beacon import BeaconTerms
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import SigningKey, VerifyKey


@dataclass(frozen=True, slots=True)
class Seal:
    """What a contributor signs once in a sale."""

    b_star: bytes
    """b*, the hash of the set of commitments."""
    head: Frozen
    """Size and root of the first checkpoint that covers COMMIT_END."""

    def to_value(self) -> dict[str, Value]:
        """Return the body of the SEAL entry."""
        return {"b_star": self.b_star, **self.head.to_value()}


def make_seal(sale_id: SaleId, seal: Seal, contributor: SigningKey) -> Entry:
    """Make the SEAL entry of a contributor (step 6).

    Raises:
        CallerError: ``names.sale-id``.
    """
    check_sale_id(sale_id)
    return sign_entry(EntryType.SEAL, sale_id, seal.to_value(), contributor)


def read_seal(entry: Entry) -> Seal:
    """Read what a SEAL entry says.

    Raises:
        Rejection: ``entry.field``.
    """
    fields = body_fields(entry)
    seal = Seal(fields.bytes("b_star", HASH_LENGTH), Frozen.read(fields))
    fields.done()
    return seal


@dataclass(slots=True)
class Seals:
    """The seals of one set of commitments."""

    beacon: BeaconTerms
    due: Seal
    """What is to be sealed."""
    committed: Collection[VerifyKey]
    """Whose commitments are in the set."""
    made: dict[VerifyKey, bytes] = field(default_factory=dict[VerifyKey, bytes])
    """The SEAL entry of each key that has sealed."""

    @property
    def missing(self) -> tuple[VerifyKey, ...]:
        """The keys of the roster that have committed and not sealed."""
        roster = self.beacon.roster
        return tuple(k for k in roster if k in self.committed and k not in self.made)

    @property
    def sealed(self) -> int:
        """How many keys of the roster have sealed."""
        return sum(key in self.made for key in self.beacon.roster)

    def take(self, entry: Entry) -> None:
        """Take a SEAL entry in (step 7).

        Raises:
            Rejection: ``entry.field``, ``seal.commitment``, ``seal.twice``, ``seal.set``,
                ``seal.head``.
        """
        seal = read_seal(entry)
        # Step 7, in its order.
        if entry.key not in self.committed:
            problem = "this key has not committed: it has nothing to seal"
            raise Rejection("seal.commitment", problem)
        if entry.key in self.made:
            problem = "this key has sealed already: a contributor seals once"
            raise Rejection("seal.twice", problem)
        if seal.b_star != self.due.b_star:
            problem = "the seal is over another set of commitments than this board's"
            raise Rejection("seal.set", problem)
        if seal.head != self.due.head:
            problem = "the seal is over another checkpoint than that of COMMIT_END"
            raise Rejection("seal.head", problem)
        self.made[entry.key] = entry.encoded

    def check_enough(self) -> None:
        """Check that as many of the roster have sealed as must commit (step 8).

        Raises:
            Rejection: ``seal.missing``.
        """
        needed = self.beacon.needed
        if self.sealed < needed:
            need = f"{self.sealed} of the roster have sealed, and {needed} must"
            raise Rejection("seal.missing", need)
