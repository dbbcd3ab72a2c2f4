"""Questions and answers as texts, for codes and keyboards (specs/door.md, section 2.1)."""

import base64
import binascii

from fairlot.errors import Rejection

PREFIX = "FAIRLOT-DOOR:"
"""With what a text begins: like all that follows of characters that codes hold most of."""
_BLANKS = b" \t\r\n"


def text_of(file: bytes) -> str:
    """Return the text of a question or an answer (step 15)."""
    # Step 15.
    return PREFIX + base64.b32encode(file).decode().rstrip("=")


def file_in(data: bytes) -> bytes:
    """Return the file that bytes are, or that their text stands for (step 16).

    Raises:
        Rejection: ``door.malformed`` for a text that stands for no file.
    """
    # Step 16.
    bare = data.translate(None, _BLANKS)
    if not bare.startswith(PREFIX.encode()):
        return data
    digits = bare[len(PREFIX) :]
    try:
        file = base64.b32decode(digits + b"=" * (-len(digits) % 8))
    except binascii.Error as error:
        raise Rejection("door.malformed", f"the text is not base32: {error}") from error
    # Bits behind the last byte would be a second text of the same file.
    if text_of(file).encode() != bare:
        raise Rejection("door.malformed", "the text ends otherwise than base32 does")
    return file
