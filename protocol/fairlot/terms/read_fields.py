"""Reads fields that several parts of the terms have (specs/terms.md, section 2)."""

from fairlot.errors import TermsError, Where
from fairlot.fields import Fields, Problem
from fairlot.text import check_text
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.keys import VerifyKey, check_verify_key


def field_error(problem: Problem) -> TermsError:
    """Return the error for a field that is missing, unknown, mistyped or out of range."""
    return TermsError("terms.field", problem.where, problem.text)


def read_text(fields: Fields, name: str) -> str:
    """Return a text under the rules of specs/terms.md, section 3.

    Raises:
        TermsError: ``terms.field``, ``terms.text``.
    """
    text = fields.text(name)
    check_text(text, lambda why: TermsError("terms.text", fields.at(name), why))
    return text


def read_key(fields: Fields, name: str) -> VerifyKey:
    """Return an Ed25519 key (specs/terms.md, section 4).

    Raises:
        TermsError: ``terms.field``, ``terms.key``.
    """
    return _key(fields.bytes(name), fields.at(name))


def read_keys(fields: Fields, name: str) -> tuple[VerifyKey, ...]:
    """Return an array of Ed25519 keys.

    Raises:
        TermsError: ``terms.field``, ``terms.key``.
    """
    keys = enumerate(fields.byte_strings(name))
    return tuple(_key(key, (*fields.at(name), index)) for index, key in keys)


def _key(key: bytes, where: Where) -> VerifyKey:
    try:
        return check_verify_key(key)
    except EncodingError as error:
        rule = "must be an Ed25519 key of prime order"
        raise TermsError("terms.key", where, rule) from error
