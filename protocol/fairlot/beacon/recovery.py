"""Recovery by anybody of what contributors do not reveal (specs/beacon.md, section 2)."""

from dataclasses import dataclass

from fairlot.beacon.contributions import Contributions
from fairlot.entry import Entry, EntryType, body_fields, sign_entry
from fairlot.errors import Rejection
from fairlot.names import SaleId
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value
from fairlot_crypto.delay import bicorn, wesolowski
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import i2osp, os2ip
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.progress import Progress
from fairlot_crypto.statements import Statements

CHALLENGE_BITS = 256
"""Of Wesolowski's primes: with fewer squarings every proof is the element 1."""


def recovery_statement(contributions: Contributions, sale_id: SaleId) -> int:
    """Return X = |Π c_i^(b_i)| over the commitments that are not opened (step 8)."""
    modulus = contributions.modulus
    b_star = contributions.b_star(sale_id)
    missing = [contributions.commitments[key] for key in contributions.to_recover]
    return bicorn.missing_start(
        modulus, [(c, bicorn.coefficient(modulus, c, b_star)) for c in missing]
    )


def make_recovery(
    terms: Terms, contributions: Contributions, progress: Progress, key: SigningKey
) -> Entry:
    """Make the RECOVER entry, in the time that T squarings take (step 8).

    Args:
        terms: of the sale.
        contributions: as they stand after REVEAL_END.
        progress: told of the work.
        key: of whoever recovers; anybody's.
    """
    modulus = contributions.modulus
    x = recovery_statement(contributions, terms.sale_id)
    y, proof = wesolowski.prove(modulus, x, terms.beacon.delay, progress)
    return recovery_entry(terms, (x, y, proof), key)


def recovery_entry(
    terms: Terms, elements: tuple[int, int, int], key: SigningKey
) -> Entry:
    """Return the RECOVER entry of x, y and π that were computed before."""
    modulus = Modulus.from_bytes(terms.beacon.modulus)
    x, y, proof = (modulus.encode(element) for element in elements)
    body: dict[str, Value] = {
        "delay": terms.beacon.delay,
        "modulus": terms.beacon.modulus,
        "x": x,
        "y": y,
        "proof": proof,
    }
    return sign_entry(EntryType.RECOVER, terms.sale_id, body, key)


def take_recovery(
    contributions: Contributions, entry: Entry, statements: Statements
) -> None:
    """Take a RECOVER entry in (step 9).

    Raises:
        Rejection: ``entry.field``, ``recover.not-needed``, ``recover.modulus``,
            ``recover.delay``, ``recover.length``, ``recover.zero``,
            ``recover.minus-one``, ``recover.sign``, ``recover.input``,
            ``recover.trivial``, ``recover.proof``.
    """
    recovery = _read_recovery(entry)
    if not contributions.withheld or contributions.recovered is not None:
        raise Rejection("recover.not-needed", "Ω is known without it")
    if recovery.modulus != contributions.beacon.modulus:
        raise Rejection("recover.modulus", "not the N of the terms")
    if recovery.delay != contributions.beacon.delay:
        raise Rejection("recover.delay", "not the T of the terms")
    modulus = contributions.modulus
    x, y, proof = (_read_element(modulus, data) for data in recovery.elements)
    if x != recovery_statement(contributions, SaleId(entry.scope)):
        raise Rejection("recover.input", "x is not made of what is not opened")
    if y == 1 or (proof == 1 and recovery.delay >= CHALLENGE_BITS):
        raise Rejection("recover.trivial", "y or π is 1")
    parts = (recovery.modulus, i2osp(recovery.delay, 8), *recovery.elements)
    try:
        statements.check(
            "recovery",
            parts,
            lambda: wesolowski.verify(modulus, x, y, recovery.delay, proof),
        )
    except CryptoError as error:
        raise Rejection("recover.proof", str(error)) from error
    contributions.recovered = y


@dataclass(frozen=True, slots=True)
class _Recovery:
    delay: int
    modulus: bytes
    elements: tuple[bytes, bytes, bytes]
    """x, y, π."""


def _read_recovery(entry: Entry) -> _Recovery:
    fields = body_fields(entry)
    recovery = _Recovery(
        fields.uint("delay"),
        fields.bytes("modulus"),
        (fields.bytes("x"), fields.bytes("y"), fields.bytes("proof")),
    )
    fields.done()
    return recovery


def _read_element(modulus: Modulus, data: bytes) -> int:
    x = os2ip(data)
    if len(data) != modulus.width:
        raise Rejection("recover.length", "an element has not the width of N")
    if x == 0:
        raise Rejection("recover.zero", "0 is no element")
    if x == modulus.n - 1:
        raise Rejection("recover.minus-one", "N - 1 is another name of 1")
    if x > modulus.largest:
        raise Rejection("recover.sign", "above N/2: another name of an element")
    return x
