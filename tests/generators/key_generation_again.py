"""Vectors of keys that are shared again, handed on and erased (specs/key-generation.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from fairlot_crypto.committee import season
from fairlot_crypto.committee.blame import Blame
from fairlot_crypto.committee.closing import certificate, verify_blame
from fairlot_crypto.committee.former import FormerMember
from fairlot_crypto.committee.plan import Former, Plan, Purpose
from fairlot_crypto.committee.prss import PrssKeys
from fairlot_crypto.committee.record import Record
from fairlot_crypto.curve import Scalar, scalar_to_bytes
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.keys import OpeningKey
from fairlot_crypto.randomness import SeededRandomness
from generators.case import Case, Raw, accept, reject
from generators.committee_setting import stream
from generators.key_generation_refused import (
    blame_inputs,
    former_inputs,
    plan_inputs,
    told,
)
from kit.ceremony import (
    CURVE,
    Play,
    Resharing,
    members_of,
    played,
    reshare_plan,
    resharing,
)

NEW = OpeningKey(stream.seed("new member"))
REPLACED = 2


def cases() -> tuple[Case, ...]:
    """Return the cases."""
    return (
        *_reshared(),
        *_former_blamed(),
        *_plans(),
        *_handed_on(),
        *_taken_over(),
        *_erased(),
    )


def _reshared() -> Sequence[Case]:
    whole = resharing()
    rows = (
        ("four", "Member 4 is replaced; the key stays.", whole, whole.givers),
        ("alone", "The first former member is silent.", whole, whole.givers[1:]),
        ("five", "Four become five.", resharing(size=5), None),
        (
            "one",
            "Four become one, t = 0.",
            resharing(size=1, degree=0, replaced=1),
            None,
        ),
    )
    return [
        _reshare(name, comment, made, made.givers if givers is None else givers)
        for name, comment, made, givers in rows
    ]


def _reshare(
    name: str, comment: str, made: Resharing, givers: Sequence[FormerMember]
) -> Case:
    record = replace(made, givers=tuple(givers)).until(None)
    return accept(
        f"reshare-{name}",
        comment,
        {
            "op": "reshare",
            "plan": plan_inputs(record.plan),
            "signing": [member.key.seed for member in made.play.members],
            "secrets": [member.secret for member in made.play.members],
            "givers": [
                {
                    "index": giver.share.index,
                    "signing": giver.key.seed,
                    "secret": giver.secret,
                    "share": scalar_to_bytes(giver.share.secret),
                }
                for giver in givers
            ],
        },
        told(record),
    )


def _other_key(giver: FormerMember, record: Record) -> bytes:
    moved = Scalar((giver.share.secret + 1) % GROUP_ORDER)
    return replace(giver, share=replace(giver.share, secret=moved)).transfer(record)


def _former_blamed() -> Sequence[Case]:
    (blame,) = resharing().with_lie(1, _other_key).until(None).blames
    plan = reshare_plan()
    verify_blame(CURVE, plan, blame)
    rows: Sequence[tuple[str, str, Blame]] = (
        (
            "former-as-member",
            "Its number is another member's.",
            replace(blame, former=False),
        ),
        ("former-bystander", "Nobody else is to blame.", replace(blame, member=2)),
    )
    return (
        accept(
            "blame-former",
            "It gives on another key than its public share says.",
            blame_inputs(plan, blame),
            {"valid": True},
        ),
        *(
            reject(
                f"blame-{name}",
                rule,
                "ceremony.evidence",
                blame_inputs(plan, each),
                partial(verify_blame, CURVE, plan, each),
            )
            for name, rule, each in rows
        ),
    )


def _plans() -> Sequence[Case]:
    former = reshare_plan().former
    if former is None:
        raise TypeError(former)
    keys, sharing = former.members, former.sharing
    off = replace(sharing, shares=(sharing.shares[1], *sharing.shares[1:]))
    plan = "ceremony.plan"
    rows: Sequence[tuple[str, str, str, Purpose, Former | None]] = (
        (
            "key-of-former",
            "A new key has no former members.",
            plan,
            Purpose.KEY,
            former,
        ),
        ("nobody-before", "Somebody shares the key.", plan, Purpose.RESHARE, None),
        (
            "former-fewer",
            "Each former member has a share.",
            plan,
            Purpose.RESHARE,
            replace(former, members=keys[:3]),
        ),
        (
            "former-twice",
            "Former members are distinct.",
            plan,
            Purpose.RESHARE,
            replace(former, members=(*keys[:3], keys[0])),
        ),
        (
            "former-off",
            "They share a key.",
            "threshold.sharing",
            Purpose.RESHARE,
            replace(former, sharing=off),
        ),
    )
    members, context = reshare_plan().members, bytes(32)
    return [
        reject(
            f"plan-{name}",
            rule,
            code,
            {
                "op": "plan",
                "plan": {
                    "purpose": purpose.value,
                    "context": context,
                    "degree": 1,
                    "members": list[Raw](members),
                    "former": former_inputs(each),
                },
            },
            partial(Plan, purpose, context, 1, members, each),
        )
        for name, rule, code, purpose, each in rows
    ]


def _season() -> tuple[Record, dict[int, PrssKeys]]:
    record = played(4, 1, Purpose.SEASON)
    held = Play(members_of(4, 1, Purpose.SEASON)).held(record)
    return record, {i: each.prss for i, each in held.items()}


def _handed_on() -> Sequence[Case]:
    record, keys = _season()
    plan, source = record.plan, SeededRandomness(stream.seed("box"))
    inputs: dict[str, Raw] = {
        "op": "hand-on",
        "plan": plan_inputs(plan),
        "file": season.keep(plan, keys[1]),
        "receiver": REPLACED,
        "key": NEW.public,
        "seed": stream.seed("box"),
    }
    box = season.hand_on(plan, keys[1], REPLACED, NEW.public, source)
    return (
        accept("hand-on", "What 1 and 2 both hold.", inputs, {"box": box}),
        *(
            reject(
                f"hand-on-{name}",
                "The place is a member's.",
                "season.member",
                {**inputs, "receiver": number},
                partial(season.hand_on, plan, keys[1], number, NEW.public, source),
            )
            for name, number in (("nobody", 0), ("beyond", 5))
        ),
    )


def _boxes(plan: Plan, keys: Mapping[int, PrssKeys]) -> dict[int, bytes]:
    return {
        i: season.hand_on(plan, k, REPLACED, NEW.public, stream(f"box {i}"))
        for i, k in keys.items()
        if i != REPLACED
    }


def _taken_over() -> Sequence[Case]:
    record, keys = _season()
    plan = record.plan
    boxes = _boxes(plan, keys)
    wrong = replace(keys[1], keys={a: bytes(32) for a in keys[1].keys})
    lied = {**boxes, 1: _boxes(plan, {1: wrong})[1]}
    rows = (
        ("all", "Everybody hands on.", boxes),
        ("liar", "1 hands on other keys, and is known by the hashes.", lied),
        ("stranger", "A box that 3 sealed is none of 1.", {**boxes, 1: boxes[3]}),
        ("silent", "Two are enough here.", {i: boxes[i] for i in (1, 3)}),
    )
    refused: Sequence[tuple[str, str, dict[int, bytes]]] = (
        ("one", "Each key is handed on by somebody.", {1: boxes[1]}),
        ("nobody", "Each key is handed on by somebody.", {}),
        ("liars", "A wrong key is none.", {1: lied[1], 3: boxes[3]}),
    )
    return (
        *(
            accept(
                f"take-over-{name}",
                comment,
                _taking(record, given),
                _taken(record, given),
            )
            for name, comment, given in rows
        ),
        *(
            reject(
                f"take-over-{name}",
                rule,
                "season.incomplete",
                _taking(record, given),
                partial(_taken, record, given),
            )
            for name, rule, given in refused
        ),
    )


def _taking(record: Record, boxes: Mapping[int, bytes]) -> dict[str, Raw]:
    hashes = certificate(record).key_hashes
    return {
        "op": "take-over",
        "plan": plan_inputs(record.plan),
        "hashes": [hashes[slot] for slot in record.plan.slots()],
        "index": REPLACED,
        "opening": NEW.secret,
        "boxes": {str(i): box for i, box in boxes.items()},
    }


def _taken(record: Record, boxes: Mapping[int, bytes]) -> dict[str, Raw]:
    plan, hashes = record.plan, certificate(record).key_hashes
    taken = season.take_over(plan, hashes, REPLACED, NEW, boxes)
    return {"file": season.keep(plan, taken.keys), "liars": list(taken.liars)}


def _erased() -> Sequence[Case]:
    record, keys = _season()
    plan, kept = record.plan, season.keep(record.plan, keys[3])
    gone = season.erased(plan, kept)
    other = members_of(4, 1, Purpose.SEASON, context=8)[0].plan
    rows = (
        ("twice", "What is erased stays so.", "season.erased", plan, gone),
        ("other-season", "The file is of this season.", "season.file", other, kept),
        ("truncated", "The file is whole.", "cbor.truncated", plan, kept[:-1]),
    )
    return (
        accept(
            "erase",
            "Hashes in place of the keys.",
            _erasing(plan, kept),
            {"file": gone},
        ),
        *(
            reject(
                f"erase-{name}",
                rule,
                code,
                _erasing(of, data),
                partial(season.erased, of, data),
            )
            for name, rule, code, of, data in rows
        ),
    )


def _erasing(plan: Plan, data: bytes) -> dict[str, Raw]:
    return {"op": "erase", "plan": plan_inputs(plan), "file": data}
