"""What attesters and issuers send for a tag (specs/uniqueness-tag.md, section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.registry import Registry
from fairlot.identity.tag_asking import (
    PendingTags,
    judge_answers,
    receive_tags,
    request_tags,
)
from fairlot.identity.tag_issuing import TagIssuer
from fairlot.identity.tag_lies import WrongTag
from fairlot.identity.tag_messages import (
    TagAnswer,
    TagRequest,
    request_statement,
    sign_tag_answer,
)
from fairlot_crypto.committee import shamir
from fairlot_crypto.curve import Scalar, scalar_to_bytes
from fairlot_crypto.keys import Signature, SigningKey
from fairlot_crypto.voprf.threshold import KeyShare
from generators.case import Case, Raw, accept
from generators.committee_setting import GROUP, stream
from generators.identity_setting import (
    NOW,
    TAG_KEY,
    registry_octets,
    setting,
    signing_key,
)

PASSPORT = Source("passport", Canonicaliser.DOCUMENT)
ANN, BEN = "DEU C01X00T47", "FRA 12AB34567"
RATE = 3


@dataclass(frozen=True, slots=True)
class Offices:
    """A registry of four issuers, t = 1, that tells people apart by passports."""

    registry: Registry
    shares: tuple[KeyShare, ...]
    keys: tuple[SigningKey, ...]
    attester: SigningKey

    def ask(self, *typed: str) -> PendingTags:
        """Let the attester ask; the blinds are of the first document's stream."""
        ids = [PASSPORT.identifier(each) for each in typed]
        source = stream(f"ask {typed[0]}")
        return request_tags(GROUP, self.registry, self.attester, ids, NOW, source)

    def issuer(self, number: int) -> TagIssuer:
        """Return an issuer that has counted nothing yet."""
        at = number - 1
        return TagIssuer(GROUP, self.registry, self.shares[at], self.keys[at])

    def answer(self, number: int, request: TagRequest) -> TagAnswer:
        """Let an issuer answer."""
        return self.issuer(number).answer(request, NOW, stream(f"answer {number}"))

    def signed(
        self, number: int, request: TagRequest, elements: Sequence[bytes], proof: bytes
    ) -> TagAnswer:
        """Let an issuer sign whatever it likes."""
        key = self.keys[number - 1]
        return sign_tag_answer(request, number, tuple(elements), proof, key)

    def resigned(self, request: TagRequest) -> TagRequest:
        """Let the attester sign a request as it stands."""
        parts = request.registry_id, request.epoch, request.elements
        sig: Signature = self.attester.sign(request_statement(*parts))
        return replace(request, sig=sig)


@cache
def offices() -> Offices:
    """Return the registry; its committee is that of chapter identity."""
    made = setting(4, 1)
    held = shamir.split(TAG_KEY, 4, 1, stream("tags 4"))
    told_apart = replace(made.registry.uniqueness, source=PASSPORT, rate=RATE)
    return Offices(
        replace(made.registry, uniqueness=told_apart),
        tuple(KeyShare(i, k) for i, k in held.items()),
        tuple(issuer.key for issuer in made.issuers),
        signing_key("attester"),
    )


def cases() -> Sequence[Case]:
    """Return the cases that are accepted."""
    return (*_requests(), *_answers(), *_received(), *_convicted())


def _requests() -> Sequence[Case]:
    on = offices()
    rows = (("one", (ANN,)), ("two", (BEN, ANN)), ("spelt", ("d<<c01x 00t47",)))
    cases: list[Case] = []
    for name, typed in rows:
        made = on.ask(*typed).request
        case = accept(
            f"request-{name}",
            "An attester blinds identifiers and signs the elements.",
            {
                "op": "request-tags",
                "registry": registry_octets(on.registry),
                "key_seed": on.attester.seed,
                "ids": [PASSPORT.identifier(each) for each in typed],
                "now": NOW,
                "seed": stream.seed(f"ask {typed[0]}"),
            },
            {"request": made.to_bytes()},
            {"statement": made.statement, "request_id": made.request_id},
        )
        cases.append(case)
    return cases


def answer_inputs(
    number: int, request: TagRequest, before: Sequence[TagRequest], now: int = NOW
) -> dict[str, Raw]:
    """Return what an issuer has when it answers."""
    on = offices()
    return {
        "op": "answer-tags",
        "registry": registry_octets(on.registry),
        "index": number,
        "key_seed": on.keys[number - 1].seed,
        "secret": scalar_to_bytes(on.shares[number - 1].secret),
        "before": [each.to_bytes() for each in before],
        "request": request.to_bytes(),
        "now": now,
        "seed": stream.seed(f"answer {number}"),
    }


