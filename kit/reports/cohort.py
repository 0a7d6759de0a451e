"""Reports on the cohort as it stands: who is where, and who asks for an instructor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.reports.signs import SIGNS

if TYPE_CHECKING:
    import pandas as pd

    from kit.reports.frames import Frames


def cohort_map(frames: Frames) -> pd.DataFrame:
    """Learner × unit: a row per learner (index `learner`), a column per unit in the course's order, values: state."""
    units = frames.units
    wide = units.astype({"learner": "string", "unit": "string", "state": "string"})
    wide = wide.pivot(index="learner", columns="unit", values="state")
    return wide.reindex(columns=units["unit"].drop_duplicates().astype("string")).rename_axis(columns=None)


def attention(frames: Frames) -> pd.DataFrame:
    """Who asks for an instructor: learner, name, unit, title, reason, next (what the instructor can do)."""
    asked = frames.units[frames.units["attention"].notna()]
    columns = {"attention": "reason", "attention_next": "next"}
    return asked[["learner", "name", "unit", "title", *columns]].rename(columns=columns).reset_index(drop=True)


def unit_progress(frames: Frames) -> pd.DataFrame:
    """How many learners are in which state: one row per unit (index `unit`), `learners` and one column per state."""
    units = frames.units
    order = units["unit"].drop_duplicates().astype("string")
    counts = units.groupby(["unit", "state"], observed=False).size().unstack("state", fill_value=0)
    counts = counts.reindex(index=order, columns=list(SIGNS), fill_value=0).astype("Int64")
    counts.columns = list(SIGNS)
    counts.insert(0, "learners", counts.sum(axis=1).astype("Int64"))
    return counts.rename_axis(index="unit")
