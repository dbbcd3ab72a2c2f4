"""The life of a leaf: frozen, recovered, contested, closed (specs/life.md, sections 2 and 4).

Pure transitions on a frozen value. Whoever calls them has checked who signed; these methods
look at what a leaf is and at the time of the log.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from fairlot.errors import Rejection
from fairlot.identity.attestation import Purpose, Subject
from fairlot.identity.leaf import Leaf, LeafStatus
from fairlot.identity.registry import Disputes, Recovering
from fairlot_crypto.keys import VerifyKey


class Outcome(StrEnum):
    """How a dispute ends."""

    RECOVER = "recover"
    CLOSE = "close"
    KEEP = "keep"
    """The leaf stays with whoever holds it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A recovery or a closing that has begun and is not complete."""

    purpose: Purpose
    holder: bytes | None
    """Hash of the new holder's key; ``None`` for a closing."""
    ripe: int
    """From when on it can be completed, in Unix seconds."""
    contested: bool = False


@dataclass(frozen=True, slots=True)
class LeafLife:
    """What has become of one leaf."""

    version: int
    """1, plus one for every completed recovery."""
    holder: bytes
    """Hash of the current holder's key."""
    attempt: int = 0
    """How many recoveries and closings have begun."""
    change: Change | None = None
    frozen_until: int = 0
    """A freeze ends by itself at this time."""
    froze: frozenset[VerifyKey] = frozenset()
    """The keys that have frozen this version."""
    former: frozenset[bytes] = frozenset()
    """Hashes of the keys of former holders, none of which ever comes back."""
    closed: bool = False

    @classmethod
    def of(cls, leaf: Leaf) -> "LeafLife":
        """Return the life of a leaf that has just been registered."""
        return cls(leaf.version, leaf.holder)

    def status(self, time: int) -> LeafStatus:
        """Return the status at ``time``: what expires, expires by the log's clock."""
        if self.closed:
            return LeafStatus.CLOSED
        if self.change is not None:
            disputed = self.change.contested and time < self.change.ripe
            return LeafStatus.DISPUTED if disputed else LeafStatus.PENDING
        return LeafStatus.FROZEN if time < self.frozen_until else LeafStatus.ACTIVE

    def seen(self, leaf: Leaf, time: int) -> Leaf:
        """Return the leaf as issuers look at it when they are asked for a credential."""
        status = self.status(time)
        return replace(leaf, version=self.version, holder=self.holder, status=status)

    def subject(self, purpose: Purpose) -> Subject:
        """Return what attestations must be about to begin a recovery or a closing now."""
        return Subject(purpose, self.version, self.attempt + 1)

    def freeze(self, rules: Recovering, key: VerifyKey, time: int) -> "LeafLife":
        """Stop the leaf for a while (step 5).

        Raises:
            Rejection: ``life.status``, ``life.again``.
        """
        # Step 5.
        self._check_status(time, LeafStatus.ACTIVE)
        if key in self.froze:
            problem = "this key has frozen the leaf already: recover it"
            raise Rejection("life.again", problem)
        until = time + rules.freeze
        return replace(self, frozen_until=until, froze=self.froze | {key})

    def begin(
        self, rules: Recovering, purpose: Purpose, holder: bytes | None, time: int
    ) -> "LeafLife":
        """Begin a recovery or a closing (step 6).

        Raises:
            Rejection: ``life.status``, ``life.holder``.
        """
        # Step 6.
        self._check_status(time, LeafStatus.ACTIVE, LeafStatus.FROZEN)
        if holder == self.holder or holder in self.former:
            problem = "a recovery must bring a key that never held this leaf"
            raise Rejection("life.holder", problem)
        change = Change(purpose, holder, time + rules.cooling)
        return replace(self, attempt=self.attempt + 1, change=change)

    def contest(self, rules: Disputes, time: int) -> "LeafLife":
        """Object to what has begun, once (step 7).

        Raises:
            Rejection: ``life.status``, ``life.again``, ``life.late``.
        """
        # Step 7.
        change = self._under_way()
        if change.contested:
            raise Rejection("life.again", "this has been contested already")
        if time >= change.ripe:
            problem = "the cooling period is over: nobody can contest any more"
            raise Rejection("life.late", problem)
        ripe = max(change.ripe, time + rules.within)
        return replace(self, change=replace(change, contested=True, ripe=ripe))

    def rule(self, outcome: Outcome, time: int) -> "LeafLife":
        """Decide a dispute (step 8).

        Raises:
            Rejection: ``life.status``, ``life.outcome``.
        """
        # Step 8.
        self._check_status(time, LeafStatus.DISPUTED)
        change = self._under_way()
        if outcome is Outcome.KEEP:
            return replace(self, change=None)
        if outcome.value != change.purpose.value:
            problem = f"the dispute is about whether to {change.purpose}, or to keep"
            raise Rejection("life.outcome", problem)
        return replace(self, change=replace(change, ripe=time))

    def complete(self, purpose: Purpose, holder: bytes | None, time: int) -> "LeafLife":
        """Let the new key hold the leaf, or close it (step 9).

        Raises:
            Rejection: ``life.status``, ``life.purpose``, ``life.holder``, ``life.early``.
        """
        # Step 9.
        change = self._under_way()
        if change.purpose is not purpose:
            problem = f"what has begun is to {change.purpose}, not to {purpose}"
            raise Rejection("life.purpose", problem)
        if change.holder != holder:
            problem = "the recovery was begun for another key"
            raise Rejection("life.holder", problem)
        if time < change.ripe:
            problem = f"it is too early by {change.ripe - time} s"
            raise Rejection("life.early", problem)
        if holder is None:
            return replace(self, change=None, closed=True)
        return LeafLife(
            version=self.version + 1,
            holder=holder,
            attempt=self.attempt,
            former=self.former | {self.holder},
        )

    def _under_way(self) -> Change:
        if self.change is None or self.closed:
            problem = "neither a recovery nor a closing of this leaf has begun"
            raise Rejection("life.status", problem)
        return self.change

    def _check_status(self, time: int, *legal: LeafStatus) -> None:
        status = self.status(time)
        if status not in legal:
            allowed = " or ".join(legal)
            problem = f"the leaf is {status}, and must be {allowed}"
            raise Rejection("life.status", problem)