def _answers() -> Sequence[Case]:
    on = offices()
    one, two = on.ask(ANN).request, on.ask(BEN, ANN).request
    rows: Sequence[tuple[str, str, int, TagRequest, Sequence[TagRequest]]] = (
        ("one", "One element.", 1, one, ()),
        ("two", "Two elements, one proof.", 2, two, ()),
        ("full-rate", "One and two are the rate.", 1, one, (two,)),
        ("again", "A request is counted once.", 1, one, (two, one)),
    )
    return [
        accept(
            f"answer-{name}",
            comment,
            answer_inputs(number, request, before),
            {"answer": on.answer(number, request).to_bytes()},
            {"statement": on.answer(number, request).statement},
        )
        for name, comment, number, request, before in rows
    ]


def receive_inputs(
    pending: PendingTags, answers: Sequence[TagAnswer]
) -> dict[str, Raw]:
    """Return what an attester has when answers have come."""
    return {
        "op": "receive-tags",
        "registry": registry_octets(offices().registry),
        "request": pending.request.to_bytes(),
        "ids": [each.identifier for each in pending.blinded],
        "blinds": [scalar_to_bytes(each.blind) for each in pending.blinded],
        "answers": [each.to_bytes() for each in answers],
    }


def lie(number: int, request: TagRequest) -> TagAnswer:
    """Return an answer with another key, and the proof of it."""
    on = offices()
    other = KeyShare(number, Scalar(on.shares[number - 1].secret + 1))
    key = on.keys[number - 1]
    issuer = TagIssuer(GROUP, on.registry, other, key)
    return issuer.answer(request, NOW, stream("lie"))


def _received() -> Sequence[Case]:
    on = offices()
    pending = on.ask(BEN, ANN)
    first, second, third, _ = (on.answer(i, pending.request) for i in (1, 2, 3, 4))
    false = lie(2, pending.request)
    unsigned = replace(false, issuer=3)
    elsewhere = on.answer(3, on.ask(ANN).request)
    rows: Sequence[tuple[str, str, Sequence[TagAnswer]]] = (
        ("two", "t + 1 answers.", (first, second)),
        ("others", "Others, in another order: the same tags.", (third, second)),
        ("liar", "Issuer 2 lies.", (first, false, third)),
        ("two-values", "Issuer 2 answers twice.", (second, first, false, third)),
        ("unsigned", "What nobody signed accuses nobody.", (first, unsigned, second)),
        ("elsewhere", "An answer to another request.", (first, elsewhere, second)),
    )
    return [_receipt(*row, pending) for row in rows]


def _receipt(
    name: str, comment: str, answers: Sequence[TagAnswer], pending: PendingTags
) -> Case:
    registry = offices().registry
    judged = judge_answers(GROUP, registry, pending, answers)
    tags: list[Raw] = [*receive_tags(registry, pending, judged)]
    return accept(
        f"receive-{name}",
        comment,
        receive_inputs(pending, answers),
        {"tags": tags, "liars": [each.issuer for each in judged.evidence]},
    )


def convict_inputs(evidence: WrongTag) -> dict[str, Raw]:
    """Return what anybody has who judges."""
    return {
        "op": "convict",
        "registry": registry_octets(offices().registry),
        "request": evidence.request.to_bytes(),
        "answer": evidence.answer.to_bytes(),
    }


def _convicted() -> Sequence[Case]:
    on = offices()
    request = on.ask(BEN, ANN).request
    true, other = on.answer(2, request), on.answer(3, request)
    D, none, small = true.elements, b"\xc0" + bytes(47), b"\x80" + bytes(47)
    rows: Sequence[tuple[str, str, TagAnswer]] = (
        ("key", "A value of another key.", lie(2, request)),
        (
            "share",
            "Another's share.",
            on.signed(2, request, other.elements, other.proof),
        ),
        ("order", "Two tags exchanged.", on.signed(2, request, D[::-1], true.proof)),
        ("short", "One value of two.", on.signed(2, request, D[:1], true.proof)),
        ("identity", "No value.", on.signed(2, request, (none, D[1]), true.proof)),
        ("subgroup", "No element.", on.signed(2, request, (small, D[1]), true.proof)),
        ("scalar", "No scalars.", on.signed(2, request, D, b"\xff" * 64)),
    )
    shown = {name: WrongTag(on.registry, request, answer) for name, _, answer in rows}
    for each in shown.values():
        each.verify()
    return [
        accept(
            f"convict-{name}",
            comment,
            convict_inputs(shown[name]),
            {"issuer": shown[name].issuer},
        )
        for name, comment, _ in rows
    ]
