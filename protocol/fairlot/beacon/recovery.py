"""Recovery by anybody of what contributors do not reveal (specs/beacon.md, section 2).

``Contributions.recover`` takes in what is made here.
"""

from fairlot.beacon.contributions import Contributions
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value
from fairlot_crypto.delay import wesolowski
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.progress import Progress


def make_recovery(
    terms: Terms, contributions: Contributions, progress: Progress, key: SigningKey
) -> Entry:
    """Make the RECOVER entry, in the time that T squarings take (step 11).

    Args:
        terms: the terms of the sale.
        contributions: the contributions after REVEAL_END.
        progress: called with the progress of the work.
        key: the key of whoever recovers, which may be anybody.
    """
    modulus = contributions.modulus
    x = contributions.recovery_statement(terms.sale_id)
    y, proof = wesolowski.prove(modulus, x, terms.beacon.delay, progress)
    return recovery_entry(terms, (x, y, proof), key)


def recovery_entry(
    terms: Terms, elements: tuple[int, int, int], key: SigningKey
) -> Entry:
    """Return the RECOVER entry of x, y and π that have been computed."""
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
