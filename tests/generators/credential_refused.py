"""Requests and answers that are refused; a part of chapter credential."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.identity.answering import answer_request
from fairlot.identity.credential import CredentialRequest, check_request
from fairlot.identity.enrolment import Identity
from fairlot.identity.receiving import receive_credential
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import generators
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Scalar, scalar_to_bytes
from fairlot_crypto.hashing import GROUP_ORDER, i2osp
from fairlot_crypto.keys import OpeningKey, seal
from generators.case import Case, reject
from generators.committee_setting import GROUP, stream
from generators.credential_lies import lying_answer, resealed
from generators.credential_setting import EPOCH, Issued, issued, request_inputs, signed
from generators.edits import edited, without
from generators.identity_setting import (
    NOW,
    identity_inputs,
    leaf_octets,
    registry_octets,
    rolls_inputs,
    setting,
    signing_key,
)

_IDENTITY = b"\xc0" + bytes(47)
_OFF_SUBGROUP = b"\x80" + bytes(47)

Request = tuple[str, str, str, CredentialRequest, int, int]
"""Name, rule, code, request, clock, time of the view."""


def cases() -> Sequence[Case]:
    """Return the cases."""
    return (
        *(_request(*row) for row in (*_standing(), *_unsigned(), *_unproved())),
        *(_received(*row) for row in (*_answers(), *_boxes(), *_holders())),
    )


def _standing() -> Sequence[Request]:
    """Whoever may not ask, or not now."""
    case, request = setting(), issued().request
    tomorrow = issued(epoch=EPOCH + 1).request
    in_two_days = issued(epoch=EPOCH + 2).request
    other_leaf = replace(request, index=request.index + 1)
    other_version = replace(request, version=2)
    thief = signing_key("thief")
    stolen = signed(case, replace(request, holder_key=thief.public), thief)
    day = EPOCH * 86_400
    late = day + 86_400 - 3_601
    view, epoch = "request.view", "request.epoch"
    key = "A thief may have rho and s, but not the key."
    old = "A frozen or recovered leaf would still be answered."
    season = "Keys of another season would answer."
    starts, closes = case.registry.starts, case.registry.closes
    rolls = "request.rolls"
    every = "A request lists every unexpired roll: else it names a sale."
    fewer = signed(case, replace(request, rolls=request.rolls[:1]))
    none = signed(case, replace(request, rolls=()))
    down = signed(case, replace(request, rolls=request.rolls[::-1]))
    expired = sorted((*request.rolls, case.rolls[0].roll_id))
    more = signed(case, replace(request, rolls=tuple(expired)))
    one = "A credential acts in its own epoch; ahead of it the leaf may change."
    return (
        ("view-old", old, view, request, NOW, NOW - 601),
        ("view-ahead", "A view is not from the future.", view, request, NOW, NOW + 1),
        ("leaf", "It asks for this leaf.", "request.leaf", other_leaf, NOW, NOW),
        ("version", old, "request.leaf", other_version, NOW, NOW),
        ("holder", key, "request.holder", stolen, NOW, NOW),
        ("epoch-over", one, epoch, request, day + 86_400, day + 86_400),
        ("epoch-ahead", one, epoch, tomorrow, late, late),
        ("epoch-two-ahead", one, epoch, in_two_days, late + 1, late + 1),
        ("season-before", season, "request.season", request, starts - 1, starts - 1),
        ("season-over", season, "request.season", request, closes, closes),
        ("rolls-fewer", every, rolls, fewer, NOW, NOW),
        ("rolls-none", every, rolls, none, NOW, NOW),
        (
            "rolls-descending",
            "One order, or it marks the wallet.",
            rolls,
            down,
            NOW,
            NOW,
        ),
        ("rolls-expired", "An expired roll gives nothing.", rolls, more, NOW, NOW),
    )


def _unsigned() -> Sequence[Request]:
    """Change what the holder has signed."""
    request = issued().request
    other = issued(epoch=EPOCH + 1).request
    thief = OpeningKey(stream.seed("thief's reply")).public
    bound = "The holder signed something else."
    changed = (
        ("reply", "A thief would get the answers.", replace(request, reply_key=thief)),
        ("epoch", "Old requests would be renewed.", replace(request, epoch=EPOCH + 1)),
        ("rolls", "Another list would be asked for.", replace(request, rolls=())),
        ("commitment", bound, replace(request, commitment=other.commitment)),
        ("challenge", bound, replace(request, challenge=other.challenge)),
        ("response", bound, replace(request, response=other.response)),
        ("sig", bound, replace(request, sig=other.sig)),
    )
    return [
        (f"signed-{name}", rule, "request.signature", request, NOW, NOW)
        for name, rule, request in changed
    ]


def _unproved() -> Sequence[Request]:
    """Let the holder cheat: the holder signs all of these."""
    case, request = setting(), issued().request
    J_1 = generators(GROUP, case.registry.schema).J[0]
    C = GROUP.g1_not_identity(request.commitment)
    other = issued(epoch=EPOCH + 1).request
    moved = replace(
        other, epoch=EPOCH, reply_key=request.reply_key, holder_key=request.holder_key
    )
    next_c = Scalar((request.challenge + 1) % GROUP_ORDER)
    next_s = Scalar((request.response + 1) % GROUP_ORDER)
    known = "The proof does not show that C − IC is a multiple of Q_2."
    nym = "Another nym secret in C: the same person would enter twice."
    bare = replace(request, commitment=case.leaf.commitment)
    rows = (
        ("new-nym", nym, replace(request, commitment=(C + J_1).to_bytes())),
        ("challenge", known, replace(request, challenge=next_c)),
        ("response", known, replace(request, response=next_s)),
        ("zeros", known, replace(request, challenge=Scalar(0), response=Scalar(0))),
        ("other-epoch", "A proof is for one epoch.", moved),
        ("no-blind", "b is not 0: C would show the leaf.", bare),
        ("identity", "C is not 0.", replace(request, commitment=_IDENTITY)),
        ("off-subgroup", "C is in G1.", replace(request, commitment=_OFF_SUBGROUP)),
        ("short", "C has 48 bytes.", replace(request, commitment=bytes(47))),
    )
    return [
        (f"proof-{name}", rule, "request.proof", signed(case, changed), NOW, NOW)
        for name, rule, changed in rows
    ]


def _request(
    name: str, rule: str, code: str, request: CredentialRequest, now: int, view: int
) -> Case:
    case = setting()
    return reject(
        f"check-{name}",
        rule,
        code,
        {
            "op": "check-request",
            "registry": registry_octets(case.registry),
            "leaf": leaf_octets(case.leaf),
            "rolls": rolls_inputs(case.rolls),
            "request": request_inputs(request),
            "now": now,
            "view_time": view,
        },
        lambda: check_request(
            GROUP, case.registry, case.leaf, case.rolls, request, now, view
        ),
    )


Reception = tuple[str, str, str, Issued, Identity, Sequence[bytes]]
"""Name, rule, code, what was issued, the holder's identity, the answers."""


