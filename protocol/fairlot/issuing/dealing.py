"""One issuer's steps until the committee has its keys (specs/issuer.md, sections 4 and 5)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from fairlot.errors import InputError
from fairlot.issuing.committee_file import CommitteeFile
from fairlot.issuing.letter import Letter
from fairlot.issuing.plan import CEREMONIES, Plan
from fairlot.issuing.seat import Played, Refused, Seat, Without, play, resume
from fairlot.issuing.state import State
from fairlot.issuing.tag_share import Published, make_tag_share, tag_shares
from fairlot_crypto.committee.blame import Blame
from fairlot_crypto.committee.closing import certificate
from fairlot_crypto.committee.former import FormerMember
from fairlot_crypto.committee.member import Held, Member
from fairlot_crypto.committee.threshold import PublicSharing, SigningShare
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.voprf.threshold import PublicShares


@dataclass(frozen=True, slots=True)
class Made:
    """What an issuer has in the end."""

    held: Mapping[str, Held] = field(repr=False)
    """By ceremony; secret."""
    committee: CommitteeFile
    """The same for all issuers."""


@dataclass(frozen=True, slots=True)
class Advanced:
    """How far an issuer has come."""

    state: State
    """To be kept, durably, before any of its letters is shown."""
    played: Mapping[str, Played]
    """By ceremony."""
    published: Published
    """Shares of the key of tags; none before its ceremony is over."""
    made: Made | None
    """``None`` until the keys are there, and for whoever only gives its shares on."""
    joins: bool = True
    """Whether the issuer is one of those who hold keys in the end."""

    @property
    def over(self) -> bool:
        """Whether there is nothing left to do: the keys are made, or given on."""
        done = all(each.record.done for each in self.played.values())
        return self.made is not None or (done and not self.joins)

    @property
    def blames(self) -> tuple[tuple[str, Blame], ...]:
        """Who is to blame, in which ceremony, once each."""
        found = {
            (name, blame.member, blame.former, blame.reason): blame
            for name, each in self.played.items()
            for blame in each.record.blames
        }
        return tuple((name, blame) for (name, _, _, _), blame in found.items())

    @property
    def waiting(self) -> Mapping[str, tuple[int, ...]]:
        """By ceremony that is not over, whose messages are missing."""
        return {
            name: each.waiting for name, each in self.played.items() if each.waiting
        }

    @property
    def refused(self) -> tuple[tuple[str, Refused], ...]:
        """Messages of open rounds, and shares of the key of tags, that do not count."""
        rounds = [
            (name, one) for name, each in self.played.items() for one in each.refused
        ]
        false = [("tags", Refused(i, "issuer.tag-share")) for i in self.published.liars]
        return (*rounds, *false)


def advance(
    curve: Backend,
    plan: Plan,
    key: SigningKey,
    state: State,
    there: Collection[bytes],
    without: Without,
    former: Mapping[str, SigningShare] | None = None,
) -> Advanced:
    """Do what an issuer can do now (steps 10 to 20).

    Args:
        curve: the back-end.
        plan: of the committee.
        key: the issuer's.
        state: what it has kept; its secrets are there.
        there: messages from all letters that it has.
        without: issuers without whose messages rounds may be closed.
        former: the shares that the issuer gives on, by ceremony.

    Raises:
        InputError: ``issuer.member``, ``issuer.forgotten``; ``issuer.state`` for a state
            that is not of these ceremonies.
        ProofError: ``ceremony.too-few``; the state that was kept stays as it was.
    """
    index = plan.number_of(key.public)
    given = former or {}
    seats = {
        name: _seat(plan, name, key, state.secrets[name], given.get(name))
        for name in CEREMONIES
    }
    played: dict[str, Played] = {}
    for name, seat in seats.items():
        try:
            record = resume(curve, seat.plan, state.closed[name])
        except CryptoError as error:
            problem = "it holds other rounds than those of the plan"
            raise InputError("issuer.state", problem) from error
        rounds = state.closed[name]
        played[name] = play(record, rounds, seat, state.sent(), there, without)
    new = [message for each in played.values() for message in each.own]
    published = Published()
    if played["tags"].record.done:
        known = {*there, *state.sent()}
        member = seats["tags"].member
        if member is not None:
            own = _tag_share(curve, played["tags"], member)
            new += [own] if own not in state.sent() else []
            known.add(own)
        published = _published(curve, played["tags"], known)
    # Step 15.
    closed = {name: each.rounds for name, each in played.items()}
    letters = _with_letter(plan, index, state.letters, new)
    following = State(plan.plan_id, state.secrets, closed, letters)
    members = {name: seat.member for name, seat in seats.items() if seat.member}
    made = _made(plan, members, played, published.shares) if members else None
    return Advanced(following, played, published, made, bool(members))


def _seat(
    plan: Plan, name: str, key: SigningKey, secret: bytes, share: SigningShare | None
) -> Seat:
    whole = plan.ceremony(name)
    member = former = None
    if key.public in plan.keys:
        member = Member(whole, plan.index_of(key.public), key, secret)
    if share is not None and whole.former is not None:
        former = FormerMember(whole, key, share, secret)
    return Seat(whole, member, former)


def _with_letter(
    plan: Plan, index: int, letters: tuple[Letter, ...], new: Iterable[bytes]
) -> tuple[Letter, ...]:
    messages = tuple(new)
    if not messages:
        return letters
    return (*letters, Letter(plan.plan_id, index, len(letters) + 1, messages))


def _tag_share(curve: Backend, played: Played, member: Member) -> bytes:
    share = member.finish(played.record).signing
    if share is None:
        raise InputError("issuer.state", "the ceremony of tags must make a key")
    plan = member.plan
    return make_tag_share(curve, plan, member.index, share.secret, member.key)


def _published(curve: Backend, played: Played, messages: Iterable[bytes]) -> Published:
    return tag_shares(curve, played.record.plan, _sharing(played), messages)


def _sharing(played: Played) -> PublicSharing:
    sharing = played.record.sharing()
    if sharing is None:
        raise InputError("issuer.state", "the ceremony must make a key")
    return sharing


def _made(
    plan: Plan,
    members: Mapping[str, Member],
    played: Mapping[str, Played],
    shares: PublicShares | None,
) -> Made | None:
    if shares is None or any(not each.record.done for each in played.values()):
        return None
    # Step 20.
    season = certificate(played["season"].record)
    slots = played["season"].record.plan.slots()
    committee = CommitteeFile(
        plan,
        tuple(W_i.to_bytes() for W_i in _sharing(played["signing"]).shares),
        tuple(K_i.to_bytes() for K_i in shares.shares),
        tuple(W_i.to_bytes() for W_i in _sharing(played["tags"]).shares),
        tuple(season.key_hashes[slot] for slot in slots),
    )
    held = {name: members[name].finish(played[name].record) for name in CEREMONIES}
    return Made(held, committee)
