"""Reads a page as a browser would, strictly: what is opened is closed, in order."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "input"}


@dataclass(slots=True)
class Element:
    """An element, and all text in it."""

    name: str
    attributes: dict[str, str | None]
    text: str = ""
    inside: tuple[str, ...] = ()
    """The names of the elements around it, the outermost first."""


@dataclass(slots=True)
class Page:
    """The elements of a page, in the order of the file."""

    elements: list[Element] = field(default_factory=list[Element])

    def all(self, name: str) -> list[Element]:
        """Return the elements of a name."""
        return [element for element in self.elements if element.name == name]

    def by_id(self, anchor: str) -> Element:
        """Return the one element of an id."""
        (found,) = (e for e in self.elements if e.attributes.get("id") == anchor)
        return found

    @property
    def text(self) -> str:
        """Everything that is shown."""
        (body,) = self.all("body")
        return body.text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), "an attribute twice"
        around = tuple(element.name for element in self.open)
        element = Element(tag, dict(attrs), inside=around)
        self.page.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().name == tag, f"{tag} closes another element"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def read_page(data: bytes) -> Page:
    """Return the elements of a page; it must be well formed."""
    reader = _Reader()
    reader.feed(data.decode())
    reader.close()
    assert reader.open == [], "an element stays open"
    return reader.page
