"""Evidence that somebody broke a promise, which anybody can verify by itself.

specs/audit.md, section 7. Two kinds: a board signed two heads of one log of which neither
extends the other; a contributor sealed two sets of commitments in one sale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from fairlot.beacon.seals import read_seal
from fairlot.entry import Entry, EntryType, check_signature, read_entry
from fairlot.errors import InputError, Rejection
from fairlot.fields import Fields, Problem
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import KEY_LENGTH, VerifyKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint, verify_checkpoint
from fairlot_crypto.log.merkle import verify_consistency
from fairlot_crypto.statements import Statements

EVIDENCE_VERSION = 1
FORK, TWO_SEALS = "fork", "two-seals"

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
        known = Statements()
        for entry in both:
            try:
                check_signature(entry, known)
            except Rejection as error:
                problem = "the contributor has not signed both seals"
                raise Rejection("evidence.signature", problem) from error
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


Evidence: TypeAlias = Fork | TwoSeals


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
        found = _two_seals(fields) if kind == TWO_SEALS else _fork(fields, kind)
        fields.done()
    except (CryptoError, Rejection) as error:
        raise InputError(
            "evidence.form", f"this is no evidence: {error.message}"
        ) from error
    return found


def _fork(fields: Fields, kind: str) -> Fork:
    if kind != FORK:
        raise InputError(
            "evidence.form", f"this is no evidence of a known kind: {kind!r}"
        )
    key = VerifyKey(fields.bytes("key", KEY_LENGTH))
    earlier, later = _two(fields.texts("heads"), "heads")
    return Fork(
        key,
        SignedCheckpoint.parse(earlier),
        SignedCheckpoint.parse(later),
        fields.bytes("root", HASH_LENGTH),
        fields.byte_strings("proof", HASH_LENGTH),
    )


def _two_seals(fields: Fields) -> TwoSeals:
    first, second = _two(fields.byte_strings("entries"), "entries")
    return TwoSeals(
        read_entry(cbor.decode(first), first), read_entry(cbor.decode(second), second)
    )


def _two(items: Sequence[T], name: str) -> Sequence[T]:
    if len(items) != 2:
        raise InputError("evidence.form", f"this is no evidence: {name} must be two")
    return items


def _error(problem: Problem) -> InputError:
    return InputError("evidence.form", f"this is no evidence: {problem}")
