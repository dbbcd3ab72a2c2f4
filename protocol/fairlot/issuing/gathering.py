"""Signatures of several issuers under one message (specs/issuer.md, steps 49 and 57)."""

from collections.abc import Collection, Iterable

from fairlot.errors import InputError
from fairlot.identity.part import Part
from fairlot.identity.quorum import IssuerSignature
from fairlot.identity.registry import Registry
from fairlot_crypto.errors import ProofError
from fairlot_crypto.keys import SIGNATURE_LENGTH, Signature, verify_signature


def gathered(
    registry: Registry, own: IssuerSignature, parts: Iterable[Part], message: bytes
) -> dict[int, IssuerSignature]:
    """Return the signatures that verify, by issuer; of each issuer the first.

    Args:
        registry: whose issuers they are.
        own: of whoever asks.
        parts: those of the others whose body is {``sig``}; what was signed by nobody, or is
            something else, is passed over.
        message: that is signed.
    """
    signed = {own.issuer: own}
    for part in parts:
        found = _signature(registry, part, message)
        if found is not None:
            signed.setdefault(found.issuer, found)
    return signed


def awaited(
    registry: Registry, signed: Iterable[int], without: Collection[int]
) -> tuple[int, ...]:
    """Return which issuers' signatures are missing, but for those not waited for."""
    everybody = range(1, len(registry.issuers) + 1)
    return tuple(sorted({*everybody} - {*signed} - {*without}))


def _signature(
    registry: Registry, part: Part, message: bytes
) -> IssuerSignature | None:
    """Return the signature in a part; ``None`` if it is nobody's, or of something else."""
    if part.issuer > len(registry.issuers):
        return None
    try:
        fields = part.fields
        sig = Signature(fields.bytes("sig", SIGNATURE_LENGTH))
        fields.done()
        verify_signature(registry.issuers[part.issuer - 1].key, message, sig)
    except (InputError, ProofError):
        return None
    return IssuerSignature(part.issuer, sig)
