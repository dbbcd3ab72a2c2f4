"""What can go wrong in a sale, and who is at fault.

``FairlotError``
 ├── ``InputError``       a file or an option from a person breaks a rule
 ├── ``TermsError``       canonical terms are illegal: the seller's fault
 ├── ``Rejection``        an entry or request does not fit: its sender's fault
 └── ``InvariantError``   the library broke its own promise: a bug

Every error carries a stable ``code``; specs/errors.md lists all of them.
"""


class FairlotError(Exception):
    """Base of all errors of this package."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class InputError(FairlotError):
    """A file or an option breaks a rule; the message names place, field and rule."""


class TermsError(FairlotError):
    """Canonical terms break a rule; the message names the path of the field."""


class Rejection(FairlotError):  # noqa: N818 (the word of the specification)
    """An entry or a request does not fit the state that it meets."""


class InvariantError(FairlotError):
    """A promise of this library does not hold: please report it."""
