"""Addresses of boards and witnesses on the network: http or https, a host, a path."""

from urllib.parse import SplitResult, urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""Hosts whose messages leave no machine."""


def web_parts(text: str) -> SplitResult | None:
    """Return the parts of an address, or ``None`` for what is none.

    Args:
        text: what somebody has written. It names a host, and perhaps a port and a path; a
            user, a query or a fragment makes it another thing.
    """
    try:
        parts = urlsplit(text)
        # A port that is no number is found when it is asked for.
        _ = parts.port
    except ValueError:
        return None
    named = parts.scheme in {"http", "https"} and parts.hostname is not None
    more = parts.query or parts.fragment or parts.username is not None
    return parts if named and not more else None
