"""Vectors of key generation (specs/key-generation.md)."""

from collections.abc import Sequence

from fairlot_crypto.committee.closing import verify_blame
from fairlot_crypto.committee.member import Member
from fairlot_crypto.committee.message import Kind
from fairlot_crypto.committee.plan import Purpose
from fairlot_crypto.committee.record import Record
from generators import key_generation_again, key_generation_refused
from generators.case import Case, Chapter, Raw, accept
from generators.key_generation_refused import blame_inputs, plan_inputs, told
from kit import ceremony_lies as lies
from kit.ceremony import CURVE, Deviations, Play, members_of, silent

_CEREMONIES: Sequence[tuple[str, str, tuple[Member, ...], Deviations]] = (
    ("alone", "One member, t = 0: the same messages.", members_of(1, 0), {}),
    ("four", "Nobody is missing, so no round recovers.", members_of(4, 1), {}),
    (
        "four-unopened",
        "Member 2 does not open; the key is the one of `ceremony-four`.",
        members_of(4, 1),
        {(2, Kind.OPEN): silent, (2, Kind.CONFIRM): silent},
    ),
    (
        "four-absent",
        "Member 4 does not take part, and has an empty box in each deal.",
        members_of(4, 1),
        {(4, Kind.ANNOUNCE): silent},
    ),
    (
        "four-off",
        "Member 2 gives member 3 a share off its polynomial: left out, another key.",
        members_of(4, 1),
        {(2, Kind.DEAL): lies.off_polynomial},
    ),
    ("season", "PRSS keys alone.", members_of(4, 1, Purpose.SEASON), {}),
)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "key-generation",
        "`op` names a procedure of specs/key-generation.md. A `plan` has `members` as "
        "public keys. `signing` and `secrets` are the seeds of the members' Ed25519 keys "
        "and their 32 bytes for the ceremony. `messages` are all that count, in order; "
        "rounds are closed where a message of the next one follows. A `lie` is a message "
        "to be received as it stands, in place of what its sender should send, and "
        "`silent` names rounds in which a member sends nothing.",
        (
            *(_ceremony(*row) for row in _CEREMONIES),
            *_blames(),
            *key_generation_refused.cases(),
            *key_generation_again.cases(),
        ),
    )


def _ceremony(
    name: str, comment: str, members: tuple[Member, ...], deviations: Deviations
) -> Case:
    plan, record = members[0].plan, Play(members, deviations).until(None)
    return accept(
        f"ceremony-{name}",
        comment,
        {
            "op": "ceremony",
            "plan": plan_inputs(plan),
            "signing": [member.key.seed for member in members],
            "secrets": [member.secret for member in members],
            "silent": [
                {"member": i, "kind": kind.value}
                for (i, kind), lie in deviations.items()
                if lie is silent
            ],
            "lies": _lies(record, deviations),
        },
        told(record),
    )


def _lies(record: Record, deviations: Deviations) -> list[Raw]:
    return [
        record.rounds[kind][member].message.encoded
        for (member, kind), lie in deviations.items()
        if lie is not silent
    ]


def _blames() -> Sequence[Case]:
    found = {
        "share": ((2, Kind.DEAL), lies.off_polynomial),
        "part": ((2, Kind.DEAL), lies.other_part),
        "complaint": ((2, Kind.COMPLAIN), lies.false_complaint),
        "commitment": ((2, Kind.DEAL), lies.late),
        "opening": ((2, Kind.OPEN), lies.other_opening),
        "message": ((2, Kind.DEAL), lies.identity),
        "confirmation": ((2, Kind.CONFIRM), lies.other_outcome),
    }
    return [_blame(name, {where: lie}) for name, (where, lie) in found.items()]


def _blame(name: str, deviations: Deviations) -> Case:
    members = members_of(4, 1)
    (blame,) = Play(members, deviations).until(None).blames
    verify_blame(CURVE, members[0].plan, blame)
    return accept(
        f"blame-{name}",
        "The messages show it, to whoever has the plan.",
        blame_inputs(members[0].plan, blame),
        {"valid": True},
    )
