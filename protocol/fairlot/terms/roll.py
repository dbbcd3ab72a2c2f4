"""Which roll of the registry a sale may open with (specs/terms.md, section 2.4)."""

from dataclasses import dataclass

from fairlot.errors import TermsError
from fairlot.fields import Fields
from fairlot.names import HASH_LENGTH
from fairlot.terms.times import MAX_TIME
from fairlot_crypto.cbor import Value


@dataclass(frozen=True, slots=True)
class RollTerms:
    """What the terms ask of the roll that OPEN fixes, written before it."""

    smallest: int
    """How many leaves must not be closed on it, at least."""
    id: bytes | None = None
    """The roll_id, 32 bytes; ``None`` where a window is given instead."""
    window: tuple[int, int] | None = None
    """The first and the last Unix second that its time may have."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map; an absent value has no key."""
        value: dict[str, Value] = {"min": self.smallest}
        if self.id is not None:
            value["id"] = self.id
        if self.window is not None:
            value["from"], value["until"] = self.window
        return value


def read_roll_terms(fields: Fields) -> RollTerms:
    """Return what a map of the terms asks of a roll: one roll, or a window for its time.

    Raises:
        TermsError: ``terms.roll`` for a window that is empty; for other fields or types
            what ``fields`` raises.
    """
    smallest = fields.uint("min")
    if fields.has("id"):
        terms = RollTerms(smallest, id=fields.bytes("id", HASH_LENGTH))
    else:
        first = fields.uint("from", 0, MAX_TIME)
        until = fields.uint("until", 0, MAX_TIME)
        if first > until:
            rule = f"must not be before from, which is {first}, found {until}"
            raise TermsError("terms.roll", fields.at("until"), rule)
        terms = RollTerms(smallest, window=(first, until))
    fields.done()
    return terms
