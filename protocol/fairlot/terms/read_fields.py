"""Reads what several parts of the terms hold (specs/terms.md, section 2)."""

from fairlot.errors import TermsError
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.keys import VerifyKey, check_verify_key


def field_error(message: str) -> TermsError:
    """Return the error for a field that is missing, unknown, mistyped or out of range."""
    return TermsError("terms.field", message)


def read_key(value: Value, path: str) -> VerifyKey:
    """Return an Ed25519 key (specs/terms.md, section 4).

    Raises:
        TermsError: ``terms.field``, ``terms.key``.
    """
    if not isinstance(value, bytes):
        raise field_error(f"{path} is not a byte string")
    try:
        return check_verify_key(value)
    except EncodingError as error:
        rule = "is not an Ed25519 key of prime order"
        raise TermsError("terms.key", f"{path} {rule}") from error