def _answers() -> Sequence[Reception]:
    small, large = issued(), issued(4, 1, 2)
    first, second, third, _ = large.answers
    own = large.case.identity
    lie = resealed(large, first, "parts/0/u", scalar_to_bytes(Scalar(5)))
    expired = small.case.rolls[0].roll_id
    moved = resealed(small, small.answers[0], "parts/0/roll", expired)
    foreign = _answer(small, ("document", "north", "", ""))
    enough = "2t + 1 issuers must answer."
    unsigned = "answer.signature"
    twice = "An issuer answers once."
    attributes = "The attributes are those that the holder knows: no hidden mark."
    return (
        ("none", "Somebody answers.", "answer.rolls", small, small.case.identity, ()),
        (
            "other-roll",
            "Of a roll asked for.",
            "answer.rolls",
            small,
            small.case.identity,
            (moved,),
        ),
        ("too-few", enough, "threshold.too-few", large, own, (first, second)),
        ("twice", twice, "threshold.too-few", large, own, (first, second, second)),
        ("attributes", attributes, unsigned, small, small.case.identity, (foreign,)),
        ("u-changed", "Parts are signed.", unsigned, large, own, (lie, second, third)),
        (
            "no-such-issuer",
            "The registry has the issuer.",
            "answer.issuer",
            small,
            small.case.identity,
            (resealed(small, small.answers[0], "issuer", 2),),
        ),
        (
            "liar-of-one",
            "With 2t + 1 answers none may lie.",
            "threshold.signature",
            large,
            own,
            (first, second, lying_answer(large, 3)),
        ),
        (
            "two-liars",
            "More than t lie.",
            "threshold.signature",
            large,
            own,
            (lying_answer(large, 1), second, third, lying_answer(large, 4)),
        ),
    )


