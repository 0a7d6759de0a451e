"""The plots of forecasts, as matplotlib figures; colours from the Okabe–Ito palette, told apart without seeing them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from kit.errors import KitError
from kit.files import write_bytes
from kit.forecast.learning import CAUTION

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kit.forecast.plan import Plan

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#777777"


def new_figure(
    width: float, height: float, columns: int = 1, ratios: list[float] | None = None
) -> tuple[Figure, list[Axes]]:
    """An empty figure of *width* × *height* inches and its axes; KitError where matplotlib is not installed.

    Made without pyplot, which would keep every figure and choose a window system; a notebook shows it all the same.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise KitError('Plots need the package matplotlib: pip install "mastery-kit[plots]".') from None

    class Drawing(Figure):
        """A figure that a notebook shows also where pyplot was never imported."""

        def _repr_png_(self) -> bytes:
            return as_file(self, "png")

    figure = Drawing(figsize=(width, height), layout="constrained", facecolor="white")
    axes = figure.subplots(1, columns, squeeze=False, width_ratios=ratios)[0]
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, list(axes)


def as_file(figure: Figure, kind: str) -> bytes:
    """*figure* as a file of this *kind*: png, svg, pdf. ValueError for one that matplotlib cannot write."""
    file = io.BytesIO()
    figure.savefig(file, format=kind, dpi=150)
    return file.getvalue()


def write_figure(figure: Figure, path: Path) -> None:
    """Write *figure* to *path*, in the format its suffix names; KitError if that cannot be done."""
    try:
        drawn = as_file(figure, path.suffix.removeprefix(".").lower() or "none")
    except ValueError:
        raise KitError(f"A plot cannot be written as {path.name}. Name a file such as plot.png or plot.svg.") from None
    write_bytes(path, drawn)


def plot_arms(table: pd.DataFrame) -> Figure:
    """What was learned and who was passed, for every arm of `kit.forecast.measures.compare`."""
    arms = list(table.index)
    figure, (left, right) = new_figure(10, 0.5 * len(arms) + 2.0, 2)
    places = list(range(len(arms)))[::-1]
    left.errorbar(
        table["final_mean"], places, xerr=table["final_sd"], fmt="o", color=BLUE, ecolor=BLUE, elinewidth=1.5, capsize=3
    )
    left.set(xlim=(0, 1.02), xlabel="share right in the final examination\n(mean ± one standard deviation of learners)")
    left.set_yticks(places, arms)
    left.set_title("What was learned", loc="left")
    true = table["passed"] * (1 - table["false_masters"].fillna(0))
    right.barh(places, true, color=BLUE, height=0.6, label="true level at least 80 %")
    right.barh(
        places, table["passed"] - true, left=true, color="white", edgecolor=ORANGE, hatch="////", height=0.6,
        label="passed, but below 80 %",
    )  # fmt: skip
    right.set(xlim=(0, 1.02), xlabel="share of units passed")
    right.set_yticks(places, [""] * len(arms))
    right.tick_params(axis="y", length=0)
    right.set_title("Who was passed", loc="left")
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.08), ncols=2, frameon=False)
    for ax in (left, right):
        ax.set_ylim(-0.6, len(arms) - 0.4)  # the same rows beside each other
    as_percent(left, right)
    figure.supxlabel(CAUTION, fontsize="small", color=GREY)
    return figure


def as_percent(*axes: Axes) -> None:
    """Label the x axes in per cent."""
    from matplotlib.ticker import PercentFormatter

    for ax in axes:
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))


def plot_plan(plan: Plan) -> Figure:
    """How many forms learners would need in each unit, and the minutes of the whole course under both bars."""
    from kit.forecast.outlook import forms_needed

    forms = forms_needed(plan)
    figure, (left, right) = new_figure(10.5, max(3.4, 0.55 * len(forms) + 2.0), 2, [3, 2])
    _draw_forms(left, forms)
    _draw_minutes(right, plan)
    figure.supxlabel(f"From assumptions, see docs/planning.md. {CAUTION}", fontsize="small", color=GREY)
    return figure


def _draw_forms(ax: Axes, forms: pd.DataFrame) -> None:
    numbers = [int(name) for name in forms.columns if isinstance(name, int)]
    places = list(range(len(forms)))[::-1]
    left = [0.0] * len(forms)
    for number in numbers:
        for place, (_, row) in zip(places, forms.iterrows(), strict=True):
            share, at = float(row[number]), left[len(forms) - 1 - place]
            out = number > row["forms"]
            shade = 0.25 + 0.75 * (number - 1) / max(1, int(row["forms"]) - 1)
            look = {"color": "white", "edgecolor": ORANGE, "hatch": "////"} if out else {"color": BLUE, "alpha": shade}
            ax.barh(place, share, left=at, height=0.62, linewidth=0.8, **look)
            if share >= 0.05 and not out:
                ink = "white" if shade > 0.7 else "black"
                ax.text(at + share / 2, place, str(number), ha="center", va="center", color=ink)
            left[len(forms) - 1 - place] += share
    ax.set(xlim=(0, 1), xlabel="share of learners, by the number of forms they would need")
    ax.set_yticks(places, [f"{unit}\n{row['forms']:.0f} forms" for unit, row in forms.iterrows()])
    ax.set_title("How many forms are needed (hatched: more than there are)", loc="left", fontsize="medium")
    as_percent(ax)


def _draw_minutes(ax: Axes, plan: Plan) -> None:
    from kit.forecast.plan import AS_IT_IS, HIGHER_BAR

    words = {AS_IT_IS: "as it is", HIGHER_BAR: f"bar at {100 * plan.assumptions.bar:.0f} %"}
    for (scenario, label), color, line in zip(words.items(), (BLUE, ORANGE), ("-", "--"), strict=True):
        found = plan.passages[plan.passages["scenario"] == scenario]
        hours = (found.groupby("learner")["minutes"].sum() / 60).sort_values()
        done = [(number + 1) / len(hours) for number in range(len(hours))]
        ax.step(hours, done, where="post", color=color, linestyle=line, label=label)
    for share, name in ((0.5, "median"), (0.9, "90 %")):
        ax.axhline(share, color=GREY, linewidth=0.6)
        ax.text(1.0, share, f" {name}", transform=ax.get_yaxis_transform(), va="center", fontsize="small", color=GREY)
    ax.set(ylim=(0, 1), xlabel="hours of work in the whole course", ylabel="share of learners done")
    ax.set_title("How long it takes", loc="left", fontsize="medium")
    ax.legend(loc="upper left", framealpha=1.0, edgecolor="none")
    from matplotlib.ticker import PercentFormatter

    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
