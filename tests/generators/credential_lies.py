"""Issuers who lie about credentials, for chapters credential and audit."""

from dataclasses import replace
from functools import cache

from fairlot.identity.answering import answer_request, prove_answer
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.lies import WrongPart
from fairlot.identity.receiving import name_issuers
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Scalar
from fairlot_crypto.keys import seal
from generators.committee_setting import stream
from generators.credential_setting import Issued, issued
from generators.edits import edited
from generators.identity_setting import NOW


def resealed(each: Issued, answer: bytes, where: str, value: Value) -> bytes:
    """Return an answer with something else at a place of it."""
    plain = cbor.decode(each.pending.reply.open(answer))
    changed = cbor.encode(edited(plain, where, value))
    return seal(changed, each.request.reply_key, stream("resealed"))


def liar(each: Issued, number: int) -> IssuerSecrets:
    """Return an issuer who computes with another share of the key."""
    honest = each.case.issuers[number - 1]
    other = Scalar(honest.signing.secret + 1)
    return replace(honest, signing=replace(honest.signing, secret=other))


def lying_answer(each: Issued, number: int) -> bytes:
    """Return what an issuer signs who computes with another share of the key."""
    return answer_request(
        each.case.credentials,
        liar(each, number),
        each.case.leaf,
        each.case.rolls,
        each.case.attestation.attributes,
        each.request,
        NOW,
        NOW,
        stream(f"lying answer {number}"),
    )


def proofs(each: Issued) -> list[bytes]:
    """Return what the issuers prove, of whom none lies this time."""
    return [
        prove_answer(
            each.case.credentials,
            issuer,
            each.case.leaf,
            each.case.rolls,
            each.case.attestation.attributes,
            each.request,
            NOW,
            NOW,
            stream(f"proof {issuer.index}"),
        )
        for issuer in each.case.issuers
    ]


@cache
def wrong_part() -> WrongPart:
    """Return evidence against issuer 2 of four."""
    each = issued(4, 1, 2)
    answers = [each.answers[0], lying_answer(each, 2), *each.answers[2:]]
    credentials, identity = each.case.credentials, each.case.identity
    (named,) = name_issuers(credentials, identity, each.pending, answers, proofs(each))
    return named
