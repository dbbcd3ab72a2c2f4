"""What the record of a ceremony refuses, and evidence that shows nothing."""

# pyright: reportPrivateUsage=false
# Liars have what honest members keep to themselves.

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee import pedersen
from fairlot_crypto.committee.blame import Blame, Reason
from fairlot_crypto.committee.closing import certificate, close, verify_blame
from fairlot_crypto.committee.message import (
    Kind,
    _statement,
    make_message,
    read_message,
)
from fairlot_crypto.committee.pedersen import Share
from fairlot_crypto.committee.plan import Former, Plan, Purpose
from fairlot_crypto.committee.record import Record
from fairlot_crypto.curve import G1, scalar_to_bytes
from fairlot_crypto.keys import SigningKey
from generators.case import Case, Raw, reject
from kit import ceremony_lies as lies
from kit.ceremony import CURVE, Play, members_of, signing_key, silent


def cases() -> tuple[Case, ...]:
    """Return the cases."""
    return (*_plans(), *_shares_refused(), *_messages(), *_blames())


def plan_inputs(plan: Plan) -> dict[str, Raw]:
    """Return a plan as vectors have it."""
    return {
        "purpose": plan.purpose.value,
        "context": plan.context,
        "degree": plan.degree,
        "members": list[Raw](plan.members),
        "former": former_inputs(plan.former),
    }


def former_inputs(former: Former | None) -> Raw:
    """Return the former members as vectors have them."""
    if former is None:
        return None
    return {
        "degree": former.sharing.degree,
        "members": list[Raw](former.members),
        "shares": [share.to_bytes() for share in former.sharing.shares],
    }


def told(record: Record) -> dict[str, Raw]:
    """Return all that is public of a ceremony that is over."""
    made = certificate(record)
    shares = () if made.sharing is None else made.sharing.shares
    return {
        "ceremony_id": record.plan.ceremony_id,
        "messages": list[Raw](record.messages()),
        "qualified": list(made.qualified),
        "transferred": list(record.transferred),
        "shares": [share.to_bytes() for share in shares],
        "outcome": made.outcome,
        "key_hashes": [
            {"name": slot.name, "without": list(slot.without), "hash": each}
            for slot, each in sorted(made.key_hashes.items())
        ],
        "blames": [
            {"member": blame.member, "reason": blame.reason.value}
            for blame in record.blames
        ],
    }


def blame_inputs(plan: Plan, blame: Blame) -> dict[str, Raw]:
    """Return a blame as vectors have it."""
    return {
        "op": "blame",
        "plan": plan_inputs(plan),
        "member": blame.member,
        "former": blame.former,
        "reason": blame.reason.value,
        "messages": list[Raw](blame.evidence),
    }


def _plans() -> Sequence[Case]:
    keys = tuple(signing_key(i).public for i in range(1, 6))
    small = bytes(32)
    rows = (
        ("too-few", "n >= 3t + 1.", "threshold.members", keys[:3], 1, 32),
        ("negative", "t >= 0.", "threshold.members", keys[:4], -1, 32),
        ("twice", "Members are distinct.", "ceremony.plan", (*keys, keys[0]), 1, 32),
        ("context", "A context has 32 bytes.", "ceremony.plan", keys[:4], 1, 31),
        (
            "small-key",
            "A key of small order verifies what its holder never signed.",
            "signature.key",
            (*keys[:3], small),
            1,
            32,
        ),
    )
    return [_plan(*row) for row in rows]


def _plan(
    name: str, rule: str, code: str, keys: Sequence[Any], degree: int, length: int
) -> Case:
    inputs: dict[str, Raw] = {
        "purpose": "key",
        "context": bytes(length),
        "degree": degree,
        "members": list[Raw](keys),
        "former": None,
    }
    return reject(
        f"plan-{name}",
        rule,
        code,
        {"op": "plan", "plan": inputs},
        lambda: Plan(Purpose.KEY, bytes(length), degree, tuple(keys)),
    )


def _shares_refused() -> Sequence[Case]:
    own = members_of(4, 1)[0]._polynomials()
    commitments = pedersen.commit(CURVE, own)
    second, third = own.share(2), own.share(3)
    more = replace(second, value=third.value)
    blind = replace(second, blind=third.blind)
    rows = (
        ("value", "s is on the polynomial.", commitments, more),
        ("blind", "s' is on its polynomial.", commitments, blind),
        ("swapped", "It is the member's own share.", commitments, third),
        ("reversed", "C_k is of X^k.", commitments[::-1], second),
        ("degree", "All C_k count.", commitments[:1], second),
    )
    return [_share(*row) for row in rows]


def _share(name: str, rule: str, commitments: Sequence[G1], share: Share) -> Case:
    return reject(
        f"share-{name}",
        rule,
        "ceremony.share",
        {
            "op": "check-share",
            "commitments": [point.to_bytes() for point in commitments],
            "index": 2,
            "share": scalar_to_bytes(share.value),
            "blind": scalar_to_bytes(share.blind),
        },
        lambda: pedersen.check_share(CURVE, commitments, 2, share),
    )


