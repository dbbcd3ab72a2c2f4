"""The file of a state that a user's own programs have kept (specs/verdicts.md, section 4).

It is a body, under a code that only who has the user's key can make. Whatever reads it falls
back on folding from nothing.
"""

import hmac

from fairlot_crypto.errors import EncodingError
from fairlot_crypto.verdicts import VERDICT_KEY_LENGTH, own_code

_BEGIN = b"fairlot-v1/state\n"


def begins_as_state(data: bytes) -> bool:
    """Tell whether a file begins as one of a kept state does, whoever made it."""
    return data.startswith(_BEGIN)


def write_state(key: bytes, rules: str, body: bytes) -> bytes:
    """Return the file of a state (step 1).

    Args:
        key: the user's own, 32 bytes.
        rules: names what has folded the log.
        body: of the state, in its form.

    Raises:
        CallerError: ``verdicts.key`` for a key of another length.
    """
    # Step 1.
    return b"".join((_BEGIN, own_code(key, "state", rules, body), body))


def read_state(key: bytes, rules: str, data: bytes) -> bytes:
    """Return the body in the file of a state (step 2).

    Args:
        key: the user's own, 32 bytes.
        rules: by which the reader folds.
        data: the file, wherever it comes from.

    Raises:
        EncodingError: ``state.form``, ``state.code``.
        CallerError: ``verdicts.key`` for a key of another length.
    """
    # Step 2.
    start = len(_BEGIN) + VERDICT_KEY_LENGTH
    if not begins_as_state(data) or len(data) < start:
        raise EncodingError("state.form", "this is no whole file of a state")
    body = data[start:]
    code = own_code(key, "state", rules, body)
    if not hmac.compare_digest(data[len(_BEGIN) : start], code):
        problem = "this state is not of this user, or of another program"
        raise EncodingError("state.code", problem)
    return body
