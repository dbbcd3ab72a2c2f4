"""What ought to become of a leaf and of a position, told without the code that does it.

Methods say with which code an act is refused, empty if it is taken, and take it in then.
Keys and hashes are compared, nothing is verified.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlot.identity.registry import DAY, Registry

GRACE = DAY // 24
PERSON, THIEF = "person", "thief"


@dataclass(slots=True)
class Changing:
    """A recovery or a closing under way."""

    purpose: str
    key: bytes | None
    ripe: int
    contested: bool = False


@dataclass(slots=True)
class LeafModel:
    """One leaf, by the rules of specs/life.md."""

    rules: Registry
    key: bytes
    attempts: int = 0
    version: int = 1
    change: Changing | None = None
    frozen_until: int = 0
    froze: set[bytes] = field(default_factory=set[bytes])
    former: set[bytes] = field(default_factory=set[bytes])
    closed: bool = False

    def status(self, now: int) -> str:
        """Return the status, in the words of the specification."""
        if self.closed:
            return "CLOSED"
        if self.change is not None:
            waits = self.change.contested and now < self.change.ripe
            return "DISPUTED" if waits else "PENDING"
        return "FROZEN" if now < self.frozen_until else "ACTIVE"

    def asks(self, key: bytes, now: int) -> str:
        """Ask for a credential."""
        if self.status(now) != "ACTIVE":
            return "request.leaf"
        return "" if key == self.key else "request.holder"

    def freeze(self, key: bytes, now: int, *, as_holder: bool) -> str:
        """Freeze it."""
        if as_holder and key != self.key:
            return "life.key"
        if self.status(now) != "ACTIVE":
            return "life.status"
        if key in self.froze:
            return "life.again"
        self.froze.add(key)
        self.frozen_until = now + self.rules.recovery.freeze
        return ""

    def begin(self, purpose: str, key: bytes | None, now: int) -> str:
        """Begin a recovery or a closing."""
        if self.status(now) not in {"ACTIVE", "FROZEN"}:
            return "life.status"
        if key == self.key or key in self.former:
            return "life.holder"
        self.attempts += 1
        self.change = Changing(purpose, key, now + self.rules.recovery.cooling)
        return ""

    def contest(self, key: bytes, now: int) -> str:
        """Object."""
        if not self.attempts:
            return "life.attempt"
        if key != self.key:
            return "life.key"
        if self.change is None:
            return "life.status"
        if self.change.contested:
            return "life.again"
        if now >= self.change.ripe:
            return "life.late"
        self.change.contested = True
        self.change.ripe = max(self.change.ripe, now + self.rules.disputes.within)
        return ""

    def decide(self, outcome: str, now: int) -> str:
        """Decide a dispute."""
        if not self.attempts:
            return "life.attempt"
        if self.change is None or self.status(now) != "DISPUTED":
            return "life.status"
        if outcome == "keep":
            self.change = None
        elif outcome != self.change.purpose:
            return "life.outcome"
        else:
            self.change.ripe = now
        return ""

    def complete(self, now: int) -> str:
        """Complete what has begun."""
        change = self.change
        if change is None:
            return "life.status"
        if now < change.ripe:
            return "life.early"
        self.change = None
        if change.key is None:
            self.closed = True
            return ""
        self.former.add(self.key)
        self.key = change.key
        self.version += 1
        self.frozen_until, self.froze = 0, set()
        return ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A deposit, a cancellation or a claim."""

    epoch: int
    seq: int
    hash: bytes
    hand: str
    """Who made it."""
    settle: bytes
    refund_to: bytes
    deposits: bool = True

    @property
    def precedence(self) -> tuple[int, int, bytes]:
        """What orders them."""
        return self.epoch, self.seq, self.hash


@dataclass(slots=True)
class PositionModel:
    """One nym of a sale, by the rules of specs/deposit.md and specs/claims.md."""

    entries: list[Placed] = field(default_factory=list[Placed])
    claims: list[Placed] = field(default_factory=list[Placed])
    paid: int = 0

    @property
    def final(self) -> Placed:
        """The entry that counts."""
        return max(self.entries, key=lambda each: each.precedence)

    @property
    def controller(self) -> Placed:
        """Whose keys control it."""
        return max(self.claims or self.entries, key=lambda each: each.precedence)

    def released(self, unlock: int, now: int) -> Placed | None:
        """Return the claim that gets what was won."""
        for epoch in range(unlock // DAY, now // DAY):
            if now < (epoch + 1) * DAY + GRACE:
                return None
            same = [claim for claim in self.claims if claim.epoch == epoch]
            if one_key(same):
                return max(same, key=lambda each: each.precedence)
        return None

    def refunded(self, unlock: int, now: int, *, at_once: bool) -> bytes | None:
        """Return where refunds go; nowhere yet while they are held."""
        if at_once:
            return self.entries[0].refund_to
        claim = self.released(unlock, now)
        return None if claim is None else claim.refund_to


def one_key(claims: Sequence[Placed]) -> bool:
    """Tell whether there are claims, and all name one key."""
    return len({claim.settle for claim in claims}) == 1
