"""Reads what a RECOVER entry says (specs/beacon.md, section 2)."""

from dataclasses import dataclass

from fairlot.entry import Entry, body_fields
from fairlot.errors import Rejection
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.hashing import os2ip


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a RECOVER entry says."""

    delay: int
    """T, the number of squarings."""
    modulus: bytes
    """N, the modulus of the group."""
    elements: tuple[bytes, bytes, bytes]
    """x, y and π, elements of the group: the start, the result and its proof."""


def read_recovery(entry: Entry) -> Recovery:
    """Read a RECOVER entry (step 12).

    Raises:
        Rejection: ``entry.field``.
    """
    fields = body_fields(entry)
    recovery = Recovery(
        fields.uint("delay"),
        fields.bytes("modulus"),
        (fields.bytes("x"), fields.bytes("y"), fields.bytes("proof")),
    )
    fields.done()
    return recovery


def read_element(modulus: Modulus, data: bytes) -> int:
    """Return an element under the name that it has (step 12).

    Raises:
        Rejection: ``recover.length``, ``recover.zero``, ``recover.minus-one``,
            ``recover.sign``.
    """
    x = os2ip(data)
    if len(data) != modulus.width:
        raise Rejection(
            "recover.length", f"an element must have {modulus.width} bytes, as N has"
        )
    if x == 0:
        raise Rejection("recover.zero", "x, y and π must not be 0, which is no element")
    if x == modulus.n - 1:
        raise Rejection(
            "recover.minus-one",
            "x, y and π must not be N - 1: that element is written as 1",
        )
    if x > modulus.largest:
        raise Rejection(
            "recover.sign", "x, y and π must be at most N/2: write N - x instead of x"
        )
    return x
