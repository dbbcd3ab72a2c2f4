"""What an issuer keeps while keys are made (specs/issuer.md, section 4.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fairlot.errors import InputError
from fairlot.fields import Fields, Problem
from fairlot.issuing.letter import Letter, read_letter
from fairlot.issuing.plan import CEREMONIES, VERSION, Plan
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.randomness import Randomness

SECRET_LENGTH = 32

Rounds = tuple[tuple[bytes, ...], ...]
"""The messages of each round that is closed, in the order in which they were received."""


@dataclass(frozen=True, slots=True)
class State:
    """Everything that must outlast a kill: what has been sent, and what it followed."""

    plan_id: bytes
    secrets: Mapping[str, bytes] = field(repr=False)
    """By ceremony: the 32 bytes from which all messages follow; empty when it is over."""
    closed: Mapping[str, Rounds]
    """By ceremony."""
    letters: tuple[Letter, ...]
    """All letters that the issuer has sent."""

    @classmethod
    def begin(cls, plan: Plan, randomness: Randomness) -> "State":
        """Return the state before the first letter (step 9)."""
        # Step 9.
        secrets = {name: randomness.take(SECRET_LENGTH) for name in CEREMONIES}
        return cls(plan.plan_id, secrets, dict.fromkeys(CEREMONIES, ()), ())

    def sent(self) -> frozenset[bytes]:
        """Return all messages that the issuer has sent."""
        return frozenset(each for letter in self.letters for each in letter.messages)

    def erased(self) -> "State":
        """Return the state without the secrets, of which the keys could be made again."""
        return replace(self, secrets={})

    def to_bytes(self) -> bytes:
        """Return the file."""
        closed: dict[str, Value] = {
            name: [list[Value](messages) for messages in rounds]
            for name, rounds in self.closed.items()
        }
        return cbor.encode(
            {
                "v": VERSION,
                "plan": self.plan_id,
                "secrets": dict(self.secrets),
                "closed": closed,
                "letters": [letter.to_bytes() for letter in self.letters],
            }
        )


def read_state(plan: Plan, data: bytes) -> State:
    """Read the file of a state.

    Raises:
        InputError: ``issuer.state``.
    """
    try:
        fields = Fields(cbor.decode(data), (), _no_state)
        fields.exactly("v", VERSION)
        fields.exactly("plan", plan.plan_id)
        letters = tuple(map(_letter, fields.byte_strings("letters")))
        secrets, closed = fields.map("secrets"), fields.map("closed")
        fields.done()
        # All of them, or none: they are erased together.
        kept = tuple(CEREMONIES) if secrets.names else ()
        read = State(
            plan.plan_id,
            {name: secrets.bytes(name, SECRET_LENGTH) for name in kept},
            {name: _rounds(closed, name) for name in CEREMONIES},
            letters,
        )
        secrets.done()
        closed.done()
    except CryptoError as error:
        raise InputError("issuer.state", f"it is no state: {error.message}") from error
    return read


def _rounds(fields: Fields, name: str) -> Rounds:
    rounds = fields.array(name, "rounds")
    return tuple(
        Fields({"messages": each}, fields.at(name), _no_state).byte_strings("messages")
        for each in rounds
    )


def _letter(data: bytes) -> Letter:
    try:
        return read_letter(data)
    except InputError as error:
        raise InputError("issuer.state", f"it is no state: {error.message}") from error


def _no_state(found: Problem) -> InputError:
    return InputError("issuer.state", f"it is no state of an issuer: {found}")
