"""A grade for each learner and unit, for a gradebook that wants a number.

Mastery is no number; this is what stands in for it, and nothing in the kit reads it back:

- mastered, by evidence or by an instructor's decision: 100 %
- otherwise the share of the unit's objectives that are shown so far, or blank, as one chooses
- nothing decided yet, because nothing was handed in or it still waits: blank, for not assessed is no zero
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kit.course import Unit
from kit.decisions import Standing, UnitStanding
from kit.decisions.words import counted, listing
from kit.reports import CourseView

Unmastered = Literal["share", "blank"]


@dataclass(frozen=True, slots=True)
class Grade:
    """What one learner has in one unit."""

    share: float | None
    """0–1; None is blank."""
    feedback: str
    """What it stands for, in words; empty where nothing is decided yet."""

    def points(self, possible: float) -> str:
        """The grade out of *possible* points, to two decimal places, as gradebooks read it; "" for a blank."""
        return "" if self.share is None else written(self.share * possible)


def grade(now: UnitStanding, unmastered: Unmastered = "share") -> Grade:
    """The grade of a learner who stands in a unit as *now* says."""
    if now.state == "mastered":
        return Grade(1.0, "Mastered, by an instructor's decision." if now.by_override else "Mastered.")
    if all(objective.state == "open" for objective in now.objectives):
        return Grade(None, "")
    missing = [objective.title for objective in now.objectives if objective.state != "shown"]
    shown = len(now.objectives) - len(missing)
    share = shown / len(now.objectives) if unmastered == "share" else None
    words = f"{shown} of {counted(len(now.objectives), 'objective')} shown so far."
    return Grade(share, f"{words} Still to show: {listing(missing)}." if missing else words)


def written(points: float) -> str:
    """*points* to two decimal places, without zeros at the end."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def graded_units(view: CourseView) -> tuple[Unit, ...]:
    """The units of *view*'s course that are built, in its order."""
    return tuple(unit for unit in view.course.units if view.catalogue.revisions.get(unit.id))


def grades_of(standing: Standing, unmastered: Unmastered) -> dict[str, Grade]:
    """The grades of one learner by unit."""
    return {now.unit: grade(now, unmastered) for now in standing.units}
