"""Recomputes the published vectors of the uniqueness tag through the public API."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest

from fairlot.errors import FairlotError
from fairlot.identity.identifier import Canonicaliser, Identifier, Source, canonical
from fairlot.identity.registry import Registry
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.tag_asking import (
    PendingTags,
    judge_answers,
    receive_tags,
    request_tags,
)
from fairlot.identity.tag_issuing import TagIssuer
from fairlot.identity.tag_lies import WrongTag
from fairlot.identity.tag_messages import read_tag_answer, read_tag_request
from fairlot_crypto import cbor
from fairlot_crypto.curve import G1, Scalar, backend, scalar_to_bytes
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.voprf.dleq import Proof, verify_proof
from fairlot_crypto.voprf.oprf import (
    Blinded,
    Evaluated,
    blind,
    blind_evaluate,
    finalize,
)
from fairlot_crypto.voprf.suite import elements_from_bytes
from fairlot_crypto.voprf.threshold import KeyShare, PublicShares, combine, deal_tag_key

In: TypeAlias = Mapping[str, Any]
Out: TypeAlias = dict[str, Any]

FILE = Path(__file__).parent.parent / "vectors" / "uniqueness-tag.json"
GROUP = backend()


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def scalar(text: str) -> Scalar:
    return Scalar(int(text, 16))


def source(case: In) -> SeededRandomness:
    return SeededRandomness(unhex(case["seed"]))


def decoded(items: Sequence[str]) -> tuple[G1, ...]:
    return elements_from_bytes(GROUP, map(unhex, items))


def hexed(elements: Sequence[G1]) -> list[str]:
    return [element.to_bytes().hex() for element in elements]


def read_elements(case: In) -> Out:
    return {"elements": hexed(decoded(case["elements"]))}


def blind_input(case: In) -> Out:
    made = blind(GROUP, unhex(case["id"]), source(case))
    return {
        "element": made.element.to_bytes().hex(),
        "blind": scalar_to_bytes(made.blind).hex(),
    }


def evaluate(case: In) -> Out:
    elements = decoded(case["elements"])
    made = blind_evaluate(GROUP, scalar(case["key"]), elements, source(case))
    return {"elements": hexed(made.elements), "proof": made.proof.to_bytes().hex()}


def verify(case: In) -> Out:
    proof = Proof.from_bytes(unhex(case["proof"]))
    (B,) = decoded([case["B"]])
    verify_proof(GROUP, B, decoded(case["C"]), decoded(case["D"]), proof)
    return {}


def finalize_tag(case: In) -> Out:
    (element,) = decoded([case["element"]])
    blinded = Blinded(unhex(case["id"]), scalar(case["blind"]), element)
    return {"tag": finalize(blinded, element).hex()}


def deal(case: In) -> Out:
    public, held = deal_tag_key(GROUP, case["members"], case["degree"], source(case))
    return {
        "secrets": {str(s.index): scalar_to_bytes(s.secret).hex() for s in held},
        "shares": hexed(public.shares),
        "public_key": public.public_key().to_bytes().hex(),
    }


def public_of(case: In) -> PublicShares:
    # The identity is refused by the sharing, not by its decoder.
    shares = tuple(GROUP.g1_from_bytes(unhex(K)) for K in case["shares"])
    return PublicShares(case["degree"], shares)


def public_key(case: In) -> Out:
    return {"public_key": public_of(case).public_key().to_bytes().hex()}


def combine_answers(case: In) -> Out:
    answers = {
        int(i): Evaluated(
            decoded(item["elements"]), Proof.from_bytes(unhex(item["proof"]))
        )
        for i, item in case["answers"].items()
    }
    elements = decoded(case["elements"])
    made = combine(GROUP, public_of(case), elements, answers)
    kept = zip(case["ids"], case["blinds"], made.elements, strict=True)
    tags = [
        finalize(Blinded(unhex(i), scalar(beta), element), element).hex()
        for i, beta, element in kept
    ]
    return {
        "elements": hexed(made.elements),
        "liars": list(made.liars),
        "tags": tags,
    }


def canonicalise(case: In) -> Out:
    return {"value": canonical(Canonicaliser(case["canonicaliser"]), case["typed"])}


def identify(case: In) -> Out:
    source = Source(case["source"], Canonicaliser(case["canonicaliser"]))
    return {"id": source.identifier(case["typed"]).hex()}


def registry_of(case: In) -> Registry:
    return read_registry(cbor.decode(unhex(case["registry"])))


def request_the_tags(case: In) -> Out:
    key = SigningKey.from_seed(unhex(case["key_seed"]))
    ids = [Identifier(unhex(each)) for each in case["ids"]]
    registry, now = registry_of(case), case["now"]
    made = request_tags(GROUP, registry, key, ids, now, source(case))
    return {"request": made.request.to_bytes().hex()}


def answer_the_tags(case: In) -> Out:
    share = KeyShare(case["index"], scalar(case["secret"]))
    key = SigningKey.from_seed(unhex(case["key_seed"]))
    issuer = TagIssuer(GROUP, registry_of(case), share, key)
    for each in case["before"]:
        issuer.answer(read_tag_request(unhex(each)), case["now"], source(case))
    request = read_tag_request(unhex(case["request"]))
    answer = issuer.answer(request, case["now"], source(case))
    return {"answer": answer.to_bytes().hex()}


def receive_the_tags(case: In) -> Out:
    request = read_tag_request(unhex(case["request"]))
    elements = elements_from_bytes(GROUP, request.elements)
    kept = zip(case["ids"], case["blinds"], elements, strict=True)
    blinded = tuple(Blinded(unhex(i), scalar(beta), C) for i, beta, C in kept)
    pending, registry = PendingTags(request, blinded), registry_of(case)
    answers = [read_tag_answer(unhex(each)) for each in case["answers"]]
    judged = judge_answers(GROUP, registry, pending, answers)
    return {
        "tags": [tag.hex() for tag in receive_tags(registry, pending, judged)],
        "liars": [each.answer.issuer for each in judged.evidence],
    }


def convict_issuer(case: In) -> Out:
    request = read_tag_request(unhex(case["request"]))
    answer = read_tag_answer(unhex(case["answer"]))
    lie = WrongTag(registry_of(case), request, answer)
    lie.verify()
    return {"issuer": lie.issuer}


def read_request(case: In) -> Out:
    return {"message": read_tag_request(unhex(case["message"])).to_bytes().hex()}


def read_answer(case: In) -> Out:
    return {"message": read_tag_answer(unhex(case["message"])).to_bytes().hex()}


DRIVERS: Mapping[str, Callable[[In], Out]] = {
    "elements": read_elements,
    "blind": blind_input,
    "blind-evaluate": evaluate,
    "verify-proof": verify,
    "finalize": finalize_tag,
    "deal-tag-key": deal,
    "public-key": public_key,
    "combine": combine_answers,
    "canonical": canonicalise,
    "identifier": identify,
    "request-tags": request_the_tags,
    "answer-tags": answer_the_tags,
    "receive-tags": receive_the_tags,
    "convict": convict_issuer,
    "read-tag-request": read_request,
    "read-tag-answer": read_answer,
}


def parameters(*, refused: bool) -> list[Any]:
    document = json.loads(FILE.read_bytes())
    assert document["format"] == "fairlot-vectors/1"
    found = cast("list[In]", document["cases"])
    return [
        pytest.param(case, id=case["name"])
        for case in found
        if ("refused" in case) is refused
    ]


@pytest.mark.parametrize("case", parameters(refused=False))
def test_an_accepted_case_is_recomputed_from_its_input(case: In) -> None:
    assert DRIVERS[case["input"]["op"]](case["input"]) == case["output"]


@pytest.mark.thorough
@pytest.mark.parametrize("case", parameters(refused=True))
def test_a_refused_case_ends_with_its_code(case: In) -> None:
    with pytest.raises((CryptoError, FairlotError)) as caught:
        DRIVERS[case["input"]["op"]](case["input"])
    assert isinstance(caught.value, CryptoError | FairlotError)
    assert caught.value.code == case["refused"]["code"]
