"""Boxes and answers about tags that lie, and what proves nothing; of chapter audit."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.identity.box_lies import WrongBox
from fairlot.identity.boxes import SentShare, box_statement, open_sent
from fairlot.identity.leaf import Leaf
from fairlot.identity.tag_lies import WrongTag
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import scalar_to_bytes
from generators.identity_setting import INDEX, setting
from generators.uniqueness_tag_messages import ANN, BEN, lie, offices

LIAR = 3


def _sent(
    rho: bytes, nyms: tuple[bytes, ...], by: int = LIAR, leaf: Leaf | None = None
) -> SentShare:
    """Return what issuer 3 of four sends, signed by an issuer."""
    case = setting(4, 1, 2)
    named = leaf or case.leaf
    of_leaf = case.registry.registry_id, named.index, named.handle
    statement = box_statement(*of_leaf, LIAR, rho, nyms)
    return SentShare(LIAR, rho, nyms, case.issuers[by - 1].key.sign(statement))


def _honest(issuer: int = LIAR) -> SentShare:
    case = setting(4, 1, 2)
    return open_sent(case.enrolment.sealed[issuer - 1], case.device)


def _wrong_box(sent: SentShare | None = None) -> WrongBox:
    case, true = setting(4, 1, 2), _honest()
    five = scalar_to_bytes(5)
    made = sent or _sent(true.rho, (five, true.nyms[1]))
    return WrongBox(case.registry, case.leaf, case.leaf.shares[LIAR - 1], made)


def boxes_shown() -> Sequence[tuple[str, str, WrongBox]]:
    """Return what proves something: name, comment and evidence."""
    true = _honest()
    rho, (first, second) = true.rho, true.nyms
    rows: Sequence[tuple[str, str, bytes, tuple[bytes, ...]]] = (
        ("secret", "Another share of a secret.", rho, (scalar_to_bytes(5), second)),
        ("exchanged", "Two secrets exchanged.", rho, (second, first)),
        ("zero", "A share that is no scalar.", bytes(32), (first, second)),
        ("few", "One secret of two.", rho, (first,)),
        ("none", "No secret.", rho, ()),
    )
    return [
        (f"box-{name}", comment, _wrong_box(_sent(rho_i, nyms_i)))
        for name, comment, rho_i, nyms_i in rows
    ]


def boxes_unproven() -> Sequence[tuple[str, str, str, WrongBox]]:
    """Return what proves nothing: name, rule, code and evidence."""
    wrong, case = _wrong_box(), setting(4, 1, 2)
    unsigned, code = "evidence.signature", "evidence.consistent"
    bound = "The issuer has signed share and box, for this leaf in this registry."
    rho, nyms = wrong.sent.rho, wrong.sent.nyms
    elsewhere = replace(case.leaf, index=INDEX + 1)
    named = replace(case.leaf, handle=bytes(32))
    later = replace(case.registry, season=case.registry.season + 1)
    forged = replace(wrong.told, commitment=case.leaf.shares[0].commitment)
    rows = (
        ("right", "The box opens the share.", code, replace(wrong, sent=_honest())),
        ("two", "Share and box are of one.", code, replace(wrong, sent=_honest(1))),
        ("framed", bound, unsigned, replace(wrong, sent=_sent(rho, nyms, by=1))),
        (
            "other-leaf",
            bound,
            unsigned,
            replace(wrong, sent=_sent(rho, nyms, leaf=elsewhere)),
        ),
        (
            "other-handle",
            bound,
            unsigned,
            replace(wrong, sent=_sent(rho, nyms, leaf=named)),
        ),
        ("other-share", bound, unsigned, replace(wrong, told=forged)),
        ("other-version", bound, unsigned, _moved(wrong, 2)),
        ("other-registry", bound, unsigned, replace(wrong, registry=later)),
        ("no-issuer", bound, unsigned, _of_issuer(wrong, 5)),
    )
    return [(f"box-{name}", rule, code, shown) for name, rule, code, shown in rows]


def _moved(wrong: WrongBox, version: int) -> WrongBox:
    return replace(wrong, leaf=replace(wrong.leaf, version=version))


def _of_issuer(wrong: WrongBox, issuer: int) -> WrongBox:
    told = replace(wrong.told, issuer=issuer)
    return replace(wrong, told=told, sent=replace(wrong.sent, issuer=issuer))


def malformed_boxes() -> Sequence[tuple[str, str, dict[str, Value]]]:
    """Return what is no evidence: name, rule and map."""
    value = _wrong_box().to_value()
    sent = _wrong_box().sent.to_value()
    return (
        ("box-rho", "Each has 32 bytes.", {**value, "sent": {**sent, "rho": b""}}),
        ("box-nyms", "Each has 32 bytes.", {**value, "sent": {**sent, "nyms": [b""]}}),
        ("box-note", "There is nothing else.", {**value, "sent": {**sent, "x": 1}}),
        ("box-registry", "A registry is one.", {**value, "registry": b"\xa0"}),
    )


def _wrong_tag() -> WrongTag:
    on = offices()
    request = on.ask(ANN).request
    return WrongTag(on.registry, request, lie(2, request))


def tags_shown() -> Sequence[tuple[str, str, WrongTag]]:
    """Return what proves something: name, comment and evidence."""
    return (("tag", "An answer by another key.", _wrong_tag()),)


def tags_unproven() -> Sequence[tuple[str, str, str, WrongTag]]:
    """Return what proves nothing: name, rule, code and evidence."""
    on, wrong = offices(), _wrong_tag()
    true = on.answer(2, wrong.request)
    other = on.ask(BEN).request
    changed = replace(wrong.answer, proof=true.proof)
    moved = replace(wrong.answer, issuer=3)
    signature = "tag-answer.signature"
    return (
        ("tag-true", "A lie is one.", "tag-evidence.true", replace(wrong, answer=true)),
        (
            "tag-other-request",
            "The answer is to this request.",
            "tag-answer.request",
            replace(wrong, request=other),
        ),
        ("tag-changed", "Signed.", signature, replace(wrong, answer=changed)),
        ("tag-other-issuer", "Signed by it.", signature, replace(wrong, answer=moved)),
        (
            "tag-stranger",
            "An attester of the registry has asked.",
            "tag-request.attester",
            replace(wrong, request=replace(wrong.request, attester=on.keys[0].public)),
        ),
    )


def malformed_tags() -> Sequence[tuple[str, str, dict[str, Value]]]:
    """Return what is no evidence: name, rule and map."""
    value = _wrong_tag().to_value()
    return (
        ("tag-request", "It holds a request.", {**value, "request": b"\xa0"}),
        ("tag-answer", "It holds an answer.", {**value, "answer": b"\xa0"}),
        ("tag-registry", "A registry is one.", {**value, "registry": b"\xa0"}),
    )
