"""The frames as figures: one function each; what is flagged is a red diamond, what cannot be told says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.analysis import drawing, enough
from kit.analysis.certainty import certainties
from kit.analysis.comparison import form_comparison
from kit.analysis.corrective_outcomes import correctives
from kit.analysis.decision_quality import decisions
from kit.analysis.item_statistics import items
from kit.reports import CourseView

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

NOBODY = "Nobody has handed in a form here yet."
BINS = 20
"""Of the histogram of certainties."""


def plot_items(course: CourseView, unit: str | None = None, form: str | None = None) -> Figure:
    """Difficulty and discrimination of each item, with 95 % intervals.

    Without *unit* the first unit somebody has worked on, without *form* its first form there is.
    """
    found = items(course, unit, form)
    if found.empty:
        return drawing.empty_figure(NOBODY)
    first = found.iloc[0]
    same = (
        (found["unit"] == first["unit"]) & (found["revision"] == first["revision"]) & (found["form"] == first["form"])
    )
    mine = _rows(found[same])
    figure = drawing.new_figure(9, 2.0 + drawing.ROW * len(mine))
    left, right = figure.subplots(1, 2, sharey=True)
    for place, row in enumerate(mine):
        flags = row["flags"] if row["flags"] == row["flags"] else ""
        drawing.dot(left, place, row["difficulty"], row["difficulty_low"], row["difficulty_high"],
                    flagged="nobody" in flags)  # fmt: skip
        drawing.dot(right, place, row["discrimination"], row["discrimination_low"], row["discrimination_high"],
                    flagged="negative" in flags)  # fmt: skip
    for axes in (left, right):
        drawing.tidy(axes)
        _separate(axes, [row["objective"] for row in mine])
    drawing.rows_down(left, [row["item"] for row in mine])
    drawing.percent_axis(left, -0.02, 1.02)
    left.set_xlabel("share of its points reached (right: easier)")
    right.axvline(0, color=drawing.INK, linewidth=1)
    right.set_xlim(-1, 1)
    right.set_xlabel("correlation with the rest of its objective")
    drawing.key(left)
    drawing.key(right)
    n = max(row["n"] for row in mine)
    figure.suptitle(f"Items of {first['unit']}, form {first['form']} (n = {n}; lines: 95 % intervals)", fontsize=11)
    return figure


def plot_forms(course: CourseView, unit: str | None = None) -> Figure:
    """How much harder or easier each objective is than on the form before, with 95 % intervals."""
    mine = _rows(form_comparison(course, unit))
    if not mine:
        return drawing.empty_figure("Nobody has taken a second form yet: there is nothing to compare.")
    figure = drawing.new_figure(8, 2.1 + drawing.ROW * len(mine))
    axes = drawing.tidy(figure.subplots())
    bar = enough.TOLERANCE * 100
    axes.axvspan(-bar, bar, color=drawing.BAND, label=f"± {bar:.0f} points: parallel for all that matters")
    axes.axvline(0, color=drawing.INK, linewidth=1)
    for place, row in enumerate(mine):
        ends = [100 * row[name] for name in ("difference", "difference_low", "difference_high")]
        drawing.dot(axes, place, *ends, flagged=isinstance(row["flags"], str))
        if ends[0] != ends[0]:
            few = row["n"] < row["n_needed"]
            words = f"too few to tell: {row['n']} of about {row['n_needed']}" if few else "cannot be told"
            axes.text(0, place, words, ha="center", va="center", fontsize=8.5, color=drawing.QUIET,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
    _separate(axes, [(row["unit"], row["form"]) for row in mine])
    drawing.rows_down(
        axes, [f"{_unit(row, unit)}{row['form']} against {row['reference']}: {row['objective']}" for row in mine]
    )
    reach = max([20.0, *(abs(100 * row[end]) + 3 for row in mine for end in ("difference_low", "difference_high")
                         if row[end] == row[end])])  # fmt: skip
    axes.set_xlim(-reach, reach)
    axes.set_xlabel("← harder        points of a hundred        easier →")
    axes.set_title("Are the forms parallel? (lines: 95 % intervals)", fontsize=11, loc="left")
    drawing.key(axes)
    return figure


def plot_correctives(course: CourseView, unit: str | None = None) -> Figure:
    """How many reach the criterion after each corrective, with 95 % intervals, beside what a mere retest would give."""
    mine = [row for row in _rows(correctives(course, unit)) if row["followed"]]
    if not mine:
        return drawing.empty_figure("Nobody has come again after a corrective yet.")
    figure = drawing.new_figure(8, 2.1 + drawing.ROW * len(mine))
    axes = drawing.tidy(figure.subplots())
    for place, row in enumerate(mine):
        drawing.dot(axes, place, row["rate"], row["rate_low"], row["rate_high"],
                    flagged=isinstance(row["flags"], str))  # fmt: skip
        if row["retest"] == row["retest"]:
            axes.plot([row["retest"]], [place], "|", color=drawing.INK, markersize=13, markeredgewidth=2,
                      label="a mere retest would give")  # fmt: skip
        axes.text(1.03, place, f"n = {row['followed']}", va="center", fontsize=8.5, color=drawing.QUIET)
    _separate(axes, [(row["unit"], row["objective"]) for row in mine])
    drawing.rows_down(axes, [f"{_unit(row, unit)}{row['objective']}: {row['approach']}" for row in mine])
    drawing.percent_axis(axes, -0.02, 1.02)
    axes.set_xlabel("reach the criterion at the next attempt")
    axes.set_title("What follows each corrective (lines: 95 % intervals)", fontsize=11, loc="left")
    drawing.key(axes)
    return figure


_PARTS = (
    ("passed, and a master", drawing.BLUE, "", lambda row: row["passes"] - row["false_master"]),
    ("passed, not a master", drawing.ORANGE, "////", lambda row: row["false_master"]),
    ("not passed, yet a master", drawing.SKY, "....", lambda row: row["false_non_master"]),
    ("not passed, not a master", drawing.BAND, "", lambda row: 1 - row["passes"] - row["false_non_master"]),
)


def plot_decisions(course: CourseView, unit: str | None = None) -> Figure:
    """What one form decides, rightly and wrongly, by objective; and how sure each decision “mastered” was."""
    mine = _rows(decisions(course, unit))
    if not mine:
        return drawing.empty_figure(NOBODY)
    figure = drawing.new_figure(10.5, 2.4 + drawing.ROW * len(mine))
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    _parts(drawing.tidy(left), mine, unit)
    _sure(drawing.tidy(right, "y"), certainties(course, unit))
    return figure


def _parts(axes: Any, mine: list[dict[str, Any]], unit: str | None) -> None:
    for place, row in enumerate(mine):
        start = 0.0
        if row["passes"] != row["passes"]:
            axes.text(
                0.02, place, f"cannot be told yet (n = {row['n']})", va="center", fontsize=8.5, color=drawing.QUIET
            )
            continue
        for label, colour, hatch, part in _PARTS:
            width = max(0.0, part(row))
            axes.barh(place, width, left=start, height=0.62, color=colour, hatch=hatch, edgecolor="white", label=label)
            start += width
    names = [row["objective"] if isinstance(row["objective"], str) else "every objective" for row in mine]
    drawing.rows_down(axes, [f"{_unit(row, unit)}{name}" for row, name in zip(mine, names, strict=True)])
    axes.grid(visible=False)
    drawing.percent_axis(axes)
    axes.set_xlabel("learners, at their first form")
    axes.set_title("What one form decides (estimated)", fontsize=11, loc="left")
    drawing.key(axes)


def _sure(axes: Any, found: pd.DataFrame) -> None:
    passed = found[(found["state"] == "mastered") & found["certainty"].notna()]
    first = passed.loc[passed["attempt"] == 1, "certainty"].to_numpy(dtype=float)
    later = passed.loc[passed["attempt"] > 1, "certainty"].to_numpy(dtype=float)
    axes.set_title("How sure “mastered” was", fontsize=11, loc="left")
    axes.set_xlabel("probability that the level reaches the criterion")
    if not len(first) + len(later):
        axes.text(0.5, 0.5, "no decision says so yet", ha="center", color=drawing.QUIET, transform=axes.transAxes)
        axes.set_yticks([])
        return
    axes.hist([first, later], bins=BINS, range=(0, 1), stacked=True, color=[drawing.BLUE, drawing.ORANGE],
              edgecolor="white", label=["at the first attempt", "at a later one"])  # fmt: skip
    axes.axvline(enough.UNSURE, color=drawing.INK, linewidth=1, linestyle="--")
    axes.text(enough.UNSURE, 1.0, " as likely as not", transform=axes.get_xaxis_transform(), va="top", fontsize=8.5)
    axes.set_ylabel("decisions")
    drawing.percent_axis(axes)
    drawing.key(axes)


def _rows(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; NaN for what is missing."""
    plain = found.astype("object")
    return [{str(k): v for k, v in row.items()} for row in plain.where(plain.notna(), float("nan")).to_dict("records")]


def _unit(row: dict[str, Any], unit: str | None) -> str:
    return "" if unit else f"{row['unit']}  "


def _separate(axes: Any, groups: list[Any]) -> None:
    for place in range(1, len(groups)):
        if groups[place] != groups[place - 1]:
            axes.axhline(place - 0.5, color=drawing.QUIET, linewidth=0.6)
