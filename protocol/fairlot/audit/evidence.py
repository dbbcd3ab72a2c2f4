"""Evidence that somebody broke a promise, which anybody can verify by itself.

specs/audit.md, section 7. Seven kinds: a board signed two heads of one log of which neither
extends the other; a contributor sealed two sets of commitments in one sale; a seller delivered
what was not promised; an issuer signed a wrong part of a credential, a wrong share of a leaf,
a wrong answer about tags, or another share for a person's device than is in the leaf.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from fairlot.beacon.seals import read_seal
from fairlot.board.registration import read_terms
from fairlot.claim.claim import read_claim
from fairlot.delivery.box import open_item
from fairlot.delivery.entries import Delivery, read_delivery, read_items
from fairlot.entry import Entry, EntryType, check_signature, read_entry
from fairlot.errors import InputError, Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.issuer_lies import READ_ISSUER_LIE, IssuerLie
from fairlot.identity.lies import EVIDENCE_VERSION
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import KEY_LENGTH, OpeningKey, VerifyKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint, verify_checkpoint
from fairlot_crypto.log.merkle import verify_consistency
from fairlot_crypto.statements import Statements

FORK, TWO_SEALS, WRONG_DELIVERY = "fork", "two-seals", "wrong-delivery"

_OF_DELIVERIES = (
    EntryType.TERMS,
    EntryType.ITEMS,
    EntryType.CLAIM,
    EntryType.DELIVERY,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fork:
    """Two heads of one log, of which neither extends the other."""

    key: VerifyKey
    """The board's Ed25519 key, which signed both."""
    earlier: SignedCheckpoint
    later: SignedCheckpoint
    """Of the same size or a larger one."""
    root: bytes
    """The root that the tree of ``later`` had at the size of ``earlier``, 32 bytes."""
    proof: tuple[bytes, ...]
    """The consistency proof from there; empty for equal sizes."""

    @property
    def title(self) -> str:
        """Say what it proves."""
        said = self.earlier.checkpoint
        return (
            f"the board {self.key.hex()} signed two histories of {said.origin}, "
            f"which differ within the first {said.size} entries"
        )

    def verify(self) -> None:
        """Check that it proves what it says (steps 1 to 3).

        Raises:
            Rejection: ``evidence.origin``, ``evidence.signature``,
                ``evidence.consistent``, ``evidence.proof``.
        """
        first, second = self.earlier.checkpoint, self.later.checkpoint
        # Step 1.
        if first.origin != second.origin:
            raise Rejection("evidence.origin", "these are heads of two logs")
        try:
            verify_checkpoint(self.earlier, first.origin, self.key)
            verify_checkpoint(self.later, second.origin, self.key)
        except CryptoError as error:
            problem = f"the board has not signed both heads: {error.message}"
            raise Rejection("evidence.signature", problem) from error
        # Step 2.
        if self.root == first.root:
            problem = "the later head may extend the earlier one: nothing contradicts"
            raise Rejection("evidence.consistent", problem)
        # Step 3.
        try:
            verify_consistency(
                first.size, second.size, self.root, second.root, self.proof
            )
        except CryptoError as error:
            problem = f"that the later tree had this root is not shown: {error.message}"
            raise Rejection("evidence.proof", problem) from error

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map of the evidence file."""
        return {
            "v": EVIDENCE_VERSION,
            "kind": FORK,
            "key": self.key,
            "heads": [self.earlier.to_text(), self.later.to_text()],
            "root": self.root,
            "proof": list(self.proof),
        }


@dataclass(frozen=True, slots=True)
class TwoSeals:
    """Two seals of one contributor in one sale."""

    first: Entry
    second: Entry

    @property
    def title(self) -> str:
        """Say what it proves."""
        key, sale = self.first.key.hex(), self.first.scope.hex()
        return f"the contributor {key} sealed two sets of commitments in sale {sale}"

    def verify(self) -> None:
        """Check that it proves what it says (steps 4 and 5).

        Raises:
            Rejection: ``evidence.seal``, ``entry.field``, ``evidence.signature``,
                ``evidence.consistent``.
        """
        # Step 4.
        both = (self.first, self.second)
        names = {(entry.type, entry.scope, entry.key) for entry in both}
        if len(names) != 1 or self.first.type is not EntryType.SEAL:
            problem = "these are not two seals of one key in one sale"
            raise Rejection("evidence.seal", problem)
        _check_signatures(both, "the contributor")
        # Step 5.
        if read_seal(self.first) == read_seal(self.second):
            problem = "both seals say the same: nothing contradicts"
            raise Rejection("evidence.consistent", problem)

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map of the evidence file."""
        return {
            "v": EVIDENCE_VERSION,
            "kind": TWO_SEALS,
            "entries": [self.first.encoded, self.second.encoded],
        }


