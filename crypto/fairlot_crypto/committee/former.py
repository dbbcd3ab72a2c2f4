"""What a former member does when a key is shared again (specs/key-generation.md, section 6.8).

Desmedt, Jajodia, "Redistributing secret shares to new access structures and its applications",
1997; verifiable as by Wong, Wang, Wing, 2002: each deals a sharing of its share, whose public
part begins with the public share that everybody knows.
"""

from dataclasses import dataclass, field

from fairlot_crypto.committee.bodies import Announcement, Transfer
from fairlot_crypto.committee.message import Kind, make_message
from fairlot_crypto.committee.plan import Plan
from fairlot_crypto.committee.record import Record
from fairlot_crypto.committee.shamir import evaluate
from fairlot_crypto.committee.threshold import SigningShare
from fairlot_crypto.curve import random_scalar, scalar_to_bytes
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import SigningKey, seal
from fairlot_crypto.randomness import SeededRandomness


@dataclass(frozen=True, slots=True)
class FormerMember:
    """One who shares the key before, with all that it must keep until the ceremony is over."""

    plan: Plan
    key: SigningKey
    share: SigningShare
    """Its share of the key."""
    secret: bytes = field(repr=False)
    """32 bytes of the system's entropy, drawn for this ceremony alone."""

    def __post_init__(self) -> None:
        """Check that it is this member, with a share of this sharing.

        Raises:
            CallerError: ``ceremony.member``; ``randomness.seed-length``.
        """
        SeededRandomness(self.secret)
        former, i = self.plan.former, self.share.index
        if former is None or not 1 <= i <= len(former.members):
            raise CallerError("ceremony.member", "there is no such former member")
        own = former.members[i - 1] == self.key.public
        if not own or former.sharing.sharing_id != self.share.sharing_id:
            raise CallerError("ceremony.member", "not the key or the share of it")

    def transfer(self, record: Record) -> bytes:
        """Return the message with which the share is given on (section 6.8).

        The steps are those of specs/key-generation.md, section 6.8.
        """
        # Step 1.
        source = SeededRandomness(self.secret)
        drawn = source.derive("transfer")
        polynomial = [self.share.secret]
        polynomial += [random_scalar(drawn) for _ in range(self.plan.degree)]
        base = record.curve.g2_generator()
        # Step 2.
        announced = record.bodies(Kind.ANNOUNCE, Announcement)
        boxes: list[bytes] = []
        for i in self.plan.indexes:
            box = b""
            if i in announced:
                content = scalar_to_bytes(evaluate(polynomial, i))
                ephemeral = source.derive(f"give/{i}/{record.seen.hex()}")
                key = announced[i].inboxes[self.share.index - 1]
                box = seal(content, key, ephemeral)
            boxes.append(box)
        # Step 3.
        body = Transfer(tuple(base * a for a in polynomial), tuple(boxes))
        return make_message(
            self.plan,
            Kind.TRANSFER,
            self.share.index,
            record.seen,
            body.to_body(),
            self.key,
        )