def _messages() -> Sequence[Case]:
    members = members_of(4, 1)
    plan, first = members[0].plan, members[0]
    begun = Record.begin(CURVE, plan)
    deals = Play(members).until(Kind.DEAL)
    fewer = close(Play(members[:3]).fill(begun))
    good = first.announce(CURVE)
    body = read_message(plan, good).body
    elsewhere = members_of(4, 1, context=8)[0].announce(CURVE)
    value = cbor.decode(good)
    message = "ceremony.message"

    def edited(**changes: Value) -> bytes:
        if not isinstance(value, dict):
            raise TypeError(value)
        return _resigned({**value, **changes}, first.key)

    absent = make_message(plan, Kind.DEAL, 4, fewer.seen, {}, members[3].key)
    forged = make_message(plan, Kind.ANNOUNCE, 2, begun.seen, body, first.key)
    rows: Sequence[tuple[str, str, str, Record, bytes]] = (
        (
            "round",
            "A round that is closed stays closed.",
            "ceremony.round",
            deals,
            good,
        ),
        (
            "view",
            "Who saw other messages deals to other keys.",
            "ceremony.view",
            deals,
            first.deal(fewer),
        ),
        (
            "sender",
            "Who did not announce does not deal.",
            "ceremony.sender",
            fewer,
            absent,
        ),
        ("forged", "A member signs its messages.", "signature.invalid", begun, forged),
        ("ceremony", "A message is of one ceremony.", message, begun, elsewhere),
        ("version", "v is 1.", message, begun, edited(v=2)),
        ("version-true", "true is not 1.", message, begun, edited(v=True)),
        (
            "from-zero",
            "Members are numbered from 1.",
            message,
            begun,
            edited(**{"from": 0}),
        ),
        (
            "from-five",
            "Members are numbered to n.",
            message,
            begun,
            edited(**{"from": 5}),
        ),
        ("kind", "A kind is known.", message, begun, edited(kind="reveal")),
        ("body", "A body is a map.", message, begun, edited(body=[])),
        ("more", "There are no other fields.", message, begun, edited(more=1)),
        ("seen", "seen has 32 bytes.", message, begun, edited(seen=bytes(31))),
        ("trailing", "Nothing follows.", "cbor.trailing", begun, good + b"\x00"),
        ("truncated", "A message is whole.", "cbor.truncated", begun, good[:-1]),
    )
    return [_message(*row) for row in rows]


def _resigned(value: Mapping[str, Any], key: SigningKey) -> bytes:
    unsigned = {name: each for name, each in value.items() if name != "sig"}
    return cbor.encode({**unsigned, "sig": key.sign(_statement(unsigned))})


def _message(name: str, rule: str, code: str, record: Record, data: bytes) -> Case:
    return reject(
        f"receive-{name}",
        rule,
        code,
        {
            "op": "receive",
            "plan": plan_inputs(record.plan),
            "messages": list[Raw](record.messages()),
            "close": record.rounds[record.kind] == {} and len(record.rounds) > 1,
            "message": data,
        },
        lambda: record.receive(data),
    )


def _blames() -> Sequence[Case]:
    members = members_of(4, 1)
    plan = members[0].plan
    share = _blame_of({(2, Kind.DEAL): lies.off_polynomial})
    false = _blame_of({(2, Kind.COMPLAIN): lies.false_complaint})
    quiet = _blame_of({(2, Kind.OPEN): silent})
    evidence = share.evidence
    other = replace(members[1], secret=bytes([98]) * 32).announce(CURVE)
    shown = "ceremony.evidence"
    rows = (
        (
            "victim",
            "Who complains rightly is not to blame.",
            shown,
            Blame(3, Reason.COMPLAINT, evidence),
        ),
        (
            "dealer-of-a-false-complaint",
            "A good box frames no dealer.",
            shown,
            Blame(1, Reason.SHARE, false.evidence),
        ),
        ("bystander", "Nobody else is to blame.", shown, replace(share, member=1)),
        (
            "reason",
            "It is what the messages show.",
            shown,
            replace(share, reason=Reason.OPENING),
        ),
        ("silent", "Messages do not show that there is none.", shown, quiet),
        ("nothing", "There is evidence.", shown, replace(share, evidence=())),
        (
            "without-complaint",
            "A bad box shows itself when it is opened.",
            shown,
            replace(share, evidence=evidence[:8]),
        ),
        (
            "second-announcement",
            "The dealer signed which announcements it saw.",
            "ceremony.view",
            replace(
                false,
                member=1,
                reason=Reason.SHARE,
                evidence=(false.evidence[0], other, *false.evidence[2:]),
            ),
        ),
        (
            "left-out",
            "So is an announcement that is left out.",
            "ceremony.view",
            replace(share, evidence=evidence[1:]),
        ),
    )
    return [
        reject(
            f"blame-{name}",
            rule,
            code,
            blame_inputs(plan, blame),
            partial(verify_blame, CURVE, plan, blame),
        )
        for name, rule, code, blame in rows
    ]


def _blame_of(deviations: Mapping[tuple[int, Kind], Any]) -> Blame:
    (blame,) = Play(members_of(4, 1), deviations).until(None).blames
    return blame