@dataclass(frozen=True, slots=True)
class WrongDelivery:
    """A box that does not hold the item that its seller has promised."""

    terms: Entry
    items: Entry
    claim: Entry
    delivery: Entry
    secret: bytes = field(repr=False)
    """The X25519 key to which the box was to be sealed, 32 bytes."""

    @property
    def title(self) -> str:
        """Say what it proves."""
        key, sale = self.delivery.key.hex(), self.delivery.scope.hex()
        unit = read_delivery(self.delivery).unit
        what = f"unit {unit} of sale {sale}"
        return f"the seller {key} has not delivered what was promised for {what}"

    def verify(self) -> None:
        """Check that it proves what it says (steps 6 and 7).

        Raises:
            Rejection: ``evidence.delivery``, ``entry.field``, ``terms.*``,
                ``evidence.signature``, ``evidence.consistent``.
        """
        # Step 6.
        self._check_kinds()
        sale_id = read_terms(self.terms).sale_id
        key, delivery = OpeningKey(self.secret), read_delivery(self.delivery)
        self._check_names(delivery, key)
        _check_signatures(self._entries, "seller and holder")
        # Step 7.
        items, unit, box = read_items(self.items), delivery.unit, delivery.box
        try:
            open_item(sale_id, items, unit, box, key)
        except Rejection:
            return
        problem = "the box holds what was promised: nothing contradicts"
        raise Rejection("evidence.consistent", problem)

    @property
    def _entries(self) -> tuple[Entry, ...]:
        return (self.terms, self.items, self.claim, self.delivery)

    def _check_kinds(self) -> None:
        kinds = tuple(entry.type for entry in self._entries)
        scopes = {entry.scope for entry in self._entries}
        by_seller = {self.terms.key, self.items.key, self.delivery.key}
        if kinds != _OF_DELIVERIES or len(scopes) != 1 or len(by_seller) != 1:
            problem = "these are not terms, promise, claim and delivery of one sale"
            raise Rejection("evidence.delivery", problem)

    def _check_names(self, delivery: Delivery, key: OpeningKey) -> None:
        """Check that the seller named both entries, and that the key is the claim's."""
        enc_pk = read_claim(self.claim).binding.enc_pk
        named = (delivery.items, delivery.claim, enc_pk)
        if named != (self.items.hash, self.claim.hash, key.public):
            problem = "the delivery was made by another promise, or for another claim"
            raise Rejection("evidence.delivery", problem)

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map of the evidence file."""
        return {
            "v": EVIDENCE_VERSION,
            "kind": WRONG_DELIVERY,
            "entries": [entry.encoded for entry in self._entries],
            "secret": self.secret,
        }


def _check_signatures(entries: Sequence[Entry], whose: str) -> None:
    known = Statements()
    for entry in entries:
        try:
            check_signature(entry, known)
        except Rejection as error:
            problem = f"{whose} did not sign every entry"
            raise Rejection("evidence.signature", problem) from error


Evidence: TypeAlias = Fork | TwoSeals | WrongDelivery | IssuerLie


def encode_evidence(evidence: Evidence) -> bytes:
    """Return the bytes of an evidence file."""
    return cbor.encode(evidence.to_value())


def read_evidence(data: bytes) -> Evidence:
    """Read an evidence file; whether it proves anything is for ``verify``.

    Raises:
        InputError: ``evidence.form``.
    """
    try:
        fields = Fields(cbor.decode(data), ("evidence",), _error)
        fields.exactly("v", EVIDENCE_VERSION)
        kind = fields.text("kind")
        found = _of_kind(fields, kind)
        fields.done()
    except (CryptoError, Rejection) as error:
        raise InputError(
            "evidence.form", f"this is no evidence: {error.message}"
        ) from error
    return found


def _of_kind(fields: Fields, kind: str) -> Evidence:
    if kind == FORK:
        return _fork(fields)
    if kind == TWO_SEALS:
        return TwoSeals(*_entries(fields, 2))
    if kind == WRONG_DELIVERY:
        terms, items, claim, delivery = _entries(fields, 4)
        secret = fields.bytes("secret", KEY_LENGTH)
        return WrongDelivery(terms, items, claim, delivery, secret)
    if kind in READ_ISSUER_LIE:
        return READ_ISSUER_LIE[kind](fields)
    problem = f"this is no evidence of a known kind: {kind!r}"
    raise InputError("evidence.form", problem)


def _fork(fields: Fields) -> Fork:
    key = VerifyKey(fields.bytes("key", KEY_LENGTH))
    earlier, later = _some(fields.texts("heads"), "heads", 2)
    return Fork(
        key,
        SignedCheckpoint.parse(earlier),
        SignedCheckpoint.parse(later),
        fields.bytes("root", HASH_LENGTH),
        fields.byte_strings("proof", HASH_LENGTH),
    )


def _entries(fields: Fields, count: int) -> list[Entry]:
    encoded = _some(fields.byte_strings("entries"), "entries", count)
    return [read_entry(cbor.decode(each), each) for each in encoded]


def _some(items: Sequence[T], name: str, count: int) -> Sequence[T]:
    if len(items) != count:
        problem = f"this is no evidence: {name} must be {count}"
        raise InputError("evidence.form", problem)
    return items


def _error(problem: Problem) -> InputError:
    return InputError("evidence.form", f"this is no evidence: {problem}")
