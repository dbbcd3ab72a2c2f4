"""Pages of one file, made of the modules beside this one (specs/page.md, section 1).

A module is ECMAScript; its imports and exports are for readers and their editors. In the
file all modules stand in one scope, each behind those that it uses, without these words.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fairlot.errors import InvariantError

BEGIN = "<!doctype html>\n<!-- fairlot/page 1 -->\n"
"""The first bytes, by which the file is known."""
MODULES = (
    "bytes",
    "cbor",
    "hashing",
    "ed25519",
    "tree",
    "note",
    "entry",
    "beacon",
    "lot",
    "phases",
    "sale",
    "log",
    "check",
    "texts",
    "nodes",
    "scan",
    "draw",
    "view",
    "main",
)
"""In the order of the file: whatever is used stands before."""
DOOR_BEGIN = "<!doctype html>\n<!-- fairlot/door 1 -->\n"
"""The first bytes of the page for a telephone at the entrance (specs/door.md, section 5)."""
DOOR_MODULES = ("bytes", "nodes", "scan", "door/texts", "door/main")
_IMPORT = re.compile(r'^import \{[^}]*\} from "\.\.?/([a-z0-9]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(
    r"^export (?=(async function|function|const|class) )", re.MULTILINE
)
_LEFT = re.compile(r"^(import|export)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """The file, and the policy under which a board serves it."""

    content: bytes
    policy: str
    """The value of the header ``Content-Security-Policy``."""

    @property
    def sha256(self) -> str:
        """The hash that is published, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


def script(names: Iterable[str] = MODULES) -> str:
    """Return modules as one program, in one scope.

    Args:
        names: of the modules, in an order in which each stands behind what it uses.

    Raises:
        InvariantError: ``page.module`` if one stands before what it uses, or has a form
            that is not taken apart here.
    """
    parts: list[str] = []
    there: set[str] = set()
    for name in names:
        text = _read(f"{name}.js")
        missing = set(_IMPORT.findall(text)) - there
        bare = _EXPORT.sub("", _IMPORT.sub("", text))
        if missing or _LEFT.search(bare):
            problem = (
                f"{name}.js uses what does not stand before it, or exports otherwise"
            )
            raise InvariantError("page.module", problem)
        parts.append(f"// {name}.js\n{bare.strip()}\n")
        there.add(name.rpartition("/")[2])
    return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What one page is made of."""

    begin: str
    title: str
    unscripted: str
    """What is shown where no script runs."""
    modules: tuple[str, ...]
    styles: tuple[str, ...]


@cache
def page() -> Page:
    """Return the page for buyers: the same bytes, wherever and whenever it is made."""
    unscripted = (
        "This page computes in the browser: without scripts it checks "
        "nothing. Use <code>fairlot audit</code>."
    )
    title = "A fair sale, checked by you"
    return _assembled(_Parts(BEGIN, title, unscripted, MODULES, ("page.css",)))


@cache
def door_page() -> Page:
    """Return the page for a telephone at the entrance (specs/door.md, section 5)."""
    unscripted = (
        "This page asks its server by a script: without scripts it lets "
        "nobody in. Use <code>fairlot doors admit</code>."
    )
    styles = ("page.css", "door/door.css")
    return _assembled(
        _Parts(DOOR_BEGIN, "At the door", unscripted, DOOR_MODULES, styles)
    )


def _assembled(parts: _Parts) -> Page:
    program = f"\n{script(parts.modules)}"
    style = "".join(["\n", *map(_read, parts.styles)])
    common = (
        "default-src 'none'; "
        f"script-src {_named(program)}; style-src {_named(style)}; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'"
    )
    text = (
        f'{parts.begin}<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{common}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{parts.title}</title>\n"
        f"<style>{style}</style>\n</head>\n<body>\n"
        f"<noscript><p>{parts.unscripted}</p></noscript>\n"
        f'<script type="module">{program}</script>\n</body>\n</html>\n'
    )
    return Page(text.encode(), f"{common}; frame-ancestors 'none'")


def _read(name: str) -> str:
    return files("fairlot.page").joinpath(name).read_text(encoding="utf-8")


def _named(code: str) -> str:
    digest = hashlib.sha256(code.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
