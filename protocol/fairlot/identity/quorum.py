"""What n - t issuers sign together (specs/identity.md, specs/life.md)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.registry import ISSUERS_MAX, Registry
from fairlot_crypto.errors import ProofError
from fairlot_crypto.keys import SIGNATURE_LENGTH, Signature, verify_signature_once
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class IssuerSignature:
    """One issuer's signature over what several sign."""

    issuer: int
    """i, the issuer's number, from 1."""
    sig: Signature


def read_issuer_signature(fields: Fields) -> IssuerSignature:
    """Read one signature of several; errors are those of ``fields``."""
    signed = IssuerSignature(
        fields.uint("issuer", 1, ISSUERS_MAX),
        Signature(fields.bytes("sig", SIGNATURE_LENGTH)),
    )
    fields.done()
    return signed


def quorum_problem(registry: Registry, numbers: Sequence[int], what: str) -> str | None:
    """Return why issuers of these numbers are not n - t; ``None`` if they are.

    Args:
        registry: whose issuers they are.
        numbers: of the issuers, in the order in which they stand.
        what: they sign, for the sentence.
    """
    members = len(registry.issuers)
    ascending = list(numbers) == sorted(set(numbers))
    known = set(numbers) <= set(range(1, members + 1))
    if ascending and known and len(numbers) >= members - registry.threshold:
        return None
    return f"n - t issuers must sign {what}, each once, in ascending order"


def check_quorum(
    registry: Registry,
    signatures: Sequence[IssuerSignature],
    message: bytes,
    what: str,
    statements: Statements,
    few: Callable[[str], Rejection],
    forged: Callable[[str], Rejection],
) -> None:
    """Check that at least n - t issuers have signed a message.

    Args:
        registry: whose issuers they are.
        signatures: in the order in which they stand.
        message: that was signed.
        what: it is, for sentences; empty for what needs no name.
        statements: what this process has verified before.
        few: makes the refusal of other numbers than those of n - t issuers.
        forged: makes that of a signature which does not verify.

    Raises:
        Rejection: as ``few`` and ``forged`` make it.
    """
    numbers = [each.issuer for each in signatures]
    problem = quorum_problem(registry, numbers, f"a {what}" if what else "it")
    if problem:
        raise few(problem)
    for each in signatures:
        this = f"this {what}" if what else "this"
        check_issuer(registry, each, message, this, statements, forged)


def check_issuer(
    registry: Registry,
    signed: IssuerSignature,
    message: bytes,
    what: str,
    statements: Statements,
    fail: Callable[[str], Rejection],
) -> None:
    """Verify the signature of an issuer of the registry.

    Args:
        registry: it has an issuer of that number.
        signed: the signature.
        message: that was signed.
        what: it is, for the sentence.
        statements: what this process has verified before.
        fail: makes the refusal from the sentence.

    Raises:
        Rejection: as ``fail`` makes it.
    """
    key = registry.issuers[signed.issuer - 1].key
    try:
        verify_signature_once(key, message, signed.sig, statements)
    except ProofError as error:
        raise fail(f"issuer {signed.issuer} did not sign {what}") from error
