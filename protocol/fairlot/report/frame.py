"""What stands around the body of every page: one file, which loads nothing else.

specs/report.md, section 3.
"""

import base64
import hashlib

from fairlot.report.markup import Markup, element, joined
from fairlot.report.style import STYLE


def framed(begin: str, title: str, allowed: str, body: Markup, *metas: Markup) -> bytes:
    """Return a page.

    Args:
        begin: its first bytes, by which its kind is known.
        title: for the browser's bar.
        allowed: what a browser may use besides the style, as a directive of a policy.
        body: the element.
        metas: more for the head.
    """
    policy = (
        f"default-src 'none'; style-src {named_by_hash(STYLE)}; {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        *metas,
        element("title", title),
        element("style", Markup(STYLE)),
    )
    page = joined((head, Markup("\n"), body))
    return f'{begin}<html lang="en">{page}</html>\n'.encode()


def named_by_hash(code: str) -> str:
    """Return how a policy names the one inline style or script that it lets through."""
    digest = hashlib.sha256(code.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
