"""What people are told apart by: one value however it is spelt.

specs/uniqueness-tag.md, section 4.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from fairlot.assigned import is_assigned
from fairlot.errors import Rejection
from fairlot.same_name import compared_name
from fairlot_crypto import cbor

Identifier = NewType("Identifier", bytes)
"""CBOR of source, canonicaliser and value: the input of the keyed function."""

SPELT_MAX = 256
"""Code points of a name or of a document's number, as it is typed."""

_SEPARATORS = re.compile(r"[ \-./:<_\u2010-\u2015\u2212]+")
"""What people put between the groups of a number, after compatible characters are folded."""
_STATE = re.compile(r"[a-z]{3}")
_NUMBER = re.compile(r"(?=.*[0-9])[a-z0-9]{1,32}")
_ACCOUNT = re.compile(r"[!-~]{1,256} [ -~]{1,255}")
"""Issuer Identifier and Subject Identifier of OpenID Connect."""
_SHORT_STATES = {"d": "deu"}
"""ICAO 9303 writes one state with one letter in a document, and with three elsewhere."""


class Canonicaliser(StrEnum):
    """A rule that makes one value of all spellings; it gets a successor, and never changes."""

    NAME = "name/1"
    """The name on a list."""
    DOCUMENT = "document/1"
    """A state and the number of a document that it has issued."""
    ACCOUNT = "account/1"
    """An account at a provider of OpenID Connect."""


@dataclass(frozen=True, slots=True)
class Source:
    """By what the people of a registry are told apart: one source, one rule."""

    name: str
    """E.g. ``passport``: what kind of document, or which list."""
    canonicaliser: Canonicaliser

    def canonical(self, spelt: str) -> str:
        """Return the one value of all spellings.

        Raises:
            Rejection: ``identifier.text``, ``identifier.empty``, ``identifier.document``,
                ``identifier.account``.
        """
        return canonical(self.canonicaliser, spelt)

    def identifier(self, spelt: str) -> Identifier:
        """Return the identifier of somebody, however it is spelt (section 4.3).

        Raises:
            Rejection: ``identifier.text``, ``identifier.empty``, ``identifier.document``,
                ``identifier.account``.
        """
        # Step 26.
        return Identifier(
            cbor.encode(
                {
                    "source": self.name,
                    "canonicaliser": self.canonicaliser.value,
                    "value": self.canonical(spelt),
                }
            )
        )


@dataclass(frozen=True, slots=True)
class Known:
    """Whom an attester has before them."""

    identifier: Identifier = field(repr=False)
    attributes: tuple[str, ...]
    """One value for each attribute of the schema, empty if the person has none."""


def canonical(rule: Canonicaliser, spelt: str) -> str:
    """Return the one value of all spellings of a name or of a document.

    Raises:
        Rejection: ``identifier.text`` for too long a text, or a character that Unicode
            14.0 does not have; ``identifier.empty`` if nothing of it can be seen;
            ``identifier.document`` if it is no state and number; ``identifier.account``
            if it is no issuer and subject of an account.
    """
    if rule is Canonicaliser.ACCOUNT:
        return _account(spelt)
    # Step 20.
    if len(spelt) > SPELT_MAX or not all(map(_is_text, spelt)):
        problem = f"at most {SPELT_MAX} characters of Unicode 14.0"
        raise Rejection("identifier.text", f"what is typed must be {problem}")
    # Step 21.
    folded = compared_name(spelt)
    if not folded:
        raise Rejection("identifier.empty", "nothing of what is typed can be seen")
    return folded if rule is Canonicaliser.NAME else _document(folded)


def _document(folded: str) -> str:
    """Return state/number (section 4.2)."""
    # Step 22.
    state, _, number = _SEPARATORS.sub(" ", folded).strip().partition(" ")
    # Step 23.
    state, number = _SHORT_STATES.get(state, state), number.replace(" ", "")
    # Step 24.
    if not (_STATE.fullmatch(state) and _NUMBER.fullmatch(number)):
        problem = "three letters of the state that issued it, a blank, and its number"
        raise Rejection("identifier.document", f"a document is typed as {problem}")
    # Step 25.
    return f"{state}/{number}"


def _account(spelt: str) -> str:
    """Return issuer and subject, to the byte (specs/attesters.md, step 12)."""
    # Step 12.
    if not _ACCOUNT.fullmatch(spelt):
        problem = (
            "the provider's issuer, a blank, and the subject as the provider says it"
        )
        raise Rejection("identifier.account", f"an account is {problem}")
    return spelt


def _is_text(character: str) -> bool:
    return is_assigned(character) and not "\ud800" <= character <= "\udfff"
