"""What a registry fixes about the life of its leaves (specs/life.md, section 1)."""

from dataclasses import dataclass
from enum import StrEnum

from fairlot_crypto.keys import VerifyKey


@dataclass(frozen=True, slots=True)
class LifeRules:
    """How many attest a recovery, how long everything takes, and who decides disputes."""

    quorum: int
    """How many distinct attesters a recovery or a closing needs, at least 1."""
    cooling: int
    """Seconds from the beginning of a recovery to its end, if nobody contests."""
    freeze: int
    """Seconds after which a freeze ends by itself."""
    arbiter: VerifyKey
    """Decides disputes."""
    within: int
    """Seconds after a contest in which the arbiter decides."""


class Outcome(StrEnum):
    """How a dispute ends."""

    RECOVER = "recover"
    CLOSE = "close"
    KEEP = "keep"
    """The leaf stays with whoever holds it."""
