"""What can go wrong in a sale, and who is at fault.

``FairlotError``
 ├── ``InputError``       a file or an option from a person breaks a rule
 ├── ``TermsError``       canonical terms are illegal: the seller's fault
 ├── ``Rejection``        an entry or request does not fit: its sender's fault
 └── ``InvariantError``   the library broke its own promise: a bug

Every error carries a stable ``code``; specs/errors.md lists all of them. A code is written
out where it is raised, so that a text search finds it. Whatever checks a rule returns nothing
or raises.
"""

from typing import TypeAlias

from fairlot_crypto.errors import CryptoError, Fault

Where: TypeAlias = "tuple[str | int, ...]"
"""Where in a value something lies: names of fields, indices from 0."""


class FairlotError(Exception):
    """Base of all errors of this package."""

    fault: Fault

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class InputError(FairlotError):
    """A file or an option breaks a rule; the message names place, field and rule."""

    fault = Fault.PERSON

    def __init__(
        self, code: str, message: str, *, line: int | None = None, field: str = ""
    ) -> None:
        """Describe a broken rule.

        Args:
            code: of the rule.
            message: place, field and rule in a sentence.
            line: of the file, from 1; ``None`` where there is none or it is not known.
            field: the field or the column; empty where there is none.
        """
        super().__init__(code, message)
        self.line = line
        self.field = field
        self.more: tuple[InputError, ...] = ()
        """What else is wrong with the file, where it was read to its end."""


class TermsError(FairlotError):
    """Canonical terms break a rule; the message names the path of the field."""

    fault = Fault.SELLER

    def __init__(self, code: str, where: Where, problem: str) -> None:
        """Describe a broken rule.

        Args:
            code: of the rule.
            where: the field.
            problem: what is wrong with it, in half a sentence that begins with a verb.
        """
        super().__init__(code, f"{place(where)} {problem}")
        self.where = where
        self.problem = problem


class Rejection(FairlotError):  # noqa: N818 (the word of the specification)
    """An entry or a request does not fit the state that it meets."""

    fault = Fault.SENDER


class InvariantError(FairlotError):
    """A promise of this library does not hold: please report it."""

    fault = Fault.LIBRARY


def reason_of(error: OSError) -> str:
    """Return what the system says of an error, in words: without its number and path."""
    return error.strerror or str(error) or "unknown reason"


def in_words(error: Exception) -> str:
    """Return what went wrong as people read it, whatever it is.

    Of what the system says that is its words and the path, and no number; what nobody
    expected is named as the program knows it.
    """
    if isinstance(error, OSError):
        path = f" ({error.filename})" if error.filename else ""
        return f"{reason_of(error)}{path}"
    known = isinstance(error, FairlotError | CryptoError)
    return str(error) if known else repr(error)


def place(where: Where, first: int = 0) -> str:
    """Return a place as people read it, e.g. ``pools[0].tiers[1].price``.

    Args:
        where: the place.
        first: what the index of the first element of an array is called.
    """
    parts = (
        f"[{part + first}]" if isinstance(part, int) else f".{part}" for part in where
    )
    return "".join(parts).removeprefix(".")
