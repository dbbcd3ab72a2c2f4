"""Why nothing came back over the network, in words (specs/service.md, section 12)."""

import ssl
from http.client import BadStatusLine, HTTPException
from typing import NamedTuple

from fairlot.errors import reason_of

_AGAIN = "try again"
_COMPARE = "compare the address with the one that you were told"


class Silence(NamedTuple):
    """What somebody meets who asks and gets no answer."""

    why: str
    remedy: str


def silence_of(error: BaseException, *, secure: bool) -> Silence:
    """Say in words why there is no answer.

    Args:
        error: with which asking has ended.
        secure: whether https was spoken.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        why = f"its certificate does not verify: {error.verify_message}"
        return Silence(why, _COMPARE)
    if isinstance(error, ssl.SSLError):
        # One that OpenSSL has not made has no reason.
        found: str | None = getattr(error, "reason", None)
        reason = (found or "the connection was closed").replace("_", " ").lower()
        return Silence(f"it does not speak HTTPS: {reason}", _COMPARE)
    # RemoteDisconnected is one of the first and of the second.
    if not secure and isinstance(error, (BadStatusLine, ConnectionResetError)):
        why = "it closed the line without an answer, as what speaks HTTPS does"
        return Silence(why, f"name it with https:// if it does, else {_AGAIN}")
    if isinstance(error, OSError):
        return Silence(reason_of(error), _AGAIN)
    if isinstance(error, HTTPException):
        return Silence("what came back is not HTTP", _COMPARE)
    return Silence(str(error) or type(error).__name__, _AGAIN)