def _answer(each: Issued, attributes: tuple[str, ...]) -> bytes:
    case = each.case
    source = stream("answer")
    issuer = case.issuers[0]
    return answer_request(
        case.credentials,
        issuer,
        case.leaf,
        case.rolls,
        attributes,
        each.request,
        NOW,
        NOW,
        source,
    )


def _boxes() -> Sequence[Reception]:
    """Put something else into the box of the one issuer."""
    each = issued()
    (own,) = each.answers
    value: Value = cbor.decode(each.pending.reply.open(own))
    other = issued(epoch=EPOCH + 1).answers[0]
    form = "An answer has one form."
    order = i2osp(GROUP_ORDER, 32)
    contents = (
        ("unknown-field", form, edited(value, "note", 1)),
        ("missing-field", form, without(value, "parts")),
        ("issuer-zero", "Issuers count from 1.", edited(value, "issuer", 0)),
        ("e-zero", "A scalar is not 0.", edited(value, "parts/0/e", bytes(32))),
        ("e-too-large", "A scalar is below r.", edited(value, "parts/0/e", order)),
        ("u-short", "A scalar has 32 bytes.", edited(value, "parts/0/u", bytes(31))),
        ("A-identity", "A_i is not 0.", edited(value, "parts/0/A", _IDENTITY)),
        ("A-off-subgroup", "A_i is in G1.", edited(value, "parts/0/A", _OFF_SUBGROUP)),
        (
            "roll-short",
            "A roll_id has 32 bytes.",
            edited(value, "parts/0/roll", bytes(31)),
        ),
        ("sig-short", "A signature has 64 bytes.", edited(value, "parts/0/sig", b"")),
        ("array", form, [value]),
    )
    boxes = [
        (name, rule, seal(cbor.encode(content), each.request.reply_key, stream("box")))
        for name, rule, content in contents
    ]
    boxes += [
        ("other-request", "Only this request's reply key opens it.", other),
        ("box-changed", "Boxes are authentic.", own[:-1] + b"\0"),
    ]
    identity = each.case.identity
    return [
        (f"box-{name}", rule, "answer.malformed", each, identity, (box,))
        for name, rule, box in boxes
    ]


def _holders() -> Sequence[Reception]:
    """Give the holder secrets that the issuers did not sign."""
    each = issued()
    identity = each.case.identity
    one = Scalar(1)
    code, wrong = "answer.signature", "Presentations of it would fail."
    other_nym = replace(identity, nym_secrets=(one,))
    other_values = replace(identity, attributes=("document", "north", "", ""))
    return (
        ("rho", wrong, code, each, replace(identity, rho=one), each.answers),
        ("nym", wrong, code, each, other_nym, each.answers),
        ("values", wrong, code, each, other_values, each.answers),
    )


def _received(
    name: str,
    rule: str,
    code: str,
    each: Issued,
    identity: Identity,
    answers: Sequence[bytes],
) -> Case:
    case, pending = each.case, each.pending
    return reject(
        f"receive-{name}",
        rule,
        code,
        {
            "op": "receive",
            "registry": registry_octets(case.registry),
            "identity": identity_inputs(identity),
            "request": request_inputs(pending.request),
            "blind": scalar_to_bytes(pending.blind),
            "reply_secret": pending.reply.secret,
            "answers": list(answers),
        },
        lambda: receive_credential(case.credentials, identity, pending, answers),
    )
