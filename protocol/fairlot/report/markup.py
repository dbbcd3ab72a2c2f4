"""Markup that cannot be forgotten to escape: whatever is not ``Markup`` is text.

specs/report.md, section 3.
"""

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

from fairlot.text import printable


class Markup(str):
    """Markup that this package has made."""

    __slots__ = ()


Child: TypeAlias = "Markup | str | int"
"""What an element holds: markup as it is, anything else as text."""

NOTHING = Markup()

_VOID = frozenset({"meta", "input", "img"})
"""Elements without an end."""


def text(value: str | int) -> Markup:
    """Return a text as markup: nothing in it is taken for markup, or hides."""
    return Markup(escape(printable(str(value))))


def element(name: str, /, *children: Child, **attributes: str | int | bool) -> Markup:
    """Return an element.

    Args:
        name: of the element.
        children: what it holds, in order.
        attributes: a ``_`` in a name stands for ``-``, one at its end for nothing;
            ``True`` is an attribute without a value, ``False`` is none.
    """
    shown = "".join(
        f" {_name(key)}" if value is True else f' {_name(key)}="{text(value)}"'
        for key, value in attributes.items()
        if value is not False
    )
    if name in _VOID:
        return Markup(f"<{name}{shown}>")
    return Markup(f"<{name}{shown}>{joined(children)}</{name}>")


def joined(children: Iterable[Child]) -> Markup:
    """Return children one after the other."""
    return Markup("".join(c if isinstance(c, Markup) else text(c) for c in children))


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def paragraphs(lines: Iterable[Child]) -> Markup:
    """Return a paragraph for each line."""
    return joined(element("p", line) for line in lines)


def listed(lines: Iterable[Child]) -> Markup:
    """Return a list; nothing for no lines."""
    items = [element("li", line) for line in lines]
    return element("ul", *items) if items else NOTHING


def code(*lines: str) -> Markup:
    """Return lines to be typed, or to be read to the letter."""
    return element("pre", Markup("\n".join(map(text, lines))))


def table(
    caption: str, columns: Iterable[str], rows: Iterable[Iterable[Child]]
) -> Markup:
    """Return a table whose first column names the rows.

    On a narrow screen each row stands by itself, and each cell says its column.
    """
    names = list(columns)
    head = element(
        "thead", element("tr", *(element("th", n, scope="col") for n in names))
    )
    body = element("tbody", *(row(names, cells) for cells in rows))
    return element("table", element("caption", caption), head, body)


def row(columns: Iterable[str], cells: Iterable[Child], **attributes: str) -> Markup:
    """Return one row of a table."""
    first, *rest = zip(columns, cells, strict=True)
    named = element("th", first[1], scope="row", data_column=first[0])
    others = (element("td", cell, data_column=column) for column, cell in rest)
    return element("tr", named, *others, **attributes)


def section(anchor: str, title: str, *children: Child) -> Markup:
    """Return a section of the page with its heading."""
    heading = element("h2", title, id=f"{anchor}-title")
    return element(
        "section", heading, *children, id=anchor, aria_labelledby=f"{anchor}-title"
    )
