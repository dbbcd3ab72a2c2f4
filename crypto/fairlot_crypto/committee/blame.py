"""What members of a ceremony are blamed for (specs/key-generation.md, section 5)."""

from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """What a member is blamed for."""

    SILENT = "silent"
    """No message in a round; only the log shows that."""
    TWICE = "twice"
    """Two messages in one round."""
    MESSAGE = "message"
    """A signed message with an illegal body."""
    COMMITMENT = "commitment"
    """A deal that is not the one announced."""
    SHARE = "share"
    """A box with another share or another part of a key than the one committed to."""
    COMPLAINT = "complaint"
    """A complaint about a box that is as it should be."""
    OPENING = "opening"
    """Coefficients that are not those committed to."""
    RECOVERY = "recovery"
    """A share, published to recover a dealer's, that is not the one dealt."""
    CONFIRMATION = "confirmation"
    """Another outcome than the one that follows, or another key than the others have."""


@dataclass(frozen=True, slots=True)
class Blame:
    """A member who broke a rule, and the messages that show it."""

    member: int
    reason: Reason
    evidence: tuple[bytes, ...] = field(repr=False)
    """The counted messages of the rounds so far, as they were sent, in the order in which
    they came, with the one that breaks the rule."""
    former: bool = False
    """Whether the number is one of the members before."""
