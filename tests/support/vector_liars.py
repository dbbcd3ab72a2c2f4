"""Drives the vectors of members who lie (specs/committee.md, sections 1.1 and 3.4 to 3.6)."""

from collections.abc import Callable, Mapping
from typing import Any

from fairlot_crypto.committee import shamir
from fairlot_crypto.committee.answer import ProvenAnswer, prove_share, verify_answer
from fairlot_crypto.committee.liars import (
    Lie,
    SignedPart,
    find_signature,
    name_liars,
    verify_lie,
)
from fairlot_crypto.committee.prss import PrssKeys
from fairlot_crypto.committee.threshold import (
    PartialSignature,
    PublicSharing,
    SigningShare,
)
from fairlot_crypto.curve import G1, Scalar, backend
from fairlot_crypto.keys import Signature, VerifyKey
from fairlot_crypto.randomness import SeededRandomness

GROUP = backend()

In = Mapping[str, Any]


def point(text: str) -> G1:
    return GROUP.g1_from_bytes(bytes.fromhex(text))


def scalar(text: str) -> Scalar:
    return Scalar(int(text, 16))


def sharing(case: In) -> PublicSharing:
    shares = (GROUP.g2_from_bytes(bytes.fromhex(w)) for w in case["shares"])
    return PublicSharing(case["degree"], tuple(shares))


def part(item: In) -> PartialSignature:
    e, u = scalar(item["e"]), scalar(item["u"])
    return PartialSignature(item["index"], e, u, point(item["A"]))


def answer(item: In) -> ProvenAnswer:
    masks = tuple(point(z) for z in item["masks"])
    return ProvenAnswer(
        part(item), masks, point(item["Q"]), bytes.fromhex(item["proof"])
    )


def told(item: In) -> SignedPart:
    return SignedPart(part(item), Signature(bytes.fromhex(item["signature"])))


def agreeing(case: In) -> dict[str, Any]:
    points = {int(i): point(text) for i, text in case["points"].items()}
    return {"members": list(shamir.agreeing(points, case["degree"]))}


def prove(case: In) -> dict[str, Any]:
    keys = {tuple(k["without"]): bytes.fromhex(k["key"]) for k in case["keys"]}
    share = SigningShare(
        case["index"],
        scalar(case["secret"]),
        bytes.fromhex(case["exponent_key"]),
        PrssKeys(case["index"], case["degree"], keys),
        sharing(case).sharing_id,
    )
    source = SeededRandomness(bytes.fromhex(case["seed"]))
    made = prove_share(GROUP, share, point(case["B"]), scalar(case["domain"]), source)
    return {
        "index": made.part.index,
        "e": f"{made.part.exponent:064x}",
        "u": f"{made.part.u:064x}",
        "A": made.part.A.to_bytes().hex(),
        "masks": [z.to_bytes().hex() for z in made.masks],
        "Q": made.key.to_bytes().hex(),
        "proof": made.proof.hex(),
    }


def verify(case: In) -> None:
    B, domain = point(case["B"]), scalar(case["domain"])
    verify_answer(GROUP, sharing(case), B, domain, answer(case["answer"]))


def find(case: In) -> dict[str, Any]:
    parts = [part(item) for item in case["partials"]]
    found = find_signature(GROUP, sharing(case), point(case["B"]), parts)
    return {"signature": found.to_bytes().hex()}


def name(case: In) -> dict[str, Any]:
    found = name_liars(
        GROUP,
        sharing(case),
        point(case["B"]),
        scalar(case["domain"]),
        [told(item) for item in case["told"]],
        [answer(item) for item in case["answers"]],
    )
    return {"members": [each.told.part.index for each in found]}


def lie(case: In) -> dict[str, Any]:
    key = VerifyKey(bytes.fromhex(case["key"]))
    proven = tuple(answer(item) for item in case["answers"])
    stated = Lie(told(case["told"]), point(case["B"]), scalar(case["domain"]), proven)
    verify_lie(GROUP, sharing(case), key, stated)
    return {"valid": True}


LIARS: Mapping[str, Callable[[In], Any]] = {
    "agreeing": agreeing,
    "prove-share": prove,
    "verify-answer": verify,
    "find-signature": find,
    "name-liars": name,
    "verify-lie": lie,
}
