"""Vectors of keys that issuers give on to others (specs/issuer.md, section 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from fairlot.issuing.committee_file import CommitteeFile
from fairlot.issuing.dealing import Advanced, Made, advance
from fairlot.issuing.letter import messages_of
from fairlot.issuing.plan import Card, Plan, read_plan
from fairlot.issuing.seat import Without
from fairlot.issuing.state import State
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.threshold import SigningShare
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.keys import SigningKey
from generators.case import Case, Raw, accept, reject
from generators.committee_setting import stream
from generators.issuer_setting import CURVE, cards, committee, keys, steps

N, T = 4, 1
SEASON = 2


@dataclass(frozen=True, slots=True)
class Giver:
    """Somebody who takes steps, and what they give on."""

    key: SigningKey
    shares: Mapping[str, SigningShare]


def sharing() -> Sequence[Case]:
    """Return the cases."""
    return (*_plans(), _reshare())


@cache
def next_plan() -> Plan:
    """Return the plan: the last of four issuers leaves, and another comes."""
    former = committee(N, T).former()
    return Plan.make(SEASON, 0, T, _members(), former)


def _members() -> tuple[Card, ...]:
    stay = cards(N)[:3]
    known = {card.key for card in cards(N)}
    (new,) = (card for card in cards(N + 1) if card.key not in known)
    return (*stay, new)


def _held(index: int) -> Mapping[str, SigningShare]:
    made = steps(N, T)[-1][index].made
    if made is None:
        raise ValueError("the ceremonies are over")
    found = {name: made.held[name].signing for name in ("signing", "tags")}
    return {name: share for name, share in found.items() if share is not None}


@cache
def givers() -> tuple[Giver, ...]:
    """Return the four members of the new committee, and who leaves."""
    before = {key.public: i for i, key in enumerate(keys(N))}
    own = {key.public: key for key in (*keys(N), *keys(N + 1))}
    names = [*next_plan().keys, keys(N)[3].public]
    return tuple(
        Giver(own[name], _held(before[name]) if name in before else {})
        for name in names
    )


@cache
def begun() -> tuple[State, ...]:
    """Return what each keeps before the first letter."""
    return tuple(
        State.begin(next_plan(), stream(f"issuer-reshare/{i}"))
        for i in range(len(givers()))
    )


def reshared() -> CommitteeFile:
    """Return what they come to, the same for all."""
    states, made = begun(), list[Made]()
    while len(made) < N:
        letters = [letter for state in states for letter in state.letters]
        there = messages_of(next_plan(), letters)
        now: list[Advanced] = [
            advance(CURVE, next_plan(), who.key, state, there, Without(), who.shares)
            for who, state in zip(givers(), states, strict=True)
        ]
        states = tuple(each.state for each in now)
        made = [each.made for each in now if each.made is not None]
    (file,) = {each.committee for each in made}
    return file


def _reshare() -> Case:
    secrets = [b"".join(state.secrets.values()) for state in begun()]
    shares = [
        b"".join(scalar_to_bytes(share.secret) for share in who.shares.values())
        for who in givers()
    ]
    inputs: dict[str, Raw] = {
        "op": "reshare",
        "plan": next_plan().to_bytes(),
        "signing": [who.key.seed for who in givers()],
        "secrets": secrets,
        "shares": shares,
    }
    output: dict[str, Raw] = {"committee": reshared().to_bytes()}
    return accept("reshare-4-1", "One of four leaves.", inputs, output)


def _plans() -> Sequence[Case]:
    data = next_plan().to_bytes()
    value = cbor.decode(data)
    if not isinstance(value, dict) or not isinstance(value["former"], dict):
        raise TypeError("the plan has former issuers")
    former = value["former"]
    signing = former["signing"]
    if not isinstance(signing, list):
        raise TypeError("there are shares")
    changes: tuple[tuple[str, str, dict[str, Value]], ...] = (
        ("few", "A share less than keys.", {"signing": signing[1:]}),
        (
            "order",
            "Shares on no polynomial.",
            {"signing": [*signing[:2], *signing[:2]]},
        ),
        ("point", "A share that is no point.", {"signing": [bytes(96), *signing[1:]]}),
        ("threshold", "Another degree than theirs.", {"threshold": 0}),
        ("unknown", "A field that former issuers do not have.", {"more": 0}),
    )
    inputs: dict[str, Raw] = {"op": "read-plan"}
    return (
        accept(
            "read-plan-former",
            "A plan with which keys are given on.",
            {**inputs, "data": data},
            {"plan_id": next_plan().plan_id},
        ),
        *(
            reject(
                f"read-plan-former-{name}",
                rule,
                "issuer.plan",
                {**inputs, "data": each},
                partial(read_plan, each),
            )
            for name, rule, each in (
                (name, rule, cbor.encode({**value, "former": {**former, **change}}))
                for name, rule, change in changes
            )
        ),
    )
