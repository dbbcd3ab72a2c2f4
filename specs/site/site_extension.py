"""What the site needs beyond Sphinx: pages of modules, plain docstrings, quiet links.

Docstrings here are plain text with ````literals````, in Google's form; mathematics such as
|x| or H_1..H_L is no markup. A reference to a name of this project must lead somewhere; a
name of Python or of a dependency must exist, and is shown without a link, as no network is
asked for it.
"""

import builtins
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from typing import TypeVar, cast

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.environment import BuildEnvironment
from sphinx.ext.napoleon.docstring import GoogleDocstring
from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

PACKAGES = ("fairlot", "fairlot_crypto")

_LITERAL = re.compile(r"(``.+?``)", re.DOTALL)
_MARKUP = re.compile(r"[|*`]|_(?!\w)")
_UNREADABLE = re.compile(r"<[^<>]*>")


def modules(name: str) -> Iterator[str]:
    """Yield a module, and all that lie in it."""
    yield name
    for info in pkgutil.iter_modules(getattr(import_module(name), "__path__", ())):
        yield from modules(f"{name}.{info.name}")


class Modules(SphinxDirective):
    """``.. modules:: NAME``: a module, and each that lies in it, in a section each."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Describe them."""
        lines: list[str] = []
        for name in self.names(self.arguments[0]):
            lines += [name, "-" * len(name), "", f".. automodule:: {name}", ""]
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)

    def names(self, package: str) -> Iterator[str]:
        """Yield the names of the modules."""
        return modules(package)


class Ground(Modules):
    """``.. ground:: PACKAGE``: the modules that stand beside its folders."""

    def names(self, package: str) -> Iterator[str]:
        """Yield the names of those modules."""
        for info in pkgutil.iter_modules(import_module(package).__path__):
            if not info.ispkg:
                yield f"{package}.{info.name}"


class Facade(SphinxDirective):
    """``.. facade:: PACKAGE``: the names in its ``__all__``, by chapter, with links."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """List them, each with the first paragraph of its docstring."""
        module = import_module(self.arguments[0])
        chapters: dict[str, list[str]] = {}
        for name in getattr(module, "__all__", ()):
            found = getattr(module, name)
            home, own = found.__module__, found.__name__
            link = f":py:obj:`{name} <{home}.{own}>`"
            chapter = chapters.setdefault(".".join(home.split(".")[:2]), [])
            chapter += [link, f"   {_summary(home, own)}", ""]
        lines: list[str] = []
        for title in sorted(chapters):
            lines += [f".. rubric:: {title}", "", *chapters[title]]
        return self.parse_text_to_nodes("\n".join(lines))


def _summary(module: str, name: str) -> str:
    """Return the first paragraph on a name, on one line, its markup escaped."""
    words = ModuleAnalyzer.for_module(module).find_attr_docs().get(("", name))
    text = (
        "\n".join(words or []) or inspect.getdoc(resolve_name(f"{module}:{name}")) or ""
    )
    return _escaped(text.partition("\n\n")[0].replace("\n", " "))


def _escaped(text: str) -> str:
    parts = _LITERAL.split(text)
    parts[::2] = (_MARKUP.sub(r"\\\g<0>", part) for part in parts[::2])
    return "".join(parts)


def plain_docstring(
    _app: Sphinx,
    _what: str,
    name: str,
    obj: object,
    _options: object,
    lines: list[str],
) -> None:
    """Turn a docstring into markup: escape what only looks like it, form the sections."""
    text = _escaped("\n".join(lines))
    # As "function", so that a colon in the words on a field begins no type.
    formed = GoogleDocstring(text, what="function", name=name, obj=obj)
    lines[:] = formed.lines()


def readable_signature(
    _app: Sphinx,
    _what: str,
    _name: str,
    _obj: object,
    _options: object,
    arguments: str | None,
    returns: str | None,
) -> tuple[str | None, str | None]:
    """Replace defaults that are no Python, such as ``<factory>``, so that it is parsed."""
    return arguments and _UNREADABLE.sub("...", arguments), returns


def name_without_page(
    _app: Sphinx, _env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.TextElement | None:
    """Show a name that is no page of ours as it stands, if there is such a name."""
    target = node["reftarget"]
    for place in (target, f"builtins.{target}"):
        try:
            found = resolve_name(place)
        except (AttributeError, ImportError, ValueError):
            continue
        own = getattr(found, "__module__", "").partition(".")[0] in PACKAGES
        return content if isinstance(found, TypeVar) or not own else None
    return None


def links_to_folders(app: Sphinx, document: nodes.document) -> None:
    """Show a link to a folder of the repository, which is no page, as its words."""
    here = Path(app.srcdir, app.env.docname).parent
    for node in list(document.findall(pending_xref)):
        target = cast("Mapping[str, object]", node.attributes)["reftarget"]
        if node["reftype"] == "myst" and (here / str(target)).is_dir():
            node.replace_self(node.children)


def builtins_are_words(_app: Sphinx, document: nodes.document) -> None:
    """Show ``type`` and the like in a signature as words: some attribute has that name."""
    for node in list(document.findall(pending_xref)):
        target = str(cast("Mapping[str, object]", node.attributes)["reftarget"])
        if node.get("refdomain") == "py" and hasattr(builtins, target):
            node.replace_self(nodes.Text(target))


def every_module_has_a_page(_app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of modules that no page describes."""
    described = cast("PythonDomain", env.get_domain("py")).modules
    for package in PACKAGES:
        for name in modules(package):
            if name not in described:
                logging.getLogger(__name__).warning("no page describes %s", name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it."""
    app.add_directive("modules", Modules)
    app.add_directive("ground", Ground)
    app.add_directive("facade", Facade)
    app.connect("autodoc-process-docstring", plain_docstring)
    app.connect("autodoc-process-signature", readable_signature)
    app.connect("missing-reference", name_without_page)
    app.connect("doctree-read", links_to_folders)
    app.connect("doctree-read", builtins_are_words)
    app.connect("env-check-consistency", every_module_has_a_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
