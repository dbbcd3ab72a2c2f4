"""The errors of this package, and who is at fault.

``CryptoError``
 ├── ``CallerError``    the calling code broke a precondition (also a ``ValueError``)
 ├── ``EncodingError``  bytes from outside do not decode to the value they claim
 └── ``ProofError``     a well-formed statement does not verify

Every error carries a stable ``code`` of the form ``subject.rule``; specs/errors.md
lists all of them. Verification functions return ``None`` or raise.
"""

from enum import StrEnum


class Fault(StrEnum):
    """Who provably broke the rule."""

    CALLER = "caller"
    """The code that called: fix the program."""
    SENDER = "sender"
    """Whoever made the bytes: refuse them."""
    PROVER = "prover"
    """Whoever signed or proved the statement: refuse it."""
    SELLER = "seller"
    """Whoever wrote the terms: they correct them."""
    PERSON = "person"
    """Whoever wrote the file or the option: they correct it."""
    BOARD = "board"
    """Whoever keeps the board: wait, or tell them."""
    LIBRARY = "library"
    """This library: report it."""


class CryptoError(Exception):
    """Base of all errors of this package."""

    fault: Fault

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class CallerError(CryptoError, ValueError):
    """A precondition that the calling code must hold does not hold."""

    fault = Fault.CALLER


class EncodingError(CryptoError):
    """Bytes from outside are not the canonical encoding of a legal value."""

    fault = Fault.SENDER


class ProofError(CryptoError):
    """A signature, proof or opening does not verify."""

    fault = Fault.PROVER
