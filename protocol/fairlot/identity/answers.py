"""The parts of issuers' answers as maps (specs/credential.md, section 4).

Two forms: a part that its issuer has signed, and a part with the proof that it is right.
"""

from fairlot.fields import Fields
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.answer import ProvenAnswer
from fairlot_crypto.committee.liars import SignedPart
from fairlot_crypto.committee.threshold import PartialSignature
from fairlot_crypto.curve import (
    G1_LENGTH,
    Backend,
    scalar_from_bytes,
    scalar_to_bytes,
)
from fairlot_crypto.keys import SIGNATURE_LENGTH, Signature

PROOF_LENGTH = 160


def signed_value(told: SignedPart) -> dict[str, Value]:
    """Return a signed part as a map, without the issuer's number."""
    return {**_part_value(told.part), "sig": told.signature}


def proven_value(proven: ProvenAnswer) -> dict[str, Value]:
    """Return a part and its proof as a map, without the issuer's number."""
    return {
        **_part_value(proven.part),
        "masks": [mask.to_bytes() for mask in proven.masks],
        "key": proven.key.to_bytes(),
        "proof": proven.proof,
    }


def read_signed(curve: Backend, issuer: int, fields: Fields) -> SignedPart:
    """Read a signed part of an issuer; the caller calls ``done``.

    Raises:
        EncodingError: ``groups.*``; besides, what ``fields`` raises.
    """
    sig = Signature(fields.bytes("sig", SIGNATURE_LENGTH))
    return SignedPart(_read_part(curve, issuer, fields), sig)


def read_proven(curve: Backend, issuer: int, fields: Fields) -> ProvenAnswer:
    """Read a part and its proof; the caller calls ``done``.

    Raises:
        EncodingError: ``groups.*``; besides, what ``fields`` raises.
    """
    part = _read_part(curve, issuer, fields)
    masks = fields.byte_strings("masks", G1_LENGTH)
    return ProvenAnswer(
        part,
        tuple(curve.g1_not_identity(mask) for mask in masks),
        curve.g1_not_identity(fields.bytes("key", G1_LENGTH)),
        fields.bytes("proof", PROOF_LENGTH),
    )


def _part_value(part: PartialSignature) -> dict[str, Value]:
    return {
        "e": scalar_to_bytes(part.exponent),
        "u": scalar_to_bytes(part.u),
        "A": part.A.to_bytes(),
    }


def _read_part(curve: Backend, issuer: int, fields: Fields) -> PartialSignature:
    return PartialSignature(
        issuer,
        scalar_from_bytes(fields.bytes("e")),
        scalar_from_bytes(fields.bytes("u")),
        curve.g1_not_identity(fields.bytes("A")),
    )
