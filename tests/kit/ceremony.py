"""Ceremonies of a committee, with members who do not do as they should."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from fairlot_crypto.committee.closing import close
from fairlot_crypto.committee.former import FormerMember
from fairlot_crypto.committee.member import Held, Member
from fairlot_crypto.committee.message import Kind
from fairlot_crypto.committee.plan import Former, Plan, Purpose
from fairlot_crypto.committee.record import Record
from fairlot_crypto.curve import backend
from fairlot_crypto.keys import SigningKey

CURVE = backend("native")

Step = Callable[[Member, Record], bytes | None]
"""What a member sends in a round, in place of what it should; nothing for ``None``."""
Deviations = Mapping[tuple[int, Kind], Step]


def signing_key(index: int) -> SigningKey:
    return SigningKey.from_seed(bytes([index]) * 32)


@cache
def members_of(
    size: int, degree: int, purpose: Purpose = Purpose.KEY, context: int = 7
) -> tuple[Member, ...]:
    keys = [signing_key(i) for i in range(1, size + 1)]
    public = tuple(key.public for key in keys)
    plan = Plan(purpose, bytes([context]) * 32, degree, public)
    return tuple(
        Member(plan, i, key, bytes([context, i]) * 16) for i, key in enumerate(keys, 1)
    )


def honest(member: Member, record: Record) -> bytes:
    """Return what a member should send in the open round."""
    return member.send(record)


def silent(member: Member, record: Record) -> None:  # noqa: ARG001
    return None


def _until(plan: Plan, kind: Kind | None, fill: Callable[[Record], Record]) -> Record:
    record = Record.begin(CURVE, plan)
    while not record.done and record.kind is not kind:
        record = close(fill(record))
    return record


@dataclass(frozen=True, slots=True)
class Play:
    """A ceremony that was played, and who took part."""

    members: tuple[Member, ...]
    deviations: Deviations = field(default_factory=dict[tuple[int, Kind], Step])

    def fill(self, record: Record) -> Record:
        """Let everybody send their message of the open round."""
        for member in self.members:
            if member.index not in record.expected():
                continue
            step = self.deviations.get((member.index, record.kind), honest)
            data = step(member, record)
            record = record if data is None else record.receive(data)
        return record

    def until(self, kind: Kind | None) -> Record:
        """Play until this round is open and empty, or to the end."""
        return _until(self.members[0].plan, kind, self.fill)

    def held(self, record: Record) -> dict[int, Held]:
        """Return what those hold who took part to the end."""
        announced = record.rounds[Kind.ANNOUNCE]
        return {m.index: m.finish(record) for m in self.members if m.index in announced}


@cache
def played(size: int, degree: int, purpose: Purpose = Purpose.KEY) -> Record:
    return Play(members_of(size, degree, purpose)).until(None)


RESHARED = 9
"""The context of ceremonies that share a key again."""


@dataclass(frozen=True, slots=True)
class Resharing:
    """A key of four, shared again among four of whom number 4 is another."""

    givers: tuple[FormerMember, ...]
    play: Play
    lies: Mapping[int, Callable[[FormerMember, Record], bytes]] = field(
        default_factory=dict[int, Callable[[FormerMember, Record], bytes]]
    )
    """What former members send in place of what they should."""

    def with_lie(
        self, giver: int, lie: Callable[[FormerMember, Record], bytes]
    ) -> "Resharing":
        """Return the same with a former member who lies."""
        return replace(self, lies={giver: lie})

    def until_stopped(self) -> Record:
        """Play until too few former members give their share."""
        return self.fill(self.until(Kind.TRANSFER))

    def until(self, kind: Kind | None) -> Record:
        """Play until this round is open and empty, or to the end."""
        return _until(self.play.members[0].plan, kind, self.fill)

    def fill(self, record: Record) -> Record:
        """Let everybody send their message of the open round."""
        if record.kind is not Kind.TRANSFER:
            return self.play.fill(record)
        for giver in self.givers:
            lie = self.lies.get(giver.share.index, FormerMember.transfer)
            record = record.receive(lie(giver, record))
        return record


def reshare_plan(replaced: int = 4, size: int = 4, degree: int = 1) -> Plan:
    """Return the plan in which the key of four is shared again."""
    before = played(4, 1)
    sharing = before.sharing()
    if sharing is None:
        raise TypeError(before)
    keys = [signing_key(i).public for i in range(1, size + 1)]
    keys[replaced - 1] = signing_key(20).public
    former = Former(before.plan.members, sharing)
    context = bytes([RESHARED]) * 32
    return Plan(Purpose.RESHARE, context, degree, tuple(keys), former)


def givers_of(plan: Plan) -> tuple[FormerMember, ...]:
    """Return the former members, all of them."""
    held = Play(members_of(4, 1)).held(played(4, 1))
    return tuple(
        FormerMember(plan, signing_key(i), each.signing, bytes([RESHARED, i]) * 16)
        for i, each in held.items()
        if each.signing is not None
    )


def resharing(deviations: Deviations | None = None, **plan: int) -> Resharing:
    """Return a re-sharing that is to be played."""
    made = reshare_plan(**plan)
    by_key = {signing_key(i).public: signing_key(i) for i in range(1, 21)}
    members = tuple(
        Member(made, i, by_key[key], bytes([RESHARED, i + 100]) * 16)
        for i, key in enumerate(made.members, 1)
    )
    return Resharing(givers_of(made), Play(members, deviations or {}))
