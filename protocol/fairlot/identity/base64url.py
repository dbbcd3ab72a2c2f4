"""Base64url without padding (RFC 7515, section 2), in which tokens and their keys are."""

import base64
import re

_TEXT = re.compile(r"[A-Za-z0-9_-]+")


def encode_url(data: bytes) -> str:
    """Return the text of some bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_url(text: str) -> bytes:
    """Return the bytes of a text, of which each has one.

    Raises:
        ValueError: for any other text, the empty one among them.
    """
    problem = "each part must be base64url without padding, as its bytes are encoded"
    if not _TEXT.fullmatch(text) or len(text) % 4 == 1:
        raise ValueError(problem)
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode_url(data) != text:
        raise ValueError(problem)
    return data
