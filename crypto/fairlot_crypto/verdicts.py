"""The file of verdicts that a user's own programs have kept (specs/verdicts.md).

It holds the digests of statements that verified (``statements``), under a code that only
who has the user's key can make. Whatever reads it falls back on verifying anew.
"""

import hmac
from collections.abc import Iterable
from itertools import pairwise

from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.hashing import tagged_hash

VERDICT_KEY_LENGTH = 32
"""Bytes of the key that authenticates verdicts."""

_BEGIN = b"fairlot-v1/verdicts\n"
_LENGTH = 32
"""Bytes of a digest, and of the code."""


def begins_as_verdicts(data: bytes) -> bool:
    """Tell whether a file begins as one of verdicts does, whoever made it."""
    return data.startswith(_BEGIN)


def write_verdicts(key: bytes, rules: str, digests: Iterable[bytes]) -> bytes:
    """Return the file of verdicts (steps 1 to 3).

    Args:
        key: the user's own, 32 bytes.
        rules: names the rules by which the statements verified.
        digests: of the statements, 32 bytes each.

    Raises:
        CallerError: ``verdicts.key`` for a key or a digest of another length.
    """
    # Step 1.
    ordered = sorted(set(digests))
    if any(len(digest) != _LENGTH for digest in ordered):
        raise CallerError("verdicts.key", "a digest has 32 bytes")
    body = b"".join(ordered)
    # Steps 2 and 3.
    return _BEGIN + own_code(key, "verdicts", rules, body) + body


def read_verdicts(key: bytes, rules: str, data: bytes) -> frozenset[bytes]:
    """Return the digests in a file of verdicts (steps 4 to 6).

    Args:
        key: the user's own, 32 bytes.
        rules: by which the reader verifies.
        data: the file, wherever it comes from.

    Raises:
        EncodingError: ``verdicts.form``, ``verdicts.code``.
        CallerError: ``verdicts.key`` for a key of another length.
    """
    # Step 4.
    start = len(_BEGIN) + _LENGTH
    body = data[start:]
    if not begins_as_verdicts(data) or len(data) < start or len(body) % _LENGTH:
        raise EncodingError("verdicts.form", "this is no whole file of verdicts")
    # Step 5.
    code = own_code(key, "verdicts", rules, body)
    if not hmac.compare_digest(data[len(_BEGIN) : start], code):
        problem = "these verdicts are not of this user, or by other rules"
        raise EncodingError("verdicts.code", problem)
    # Step 6.
    digests = [body[at : at + _LENGTH] for at in range(0, len(body), _LENGTH)]
    if any(first >= second for first, second in pairwise(digests)):
        raise EncodingError("verdicts.form", "digests must ascend")
    return frozenset(digests)


def own_code(key: bytes, name: str, rules: str, body: bytes) -> bytes:
    """Return the code of a file that is the user's own (step 2).

    Args:
        key: the user's own, 32 bytes.
        name: of what the file holds: the tag of its hash.
        rules: by which that was found.
        body: of the file.

    Raises:
        CallerError: ``verdicts.key`` for a key of another length.
    """
    if len(key) != VERDICT_KEY_LENGTH:
        raise CallerError("verdicts.key", "the key of verdicts has 32 bytes")
    return hmac.digest(key, tagged_hash(name, rules.encode(), body), "sha256")
