"""mastery-kit: teach by mastery instead of by the calendar, on Jupyter and nbgrader.

In a notebook:

    import kit
    course = kit.load(".")
    course.frames.attempts        # and items, objectives, units, correctives, events: pandas frames
    kit.dashboard(course)         # for instructors: the cohort, each record, overrides
    kit.my_progress()             # for a learner: where they stand
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from ipywidgets import VBox

    from kit.course import Course
    from kit.reports import CourseView
    from kit.widgets import Dashboard

__all__ = ["__version__", "dashboard", "load", "my_progress"]
__version__ = "0.1.0"


def load(path: str | Path = ".") -> CourseView:
    """The course in *path*, opened for reading: `.frames` has its frames. KitError if there is no course there."""
    from kit.reports import load as read  # pandas takes a moment; `kit --help` does not need it

    return read(path)


def dashboard(
    course: str | Path | Course | CourseView = ".", *, sections: Collection[str] = (), anonymous: bool = False
) -> Dashboard:
    """The cohort of *course* as a widget for instructors: a map with filters, each record, overrides.

    Of *sections* alone, where any are named; with *anonymous* without names. KitError if there is no course there.
    """
    from kit.widgets import dashboard as made

    return made(course, sections=sections, anonymous=anonymous)


def my_progress(course: str | Path | None = None) -> VBox:
    """Where you stand, as a widget: the map of units, the one next step, what you learned from which corrective.

    The course in the folder *course*, in KIT_COURSE or in the nearest folder upwards; on a hub every course you are in.
    KitError if there is none.
    """
    from kit.widgets import my_progress as made

    return made(course)
