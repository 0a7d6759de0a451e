"""Draw the three plots of docs/how-sure.md: `python docs/figures.py` (needs matplotlib)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, PercentFormatter
from scipy import special

from kit.psychometrics.binomial import after_retests, chance_to_pass, cut_for
from kit.psychometrics.posterior import mastery_probability

PICTURES = Path(__file__).resolve().parent / "pictures"
BAR = 0.8
"""The criterion in all three plots."""

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#00785A", "#8A4A73"
"""After Okabe and Ito: told apart by colour-blind readers; each line also has a dash or a marker of its own."""
INK, FAINT = "#222222", "#8c8c8c"


def blank(height: float, title: str) -> tuple[Figure, Axes]:
    """A page 8 inches wide with one pair of axes under a title, percent on both sides where asked for."""
    figure = Figure(figsize=(8.0, height), layout="constrained", facecolor="white")
    ax = figure.subplots()
    ax.set_title(title, loc="left", fontsize=13, fontweight="bold", color=INK, pad=12)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=11, colors=INK)
    for side in (ax.xaxis, ax.yaxis):
        side.label.set_size(11.5)
    return figure, ax


def draw_lengths() -> Figure:
    """Chance to pass against true level for forms of 5, 10 and 20 items; what is wrong about it, shaded."""
    figure, ax = blank(4.9, "A short check passes many who are below the bar")
    level = np.linspace(0.4, 1.0, 601)
    below, above = level <= BAR, level >= BAR
    for items, colour, dashes in ((5, ORANGE, (0, (1.2, 1.2))), (10, BLUE, (0, (5, 2))), (20, INK, "solid")):
        cut = cut_for(items, BAR)
        passing = chance_to_pass(items, cut, level)
        ax.fill_between(level[below], 0, passing[below], color=ORANGE, alpha=0.12, linewidth=0)
        ax.fill_between(level[above], passing[above], 1, color=BLUE, alpha=0.14, linewidth=0)
        ax.plot(level, passing, color=colour, linestyle=dashes, linewidth=2.4, label=f"{items} items, {cut} to pass")
    ax.legend(loc="upper left", bbox_to_anchor=(0.01, 0.98), frameon=False, fontsize=11.5, handlelength=2.6)
    ax.axvline(BAR, color=INK, linewidth=1)
    ax.text(BAR + 0.008, 0.03, f"the bar: {percent(BAR)}", color=INK, fontsize=11)
    ax.text(0.79, 0.05, "false masters:\nbelow the bar, and pass", color=INK, fontsize=11, ha="right")
    ax.annotate(
        "false non-masters:\nabove the bar, and fail", (0.818, 0.9), xytext=(0.9, 0.52), color=INK, fontsize=11,
        arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.9, "relpos": (0.3, 1.0), "shrinkB": 0}, ha="center",
    )  # fmt: skip
    ax.set(xlabel="true level (share of all such items the learner would do right)", ylabel="chance to pass")
    ax.set(xlim=(0.4, 1.0), ylim=(0, 1.0))
    as_percent(ax.xaxis, 0.1)
    as_percent(ax.yaxis, 0.2)
    return figure


def draw_retests() -> Figure:
    """Chance to have passed after so many forms of ten items, for learners below the bar who learn nothing."""
    figure, ax = blank(4.6, "Every further form is another chance to pass by luck")
    forms = np.arange(1, 7)
    styles = ((0.75, PURPLE, "D"), (0.70, BLUE, "o"), (0.60, ORANGE, "s"), (0.50, GREEN, "^"))
    for level, colour, marker in styles:
        passed = [after_retests(chance_to_pass(10, cut_for(10, BAR), level), int(form)) for form in forms]
        ax.plot(forms, passed, color=colour, marker=marker, markersize=7, linewidth=2)
        ax.annotate(
            f"true level {percent(level)}", (6, passed[-1]), xytext=(10, {0.75: 3, 0.70: -2}.get(level, 0)),
            textcoords="offset points", color=colour, fontsize=11, va="center",
        )  # fmt: skip
    ax.set(xlabel="forms taken, nothing learned in between (10 items, 8 to pass)", ylabel="has passed by then")
    ax.set(xlim=(0.8, 7.1), ylim=(0, 1.03), xticks=forms)
    ax.spines["bottom"].set_bounds(0.8, 6.2)
    as_percent(ax.yaxis, 0.2)
    return figure


def draw_certainty() -> Figure:
    """What is known of the true level after 4 of 5, 8 of 10, 16 of 20 and 18 of 20 right; the masters' part filled."""
    figure, ax = blank(5.2, "80 % right is not 80 % sure")
    level = np.linspace(0.3, 1.0, 701)
    scores = ((4, 5), (8, 10), (16, 20), (18, 20))
    highest = max(density(right, items, level).max() for right, items in scores)
    for row, (right, items) in enumerate(reversed(scores)):
        curve = row + 0.86 * density(right, items, level) / highest
        ax.fill_between(level, row, curve, color=FAINT, alpha=0.25, linewidth=0)
        ax.fill_between(level, row, curve, where=level >= BAR, color=BLUE, alpha=0.85, linewidth=0)
        ax.plot(level, curve, color=INK, linewidth=1.2)
        ax.axhline(row, color=FAINT, linewidth=0.8)
        sure = mastery_probability(right, items, BAR)
        ax.text(0.305, row + 0.1, f"{right} of {items} right", fontsize=12, color=INK, va="bottom")
        ax.text(1.015, row + 0.1, f"{percent(sure)} sure", fontsize=13, color=BLUE, fontweight="bold", va="bottom")
    ax.axvline(BAR, color=INK, linewidth=1, linestyle=(0, (3, 2)))
    ax.text(BAR - 0.008, len(scores) - 0.02, f"the bar: {percent(BAR)}", fontsize=10.5, color=INK, ha="right", va="top")
    ax.text(1.015, len(scores) - 0.02, "at the bar or above:", fontsize=10.5, color=INK, va="top")
    ax.set(xlim=(0.3, 1.0), ylim=(0, len(scores)), yticks=[])
    ax.set(xlabel="true level (each equally likely before the check)")
    ax.spines["left"].set_visible(False)
    as_percent(ax.xaxis, 0.1)
    return figure


def density(right: int, items: int, level: np.ndarray) -> np.ndarray:
    """Posterior density of *level* after *right* of *items*, from a uniform prior (Novick & Lewis 1974)."""
    wrong = items - right
    log: np.ndarray = (
        special.xlogy(right, level) + special.xlog1py(wrong, -level) - special.betaln(right + 1, wrong + 1)
    )
    return np.exp(log)


def percent(share: float) -> str:
    """0.8 as 80 %."""
    return f"{100 * share:.0f} %"


def as_percent(axis: object, step: float) -> None:
    """Ticks every *step*, written as percent."""
    axis.set_major_locator(MultipleLocator(step))  # type: ignore[attr-defined]
    axis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))  # type: ignore[attr-defined]


FIGURES: Mapping[str, Callable[[], Figure]] = {
    "how-sure-lengths.png": draw_lengths,
    "how-sure-retests.png": draw_retests,
    "how-sure-certainty.png": draw_certainty,
}


def main(folder: Path = PICTURES) -> None:
    """Write every figure into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in FIGURES.items():
        draw().savefig(folder / name, dpi=130, metadata={"Software": None})


if __name__ == "__main__":
    main()
