"""How the plots look: sizes, colours that everybody can tell apart, and figures that show themselves in a notebook."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from kit.errors import KitError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, QUIET, BAND = "#222222", "#6b6b6b", "#e8e8e8"
BLUE, ORANGE, SKY, RED, GREEN = "#0072b2", "#e69f00", "#56b4e9", "#d55e00", "#009e73"
"""Okabe and Ito 2008: told apart with every kind of colour vision; a flagged mark also has another shape."""

FLAGGED = "flagged: certain enough to act on"

ROW = 0.3
"""Inches that one row of a plot of rows takes."""


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches, made without pyplot: nothing is kept open. KitError without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise KitError('Plots need the package matplotlib: pip install "mastery-kit[plots]".') from None

    class Drawing(Figure):
        """A figure that a notebook shows also where pyplot was never imported."""

        def _repr_png_(self) -> bytes:
            return as_file(self)

    return Drawing(figsize=(width, height), layout="constrained", facecolor="white")


def as_file(figure: Figure, kind: str = "png", dpi: int = 110) -> bytes:
    """*figure* as a file of this *kind*: png, svg, pdf. ValueError for one that matplotlib cannot write."""
    file = io.BytesIO()
    figure.savefig(file, format=kind, dpi=dpi)
    return file.getvalue()


def empty_figure(words: str) -> Figure:
    """A figure that says why there is nothing to be seen."""
    figure = new_figure(7, 1.2)
    figure.text(0.5, 0.5, words, ha="center", va="center", color=QUIET)
    return figure


def tidy(axes: Axes, grid: str = "x") -> Axes:
    """Only the lines that carry something."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(QUIET)
    axes.tick_params(colors=INK, length=0, labelsize=9)
    if grid:
        axes.grid(axis=grid, color=BAND, linewidth=0.8)  # type: ignore[arg-type]
    axes.set_axisbelow(True)
    return axes


def rows_down(axes: Axes, labels: list[str]) -> None:
    """One row a label, the first at the top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)


def dot(axes: Axes, place: float, value: Any, low: Any, high: Any, *, flagged: bool) -> None:
    """A value with its interval in row *place*; flagged ones are red diamonds. Nothing for NA."""
    if value != value or value is None:
        return
    colour, shape = (RED, "D") if flagged else (BLUE, "o")
    if low == low and high == high:
        axes.plot([low, high], [place, place], color=colour, linewidth=1.6, solid_capstyle="butt")
    axes.plot(
        [value], [place], shape, color=colour, markersize=5.5, linestyle="none", label=FLAGGED if flagged else None
    )


def percent_axis(axes: Axes, low: float = 0.0, high: float = 1.0) -> None:
    """A horizontal axis of shares, written in per cent."""
    from matplotlib.ticker import PercentFormatter

    axes.set_xlim(low, high)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))


def key(axes: Axes, **more: Any) -> None:
    """The legend, below the axes and their label (so many times the font's size), without doubles."""
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    if once:
        axes.legend(once.values(), once.keys(), loc="upper center", bbox_to_anchor=(0.5, 0), frameon=False, ncols=2,
                    fontsize=8.5, borderaxespad=5.2, **more)  # fmt: skip
