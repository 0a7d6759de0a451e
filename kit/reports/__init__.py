"""Seeing it: one course as frames, as terminal pages and as one HTML page.

- `load(path)`: the course opened for reading; `.frames` are pandas frames (`attempts`, `items`, `objectives`, …)
- `REPORTS`: questions asked of those frames, each a function of frames that returns a frame
- `status_table`, `record_page`: the cohort and one learner in the terminal

Where a learner stands always comes from `kit.decisions.standing`; nothing here decides anything.
To add a report: a function that takes `Frames`, in a module beside this, and one line in `REPORTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kit.reports.cohort import attention, cohort_map, unit_progress
from kit.reports.growth import first_and_final, gaps_by_objective
from kit.reports.instruction import approaches, cycles_to_mastery, time_to_mastery
from kit.reports.record import record_page
from kit.reports.status import status_table
from kit.reports.view import CourseView, load

if TYPE_CHECKING:
    import pandas as pd

    from kit.reports.frames import Frames

__all__ = ["REPORTS", "CourseView", "Frames", "load", "record_page", "status_table"]

REPORTS: Mapping[str, Callable[[Frames], pd.DataFrame]] = {
    "cohort-map": cohort_map,
    "attention": attention,
    "unit-progress": unit_progress,
    "first-and-final": first_and_final,
    "gaps-by-objective": gaps_by_objective,
    "approaches": approaches,
    "time-to-mastery": time_to_mastery,
    "cycles-to-mastery": cycles_to_mastery,
}
"""Reports by name: frames in, frame out."""


def __getattr__(name: str) -> Any:
    # pandas takes a moment to import; the terminal pages do without.
    if name == "Frames":
        from kit.reports.frames import Frames

        return Frames
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
