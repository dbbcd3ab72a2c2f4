"""What a gate asks, and what the answer binds (specs/door.md, section 1)."""

from dataclasses import dataclass

from fairlot.door.text_form import file_in
from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot.names import HASH_LENGTH, SaleId, check_time
from fairlot.text import check_text
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CallerError, CryptoError
from fairlot_crypto.hashing import tag
from fairlot_crypto.randomness import Randomness

DOOR_VERSION = 1
DOOR = "DOOR"
"""The type inside ph: no entry has it."""
NONCE_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Challenge:
    """One question of one gate."""

    sale_id: SaleId
    gate: str
    """What people at the door read: the wallet shows it."""
    nonce: bytes
    """32 random bytes."""
    time: int
    """Of the gate's clock, Unix seconds."""

    def to_value(self) -> dict[str, Value]:
        """Return the map that is encoded into ph."""
        return {
            "type": DOOR,
            "sale_id": self.sale_id,
            "gate": self.gate,
            "nonce": self.nonce,
            "time": self.time,
        }

    @property
    def ph(self) -> bytes:
        """The presentation header."""
        return tag("ph").encode() + b"\x00" + cbor.encode(self.to_value())

    def encode(self) -> bytes:
        """Return the file of the challenge."""
        return cbor.encode({"v": DOOR_VERSION, **self.to_value()})


def make_challenge(
    sale_id: SaleId, gate: str, time: int, randomness: Randomness
) -> Challenge:
    """Ask a question that was never asked before (step 1).

    Args:
        sale_id: of the sale.
        gate: the name of the gate, a text as in terms.
        time: the gate's clock, Unix seconds.
        randomness: 32 bytes are taken.

    Raises:
        CallerError: ``door.gate-name``, ``names.time``.
    """
    # Step 1.
    check_text(gate, _bad_name)
    return Challenge(sale_id, gate, randomness.take(NONCE_LENGTH), check_time(time))


def read_challenge(data: bytes) -> Challenge:
    """Read the file of a challenge (step 2).

    Raises:
        Rejection: ``door.malformed``.
    """
    # Step 2.
    fields = file_fields(data)
    challenge = read_asked(fields)
    fields.done()
    return challenge


def file_fields(data: bytes) -> Fields:
    """Return the fields of a file of this chapter, its version read.

    Args:
        data: the file, or its text (step 16).
    """
    try:
        value = cbor.decode(file_in(data))
    except CryptoError as error:
        raise Rejection("door.malformed", error.message) from error
    fields = Fields(value, ("file",), _malformed)
    fields.exactly("v", DOOR_VERSION)
    return fields


def read_asked(fields: Fields) -> Challenge:
    """Read the fields of a challenge, which an answer repeats."""
    fields.exactly("type", DOOR)
    gate = fields.text("gate")
    check_text(gate, lambda problem: fields.error("gate", problem))
    return Challenge(
        SaleId(fields.bytes("sale_id", HASH_LENGTH)),
        gate,
        fields.bytes("nonce", NONCE_LENGTH),
        fields.uint("time"),
    )


def _bad_name(problem: str) -> CallerError:
    return CallerError("door.gate-name", f"the name of the gate {problem}")


def _malformed(problem: Problem) -> Rejection:
    return Rejection("door.malformed", str(problem))
