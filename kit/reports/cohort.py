"""Reports on the cohort as it stands: who is where, and who asks for an instructor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kit.reports.signs import SIGNS

if TYPE_CHECKING:
    import pandas as pd


class Frames(Protocol):
    """What a report reads: the frames of a `CourseView`, or others with the same columns (one unit, one group)."""

    @property
    def attempts(self) -> pd.DataFrame:
        """One row per attempt."""

    @property
    def items(self) -> pd.DataFrame:
        """One row per item score."""

    @property
    def objectives(self) -> pd.DataFrame:
        """One row per decided attempt and objective."""

    @property
    def units(self) -> pd.DataFrame:
        """One row per learner and unit."""

    @property
    def progress(self) -> pd.DataFrame:
        """One row per learner, unit and objective."""

    @property
    def correctives(self) -> pd.DataFrame:
        """One row per corrective opened."""

    @property
    def events(self) -> pd.DataFrame:
        """The ledger."""


def cohort_map(frames: Frames) -> pd.DataFrame:
    """Learner × unit: a row per learner (index `learner`), a column per unit in the course's order, values: state."""
    units = frames.units
    wide = units.astype({"state": "string"}).pivot(index="learner", columns="unit", values="state")
    return wide.reindex(columns=units["unit"].drop_duplicates()).rename_axis(columns=None)


def attention(frames: Frames) -> pd.DataFrame:
    """Who asks for an instructor: learner, name, unit, title, reason, next (what the instructor can do)."""
    asked = frames.units[frames.units["attention"].notna()]
    columns = {"attention": "reason", "attention_next": "next"}
    return asked[["learner", "name", "unit", "title", *columns]].rename(columns=columns).reset_index(drop=True)


def unit_progress(frames: Frames) -> pd.DataFrame:
    """How many learners are in which state: one row per unit (index `unit`), `learners` and one column per state."""
    units = frames.units
    order = units["unit"].drop_duplicates()
    counts = units.groupby(["unit", "state"], observed=False).size().unstack("state", fill_value=0)
    counts = counts.reindex(index=order, columns=list(SIGNS), fill_value=0).astype("Int64")
    counts.columns = list(SIGNS)
    counts.insert(0, "learners", counts.sum(axis=1).astype("Int64"))
    return counts.rename_axis(index="unit")
