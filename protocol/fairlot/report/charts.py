"""Bars, drawn by hand as SVG (specs/report.md, section 4; adr/0023-charts.md)."""

from collections.abc import Sequence
from dataclasses import dataclass

from fairlot.report.markup import Markup, element

_ROW = 46
"""Height of a bar with its label above it, in pixels."""
_LABEL, _BAR, _THICK = 15, 22, 14


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; its label and its value are written at it, so that no colour is needed."""

    label: str
    value: str
    part: int
    """Its length compared with ``whole``, at least 0."""
    whole: int
    """The length of a bar as wide as the chart, at least 0."""

    @property
    def width(self) -> str:
        """Its width in per cent with one decimal, rounded down, and 100 at most."""
        tenths = min(1000, self.part * 1000 // self.whole) if self.whole else 0
        return f"{tenths // 10}.{tenths % 10}%"


def bars(anchor: str, title: str, description: str, rows: Sequence[Bar]) -> Markup:
    """Return a chart as wide as its place; its letters keep their size on any screen.

    Args:
        anchor: unique on the page.
        title: what the chart shows, in a few words.
        description: the same for those who cannot see it.
        rows: the bars, from the top.
    """
    drawn = [_bar(bar, number * _ROW) for number, bar in enumerate(rows)]
    return element(
        "svg",
        element("title", title, id=f"{anchor}-what"),
        element("desc", description, id=f"{anchor}-how"),
        *drawn,
        role="img",
        aria_labelledby=f"{anchor}-what {anchor}-how",
        width="100%",
        height=len(rows) * _ROW,
    )


def _bar(bar: Bar, top: int) -> Markup:
    place = {"x": 0, "height": _THICK, "y": top + _BAR}
    return element(
        "g",
        element("text", f"{bar.label}: {bar.value}", x=0, y=top + _LABEL),
        element("rect", width="100%", class_="whole", **place),
        element("rect", width=bar.width, class_="part", **place),
    )
