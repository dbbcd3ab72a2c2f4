"""Pictures as SVG: intervals side by side, and curves over demand (specs/simulation.md).

The only module that needs matplotlib. The same results and the same version of it give the
same bytes: no dates, no random names.
"""

# The types of matplotlib leave its keyword arguments open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from io import BytesIO
from typing import Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from fairlot.simulation.estimates import Estimate

_MARKERS = "osD^v<>pP*Xhd8H"
"""Curves differ in the shape of their points too, so that no colour is needed."""


def bars_figure(
    title: str, rows: Sequence[tuple[str, Estimate]], *, marked: Sequence[str] = ()
) -> bytes:
    """Return one measure of several ways, each with its interval.

    Args:
        title: what is measured.
        rows: name and estimate of each, from the top.
        marked: the names of comparators, which are hatched.
    """
    with _style():
        figure = Figure(figsize=(7, 0.6 + 0.32 * len(rows)), layout="constrained")
        axes = figure.add_subplot()
        names = [name for name, _ in rows]
        bars = axes.barh(
            names,
            [found.mean for _, found in rows],
            xerr=[found.half for _, found in rows],
            color="#7da7d0",
            edgecolor="#222222",
            capsize=2,
        )
        for name, bar in zip(names, bars, strict=True):
            if name in marked:
                bar.set_hatch("///")
        axes.axvline(0, color="#222222", linewidth=0.8)
        axes.invert_yaxis()
        _finish(axes, title)
        return _svg(figure)


def curves_figure(
    title: str,
    curves: Mapping[str, Sequence[tuple[float, Estimate]]],
    across: str,
    *,
    axis: Literal["log", "linear"] = "log",
) -> bytes:
    """Return one number of several ways as something grows: demand, or a share of people.

    Args:
        title: what is measured.
        curves: for each way its points, from left to right.
        across: what the horizontal axis shows.
        axis: how it is divided.
    """
    with _style():
        figure = Figure(figsize=(7, 4.2), layout="constrained")
        axes = figure.add_subplot()
        for marker, (name, points) in zip(_MARKERS, curves.items(), strict=False):
            axes.errorbar(
                [x for x, _ in points],
                [found.mean for _, found in points],
                yerr=[found.half for _, found in points],
                label=name,
                marker=marker,
                markersize=4,
                linewidth=1,
                capsize=2,
            )
        axes.set_xscale(axis)
        if axis == "linear":
            axes.axhline(0, color="#222222", linewidth=0.8)
        axes.set_xlabel(across)
        axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))
        _finish(axes, title)
        return _svg(figure)


def _style() -> AbstractContextManager[None]:
    return rc_context(
        {"svg.hashsalt": "fairlot", "svg.fonttype": "none", "font.size": 9}
    )


def _finish(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=9)
    axes.grid(visible=True, linewidth=0.3)
    axes.set_axisbelow(True)


def _svg(figure: Figure) -> bytes:
    FigureCanvasSVG(figure)
    file = BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()
