"""Letters between issuers: the messages of one step (specs/issuer.md, section 3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fairlot.errors import InputError
from fairlot.fields import Fields, Problem
from fairlot.identity.registry import ISSUERS_MAX
from fairlot.issuing.plan import VERSION, Plan
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.errors import CryptoError

LETTERS_MAX = 2**16 - 1


@dataclass(frozen=True, slots=True)
class Letter:
    """What an issuer sends in one step; each message in it is signed by itself."""

    plan_id: bytes
    sender: int
    """The issuer's number, from 1; nobody relies on it."""
    number: int
    """From 1, in the order in which the issuer wrote them."""
    messages: tuple[bytes, ...] = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the file."""
        return cbor.encode(
            {
                "v": VERSION,
                "plan": self.plan_id,
                "from": self.sender,
                "number": self.number,
                "messages": list(self.messages),
            }
        )

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.plan_id[:4].hex()}-{self.sender}-{self.number}.letter"


def read_letter(data: bytes) -> Letter:
    """Read a letter, without what its messages say (step 8).

    Raises:
        InputError: ``issuer.letter``.
    """
    # Step 8.
    try:
        fields = Fields(cbor.decode(data), (), _no_letter)
        fields.exactly("v", VERSION)
        letter = Letter(
            fields.bytes("plan", HASH_LENGTH),
            fields.uint("from", 1, ISSUERS_MAX),
            fields.uint("number", 1, LETTERS_MAX),
            fields.byte_strings("messages"),
        )
        fields.done()
    except CryptoError as error:
        problem = f"it is no letter of an issuer: {error.message}"
        raise InputError("issuer.letter", problem) from error
    return letter


def messages_of(plan: Plan, letters: Iterable[Letter]) -> frozenset[bytes]:
    """Return the messages of all letters that are about a plan."""
    about = (letter for letter in letters if letter.plan_id == plan.plan_id)
    return frozenset(message for letter in about for message in letter.messages)


def _no_letter(found: Problem) -> InputError:
    return InputError("issuer.letter", f"it is no letter of an issuer: {found}")
