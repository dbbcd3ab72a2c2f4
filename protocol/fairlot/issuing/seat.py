"""An issuer in one ceremony: its rounds, from files (specs/issuer.md, section 4.2).

The rounds themselves are those of specs/key-generation.md. What is added is who says when a
round is over: all messages are there, or a person names those whose are not.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from fairlot.errors import InputError
from fairlot.issuing.state import Rounds
from fairlot_crypto.committee.closing import close
from fairlot_crypto.committee.former import FormerMember
from fairlot_crypto.committee.member import Member
from fairlot_crypto.committee.message import Kind, Message, read_message
from fairlot_crypto.committee.plan import Plan
from fairlot_crypto.committee.record import Record
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError


@dataclass(frozen=True, slots=True)
class Seat:
    """What an issuer is in one ceremony: a member, one of those before, both, or neither."""

    plan: Plan
    member: Member | None
    former: FormerMember | None = None

    def number(self, kind: Kind) -> int | None:
        """Return the number under which it speaks in a round; ``None`` where it does not."""
        if kind is Kind.TRANSFER:
            return None if self.former is None else self.former.share.index
        return None if self.member is None else self.member.index

    def send(self, record: Record) -> bytes | None:
        """Return its message of the round that is open; ``None`` where it has none."""
        if self.number(record.kind) not in record.expected():
            return None
        if record.kind is Kind.TRANSFER:
            return None if self.former is None else self.former.transfer(record)
        return None if self.member is None else self.member.send(record)


@dataclass(frozen=True, slots=True)
class Without:
    """Without whose messages rounds may be closed."""

    members: Collection[int] = ()
    former: Collection[int] = ()
    """Of those before, in the round in which they give their shares on."""

    def of(self, kind: Kind) -> Collection[int]:
        """Return the numbers that count in a round."""
        return self.former if kind is Kind.TRANSFER else self.members


@dataclass(frozen=True, slots=True)
class Refused:
    """A message of the open round that does not count."""

    sender: int
    code: str


@dataclass(frozen=True, slots=True)
class Played:
    """A ceremony, as far as one issuer can go with what it has."""

    record: Record
    rounds: Rounds
    """All that are closed now."""
    own: tuple[bytes, ...]
    """New messages of this issuer, to be kept before they are sent."""
    waiting: tuple[int, ...]
    """Whose messages of the open round are not there; empty when the ceremony is over."""
    refused: tuple[Refused, ...]


def resume(curve: Backend, plan: Plan, rounds: Rounds) -> Record:
    """Return the record of the rounds that are closed (step 10).

    Raises:
        CryptoError: if they are no rounds of this ceremony.
    """
    # Step 10.
    record = Record.begin(curve, plan)
    for messages in rounds:
        for message in messages:
            record = record.receive(message)
        record = close(record)
    return record


def play(
    record: Record,
    rounds: Rounds,
    seat: Seat,
    sent: Collection[bytes],
    there: Iterable[bytes],
    without: Without,
) -> Played:
    """Go on with a ceremony until a message is missing (steps 11 to 14).

    Args:
        record: as ``resume`` returns it.
        rounds: those that are closed.
        seat: the issuer, with its secret.
        sent: all messages that it has sent.
        there: all messages that it has from others, and perhaps some of its own.
        without: the issuers without whose messages rounds may be closed.

    Raises:
        InputError: ``issuer.forgotten`` for a message of its own that it has not sent.
        ProofError: ``ceremony.too-few`` if too few issuers are left.
    """
    plan, own = seat.plan, list[bytes]()
    found = [*_read(record, {*sent, *there})]
    while not record.done:
        current = [message for message in found if message.kind is record.kind]
        # Step 11.
        number = seat.number(record.kind)
        speaks = number in record.expected()
        mine = {m.encoded for m in current if speaks and m.sender == number}
        kept = mine & {*sent}
        new = None if kept else seat.send(record)
        made = kept if new is None else {new}
        if mine - made:
            raise _forgotten()
        if new is not None:
            own.append(new)
            current.append(read_message(plan, new))
        # Step 12.
        record, taken, refused = _received(record, current)
        missing = {*record.expected()} - {*record.rounds[record.kind]}
        # Step 13.
        if missing - {*without.of(record.kind)}:
            waiting = tuple(sorted(missing))
            return Played(record, rounds, tuple(own), waiting, refused)
        # Step 14.
        record = close(record)
        rounds = (*rounds, taken)
    return Played(record, rounds, tuple(own), (), ())


def _read(record: Record, messages: Iterable[bytes]) -> Iterator[Message]:
    for data in messages:
        try:
            yield read_message(record.plan, data)
        except CryptoError:
            # Of another ceremony, or signed by nobody.
            continue


def _received(
    record: Record, messages: Iterable[Message]
) -> tuple[Record, tuple[bytes, ...], tuple[Refused, ...]]:
    """Return the record, what it took, and what it did not."""
    taken: list[bytes] = []
    refused: list[Refused] = []
    # Everybody with the same files has them in the same order.
    for message in sorted(messages, key=lambda each: each.encoded):
        try:
            record = record.receive(message.encoded)
        except CryptoError as error:
            refused.append(Refused(message.sender, error.code))
        else:
            taken.append(message.encoded)
    return record, tuple(taken), tuple(refused)


def _forgotten() -> InputError:
    problem = "there is a message of yours that your folder does not know"
    why = (
        "it was restored from an older copy, or your key is used elsewhere: stop, and "
    )
    return InputError("issuer.forgotten", f"{problem}: {why}begin another attempt")
