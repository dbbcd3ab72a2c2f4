"""What everybody sees of a ceremony, and what follows from it (section 5).

A record is a pure fold over the members' signed messages, in the order in which the common log
has them. Everybody who folds the same messages comes to the same members, the same blames and
the same public key. Nothing here is secret. The chapter is specs/key-generation.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from fairlot_crypto.committee import shamir
from fairlot_crypto.committee.blame import Blame, Reason
from fairlot_crypto.committee.bodies import (
    Announcement,
    Body,
    Confirmation,
    Deal,
    Recovery,
    Transfer,
    read_body,
)
from fairlot_crypto.committee.message import Kind, Message, read_message
from fairlot_crypto.committee.pedersen import (
    Opening,
    at,
    check_opening,
    check_share,
)
from fairlot_crypto.committee.plan import Plan
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import G2, Backend
from fairlot_crypto.errors import CryptoError, EncodingError, ProofError
from fairlot_crypto.hashing import i2osp, tagged_hash

B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True)
class Entry:
    """The message of a member that counts in a round."""

    message: Message
    body: Body | None
    """``None`` for an illegal one."""


@dataclass(frozen=True, slots=True)
class Record:
    """A ceremony up to some message."""

    curve: Backend
    plan: Plan
    rounds: Mapping[Kind, Mapping[int, Entry]]
    """The messages that count, in the order of rounds and, in each, of arrival. The last round
    is open."""
    blames: tuple[Blame, ...] = ()
    qualified: tuple[int, ...] = ()
    """The dealers whose parts make the keys, ascending; fixed with the complaints, when
    nobody knows anything about the key yet."""
    transferred: tuple[int, ...] = ()
    """The former members whose shares make the new ones, t' + 1, ascending; fixed likewise."""
    done: bool = False
    """Whether the last round is closed."""

    @classmethod
    def begin(cls, curve: Backend, plan: Plan) -> "Record":
        """Return the record without any message."""
        return cls(curve, plan, {Kind.ANNOUNCE: {}})

    @property
    def kind(self) -> Kind:
        """The round that is open, or was the last."""
        return [*self.rounds][-1]

    @property
    def seen(self) -> bytes:
        """The hash of the messages of all rounds that are closed."""
        closed = self.rounds if self.done else [*self.rounds][:-1]
        return tagged_hash(
            "ceremony-seen",
            self.plan.ceremony_id,
            *(
                entry.message.encoded
                for kind in closed
                for _, entry in sorted(self.rounds[kind].items())
            ),
        )

    def bodies(self, kind: Kind, type_: type[B]) -> dict[int, B]:
        """Return the legal bodies of a round, by ascending sender."""
        entries = sorted(self.rounds.get(kind, {}).items())
        return {i: e.body for i, e in entries if isinstance(e.body, type_)}

    def expected(self) -> tuple[int, ...]:
        """Return who may send a message in the open round."""
        if self.kind is Kind.ANNOUNCE:
            return tuple(self.plan.indexes)
        if self.kind is Kind.TRANSFER:
            return tuple(self.plan.givers)
        if self.kind is Kind.OPEN:
            return self.qualified
        return tuple(self.bodies(Kind.ANNOUNCE, Announcement))

    def unopened(self) -> tuple[int, ...]:
        """Return the qualified dealers who did not open their commitments."""
        opened = self.bodies(Kind.OPEN, Opening)
        return tuple(i for i in self.qualified if i not in opened)

    def receive(self, data: bytes) -> "Record":
        """Return the record with one more message (specs/key-generation.md, section 5.1).

        Raises:
            EncodingError: ``cbor.*``, ``ceremony.message`` for what nobody has signed;
                ``ceremony.round``, ``ceremony.view``, ``ceremony.sender``.
            ProofError: ``signature.invalid``.
        """
        # Step 1.
        message = read_message(self.plan, data)
        if message.kind is not self.kind or self.done:
            raise EncodingError(
                "ceremony.round", "a message must be of the round that is open"
            )
        if message.seen != self.seen:
            raise EncodingError(
                "ceremony.view", "a message must follow those that everybody has seen"
            )
        if message.sender not in self.expected():
            raise EncodingError(
                "ceremony.sender", "only who took part so far may send a message"
            )
        # Step 2.
        known = self.rounds[self.kind].get(message.sender)
        if known is not None:
            again = known.message.encoded == data
            return self if again else self.blamed(message.sender, Reason.TWICE, data)
        # Step 3.
        try:
            body = read_body(self.curve, self.plan, message)
        except EncodingError:
            return self._with(message, None).blamed(message.sender, Reason.MESSAGE)
        # Step 4.
        reason = self._broken(message, body)
        if reason is None:
            return self._with(message, body)
        return self._with(message, None).blamed(message.sender, reason)

    def messages(self) -> tuple[bytes, ...]:
        """Return all messages that count, in the order in which they came."""
        rounds = self.rounds.values()
        return tuple(
            entry.message.encoded for each in rounds for entry in each.values()
        )

    def sharing(self) -> PublicSharing | None:
        """Return the public shares of the key; ``None`` where no key is made.

        Of a dealer who did not open, the polynomial through t + 1 recovered shares counts.
        The steps are those of specs/key-generation.md, section 5.3.
        """
        if not self.plan.has_key:
            return None
        if not self.plan.makes_key:
            return self._reshared()
        # Step 1.
        opened = self.bodies(Kind.OPEN, Opening)
        dealers = [opened[i].coefficients for i in self.qualified if i in opened]
        # Step 2.
        found = [self._recovered(i) for i in self.unopened()]
        # Step 3.
        base = self.curve.g2_generator()
        shares: list[G2] = []
        for i in self.plan.indexes:
            terms = [at(points, i) for points in dealers]
            terms += [base * shamir.interpolate(values, i) for values in found]
            shares.append(shamir.total(terms))
        return PublicSharing(self.plan.degree, tuple(shares))

    def _reshared(self) -> PublicSharing:
        """Return the public shares that the transferred ones make (section 5.3)."""
        # Step 4.
        factors = shamir.lagrange(self.transferred)
        given = self.bodies(Kind.TRANSFER, Transfer)
        dealt = [given[i].coefficients for i in self.transferred]
        shares = (
            shamir.total(
                [at(A, i) * f for A, f in zip(dealt, factors, strict=True)],
            )
            for i in self.plan.indexes
        )
        return PublicSharing(self.plan.degree, tuple(shares))

    def outcome(self) -> bytes:
        """Return the hash of all that the members must agree on, 32 bytes."""
        sharing = self.sharing()
        shares = () if sharing is None else sharing.shares
        return tagged_hash(
            "ceremony-outcome",
            self.plan.ceremony_id,
            bytes(self.qualified),
            bytes(self.transferred),
            *(point.to_bytes() for point in shares),
        )

    def _with(self, message: Message, body: Body | None) -> "Record":
        current = {**self.rounds[self.kind], message.sender: Entry(message, body)}
        return replace(self, rounds={**self.rounds, self.kind: current})

    def blamed(
        self, member: int, reason: Reason, *more: bytes, former: bool | None = None
    ) -> "Record":
        """Return the record with a blame; ``more`` are messages that do not count."""
        if former is None:
            former = self.kind is Kind.TRANSFER
        blame = Blame(member, reason, (*self.messages(), *more), former)
        return replace(self, blames=(*self.blames, blame))

    def _broken(self, message: Message, body: Body) -> Reason | None:
        """Return which rule between messages a body breaks, if any."""
        sender = message.sender
        if isinstance(body, Deal):
            announced = self.bodies(Kind.ANNOUNCE, Announcement)[sender].commitment
            fits = body.commitment(self.plan, sender) == announced
            return None if fits else Reason.COMMITMENT
        if isinstance(body, Transfer):
            former = self.plan.former
            known = () if former is None else former.sharing.shares
            fits = body.coefficients[0] == known[sender - 1]
            return None if fits else Reason.COMMITMENT
        try:
            if isinstance(body, Opening):
                statement = opening_statement(self.plan, sender, message.seen)
                deal = self.bodies(Kind.DEAL, Deal)[sender]
                check_opening(self.curve, statement, deal.commitments, body)
            if isinstance(body, Recovery):
                self._check_recovery(sender, body)
        except CryptoError:
            opening = isinstance(body, Opening)
            return Reason.OPENING if opening else Reason.RECOVERY
        if isinstance(body, Confirmation) and body.outcome != self.outcome():
            return Reason.CONFIRMATION
        return None

    def _check_recovery(self, sender: int, body: Recovery) -> None:
        if set(body.shares) != set(self.unopened()):
            raise ProofError(
                "ceremony.share", "the shares of all who did not open must be published"
            )
        deals = self.bodies(Kind.DEAL, Deal)
        for dealer, share in body.shares.items():
            check_share(self.curve, deals[dealer].commitments, sender, share)

    def _recovered(self, dealer: int) -> dict[int, int]:
        found: dict[int, int] = {
            i: body.shares[dealer].value
            for i, body in self.bodies(Kind.RECOVER, Recovery).items()
        }
        return dict([*found.items()][: self.plan.degree + 1])


def opening_statement(plan: Plan, dealer: int, seen: bytes) -> bytes:
    """Return what the proof of an opening is bound to."""
    return plan.ceremony_id + i2osp(dealer, 1) + seen
