"""Reports on the instruction: what correctives were taken, what followed, and how long mastery took.

What followed a corrective is not what it caused: learners are not assigned to approaches at random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from kit.reports.frames import Frames


def approaches(frames: Frames) -> pd.DataFrame:
    """Correctives by approach: one row per approach, by name.

    Columns: approach, opened, handed_in, followed (of these, with a decided verdict on the objective in the next
    attempt), shown (of these, mastered there), practice (median share of the practice points, 0–1; NA where none).
    """
    taken = frames.correctives
    taken = taken.assign(
        handed_in=taken["submitted_at"].notna(),
        followed=taken["followed_by"].isin(["mastered", "mastered-before", "gap", "not-enough"]),
        shown=taken["followed_by"].isin(["mastered", "mastered-before"]),
    )
    grouped = taken.groupby("approach", sort=True)
    counts = grouped.agg(
        opened=("handed_in", "size"),
        handed_in=("handed_in", "sum"),
        followed=("followed", "sum"),
        shown=("shown", "sum"),
    ).astype("Int64")
    return counts.assign(practice=grouped["share"].median()).reset_index()


def time_to_mastery(frames: Frames) -> pd.DataFrame:
    """How much time mastery took: one row per unit in the course's order.

    Columns: unit, title, learners, begun, mastered, by_override (of these, by an instructor), at_first (of these, at
    the first attempt), cycles_median (of those mastered by evidence), and the quartiles time_q1, time_median, time_q3
    of time_to_mastery of the same. The overridden are left out of cycles and times: nobody knows when they were there.
    """
    units = frames.units
    shown = (units["state"] == "mastered") & ~units["by_override"]
    units = units.assign(
        begun=units["engaged_at"].notna(),
        mastered=units["state"] == "mastered",
        at_first=shown & (units["attempts"] == 1),
        cycles=units["cycles"].where(shown),
        time_to_mastery=units["time_to_mastery"].where(shown),
    )
    grouped = units.groupby("unit", sort=False)
    found = grouped.agg(
        title=("title", "last"), learners=("learner", "size"), begun=("begun", "sum"), mastered=("mastered", "sum"),
        by_override=("by_override", "sum"), at_first=("at_first", "sum"), cycles_median=("cycles", "median"),
    )  # fmt: skip
    found = found.astype(dict.fromkeys(("learners", "begun", "mastered", "by_override", "at_first"), "Int64"))
    times = grouped["time_to_mastery"]
    quartiles = {f"time_{name}": times.quantile(q) for name, q in (("q1", 0.25), ("median", 0.5), ("q3", 0.75))}
    return found.assign(**quartiles).reset_index()


def cycles_to_mastery(frames: Frames) -> pd.DataFrame:
    """How many cycles mastery by evidence took: one row per unit and number of cycles.

    Columns: unit, cycles (attempts that left a gap before), learners (who mastered it after so many).
    """
    units = frames.units
    shown = units[(units["state"] == "mastered") & ~units["by_override"]]
    return shown.groupby(["unit", "cycles"], sort=True).size().astype("Int64").rename("learners").reset_index()
