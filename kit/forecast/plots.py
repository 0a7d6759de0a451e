"""The plots of forecasts, as matplotlib figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kit.analysis.drawing import BLUE, QUIET, RED, as_file, new_figure, percent_axis
from kit.errors import KitError
from kit.files import write_bytes
from kit.forecast.learning import CAUTION

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kit.forecast.plan import Plan


def write_figure(figure: Figure, path: Path) -> None:
    """Write *figure* to *path*, in the format its suffix names; KitError if that cannot be done."""
    try:
        drawn = as_file(figure, path.suffix.removeprefix(".").lower() or "none", dpi=150)
    except ValueError:
        raise KitError(f"A plot cannot be written as {path.name}. Name a file such as plot.png or plot.svg.") from None
    write_bytes(path, drawn)


def _side_by_side(width: float, height: float, ratios: list[float]) -> tuple[Figure, list[Axes]]:
    """A figure of *width* × *height* inches with a plot for each of *ratios*, their widths."""
    figure = new_figure(width, height)
    plots = list(figure.subplots(1, len(ratios), width_ratios=ratios))
    for ax in plots:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, plots


def plot_arms(table: pd.DataFrame) -> Figure:
    """What was learned and who was passed, for every arm of `kit.forecast.measures.compare`."""
    arms = list(table.index)
    figure, (left, right) = _side_by_side(10, 0.5 * len(arms) + 2.0, [1, 1])
    places = list(range(len(arms)))[::-1]
    left.errorbar(
        table["final_mean"], places, xerr=table["final_sd"], fmt="o", color=BLUE, ecolor=BLUE, elinewidth=1.5, capsize=3
    )
    left.set(xlabel="share right in the final examination\n(mean ± one standard deviation of learners)")
    left.set_yticks(places, arms)
    left.set_title("What was learned", loc="left")
    true = table["passed"] * (1 - table["false_masters"].fillna(0))
    right.barh(places, true, color=BLUE, height=0.6, label="true level at least 80 %")
    right.barh(
        places, table["passed"] - true, left=true, color="white", edgecolor=RED, hatch="////", height=0.6,
        label="passed, but below 80 %",
    )  # fmt: skip
    right.set(xlabel="share of units passed")
    right.set_yticks(places, [""] * len(arms))
    right.tick_params(axis="y", length=0)
    right.set_title("Who was passed", loc="left")
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.08), ncols=2, frameon=False)
    for ax in (left, right):
        ax.set_ylim(-0.6, len(arms) - 0.4)  # the same rows beside each other
        percent_axis(ax, high=1.02)
    figure.supxlabel(CAUTION, fontsize="small", color=QUIET)
    return figure


def plot_plan(plan: Plan) -> Figure:
    """How many forms learners would need in each unit, and the minutes of the whole course under both bars."""
    from kit.forecast.outlook import forms_needed

    forms = forms_needed(plan)
    figure, (left, right) = _side_by_side(10.5, max(3.4, 0.55 * len(forms) + 2.0), [3, 2])
    _draw_forms(left, forms)
    _draw_minutes(right, plan)
    figure.supxlabel(f"From assumptions, see docs/planning.md. {CAUTION}", fontsize="small", color=QUIET)
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
            look = {"color": "white", "edgecolor": RED, "hatch": "////"} if out else {"color": BLUE, "alpha": shade}
            ax.barh(place, share, left=at, height=0.62, linewidth=0.8, **look)
            if share >= 0.05 and not out:
                ink = "white" if shade > 0.7 else "black"
                ax.text(at + share / 2, place, str(number), ha="center", va="center", color=ink)
            left[len(forms) - 1 - place] += share
    ax.set(xlabel="share of learners, by the number of forms they would need")
    ax.set_yticks(places, [f"{unit}\n{row['forms']:.0f} forms" for unit, row in forms.iterrows()])
    ax.set_title("How many forms are needed (hatched: more than there are)", loc="left", fontsize="medium")
    percent_axis(ax)


def _draw_minutes(ax: Axes, plan: Plan) -> None:
    from kit.forecast.plan import AS_IT_IS, HIGHER_BAR

    words = {AS_IT_IS: "as it is", HIGHER_BAR: f"bar at {100 * plan.assumptions.bar:.0f} %"}
    for (scenario, label), color, line in zip(words.items(), (BLUE, RED), ("-", "--"), strict=True):
        found = plan.passages[plan.passages["scenario"] == scenario]
        hours = (found.groupby("learner")["minutes"].sum() / 60).sort_values()
        done = [(number + 1) / len(hours) for number in range(len(hours))]
        ax.step(hours, done, where="post", color=color, linestyle=line, label=label)
    for share, name in ((0.5, "median"), (0.9, "90 %")):
        ax.axhline(share, color=QUIET, linewidth=0.6)
        ax.text(1.0, share, f" {name}", transform=ax.get_yaxis_transform(), va="center", fontsize="small", color=QUIET)
    ax.set(ylim=(0, 1), xlabel="hours of work in the whole course", ylabel="share of learners done")
    ax.set_title("How long it takes", loc="left", fontsize="medium")
    ax.legend(loc="upper left", framealpha=1.0, edgecolor="none")
    from matplotlib.ticker import PercentFormatter

    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
