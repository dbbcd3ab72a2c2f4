"""Requests, answers and accusations that are refused (specs/uniqueness-tag.md, section 5)."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.identity.registry import RegistryId
from fairlot.identity.tag_asking import judge_answers, receive_tags
from fairlot.identity.tag_lies import WrongTag
from fairlot.identity.tag_messages import (
    TagAnswer,
    TagRequest,
    read_tag_answer,
    read_tag_request,
)
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import Signature
from generators.case import Case, reject
from generators.committee_setting import GROUP, stream
from generators.edits import edited, without
from generators.identity_setting import NOW, signing_key
from generators.uniqueness_tag_messages import (
    ANN,
    BEN,
    answer_inputs,
    convict_inputs,
    lie,
    offices,
    receive_inputs,
)


def cases() -> Sequence[Case]:
    """Return the cases."""
    return (*_malformed(), *_requests(), *_rates(), *_received(), *_accused())


def _malformed() -> Sequence[Case]:
    on = offices()
    request = on.ask(ANN).request
    answer = on.answer(1, request)
    asked, answered = (cbor.decode(each.to_bytes()) for each in (request, answer))
    one_form = "Two readings of a message would have one signature."
    requests: Sequence[tuple[str, Value]] = (
        ("version", edited(asked, "v", 2)),
        ("no-epoch", without(asked, "epoch")),
        ("unknown", edited(asked, "id", b"")),
        ("element-short", edited(asked, "elements/0", bytes(47))),
        ("elements-bytes", edited(asked, "elements", bytes(48))),
        ("sig-short", edited(asked, "sig", bytes(63))),
    )
    answers: Sequence[tuple[str, Value]] = (
        ("version", edited(answered, "v", 2)),
        ("no-proof", without(answered, "proof")),
        ("unknown", edited(answered, "tag", b"")),
        ("issuer-zero", edited(answered, "issuer", 0)),
        ("proof-short", edited(answered, "proof", bytes(63))),
    )
    return (
        *(
            _reading("request", name, one_form, cbor.encode(value))
            for name, value in requests
        ),
        _reading("request", "trailing", one_form, request.to_bytes() + b"\x00"),
        *(
            _reading("answer", name, one_form, cbor.encode(value))
            for name, value in answers
        ),
    )


def _reading(kind: str, name: str, rule: str, data: bytes) -> Case:
    read = read_tag_request if kind == "request" else read_tag_answer
    return reject(
        f"read-{kind}-{name}",
        rule,
        f"tag-{kind}.field",
        {"op": f"read-tag-{kind}", "message": data},
        lambda: read(data),
    )


def _requests() -> Sequence[Case]:
    on = offices()
    request = on.ask(BEN, ANN).request
    holder = signing_key("holder").public
    none, small = b"\xc0" + bytes(47), b"\x80" + bytes(47)
    first = request.elements[0]
    theirs = "A holder who blinds could blind the document of somebody else."
    late = on.resigned(replace(request, epoch=request.epoch + 1))
    early = on.resigned(replace(request, epoch=request.epoch - 1))
    elsewhere = replace(request, registry_id=RegistryId(bytes(32)))
    carried = replace(request, elements=on.ask("AUT 1").request.elements)
    swapped = replace(request, elements=request.elements[::-1])
    elements = "tag-request.elements"
    leak = "A small part outside the group would leak the share modulo its order."
    signature = "tag-request.signature"
    count = "The rate counts elements that are evaluated."
    free = "The identity tells nothing."
    running = "The rate is that of the running epoch."
    changed: Sequence[tuple[str, str, str, TagRequest]] = (
        ("registry", "Each has a key.", "tag-request.registry", elsewhere),
        ("holder", theirs, "tag-request.attester", replace(request, attester=holder)),
        ("elements-of-holder", theirs, signature, carried),
        ("swapped", "The signature binds the order.", signature, swapped),
        ("unsigned", theirs, signature, replace(request, sig=Signature(bytes(64)))),
        ("epoch-to-come", running, "tag-request.epoch", late),
        ("epoch-before", running, "tag-request.epoch", early),
    )
    asked: Sequence[tuple[str, str, tuple[bytes, ...]]] = (
        ("no-elements", count, ()),
        ("element-twice", count, (first, first)),
        ("many", count, _points(257)),
        ("identity", free, (none,)),
        ("off-subgroup", leak, (small,)),
    )
    signed = [
        (name, rule, elements, on.resigned(replace(request, elements=given)))
        for name, rule, given in asked
    ]
    return [_answering(*row, ()) for row in (*changed, *signed)]


def _points(count: int) -> tuple[bytes, ...]:
    base = GROUP.g1_generator()
    return tuple((base * i).to_bytes() for i in range(1, count + 1))


def _rates() -> Sequence[Case]:
    on = offices()
    two, one = on.ask(BEN, ANN).request, on.ask(ANN).request
    more = on.ask("AUT 1", "AUT 2").request
    rate, code = (
        "Whoever has an attester's key could try every document.",
        "tag-request.rate",
    )
    four = on.resigned(replace(one, elements=_points(4)))
    return (
        _answering("rate", rate, code, more, (two,)),
        _answering("rate-used", rate, code, on.ask("AUT 1").request, (two, one)),
        _answering("rate-at-once", rate, code, four, ()),
    )


def _answering(
    name: str, rule: str, code: str, request: TagRequest, before: Sequence[TagRequest]
) -> Case:
    def attempt() -> None:
        issuer = offices().issuer(1)
        for each in (*before, request):
            issuer.answer(each, NOW, stream("answer 1"))

    inputs = answer_inputs(1, request, before)
    return reject(f"answer-{name}", rule, code, inputs, attempt)


def _received() -> Sequence[Case]:
    on = offices()
    pending = on.ask(BEN, ANN)
    first, second = on.answer(1, pending.request), on.answer(2, pending.request)
    few = "With fewer the tag would be another, and the person somebody else."
    rows: Sequence[tuple[str, Sequence[TagAnswer]]] = (
        ("none", ()),
        ("one", (first,)),
        ("one-twice", (first, first)),
        ("liar", (first, lie(2, pending.request))),
        ("two-values", (first, second, lie(2, pending.request))),
        ("unsigned", (first, replace(second, sig=first.sig))),
        ("as-another", (first, replace(second, issuer=3))),
        ("elsewhere", (first, on.answer(2, on.ask(ANN).request))),
    )
    return [_receiving(name, few, answers) for name, answers in rows]


def _receiving(name: str, rule: str, answers: Sequence[TagAnswer]) -> Case:
    on = offices()
    pending = on.ask(BEN, ANN)

    def attempt() -> None:
        judged = judge_answers(GROUP, on.registry, pending, answers)
        receive_tags(on.registry, pending, judged)

    inputs = receive_inputs(pending, answers)
    return reject(f"too-few-{name}", rule, "tag.too-few", inputs, attempt)


def _accused() -> Sequence[Case]:
    on = offices()
    request, other = on.ask(BEN, ANN).request, on.ask(ANN).request
    true, false = on.answer(2, request), lie(2, request)
    holder = replace(request, attester=signing_key("holder").public)
    unsigned = replace(request, sig=Signature(bytes(64)))
    nobody = "What an issuer did not sign proves nothing against it."
    asked = "An issuer answers attesters; who asks otherwise gets no evidence."
    signature = "tag-answer.signature"
    rows: Sequence[tuple[str, str, str, TagRequest, TagAnswer]] = (
        ("true", "The answer is true.", "tag-evidence.true", request, true),
        ("as-another", nobody, signature, request, replace(false, issuer=3)),
        ("unknown-issuer", nobody, signature, request, replace(false, issuer=5)),
        ("changed", nobody, signature, request, replace(true, proof=false.proof)),
        ("other-request", nobody, "tag-answer.request", other, false),
        ("holder", asked, "tag-request.attester", holder, false),
        ("unsigned", asked, "tag-request.signature", unsigned, false),
    )
    return [_accusation(*row) for row in rows]


def _accusation(
    name: str, rule: str, code: str, request: TagRequest, answer: TagAnswer
) -> Case:
    evidence = WrongTag(offices().registry, request, answer)
    return reject(
        f"convict-{name}",
        rule,
        code,
        convict_inputs(evidence),
        evidence.verify,
    )
